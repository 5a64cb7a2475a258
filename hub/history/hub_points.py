"""How the hub itself is, minute by minute, as lines for InfluxDB: its parts, and what waits to be copied.

Nothing of it is a reading and nothing of it is kept on disk: while InfluxDB is away the last day of it is
remembered, so that the outage can be seen afterwards.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from datetime import datetime, timedelta
from itertools import islice

from hub.history.feeds import waiting
from hub.history.line_protocol import point, tag_set
from hub.store import health
from hub.store.health import State

HUB_PART, HUB_WAITING = "hub_part", "hub_waiting"
"""The measurements. `state` of a part: 0 ok, 1 degraded, 2 down."""
EVERY = timedelta(minutes=1)
_REMEMBERED = 20_000
"""Lines: a day of a dozen parts."""
_AT_ONCE = 2_000
_STATE: dict[State, int] = {"ok": 0, "degraded": 1, "down": 2}


class HubPoints:
    def __init__(self, connection: sqlite3.Connection, site: str, destination: str) -> None:
        self._connection, self._site, self._destination = connection, site, destination
        self._next: datetime | None = None
        self._lines: deque[str] = deque(maxlen=_REMEMBERED)

    def look(self, now: datetime) -> None:
        """Take down how it is, once a minute."""
        if self._next is not None and now < self._next <= now + EVERY:
            return
        self._next = now + EVERY
        for part in health.everything(self._connection, self._site):
            tags = tag_set({"site": self._site, "part": part.part})
            self._lines.append(point(HUB_PART, tags, {"state": _STATE[part.state]}, now, 0))
        for feed in waiting(self._connection, self._destination):
            tags = tag_set({"site": self._site, "what": feed.what})
            fields = {"amount": feed.amount, "age_s": feed.age_s(now)}
            self._lines.append(point(HUB_WAITING, tags, fields, now, 0))

    def lines(self) -> list[str]:
        """What is to be written next."""
        return list(islice(self._lines, _AT_ONCE))

    def written(self, count: int) -> None:
        """The first of them are in InfluxDB."""
        for _ in range(min(count, len(self._lines))):
            self._lines.popleft()
