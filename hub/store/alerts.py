"""Alerts and their trail. One open alert per rule and room is the database's own constraint."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from hub.store.instants import from_us, to_us
from rules.alert import Alert
from rules.finding import Evidence, Finding
from rules.protection import NOT_HEARD
from rules.severity import Severity

_INSTANTS = (
    "raised_at",
    "found_at",
    "last_at",
    "cleared_at",
    "accepted_at",
    "on_the_way_at",
    "arrived_at",
    "closed_at",
    "due",
    "assistance_at",
)
_FIELDS = tuple(name for name in Alert.__struct_fields__ if name != "id")
_COLUMNS = ", ".join(_FIELDS)
_STEP = "seq, alert, at, event, by, reason, severity, of_call"
_evidence = msgspec.json.Decoder(tuple[Evidence, ...]).decode


class AlertEvent(msgspec.Struct, frozen=True):
    """One step of an alert's life. `by` is a person's id, None for the hub itself. `severity`: how grave the
    alert was after it; None: that was not written down. `of_call`: the step of the call that it tells of.
    """

    seq: int
    alert: int
    at: datetime
    event: str
    by: str | None
    reason: str
    severity: Severity | None = None
    of_call: int | None = None


def get(connection: sqlite3.Connection, site: str, id: int) -> Alert | None:
    return _one(connection, "id = ?", site, (id,))


def open_alert(connection: sqlite3.Connection, site: str, rule: str, room: str) -> Alert | None:
    """The one alert of this rule and room that is not closed."""
    return _one(connection, "rule = ? AND room = ? AND state <> 'closed'", site, (rule, room))


def open_alerts(connection: sqlite3.Connection, site: str) -> list[Alert]:
    """All that are not closed, oldest first."""
    return _many(connection, "state <> 'closed' ORDER BY raised_at, id", site, ())


def asking_for_hands(connection: sqlite3.Connection, site: str) -> list[Alert]:
    """Those whose owner asks for more hands."""
    return _many(connection, "state <> 'closed' AND assistance_at IS NOT NULL ORDER BY id", site, ())


def taken(connection: sqlite3.Connection, site: str) -> list[Alert]:
    """All that somebody has."""
    return _many(connection, "state IN ('accepted', 'arrived') ORDER BY id", site, ())


def rename_device(connection: sqlite3.Connection, site: str, was: str, now: str) -> None:
    """All that it told of, or that is about its silence, is about the same device. What is closed too: under
    the name that it had another device may hang one day.
    """
    connection.execute("UPDATE alert SET device = ? WHERE site = ? AND device = ?", (now, site, was))
    connection.execute(
        "UPDATE OR IGNORE alert SET room = ? WHERE site = ? AND room = ?",
        (f"device:{now}", site, f"device:{was}"),
    )
    for column in ("evidence", "others"):
        rows = connection.execute(
            f"SELECT id, {column} FROM alert WHERE site = ? AND instr({column}, ?)",
            (site, msgspec.json.encode(was).decode()),
        ).fetchall()
        for id, told in rows:
            named = [
                msgspec.structs.replace(one, device=now) if one.device == was else one
                for one in _evidence(told)
            ]
            connection.execute(
                f"UPDATE alert SET {column} = ? WHERE id = ?", (msgspec.json.encode(named).decode(), id)
            )


def open_of_rule(connection: sqlite3.Connection, site: str, rule: str) -> list[Alert]:
    """All of one rule that are not closed."""
    return _many(connection, "rule = ? AND state <> 'closed'", site, (rule,))


def newest_closed(connection: sqlite3.Connection, site: str, rule: str, room: str) -> Alert | None:
    """The alert of this rule and room that was closed last."""
    return _one(
        connection,
        "rule = ? AND room = ? AND state = 'closed' ORDER BY closed_at DESC, id DESC LIMIT 1",
        site,
        (rule, room),
    )


def overdue(connection: sqlite3.Connection, site: str, now: datetime) -> list[Alert]:
    """Those that time itself changes by `now`."""
    return _many(connection, "state <> 'closed' AND due <= ? ORDER BY due, id", site, (to_us(now),))


def recent(connection: sqlite3.Connection, site: str, since: datetime) -> list[Alert]:
    """Closed alerts that something happened to since then, newest first."""
    condition = "state = 'closed' AND (closed_at >= ? OR last_at >= ?) ORDER BY closed_at DESC, id DESC"
    return _many(connection, condition, site, (to_us(since), to_us(since)))


def earlier(connection: sqlite3.Connection, alert: Alert, limit: int) -> list[Alert]:
    """Closed alerts of the same rule and room from before this one, the newest first."""
    condition = "rule = ? AND room = ? AND state = 'closed' AND id < ? ORDER BY closed_at DESC LIMIT ?"
    return _many(connection, condition, alert.site, (alert.rule, alert.room, alert.id, limit))


def of_rule_and_room(
    connection: sqlite3.Connection, site: str, rule: str, room: str, since: datetime, until: datetime
) -> list[Alert]:
    """Those that stood at any time between, the oldest first."""
    condition = (
        "rule = ? AND room = ? AND raised_at < ? AND coalesce(cleared_at, closed_at, ?) > ?"
        " ORDER BY raised_at, id"
    )
    values = (rule, room, to_us(until), to_us(until), to_us(since))
    return _many(connection, condition, site, values)


def standing(connection: sqlite3.Connection, site: str, since: datetime, until: datetime) -> list[Alert]:
    """All that were found before `until` and were not closed before `since`, the oldest first."""
    condition = "found_at < ? AND coalesce(closed_at, ?) >= ? ORDER BY found_at, id"
    return _many(connection, condition, site, (to_us(until), to_us(since), to_us(since)))


def residents_of(
    connection: sqlite3.Connection, site: str, ids: Collection[int]
) -> dict[int, tuple[str, ...]]:
    """Whom these alerts name, by alert; what is kept no more is left out."""
    rows = connection.execute(
        "SELECT id, residents FROM alert WHERE site = ? AND id IN (SELECT value FROM json_each(?))",
        (site, msgspec.json.encode(list(ids)).decode()),
    )
    return {id: tuple(msgspec.json.decode(named)) for id, named in rows}


def first_found(connection: sqlite3.Connection, site: str) -> datetime | None:
    (at,) = connection.execute("SELECT min(found_at) FROM alert WHERE site = ?", (site,)).fetchone()
    return None if at is None else from_us(at)


def trails(
    connection: sqlite3.Connection, site: str, since: datetime, until: datetime
) -> dict[int, list[AlertEvent]]:
    """The trails of the same alerts, by alert, each in order."""
    rows = connection.execute(
        "SELECT e.seq, e.alert, e.at, e.event, e.by, e.reason, e.severity, e.of_call FROM alert_event e"
        " JOIN alert a ON a.id = e.alert"
        " WHERE a.site = ? AND a.found_at < ? AND coalesce(a.closed_at, ?) >= ? ORDER BY e.seq",
        (site, to_us(until), to_us(since), to_us(since)),
    )
    found: dict[int, list[AlertEvent]] = {}
    for row in rows:
        step = _event(row)
        found.setdefault(step.alert, []).append(step)
    return found


def first_there(trail: Sequence[AlertEvent]) -> AlertEvent | None:
    """The step by which somebody was there first. The alert itself forgets it where it is open again."""
    return next((step for step in trail if step.event == "arrive"), None)


def around_room(
    connection: sqlite3.Connection, site: str, room: str, since: datetime, until: datetime
) -> list[Alert]:
    """Those of a room, and those about a silent part (a device, a gateway, the broker), that were not closed
    at some time between, the oldest first.
    """
    return _many(
        connection,
        "(room = ? OR rule = ?) AND raised_at < ? AND coalesce(closed_at, ?) > ? ORDER BY raised_at, id",
        site,
        (room, NOT_HEARD, to_us(until), to_us(until), to_us(since)),
    )


def raised_between(
    connection: sqlite3.Connection, site: str, since: datetime, until: datetime
) -> list[tuple[datetime, Severity, str, str]]:
    """(found at, severity, unit, rule) of all that were found in this time, in order; no pre-warnings."""
    rows = connection.execute(
        "SELECT found_at, severity, unit, rule FROM alert"
        " WHERE site = ? AND found_at >= ? AND found_at < ? AND NOT prewarning ORDER BY found_at, id",
        (site, to_us(since), to_us(until)),
    )
    return [(from_us(row[0]), row[1], row[2], row[3]) for row in rows]


def add(connection: sqlite3.Connection, alert: Alert) -> Alert:
    """Store a new alert; returns it with its id. sqlite3.IntegrityError where one is open for this rule and
    room.
    """
    marks = ", ".join("?" for _ in _FIELDS)
    cursor = connection.execute(f"INSERT INTO alert ({_COLUMNS}) VALUES ({marks})", _row(alert))
    assert cursor.lastrowid is not None
    return msgspec.structs.replace(alert, id=cursor.lastrowid)


def put(connection: sqlite3.Connection, alert: Alert) -> None:
    """Store a change."""
    assignments = ", ".join(f"{name} = ?" for name in _FIELDS)
    connection.execute(f"UPDATE alert SET {assignments} WHERE id = ?", (*_row(alert), alert.id))


def add_event(
    connection: sqlite3.Connection,
    alert: int,
    at: datetime,
    event: str,
    by: str | None,
    reason: str,
    severity: Severity | None = None,
    of_call: int | None = None,
) -> None:
    connection.execute(
        "INSERT INTO alert_event (alert, at, event, by, reason, severity, of_call)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (alert, to_us(at), event, by, reason, severity, of_call),
    )


def events(connection: sqlite3.Connection, alert: int) -> list[AlertEvent]:
    """The trail of one alert, in order."""
    rows = connection.execute(
        f"SELECT {_STEP} FROM alert_event WHERE alert = ? ORDER BY seq",
        (alert,),
    )
    return [_event(row) for row in rows]


def events_since(connection: sqlite3.Connection, seq: int, limit: int) -> list[AlertEvent]:
    """What came after that step, of all alerts, in order."""
    rows = connection.execute(
        f"SELECT {_STEP} FROM alert_event WHERE seq > ? ORDER BY seq LIMIT ?",
        (seq, limit),
    )
    return [_event(row) for row in rows]


def since_when(connection: sqlite3.Connection, alert: int, severity: Severity) -> datetime | None:
    """When an alert was first as grave as this, as far as its trail says."""
    found = connection.execute(
        "SELECT min(at) FROM alert_event WHERE alert = ? AND severity = ?", (alert, severity)
    ).fetchone()[0]
    return None if found is None else from_us(found)


class Step(NamedTuple):
    """A step of an alert's life with what the alert is now."""

    seq: int
    alert: int
    at: datetime
    event: str
    site: str
    rule: str
    room: str
    severity: str
    raised_at: datetime
    outcome: str | None


