"""What is copied to InfluxDB, in the order in which it was committed: the journal's readings, and each step
of an alert's life.

Here: which lines come after a number, and how much waits. Not here: when they are written
(hub/history/relay.py). A line is the same each time it is made: writing it twice changes nothing.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple, Protocol

from devices.reading import Value
from hub.history.line_protocol import line, point, tag_set
from hub.history.places import Places
from hub.store import alerts, history_cursor, readings
from rules.proof import is_proof

ALERT_STEP = "alert_step"
"""The measurement of alerts' steps; no measure is called that."""


class Waiting(NamedTuple):
    """What one destination has not confirmed. `since`: when the oldest of it came; None: nothing waits."""

    destination: str
    what: str
    amount: int
    since: datetime | None

    def age_s(self, now: datetime) -> float:
        """How long the oldest has waited; 0 where nothing waits."""
        return 0.0 if self.since is None else max(0.0, (now - self.since).total_seconds())


class Feed(Protocol):
    """`what`: in a technician's words."""

    what: str

    def lines(self, places: Places, after: int, limit: int) -> list[tuple[int, str]]:
        """(number, line) of what comes next; the line is empty where it is not to be copied."""
        ...

    def waiting(self, after: int) -> tuple[int, datetime | None]:
        """How many come after that number, and since when the first of them waits."""
        ...

    def cursor_of(self, destination: str) -> str:
        """The name under which hub/store/history_cursor.py keeps how far it was copied there."""
        ...


class ReadingsFeed:
    what = "readings"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def lines(self, places: Places, after: int, limit: int) -> list[tuple[int, str]]:
        batch = list(readings.after(self._connection, after, limit))
        places.refresh()  # who is heard for the first time in this batch is known by now
        return [(reading.seq, line(reading, places.tags(reading))) for reading in batch]

    def waiting(self, after: int) -> tuple[int, datetime | None]:
        since = readings.received_first_after(self._connection, after)
        return (0, None) if since is None else (readings.newest(self._connection) - after, since)

    def cursor_of(self, destination: str) -> str:
        return destination


class AlertsFeed:
    """Who did it and the words of its reason stay in the house. Residents: those of the room that day."""

    what = "alert steps"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def lines(self, places: Places, after: int, limit: int) -> list[tuple[int, str]]:
        steps = alerts.steps_after(self._connection, after, limit)
        places.refresh()
        return [(step.seq, _line(step, places)) for step in steps]

    def waiting(self, after: int) -> tuple[int, datetime | None]:
        first = alerts.steps_after(self._connection, after, 1)
        return (alerts.newest_event(self._connection) - after, first[0].at) if first else (0, None)

    def cursor_of(self, destination: str) -> str:
        return f"{destination}#alerts"


def _line(step: alerts.Step, places: Places) -> str:
    """What may change later (how grave it is) is a field: a tag would make a second point of it. Of a proof's
    alert none: nothing happened to anybody.
    """
    if is_proof(step.site):
        return ""
    tags = places.of_room(step.site, step.room, step.at) | {"rule": step.rule, "event": step.event}
    fields: dict[str, Value] = {
        "alert": step.alert,
        "severity": step.severity,
        "after_s": (step.at - step.raised_at).total_seconds(),
    }
    if step.event == "close" and step.outcome is not None:
        fields["outcome"] = step.outcome
    return point(ALERT_STEP, tag_set(tags), fields, step.at, step.seq)


def waiting(connection: sqlite3.Connection, destination: str) -> list[Waiting]:
    """What a destination (`Settings.influx_destination`) has not confirmed yet, feed by feed."""
    found = []
    for feed in (ReadingsFeed(connection), AlertsFeed(connection)):
        count, since = feed.waiting(history_cursor.of(connection, feed.cursor_of(destination)))
        found.append(Waiting(destination, feed.what, count, since))
    return found
