"""When night is on a screen: the look *as the shift* is light by day and night mode by night."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules.duration import Window
from rules.duty import Shift

USUAL_NIGHT = Window(time(22), time(7))
"""[default] For who has no night shift now."""
_DEEP = time(3)
"""Who is on duty at this hour has a night shift."""


def night_of(person: str, known: Iterable[Shift], now: datetime, zone: ZoneInfo) -> Window:
    """The hours of a person's own night shift that is on now, else those of most night shifts."""
    for shift in known:
        if shift.person == person and shift.starts_at <= now < shift.ends_at and _is_night(shift, zone):
            start, end = (at.astimezone(zone).time() for at in (shift.starts_at, shift.ends_at))
            return Window(start, end)
    return USUAL_NIGHT


def _is_night(shift: Shift, zone: ZoneInfo) -> bool:
    starts, ends = shift.starts_at.astimezone(zone), shift.ends_at.astimezone(zone)
    deep = datetime.combine(starts.date(), _DEEP, zone)
    return any(starts <= one < ends for one in (deep, deep + timedelta(days=1)))
