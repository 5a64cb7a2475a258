"""When a calendar's event comes again: daily and weekly by our own bounded rules (rules/recurrence.py),
monthly and yearly by python-dateutil.

A file may come from anywhere. A rule of the library's that never matches walks to the year 9999: a file may
do that so often and no more (docs/adr/0016-calendars-by-icalendar.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from dateutil.rrule import rrulestr

from rules.recurrence import UnusableRuleError, days_on

LONGEST_AGO = timedelta(days=10 * 366)
"""[default] A monthly or yearly rule that began before that is planned anew."""
MOST_IN_VAIN = 3
"""[default] Rules of a file that never match; each takes up to a second."""
_BY_THE_LIBRARY = frozenset({"MONTHLY", "YEARLY"})
_PARTS = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY"}
    | {"BYSETPOS", "WKST"}
)


class Recurrences:
    """Those of one file."""

    def __init__(self) -> None:
        self._in_vain = 0

    def begins(
        self, rule: Mapping[str, Sequence[str]], first: datetime, last: datetime
    ) -> Iterator[datetime]:
        """The wall-clock times from `first`, on which it begins, up to the day of `last`, in order. `rule`:
        its parts, `UNTIL` as an ISO day. Raises UnusableRuleError.
        """
        if (list(rule.get("FREQ") or ()) or [""])[0] not in _BY_THE_LIBRARY:
            for day in days_on(rule, first.date(), last.date()):
                yield datetime.combine(day, first.time())
            return
        strange = sorted(set(rule) - _PARTS)
        if strange:
            raise UnusableRuleError(strange[0])
        if first < last - LONGEST_AGO:
            raise UnusableRuleError(f"DTSTART={first.date()}")
        if self._in_vain >= MOST_IN_VAIN:
            raise UnusableRuleError("RRULE")
        yield from self._of_the_library(rule, first, last)

    def _of_the_library(
        self, rule: Mapping[str, Sequence[str]], first: datetime, last: datetime
    ) -> Iterator[datetime]:
        ends = (list(rule.get("UNTIL") or ()) or [last.date().isoformat()])[0]
        text = ";".join(f"{key}={','.join(values)}" for key, values in rule.items() if key != "UNTIL")
        try:
            every = rrulestr(text, dtstart=first)
        except (ValueError, KeyError, TypeError, IndexError):
            raise UnusableRuleError(text) from None
        found = False
        for at in every:
            found = True
            if at.date() > last.date() or at.date().isoformat() > ends:
                return
            yield at
        if not found:
            self._in_vain += 1
            raise UnusableRuleError(text)
