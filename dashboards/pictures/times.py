"""Days and times as pictures write them, and which day, month or week a visitor means."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date

from rules.language import norwegian
from rules.stretches import Stretch
from rules.wording import Language, Voice
from rules.wording.pictures import words

EARLIEST = date(2000, 1, 1)
"""The first day that is ever shown: nothing is older, and the calendar ends before the year 1."""


def clock(instant: datetime, voice: Voice) -> str:
    return instant.astimezone(voice.zone).strftime("%H.%M" if norwegian(voice.language) else "%H:%M")


def span(one: Stretch, voice: Voice) -> str:
    """`02.10–02.25`."""
    since, until = clock(one.since, voice), clock(one.until, voice)
    return since if since == until else f"{since}–{until}"


def hour_of(instant: datetime) -> datetime:
    """When its hour began, by UTC as hourly values are kept."""
    return instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def day_name(day: date, language: Language) -> str:
    """`tirsdag 24. november` / `Tuesday 24 November`."""
    return format_date(day, "EEEE d. MMMM" if norwegian(language) else "EEEE d MMMM", locale=language)


def day_whole(day: date, language: Language) -> str:
    """`24. november 2026` / `24 November 2026`."""
    return format_date(day, "d. MMMM y" if norwegian(language) else "d MMMM y", locale=language)


@lru_cache(2048)
def day_short(day: date, language: Language) -> str:
    """`ti. 24.11.` / `Tue 24 Nov`."""
    return format_date(day, "EEEEEE d.M." if norwegian(language) else "EEE d MMM", locale=language)


def month_name(day: date, language: Language) -> str:
    return format_date(day, "MMMM y", locale=language)


def month_short(day: date, language: Language) -> str:
    """`nov.`, with the year where a new one begins: `jan. 27`."""
    return format_date(day, "MMM yy" if day.month == 1 else "MMM", locale=language)


def day_of(day: date, zone: ZoneInfo) -> Stretch:
    """A day from midnight to midnight, 23, 24 or 25 hours long."""
    return Stretch(midnight(day, zone), midnight(day + timedelta(days=1), zone))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def nearest(shown: date, asked: date | None, language: Language) -> str:
    """What a page says that shows another day than the one that was asked for; '' where it is that one."""
    if asked in (None, shown):
        return ""
    return words("nearest", language, asked=day_whole(asked, language))


def nearest_month(shown: date, asked: date | None, language: Language) -> str:
    """The same of a month; `shown`: its first day."""
    if asked is None or asked.replace(day=1) == shown:
        return ""
    return words("nearest", language, asked=month_name(asked, language))


def next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)
