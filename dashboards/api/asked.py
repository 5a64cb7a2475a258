"""The day or month that a call asked for: where there is nothing of it, another one's answer would be taken
for it.
"""

from __future__ import annotations

from datetime import date

from dashboards.api.refusal import RefusedError


def that_day(shown: date, asked: date | None) -> date:
    """`shown`: the nearest that there is. Raises RefusedError (422) where it is another one."""
    if asked not in (None, shown):
        raise RefusedError(422, f"there is nothing of {asked}; the nearest is {shown}", "no_such_day")
    return shown


def that_month(shown: date, asked: date | None) -> date:
    """The same of a month, by its first day."""
    return that_day(shown, asked.replace(day=1) if asked is not None else None)
