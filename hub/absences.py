"""Who is away: what people say, and what time does. The same kind of transaction as the desk's; each step is
on the audit trail.

The hub itself lets the rules rest (hub/rounds.py looks here once a second), so that whoever says it may be
another process.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

import msgspec

from hub import alerting
from hub.clock import Clock
from hub.store import absences as store
from hub.store import alerts, audit
from hub.store.db import transaction
from rules.absence import ASK_AGAIN, AWAY_ENDS, SOMEBODY_IN, Absence, Reason, registered
from rules.alert import Concern
from rules.building import Site
from rules.finding import Evidence, Finding
from rules.integration import is_program
from rules.pause import Refusal


class Absences:
    def __init__(self, connection: sqlite3.Connection, site: Site, clock: Clock) -> None:
        self._connection, self._site, self._clock = connection, site, clock

    def known(self) -> list[Absence]:
        """Who is away or will be, the first to come back first."""
        return store.active(self._connection, self._site.site)

    def away(
        self,
        resident: str,
        reason: Reason,
        back_by: datetime,
        person: str,
        away_from: datetime | None = None,
    ) -> Absence | Refusal:
        """A resident is away until `back_by`, from now unless told. Said again it changes reason and return;
        when they left stays, unless that is told anew.
        """
        with transaction(self._connection):
            now = self._clock.now()
            if (refusal := self._stranger(resident, person, now)) is not None:
                return refusal
            known = store.of(self._connection, self._site.site, resident)
            left = away_from or (known.away_from if known is not None else now)
            asked = Absence(
                0 if known is None else known.id,
                self._site.site,
                resident,
                reason,
                person,
                now,
                left,
                back_by,
            )
            absence = registered(asked)
            if isinstance(absence, Refusal):
                return absence
            if known is None:
                absence = store.add(self._connection, absence)
            else:
                store.put(self._connection, absence)
                _pass(self._connection, self._site, absence, AWAY_ENDS, now)
            self._note(absence, "away" if known is None else "away changed", person, now)
            return absence

    def back(self, resident: str, person: str) -> Absence | Refusal:
        """The resident came home, or does not go after all."""
        with transaction(self._connection):
            now = self._clock.now()
            if (refusal := self._stranger(resident, person, now)) is not None:
                return refusal
            absence = store.of(self._connection, self._site.site, resident)
            if absence is None:
                return Refusal(f"{resident} is not away", "not_away")
            return _end(self._connection, self._site, absence, now, person)

    def _stranger(self, resident: str, person: str, now: datetime) -> Refusal | None:
        today = now.astimezone(self._site.zone).date()
        if not any(r.id == resident and r.lives_here(today) for r in self._site.residents):
            return Refusal(f"no {resident!r} lives in {self._site.site}", "no_resident")
        known = is_program(person) or any(somebody.id == person for somebody in self._site.people)
        if not known:
            return Refusal(f"{self._site.site} has no person {person!r}", "no_person")
        return None

    def _note(self, absence: Absence, what: str, by: str, at: datetime) -> None:
        detail = {"resident": absence.resident, "reason": absence.reason, "back_by": absence.back_by}
        audit.add(self._connection, self._site.site, at, by, what, detail)


def let_time_pass(connection: sqlite3.Connection, site: Site, now: datetime) -> None:
    """What time does to absences by `now`: a reminder before the end, and the end. No transaction where
    nothing is due.
    """
    waiting = [
        a
        for a in store.active(connection, site.site)
        if a.back_by <= now or (a.reminded_at is None and a.reminder_due <= now)
    ]
    if not waiting:
        return
    with transaction(connection):
        for stale in waiting:
            absence = store.of(connection, site.site, stale.resident)
            if absence is None or absence.id != stale.id:
                continue  # somebody was quicker
            if absence.back_by <= now:
                _end(connection, site, absence, absence.back_by, None)
            elif absence.reminded_at is None and absence.reminder_due <= now:
                _remind(connection, site, absence, now)


def somebody_in(
    connection: sqlite3.Connection, site: Site, away: Sequence[Absence], heard: Evidence, found_at: datetime
) -> None:
    """Something stirred in the flat of these residents though all of them are away. Asked once; where
    somebody answered that it is not the resident, anew after an hour. Within a transaction.
    """
    room = _room(site, away[0].resident)
    if alerts.open_alert(connection, site.site, SOMEBODY_IN, room) is not None:
        return
    asked = alerts.newest_closed(connection, site.site, SOMEBODY_IN, room)
    if asked is not None and asked.closed_at is not None and heard.at < asked.closed_at + ASK_AGAIN:
        return
    known = tuple(_evidence(absence) for absence in away)
    reason = "heard though all are away"
    finding = Finding(SOMEBODY_IN, room, "raised", heard.at, reason, heard.device, (*known, heard))
    alerting.take(connection, site.site, finding, _concern(site, room, away), found_at)


def _end(
    connection: sqlite3.Connection, site: Site, absence: Absence, at: datetime, by: str | None
) -> Absence:
    after = msgspec.structs.replace(absence, ended_at=at, ended_by=by)
    store.put(connection, after)
    detail = {"resident": absence.resident, "away_from": absence.away_from}
    audit.add(connection, site.site, at, by, "away ended", detail)
    _pass(connection, site, absence, AWAY_ENDS, at)
    _pass(connection, site, absence, SOMEBODY_IN, at)
    return after


def _remind(connection: sqlite3.Connection, site: Site, absence: Absence, at: datetime) -> None:
    store.put(connection, msgspec.structs.replace(absence, reminded_at=at))
    room = _room(site, absence.resident)
    finding = Finding(AWAY_ENDS, room, "raised", at, "is expected back", evidence=(_evidence(absence),))
    alerting.take(connection, site.site, finding, _concern(site, room, [absence]), at)


def _pass(connection: sqlite3.Connection, site: Site, absence: Absence, rule: str, at: datetime) -> None:
    """What was asked or told of an absence passes with it. Of two who share a room the reminders are one,
    and it stands as long as either is expected.
    """
    room = _room(site, absence.resident)
    if alerts.open_alert(connection, site.site, rule, room) is None:
        return
    others = [
        other
        for other in store.active(connection, site.site)
        if other.id != absence.id and other.reminded_at is not None and _room(site, other.resident) == room
    ]
    if rule == AWAY_ENDS and others:
        return
    finding = Finding(rule, room, "cleared", at, "away no longer")
    alerting.take(connection, site.site, finding, _concern(site, room, [absence]), at)


def _evidence(absence: Absence) -> Evidence:
    """The resident as its device, why they are away as its value, the return as its instant."""
    return Evidence(absence.resident, "away", absence.reason, absence.back_by)


def _concern(site: Site, room: str, away: Sequence[Absence]) -> Concern:
    unit = next((r.unit for r in site.rooms if r.id == room), "")
    return Concern("low", unit, tuple(absence.resident for absence in away))


def _room(site: Site, resident: str) -> str:
    return next((r.room for r in site.residents if r.id == resident), "")
