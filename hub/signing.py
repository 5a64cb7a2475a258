"""Signing a walk test: what came of it becomes a sealed record, in one transaction with the test's end."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

from hub.clock import Clock
from hub.discovery import describe, descriptions
from hub.seal import digest, seal
from hub.store import audit, records
from hub.store import walk_tests as store
from hub.store.db import transaction
from hub.store.records import Sealed
from hub.trial import Trial, trial_of
from hub.walk_test import end
from rules.building import Site
from rules.pause import Refusal
from rules.record import Record, TestedReading, TestedRule, as_it_hangs, written
from rules.rehearsal import Rehearsed
from rules.trial import ASKED
from rules.walk_test import SIGNED_WITHIN, Test

MOST_OF_A_NOTE = 2000
"""Characters."""


class Signing:
    """`data`: the folder where the key is."""

    def __init__(self, connection: sqlite3.Connection, site: Site, clock: Clock, data: Path) -> None:
        self._connection, self._site, self._clock, self._data = connection, site, clock, data

    def sign(self, id: int, person: str, note: str) -> Sealed | Refusal:
        """End the test, if it runs, and put what came of it on record, sealed."""
        with transaction(self._connection):
            now = self._clock.now()
            test = store.get(self._connection, self._site.site, id)
            if test is None:
                return Refusal(f"{self._site.site} has no walk test {id}", "not_under_test")
            why = cannot_sign(test, person, now, records.of_test(self._connection, id) is not None)
            if why is not None:
                return why
            if test.runs(now):
                test = end(self._connection, test, now, person)
            trial = trial_of(self._connection, self._site, test)
            if trial is None:
                return Refusal(f"{self._site.site} has no device {test.device!r} any more", "no_device")
            record = self._record(trial, now, note.strip()[:MOST_OF_A_NOTE])
            sealed = records.add(self._connection, record, seal(written(record), self._data))
            detail = {"device": test.device, "record": record.number, "verdict": record.verdict}
            audit.add(self._connection, self._site.site, now, person, "walk test signed", detail)
            return sealed

    def _record(self, trial: Trial, now: datetime, note: str) -> Record:
        site, test = self._site, trial.test
        gateway, address = site.gateway_of(trial.device), trial.device.address or trial.device.id
        said = describe(descriptions(self._connection, site), gateway, address)
        before = records.last(self._connection, site.site)
        return Record(
            number=records.next_number(self._connection),
            site=site.site,
            site_name=site.name,
            test=test.id,
            device=as_it_hangs(trial.device, site, said.maker, said.model),
            person=test.person,
            person_name=next((p.name for p in site.people if p.id == test.person), test.person),
            started_at=test.started_at,
            ended_at=test.until,
            signed_at=now,
            verdict=trial.outcome.verdict,
            reasons=trial.outcome.reasons,
            asked=tuple((step.name, n < trial.done) for n, step in enumerate(ASKED[trial.device.role])),
            rules=tuple(_tested_rule(rule) for rule in trial.rehearsal.rules),
            readings=tuple(_tested_reading(heard) for heard in trial.heard),
            note=note,
            previous=digest(before.document) if before is not None else "",
        )


def cannot_sign(test: Test, person: str, now: datetime, signed: bool) -> Refusal | None:
    """Why somebody cannot sign a test."""
    if signed:
        return Refusal("it is signed already", "signed_already")
    if person != test.person:
        return Refusal(f"{test.person} made the test; expected the same person's signature", "not_your_test")
    if test.ended_by is not None:
        return Refusal("the test was cancelled", "not_under_test")
    if now > test.until + SIGNED_WITHIN:
        within = SIGNED_WITHIN.total_seconds() / 60
        return Refusal(f"the test ended over {within:.0f} minutes ago; expected a new one", "test_too_old")
    return None


def _tested_rule(rule: Rehearsed) -> TestedRule:
    after = rule.after.total_seconds() if rule.after is not None else None
    about, others = rule.about, rule.others
    return TestedRule(rule.rule, rule.room, rule.severity, rule.fires, rule.why, about, after, others)


def _tested_reading(heard: store.Heard) -> TestedReading:
    said = heard.reading
    return TestedReading(
        said.measure, said.value, said.at, said.received_at, heard.stored_at, said.own_time, said.snapshot
    )
