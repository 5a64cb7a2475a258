"""Jobs that are done once for the whole installation, whoever runs: a night that was missed is caught up, a
job that was killed is begun again, and never are two at the same one.

Here: when and by whom. Not here: what is done (hub/jobs.py puts it together).
"""

from __future__ import annotations

import fcntl
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hub.store import jobs
from hub.store.db import connect, transaction

log = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(minutes=10)
"""[default] After a run that failed."""
LONGEST_WAIT = timedelta(days=2)
"""What is due later than that was put there by a clock that was wrong."""


class JobError(Exception):
    """It could not be done now, for the reason given, and is tried again."""


@dataclass(frozen=True, slots=True)
class Job:
    """`next`: when it is due again, after a run that was done then. `work` says what it did; it may raise
    JobError, OSError and sqlite3.Error, and do again what a killed run had done.
    """

    name: str
    next: Callable[[datetime], datetime]
    work: Callable[[datetime], str]


def run_if_due(database: Path, job: Job, clock: Callable[[], datetime]) -> bool:
    """Do it if it is due and nobody else is at it; whether it was done."""
    now = clock()
    with closing(connect(database)) as connection:
        if not _is_due(connection, job, now):
            return False
        with alone(database, job.name) as we_are:
            if not we_are or not _is_due(connection, job, now):  # somebody was quicker
                return False
            with transaction(connection):
                jobs.started(connection, job.name, now)
            try:
                said = job.work(now)
            except Exception as error:
                with transaction(connection):
                    jobs.failed(connection, job.name, clock(), clock() + AGAIN_AFTER, _why(job, error))
                return False
            with transaction(connection):
                jobs.done(connection, job.name, clock(), job.next(clock()), said)
            return True


def _why(job: Job, error: Exception) -> str:
    """Our own mistake is told of too, and keeps no other job from its turn."""
    if isinstance(error, JobError | OSError | sqlite3.Error):
        log.warning("%s was put off: %s", job.name, error)
        return str(error)
    log.error("%s failed", job.name, exc_info=error)
    return f"{type(error).__name__}; the hub's log says more"


def _is_due(connection: sqlite3.Connection, job: Job, now: datetime) -> bool:
    row = jobs.get(connection, job.name)
    if row is None:
        with transaction(connection):
            jobs.due(connection, job.name, now)
        return True
    return row.due <= now or row.due - now > LONGEST_WAIT


@contextmanager
def alone(database: Path, name: str) -> Iterator[bool]:
    """Whether we are the only one at it, among all processes of this machine. The lock goes with its holder,
    however that ends.
    """
    with database.with_name(f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
