"""The alerts that somebody has as they want to go off duty, all of them: who takes them is asked first."""

from __future__ import annotations

from typing import NamedTuple

from dashboards.views import voice_of
from dashboards.visit import Visit
from hub.desk import in_hand
from rules import wording
from rules.severity import Severity


class InHand(NamedTuple):
    """An alert of whoever wants to go off duty."""

    id: int
    room: str
    what: str
    severity: Severity
    prewarning: bool


def alerts_in_hand(visit: Visit) -> list[InHand]:
    house, voice = visit.house, voice_of(visit.scope, visit.house, visit.now)
    return [
        InHand(
            a.id,
            house.room_name(a.room),
            wording.what_happened(a, house.rule_of(a), house.site, voice),
            a.severity,
            a.prewarning,
        )
        for a in in_hand(visit.connection, house.site.site, visit.person.id)
    ]
