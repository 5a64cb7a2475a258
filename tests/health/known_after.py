"""How soon a dead device is known, by way in and by how often it speaks. `python -m tests.health.known_after`
prints the table: a week of beats with 2 % of jitter and 1 in 200 messages lost, then none.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from statistics import median
from typing import NamedTuple

from rules.health.rhythm import Rhythm, deadline

BEGIN = 1_790_000_000.0  # s since 1970
WEEK = 7 * 86_400.0


class Device(NamedTuple):
    what: str
    beat: timedelta
    mains: bool = False


DEVICES = (
    Device("mains, every minute", timedelta(minutes=1), True),
    Device("native or Wi-Fi, every 5 min", timedelta(minutes=5)),
    Device("LoRaWAN, every 10 min", timedelta(minutes=10)),
    Device("LoRaWAN, every 20 min", timedelta(minutes=20)),
    Device("Zigbee, every 50 min", timedelta(minutes=50)),
    Device("Zigbee reporting, every hour", timedelta(hours=1)),
    Device("LoRaWAN, every 3 h", timedelta(hours=3)),
    Device("Z-Wave wake-up, every 4 h", timedelta(hours=4)),
    Device("Zigbee reporting, every 6 h", timedelta(hours=6)),
    Device("Z-Wave wake-up, every 12 h", timedelta(hours=12)),
)


def known_after(device: Device, seed: int) -> timedelta:
    """From its last word to the alert."""
    chance, rhythm, at, gap = random.Random(seed), Rhythm(), BEGIN, 0.0
    while at < BEGIN + WEEK:
        step = device.beat.total_seconds() * chance.uniform(0.98, 1.02)
        at, gap = at + step, gap + step
        if chance.random() > 1 / 200:
            rhythm.note(gap, at)
            gap = 0.0
    after = deadline(rhythm, mains=device.mains).after
    assert after is not None
    return after


def table() -> Iterator[str]:
    yield "| device | median | latest of 50 |"
    yield "|---|---|---|"
    for device in DEVICES:
        found = sorted(known_after(device, seed) for seed in range(50))
        middle = timedelta(seconds=median(each.total_seconds() for each in found))
        yield f"| {device.what} | {_told(middle)} | {_told(found[-1])} |"


def _told(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


if __name__ == "__main__":
    print("\n".join(table()))
