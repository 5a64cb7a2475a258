"""One look at each part of Vaka from outside, and what is wrong with it, in a sentence. Only reads."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import urllib3

from hub.audit_round import overdue
from hub.site.file import SiteFile, read_held
from hub.store import contacts, health, shifts, sites
from hub.watch.state import Reachable
from rules.building import Site
from rules.duty import LONGEST
from rules.week import as_worked

HUB_SILENT_AFTER = timedelta(seconds=6)
"""The hub writes down each second that it lives."""
LATE_AFTER = timedelta(minutes=2)
"""[default] The hub's own auditor mends what is overdue within seconds; what is so late it did not."""
DISK_FREE = 200 * 1024**2  # bytes: with a full disk no reading is taken
ANSWER_WITHIN = 4.0  # seconds
ROSTER_KEPT = timedelta(days=2)
"""How far ahead the watchman remembers who is on duty, for when the database can't be read."""


@contextmanager
def reading(database: Path) -> Iterator[sqlite3.Connection]:
    """The database, to read from only."""
    connection = sqlite3.connect(
        f"{database.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=2
    )
    connection.row_factory = sqlite3.Row
    with closing(connection):
        yield connection


def hub_trouble(connection: sqlite3.Connection, site: str, now: datetime) -> str | None:
    hub = next((h for h in health.everything(connection, site) if h.part == "hub"), None)
    if hub is None:
        return "the hub was never at work"
    silent = now - hub.seen
    if -silent > HUB_SILENT_AFTER:  # the clock was set back: a hub that lives says so by the new time
        return "the hub has said nothing since the clock was set back"
    return (
        f"the hub has said nothing for {silent.total_seconds():.0f} s" if silent > HUB_SILENT_AFTER else None
    )


def alerting_trouble(connection: sqlite3.Connection, site: Site, now: datetime) -> str | None:
    """What the hub's own auditor should have mended long ago."""
    late = [one for one in overdue(connection, site, now) if now - one.since > LATE_AFTER]
    grave = [one for one in late if one.reason in ("call", "owner", "no_next_step", "untold")]
    if grave:
        return f"{len(grave)} steps of open alerts are overdue"
    return next(
        (f"a thread of the hub fails ({one.subject})" for one in late if one.reason == "thread"), None
    )


def disk_trouble(folder: Path) -> str | None:
    free = shutil.disk_usage(folder).free
    return f"only {free // 1024**2} MiB of disk are free" if free < DISK_FREE else None


def web_trouble(pool: urllib3.PoolManager, address: str) -> str | None:
    """Whether the pages answer at all: that they say of the hub is the hub's."""
    try:
        answer = pool.request("GET", f"{address}/healthz", timeout=ANSWER_WITHIN, retries=False)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        return f"the pages do not answer ({type(error).__name__})"
    return None if answer.status in (200, 503) else f"the pages answer {answer.status}"


def site_of(connection: sqlite3.Connection, site: str | None) -> Site | None:
    read = read_held(sites.in_force(connection, site).document)
    return read.site if isinstance(read, SiteFile) else None


def people(connection: sqlite3.Connection, site: Site, now: datetime) -> list[Reachable]:
    """Everybody who has a way, with the shifts to come."""
    until = now + ROSTER_KEPT
    absences = shifts.absences(connection, site.site, now, until)
    known = shifts.between(connection, site.site, now - LONGEST, until)
    ahead = [s for s in as_worked(site, known, absences) if s.ends_at > now]
    found = []
    for contact in contacts.everything(connection, site.site):
        person = next((p for p in site.people if p.id == contact.person), None)
        if person is None:
            continue
        language = person.language or site.language
        found.append(Reachable(person.id, person.role, language, contact.way, contact.address))
        found += [
            Reachable(person.id, s.function, language, contact.way, contact.address, s.starts_at, s.ends_at)
            for s in ahead
            if s.person == person.id
        ]
    return found
