"""Who had which alerts before them: on the audit trail, and as a receipt of the messages that called them."""

from __future__ import annotations

from collections.abc import Iterable

from dashboards.visit import Visit
from hub.store import audit, receipts
from hub.store.db import transaction


def note_alerts_seen(visit: Visit, page: str, alerts: Iterable[int], **more: list[int]) -> None:
    """Somebody opened this page with these alerts. A board that merely hangs there is nobody's eyes: what
    comes in on it later is not seen by that.
    """
    shown = list(alerts)
    seen = {"page": page, "alerts": shown, **more}
    audit.add(visit.connection, visit.house.site.site, visit.now, visit.person.id, "alerts seen", seen)
    news = receipts.unseen(visit.connection, visit.person.id, shown)
    if news:
        with transaction(visit.connection):
            for alert in news:
                receipts.note_seen(visit.connection, alert, visit.person.id, visit.now)
