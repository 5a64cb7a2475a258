"""Who had which alerts before them: on the audit trail, and as a receipt of the messages that called them.
What came in on a board that was open: on the trail alone.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from dashboards.visit import Visit
from hub.store import audit, receipts
from hub.store.db import transaction


def note_alerts_seen(visit: Visit, page: str, alerts: Iterable[int], **more: list[int]) -> None:
    """Somebody opened this page with these alerts. A board that merely hangs there is nobody's eyes: no
    message counts as seen by what comes in on it later.
    """
    shown = list(alerts)
    seen = {"page": page, "alerts": shown, **more}
    audit.add(visit.connection, visit.house.site.site, visit.now, visit.person.id, "alerts seen", seen)
    news = receipts.unseen(visit.connection, visit.person.id, shown)
    if news:
        with transaction(visit.connection):
            for alert in news:
                receipts.note_seen(visit.connection, alert, visit.person.id, visit.now)


class CameIn:
    """What names residents on boards that are open: each alert once for whoever the board is open for, unless
    they looked at it within the hour. What streams tell is gathered here, and written down beside them, so
    that no alert waits for the disk.
    """

    LATELY = timedelta(hours=1)

    def __init__(self) -> None:
        self._told: deque[tuple[str, str, frozenset[int]]] = deque()
        self._noted: dict[str, set[int]] = {}

    def tell(self, person: str, page: str, alerts: frozenset[int]) -> None:
        """From any thread."""
        self._told.append((person, page, alerts))

    def note(
        self, connection: sqlite3.Connection, site: str, watching: Collection[str], now: datetime
    ) -> None:
        """`watching`: who has a board open. Where it cannot be written it is kept for the next time."""
        while self._told:
            person, page, alerts = self._told[0]
            noted = self._noted.setdefault(person, set())
            if new := alerts - noted:
                looks = audit.newest(connection, site, 1000, by=person, since=now - self.LATELY)
                before = {id for look in looks for id in look.detail.get("alerts", ())}
                if left := sorted(new - before):
                    seen = {"page": page, "alerts": left}
                    audit.add(connection, site, now, person, "alerts seen", seen)
                noted |= new
            self._told.popleft()
        self._noted = {person: noted for person, noted in self._noted.items() if person in watching}
