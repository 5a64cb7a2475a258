"""Doing it, step by step. Each step may be killed and is then done again; what it had deleted stays deleted,
and what it counted is counted once it is done.

The last steps rewrite both database files and empty their logs, so that no byte of it is left in them.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from time import sleep

import msgspec

from hub.clock import Clock, steady
from hub.disk_room import expect_room, size_of
from hub.erasing import documents, ledger, tables, times
from hub.erasing.plan import Plan, decoded
from hub.erasing.receipt import HeldBackup, Receipt, written
from hub.erasing.stays import without
from hub.history.segments import beside, connect_history
from hub.history.upkeep import move, prune_journal
from hub.seal import seal
from hub.settings import Settings
from hub.site.change import Changed, change_site
from hub.site.edits import ChangeDevice, Edit, RemovePart
from hub.site.file import SiteFile, read_held
from hub.store import audit, backups, erased_times, erasures, shared_times, sites
from hub.store.db import connect, transaction
from hub.store.erasures import Erasure
from hub.store.instants import to_us
from hub.timetable import JobError, alone

LOCK = "erasing-at-work"
LOG_TRIES, BETWEEN_S = 600, 0.05
"""Half a minute for whoever still reads, before the log can be emptied."""
PRUNED_AT_ONCE = 10_000
"""Holds the database for some 10 ms each; the pauses between fewer at once are most of what erasing takes."""
ON_ITS_WAY_S = 15.0
"""[default] Longer than a write to InfluxDB may take (hub/history/destination.py)."""


def go_on(settings: Settings, clock: Clock) -> list[Erasure]:
    """Do all that two people have said yes to; those that are finished now. Raises JobError where something
    stands in the way: then it goes on from there the next time.
    """
    with alone(settings.database, LOCK) as we_are:
        if not we_are:
            raise JobError("another process is at it")
        with closing(_connected(settings.database)) as connection:
            waiting = erasures.to_be_done(connection)
            for erasure in waiting:
                _Work(connection, settings, clock, erasure).run()
            done = [erasures.get(connection, erasure.site, erasure.number) for erasure in waiting]
    return [erasure for erasure in done if erasure is not None]


class _Work:
    def __init__(
        self, connection: sqlite3.Connection, settings: Settings, clock: Clock, erasure: Erasure
    ) -> None:
        self._connection, self._settings, self._clock = connection, settings, clock
        self._erasure = erasure
        self._rows_gone = steady()
        """When the last of them were deleted; after a kill nobody knows, and it counts from the start."""

    @property
    def _named(self) -> str:
        """As the audit trail names it."""
        return f"erasure {self._erasure.number}"

    def run(self) -> None:
        if self._erasure.plan is not None:
            plan = decoded(self._erasure.plan)
            done: dict[str, dict[str, int]] = msgspec.json.decode(self._erasure.done)
            for name, step in self._steps().items():
                if name not in done:
                    done[name] = dict(step(plan))
                    with transaction(self._connection):
                        erasures.put_done(
                            self._connection, self._erasure.number, msgspec.json.encode(done).decode()
                        )
            self._seal(plan, done)
        _empty_log(self._connection)
        with transaction(self._connection):
            erasures.end(self._connection, self._erasure.number, self._clock.now())

    def _steps(self) -> dict[str, Callable[[Plan], Mapping[str, int]]]:
        return {
            "times": self._no_more_of_their_time,  # first: from here on nothing of it is kept
            "site": self._take_out_of_the_site,
            "readings": self._readings,
            "database": self._rows,
            "files": self._files,
            "time series": self._time_series,  # last: the house's own files do not wait for another machine
        }

    def _take_out_of_the_site(self, plan: Plan) -> dict[str, int]:
        """In force the ordinary way: the hub, the pages and whoever edits take notice."""
        version = sites.newest(self._connection, plan.site)
        file = read_held(version.document) if version is not None else None
        if not isinstance(file, SiteFile):
            raise JobError("the site in force does not hold together; expected it corrected first")
        if all(resident.id != plan.resident for resident in file.site.residents):
            return {}
        edits: list[Edit] = [RemovePart("residents", plan.resident)]
        for d in file.site.devices:
            if d.resident == plan.resident:
                edits.append(ChangeDevice(d.id, d.room, d.role, d.gateway, d.address, None))
        by = self._erasure.confirmed_by or self._erasure.asked_by
        outcome = change_site(self._connection, plan.site, edits, by, self._clock)
        if not isinstance(outcome, Changed):
            raise JobError(f"the site cannot do without them: {outcome}")
        return {"residents": 1}

    def _no_more_of_their_time(self, plan: Plan) -> dict[str, int]:
        """What devices tell of it later, which kept it to themselves, is not kept (rules/erased.py).
        Of a room that was shared it stays known that it was, and when.
        """
        now = to_us(self._clock.now())
        times = [(span.device, span.since, min(span.until, now)) for span in plan.spans if span.since < now]
        with transaction(self._connection):
            erased_times.put(self._connection, plan.site, times)
            together = without(plan.stays, plan.alone)
            shared = [(s.room, s.since, min(s.until, now)) for s in together if s.since < now]
            shared_times.put(self._connection, plan.site, shared)
        return {}

    def _readings(self, plan: Plan) -> dict[str, int]:
        with closing(connect_history(beside(self._settings.database))) as history:
            history.execute("PRAGMA secure_delete = ON")
            # The journal last: what moves meanwhile is looked for again by the step after a kill.
            journal = times.erase_from_journal(self._connection, plan.spans)
            return {"journal": journal, "history": times.erase_from_history(history, plan.spans)}

    def _time_series(self, plan: Plan) -> dict[str, int]:
        if self._settings.influx_url is None:
            return {}
        from hub.history.influx_keeping import delete_residents  # here: its library takes 16 MB and 0.3 s

        # What the relay had read before the rows were gone is there by now, or never comes.
        sleep(max(0.0, self._rows_gone + ON_ITS_WAY_S - steady()))
        return {"series": delete_residents(self._settings, list(plan.tags))}

    def _rows(self, plan: Plan) -> Counter[str]:
        with transaction(self._connection):
            done = tables.erase_alerts(self._connection, plan, to_us(self._clock.now()))
            done += tables.erase_rows(self._connection, plan)
            done["site versions"] += documents.erase_from_versions(self._connection, plan)
            done["site changes"] += documents.erase_from_changes(self._connection, plan)
            done["audit"] += tables.erase_from_the_trail(self._connection, plan, self._named)
            done += tables.erase_words(self._connection, plan)
        self._rows_gone = steady()
        return done

    def _files(self, plan: Plan) -> dict[str, int]:
        """Rewrite both files, one after the other, and look whether anything is left. Whoever writes waits
        while the journal's file is rewritten: what the history has is taken out of it before, bit by bit.
        """
        database, history_file = self._settings.database, beside(self._settings.database)
        expect_room([(self._settings.data, 2 * max(size_of(database), size_of(history_file)))])  # for VACUUM
        with closing(connect_history(history_file)) as history:
            history.execute("PRAGMA secure_delete = ON")
            self._erase_what_was_on_its_way(history, plan)
            while move(self._connection, history):
                pass
            everything = self._clock.now() + timedelta(days=1)
            to = self._settings.influx_destination
            prune_journal(self._connection, history, everything, to, PRUNED_AT_ONCE)
            history.execute("VACUUM")
            _empty_log(history)
        if where := tables.left(self._connection, plan):
            with transaction(self._connection):  # somebody wrote it down meanwhile
                tables.erase_rows(self._connection, plan)
                tables.erase_from_the_trail(self._connection, plan, self._named)
                tables.erase_words(self._connection, plan)
            if again := [one for one in tables.left(self._connection, plan) if one in where]:
                raise JobError(f"it still stands in {', '.join(again)}")
        self._connection.execute("VACUUM")
        _empty_log(self._connection)
        return {}

    def _erase_what_was_on_its_way(self, history: sqlite3.Connection, plan: Plan) -> None:
        """Messages that the hub had in its hands while their readings were deleted."""
        times.erase_from_journal(self._connection, plan.spans)
        times.erase_from_history(history, plan.spans)

    def _seal(self, plan: Plan, done: dict[str, dict[str, int]]) -> None:
        """The receipt; with it the plan goes, which is the last that says who it was."""
        erasure = self._erasure
        assert erasure.confirmed_by is not None
        assert erasure.confirmed_at is not None
        site = sites.newest(self._connection, plan.site)
        file = read_held(site.document) if site is not None else None
        now = self._clock.now()
        receipt = Receipt(
            erasure.number,
            plan.site,
            file.site.name if isinstance(file, SiteFile) else plan.site,
            erasure.why,
            erasure.asked_by,
            erasure.asked_at,
            erasure.confirmed_by,
            erasure.confirmed_at,
            now,
            {name: counts for name, counts in done.items() if counts},
            plan.stays != plan.alone,
            tuple(
                HeldBackup(b.file, b.made_at, b.kept_until)
                for b in backups.everything(self._connection)
                if (self._settings.backups / b.file).exists()
            ),
        )
        text = written(receipt)
        ledger.add(self._settings, plan, erasure, now)
        with transaction(self._connection):
            erasures.put_receipt(self._connection, erasure.number, text, seal(text, self._settings.data))
            detail = {"erasure": erasure.number}
            audit.add(self._connection, plan.site, now, None, "resident erased", detail)


def _connected(database: Path) -> sqlite3.Connection:
    """What is deleted here is overwritten."""
    connection = connect(database)
    connection.execute("PRAGMA secure_delete = ON")
    return connection


def _empty_log(connection: sqlite3.Connection) -> None:
    """Nothing of what was changed is left in the write-ahead log. Raises JobError where somebody reads on."""
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")  # most of it, while others write
    for _ in range(LOG_TRIES):
        if not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            return
        sleep(BETWEEN_S)
    raise JobError("somebody has been reading the database for half a minute: its log stays full")
