"""Real summoners that are killed at a chosen moment: `python -m tests.ways.dying_summoner` reads `FOLDER
MOMENT COUNT` line by line, lets a process of its own (forked: starting Python anew takes a second) do it, and
says its exit code.

MOMENT is `before_commit`, `after_commit` (before the next statement of that connection), `before_send` or
`after_send` (the other side has it, nothing is marked); the process sends itself SIGKILL at the COUNT-th such
moment. COUNT 0: never. It ends by itself, with 0, when nothing waits any more.
"""

import os
import signal
import sqlite3
import sys
import time
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from hub import summoner
from hub.clock import WallClock
from hub.settings import read_settings
from hub.site.file import SiteFile, read_site
from hub.store import alerts, db, summonses
from hub.ways import courier
from hub.ways.email import Email
from hub.ways.messenger import Messenger
from hub.ways.pager import Pager
from hub.ways.way import Failed, Message
from hub.ways.webhook import Webhook
from hub.ways.webpush import WebPush


class Death:
    """Comes at the `count`-th time that somebody looks."""

    def __init__(self, count: int) -> None:
        self._left, self._lock = count, Lock()

    def looks(self) -> None:
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def watched(moment: str, death: Death, path: Path) -> sqlite3.Connection:
    connection = db.connect(path)
    committed = False

    def look(statement: str) -> None:
        nonlocal committed
        commits = statement.startswith("COMMIT")
        if (moment == "before_commit" and commits) or (moment == "after_commit" and committed):
            death.looks()
        committed = commits

    connection.set_trace_callback(look)
    return connection


def watch_sends(moment: str, death: Death) -> None:
    kinds: tuple[Any, ...] = (Email, Webhook, WebPush, Pager, Messenger)
    for kind in kinds:
        send = kind.send

        def dying(self: object, message: Message, send: Any = send) -> Failed | None:
            if moment == "before_send":
                death.looks()
            failed: Failed | None = send(self, message)
            if moment == "after_send":
                death.looks()
            return failed

        kind.send = dying


def summon(folder: Path, moment: str, count: int) -> None:
    death, settings = Death(count), read_settings().with_data(folder)
    for module in (summoner, courier):
        module.connect = lambda path: watched(moment, death, path)  # type: ignore[attr-defined]
    watch_sends(moment, death)
    courier.FIRST_WAIT = timedelta(milliseconds=50)  # the pager's connection may not be there yet
    courier.LOOK_AGAIN = 0.1
    connection = db.connect(settings.database)
    site = connection.execute("SELECT document FROM site_version ORDER BY id DESC").fetchone()[0]
    file = read_site(site, "the site")
    assert isinstance(file, SiteFile)
    working = summoner.Summoner(settings, lambda: file.site, WallClock())
    working.start()
    while _something_waits(connection):
        time.sleep(0.01)
    os._exit(0)  # a stop and a kill are the same to it


def _something_waits(connection: sqlite3.Connection) -> bool:
    looked = summonses.cursor(connection, "test") == alerts.newest_event(connection)
    waiting = connection.execute("SELECT 1 FROM summons WHERE next_at IS NOT NULL").fetchone()
    return not looked or waiting is not None


if __name__ == "__main__":
    for line in sys.stdin:
        folder, moment, count = line.split()
        child = os.fork()
        if child == 0:
            try:
                summon(Path(folder), moment, int(count))
            finally:
                os._exit(1)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
