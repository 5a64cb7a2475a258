"""Starting the child that keeps the history (hub/history/__main__.py) when there is something to be done."""

from __future__ import annotations

import logging
from contextlib import closing
from datetime import datetime, timedelta
from threading import Event

from hub.child import begun, end
from hub.clock import steady
from hub.history.upkeep import waiting
from hub.retention import days_kept
from hub.settings import Settings
from hub.store.db import connect

log = logging.getLogger(__name__)

MOVE_AT, MOVE_AFTER = 20_000, timedelta(minutes=10)
"""So many readings waiting, or one for so long: what was not moved is looked through by each who asks."""
AT_LEAST_EVERY = timedelta(hours=6)
"""Days end and grow old also where nothing comes in."""
CHILD_WITHIN_S = 2 * 3600.0
"""[default] It goes on where it was; catching up with ten million readings takes some minutes."""
_LOOK_S = 0.2


class HistoryChild:
    """`run_if_due` is called from time to time by one thread, `stop` by another."""

    def __init__(self, settings: Settings, within_s: float = CHILD_WITHIN_S) -> None:
        """`within_s`: in which it has to have ended: nothing is kept while one hangs."""
        self._within_s = within_s
        self._database = settings.database
        self._settings = settings
        self._words = [str(settings.database)]
        if settings.influx_destination is not None:
            self._words += ["--relay", settings.influx_destination]
        self._stopping = Event()
        self._next: datetime | None = None

    def run_if_due(self, now: datetime) -> None:
        """Returns when the child has ended. What it says goes where the hub's words go."""
        count, since = waiting(self._database)
        due = self._next is None or now >= self._next or self._next - now > AT_LEAST_EVERY
        if not due and count < MOVE_AT and (since is None or now - since < MOVE_AFTER):
            return
        with begun("hub.history", *self._words, *self._retention()) as child:
            until = steady() + self._within_s
            while child.poll() is None and not self._stopping.wait(_LOOK_S) and steady() < until:
                pass
            code = end(child) if child.poll() is None else child.returncode
        if code == 0:
            self._next = now + AT_LEAST_EVERY
        elif not self._stopping.is_set():
            log.error("the history was not kept: its process ended with code %s", code)

    def stop(self) -> None:
        self._stopping.set()

    def _retention(self) -> list[str]:
        """Nothing is deleted in a replay: its readings are old on arrival."""
        if self._settings.clock != "wall":
            return []
        with closing(connect(self._database)) as connection:
            days = days_kept(connection, self._settings)
        words = {"--readings-kept": "readings", "--hours-kept": "hourly", "--days-kept": "daily"}
        return [part for word, name in words.items() for part in (word, str(days[name]))]  # type: ignore[index]
