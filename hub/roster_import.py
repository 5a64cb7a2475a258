"""A roster from a file, tried before it is taken over: what would be added, changed and taken out, and what
was not understood. CSV (hub/roster.py) is taken over whole or not at all; of a calendar
(hub/roster_calendar.py) what was understood, since calendars hold more than shifts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import msgspec

from hub.roster import Problem, read_roster
from hub.roster_calendar import NotUnderstood, read_calendar
from hub.store import audit, contacts, shifts
from hub.store.db import transaction
from rules.building import Site
from rules.duty import Shift


class Change(NamedTuple):
    before: Shift
    after: Shift


class Import(NamedTuple):
    """What a file comes to. `same`: how many of its shifts are on the roster as they are."""

    added: tuple[Shift, ...] = ()
    changed: tuple[Change, ...] = ()
    removed: tuple[Shift, ...] = ()
    same: int = 0
    problems: tuple[NotUnderstood, ...] = ()

    @property
    def changes_something(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def try_import(
    connection: sqlite3.Connection,
    site: Site,
    data: bytes,
    name: str,
    now: datetime,
    mine: Callable[[Shift], bool] = lambda _: True,
) -> Import:
    """What taking it over would come to. `name`: the file's. `mine`: whether a shift is theirs to plan."""
    if not is_calendar(data, name):
        return _csv(connection, site, data, name, mine)
    people = {
        c.address.lower(): c.person for c in contacts.everything(connection, site.site) if c.way == "email"
    }
    read = read_calendar(data, site, people, now)
    known = {s.key: s for prefix in sorted(read.uids) for s in shifts.of_key(connection, site.site, prefix)}
    problems = list(read.problems)
    found = Import(*_compared(connection, site, list(read.shifts), known, mine, problems))
    there = {shift.key for shift in read.shifts}
    removed = tuple(s for s in known.values() if s.key not in there and s.starts_at > now and mine(s))
    return found._replace(removed=removed, problems=tuple(problems))


def take_over(
    connection: sqlite3.Connection,
    site: Site,
    data: bytes,
    name: str,
    now: datetime,
    by: str | None,
    mine: Callable[[Shift], bool] = lambda _: True,
) -> Import:
    """Put it on the roster; returns what that came to."""
    with transaction(connection):
        found = try_import(connection, site, data, name, now, mine)
        for shift in found.added:
            shifts.add(connection, site.site, shift)
        for change in found.changed:
            shifts.put(connection, site.site, change.after)
        for shift in found.removed:
            shifts.delete(connection, site.site, shift.id)
        if found.changes_something:
            detail = {
                "file": name[:100],
                "added": len(found.added),
                "changed": len(found.changed),
                "removed": len(found.removed),
            }
            audit.add(connection, site.site, now, by, "roster imported", detail)
    return found


def is_calendar(data: bytes, name: str) -> bool:
    return name.lower().endswith((".ics", ".ical")) or data[:200].lstrip(
        b"\xef\xbb\xbf \r\n"
    ).upper().startswith(b"BEGIN:VCALENDAR")


def _csv(
    connection: sqlite3.Connection, site: Site, data: bytes, name: str, mine: Callable[[Shift], bool]
) -> Import:
    read = read_roster(data, name, site)
    wrong = [p for p in read if isinstance(p, Problem)]
    problems = [NotUnderstood(str(p.line), p.code, p.said, p.expected) for p in wrong]
    if problems:
        return Import(problems=tuple(problems))
    found = Import(
        *_compared(connection, site, [s for s in read if isinstance(s, Shift)], {}, mine, problems)
    )
    return Import(problems=tuple(problems)) if problems else found


def _compared(
    connection: sqlite3.Connection,
    site: Site,
    found: list[Shift],
    known: dict[str, Shift],
    mine: Callable[[Shift], bool],
    problems: list[NotUnderstood],
) -> tuple[tuple[Shift, ...], tuple[Change, ...], tuple[Shift, ...], int]:
    """(added, changed, none removed, how many are as they are). What is not theirs is a problem."""
    there = set()
    if found:
        first, last = min(s.starts_at for s in found), max(s.ends_at for s in found)
        there = {_bare(s) for s in shifts.between(connection, site.site, first, last) if s.source == "roster"}
    added, changed, same = [], [], 0
    for shift in dict.fromkeys(found):
        before = known.get(shift.key) if shift.key else None
        if not mine(shift) or (before is not None and not mine(before)):
            when = f"{shift.starts_at.astimezone(site.zone):%Y-%m-%d %H:%M}"
            problems.append(NotUnderstood(f"{shift.person} {when}", "not_yours"))
        elif before is not None and _bare(before) != _bare(shift):
            changed.append(Change(before, msgspec.structs.replace(shift, id=before.id)))
        elif before is not None or _bare(shift) in there:
            same += 1
        else:
            added.append(shift)
    return tuple(added), tuple(changed), (), same


def _bare(shift: Shift) -> Shift:
    return msgspec.structs.replace(shift, id=0, key="")
