"""Days and times as pictures write them, and which day, month or week a visitor means."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

from rules.stretches import Stretch
from rules.wording import Language, Voice


def clock(instant: datetime, voice: Voice) -> str:
    return instant.astimezone(voice.zone).strftime("%H.%M" if voice.language == "nb" else "%H:%M")


def span(one: Stretch, voice: Voice) -> str:
    """`02.10–02.25`."""
    since, until = clock(one.since, voice), clock(one.until, voice)
    return since if since == until else f"{since}–{until}"


def day_name(day: date, language: Language) -> str:
    """`tirsdag 24. november` / `Tuesday 24 November`."""
    return format_date(day, {"nb": "EEEE d. MMMM", "en": "EEEE d MMMM"}[language], locale=language)


def day_short(day: date, language: Language) -> str:
    """`ti. 24.11.` / `Tue 24 Nov`."""
    return format_date(day, {"nb": "EEEEEE d.M.", "en": "EEEEEE d MMM"}[language], locale=language)


def month_name(day: date, language: Language) -> str:
    return format_date(day, "MMMM y", locale=language)


def day_of(day: date, zone: ZoneInfo) -> Stretch:
    """A day from midnight to midnight, 23, 24 or 25 hours long."""
    return Stretch(midnight(day, zone), midnight(day + timedelta(days=1), zone))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)
