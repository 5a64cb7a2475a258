"""Whether more than one person was there: said on the alert, never a reason to drop one.

Sensors cannot count people. What they can show is somebody who stays in one place while, later, something
begins in another. That staff are there is known from an alert of the room that somebody took, or from a
badge.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from rules.alert import Alert
from rules.building import Device
from rules.finding import Evidence
from rules.latest import Latest

APART = timedelta(minutes=1)
"""[default] Motion and presence sensors tell of somebody up to so long after they left."""
FRESH = timedelta(minutes=5)
"""[default] Older movement says nothing of who is there now."""

_STAYING = ("in_bed", "presence")
_STIRRING = ("motion", "presence")


def company(devices: Iterable[Device], latest: Latest, at: datetime) -> tuple[Evidence, ...]:
    """What shows, at an instant, that there is more than one person among the devices of a room: who stays,
    and what stirred elsewhere since. Empty where nothing shows it.
    """
    devices = tuple(devices)
    for one in devices:
        for staying in _standing(one, _STAYING, latest):
            for other in devices:
                if other.id == one.id or other.role == one.role:
                    continue
                for stirring in _standing(other, _STIRRING, latest):
                    if staying.at + APART <= stirring.at <= at < stirring.at + FRESH:
                        return (staying, stirring)
    return ()


def staff(
    devices: Iterable[Device], latest: Latest, open_there: Iterable[Alert], at: datetime
) -> tuple[Evidence, ...]:
    """What shows that staff are in a room at an instant, or on their way: an alert of that room that somebody
    took (`open_there`: those that are not closed), a badge that a device there sees. Never who.
    """
    badges = [
        seen for one in devices if one.role == "staff_badge" for seen in _standing(one, ("presence",), latest)
    ]
    found = [Evidence(seen.device, "staff", "badge", seen.at) for seen in badges if seen.at <= at]
    for alert in open_there:
        if alert.state == "arrived" and alert.arrived_at is not None and alert.arrived_at <= at:
            found.append(Evidence("", "staff", "there", alert.arrived_at))
        elif alert.state == "accepted" and alert.accepted_at is not None and alert.accepted_at <= at:
            found.append(Evidence("", "staff", "coming", alert.accepted_at))
    return tuple(found)


def _standing(device: Device, measures: Iterable[str], latest: Latest) -> Iterable[Evidence]:
    known = latest.of(device.id)
    for measure in measures:
        if measure in known and known[measure][0] is True:
            yield Evidence(device.id, measure, True, known[measure][1])
