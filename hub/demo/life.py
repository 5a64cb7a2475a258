"""A plausible day and night in every flat, as its sensors see it. Pure: the same seed, the same life."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from heapq import merge
from random import Random
from typing import NamedTuple

from devices.reading import Value
from hub.demo.batteries import level
from rules.building import Device, Site
from rules.duration import Window

NIGHT = Window(time(22), time(7))
_HOME_BEFORE = timedelta(minutes=30)
_QUIET = {"outer_door": {"open": False}, "smoke_detector": {"smoke": False}, "bed": {"in_bed": False}}
_MOTION = ("motion", "bathroom_motion", "bedroom_motion", "kitchen_motion")


class Happening(NamedTuple):
    """What a device says at an instant (aware UTC): measure → value."""

    at: datetime
    device: Device
    said: Mapping[str, Value]


def life(site: Site, random: Random, start: datetime) -> Iterator[Happening]:
    """Without end, in order of time: first every device tells how it stands, then the house lives on."""
    yield from (_first_words(device, random, start) for device in site.devices)
    devices: dict[str, dict[str, Device]] = {}
    for device in site.devices:
        devices.setdefault(device.room, {})[device.role] = device
    homes = [r for r in dict.fromkeys(resident.room for resident in site.residents) if r in devices]
    lives = [_Home(devices[room], Random(random.random()), site).live(start) for room in homes]
    signs = [_signs_of_work(device, Random(random.random()), start) for device in site.devices]
    yield from merge(*lives, *signs, key=lambda happening: happening.at)


def _first_words(device: Device, random: Random, at: datetime) -> Happening:
    still: dict[str, Value] = {"motion": False} if device.role in _MOTION else {**_QUIET.get(device.role, {})}
    return Happening(at, device, {**still, **_condition(device, random, at)})


def _signs_of_work(device: Device, random: Random, at: datetime) -> Iterator[Happening]:
    """Now and then a device reports in, though nothing happened."""
    while True:
        at += _between(random, 15 * 60, 50 * 60)
        yield Happening(at, device, _condition(device, random, at))


def _condition(device: Device, random: Random, at: datetime) -> dict[str, Value]:
    return {"battery": level(device.id, at), "lqi": float(random.randint(60, 220))}


def _between(random: Random, least: float, most: float) -> timedelta:
    """A length of time between two numbers of seconds, to the millisecond as gateways stamp."""
    return timedelta(milliseconds=round(random.uniform(least, most) * 1000))


class _Home:
    """One flat, whoever and however many live there: sensors cannot tell them apart."""

    def __init__(self, devices: Mapping[str, Device], random: Random, site: Site) -> None:
        self._devices, self._random, self._zone = devices, random, site.zone

    def live(self, at: datetime) -> Iterator[Happening]:
        while True:
            night = NIGHT.contains(at, self._zone)
            for happening in self._sleep(at) if night else self._do_something(at):
                at = happening.at
                yield happening
            at += self._for(5, 60) if night else self._for(20, 150)

    def _sleep(self, at: datetime) -> Iterator[Happening]:
        """To bed, and after some hours to the bathroom."""
        yield from self._say("bed", at, {"in_bed": True})
        up = at + self._for(40 * 60, 180 * 60)
        yield from self._say("bed", up, {"in_bed": False})
        yield from self._move("bathroom_motion", up + self._for(10, 40))

    def _do_something(self, at: datetime) -> Iterator[Happening]:
        what = self._random.choices(("move", "bathroom", "rest", "go out"), (12, 4, 3, 1))[0]
        if what == "go out" and not NIGHT.contains(at + _HOME_BEFORE, self._zone):
            yield from self._go_out(at)
        elif what == "rest":
            yield from self._say("bed", at, {"in_bed": True})
            yield from self._say("bed", at + self._for(3 * 60, 15 * 60), {"in_bed": False})
            yield from self._move("motion", at + self._for(16 * 60, 17 * 60))
        else:
            yield from self._move("motion" if what == "move" else "bathroom_motion", at)

    def _move(self, role: str, at: datetime) -> Iterator[Happening]:
        yield from self._say(role, at, {"motion": True})
        yield from self._say(role, at + self._for(30, 90), {"motion": False})

    def _go_out(self, at: datetime) -> Iterator[Happening]:
        """A walk of some minutes; the door is shut behind."""
        back = at + self._for(5 * 60, 25 * 60)
        for moment in (at, back):
            yield from self._say("outer_door", moment, {"open": True})
            yield from self._say("outer_door", moment + self._for(4, 12), {"open": False})
        yield from self._move("motion", back + self._for(35, 60))

    def _say(self, role: str, at: datetime, said: Mapping[str, Value]) -> Iterator[Happening]:
        if role in self._devices:
            yield Happening(at, self._devices[role], said)

    def _for(self, least: float, most: float) -> timedelta:
        return _between(self._random, least, most)
