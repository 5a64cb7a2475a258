"""Again and again three times a minute, for a good part of the day."""

from __future__ import annotations

from rules.health.fault import Case, Fault, Figure
from rules.health.thresholds import Chatter

_BY_NATURE = ("motion", "presence", "vibration")


def find(case: Case[Chatter]) -> Fault | None:
    known = case.known
    for measure, flutter in known.flutter.items():
        minutes = flutter.in_a_day(case.now.timestamp())
        least = case.rule.minutes_of_motion if measure in _BY_NATURE else case.rule.minutes
        if minutes >= (least if case.standing is None else max(1, least // 3)):
            figures: dict[str, Figure] = {"measure": measure, "minutes": float(minutes)}
            return Fault("chatter", known.device.id, case.now, "three times a minute and more", figures)
    return None