def steps_after(connection: sqlite3.Connection, seq: int, limit: int) -> list[Step]:
    """The steps that came after that one, of all alerts of all sites, in order."""
    rows = connection.execute(
        "SELECT seq, alert, at, event, site, rule, room, alert.severity, raised_at, outcome FROM alert_event"
        " JOIN alert ON alert.id = alert_event.alert WHERE seq > ? ORDER BY seq LIMIT ?",
        (seq, limit),
    )
    return [
        Step(seq, alert, from_us(at), event, site, rule, room, severity, from_us(raised_at), outcome)
        for seq, alert, at, event, site, rule, room, severity, raised_at, outcome in rows
    ]


def newest_event(connection: sqlite3.Connection) -> int:
    """The feed's last `seq`, 0 where there is none: whoever follows alerts looks here first."""
    return int(connection.execute("SELECT coalesce(max(seq), 0) FROM alert_event").fetchone()[0])


def add_finding(connection: sqlite3.Connection, site: str, finding: Finding) -> None:
    connection.execute(
        "INSERT INTO finding (site, rule, room, kind, at, reason, device) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            site,
            finding.rule,
            finding.room,
            finding.kind,
            to_us(finding.at),
            finding.reason,
            finding.device,
        ),
    )


def _event(row: tuple[Any, ...]) -> AlertEvent:
    seq, alert, at, *rest = row
    return AlertEvent(seq, alert, from_us(at), *rest)


