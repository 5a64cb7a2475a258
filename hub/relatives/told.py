"""What a relative has been told of an alert, and may hear of it therefore: whoever learned that it began is
told how it goes on and how it ends, also where it looks less grave by then.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from hub.store import alerts, relative_messages, relative_views
from hub.store.relative_messages import Message
from rules.alert import Alert
from rules.building import Site
from rules.relatives import (
    Category,
    Decision,
    Known,
    Relative,
    may_of_alert,
    names_one_of_several,
    told_since,
)


def may_hear(
    connection: sqlite3.Connection,
    known: Known,
    categories: Sequence[Category],
    alert: Alert,
    now: datetime,
    site: Site,
) -> Decision:
    """Whether they may be shown or told this of an alert. Once it was news for them, neither somebody else
    whom it names since, nor a yes that was written anew, takes its end from them.
    """
    if _news(connection, known.relative.id, alert.residents[0], alert.id) is not None:
        theirs = {bond.resident for bond in known.bonds}
        return may_of_alert(known, categories, [r for r in alert.residents if r in theirs], now, site)
    decision = may_of_alert(known, categories, alert.residents, now, site)
    since = told_since(known, categories, alert.residents)
    if decision.allowed and (since is None or alert.raised_at.astimezone(site.zone).date() < since):
        return Decision(False, "before")
    own = any(device.id == alert.device and device.resident is not None for device in site.devices)
    several = not own and names_one_of_several(known, alert.residents, alert.room, alert.raised_at)
    return Decision(False, "shared_room") if several and decision.allowed else decision


def was_grave(connection: sqlite3.Connection, alert: Alert) -> bool:
    """Whether it is, or was at any time before, what relatives are told of while it stands."""
    return _grave_since(connection, alert) is not None


def has_letter(connection: sqlite3.Connection, relative: int, resident: str, alert: int) -> bool:
    """Whether a letter said that there was this alert."""
    news = _news(connection, relative, resident, alert)
    return news is not None and news.sent_at is not None


def has_heard(connection: sqlite3.Connection, relative: Relative, alert: Alert, now: datetime) -> bool:
    """Whether a letter said so, or they looked at their page while it stood there."""
    since = _grave_since(connection, alert)
    if since is None or has_letter(connection, relative.id, alert.residents[0], alert.id):
        return since is not None
    looks = relative_views.between(connection, relative.id, since, alert.closed_at or now)
    return any(one.resident in alert.residents and "alerts" in one.shown.split(",") for one in looks)


def _news(connection: sqlite3.Connection, relative: int, resident: str, alert: int) -> Message | None:
    """It was put down as news for them while it stood; with a letter about it or without."""
    return relative_messages.about(connection, relative, resident, "told", str(alert))


def _grave_since(connection: sqlite3.Connection, alert: Alert) -> datetime | None:
    since = alerts.since_when(connection, alert.id, "high")
    return since or (alert.found_at if alert.severity == "high" else None)
