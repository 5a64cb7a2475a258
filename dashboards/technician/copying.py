"""How the copy to InfluxDB goes, for whoever looks after the house."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from dashboards.visit import Visit
from hub.history.feeds import waiting
from hub.store import health
from hub.store.health import State
from rules.wording.times import length


class Copying(NamedTuple):
    """`state`: as the hub last said it. `why`: its own words where nothing can be written now, else empty.
    `since`: when the oldest came that waits; `for_`: how long ago that is, in the reader's language.
    """

    state: State
    why: str
    readings: int
    alert_steps: int
    since: datetime | None
    for_: str


def read_copying(visit: Visit, destination: str | None) -> Copying | None:
    """None where no InfluxDB is configured. `destination`: `Settings.influx_destination`."""
    if destination is None:
        return None
    parts = {part.part: part for part in health.everything(visit.connection, visit.house.site.site)}
    part = parts.get("influxdb")
    waits = {each.what: each for each in waiting(visit.connection, destination)}
    since = min((each.since for each in waits.values() if each.since is not None), default=None)
    return Copying(
        part.state if part else "down",
        part.detail.partition("; ")[0] if part and part.state == "down" else "",
        waits["readings"].amount,
        waits["alert steps"].amount,
        since,
        length(max(visit.now - since, visit.now - visit.now), visit.language) if since else "",
    )
