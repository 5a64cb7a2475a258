"""What waits for a technician, at a glance."""

from __future__ import annotations

from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboards.frame import page
from dashboards.snapshot import unheard
from dashboards.technician.copying import Copying, read_copying
from dashboards.visit import Visit, Visitor, needs, settings_of
from hub.discovery import discovered, waiting
from hub.settings import Settings
from hub.store import protection, quarantine, records
from rules.record import still

pages = APIRouter(
    include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("place devices")]
)


class Home(NamedTuple):
    """How many of each wait. `uncovered`: rooms in which somebody is not, or only partly, watched over.
    `untested`: devices without a signed test of what hangs there now.
    """

    new: int
    silent: int
    uncovered: tuple[str, ...]
    aside: int
    untested: int
    devices: int
    copying: Copying | None


@pages.get("/technician")
def show_home(request: Request, visit: Visitor) -> str:
    return page(request, visit, "technician/home.html", home=read_home(visit, settings_of(request)))


def read_home(visit: Visit, settings: Settings) -> Home:
    site, connection = visit.house.site, visit.connection
    rooms = {resident.id: resident.room for resident in site.residents}
    uncovered = {
        visit.house.room_name(rooms[resident])
        for resident, standing in protection.now(connection, site.site).items()
        if standing.protection.state != "protected" and resident in rooms
    }
    newest = records.newest(connection, site.site)
    return Home(
        new=len(waiting(discovered(connection, site), visit.now)),
        silent=len(unheard(connection, site.site)),
        uncovered=tuple(sorted(uncovered)),
        aside=quarantine.size(connection, site.site),
        untested=sum(still(newest.get(d.id), d, site) != "as it is" for d in site.devices),
        devices=len(site.devices),
        copying=read_copying(visit, settings.influx_destination),
    )
