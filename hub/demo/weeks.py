"""Weeks of a plausible life in every flat, calmer than what the demo shows live: people sleep, go out, ask
for help now and then, and some of them change. Pure: the same seed, the same weeks.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import NamedTuple

from devices.reading import Value
from hub.demo.batteries import level
from hub.demo.life import NIGHT
from rules.backtest import Spell
from rules.building import Device, Site

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CHANGED = timedelta(days=16)
"""So long before now some began to live differently."""
_LINK_EVERY = 3 * HOUR


class Said(NamedTuple):
    """One value of one device at an instant (aware UTC)."""

    at: datetime
    device: str
    measure: str
    value: Value


class Habits(NamedTuple):
    """`trips`: to the bathroom a night. `pause`: minutes between two things by day, at most."""

    bed: float
    wake: float
    trips: float
    pause: float


_BEFORE = (Habits(22.2, 7.2, 1.6, 34), Habits(22.8, 7.8, 2.4, 40), Habits(21.8, 6.8, 1.2, 26))
_SINCE = (Habits(22.6, 6.4, 4.2, 30), Habits(22.8, 7.9, 2.4, 40), Habits(21.6, 7.6, 1.3, 62))
"""The first of three is up more at night, the third moves less by day."""


def weeks(site: Site, random: Random, since: datetime, until: datetime) -> list[Said]:
    """All that was said from then to then, in order of time; nothing by whom nobody could hear."""
    by_room: dict[str, dict[str, str]] = {}
    for device in site.devices:
        by_room.setdefault(device.room, {})[device.role] = device.id
    homes = {resident.room for resident in site.residents}
    said: list[Said] = []
    for number, (room, devices) in enumerate(by_room.items()):
        own = Random(random.random())
        if room in homes:
            said += _Flat(devices, own, site, number).live(since, until)
        else:
            said += _entrance(devices.get("outer_door"), own, site, since, until)
    for device in site.devices:
        said += _condition(device, Random(random.random()), since, until)
    deaf = silences(site, until)
    silent = {one.what.removeprefix("device:"): one for one in deaf if one.what.startswith("device:")}
    away = [one for one in deaf if one.what.startswith("gateway:")]
    return sorted(
        one
        for one in said
        if since <= one.at < until
        and not _within(one.at, silent.get(one.device))
        and not any(_within(one.at, spell) for spell in away)
    )


def silences(site: Site, until: datetime) -> list[Spell]:
    """A sensor that nobody could hear for a day and a half, and a gateway for half an hour."""
    sensor = next((d for d in reversed(site.devices) if d.role == "bathroom_motion"), None)
    found = []
    if sensor is not None:
        since = until - 12 * DAY - 5 * HOUR
        found.append(Spell("unheard", f"device:{sensor.id}", sensor.room, since, since + 37 * HOUR))
    for gateway in site.gateways[:1]:
        since = until - 6 * DAY - 3 * HOUR
        found.append(Spell("unheard", f"gateway:{gateway.id}", "", since, since + 31 * MINUTE))
    return found


def _within(at: datetime, spell: Spell | None) -> bool:
    return spell is not None and spell.until is not None and spell.since <= at < spell.until


class _Flat:
    def __init__(self, devices: Mapping[str, str], random: Random, site: Site, number: int) -> None:
        self._devices, self._random, self._zone, self._number = devices, random, site.zone, number

    def live(self, since: datetime, until: datetime) -> Iterator[Said]:
        day, last = since.astimezone(self._zone).date(), until.astimezone(self._zone).date()
        while day <= last:
            changed = self._midnight(day) >= until - CHANGED
            yield from self._day_and_night(day, (_SINCE if changed else _BEFORE)[self._number % 3])
            day += DAY

    def _day_and_night(self, day: date, habits: Habits) -> Iterator[Said]:
        chance, midnight = self._random, self._midnight(day)
        to_bed = midnight + (habits.bed + chance.gauss(0, 0.4)) * HOUR
        at = midnight + (habits.wake + chance.gauss(0, 0.3)) * HOUR
        if chance.random() < 0.004:
            at = midnight + 10.3 * HOUR  # a morning in bed
        while at < to_bed - 20 * MINUTE:
            what = chance.choices(("stay", "bathroom", "go out", "ask"), (20, 6, 0.9, 0.14))[0]
            if what == "go out" and at < midnight + 20 * HOUR:
                at = yield from self._go_out(at)
            elif what == "ask":
                yield from self._say("help_button", at, "pressed", "single")
            else:
                role = "bathroom_motion" if what == "bathroom" else "motion"
                at = yield from self._move(role, at, chance.uniform(1, 6))
            at += chance.uniform(2, habits.pause) * MINUTE
        up = self._midnight(day + DAY) + (habits.wake - 0.4 + self._random.gauss(0, 0.25)) * HOUR
        yield from self._night(to_bed, up, habits.trips)

    def _night(self, at: datetime, until: datetime, trips: float) -> Iterator[Said]:
        chance = self._random
        yield from self._say("bed", at, "in_bed", True)
        while True:
            at += chance.expovariate(trips / 8.5) * HOUR + 40 * MINUTE
            if at > until - 30 * MINUTE:
                break
            yield from self._say("bed", at, "in_bed", False)
            at = yield from self._move("bathroom_motion", at + chance.uniform(0.3, 1) * MINUTE, 4)
            if chance.random() < 0.012:
                yield from self._open(at, 9)
            if chance.random() < 0.006:
                yield from self._fall(at + MINUTE)
            at += chance.uniform(1, 5) * MINUTE
            yield from self._say("bed", at, "in_bed", True)
        yield from self._say("bed", until, "in_bed", False)

    def _go_out(self, at: datetime) -> Generator[Said, None, datetime]:
        """Returns when somebody was home again."""
        yield from self._open(at, 7)
        back = at + (72 if self._random.random() < 0.02 else self._random.uniform(12, 50)) * MINUTE
        yield from self._open(back, 9)
        return (yield from self._move("motion", back + MINUTE, 2))

    def _fall(self, at: datetime) -> Iterator[Said]:
        yield from self._say("fall_detector", at, "fall", "suspected")
        yield from self._say("fall_detector", at + 3 * MINUTE, "fall", "cleared")

    def _open(self, at: datetime, seconds: float) -> Iterator[Said]:
        yield from self._say("outer_door", at, "open", True)
        yield from self._say("outer_door", at + timedelta(seconds=seconds), "open", False)

    def _move(self, role: str, at: datetime, minutes: float) -> Generator[Said, None, datetime]:
        """Returns until when."""
        until = at + minutes * MINUTE
        yield from self._say(role, at, "motion", True)
        yield from self._say(role, until, "motion", False)
        return until

    def _say(self, role: str, at: datetime, measure: str, value: Value) -> Iterator[Said]:
        if role in self._devices:
            yield Said(_to_the_ms(at), self._devices[role], measure, value)

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self._zone).astimezone(UTC)


def _entrance(
    door: str | None, random: Random, site: Site, since: datetime, until: datetime
) -> Iterator[Said]:
    """People come and go by day; now and then the door is left open."""
    at = since
    while door is not None and (at := at + random.uniform(0.4, 4) * HOUR) < until:
        if NIGHT.contains(at, site.zone) and random.random() > 0.004:
            continue
        long = 80.0 if random.random() < 0.03 else random.uniform(5, 15)
        yield Said(_to_the_ms(at), door, "open", True)
        yield Said(_to_the_ms(at + timedelta(seconds=long)), door, "open", False)


def _condition(device: Device, random: Random, since: datetime, until: datetime) -> Iterator[Said]:
    usual = random.uniform(70, 200)
    at = since + random.uniform(0, 3) * HOUR
    while at < until:
        yield Said(_to_the_ms(at), device.id, "lqi", float(round(min(255, max(5, random.gauss(usual, 14))))))
        if random.random() < 0.13:
            yield Said(_to_the_ms(at), device.id, "battery", level(device.id, at))
        at += _LINK_EVERY * random.uniform(0.8, 1.1)


def _to_the_ms(at: datetime) -> datetime:
    """As gateways stamp."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
