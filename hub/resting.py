"""Which rules are switched off or rest now and since when, and which go on because somebody came home."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from hub.store import absences, pauses
from rules.building import Site
from rules.judge import Key
from rules.rulebook import Rulebook


def held_now(
    connection: sqlite3.Connection, site: str, resting: Mapping[Key, datetime], at: datetime
) -> dict[Key, datetime]:
    """By rule and room. `resting`: those that rest while nobody is at home."""
    held = {
        (pause.rule, pause.room): pause.paused_at
        for pause in pauses.active(connection, site)
        if pause.device is None and pause.ends_at > at
    }
    for key, since in resting.items():
        held[key] = min(since, held.get(key, since))
    return held


def let_go_by_a_return(
    connection: sqlite3.Connection, site: Site, book: Rulebook, gone_on: Mapping[Key, datetime]
) -> dict[Key, datetime]:
    """Of the rules that go on (and were held since then), those that somebody's coming home lets go on, and
    since when.
    """
    since = min(gone_on.values())
    home: dict[str, datetime] = {}
    rooms = {resident.id: resident.room for resident in site.residents}
    for absence in absences.ended(connection, site.site, since):
        assert absence.ended_at is not None
        room = rooms.get(absence.resident, "")
        home[room] = max(absence.ended_at, home.get(room, absence.ended_at))
    switched_on = {
        (pause.rule, pause.room): pause.ended_at
        for pause in reversed(pauses.ended(connection, site.site, since))
        if pause.device is None
    }
    found = {}
    for key, held_since in gone_on.items():
        watch = book.watches.get(key)
        at = home.get(key[1])
        if watch is not None and watch.rule.for_residents and at is not None and at >= held_since:
            found[key] = max(at, switched_on.get(key) or at)
    return found
