"""Look-ups of residents read from the audit trail, those that are unusual, and what a leader said of them.

That a leader looked at a question is an entry of the same trail: nothing else needs to be kept.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.store import alerts, audit, shifts
from rules.building import Site
from rules.duty import LONGEST
from rules.look_ups import ALERT_NEAR, Duty, LookUp, Unusual, unusual

REVIEWED = "look-up reviewed"
DAYS = 30
"""[default] How far back a leader looks."""
READ_AT_ONCE = 200_000


class Question(NamedTuple):
    """`key` names it for ever. `reviewed_by`: who looked at it, with `note`; None: nobody yet."""

    key: str
    of: Unusual
    reviewed_by: str | None
    reviewed_at: datetime | None
    note: str


LISTS = (
    "/wall",
    "/care/away",
    "/care/off",
    "/care/reach",
    "/care/reach/hour",
    "/keeping",
    "/audit",
    "/audit/residents",
    "/audit/review",
    "/api/v1/audit/look-ups",
    "/care/duty",
    "/care/duty/shift",
    "/care/goals",
    "/care/relatives/reviews",
    "/api/v1/absences",
    "/api/v1/duty",
    "/api/v1/goals",
    "/api/v1/off",
    "/api/v1/relative-reviews",
    "/api/v1/wall",
)
"""Pages that happen to name one resident alone."""


def questions(
    connection: sqlite3.Connection, site: Site, units: Collection[str] | None, now: datetime
) -> list[Question]:
    """What to ask about, the newest first; of residents in these units (None: all)."""
    since = now - timedelta(days=DAYS)
    entries = audit.newest(connection, site.site, READ_AT_ONCE, since=since)
    homes = {room.id: room.unit for room in site.rooms}
    where = {resident.id: homes[resident.room] for resident in site.residents}
    found = alerts.standing(connection, site.site, since - ALERT_NEAR, now)
    about = {alert.id: alert.residents for alert in found}
    look_ups = [
        LookUp(entry.at, entry.by, resident, where[resident], str(entry.detail.get("page", "")))
        for entry in reversed(entries)
        if entry.by is not None and (resident := _the_one(entry, about)) in where
    ]
    begins: dict[str, list[datetime]] = {}
    for alert in found:
        for resident in alert.residents:
            begins.setdefault(resident, []).append(alert.found_at)

    def had_alert(resident: str, since: datetime, until: datetime) -> bool:
        return any(since <= at <= until for at in begins.get(resident, ()))

    reviews = {str(e.detail.get("key")): e for e in entries if e.what == REVIEWED}
    asked = []
    for one in unusual(look_ups, _duties(connection, site, since, now), had_alert):
        if units is not None and not any(where[resident] in units for resident in one.residents):
            continue
        review = reviews.get(key_of(one))
        by, at = (review.by, review.at) if review is not None else (None, None)
        note = str(review.detail.get("note", "")) if review is not None else ""
        asked.append(Question(key_of(one), one, by, at, note))
    return asked


def key_of(one: Unusual) -> str:
    return f"{one.look_ups[0].at:%Y-%m-%d}.{one.reason}.{one.by}"


def _the_one(entry: audit.Entry, about: dict[int, tuple[str, ...]]) -> str:
    """Whom a page is about, where that is one resident; lists and boards are part of every shift."""
    residents, seen = entry.detail.get("residents"), entry.detail.get("alerts")
    if entry.detail.get("page") in LISTS:
        return ""
    if entry.what == "residents seen" and isinstance(residents, list) and len(residents) == 1:
        return str(residents[0])
    own_page = str(entry.detail.get("page", "")).startswith("/alerts/")
    if entry.what == "alerts seen" and own_page and isinstance(seen, list) and len(seen) == 1:
        named = about.get(seen[0], ())
        return named[0] if len(named) == 1 else ""
    return ""


def _duties(connection: sqlite3.Connection, site: Site, since: datetime, now: datetime) -> list[Duty]:
    found = shifts.between(connection, site.site, since - LONGEST, now)
    return [Duty(s.person, s.units, s.starts_at, s.ends_at) for s in found]
