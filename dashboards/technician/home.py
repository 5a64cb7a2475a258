"""What waits for a technician, at a glance."""

from __future__ import annotations

from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboards.frame import page
from dashboards.technician.copying import Copying, read_copying
from dashboards.technician.devices import sees_room
from dashboards.technician.faults import read_expected, read_faults, read_lost
from dashboards.technician.set_aside import size_in_view
from dashboards.visit import Visit, Visitor, needs, settings_of
from hub.discovery import discovered, waiting
from hub.settings import Settings
from hub.store import jobs, protection, records
from rules import wording
from rules.record import still

pages = APIRouter(
    include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("place devices")]
)


class Failing(NamedTuple):
    """What is done by the clock and failed at its last run. `last`: when it was done last, '' for never.
    `said`: why it failed, in its own words."""

    job: str
    last: str
    said: str


class Home(NamedTuple):
    """How many of each wait, of `faults` as many as their page lists; `never`: those of them that were not
    heard yet. `uncovered`: rooms in which somebody is not, or only partly, watched over. `untested`: devices
    without a signed test of what hangs there now.
    """

    new: int
    faults: int
    never: int
    uncovered: tuple[str, ...]
    aside: int
    untested: int
    devices: int
    failing: tuple[Failing, ...]
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
        if standing.protection.state != "protected"
        and resident in rooms
        and sees_room(visit, rooms[resident])
    }
    never = len(read_expected(visit))
    devices = [device for device in site.devices if sees_room(visit, device.room)]
    newest = records.newest(connection, site.site)
    return Home(
        new=len(waiting(discovered(connection, site), visit.now)),
        faults=len(read_faults(visit)) + len(read_lost(visit)) + never,
        never=never,
        uncovered=tuple(sorted(uncovered)),
        aside=size_in_view(visit),
        untested=sum(still(newest.get(d.id), d, site) != "as it is" for d in devices),
        devices=len(devices),
        failing=_failing(visit),
        copying=read_copying(visit, settings.influx_destination),
    )


def _failing(visit: Visit) -> tuple[Failing, ...]:
    voice = wording.Voice(visit.language, visit.house.site.zone, visit.now)
    return tuple(
        Failing(job.name, wording.at(job.done_at, voice) if job.done_at is not None else "", job.said)
        for job in jobs.everything(visit.connection)
        if job.failed_at is not None
    )
