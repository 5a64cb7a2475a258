"""The rows of the hub's database that are about a resident.

A table that says `resident` loses the row, one that says `residents` the name in the list; of tables by room
what was while they lived there alone; and in every text that is left, whatever table it stands in, their
names and their pseudonym are replaced. So a table that is added later is covered without being named here.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator

import msgspec

from hub.announcement import announce, topic
from hub.erasing.plan import ERASED, Plan, pattern
from hub.retention import zone_of
from hub.store import alert_figures, alerts, audit, outbox, tied
from hub.store.instants import from_us
from rules.health.telling import is_about_devices

BY_ROOM: dict[str, str] = {
    "finding": "at",
    "goal_day": "since",
    "pause": "paused_at",
}
"""Tables whose rows are about whoever lives in the room, and the instant they count from."""
STAYS_WITH_THE_ROOM = frozenset(
    {"placement", "rule_state", "alert", "emergency_access", "room_trend_review", "shared_time"}
)
"""By room as well: where devices hung; what rules remember (forgotten by the hub once nobody lives there);
alerts, which name their residents themselves; who took emergency access, which is reviewed; what staff said
of the weeks of rooms in which nobody lives; that a room was shared, which whoever stays needs.
"""
NOBODY_ELSES: dict[str, str] = {
    "relative": "NOT EXISTS (SELECT 1 FROM relative_bond WHERE relative_bond.relative = relative.id)",
}
"""Who is known here only for the sake of a resident, and goes with the last of them."""
SEALED = frozenset({"record", "erasure", "audit"})
"""Not changed as other texts are: records of walk tests hold no resident, a receipt nobody, and the plan goes
last; the audit trail is a chain, and has its own way of losing an entry.
"""
_NO_TEXT = frozenset({"reading", "committed_batch", "measure", "battery_day", "history_cursor"})
_RANDOM = frozenset({"salt", "digest", "chain", "token_hash", "entries", "picture", "pdf"})
"""Columns of bytes in which a short word may stand by chance."""


def erase_alerts(connection: sqlite3.Connection, plan: Plan, at: int) -> Counter[str]:
    """Alerts about them alone go with all that hangs on them, counted first by unit and month; they leave
    the broker too. Of one about several the others stay; one about a device that stands is the house's, and
    goes on without them.
    """
    done: Counter[str] = Counter()
    alone: list[int] = []
    for id, rule, text, state in connection.execute(
        "SELECT id, rule, residents, state FROM alert WHERE site = ?", (plan.site,)
    ).fetchall():
        residents = msgspec.json.decode(text)
        if plan.resident not in residents:
            continue
        others = [resident for resident in residents if resident != plan.resident]
        if others or (state != "closed" and is_about_devices(rule)):
            connection.execute(
                "UPDATE alert SET residents = ? WHERE id = ?", (msgspec.json.encode(others).decode(), id)
            )
            done["alerts about several"] += 1
            if state != "closed" and (alert := alerts.get(connection, plan.site, id)) is not None:
                announce(connection, alert, from_us(at))
            continue
        alone.append(id)
        if state != "closed":
            outbox.add(connection, plan.site, None, "mqtt", topic(plan.site, id), "", from_us(at))
            done["retained messages"] += 1
    for n in range(0, len(alone), 200):
        some = alone[n : n + 200]
        alert_figures.count(connection, some, zone_of(connection, plan.site))
        done += tied.delete(connection, "alert", "id", some)
    return done


def erase_rows(connection: sqlite3.Connection, plan: Plan) -> Counter[str]:
    """Rows that name them, and what was in their rooms."""
    done: Counter[str] = Counter()
    for table, columns in _tables(connection):
        if "resident" in columns and table not in SEALED:
            of_site = "AND site = ?" if "site" in columns else "AND ? IS NOT NULL"
            rows = connection.execute(
                f"SELECT {_key(connection, table)} FROM {table} WHERE resident = ? {of_site}",
                (plan.resident, plan.site),
            ).fetchall()
            done += _delete(connection, table, rows)
        if "residents" in columns and table != "alert":
            done["lists without them"] += _shorten_lists(connection, table, plan.resident)
    for table, condition in NOBODY_ELSES.items():
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
            gone = connection.execute(f"SELECT id FROM {table} WHERE {condition}").fetchall()
            done += _delete(connection, table, gone)
    for table, at in BY_ROOM.items():
        for stay in plan.alone:
            done[table] += connection.execute(
                f"DELETE FROM {table} WHERE site = ? AND room = ? AND {at} >= ? AND {at} < ?",
                (plan.site, stay.room, stay.since, stay.until),
            ).rowcount
    for span in plan.spans:
        done["last values"] += connection.execute(
            "UPDATE device_latest SET latest = X'7B7D'"
            " WHERE device = ? AND last_heard_at >= ? AND last_heard_at < ? AND latest <> X'7B7D'",
            (span.device, span.since, span.until),
        ).rowcount
    return +done


def erase_from_the_trail(connection: sqlite3.Connection, plan: Plan, receipt: str) -> int:
    """Entries of the audit trail that name them lose their content; how many. What one says of others is
    written down once more at the end, with its own time: the log of who looked at those stays theirs.
    """
    found = pattern(plan.words or (plan.resident,))
    count = 0
    rows = connection.execute(
        "SELECT seq, at, by, what, detail FROM audit WHERE site = ? ORDER BY seq", (plan.site,)
    ).fetchall()
    for seq, at, by, what, text in rows:
        listed = _listed(text)
        if plan.resident not in listed and not found.search(text):
            continue
        audit.erase(connection, seq, receipt)
        if others := [resident for resident in listed if resident != plan.resident]:
            left = {**msgspec.json.decode(found.sub(ERASED, text)), "residents": others, "stood_at": seq}
            audit.add(connection, plan.site, from_us(at), by, what, left)
        count += 1
    return count


def _listed(detail: str) -> list[str]:
    """The residents that an entry lists."""
    try:
        said = msgspec.json.decode(detail)
    except msgspec.DecodeError:
        return []
    residents = said.get("residents") if isinstance(said, dict) else None
    return [one for one in residents if isinstance(one, str)] if isinstance(residents, list) else []


def erase_words(connection: sqlite3.Connection, plan: Plan) -> Counter[str]:
    """Their names and pseudonym in every text that is left; how many."""
    done: Counter[str] = Counter()
    if not plan.words:
        return done
    found = pattern(plan.words)
    for table, column in texts(connection):
        if table not in SEALED:
            done["texts without them"] += _replace(connection, table, column, found)
    return +done


def left(connection: sqlite3.Connection, plan: Plan) -> list[str]:
    """Where any of the words still stands, as `table.column`."""
    if not plan.words:
        return []
    found = pattern(plan.words)
    connection.create_function("is_told", 1, lambda text: bool(found.search(_text(text))), deterministic=True)
    return [
        f"{table}.{column}"
        for table, column in texts(connection)
        if table != "erasure"
        and connection.execute(f"SELECT 1 FROM {table} WHERE is_told({column}) LIMIT 1").fetchone()
    ]


def records_naming(connection: sqlite3.Connection, plan: Plan) -> list[int]:
    """Signed records of walk tests that hold any of the words: somebody wrote it into a note."""
    if not plan.words:
        return []
    found = pattern(plan.words)
    rows = connection.execute("SELECT number, document FROM record WHERE site = ?", (plan.site,))
    return [number for number, document in rows if found.search(document)]


def texts(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Every column that may hold text."""
    for table, columns in _tables(connection):
        if table not in _NO_TEXT:
            for column, kind in columns.items():
                if kind in ("TEXT", "BLOB", "ANY") and column not in _RANDOM:
                    yield table, column


