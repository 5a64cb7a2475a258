"""A house whose devices fall ill: one flat with two residents' rooms, a gateway, and a technician."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from devices.reading import Value
from tests.world import World

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

SITE = """
site: house
name: A house
time_zone: Europe/Oslo
gateways: [{id: zigbee2mqtt, topic: zigbee2mqtt}, {id: annex, topic: annex}]
units: [{id: solsiden, name: Solsiden}, {id: annex, name: Annekset}]
rooms: [{id: 3B, unit: solsiden}, {id: 3C, unit: solsiden}, {id: 4A, unit: annex}]
residents:
  - {id: r-anna, name: Anna Berg, room: 3B, rules: {out-of-bed: {}}}
  - {id: r-bjorn, name: Bjørn Dahl, room: 4A}
devices:
  - {id: 3B door, room: 3B, role: outer_door}
  - {id: 3B bed, room: 3B, role: bed}
  - {id: 3B motion, room: 3B, role: motion}
  - {id: 3B button, room: 3B, role: help_button}
  - {id: 4A door, room: 4A, role: outer_door, gateway: annex}
people: [{id: tor, name: Tor Vik, role: technician}]
rules: [{rule: night-exit}, {rule: out-of-bed}, {rule: help-button}]
"""


@contextmanager
def house(folder: Path, document: str = SITE, now: datetime = START) -> Iterator[World]:
    world = World(folder, document, now, looks_after_devices=True)
    try:
        yield world
    finally:
        if world.running:
            world.stop()


def beats(
    world: World,
    every: dict[str, timedelta],
    length: timedelta,
    says: Callable[[str], dict[str, Value | None]] = lambda _: {"temperature": 21.0},
) -> None:
    """Each device speaks every so often for a while, in the order of time."""
    end = world.clock.at + length
    nexts = {device: world.clock.at + gap for device, gap in every.items()}
    while nexts:
        device = min(nexts, key=lambda name: nexts[name])
        if nexts[device] > end:
            break
        world.until(nexts[device])
        world.says(device, **says(device))
        nexts[device] += every[device]
    world.until(end)


def wrong(world: World) -> list[tuple[str, str]]:
    return sorted((kept.fault.kind, kept.fault.device) for kept in world.faults())


def open_rules(world: World) -> list[tuple[str, str]]:
    return sorted((alert.rule, alert.room) for alert in world.alerts() if alert.state != "closed")
