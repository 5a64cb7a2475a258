"""Who has looked at one resident's data: the resident may see it, on the page and on paper
(pasientjournalloven § 24, Normen faktaark 15).
"""

from __future__ import annotations

import json
from collections.abc import Container
from datetime import datetime, timedelta
from typing import Any

import msgspec
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from dashboards.audit.view import Line, lines
from dashboards.care.seen import note_seen
from dashboards.frame import page
from dashboards.pages import render
from dashboards.pdf import pdf
from dashboards.pictures.files import file_name
from dashboards.visit import Visit, Visitor, needs
from hub.emergency import BEGUN
from hub.store import audit
from rules.building import Resident

PATH = "/audit/residents"
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see residents' logs")],
)
DAYS = 90
"""[default] What a resident is shown at first; the document can go back further."""
AT_MOST = 2_000


@pages.get("")
def choose(request: Request, visit: Visitor) -> str:
    residents = residents_of(visit)
    note_seen(visit, PATH, (one.id for _, one in residents))
    return page(request, visit, "audit/residents.html", residents=residents)


@pages.get("/{id}")
def show(request: Request, visit: Visitor, id: str) -> str:
    resident = resident_in_view(visit, id)
    found = entries_of(visit, resident)
    note_seen(visit, f"{PATH}/{id}", (id,))
    values = {"resident": resident, "lines": own_lines(visit, found), "days": DAYS}
    return page(request, visit, "audit/resident.html", **values)


@pages.get("/{id}/log.pdf")
def document(visit: Visitor, id: str) -> Response:
    resident = resident_in_view(visit, id)
    found = own_lines(visit, entries_of(visit, resident))
    note_seen(visit, f"{PATH}/{id}/log.pdf", (id,))
    values: dict[str, Any] = {
        "resident": resident,
        "lines": found,
        "days": DAYS,
        "house": visit.house.site.name,
    }
    said = json.loads(render(visit.language, "audit/_log_document.json", **values))
    site = visit.house.site
    name = file_name(site.site, "log", visit.now.astimezone(site.zone))
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    document = pdf("access_log", {"language": visit.language, **said}, visit.now)
    return Response(document, media_type="application/pdf", headers=headers)


def residents_of(visit: Visit) -> list[tuple[str, Resident]]:
    """With their rooms' names."""
    site = visit.house.site
    found = [
        (visit.house.room_name(r.room), r) for r in site.residents if visit.access.sees_resident(r, site)
    ]
    return sorted(found, key=lambda one: one[0])


def resident_in_view(visit: Visit, id: str) -> Resident:
    resident = visit.house.resident(id)
    if resident is None or not visit.access.sees_resident(resident, visit.house.site):
        raise HTTPException(404, "there is no such resident, or not for you")
    return resident


def own_lines(visit: Visit, found: list[audit.Entry]) -> list[Line]:
    """As the resident reads them: of all detail only the reason for access in an emergency; and which looks
    that opened.
    """
    begun = [one for one in found if one.what == BEGUN]
    return [
        line._replace(
            detail=str(entry.detail.get("reason", "")) if entry.what == BEGUN else "",
            emergency=any(_opened(one, entry) for one in begun),
            withheld=None,
        )
        for line, entry in zip(lines(visit, found), found, strict=True)
    ]


def _opened(begun: audit.Entry, entry: audit.Entry) -> bool:
    """Whether this look was by somebody who had asked for it in an emergency, while that lasted."""
    until = datetime.fromisoformat(str(begun.detail["until"]))
    return entry.by == begun.by and entry is not begun and begun.at <= entry.at < until


def entries_of(visit: Visit, resident: Resident) -> list[audit.Entry]:
    """What one entry says of others too is cut to those whom whoever asks sees: a look from another unit, or
    from the whole house, names residents that are none of theirs.
    """
    since = visit.now - timedelta(days=DAYS)
    found = audit.of_resident(visit.connection, visit.house.site.site, resident.id, since, AT_MOST)
    seen = {one.id for _, one in residents_of(visit)}
    return [_cut(entry, seen) for entry in found]


def _cut(entry: audit.Entry, seen: Container[str]) -> audit.Entry:
    named = entry.detail.get("residents")
    if not isinstance(named, list):
        return entry
    detail = entry.detail | {"residents": [id for id in named if id in seen]}
    return msgspec.structs.replace(entry, detail=detail)
