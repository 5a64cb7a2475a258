"""On which days a calendar's recurrence falls: the part of RFC 5545 that shifts are planned with.

Daily or weekly, every n-th, on these weekdays, so often or until a day. Anything else is refused by name.
Bounded: a rule that never matches is found out after as many steps as there are days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LONGEST_AGO = timedelta(days=3 * 366)
"""[default] A rule that began before that is planned anew."""
_KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"}


class UnusableRuleError(ValueError):
    """The part of the rule that is not understood."""


def days_on(rule: Mapping[str, Sequence[str]], first: date, last: date) -> list[date]:
    """The days from `first`, on which it begins, up to `last`. `rule`: its parts, `UNTIL` as an ISO day.
    Raises UnusableRuleError.
    """
    strange = sorted(set(rule) - _KNOWN)
    if strange:
        raise UnusableRuleError(strange[0])
    frequency = _one(rule, "FREQ")
    if frequency not in ("DAILY", "WEEKLY"):
        raise UnusableRuleError(f"FREQ={frequency}")
    if first < last - LONGEST_AGO - timedelta(days=366):
        raise UnusableRuleError(f"DTSTART={first}")
    weekdays = [_weekday(word) for word in rule.get("BYDAY") or ()]
    interval, count = _number(rule, "INTERVAL", 1), _number(rule, "COUNT", 10**6)
    end = min(last, date.fromisoformat(_one(rule, "UNTIL"))) if rule.get("UNTIL") else last
    begins_on = _weekday(_one(rule, "WKST")) if rule.get("WKST") else 0
    if frequency == "DAILY":
        every = _daily(first, end, interval, weekdays)
    else:
        every = _weekly(first, end, interval, weekdays or [first.weekday()], begins_on)
    found: list[date] = []
    for day in every:
        if len(found) == count:
            break
        found.append(day)
    return found


def _daily(first: date, end: date, interval: int, weekdays: list[int]) -> Iterator[date]:
    for n in range(0, (end - first).days + 1, interval):
        day = first + timedelta(days=n)
        if not weekdays or day.weekday() in weekdays:
            yield day


def _weekly(first: date, end: date, interval: int, weekdays: list[int], begins_on: int) -> Iterator[date]:
    week = first - timedelta(days=(first.weekday() - begins_on) % 7)
    for n in range(0, (end - week).days + 1, 7 * interval):
        for place in sorted({(weekday - begins_on) % 7 for weekday in weekdays}):
            day = week + timedelta(days=n + place)
            if first <= day <= end:
                yield day


def _one(rule: Mapping[str, Sequence[str]], key: str) -> str:
    values = rule.get(key) or ()
    if len(values) != 1:
        raise UnusableRuleError(key)
    return values[0]


def _number(rule: Mapping[str, Sequence[str]], key: str, default: int) -> int:
    if not rule.get(key):
        return default
    text = _one(rule, key)
    if not text.isdecimal() or not 0 < int(text[:9]) <= 10**6:
        raise UnusableRuleError(f"{key}={text}")
    return int(text[:9])


def _weekday(word: str) -> int:
    if word.upper() not in WEEKDAYS:
        raise UnusableRuleError(f"BYDAY={word}")
    return WEEKDAYS.index(word.upper())
