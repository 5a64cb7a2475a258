"""How sure an alert is: sure, probable or uncertain, with the reasons by name. Decided from what was heard
and how the sensors were; never a number that nobody measured.

It is said beside the alert and changes nothing of it: a grave alert is as grave when it is uncertain.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import msgspec

from rules.alert import Alert
from rules.finding import Evidence
from rules.health.fault import Fault
from rules.health.thresholds import FaultKind
from rules.protection import NOT_HEARD
from rules.rule import SEEN_FROM_AFAR, AnyRule
from rules.sensors import Sensor

Level = Literal["sure", "probable", "uncertain"]
Name = Literal[
    "several_sensors",
    "takes_a_hand",
    "fall_confirmed",
    "several_listened",
    "often_real",
    "not_heard",
    "chatters",
    "clock_wrong",
    "kept_from_earlier",
    "often_false",
    "one_listened",
    "one_saw_movement",
    "not_alone",
    "staff_there",
    "who_unknown",
    "late",
    "fall_suspected",
    "silent_long",
    "aside",
    "battery_low",
    "weak_link",
    "unsteady",
    "stuck",
    "tampered",
    "never_tested",
]
RAISES: frozenset[Name] = frozenset(
    {"several_sensors", "takes_a_hand", "fall_confirmed", "several_listened", "often_real"}
)
DOUBTS: frozenset[Name] = frozenset(
    {"not_heard", "chatters", "clock_wrong", "kept_from_earlier", "often_false"}
)
"""Each of these alone makes an alert uncertain, unless sensors agree or it was often real before."""
AGREES: frozenset[Name] = frozenset({"several_sensors", "several_listened", "often_real"})

OF_FAULTS: Mapping[FaultKind, Name] = {
    "chatter": "chatters",
    "clock": "clock_wrong",
    "battery": "battery_low",
    "link": "weak_link",
    "unsteady": "unsteady",
    "stuck": "stuck",
    "tamper": "tampered",
}
"""What each fault of a device makes of its alerts; of a silent one its health then tells already."""

BY_SILENCE = ("quiet", "not-by", "away", "stays", "unattended")
"""Kinds of rule that speak when nothing is heard: what counts is who listened."""
_BY_HAND = frozenset({"open", "locked", "on", "pressed"})
_STEADY = frozenset({"open", "locked", "on", "pressed", "in_bed", "sitting_up", "leak", "smoke"})
_CHATTER_TIMES, _CHATTER_WITHIN, _CHATTER_MINUTES = 3, timedelta(seconds=60), 3
"""ISA-18.2: the same alarm three times in a minute chatters; in three minutes of the hour it is a fault
[default].
"""
RECORD_LEAST = 3
"""[default] Fewer earlier alerts say nothing."""


class Record(NamedTuple):
    """Of the last `of` such alerts here that people closed, so many were real."""

    real: int = 0
    of: int = 0


class Reason(msgspec.Struct, frozen=True):
    """Why an alert is more or less sure. `devices`: whom it is about. `numbers`: what its sentence counts."""

    name: Name
    devices: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()

    @property
    def raises(self) -> bool:
        return self.name in RAISES


class Confidence(msgspec.Struct, frozen=True):
    """The reasons in the order in which they weigh: those that raise first."""

    level: Level
    reasons: tuple[Reason, ...]


class Known(NamedTuple):
    """What is known of an alert besides itself. `sensors`: as they were when it was raised; `faults`: what
    was wrong with them then (rules/health). `chattering`, `clock_wrong`, `untested`: ids of devices.
    `kept_from_earlier`: it was told only by what the broker had kept.
    """

    sensors: Sequence[Sensor] = ()
    faults: Sequence[Fault] = ()
    chattering: Collection[str] = ()
    clock_wrong: Collection[str] = ()
    untested: Collection[str] = ()
    kept_from_earlier: bool = False
    record: Record = Record()


def confidence(alert: Alert, rule: AnyRule | None, known: Known) -> Confidence:
    """`rule` is None where the site no longer has it."""
    told_by = tuple(dict.fromkeys(e.device for e in alert.evidence if e.at <= alert.raised_at))
    by_silence = rule is not None and rule.kind in BY_SILENCE
    heeded = {sensor.device for sensor in known.sensors} if by_silence else set(told_by)
    reasons = [
        *(_of_silence(alert, known) if by_silence else _of_what_was_heard(alert, told_by)),
        *_of_the_record(known.record),
        *_of_the_sensors(alert, known, heeded, by_silence),
        *_of_the_people(alert),
    ]
    reasons.sort(key=lambda reason: not reason.raises)
    return Confidence(level({reason.name for reason in reasons}), tuple(reasons))


def level(names: Collection[Name]) -> Level:
    """The whole decision: a doubt makes uncertain unless something else agrees; anything else that lowers
    leaves probable; sure is what something raises and nothing lowers.
    """
    if DOUBTS & set(names):
        return "probable" if AGREES & set(names) else "uncertain"
    if set(names) - RAISES:
        return "probable"
    return "sure" if names else "probable"


def _of_what_was_heard(alert: Alert, told_by: tuple[str, ...]) -> list[Reason]:
    heard = [e for e in alert.evidence if e.at <= alert.raised_at]
    found = []
    if len(told_by) > 1:
        found.append(Reason("several_sensors", told_by, (len(told_by),)))
    if any(e.measure in _BY_HAND for e in heard):
        found.append(Reason("takes_a_hand"))
    if any((e.measure, e.value) == ("fall", "confirmed") for e in heard):
        found.append(Reason("fall_confirmed"))
    elif any((e.measure, e.value) == ("fall", "suspected") for e in heard):
        found.append(Reason("fall_suspected"))
    if len(told_by) == 1 and all(e.measure in SEEN_FROM_AFAR for e in heard):
        found.append(Reason("one_saw_movement", told_by))
    return found


def _of_silence(alert: Alert, known: Known) -> list[Reason]:
    listened = tuple(s.device for s in known.sensors if not s.is_deaf(alert.last_at))
    if len(listened) > 1:
        return [Reason("several_listened", listened, (len(listened),))]
    return [Reason("one_listened", listened)] if known.sensors else []


def _of_the_record(record: Record) -> list[Reason]:
    if record.of < RECORD_LEAST:
        return []
    if 3 * record.real >= 2 * record.of:
        return [Reason("often_real", numbers=record)]
    return [Reason("often_false", numbers=record)] if 3 * record.real <= record.of else []


def _of_the_sensors(alert: Alert, known: Known, heeded: set[str], by_silence: bool) -> list[Reason]:
    found = []
    faults: dict[str, list[str]] = {}
    for sensor in known.sensors:
        for fault in sensor.faults(alert.last_at):
            if sensor.device in heeded:
                faults.setdefault(fault, []).append(sensor.device)
    silent = (*faults.pop("not_heard", ()), *faults.pop("never_heard", ()))
    if silent and by_silence:  # who told of it was heard, whatever its gateway said
        found.append(Reason("not_heard", silent))
    for stood in known.faults:
        if stood.kind in OF_FAULTS:
            faults.setdefault(OF_FAULTS[stood.kind], []).append(stood.device)
    named: tuple[tuple[Name, Collection[str]], ...] = (
        ("chatters", (*faults.get("chatters", ()), *known.chattering)),
        ("clock_wrong", (*faults.get("clock_wrong", ()), *known.clock_wrong)),
        ("silent_long", faults.get("silent_long", ())),
        ("aside", faults.get("aside", ())),
        ("battery_low", faults.get("battery_low", ())),
        ("weak_link", faults.get("weak_link", ())),
        ("unsteady", faults.get("unsteady", ())),
        ("stuck", faults.get("stuck", ())),
        ("tampered", faults.get("tampered", ())),
        ("never_tested", known.untested),
    )
    for name, devices in named:
        if concerned := tuple(dict.fromkeys(device for device in devices if device in heeded)):
            found.append(Reason(name, concerned))
    if known.kept_from_earlier:
        found.append(Reason("kept_from_earlier"))
    return found


def _of_the_people(alert: Alert) -> list[Reason]:
    found = []
    staff = [other for other in alert.others if other.measure == "staff"]
    if len(staff) < len(alert.others):
        found.append(Reason("not_alone", tuple(o.device for o in alert.others if o.measure != "staff")))
    if staff:
        found.append(Reason("staff_there"))
    if len(alert.residents) > 1 and alert.rule != NOT_HEARD:
        found.append(Reason("who_unknown", numbers=(len(alert.residents),)))
    if alert.late:
        found.append(Reason("late"))
    return found


def chattering(heard: Sequence[Evidence], until: datetime) -> frozenset[str]:
    """Devices that said the same again and again in the hour before `until`. `heard`: in order of time."""
    begins: dict[tuple[str, str], list[datetime]] = {}
    for one in changes(heard):
        if (
            one.measure in _STEADY
            and one.value not in (False,)
            and until - timedelta(hours=1) < one.at <= until
        ):
            begins.setdefault((one.device, one.measure), []).append(one.at)
    found = set()
    for (device, _), instants in begins.items():
        thirds = zip(instants, instants[_CHATTER_TIMES - 1 :], strict=False)
        minutes = {
            last.replace(second=0, microsecond=0) for first, last in thirds if last - first <= _CHATTER_WITHIN
        }
        if len(minutes) >= _CHATTER_MINUTES:
            found.add(device)
    return frozenset(found)


def changes(heard: Iterable[Evidence], stood: Iterable[Evidence] = ()) -> Iterator[Evidence]:
    """What is news, in order: a state that is another than before, a movement seen once more, an event.
    `stood`: what held before. That a state is not so, said for the first time, is no news.
    """
    known = {(one.device, one.measure): one.value for one in stood}
    for one in heard:
        before = known.get((one.device, one.measure), False)
        known[one.device, one.measure] = one.value
        is_state = isinstance(one.value, bool)
        if not is_state or one.value != before or (one.value and one.measure in SEEN_FROM_AFAR):
            yield one


def record(closed: Sequence[Alert]) -> Record:
    """What came of the last alerts of a rule in a room, by those who went there. A test tells nothing."""
    outcomes = [a.outcome for a in closed if a.outcome in ("helped", "no_help_needed", "false_alarm")]
    return Record(sum(outcome != "false_alarm" for outcome in outcomes), len(outcomes))
