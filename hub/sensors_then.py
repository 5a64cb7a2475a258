"""How the sensors of a rule are while its alert is raised, for whoever asks later how sure it was."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from hub.registry import Registry
from hub.store import alert_sensors
from rules.alert import Alert
from rules.judge import Judge
from rules.rulebook import Watch
from rules.sensors import sensors_at


def write_down(
    connection: sqlite3.Connection,
    alert: Alert,
    watch: Watch,
    judge: Judge,
    registry: Registry,
    at: datetime,
) -> None:
    """Within the transaction that raises it."""
    needed = [d for d in judge.rulebook.devices_of(watch.room) if d.id in watch.devices]
    heard_at = registry.last_heard(watch.devices)
    found = sensors_at(judge.rulebook.site, needed, judge.latest, heard_at, judge.unheard, judge.aside)
    alert_sensors.put(connection, alert.id, at, found)
