"""What is older than it is kept is deleted: one line for each family of rows, a bit at a time.

Here: the hub's own database. Not here: how long (rules/retention.py), the readings and what is made of them
(hub/history/upkeep.py), InfluxDB (hub/history/influx_keeping.py).
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hub.clock import now
from hub.history import segments
from hub.settings import Settings
from hub.site.file import SiteFile, read_held
from hub.store import alert_figures, audit, sites, tied
from hub.store.db import connect, transaction
from hub.store.instants import from_us, to_us
from hub.store.sites import NoSiteError
from rules.retention import CLASSES, DEFAULTS, Class, Retention, kept

AT_ONCE = 10_000
"""Rows in one transaction: readings wait for it."""
ALERTS_AT_ONCE = 50
"""Each brings its trail, its calls and its messages."""
A_DAY_US = 86_400_000_000


class Family(NamedTuple):
    """Rows of one table. `at`: their age counts from this instant (µs); a row without one stays. `only`:
    which of them may be deleted at all.
    """

    table: str
    at: str
    only: str = "TRUE"


FAMILIES: dict[Class, tuple[Family, ...]] = {
    "alerts": (Family("alert", "closed_at", "state = 'closed'"), Family("quality_report", "made_at")),
    "findings": (Family("finding", "at"), Family("erased_time", "until")),
    "audit": (
        Family("audit", "at"),
        Family("emergency_access", "ends_at"),
        Family("proof", "ended_at"),
        Family("gap", "gone_at"),
        Family("relative_view", "at"),
        Family("integration", "ends_at"),
        Family(
            "event_subscription",
            "created_at",
            "NOT EXISTS (SELECT 1 FROM integration i WHERE i.site = event_subscription.site"
            " AND i.id = event_subscription.integration)",
        ),
    ),
    "quarantine": (Family("quarantine", "last_received_at"),),
    "messages": (
        Family("notification", "sent_at"),
        Family("summons", "created_at", "next_at IS NULL"),
        Family("relative_message", "created_at", "next_at IS NULL"),
        Family("staff_notice", "created_at", "next_at IS NULL"),
        Family("event_message", "created_at", "next_at IS NULL"),
        Family("contact_trial", "asked_at"),
    ),
    "absences": (Family("absence", "ended_at"), Family("pause", "ended_at")),
    "protection": (
        # How a resident stands now began some time, however long ago.
        Family(
            "protection",
            "since",
            "seq NOT IN (SELECT max(seq) FROM protection GROUP BY site, resident)",
        ),
        Family("silence", "until"),
    ),
    "goals": (
        Family("goal_day", "since", "outcome IS NOT NULL"),
        Family("trend_review", "at"),
        Family("room_trend_review", "at"),
    ),
    "devices": (
        Family("fault", "ended_at"),
        Family("battery_day", f"day * {A_DAY_US}"),
        Family("gateway_request", "asked_at", "state NOT IN ('waiting', 'sent')"),
        Family("gateway_joining", "at"),
        Family("walk_test_reading", "stored_at"),
    ),
    "shifts": (
        Family("shift", "ends_at"),
        Family("staff_absence", "ends_at"),
        Family("hand_over_note", "ends_at"),
        Family("hand_over_receipt", "read_at"),
        Family("held_roster", "at"),
    ),
    "sessions": (
        Family("session", "used_at"),
        Family("shared_device", "open_until"),
        Family("pin_guess", "last_at"),
        Family("relative_invitation", "expires_at"),
        Family("password_link", "expires_at"),
    ),
}
NOT_BY_AGE: dict[str, tuple[str, ...]] = {
    "as things stand": (
        "device", "device_latest", "device_figures", "device_placed", "measure", "unheard", "aside", "health",
        "gateway_back", "gateway_name", "gateway_pairing", "announcement", "rule_state", "job", "certificate",
        "ignored_device", "quarantine_size", "history_cursor", "summons_cursor", "relative_cursor",
        "event_cursor",
    ),
    "with what it belongs to": (
        "alert_event", "alert_sensors", "alert_escalation",
        "credential", "contact", "contact_preference", "phone", "pin", "pin_failure", "totp", "recovery_code",
        "passkey", "identity", "floor_mark",
    ),
    "by hub/history/upkeep.py": ("reading",),
    "by hub/relatives/forget.py": (
        "relative", "relative_bond", "relative_consent", "relative_rest",
        "relative_review",
    ),
    "by hub/redelivery.py": ("committed_batch",),
    "by hub/backup/make.py": ("backup",),
    "the house's own record, which names no resident once they are erased": (
        "site_version", "site_change", "placement", "codec", "walk_test", "record", "erasure", "alert_month",
        "floor_plan", "shared_time",
    ),
}  # fmt: skip
"""Tables that no class deletes by age, and why not."""
IN_THE_HISTORY: dict[Class, str] = {"readings": "segment", "hourly": "hourly", "daily": "daily"}


class Held(NamedTuple):
    """What a class holds now. `oldest`: None where it holds nothing. `rows`: of the history in days."""

    name: Class
    days: int
    because: str
    said_by: str
    rows: int
    oldest: datetime | None


def days_kept(connection: sqlite3.Connection, settings: Settings) -> dict[Class, int]:
    """Days by class, for the site that is served."""
    return kept(_said(connection, settings), _set(settings))


def held(database: Path, settings: Settings) -> list[Held]:
    """What there is of each class, for whoever answers for it."""
    with (
        closing(connect(database)) as connection,
        closing(segments.connect_history(segments.beside(database))) as history,
    ):
        said, days = _said(connection, settings), days_kept(connection, settings)
        found = []
        for name in CLASSES:
            rows, oldest = (
                _in_history(connection, history, name)
                if name in IN_THE_HISTORY
                else _in_database(connection, name)
            )
            by = "site file" if getattr(said, name) is not None else "default"
            if by == "default" and name in _set(settings) and days[name] != DEFAULTS[name].days:
                by = "setting"
            found.append(Held(name, days[name], DEFAULTS[name].because, by, rows, oldest))
        return found


def prune(database: Path, days: Mapping[Class, int], at: datetime) -> Counter[str]:
    """Delete what is older than it is kept; returns how many rows of each class."""
    deleted: Counter[str] = Counter()
    with closing(connect(database)) as connection:
        for name, families in FAMILIES.items():
            before = at - timedelta(days=days[name])
            for family in families:
                delete = DELETED_BY.get(family.table, _delete_rows)
                limit = ALERTS_AT_ONCE if family.table == "alert" else AT_ONCE
                deleted[name] += _bit_by_bit(connection, delete, family, before, limit)
    return +deleted


_Delete = Callable[[sqlite3.Connection, Family, datetime, int], int]


def _bit_by_bit(
    connection: sqlite3.Connection, delete: _Delete, family: Family, before: datetime, limit: int
) -> int:
    count, last = 0, limit
    while last == limit:
        with transaction(connection):
            last = delete(connection, family, before, limit)
        count += last
    return count


def _delete_rows(connection: sqlite3.Connection, family: Family, before: datetime, limit: int) -> int:
    keys = ", ".join(row[1] for row in connection.execute(f"PRAGMA table_info({family.table})") if row[5])
    return connection.execute(
        f"DELETE FROM {family.table} WHERE ({keys}) IN (SELECT {keys} FROM {family.table}"
        f" WHERE {family.at} < ? AND {family.only} LIMIT ?)",
        (to_us(before), limit),
    ).rowcount


def _delete_alerts(connection: sqlite3.Connection, family: Family, before: datetime, limit: int) -> int:
    """With their trails and messages; what came of them is counted by unit and month first."""
    rows = connection.execute(
        f"SELECT id, site FROM alert WHERE {family.at} < ? AND {family.only} ORDER BY id LIMIT ?",
        (to_us(before), limit),
    ).fetchall()
    ids = [row[0] for row in rows]
    for site in {row[1] for row in rows}:
        alert_figures.count(connection, [row[0] for row in rows if row[1] == site], zone_of(connection, site))
    tied.delete(connection, "alert", "id", ids)
    return len(ids)


def _cut_audit(connection: sqlite3.Connection, family: Family, before: datetime, limit: int) -> int:
    """From its beginning, with a word of it in the trail itself: the rest of the chain still holds."""
    row = connection.execute(f"SELECT site FROM {family.table} ORDER BY seq DESC LIMIT 1").fetchone()
    return 0 if row is None else audit.cut(connection, row[0], before, limit, now())


DELETED_BY: dict[str, _Delete] = {"alert": _delete_alerts, "audit": _cut_audit}


def zone_of(connection: sqlite3.Connection, site: str) -> ZoneInfo:
    version = sites.newest(connection, site)
    file = read_held(version.document) if version is not None else None
    return file.site.zone if isinstance(file, SiteFile) else ZoneInfo("UTC")


def _said(connection: sqlite3.Connection, settings: Settings) -> Retention:
    """What the site file says; nothing where there is none that holds."""
    try:
        version = sites.in_force(connection, settings.site)
    except NoSiteError:
        return Retention()
    file = read_held(version.document)
    return file.site.retention if isinstance(file, SiteFile) else Retention()


def _set(settings: Settings) -> dict[Class, int]:
    return {"readings": settings.readings_kept, "hourly": settings.hours_kept}


def _in_database(connection: sqlite3.Connection, name: Class) -> tuple[int, datetime | None]:
    rows, oldest = 0, None
    for family in FAMILIES[name]:
        count, at = connection.execute(f"SELECT count(*), min({family.at}) FROM {family.table}").fetchone()
        rows += count
        if at is not None and (oldest is None or at < oldest):
            oldest = at
    return rows, None if oldest is None else from_us(oldest)


def _in_history(
    connection: sqlite3.Connection, history: sqlite3.Connection, name: Class
) -> tuple[int, datetime | None]:
    table = IN_THE_HISTORY[name]
    days, oldest = history.execute(f"SELECT count(DISTINCT day), min(day) FROM {table}").fetchone()
    if oldest is not None:
        return days, from_us(oldest * A_DAY_US)
    if name == "readings":
        row = connection.execute("SELECT received_at FROM reading ORDER BY seq LIMIT 1").fetchone()
        return (0, None) if row is None else (1, from_us(row[0]))
    return 0, None
