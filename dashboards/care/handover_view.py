"""What the next shift must know, gathered: for the page, for the printed document and for calls."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from dashboards.care.bases import Review, reviews_of
from dashboards.care.duty_view import UnitNow, on_duty_now
from dashboards.care.goals import rows_of as goals_of
from dashboards.care.off import Line, lines, lines_on_again
from dashboards.care.relative_reviews import TaskRow, near_rows
from dashboards.snapshot import read_snapshot
from dashboards.technician.faults import Lost, Row, read_faults, read_lost
from dashboards.views import Board, board, voice_of
from dashboards.visit import Visit
from hub.store import absences, alerts, hand_over, shifts
from hub.store.alerts import AlertEvent
from hub.store.hand_over import Note
from rules import wording
from rules.alert import Alert, Outcome

HOURS = (8, 12, 24)
SHIFT = timedelta(hours=12)
"""[default] How far back the next shift is told of what happened."""
EARLY = timedelta(hours=1)
"""[default] Who reads the hand-over this long before their shift begins, has read it."""


class Back(NamedTuple):
    """Who came home during the shift."""

    name: str
    room: str
    at: str


class Happened(NamedTuple):
    """A closed alert. `came`, `came_after`: who was there first, after how long; empty where nobody was."""

    id: int
    room: str
    residents: tuple[str, ...]
    what: str
    outcome: Outcome | None
    came: str
    came_after: str
    took: timedelta | None


class NoteShown(NamedTuple):
    id: int
    about: str
    words: str
    by: str
    at: str
    until: str


class Reader(NamedTuple):
    """Somebody on duty now; `at` is empty where they have not read the hand-over of this shift."""

    name: str
    at: str
    is_me: bool


class GoalShown(NamedTuple):
    room: str
    who: tuple[str, ...]
    word: str
    yesterday: str
    streak: int


class HandedOver(NamedTuple):
    hours: int
    board: Board
    notes: tuple[NoteShown, ...]
    happened: tuple[Happened, ...]
    longest: tuple[Happened, ...]
    off: tuple[Line, ...]
    lacking: tuple[Line, ...]
    on_again: tuple[Line, ...]
    back: tuple[Back, ...]
    faults: tuple[Row, ...]
    lost: tuple[Lost, ...]
    goals: tuple[GoalShown, ...]
    reviews: tuple[Review, ...]
    to_ask: tuple[TaskRow, ...]
    on_duty: tuple[UnitNow, ...]
    readers: tuple[Reader, ...]


def handed_over(visit: Visit, hours: int = 12) -> HandedOver:
    """Of the units that whoever asks looks after."""
    since = visit.now - timedelta(hours=hours)
    shown = board(read_snapshot(visit.connection, visit.house, visit.now), visit.scope)
    off = lines(visit)
    happened = _happened(visit, since)
    slowest = sorted((h for h in happened if h.took is not None), key=lambda h: h.took or SHIFT, reverse=True)
    return HandedOver(
        hours,
        shown,
        tuple(_note(visit, note) for note in notes_of(visit)),
        tuple(happened),
        tuple(slowest[:3]),
        tuple(line for line in off if line.cause not in ("no_basis", "no_sensor", "away")),
        tuple(line for line in off if line.cause in ("no_basis", "no_sensor")),
        tuple(lines_on_again(visit, since)),
        tuple(_back(visit, since)),
        tuple(read_faults(visit)),
        tuple(read_lost(visit)),
        tuple(_goals(visit)),
        tuple(reviews_of(visit)),
        tuple(near_rows(visit)),
        tuple(on_duty_now(visit)),
        tuple(_readers(visit)),
    )


def notes_of(visit: Visit) -> list[Note]:
    """Those that stand, of their units and of the whole house."""
    found = hand_over.notes(visit.connection, visit.house.site.site, visit.now)
    return [note for note in found if visit.access.sees_unit(note.unit)]


def _note(visit: Visit, note: Note) -> NoteShown:
    house, voice = visit.house, voice_of(visit.scope, visit.house, visit.now)
    resident = house.resident(note.resident) if note.resident else None
    about = house.unit_name(note.unit) if note.unit else house.site.name
    if resident is not None:
        about = f"{house.room_name(resident.room)} {resident.name}"
    by, at, until = house.person_name(note.written_by), note.written_at, note.ends_at
    return NoteShown(note.id, about, note.words, by, wording.at(at, voice), wording.at(until, voice))


def _happened(visit: Visit, since: datetime) -> list[Happened]:
    """Alerts that were closed, the newest first."""
    site = visit.house.site.site
    found = alerts.recent(visit.connection, site, since)
    trails = alerts.trails(visit.connection, site, since, visit.now)
    return [
        _one(visit, alert, alerts.first_there(trails.get(alert.id, ())))
        for alert in found
        if visit.access.sees_alert(alert) and (alert.closed_at or since) >= since
    ]


def _one(visit: Visit, alert: Alert, there: AlertEvent | None) -> Happened:
    house, voice = visit.house, voice_of(visit.scope, visit.house, visit.now)
    residents = (house.resident(id) for id in alert.residents)
    took = there.at - alert.found_at if there is not None else None
    return Happened(
        alert.id,
        house.room_name(alert.room),
        tuple(r.name for r in residents if r is not None and visit.access.sees_resident(r, house.site)),
        " ".join(
            line
            for line in (
                wording.what_happened(alert, house.rule_of(alert), house.site_of(alert), voice),
                wording.how_often(alert, voice),
            )
            if line is not None
        ),
        alert.outcome,
        house.person_name(there.by) if there is not None else "",
        wording.length(took, visit.language) if took is not None else "",
        took,
    )


def _back(visit: Visit, since: datetime) -> list[Back]:
    """The newest first."""
    house, voice = visit.house, voice_of(visit.scope, visit.house, visit.now)
    found = []
    for absence in absences.ended(visit.connection, house.site.site, since):
        resident = house.resident(absence.resident)
        if absence.ended_at is None or resident is None:
            continue
        if visit.access.sees_resident(resident, house.site):
            at = wording.at(absence.ended_at, voice)
            found.append(Back(resident.name, house.room_name(resident.room), at))
    return found


def _goals(visit: Visit) -> list[GoalShown]:
    return [
        GoalShown(row.place, row.who, row.word, row.days[-1].outcome, row.streak) for row in goals_of(visit)
    ]


def _readers(visit: Visit) -> list[Reader]:
    """Those on duty now in these units, and whether they have read the hand-over of their shift."""
    site, voice = visit.house.site, voice_of(visit.scope, visit.house, visit.now)
    here = {
        s.person: s.starts_at
        for s in shifts.on_duty(visit.connection, site, visit.now)
        if not s.units or any(visit.access.sees_unit(unit) for unit in s.units)
    }
    read = dict(hand_over.receipts(visit.connection, site.site, visit.now - timedelta(hours=48)))
    here.setdefault(visit.person.id, visit.now - timedelta(hours=8))
    found = []
    for person, began in here.items():
        at = read.get(person)
        in_time = at is not None and at >= began - EARLY
        is_me = person == visit.person.id
        said = wording.at(at, voice) if at is not None and in_time else ""
        found.append(Reader(visit.house.person_name(person), said, is_me))
    return found