def _one(connection: sqlite3.Connection, condition: str, site: str, values: tuple[Any, ...]) -> Alert | None:
    found = _many(connection, condition, site, values)
    return found[0] if found else None


def _many(connection: sqlite3.Connection, condition: str, site: str, values: tuple[Any, ...]) -> list[Alert]:
    rows = connection.execute(
        f"SELECT id, {_COLUMNS} FROM alert WHERE site = ? AND {condition}", (site, *values)
    )
    return [_alert(dict(zip(("id", *_FIELDS), row, strict=True))) for row in rows]


def _alert(fields: dict[str, Any]) -> Alert:
    for name in _INSTANTS:
        if fields[name] is not None:
            fields[name] = from_us(fields[name])
    fields["residents"] = tuple(msgspec.json.decode(fields["residents"]))
    fields["evidence"] = _evidence(fields["evidence"])
    fields["others"] = _evidence(fields["others"])
    fields["prewarning"] = bool(fields["prewarning"])
    fields["late"] = bool(fields["late"])
    return Alert(**fields)


def _row(alert: Alert) -> list[Any]:
    values = []
    for name in _FIELDS:
        value = getattr(alert, name)
        if isinstance(value, datetime):
            value = to_us(value)
        elif isinstance(value, tuple):
            value = msgspec.json.encode(value).decode()
        values.append(value)
    return values
