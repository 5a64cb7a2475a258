"""Real recordings through the pipeline and the rounds: what is found wrong with their devices, and how often
one is taken to be dead. `python -m tests.health.recordings` prints the table.

Their sensors speak only when they are used, none has a heartbeat: what is counted is how often the hub cries
wolf in the worst case.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import quote

from devices.message import Message
from devices.recording import MEASURE_OF_KIND
from tests.recordings.real_homes import AL_HOME, HOUSE_A, HOUSE_C, MIT, TM000, Home
from tests.world import World, read

HALF_AN_HOUR = timedelta(minutes=30)
HOMES = (TM000, HOUSE_A, HOUSE_C, AL_HOME, MIT)


class Found(NamedTuple):
    """`silences`: (device, day of the recording) of each time one was taken to be dead."""

    faults: frozenset[tuple[str, str]]
    silences: tuple[tuple[str, int], ...]
    devices: int
    days: float

    @property
    def per_1000_device_days(self) -> float:
        return 1000 * len(self.silences) / (self.devices * self.days)


@cache
def found_in(home: Home) -> Found:
    """The whole recording, half an hour at a time."""
    document = home.site.read_text("utf-8")
    site = read(document)
    names = {device.address or device.id: device.id for device in site.devices}
    rows = sorted(
        (at.astimezone(UTC), sensor, kind, on) for at, sensor, kind, on in home.rows() if sensor in names
    )
    begin, end = rows[0][0], rows[-1][0]
    faults: set[tuple[str, str]] = set()
    with TemporaryDirectory() as folder:
        world = World(Path(folder), document, begin, looks_after_devices=True)
        batch: list[Message] = []
        at = begin
        for number, (when, sensor, kind, on) in enumerate(rows):
            while when >= at + HALF_AN_HOUR:
                faults.update(_go_on(world, batch, at))
                at += HALF_AN_HOUR
            said = {MEASURE_OF_KIND[kind]: on, "at": when.isoformat()}
            topic = f"vaka/{site.site}/readings/{quote(sensor, safe='')}"
            batch.append(Message(topic, json.dumps(said).encode(), when, mid=number % 65535 + 1))
        faults |= _go_on(world, batch, at)
        silences = tuple(
            (found.room.partition(":")[2], (found.at - begin).days)
            for found in world.findings()
            if found.rule == "not-heard" and found.kind == "raised"
        )
        world.stop()
    return Found(
        frozenset(faults), silences, len({row[1] for row in rows}), (end - begin) / timedelta(days=1)
    )


def _go_on(world: World, batch: list[Message], at: datetime) -> set[tuple[str, str]]:
    """What was said in a while, and that while; the clock never runs back."""
    if batch:
        world.take(batch)
        batch.clear()
    world.until(max(at + HALF_AN_HOUR, world.clock.at))
    return {(kept.fault.kind, kept.fault.device) for kept in world.faults()}


def table() -> Iterator[str]:
    yield "| recording | sensors | days | taken to be dead | in week 1 | per 1,000 device-days | faults |"
    yield "|---|---|---|---|---|---|---|"
    for home in HOMES:
        found = found_in(home)
        kinds = Counter(kind for kind, _ in found.faults if kind != "silent")
        faults = ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items()))
        early = sum(day < 7 for _, day in found.silences)
        yield (
            f"| {Path(home.recording).name} | {found.devices} | {found.days:.0f}"
            f" | {len(found.silences)} | {early} | {found.per_1000_device_days:.0f} | {faults} |"
        )


if __name__ == "__main__":
    for line in table():
        print(line, flush=True)
