"""The one alert that an address names, where whoever asks may see it."""

from __future__ import annotations

from dashboards.visit import Visit
from hub.store import alerts
from hub.store.db import LARGEST_ID
from rules.alert import Alert


def alert_in_view(visit: Visit, id: int) -> Alert | None:
    """None where there is none, and where it is not theirs to see: the two are not told apart."""
    if not 0 < id <= LARGEST_ID:
        return None
    found = alerts.get(visit.connection, visit.house.site.site, id)
    return found if found is not None and visit.access.sees_alert(found) else None
