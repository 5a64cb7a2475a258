"""What is done by the clock beside the readings, in threads and children of its own: the write-ahead log is
moved into the database file, the journal into the history, what nobody needs any more is deleted, residents
are erased, backups written, months reported. With finite defaults: no disk fills by itself.

Here: which jobs there are. Not here: that each is done once (hub/timetable.py), nor what it does.
"""

from __future__ import annotations

import logging
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from hub import certificates, integrations
from hub.audit_chain import HEADS, note_head
from hub.child import begun, end
from hub.clock import now, steady
from hub.history.child import HistoryChild
from hub.quality_reports import missing
from hub.retention import days_kept, prune, zone_of
from hub.settings import Settings
from hub.site.file import SiteFile, read_held
from hub.store import erasures, sites
from hub.store.db import LOG_PAGES, checkpoint, connect
from hub.store.sites import NoSiteError
from hub.timetable import Job, JobError, run_if_due

log = logging.getLogger(__name__)

CHECKPOINT_S = 2
HISTORY_S = 60
LOOK_S = 10
"""How often the timetable is looked at."""
RETENTION_AT = "03:30"
REPORTS_AT = "05:00"
"""Each day: on the first of a month there is a month to report, later only what could not be done then."""
CERTIFICATES_EVERY = timedelta(hours=6)
ERASING_EVERY = timedelta(days=1)
"""Beside this it is done when somebody asks for it."""
CHILD_WITHIN_S = 2 * 3600.0
"""[default] What takes longer hangs: every other job waits for it. A backup of years takes minutes."""


class Jobs:
    def __init__(self, settings: Settings, child_within_s: float = CHILD_WITHIN_S) -> None:
        """`child_within_s`: in which a child has to have ended."""
        database = settings.database
        self._child_within_s = child_within_s
        self._settings, self._stopping = settings, Event()
        self._history = HistoryChild(settings)
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for work, seconds in (
            (checkpoint_log, CHECKPOINT_S),
            (self.keep_history, HISTORY_S),
            (self.keep_the_timetable, LOOK_S),
        ):
            self._scheduler.add_job(
                partial(_try, work, database), "interval", seconds=seconds, next_run_time=now()
            )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """A job that is at work comes to its end first; a child is ended, and its work begun again."""
        self._stopping.set()
        self._history.stop()
        self._scheduler.shutdown()

    def keep_history(self, _: Path) -> None:
        self._history.run_if_due(now())

    def keep_the_timetable(self, database: Path) -> None:
        for job in timetable(self._settings, self._child):
            if self._stopping.is_set():
                return
            run_if_due(database, job, now)

    def _child(self, module: str, *words: str) -> str:
        """A module of ours, at its own pace; what it said. Raises JobError where it failed, or hangs: then it
        is ended, whatever it says to that.
        """
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with begun(module, *words, "--data", str(self._settings.data), **streams) as child:
            return self._said_by(child)

    def _said_by(self, child: subprocess.Popen[str]) -> str:
        began = steady()
        while True:
            try:
                said, wrong = child.communicate(timeout=0.2)
            except subprocess.TimeoutExpired:
                if self._stopping.is_set():
                    end(child)
                    raise JobError("the hub stopped") from None
                if steady() - began > self._child_within_s:
                    end(child)
                    raise JobError(f"its process hung for {self._child_within_s:.0f} s") from None
                continue
            if child.returncode != 0:
                raise JobError(wrong.strip() or f"its process ended with code {child.returncode}")
            return said.strip()


def timetable(settings: Settings, child: Callable[..., str]) -> list[Job]:
    """All that is done once, by whom of us comes first. `child` runs a module."""
    if settings.clock != "wall":
        return []  # a replay's rows are old on arrival
    zone = _zone(settings)
    found = [
        Job("retention", partial(_daily, RETENTION_AT, zone), partial(_retention, settings)),
        Job("audit", partial(_daily, RETENTION_AT, zone), partial(_audit_head, settings)),
        Job("integrations", lambda at: at + integrations.WARNED_EVERY, partial(integrations.warn, settings)),
        Job("certificates", lambda at: at + CERTIFICATES_EVERY, partial(_certificates, settings)),
        Job("alarm reports", partial(_daily, REPORTS_AT, zone), partial(_alarm_reports, settings, child)),
    ]
    if settings.backup_recipient is not None:
        found.append(
            Job(
                "backup",
                partial(_daily, settings.backup_at, zone),
                lambda _: child("hub", "backup", "--quietly"),
            )
        )
    if _somebody_is_to_be_erased(settings):
        found.append(
            Job("erasing", lambda at: at + ERASING_EVERY, lambda _: child("hub", "erase", "--go-on"))
        )
    return found


def _retention(settings: Settings, at: datetime) -> str:
    with closing(connect(settings.database)) as connection:
        days = days_kept(connection, settings)
    deleted = prune(settings.database, days, at)
    said = ", ".join(f"{count} {name}" for name, count in sorted(deleted.items()))
    what = f"deleted: {said}" if said else "nothing was too old"
    if settings.influx_url is not None:
        from hub.history.influx_keeping import keep_for  # here: its library takes 16 MB and 0.3 s

        # Where the pages ask InfluxDB, the hours of years are worked out of the readings there.
        asked = days["hourly"] if settings.history == "influxdb" else days["readings"]
        what = "; ".join(filter(None, (what, keep_for(settings, asked))))
    return what


def _audit_head(settings: Settings, at: datetime) -> str:
    with closing(connect(settings.database)) as connection:
        return note_head(connection, settings.data / HEADS, at)


def _certificates(settings: Settings, at: datetime) -> str:
    return certificates.look(settings, at)


def _alarm_reports(settings: Settings, child: Callable[..., str], at: datetime) -> str:
    """The documents are made in the pages' room, and only where one is missing."""
    with closing(connect(settings.database)) as connection:
        try:
            found = read_held(sites.in_force(connection, settings.site).document)
        except NoSiteError:
            return "no site"
        due = isinstance(found, SiteFile) and bool(missing(connection, found.site, at))
    return child("dashboards.monthly") if due else "nothing to report"


def _somebody_is_to_be_erased(settings: Settings) -> bool:
    with closing(connect(settings.database)) as connection:
        return bool(erasures.to_be_done(connection))


def _zone(settings: Settings) -> ZoneInfo:
    with closing(connect(settings.database)) as connection:
        try:
            return zone_of(connection, sites.in_force(connection, settings.site).site)
        except NoSiteError:
            return ZoneInfo("UTC")


def _daily(clock: str, zone: ZoneInfo, after: datetime) -> datetime:
    hour, minute = clock.split(":")
    due: datetime | None = CronTrigger(hour=int(hour), minute=int(minute), timezone=zone).get_next_fire_time(
        None, after
    )
    assert due is not None
    return due.astimezone(after.tzinfo)


def _try(job: Callable[[Path], None], database: Path) -> None:
    """A disk that fails is told of by whoever must write; a job is only done later."""
    try:
        job(database)
    except sqlite3.Error as error:
        log.warning("%s was put off: %s", getattr(job, "__name__", "a job"), error)


def checkpoint_log(database: Path) -> None:
    """Move the write-ahead log into the database. Where it has become long all the same, because it is
    written as fast as it is moved, writers wait for the rest of it.
    """
    with closing(connect(database)) as connection:
        if checkpoint(connection, "PASSIVE") > LOG_PAGES:
            checkpoint(connection, "RESTART")
