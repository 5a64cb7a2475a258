"""What lamps, corridor signs and pagers of a room or a unit show: the highest priority that stands there, and
whether somebody has it. Nothing of it says who or what it is about.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from rules.alert import Alert
from rules.building import Site
from rules.health.telling import waits_for_a_technician
from rules.severity import SEVERITIES, Severity


class Place(NamedTuple):
    kind: Literal["rooms", "units"]
    id: str


class Sign(msgspec.Struct, frozen=True):
    """`priority`: the highest of all that is not closed, None where nothing is. `unanswered`: the highest
    that nobody has taken (a lamp blinks for it, and is steady otherwise). `alerts`: how many. `since`: when
    the oldest was raised.
    """

    priority: Severity | None = None
    unanswered: Severity | None = None
    alerts: int = 0
    since: datetime | None = None


NOTHING = Sign()


def signs(site: Site, alerts: Iterable[Alert]) -> dict[Place, Sign]:
    """What each room and unit of the site shows. Pre-warnings, and what waits for a technician, light no
    lamp.
    """
    shown: dict[Place, list[Alert]] = {Place("units", unit.id): [] for unit in site.units}
    shown |= {Place("rooms", room.id): [] for room in site.rooms}
    for alert in alerts:
        if alert.state == "closed" or alert.prewarning or waits_for_a_technician(alert):
            continue
        for place in (Place("rooms", alert.room), *_units(alert, site)):
            if place in shown:
                shown[place].append(alert)
    return {place: _sign(standing) for place, standing in shown.items()}


def _units(alert: Alert, site: Site) -> list[Place]:
    """'' stands for the whole house."""
    return [Place("units", unit.id) for unit in site.units if alert.unit in ("", unit.id)]


def _sign(alerts: list[Alert]) -> Sign:
    if not alerts:
        return NOTHING
    unanswered = [alert.severity for alert in alerts if alert.state == "open"]
    return Sign(
        priority=max((alert.severity for alert in alerts), key=SEVERITIES.index),
        unanswered=max(unanswered, key=SEVERITIES.index, default=None),
        alerts=len(alerts),
        since=min(alert.raised_at for alert in alerts),
    )
