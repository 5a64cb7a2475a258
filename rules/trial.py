"""What is to be tried with a device in which role, step by step, and what the trial came to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Literal, NamedTuple

from devices.reading import Reading, Value
from rules.building import MEASURES_OF_ROLE, Role
from rules.rehearsal import Rehearsed

SLOW = timedelta(seconds=10)
"""[default] Of a reading in a walk test, from the device to the hub: more is a fault of clock or network."""
BATTERY_LEAST = 20
"""[default] Per cent: what has less is not to be left behind in somebody's home."""


class Asked(NamedTuple):
    """One thing to be tried: `name` says which; any of `told` shows that the device noticed. Values None:
    any. Not `needed`: it is asked for, and a test without it passes too.
    """

    name: str
    told: tuple[tuple[str, frozenset[Value] | None], ...]
    needed: bool = True


_TRUE: frozenset[Value] = frozenset({True})
_FALSE: frozenset[Value] = frozenset({False})


def _opens(opening: str, closing: str) -> tuple[Asked, ...]:
    return (
        Asked(opening, (("open", _TRUE), ("motion", _TRUE), ("presence", _TRUE), ("vibration", _TRUE))),
        Asked(closing, (("open", _FALSE), ("motion", _FALSE), ("presence", _FALSE), ("vibration", _FALSE))),
    )


_WALK = (
    Asked("walk", (("motion", _TRUE), ("presence", _TRUE))),
    Asked("leave", (("motion", _FALSE), ("presence", _FALSE)), needed=False),
)
_LIE: tuple[tuple[str, frozenset[Value] | None], ...] = (
    ("in_bed", _TRUE), ("presence", _TRUE), ("motion", _TRUE), ("vibration", _TRUE),
)  # fmt: skip
_RISE: tuple[tuple[str, frozenset[Value] | None], ...] = (
    ("in_bed", _FALSE), ("presence", _FALSE), ("motion", _FALSE), ("vibration", _FALSE),
)  # fmt: skip
_SMOKE = tuple((measure, _TRUE) for measure in ("smoke", "gas", "co"))
_NO_SMOKE = tuple((measure, _FALSE) for measure in ("smoke", "gas", "co"))

ASKED: dict[Role, tuple[Asked, ...]] = {
    "outer_door": _opens("open the door", "close the door"),
    "door": _opens("open the door", "close the door"),
    "window": _opens("open the window", "close the window"),
    "fridge": _opens("open the fridge", "close the fridge"),
    "medicine_cabinet": _opens("open the cabinet", "close the cabinet"),
    "cupboard": _opens("open the cabinet", "close the cabinet"),
    "motion": _WALK,
    "bathroom_motion": _WALK,
    "bedroom_motion": _WALK,
    "kitchen_motion": _WALK,
    "bed": (Asked("lie down", _LIE), Asked("get up", _RISE)),
    "chair": (Asked("sit down", _LIE), Asked("stand up", _RISE)),
    "help_button": (Asked("press the button", (("pressed", None),)),),
    "fall_detector": (
        Asked("fall", (("fall", frozenset({"suspected", "confirmed"})),)),
        Asked("rise", (("fall", frozenset({"cleared"})),), needed=False),
    ),
    "stove": (Asked("switch on", (("on", _TRUE), ("power", None), ("temperature", None))),
              Asked("switch off", (("on", _FALSE),), needed=False)),
    "toilet": (Asked("use it", (("on", _TRUE), ("open", _TRUE), ("presence", _TRUE))),),
    "leak_detector": (Asked("wet it", (("leak", _TRUE),)), Asked("dry it", (("leak", _FALSE),))),
    "smoke_detector": (Asked("test smoke", _SMOKE), Asked("test smoke ends", _NO_SMOKE, needed=False)),
    "climate": (Asked("wait for a value", (("temperature", None), ("humidity", None))),),
    "lock": (Asked("lock it", (("locked", _TRUE),)), Asked("unlock it", (("locked", _FALSE),))),
    "staff_badge": (Asked("carry it past", (("presence", None), ("motion", None), ("pressed", None))),),
    "other": (Asked("use it", tuple((m, None) for m in sorted(MEASURES_OF_ROLE["other"]))),),
}  # fmt: skip
"""What a technician is asked to do, in order, for each role."""


def done(role: Role, heard: Iterable[Reading]) -> int:
    """How many of the things asked for, from the first on, the readings show. What a gateway told of earlier
    shows nothing.
    """
    asked, number = ASKED[role], 0
    for reading in heard:
        if number < len(asked) and not reading.snapshot and _shows(asked[number], reading):
            number += 1
    return number


def _shows(asked: Asked, reading: Reading) -> bool:
    return any(
        reading.measure == measure and (values is None or reading.value in values)
        for measure, values in asked.told
    )


Verdict = Literal["passed", "failed", "incomplete"]


class Outcome(NamedTuple):
    """`reasons`: codes, each with what it is about: ('rule', 'night-exit'), ('battery', '12')."""

    verdict: Verdict
    reasons: tuple[tuple[str, str], ...] = ()


def outcome(role: Role, heard: Sequence[Reading], rehearsed: Iterable[Rehearsed]) -> Outcome:
    """What the test came to. A rule that is off for reasons that are not the device's own fails nobody."""
    failed: list[tuple[str, str]] = []
    missing: list[tuple[str, str]] = []
    asked = ASKED[role]
    reached = done(role, heard)
    if not heard:
        missing.append(("nothing heard", ""))
    missing += [("not tried", step.name) for step in asked[reached:] if step.needed]
    for rule in rehearsed:
        if not rule.fires and rule.of_the_device and rule.why != "nothing heard":
            # What was not tried yet cannot have failed.
            (missing if missing else failed).append(("rule", f"{rule.rule}: {rule.why}"))
    live = [r for r in heard if not r.snapshot]
    slowest = max((r.received_at - r.at for r in live if r.own_time), default=timedelta(0))
    if slowest > SLOW:
        failed.append(("slow", f"{slowest.total_seconds():.0f}"))
    if any(reading.clock_wrong for reading in live):
        failed.append(("clock wrong", ""))
    newest = {reading.measure: reading.value for reading in heard}
    battery = newest.get("battery")
    if isinstance(battery, int | float) and battery < BATTERY_LEAST:
        failed.append(("battery", f"{battery:g}"))
    elif newest.get("battery_low") is True:
        failed.append(("battery", ""))
    if failed:
        return Outcome("failed", (*failed, *missing))
    return Outcome("incomplete", tuple(missing)) if missing else Outcome("passed")
