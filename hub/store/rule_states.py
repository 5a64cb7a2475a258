"""The rules' states, who cannot be heard and which devices are aside: timers are rows, never memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from devices.measures import MEASURES
from hub.store import silences
from hub.store.instants import from_us, to_us
from rules.judge import Judge, Kept, Key
from rules.kinds import KINDS
from rules.rulebook import Rulebook


class _Row(msgspec.Struct):
    """One row's state column. A rule that changed its kind starts anew."""

    kind: str
    state: msgspec.Raw
    blind_since: datetime | None = None


_decode = msgspec.json.Decoder(_Row).decode
_decode_state = {name: msgspec.json.Decoder(kind.State).decode for name, kind in KINDS.items()}


def load(connection: sqlite3.Connection, site: str, judge: Judge) -> None:
    """Give the judge what was committed."""
    kept: dict[Key, Kept] = {}
    for rule, room, blob in connection.execute(
        "SELECT rule, room, state FROM rule_state WHERE site = ?", (site,)
    ):
        row = _decode(blob)
        watch = judge.rulebook.watches.get((rule, room))
        if watch is not None and watch.rule.kind == row.kind:
            kept[rule, room] = Kept(_decode_state[row.kind](row.state), None, row.blind_since)
    unheard = connection.execute("SELECT part, since FROM unheard WHERE site = ?", (site,))
    aside = connection.execute("SELECT device, since FROM aside WHERE site = ?", (site,))
    judge.load(
        kept,
        {part: from_us(since) for part, since in unheard},
        {device: from_us(since) for device, since in aside},
    )


def forget(connection: sqlite3.Connection, site: str, rulebook: Rulebook) -> None:
    """Drop what rules had seen that are no longer in force: when they come back, that is of another time.
    Within a transaction.
    """
    rows = connection.execute("SELECT rule, room FROM rule_state WHERE site = ?", (site,)).fetchall()
    gone = [(site, rule, room) for rule, room in rows if (rule, room) not in rulebook.watches]
    connection.executemany("DELETE FROM rule_state WHERE site = ? AND rule = ? AND room = ?", gone)


def rename_device(connection: sqlite3.Connection, site: str, was: str, now: str) -> None:
    """What rules have seen of it, and that it is silent or aside, goes on."""
    states = connection.execute("SELECT rule, room, state FROM rule_state WHERE site = ?", (site,)).fetchall()
    for rule, room, blob in states:
        seen = msgspec.json.decode(blob)
        if (renamed := _renamed(seen, was, now)) != seen:
            connection.execute(
                "UPDATE rule_state SET state = ? WHERE site = ? AND rule = ? AND room = ?",
                (msgspec.json.encode(renamed), site, rule, room),
            )
    connection.execute(
        "UPDATE OR REPLACE aside SET device = ? WHERE site = ? AND device = ?", (now, site, was)
    )
    connection.execute(
        "UPDATE OR REPLACE unheard SET part = ? WHERE site = ? AND part = ?",
        (f"device:{now}", site, f"device:{was}"),
    )


def _renamed(seen: Any, was: str, now: str) -> Any:
    """A state with another name for a device: in what was heard, and in pairs of device and measure."""
    if isinstance(seen, dict):
        return {
            key: now if key == "device" and value == was else _renamed(value, was, now)
            for key, value in seen.items()
        }
    if isinstance(seen, list):
        pair = len(seen) > 1 and seen[0] == was and seen[1] in MEASURES
        return [now, *seen[1:]] if pair else [_renamed(value, was, now) for value in seen]
    return seen


def put(connection: sqlite3.Connection, site: str, judge: Judge) -> None:
    """Write what the judge changed since it was last kept. `due` is what would fire: nothing while the rule
    is blind.
    """
    connection.executemany(
        "INSERT INTO rule_state (site, rule, room, state, due) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (site, rule, room) DO UPDATE SET state = excluded.state, due = excluded.due",
        [
            (site, *key, _write(judge.rulebook.watches[key].rule.kind, kept), _due(kept))
            for key, kept in judge.changed.items()
        ],
    )
    if judge.unheard_changed:
        _put_unheard(connection, site, judge.unheard)
    silences.add(connection, site, judge.silences)
    if judge.aside_changed:
        _put_aside(connection, site, judge.aside)


def _put_unheard(connection: sqlite3.Connection, site: str, unheard: Mapping[str, datetime]) -> None:
    connection.execute("DELETE FROM unheard WHERE site = ?", (site,))
    connection.executemany(
        "INSERT INTO unheard (site, part, since) VALUES (?, ?, ?)",
        [(site, part, to_us(since)) for part, since in unheard.items()],
    )


def _put_aside(connection: sqlite3.Connection, site: str, aside: Mapping[str, datetime]) -> None:
    connection.execute("DELETE FROM aside WHERE site = ?", (site,))
    connection.executemany(
        "INSERT INTO aside (site, device, since) VALUES (?, ?, ?)",
        [(site, device, to_us(since)) for device, since in aside.items()],
    )


def _due(kept: Kept) -> int | None:
    return None if kept.due is None or kept.blind_since is not None else to_us(kept.due)


def _write(kind: str, kept: Kept) -> bytes:
    row: dict[str, Any] = {
        "kind": kind,
        "state": kept.state,
        "blind_since": kept.blind_since,
    }
    return msgspec.json.encode(row)
