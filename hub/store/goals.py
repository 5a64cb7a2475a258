"""What came of each day of each goal."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from typing import Any

from hub.store.instants import from_us, to_us
from rules.goal import GoalDay, Outcome

_FIELDS = GoalDay.__struct_fields__
_COLUMNS = ", ".join(_FIELDS)
_KEY = ("site", "rule", "room", "day")


def of(connection: sqlite3.Connection, site: str, rule: str, room: str, day: date) -> GoalDay | None:
    found = _many(connection, "rule = ? AND room = ? AND day = ?", site, (rule, room, day.isoformat()))
    return found[0] if found else None


def unsettled(connection: sqlite3.Connection, site: str) -> list[GoalDay]:
    """The days that nothing has come of yet, the oldest first."""
    return _many(connection, "outcome IS NULL ORDER BY day", site, ())


def reminded(connection: sqlite3.Connection, site: str, rule: str, room: str) -> GoalDay | None:
    """The day whose reminder stands."""
    found = _many(connection, "rule = ? AND room = ? AND reminded_at IS NOT NULL", site, (rule, room))
    return found[0] if found else None


def outcomes(
    connection: sqlite3.Connection, site: str, rule: str, room: str, since: date
) -> list[tuple[date, Outcome]]:
    """What came of each settled day from `since` on, in order."""
    days = _many(
        connection,
        "rule = ? AND room = ? AND day >= ? AND outcome IS NOT NULL ORDER BY day",
        site,
        (rule, room, since.isoformat()),
    )
    return [(day.day, day.outcome) for day in days if day.outcome is not None]


def put(connection: sqlite3.Connection, day: GoalDay) -> None:
    """Store a day, new or changed."""
    others = [name for name in _FIELDS if name not in _KEY]
    changes = ", ".join(f"{name} = excluded.{name}" for name in others)
    marks = ", ".join("?" for _ in _FIELDS)
    connection.execute(
        f"INSERT INTO goal_day ({_COLUMNS}) VALUES ({marks})"
        f" ON CONFLICT (site, rule, room, day) DO UPDATE SET {changes}",
        [_written(getattr(day, name)) for name in _FIELDS],
    )


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_us(value)
    return value.isoformat() if isinstance(value, date) else value


def _many(
    connection: sqlite3.Connection, condition: str, site: str, values: tuple[Any, ...]
) -> list[GoalDay]:
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM goal_day WHERE site = ? AND {condition}", (site, *values)
    )
    return [_day(dict(zip(_FIELDS, row, strict=True))) for row in rows]


def _day(fields: dict[str, Any]) -> GoalDay:
    for name in ("since", "reminded_at", "blind_from"):
        fields[name] = from_us(fields[name]) if fields[name] is not None else None
    fields["day"] = date.fromisoformat(fields["day"])
    fields["blind"] = bool(fields["blind"])
    return GoalDay(**fields)
