"""Who looked at what residents' data on which page: every reading of it is on the audit trail."""

from __future__ import annotations

from collections.abc import Iterable

from dashboards.visit import Visit
from hub.store import audit


def note_seen(visit: Visit, page: str, residents: Iterable[str]) -> None:
    detail = {"page": page, "residents": list(dict.fromkeys(residents))}
    audit.add(visit.connection, visit.house.site.site, visit.now, visit.person.id, "residents seen", detail)
