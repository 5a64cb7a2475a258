"""Telling other programs what happens: the alerts' trail, the devices' faults and who is watched over are
followed from stored places, and become messages to those who subscribed.

The place and the messages are one transaction: killed anywhere, each event becomes its messages exactly once.
Nobody is named: residents are pseudonyms, and who did something, or why they said so, stays in the house. Not
here: sending (hub/ways/events.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from hub.announcement import announcement
from hub.store import alerts, escalations, events, integrations
from hub.store.db import transaction
from hub.store.events import EventMessage
from hub.store.instants import from_us
from rules.building import Site
from rules.event import PING, EventType, Subscription
from rules.health.telling import is_about_devices, waits_for_a_technician

_AT_ONCE = 500


class Event(NamedTuple):
    """`unit` '': everybody's. `data`: what the message says."""

    seq: int
    type: EventType
    at: datetime
    unit: str
    about_residents: bool
    for_technicians: bool
    data: dict[str, Any]


def begin(connection: sqlite3.Connection, site: str) -> None:
    """What happened before there were events is not told."""
    with transaction(connection):
        for source, (table, key, _) in SOURCES.items():
            if events.cursor(connection, site, source) is None:
                newest = connection.execute(f"SELECT coalesce(max({key}), 0) FROM {table}").fetchone()[0]
                events.put_cursor(connection, site, source, newest)


def follow(connection: sqlite3.Connection, site: Site, now: datetime) -> int:
    """Turn what came since into messages; returns how many rows were looked at."""
    looked = 0
    for source, (table, key, read) in SOURCES.items():
        since = events.cursor(connection, site.site, source) or 0
        newest = connection.execute(f"SELECT coalesce(max({key}), 0) FROM {table}").fetchone()[0]
        if newest <= since:
            continue
        with transaction(connection):
            subscribed = _in_force(connection, site.site, now)
            upto = min(newest, since + _AT_ONCE)
            for event in read(connection, site, since, upto) if subscribed else ():
                for one, units in subscribed:
                    near = not units or event.unit == "" or event.unit in units
                    theirs = not (event.for_technicians and one.residents)  # as on the board
                    if near and theirs and one.wants(event.type, event.about_residents):
                        _put_in(connection, one, event.type, event.at, event.data, now)
            events.put_cursor(connection, site.site, source, upto)
        looked += upto - since
    return looked


def ping(connection: sqlite3.Connection, subscription: Subscription, now: datetime) -> EventMessage:
    """A test; also to an address that was given up."""
    with transaction(connection):
        return _put_in(connection, subscription, PING, now, {}, now)


def _put_in(
    connection: sqlite3.Connection,
    to: Subscription,
    type: str,
    at: datetime,
    data: dict[str, Any],
    now: datetime,
) -> EventMessage:
    said = {"type": type, "timestamp": at, "site": to.site, "data": data}
    body = msgspec.json.encode(said).decode()
    return events.put_in(connection, EventMessage(0, to.site, to.integration, type, body, now, next_at=now))


def _in_force(
    connection: sqlite3.Connection, site: str, now: datetime
) -> list[tuple[Subscription, tuple[str, ...]]]:
    """Of the programs whose key is good, each with its units."""
    known = {one.id: one for one in integrations.everything(connection, site)}
    return [
        (one, known[one.integration].units)
        for one in events.subscriptions(connection, site)
        if one.integration in known and known[one.integration].is_in_force(now)
    ]


def _of_alerts(connection: sqlite3.Connection, site: Site, since: int, upto: int) -> Iterator[Event]:
    rows = connection.execute(
        "SELECT seq, alert, at, event, seq = (SELECT min(seq) FROM alert_event e WHERE e.alert = a.alert),"
        " seq = (SELECT max(seq) FROM alert_event e WHERE e.alert = a.alert)"
        " FROM alert_event a WHERE seq > ? AND seq <= ? ORDER BY seq",
        (since, upto),
    ).fetchall()
    for seq, id, at, step, is_first, is_last in rows:
        alert = alerts.get(connection, site.site, id)
        if alert is None:
            continue  # another site's, or a test of the alerting
        type: EventType = "alert.changed"
        if is_first:
            type = "alert.opened"
        elif alert.state == "closed" and (step == "close" or is_last):
            type = "alert.closed"
        data = msgspec.json.decode(announcement(alert, escalations.get(connection, id)))
        about = bool(alert.residents) and not is_about_devices(alert.rule)
        faint = waits_for_a_technician(alert)
        yield Event(seq, type, from_us(at), alert.unit, about, faint, {"step": step, **data})


def _of_faults(connection: sqlite3.Connection, site: Site, since: int, upto: int) -> Iterator[Event]:
    rooms = {device.id: device.room for device in site.devices}
    units = {room.id: room.unit for room in site.rooms}
    rows = connection.execute(
        "SELECT id, kind, device, since, found_at FROM fault"
        " WHERE site = ? AND id > ? AND id <= ? ORDER BY id",
        (site.site, since, upto),
    ).fetchall()
    for seq, kind, device, began, found_at in rows:
        room = rooms.get(device, "")
        unit = units.get(room, "")
        data = {"kind": kind, "device": device, "place": room, "unit": unit, "since": from_us(began)}
        yield Event(seq, "device.fault", from_us(found_at), unit, False, False, data)


def _of_protection(connection: sqlite3.Connection, site: Site, since: int, upto: int) -> Iterator[Event]:
    types: dict[str, EventType] = {
        "unprotected": "protection.lost",
        "degraded": "protection.degraded",
        "protected": "protection.restored",
    }
    units = {room.id: room.unit for room in site.rooms}
    homes = {resident.id: resident.room for resident in site.residents}
    rows = connection.execute(
        "SELECT seq, resident, state, why, since FROM protection WHERE site = ? AND seq > ? AND seq <= ?"
        " ORDER BY seq",
        (site.site, since, upto),
    ).fetchall()
    for seq, resident, state, why, at in rows:
        room = homes.get(resident)
        if room is None:
            continue  # moved out meanwhile
        causes = [{"cause": w.get("cause"), "what": w.get("what", "")} for w in msgspec.json.decode(why)]
        data = {"resident": resident, "place": room, "unit": units[room], "why": causes}
        yield Event(seq, types[state], from_us(at), units[room], True, False, data)


Reader = Callable[[sqlite3.Connection, Site, int, int], Iterator[Event]]
SOURCES: dict[str, tuple[str, str, Reader]] = {
    "alerts": ("alert_event", "seq", _of_alerts),
    "faults": ("fault", "id", _of_faults),
    "protection": ("protection", "seq", _of_protection),
}
"""Each with its table, what orders its rows, and what becomes of them."""
