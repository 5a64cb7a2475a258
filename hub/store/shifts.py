"""The duty roster: who is on duty where, and whom they look after; and who of the staff is absent."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

import msgspec

from hub.store.instants import from_us, to_us
from rules.building import Site
from rules.duty import LONGEST, Function, Shift, Source, StaffAbsence, StoodInFor
from rules.duty import on_duty as on_duty_of
from rules.duty import stood_in_for as stood_in_for_of

_names = msgspec.json.Decoder(tuple[str, ...]).decode


_FAR = datetime(9999, 1, 1, tzinfo=UTC)
_FIELDS = (
    "person",
    "units",
    "function",
    "starts_at",
    "ends_at",
    "residents",
    "source",
    "key",
    "calendar",
    "instead_of",
)
_COLUMNS = ", ".join(_FIELDS)


def add(connection: sqlite3.Connection, site: str, shift: Shift) -> Shift:
    """Store it; returns it with its id."""
    marks = ", ".join("?" for _ in _FIELDS)
    cursor = connection.execute(
        f"INSERT INTO shift (site, {_COLUMNS}) VALUES (?, {marks})", (site, *_row(shift))
    )
    assert cursor.lastrowid is not None
    return msgspec.structs.replace(shift, id=cursor.lastrowid)


def put(connection: sqlite3.Connection, site: str, shift: Shift) -> None:
    """Store a change."""
    assignments = ", ".join(f"{name} = ?" for name in _FIELDS)
    connection.execute(
        f"UPDATE shift SET {assignments} WHERE site = ? AND id = ?", (*_row(shift), site, shift.id)
    )


def delete(connection: sqlite3.Connection, site: str, id: int) -> None:
    connection.execute("DELETE FROM shift WHERE site = ? AND id = ?", (site, id))


def get(connection: sqlite3.Connection, site: str, id: int) -> Shift | None:
    return next(iter(_many(connection, "site = ? AND id = ?", (site, id))), None)


def of_key(connection: sqlite3.Connection, site: str, prefix: str) -> list[Shift]:
    """All that came from calendars whose keys begin so."""
    return _many(connection, "site = ? AND key >= ? AND key < ?", (site, prefix, prefix + "\U0010ffff"))


def of_calendar(
    connection: sqlite3.Connection, site: str, calendar: str, since: datetime, until: datetime
) -> list[Shift]:
    """All that came from a calendar ('': from those without a name) and begin there."""
    condition = "site = ? AND calendar = ? AND key <> '' AND starts_at >= ? AND starts_at < ?"
    return _many(connection, condition, (site, calendar, to_us(since), to_us(until)))


def end(connection: sqlite3.Connection, site: str, id: int, at: datetime) -> None:
    """A shift that is over earlier than planned; one that has not begun is gone."""
    connection.execute(
        "DELETE FROM shift WHERE site = ? AND id = ? AND starts_at >= ?", (site, id, to_us(at))
    )
    connection.execute(
        "UPDATE shift SET ends_at = ? WHERE site = ? AND id = ? AND ends_at > ?",
        (to_us(at), site, id, to_us(at)),
    )


def still_planned(connection: sqlite3.Connection, site: str, person: str, at: datetime) -> int:
    """How many shifts of theirs the roster has that are not over."""
    condition = "site = ? AND person = ? AND source = 'roster' AND ends_at > ?"
    return len(_many(connection, condition, (site, person, to_us(at))))


def end_all(connection: sqlite3.Connection, site: str, person: str, at: datetime) -> None:
    """All shifts and absences of theirs that are not over; those that have not begun are gone."""
    for shift in _many(connection, "site = ? AND person = ? AND ends_at > ?", (site, person, to_us(at))):
        end(connection, site, shift.id, at)
    for absence in absences(connection, site, at, _FAR):
        if absence.person == person:
            end_absence(connection, site, absence.id, at)


def on_duty(connection: sqlite3.Connection, site: Site, at: datetime) -> tuple[Shift, ...]:
    """Who counts as on duty, by the one rule (rules/duty.py)."""
    known = between(connection, site.site, at - LONGEST, at)
    return on_duty_of(site, known, absences(connection, site.site, at, at), at)


def stood_in_for(connection: sqlite3.Connection, site: Site, at: datetime) -> tuple[StoodInFor, ...]:
    """Who is planned now, and not called because somebody came in their place."""
    return stood_in_for_of(site, between(connection, site.site, at - LONGEST, at), at)


def between(connection: sqlite3.Connection, site: str, since: datetime, until: datetime) -> list[Shift]:
    """Those that hold at some time in the stretch, as they were planned or signed in to."""
    condition = "site = ? AND ends_at > ? AND starts_at <= ? ORDER BY starts_at, id"
    return _many(connection, condition, (site, to_us(since), to_us(until)))


def _many(connection: sqlite3.Connection, condition: str, values: tuple[object, ...]) -> list[Shift]:
    rows = connection.execute(f"SELECT id, {_COLUMNS} FROM shift WHERE {condition}", values)
    return [_shift(*row) for row in rows]


def _shift(
    id: int,
    person: str,
    units: str,
    function: Function,
    starts_at: int,
    ends_at: int,
    residents: str,
    source: Source,
    key: str,
    calendar: str,
    instead_of: str,
) -> Shift:
    since, until, whose = from_us(starts_at), from_us(ends_at), _names(residents)
    instead = _names(instead_of)
    return Shift(
        id, person, _names(units), function, since, until, whose, source, key, calendar, instead_of=instead
    )


def _row(shift: Shift) -> tuple[object, ...]:
    return (
        shift.person,
        msgspec.json.encode(shift.units).decode(),
        shift.function,
        to_us(shift.starts_at),
        to_us(shift.ends_at),
        msgspec.json.encode(shift.residents).decode(),
        shift.source,
        shift.key,
        shift.calendar,
        msgspec.json.encode(shift.instead_of).decode(),
    )


def add_absence(connection: sqlite3.Connection, site: str, absence: StaffAbsence) -> StaffAbsence:
    """Store it; returns it with its id."""
    cursor = connection.execute(
        "INSERT INTO staff_absence (site, person, starts_at, ends_at, said_by) VALUES (?, ?, ?, ?, ?)",
        (site, absence.person, to_us(absence.starts_at), to_us(absence.ends_at), absence.said_by),
    )
    assert cursor.lastrowid is not None
    return msgspec.structs.replace(absence, id=cursor.lastrowid)


def end_absence(connection: sqlite3.Connection, site: str, id: int, at: datetime) -> None:
    """They are back; an absence that has not begun is gone."""
    connection.execute(
        "DELETE FROM staff_absence WHERE site = ? AND id = ? AND starts_at >= ?", (site, id, to_us(at))
    )
    connection.execute(
        "UPDATE staff_absence SET ends_at = ? WHERE site = ? AND id = ? AND ends_at > ?",
        (to_us(at), site, id, to_us(at)),
    )


def absences(
    connection: sqlite3.Connection, site: str, since: datetime, until: datetime
) -> list[StaffAbsence]:
    """Those that hold at some time in the stretch, the first first."""
    rows = connection.execute(
        "SELECT id, person, starts_at, ends_at, said_by FROM staff_absence"
        " WHERE site = ? AND ends_at > ? AND starts_at <= ? ORDER BY starts_at, id",
        (site, to_us(since), to_us(until)),
    )
    return [StaffAbsence(row[0], row[1], from_us(row[2]), from_us(row[3]), row[4]) for row in rows]
