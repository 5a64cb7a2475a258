"""Who looked at what residents' data, or at a shared room, on which page: every reading of it is on the audit
trail.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from dashboards.visit import Visit
from hub.store import audit

ONE_LOOK = timedelta(minutes=10)
"""[default]"""


def note_seen(visit: Visit, page: str, residents: Iterable[str]) -> None:
    """Nothing where nobody is seen: the log is of looks at somebody."""
    own = list(dict.fromkeys(residents))
    if not own:
        return
    detail = {"page": page, "residents": own}
    audit.add(visit.connection, visit.house.site.site, visit.now, visit.person.id, "residents seen", detail)


def note_watched(visit: Visit, page: str, residents: Iterable[str]) -> None:
    """The same for what is fetched anew by itself while somebody looks: once in ONE_LOOK."""
    own = list(residents)
    if not _lately(visit, "residents seen", {"page": page, "residents": own}):
        note_seen(visit, page, own)


def note_without_eyes(visit: Visit, page: str, alerts: Sequence[int], residents: Iterable[str] = ()) -> None:
    """What a page fetches into itself, asked for without the page. No message counts as seen by it."""
    detail = {"page": page, "alerts": alerts, "residents": list(dict.fromkeys(residents))}
    audit.add(visit.connection, visit.house.site.site, visit.now, visit.person.id, "alerts seen", detail)


def looked_lately(visit: Visit, page: str) -> bool:
    """Whether what this page fetches into itself follows a look at it: then it is that same look."""
    since = visit.now - ONE_LOOK
    looks = audit.newest(visit.connection, visit.house.site.site, 100, by=visit.person.id, since=since)
    return any(e.detail.get("page") == page for e in looks)


def note_room_seen(visit: Visit, page: str, room: str) -> None:
    """A shared room is no resident's, but staff came and went there: also once in ONE_LOOK."""
    detail: dict[str, object] = {"page": page, "room": room}
    if not _lately(visit, "room seen", detail):
        audit.add(visit.connection, visit.house.site.site, visit.now, visit.person.id, "room seen", detail)


def _lately(visit: Visit, what: str, detail: dict[str, object]) -> bool:
    since = visit.now - ONE_LOOK
    looks = audit.newest(visit.connection, visit.house.site.site, 100, by=visit.person.id, since=since)
    return any(e.what == what and e.detail == detail for e in looks)
