"""Whether each rule that needs a device would fire: the readings that really came in, put where the rule
looks (its window of the day), with the least other readings and time that its kind needs, through the one
engine with nothing in its memory. No rule is written a second time here.

A device starts some rules (the door of *night exit*) and calls others off (movement, for *not back*): the
first must be raised by what it said; of the second the alert must come at another time, or not at all, for
what it said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import cycle, islice
from typing import Literal, NamedTuple

import msgspec

from devices.measures import MEASURES
from devices.reading import Reading, Value
from rules.building import MEASURES_OF_ROLE, Device
from rules.duration import next_local
from rules.judge import Judge, Key
from rules.latest import Latest
from rules.rule import (
    AnyRule,
    AwayRule,
    EventRule,
    HeldRule,
    MovesRule,
    NotByRule,
    QuietRule,
    StaysRule,
    UnattendedRule,
)
from rules.rulebook import Listener, Rulebook, Watch, hears, settle
from rules.severity import Severity

Reason = Literal[
    "raises",
    "calls off",
    "nothing heard",
    "never told",
    "wrong sense",
    "only from memory",
    "begin not seen",
    "does not follow",
    "paused",
    "no legal basis",
    "no other sensor",
]
"""Why a rule would, or would not: it raises by what the device said, or is called off by it; the device said
nothing, never this measure, only the other value, only what its gateway kept, or not how it began; the
engine does not come to it with these parameters; and what is not the device's own: paused, no legal basis, no
sensor for another part.
"""
_NOT_ITS_OWN = frozenset({"paused", "no legal basis", "no other sensor"})
_HEALTH = frozenset({"battery_low", "tamper"})
_MOMENT = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)


class Run(NamedTuple):
    """Readings in their order, until when time passed after them, and when the rule raised its alert."""

    readings: tuple[Reading, ...]
    until: datetime
    raised_at: datetime | None


class Rehearsed(NamedTuple):
    """One rule in one room. `after`: from what the device did to the alert. `about`: the measures, the part
    or the sensors that the reason is about. `others`: devices whose readings were assumed. `runs`: what was
    played, whatever came of it; of a rule that is called off first without the last that the device said,
    then with it.
    """

    rule: str
    room: str
    severity: Severity
    fires: bool
    why: Reason
    about: tuple[str, ...] = ()
    after: timedelta | None = None
    others: tuple[str, ...] = ()
    runs: tuple[Run, ...] = ()
    expected: bool = True
    """Whether it is this device that must tell: its role does so, and no other device plays the part."""

    @property
    def of_the_device(self) -> bool:
        """Whether the reason lies with the device."""
        return self.why not in _NOT_ITS_OWN and self.expected


class Rehearsal(NamedTuple):
    """`unused`: measures that the device told and no rule in force hears; `wrong_role` of them: those that a
    device of its role is not taken to tell the rules.
    """

    rules: tuple[Rehearsed, ...]
    unused: tuple[str, ...] = ()
    wrong_role: tuple[str, ...] = ()


def rehearse(
    book: Rulebook,
    catalogue: Mapping[str, AnyRule],
    device: Device,
    heard: Sequence[Reading],
    at: datetime,
    paused: Collection[Key] = (),
) -> Rehearsal:
    """What every rule that needs the device would make of what it said. `at`: an instant of the test (aware
    UTC); the rules' windows are looked for from there on.
    """
    live = _in_time(heard)
    found = [
        _rehearse(book, watch, device, live, at, watch.key in paused)
        for watch in book.dependents.get(f"device:{device.id}", ())
    ]
    found += _off(book, catalogue, device)
    said = dict.fromkeys(r.measure for r in heard if MEASURES[r.measure].kind != "number")
    told = [m for m in said if m not in _HEALTH and (device.id, m) not in book.listeners]
    wrong = tuple(m for m in told if m not in MEASURES_OF_ROLE[device.role])
    return Rehearsal(tuple(found), tuple(told), wrong)


def _in_time(heard: Iterable[Reading]) -> list[Reading]:
    """Without what came late or twice: that proves nothing of how it is heard live."""
    latest = Latest()
    return [reading for reading in heard if latest.note(reading) not in ("late", "duplicate")]


def _off(book: Rulebook, catalogue: Mapping[str, AnyRule], device: Device) -> list[Rehearsed]:
    """Rules that would hear the device and are off in its room."""
    rules: dict[str, AnyRule] = {use.name: settle(use, {}, catalogue) for use in book.site.rules}
    found = [
        Rehearsed(off.rule, off.room, rules[off.rule].severity, False, "no legal basis", off.residents)
        for off in book.without_basis
        if off.room == device.room and hears(rules[off.rule], device)
    ]
    lacking: dict[str, list[str]] = {}
    for uncovered in book.uncovered:
        if uncovered.room == device.room and hears(rules[uncovered.rule], device):
            lacking.setdefault(uncovered.rule, []).append(uncovered.part)
    return found + [
        Rehearsed(rule, device.room, rules[rule].severity, False, "no other sensor", tuple(parts))
        for rule, parts in lacking.items()
    ]


class _Stage:
    """One watch alone on its stage: its rulebook, and what the device under test can play there."""

    def __init__(self, book: Rulebook, watch: Watch, device: str) -> None:
        self.watch, self.zone, self.device = watch, book.zone, device
        self.listeners: dict[tuple[str, str], Listener] = {}
        for key, all_of_it in book.listeners.items():
            for listener in all_of_it:
                if listener.watch is watch:
                    self.listeners[key] = listener
        alone: dict[tuple[str, str], tuple[Listener, ...]] = {
            key: (listener,) for key, listener in self.listeners.items()
        }
        self.book = Rulebook(book.site, book.zone, {watch.key: watch}, alone)

    def mine(self) -> dict[str, Listener]:
        """The measures of the device that the rule hears."""
        return {measure: heard for (id, measure), heard in self.listeners.items() if id == self.device}

    def play(self, readings: Iterable[Reading], until: datetime) -> Run:
        """Through the one engine, from nothing."""
        judge, in_order = Judge(self.book), tuple(sorted(readings, key=lambda reading: reading.at))
        findings = []
        for reading in in_order:
            findings += judge.tick(reading.at)
            findings += judge.judge(reading)[1]
        findings += judge.tick(until)
        raised = [finding.at for finding in findings if finding.kind == "raised"]
        return Run(in_order, until, raised[0] if raised else None)

    def other(self, part: str, at: datetime, but_not: str = "") -> Reading | None:
        """The sign that the rule waits for in a part, from another device where there is one."""
        for (device, measure), listener in sorted(
            self.listeners.items(), key=lambda one: (one[0][0] == self.device, one[0])
        ):
            if listener.part == part and device != but_not:
                return Reading(device, measure, _wanted(measure, listener), at, at, own_time=True)
        return None


def _wanted(measure: str, listener: Listener) -> Value:
    if listener.wanted:
        value = min(listener.wanted, key=str)
        assert isinstance(value, bool | float | str)
        return value
    kinds: dict[str, Value] = {"state": True, "event": "single", "number": 1.0}
    return kinds[MEASURES[measure].kind]


def _rehearse(
    book: Rulebook, watch: Watch, device: Device, heard: Sequence[Reading], at: datetime, paused: bool
) -> Rehearsed:
    stage = _Stage(book, watch, device.id)
    mine = stage.mine()
    parts = {listener.part for listener in mine.values()}
    alone = all(id == device.id or one.part not in parts for (id, _), one in stage.listeners.items())
    expected = alone and bool(set(mine) & MEASURES_OF_ROLE[device.role])
    told = Rehearsed(watch.name, watch.room, watch.rule.severity, False, "nothing heard")
    said = [reading for reading in heard if reading.measure in mine]
    if paused:
        return told._replace(why="paused")
    if not heard:
        return told
    if not said:
        return told._replace(why="never told", about=tuple(sorted(mine)), expected=expected)
    fitting = [r for r in said if _fits(r, mine)]
    if not fitting:
        wrong = told._replace(why="wrong sense", about=tuple(sorted({r.measure for r in said})))
        return _try(stage, said, mine, at, wrong)
    if all(reading.snapshot for reading in fitting):
        return told._replace(why="only from memory", about=tuple(sorted({r.measure for r in fitting})))
    tried = told
    for number in _worth_trying(said, mine):
        tried = _try(stage, said[: number + 1], mine, at, told)
        if tried.fires:
            return tried
    begins = isinstance(watch.rule, HeldRule) and watch.rule.begins_inside
    about = tuple(sorted({reading.measure for reading in fitting}))
    return tried._replace(why="begin not seen" if begins else "does not follow", about=about)


def _fits(reading: Reading, mine: Mapping[str, Listener]) -> bool:
    wanted = mine[reading.measure].wanted
    return wanted is None or reading.value in wanted


def _worth_trying(said: Sequence[Reading], mine: Mapping[str, Listener]) -> list[int]:
    """The first of each sort of reading that fits: what one of a sort does, all of it do."""
    latest, sorts, numbers = Latest(), set(), []
    for number, reading in enumerate(said):
        sort = (reading.measure, reading.value, latest.note(reading), reading.cached)
        if _fits(reading, mine) and not reading.snapshot and sort not in sorts:
            sorts.add(sort)
            numbers.append(number)
    return numbers


def _try(
    stage: _Stage, said: Sequence[Reading], mine: Mapping[str, Listener], at: datetime, told: Rehearsed
) -> Rehearsed:
    """What comes of the last of these readings."""
    part, rule = mine[said[-1].measure].part, stage.watch.rule
    if part in ("when", "doors", "place") or isinstance(rule, MovesRule):
        return _try_raising(stage, said, at, told)
    return _try_calling_off(stage, said, at, told)


def _try_raising(stage: _Stage, said: Sequence[Reading], at: datetime, told: Rehearsed) -> Rehearsed:
    place = _place(stage, at)
    played = _moved(said, place)
    others = _to_and_fro(stage, played[-1]) if isinstance(stage.watch.rule, MovesRule) else []
    run = stage.play([*played, *others], place + _long_enough(stage.watch.rule))
    without = stage.play([*played[:-1], *others], run.until)
    told = told._replace(others=_names(others, stage), runs=(run,))
    if run.raised_at is None or run.raised_at < place or run.raised_at == without.raised_at:
        return told
    return told._replace(fires=True, why="raises", after=run.raised_at - place)


def _try_calling_off(stage: _Stage, said: Sequence[Reading], at: datetime, told: Rehearsed) -> Rehearsed:
    rule = stage.watch.rule
    place = _place(stage, at)
    played = _moved(said, place)
    others = _others(stage, played, place)
    until = place + _long_enough(rule)
    without = stage.play([*played[:-1], *others], until)
    run = stage.play([*played, *others], until)
    told = told._replace(others=_names(others, stage), runs=(without, run))
    if without.raised_at is None or without.raised_at == run.raised_at:
        return told
    return told._replace(fires=True, why="calls off", after=_waits(rule))


def _names(others: Iterable[Reading], stage: _Stage) -> tuple[str, ...]:
    return tuple(sorted({reading.device for reading in others} - {stage.device}))


def _waits(rule: AnyRule) -> timedelta | None:
    """How long such a rule waits at the least for what calls it off."""
    if isinstance(rule, QuietRule):
        return rule.after + rule.prewarning
    if isinstance(rule, AwayRule | StaysRule):
        return min(rule.by_day, rule.by_night)
    return rule.after if isinstance(rule, UnattendedRule) else None


def _place(stage: _Stage, at: datetime) -> datetime:
    """When the rule looks, from the test on: its window's beginning, or its night's."""
    rule = stage.watch.rule
    if isinstance(rule, NotByRule):
        return next_local(rule.from_, at + timedelta(days=1), stage.zone) + _MINUTE
    window = rule.night if isinstance(rule, AwayRule | StaysRule) else getattr(rule, "window", None)
    return at if window is None else next_local(window.start, at, stage.zone)


def _moved(said: Sequence[Reading], place: datetime) -> list[Reading]:
    """The readings with their gaps, the last of them at `place`."""
    by = place - said[-1].at
    return [
        msgspec.structs.replace(reading, at=reading.at + by, received_at=reading.at + by, own_time=True)
        for reading in said
    ]


def _others(stage: _Stage, played: Sequence[Reading], place: datetime) -> list[Reading]:
    """The least that other devices must say for a rule to wait for what the device said."""
    rule = stage.watch.rule
    earliest = min(played[0].at, place)
    if isinstance(rule, QuietRule | NotByRule):
        before = earliest - _MINUTE if isinstance(rule, QuietRule) else place - 2 * _MINUTE
        before = min(before, earliest - _MINUTE)
        known = stage.other("signs", before, but_not=stage.device) or _opposite(played[-1], before)
        others = [known]
        if isinstance(rule, QuietRule) and rule.confirmed_within is not None and known.device != stage.device:
            others.append(msgspec.structs.replace(known, at=place - _MOMENT, received_at=place - _MOMENT))
        return others
    part = {"away": "doors", "stays": "place", "unattended": "when"}[rule.kind]
    wait = rule.exit_delay + _MOMENT if isinstance(rule, AwayRule) else _MOMENT
    started = stage.other(part, place - wait)
    return [started] if started is not None else []


def _opposite(reading: Reading, at: datetime) -> Reading:
    """What the device may have said before: a rule of one device alone begins by that."""
    value: Value = reading.value
    if isinstance(value, bool):
        value = not value
    elif isinstance(value, int | float):
        value += 1
    return msgspec.structs.replace(reading, value=value, at=at, received_at=at, cached=False)


def _to_and_fro(stage: _Stage, first: Reading) -> list[Reading]:
    """The signs that make enough changes of place after the device's own, in turns with another device."""
    rule = stage.watch.rule
    assert isinstance(rule, MovesRule)
    there = stage.other("signs", first.at, but_not=stage.device)
    if there is None:
        return []
    gap = rule.within / (rule.times + 1)
    back = msgspec.structs.replace(first, cached=False)
    signs = [
        msgspec.structs.replace(sign, at=first.at + gap * number, received_at=first.at + gap * number)
        for number, sign in enumerate(islice(cycle((there, back)), rule.times), start=1)
    ]
    # A state ends before it comes again: what is only repeated is no news to a hub.
    ends = [_opposite(one, one.at + gap / 2) for one in (first, *signs[:-1]) if isinstance(one.value, bool)]
    return signs + ends


def _long_enough(rule: AnyRule) -> timedelta:
    """After that time the rule would have spoken, also where it waits for the next day's window."""
    day = timedelta(hours=25)
    if isinstance(rule, EventRule):
        return timedelta(0)
    if isinstance(rule, MovesRule):
        return rule.within
    if isinstance(rule, HeldRule):
        return rule.lasts + day
    if isinstance(rule, NotByRule):
        return 2 * day
    if isinstance(rule, AwayRule | StaysRule):
        return max(rule.by_day, rule.by_night) + day
    prewarning = rule.prewarning if isinstance(rule, QuietRule) else timedelta(0)
    return rule.after + prewarning + _MINUTE
