"""All that is off right now in one list, each with its owner, reason and end: for the board, the page of what
is off, and the hand-over.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from hub.store import absences, pauses, walk_tests
from rules.absence import away_now, empty_rooms, resting
from rules.pause import Pause
from rules.rulebook import Rulebook

Cause = Literal["paused", "device_paused", "device_tested", "away", "no_basis", "no_sensor"]
CAUSES: tuple[Cause, ...] = ("paused", "device_paused", "device_tested", "away", "no_basis", "no_sensor")


Living = Mapping[str, tuple[str, ...]]
"""Room → who lives there."""


class Off(NamedTuple):
    """Something that watches over nobody now. `names`: rules, or of `device_…` the device. `owner`: a
    person's id, None where nobody decided it. `reason`: their own words; of `away` the kind of absence. An
    `until` of None: until somebody does something about it.
    """

    cause: Cause
    room: str
    names: tuple[str, ...]
    owner: str | None = None
    reason: str = ""
    since: datetime | None = None
    until: datetime | None = None
    residents: tuple[str, ...] = ()
    pause: Pause | None = None


def all_off(connection: sqlite3.Connection, book: Rulebook, now: datetime) -> list[Off]:
    """By cause in the order of CAUSES, of each the first to end first."""
    living = {watch.room: watch.residents for watch in book.watches.values()}
    found = [
        *_paused(connection, book, living),
        *_tested(connection, book, living, now),
        *_resting(connection, book, living, now),
        *_lacking(book, living),
    ]
    return sorted(found, key=lambda off: (CAUSES.index(off.cause), off.until or now, off.room, off.names))


def on_again(connection: sqlite3.Connection, book: Rulebook, since: datetime) -> list[Off]:
    """What was paused and went on again since then, the newest first. `until`: when that was."""
    living = {watch.room: watch.residents for watch in book.watches.values()}
    return [_of_pause(pause, living) for pause in pauses.ended(connection, book.site.site, since)]


def _paused(connection: sqlite3.Connection, book: Rulebook, living: Living) -> Iterator[Off]:
    return (_of_pause(pause, living) for pause in pauses.active(connection, book.site.site))


def _of_pause(pause: Pause, living: Living) -> Off:
    return Off(
        "paused" if pause.device is None else "device_paused",
        pause.room,
        (pause.subject,),
        pause.owner,
        pause.reason,
        pause.paused_at,
        pause.ended_at or pause.ends_at,
        living.get(pause.room, ()),
        pause,
    )


def _tested(connection: sqlite3.Connection, book: Rulebook, living: Living, now: datetime) -> Iterator[Off]:
    rooms = {device.id: device.room for device in book.site.devices}
    for test in walk_tests.running(connection, book.site.site):
        if test.runs(now) and test.device in rooms:
            room = rooms[test.device]
            since, until = test.started_at, test.ends_at
            yield Off(
                "device_tested", room, (test.device,), test.person, "", since, until, living.get(room, ())
            )


def _resting(connection: sqlite3.Connection, book: Rulebook, living: Living, now: datetime) -> Iterator[Off]:
    away = away_now(absences.active(connection, book.site.site), now)
    rest = resting(book, empty_rooms(book, away)) if away else {}
    for room in dict.fromkeys(room for _, room in rest):
        names = tuple(name for name, there in rest if there == room)
        theirs = [absence for resident in living.get(room, ()) if (absence := away.get(resident)) is not None]
        first = min(theirs, key=lambda absence: absence.back_by)
        since = max(absence.away_from for absence in theirs)
        residents = tuple(absence.resident for absence in theirs)
        yield Off("away", room, names, first.registered_by, first.reason, since, first.back_by, residents)


def _lacking(book: Rulebook, living: Living) -> Iterator[Off]:
    """One for each room and the same residents, however many rules."""
    lacking: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for off in book.without_basis:
        lacking.setdefault((off.room, off.residents), []).append(off.rule)
    for (room, residents), rules in lacking.items():
        yield Off("no_basis", room, tuple(rules), residents=residents)
    uncovered: dict[str, dict[str, None]] = {}
    for one in book.uncovered:
        uncovered.setdefault(one.room, {})[one.rule] = None
    for room, names in uncovered.items():
        yield Off("no_sensor", room, tuple(names), residents=living.get(room, ()))
