"""What a device's pictures look back on: the last hour, day, month or year, and its parts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple, get_args

from dashboards.pictures.times import clock, day_of, day_short, midnight, month_short, next_month
from rules.stretches import Stretch
from rules.wording import Voice
from rules.wording.pictures import words

Span = Literal["hour", "day", "month", "year"]
SPANS: tuple[Span, ...] = get_args(Span)
DAYS, WEEKS, MONTHS = 30, 52, 12
FIVE_MINUTES, AN_HOUR = timedelta(minutes=5), timedelta(hours=1)


class Part(NamedTuple):
    """One of those that are drawn beside each other. `below`: what stands on the axis, "" where nothing."""

    since: datetime
    name: str
    below: str


def parts(span: Span, voice: Voice) -> list[Part]:
    """In order, up to now: 5 minutes, hours, days, or weeks."""
    now, language = voice.now.astimezone(UTC), voice.language
    if span in ("hour", "day"):
        each, many = (FIVE_MINUTES, 12) if span == "hour" else (AN_HOUR, 24)
        last = datetime.fromtimestamp(now.timestamp() // each.total_seconds() * each.total_seconds(), UTC)
        begins = [last - n * each for n in range(many - 1, -1, -1)]
        return [
            Part(at, clock(at, voice), clock(at, voice) if n % 4 == 2 else "") for n, at in enumerate(begins)
        ]
    today = now.astimezone(voice.zone).date()
    if span == "month":
        days = [today - timedelta(days=n) for n in range(DAYS - 1, -1, -1)]
        return [
            Part(
                midnight(d, voice.zone), day_short(d, language), day_short(d, language) if n % 7 == 2 else ""
            )
            for n, d in enumerate(days)
        ]
    monday = today - timedelta(days=today.weekday())
    found = []
    for n in range(WEEKS - 1, -1, -1):
        day = monday - timedelta(weeks=n)
        week = day.isocalendar().week
        name = f"{words('week', language, n=week)} ({day_short(day, language)})"
        found.append(Part(midnight(day, voice.zone), name, str(week) if n % 6 == 1 else ""))
    return found


def begins(span: Span, voice: Voice) -> datetime:
    """Of what both pictures of that span need."""
    first = rows(span, voice)[0][1].since
    return min(first, parts(span, voice)[0].since).astimezone(UTC)


def rows(span: Span, voice: Voice) -> list[tuple[str, Stretch, Stretch]]:
    """(name, how wide it is, what of that belongs to it): one, of an hour or a day; five of a week each;
    twelve of a month each, which are all as wide as 31 days.
    """
    now, today = voice.now, voice.now.astimezone(voice.zone).date()
    if span in ("hour", "day"):
        whole = Stretch(now - (AN_HOUR if span == "hour" else 24 * AN_HOUR), now)
        return [("", whole, whole)]
    found = []
    if span == "month":
        for n in range(4, -1, -1):
            monday = today - timedelta(days=today.weekday(), weeks=n)
            end = day_of(monday + timedelta(days=7), voice.zone).since
            whole = Stretch(midnight(monday, voice.zone), end)
            found.append((day_short(monday, voice.language), whole, whole))
        return found
    first = today.replace(year=today.year - 1, day=1)
    for _ in range(MONTHS):
        first = next_month(first)
        since, end = midnight(first, voice.zone), midnight(next_month(first), voice.zone)
        width = Stretch(since, midnight(first + timedelta(days=31), voice.zone))
        found.append((month_short(first, voice.language), width, Stretch(since, end)))
    return found
