"""What is news for relatives: follows the alerts' trail from a stored place, and the clock, and puts what may
be told into the outbox, once.

Its place and the messages are one transaction. Whether something may be told is looked at here, so that
nothing is written down needlessly, and again when it leaves (hub/relatives/letters.py).
"""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, timedelta
from functools import partial

from hub.history import History
from hub.relatives.told import may_hear
from hub.relatives.week import rhythm
from hub.store import alerts, credentials, relative_messages
from hub.store import relatives as store
from hub.store.alerts import AlertEvent
from hub.store.db import transaction
from hub.store.relative_messages import Message
from rules.building import Site
from rules.relatives import Known, consented_since, may, may_of_day
from rules.telling_relatives import NEEDS, TOLD_AFTER, Kind, digest_due, news_of, night_to_tell

_AT_ONCE = 500


def present(connection: sqlite3.Connection, site: str) -> list[Known]:
    """Relatives who have come in and not left: nobody else is told anything."""
    with_password = credentials.people(connection, site)
    return [
        store.known(connection, relative)
        for relative in store.everybody(connection, site)
        if relative.left_at is None and relative.account in with_password
    ]


def begin(connection: sqlite3.Connection, site: str) -> None:
    """At the very first start: what happened before there were relatives is not told now."""
    with transaction(connection):
        if relative_messages.cursor(connection, site) is None:
            relative_messages.put_cursor(connection, site, alerts.newest_event(connection))


def follow(connection: sqlite3.Connection, site: Site, now: datetime) -> int:
    """What the alerts' steps since then are for relatives; returns how many steps were looked at."""
    since = relative_messages.cursor(connection, site.site) or 0
    if alerts.newest_event(connection) <= since:
        return 0
    with transaction(connection):
        steps = alerts.events_since(connection, since, _AT_ONCE)
        everybody = present(connection, site.site)
        for step in steps if everybody else ():
            _step(connection, site, everybody, step, now)
        if steps:
            relative_messages.put_cursor(connection, site.site, steps[-1].seq)
    return len(steps)


def _step(
    connection: sqlite3.Connection, site: Site, everybody: list[Known], step: AlertEvent, now: datetime
) -> None:
    alert = alerts.get(connection, site.site, step.alert)
    kind = news_of(step.event, step.severity or alert.severity, alert) if alert is not None else None
    if alert is None or kind is None:
        return
    for known in everybody:
        if not may_hear(connection, known, NEEDS[kind], alert, now, site).allowed:
            continue
        leaves = max(now, step.at + TOLD_AFTER) if kind == "told" else now
        _put(connection, known, alert.residents[0], kind, str(alert.id), now, leaves)


def weekly(connection: sqlite3.Connection, site: Site, now: datetime) -> int:
    """The week's summary where it is due; returns how many."""
    made = 0
    for known in present(connection, site.site):
        chosen = known.relative
        for resident in known.residents:
            if not may(known, "digest", resident, now, site).allowed:
                continue
            begun = min(c.recorded_at for c in known.consents if c.resident == resident)
            day = digest_due(chosen.digest_weekday, chosen.digest_hour, begun, now, site.zone)
            if day is None or relative_messages.about(
                connection, chosen.id, resident, "digest", day.isoformat()
            ):
                continue
            with transaction(connection):
                made += _put(connection, known, resident, "digest", day.isoformat(), now, now)
    return made


class Unusual:
    """Tells in the morning of a night with more stirring than is usual for somebody, and of a day before it
    with less; each is looked at once.
    """

    def __init__(self) -> None:
        self._looked: set[tuple[str, date]] = set()

    def tell(self, connection: sqlite3.Connection, history: History, site: Site, now: datetime) -> int:
        """Returns how many relatives are told of one."""
        morning = night_to_tell(now, site.zone)
        if morning is None:
            return 0
        self._looked = {(resident, day) for resident, day in self._looked if day == morning}
        everybody, made = present(connection, site.site), 0
        for resident in site.residents:
            allowed = [k for k in everybody if may(k, "unusual", resident.id, now, site).allowed]
            if not allowed or (resident.id, morning) in self._looked:
                continue
            self._looked.add((resident.id, morning))
            yesterday = morning - timedelta(days=1)
            for known in allowed:
                counts = partial(may_of_day, known, ("unusual",), resident, at=now, site=site)
                heard = rhythm(connection, history, site, resident, [yesterday, morning], counts)
                nights = [one.day for one in heard.nights if one.day == morning and one.level == "more"]
                days = [one.day for one in heard.days if one.day == yesterday and one.level == "less"]
                odd = [*(("night", day) for day in nights), *(("day", day) for day in days)]
                since = consented_since(known, ("unusual",), resident.id) or date.max
                with transaction(connection):
                    for sort, day in odd:
                        if since <= day:
                            about = f"{sort} {day}"
                            made += _put(connection, known, resident.id, "unusual", about, now, now)
        return made


def _put(
    connection: sqlite3.Connection,
    known: Known,
    resident: str,
    kind: Kind,
    about: str,
    now: datetime,
    leaves: datetime,
) -> bool:
    relative = known.relative
    message = Message(0, relative.site, relative.id, resident, kind, about, None, now, next_at=leaves)
    return relative_messages.put_in(connection, message)
