"""What the hub makes of the watchman's word: that the watchman itself is gone, and what it says of the parts
that the hub cannot see. Those who are on duty are told by an alert, as of anything else.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

from hub import alerting
from hub.store import alerts
from hub.store.db import transaction
from hub.watch.state import State, read
from rules.alert import Concern
from rules.finding import Finding
from rules.watch import PART_DOWN, SILENT_AFTER, WATCH_GONE, Part, back, gone, part_down, part_well

_SEEN_ONLY_BY_IT: tuple[Part, ...] = ("store", "web", "alerting")
"""Of hub and broker the hub tells itself, or cannot."""


def follow(connection: sqlite3.Connection, site: str, folder: Path, since: datetime, now: datetime) -> None:
    """One look at what the watchman last wrote. `since`: it is given as long from then on as from its last
    word. Where there never was one nothing is said: `vaka doctor` does.
    """
    said = read(folder)
    if said is None or said.site != site:
        return
    silent_from = max(said.at, since)
    if abs(now - silent_from) > SILENT_AFTER:  # ahead of us: what it said before the clock was set back
        _raise(connection, site, gone(site, min(silent_from, now)), now)
        return
    _clear(connection, site, WATCH_GONE, site, back(site, now), now)
    for part in _SEEN_ONLY_BY_IT:
        standing = said.parts.get(part)
        if standing is not None and standing.is_down:
            _raise(connection, site, part_down(part, standing, now), now)
        else:
            _clear(connection, site, PART_DOWN, part, part_well(part, now), now)


def watch_is_gone(said: State | None, now: datetime) -> bool:
    """Whether nobody watches over Vaka itself right now."""
    return said is None or abs(now - said.at) > SILENT_AFTER


def _raise(connection: sqlite3.Connection, site: str, told: tuple[Finding, Concern], now: datetime) -> None:
    finding, concern = told
    known = alerts.open_alert(connection, site, finding.rule, finding.room)
    if known is None or known.cleared_at is not None:
        with transaction(connection):
            alerting.take(connection, site, finding, concern, now)


def _clear(
    connection: sqlite3.Connection,
    site: str,
    rule: str,
    room: str,
    told: tuple[Finding, Concern],
    now: datetime,
) -> None:
    known = alerts.open_alert(connection, site, rule, room)
    if known is not None and known.cleared_at is None:
        with transaction(connection):
            alerting.take(connection, site, *told, now)