def _tables(connection: sqlite3.Connection) -> list[tuple[str, dict[str, str]]]:
    """Each table with its columns and their types."""
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ).fetchall()
    return [
        (name, {row[1]: row[2] for row in connection.execute(f"PRAGMA table_info({name})")})
        for (name,) in names
    ]


def _key(connection: sqlite3.Connection, table: str) -> str:
    """The primary key's columns."""
    info = sorted((r for r in connection.execute(f"PRAGMA table_info({table})") if r[5]), key=lambda r: r[5])
    return ", ".join(row[1] for row in info) or "rowid"


def _delete(connection: sqlite3.Connection, table: str, rows: list[sqlite3.Row]) -> Counter[str]:
    key = _key(connection, table)
    if "," not in key:
        done: Counter[str] = Counter()
        for n in range(0, len(rows), 200):
            done += tied.delete(connection, table, key, [row[0] for row in rows[n : n + 200]])
        return done
    marks = ", ".join("?" for _ in key.split(","))
    for row in rows:
        connection.execute(f"DELETE FROM {table} WHERE ({key}) = ({marks})", tuple(row))
    return Counter({table: len(rows)})


def _shorten_lists(connection: sqlite3.Connection, table: str, resident: str) -> int:
    changed = 0
    key = _key(connection, table)
    marks = ", ".join("?" for _ in key.split(","))
    for row in connection.execute(f"SELECT residents, {key} FROM {table}").fetchall():
        listed = msgspec.json.decode(row[0]) if isinstance(row[0], str) else []  # elsewhere it is a number
        if isinstance(listed, list) and resident in listed:
            rest = msgspec.json.encode([one for one in listed if one != resident]).decode()
            connection.execute(
                f"UPDATE {table} SET residents = ? WHERE ({key}) = ({marks})", (rest, *row[1:])
            )
            changed += 1
    return changed


def _replace(connection: sqlite3.Connection, table: str, column: str, words: re.Pattern[str]) -> int:
    connection.create_function("is_told", 1, lambda text: bool(words.search(_text(text))), deterministic=True)
    key = _key(connection, table)
    marks = ", ".join("?" for _ in key.split(","))
    rows = connection.execute(f"SELECT {column}, {key} FROM {table} WHERE is_told({column})").fetchall()
    for row in rows:
        clean: str | bytes = words.sub(ERASED, _text(row[0]))
        if isinstance(row[0], bytes):
            clean = clean.encode() if isinstance(clean, str) else clean
        try:
            connection.execute(
                f"UPDATE {table} SET {column} = ? WHERE ({key}) = ({marks})", (clean, *row[1:])
            )
        except sqlite3.IntegrityError:  # another row is called that already
            connection.execute(f"DELETE FROM {table} WHERE ({key}) = ({marks})", tuple(row[1:]))
    return len(rows)


def _text(value: object) -> str:
    """'' for what is no text."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return ""
    return value if isinstance(value, str) else ""
