"""Asking for somebody to be erased, and the second person's yes."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import get_args

from hub.clock import Clock
from hub.erasing.plan import decoded, encoded, named_by, plan_for
from hub.erasing.tables import records_naming
from hub.store import alerts, audit, erasures, jobs
from hub.store.db import transaction
from hub.store.erasures import Erasure, Why
from rules.building import Site
from rules.health.telling import is_about_devices
from rules.pause import Refusal

MAY: frozenset[str] = frozenset({"leader", "administrator"})
JOB = "erasing"
WHYS: tuple[Why, ...] = get_args(Why)


class Requests:
    """Each change is one transaction."""

    def __init__(self, connection: sqlite3.Connection, site: Site, clock: Clock) -> None:
        self._connection, self._site, self._clock = connection, site, clock

    def ask(self, resident: str, why: Why, by: str) -> Erasure | Refusal:
        """Nothing is deleted before a second person agrees."""
        with transaction(self._connection):
            refusal = self._may(by) or self.in_its_way(resident, why)
            if refusal is not None:
                return refusal
            now = self._clock.now()
            plan = encoded(plan_for(self._connection, self._site, resident))
            asked = erasures.add(self._connection, self._site.site, why, by, now, plan)
            self._note(now, by, "erasure asked for", asked.number)
            return asked

    def confirm(self, number: int, by: str) -> Erasure | Refusal:
        """From now on it is done, and cannot be taken back."""
        with transaction(self._connection):
            asked = self._open(number)
            refusal = self._may(by)
            if isinstance(asked, Refusal) or refusal is not None:
                return asked if isinstance(asked, Refusal) else refusal or asked
            if asked.confirmed_at is not None:
                said = "it was confirmed already, and is gone on with until it is done"
                return Refusal(said, "confirmed_already")
            if asked.asked_by == by:
                return Refusal("you asked for it yourself; expected a second person's yes", "second_person")
            assert asked.plan is not None, "it goes last"
            resident = decoded(asked.plan).resident
            refusal = self.in_its_way(resident, asked.why, but=number)
            if refusal is not None:
                return refusal
            now = self._clock.now()
            erasures.confirm(self._connection, number, by, now)
            erasures.put_plan(
                self._connection, number, encoded(plan_for(self._connection, self._site, resident))
            )
            jobs.due(self._connection, JOB, now)
            self._note(now, by, "erasure confirmed", number)
            return erasures.get(self._connection, self._site.site, number) or asked

    def take_back(self, number: int, by: str) -> Erasure | Refusal:
        with transaction(self._connection):
            asked = self._open(number)
            refusal = self._may(by)
            if isinstance(asked, Refusal) or refusal is not None:
                return asked if isinstance(asked, Refusal) else refusal or asked
            if asked.confirmed_at is not None:
                return Refusal("it was confirmed, and is being done", "confirmed_already")
            now = self._clock.now()
            erasures.take_back(self._connection, number, now)
            self._note(now, by, "erasure taken back", number)
            return erasures.get(self._connection, self._site.site, number) or asked

    def _may(self, by: str) -> Refusal | None:
        person = next((p for p in self._site.people if p.id == by), None)
        if person is None or person.role not in MAY:
            return Refusal(f"{by!r} is no leader or administrator of {self._site.site}", "not_yours")
        return None

    def in_its_way(self, resident: str, why: Why, but: int = 0) -> Refusal | None:
        """What has to be done first. `but`: the erasure that is asked about."""
        today = self._clock.now().astimezone(self._site.zone).date()
        found = next((r for r in self._site.residents if r.id == resident), None)
        if found is None:
            return Refusal(f"{self._site.site} has no resident {resident!r}", "no_resident")
        if why == "moved_out" and found.lives_here(today):
            return Refusal(
                f"{resident} lives here still; expected moved_out in the site file first", "lives_here"
            )
        for open_ in erasures.not_ended(self._connection, self._site.site):
            same = open_.plan is not None and decoded(open_.plan).resident == resident
            if same and open_.number != but:
                return Refusal(f"it was asked for already, by {open_.asked_by}", "asked_already")
        for alert in alerts.open_alerts(self._connection, self._site.site):
            if resident in alert.residents and not is_about_devices(alert.rule):
                return Refusal(f"alert {alert.id} about them is open; expected it closed first", "alert_open")
        named = named_by(plan_for(self._connection, self._site, resident), self._site)
        if sealed := records_naming(self._connection, plan_for(self._connection, self._site, resident)):
            numbers = ", ".join(map(str, sealed))
            return Refusal(f"signed records name them and are never changed: {numbers}", "named_in_record")
        if named:
            return Refusal(f"{named[0]!r} carries their name; expected it renamed first", "named_in_id")
        return None

    def _open(self, number: int) -> Erasure | Refusal:
        found = erasures.get(self._connection, self._site.site, number)
        if found is None or found.ended_at is not None:
            return Refusal(f"{self._site.site} has no open erasure {number}", "no_erasure")
        return found

    def _note(self, at: datetime, by: str, what: str, number: int) -> None:
        audit.add(self._connection, self._site.site, at, by, what, {"erasure": number})
