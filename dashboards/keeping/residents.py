"""One resident: all that is held on them as a file, and asking for it to be erased."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

from dashboards.access import may
from dashboards.frame import page
from dashboards.keeping.whom import resident_in_view, shown_name
from dashboards.pace import EXPORTS, paced
from dashboards.pictures.files import file_name
from dashboards.visit import OurForm, Visit, Visitor, needs, settings_of
from hub.erasing.request import WHYS, Requests
from hub.resident_export import export
from hub.store import audit
from hub.store.erasures import Erasure, Why
from rules.building import Resident
from rules.pause import Refusal
from rules.wording.refusals import refusal_text

PATH = "/keeping/residents"
IN_MEMORY = 8 * 1024**2
"""Bytes of an export up to which it needs no file."""
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("erase residents")],
)


@pages.get("/{resident}")
def show(request: Request, visit: Visitor, resident: str) -> str:
    return _page(request, visit, resident_in_view(visit, resident))


@pages.post("/{resident}", dependencies=[OurForm])
def ask(
    request: Request,
    visit: Visitor,
    resident: str,
    why: Annotated[str, Form()] = "",
    typed: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    found = resident_in_view(visit, resident)
    asked = ask_for(request, visit, found, why, typed)
    if isinstance(asked, Refusal):
        fault = refusal_text(asked, visit.language)
        return HTMLResponse(_page(request, visit, found, why, fault), 422)
    return RedirectResponse("/keeping?notice=asked", 303)


@pages.get("/{resident}/export.zip", dependencies=[needs("export residents"), paced(EXPORTS)])
def take_export(request: Request, visit: Visitor, resident: str) -> Response:
    return export_of(request, visit, resident_in_view(visit, resident))


def ask_for(request: Request, visit: Visit, resident: Resident, why: str, typed: str) -> Erasure | Refusal:
    """`typed`: the pseudonym once more, so that nobody is erased by a slip."""
    chosen: Why | None = next((one for one in WHYS if one == why), None)
    if chosen is None:
        return Refusal("why is missing", "no_why")
    if typed.strip() != resident.id:
        return Refusal(f"{resident.id!r} was not typed", "not_typed")
    return _requests(request, visit).ask(resident.id, chosen, visit.person.id)


def export_of(request: Request, visit: Visit, resident: Resident) -> StreamingResponse:
    """The ZIP, and that it was taken on the audit trail."""
    site, connection = visit.house.site, visit.connection
    out: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed when it was sent
    language = visit.language
    export(connection, settings_of(request).database, site, resident, language, visit.now, out)
    detail = {"residents": [resident.id]}
    audit.add(connection, site.site, visit.now, visit.person.id, "resident exported", detail)
    out.seek(0)
    unit = next(room.unit for room in site.rooms if room.id == resident.room)
    name = f"{file_name(site.site, f'export-{unit}', visit.now.astimezone(site.zone))}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_chunks(out), media_type="application/zip", headers=headers)


def _requests(request: Request, visit: Visit) -> Requests:
    return Requests(visit.connection, visit.house.site, request.app.state.clock)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(1024**2):
            yield chunk


def _page(request: Request, visit: Visit, resident: Resident, why: str = "", fault: str = "") -> str:
    detail = {"page": f"{PATH}/{resident.id}", "residents": [resident.id]}
    site = visit.house.site
    audit.add(visit.connection, site.site, visit.now, visit.person.id, "residents seen", detail)
    stopped = _requests(request, visit).in_its_way(resident.id, "asked")
    return page(
        request,
        visit,
        "keeping/resident.html",
        resident=resident,
        shown_name=shown_name(visit, resident),
        room=visit.house.room_name(resident.room),
        may_export=may(visit.person, "export residents"),
        stopped=refusal_text(stopped, visit.language) if stopped is not None else "",
        lives_here=resident.lives_here(visit.now.astimezone(site.zone).date()),
        may_set_the_day=may(visit.person, "manage people"),
        why=why,
        fault=fault,
    )
