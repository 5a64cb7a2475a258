"""What is done by the clock beside the readings, in threads of its own: the write-ahead log is moved into the
database file, the journal into the history, and what nobody needs any more is deleted. With finite defaults:
no disk fills by itself.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from apscheduler.schedulers.background import BackgroundScheduler

from hub.clock import now
from hub.history.child import HistoryChild
from hub.settings import Settings
from hub.store import outbox, quarantine, silences
from hub.store.db import LOG_PAGES, checkpoint, connect, transaction

log = logging.getLogger(__name__)

CHECKPOINT_S = 2
NOTIFICATIONS_KEPT = timedelta(days=7)  # [default] once sent; their alerts and the audit trail stay
QUARANTINE_KEPT = timedelta(days=30)  # [default] after the newest message of the kind
SILENCES_KEPT = timedelta(days=730)  # [default] as long as anything that they explain
PRUNE_AT_ONCE = 10_000  # rows in one transaction: readings wait for it
HISTORY_S = 60


class Jobs:
    def __init__(self, settings: Settings) -> None:
        database = settings.database
        self._history = HistoryChild(settings)
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._scheduler.add_job(partial(_try, checkpoint_log, database), "interval", seconds=CHECKPOINT_S)
        self._scheduler.add_job(partial(_try, prune, database), "cron", hour=3, minute=30)
        self._scheduler.add_job(partial(_try, self.keep_history, database), "interval", seconds=HISTORY_S)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """A job that is at work comes to its end first."""
        self._history.stop()
        self._scheduler.shutdown()

    def keep_history(self, _: Path) -> None:
        self._history.run_if_due(now())


def _try(job: Callable[[Path], None], database: Path) -> None:
    """A disk that fails is told of by whoever must write; a job is only done later."""
    try:
        job(database)
    except sqlite3.Error as error:
        log.warning("%s was put off: %s", job.__name__, error)


def checkpoint_log(database: Path) -> None:
    """Move the write-ahead log into the database. Where it has become long all the same, because it is
    written as fast as it is moved, writers wait for the rest of it.
    """
    with closing(connect(database)) as connection:
        if checkpoint(connection, "PASSIVE") > LOG_PAGES:
            checkpoint(connection, "RESTART")


def prune(database: Path, at: datetime | None = None) -> None:
    """Delete what is older than it is kept, a bit at a time."""
    at = at or now()
    with closing(connect(database)) as connection:
        for delete in (
            partial(outbox.delete_sent, before=at - NOTIFICATIONS_KEPT),
            partial(quarantine.delete, before=at - QUARANTINE_KEPT),
            partial(silences.delete, before=at - SILENCES_KEPT),
        ):
            deleted = PRUNE_AT_ONCE
            while deleted == PRUNE_AT_ONCE:
                with transaction(connection):
                    deleted = delete(connection, limit=PRUNE_AT_ONCE)
