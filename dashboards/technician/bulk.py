"""All devices at once: the list out to a spreadsheet or an editor, and in again, tried first."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64Error
from collections import Counter
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, File, Form, HTTPException, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.api.device_list import LARGEST, TYPES
from dashboards.frame import page
from dashboards.technician.conflict import their_changes, word_of
from dashboards.technician.notices import Said, with_notice
from dashboards.technician.preview import Preview, preview
from dashboards.visit import OurForm, Visit, Visitor, clock_of, needs
from hub.site.bulk import ListRefused, change_devices, try_devices
from hub.site.change import Conflict
from hub.site.device_list import to_devices, what_happens, write_devices
from hub.site.edits import PartDiff, Would
from hub.site.file import SiteFile, read_held
from hub.store import sites

pages = APIRouter(
    prefix="/technician/bulk",
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("place devices")],
)


class Line(NamedTuple):
    """What happens to one device, key by key: (key, before, after)."""

    id: str
    what: tuple[str, ...]
    keys: tuple[tuple[str, str, str], ...]


class Trial(NamedTuple):
    """What a list would change."""

    name: str
    data: str
    whole: bool
    version: int
    lines: tuple[Line, ...]
    counts: dict[str, int]
    preview: Preview


@pages.get("")
def show_bulk(request: Request, visit: Visitor) -> str:
    _whole_house(visit)
    return page(request, visit, "technician/bulk.html", count=len(visit.house.site.devices))


@pages.get("/devices.{form}")
def download(visit: Visitor, form: Literal["csv", "yaml"]) -> Response:
    _whole_house(visit)
    file = read_held(sites.in_force(visit.connection, visit.house.site.site).document)
    assert isinstance(file, SiteFile), "the house was read from it"
    name = f"{file.site.site}-devices.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write_devices(file, form), media_type=TYPES[form], headers=headers)


@pages.post("/try", dependencies=[OurForm])
def try_list(
    request: Request,
    visit: Visitor,
    file: Annotated[UploadFile, File(title="File")],
    whole: Annotated[bool, Form()] = False,
) -> Response:
    """What it would change, or all that is wrong with it. Nothing is changed."""
    _whole_house(visit)
    data, name = file.file.read(LARGEST + 1), (file.filename or "list")[:100]
    if len(data) > LARGEST:
        raise HTTPException(413, f"the list has more than {LARGEST:,} bytes")
    tried = try_devices(visit.connection, visit.house.site.site, data, name, whole, visit.house.version)
    if isinstance(tried, Would):
        return HTMLResponse(
            page(request, visit, "technician/bulk_try.html", trial=_trial(visit, tried, data, name, whole))
        )
    return _not_in_force(request, visit, tried, name)


@pages.post("/apply", dependencies=[OurForm])
def apply_list(
    request: Request,
    visit: Visitor,
    data: Annotated[str, Form(max_length=2 * LARGEST)],
    name: Annotated[str, Form(max_length=100)],
    version: Annotated[int, Form()],
    whole: Annotated[bool, Form()] = False,
) -> Response:
    """As it was tried: somebody else's change since then is told, not overwritten."""
    _whole_house(visit)
    try:
        raw = b64decode(data, validate=True)
    except NotBase64Error:
        raise HTTPException(400, "the form is damaged") from None
    site, by = visit.house.site.site, visit.person.id
    done = change_devices(visit.connection, site, raw, name, whole, by, clock_of(request), version)
    if isinstance(done, ListRefused | Conflict):
        return _not_in_force(request, visit, done, name)
    said: Said = "imported" if done.changes else "nothing"
    return RedirectResponse(with_notice("/technician/devices", said), 303)


def _not_in_force(request: Request, visit: Visit, why: ListRefused | Conflict, name: str) -> Response:
    problems = why.problems if isinstance(why, ListRefused) else ()
    others = their_changes(visit, why) if isinstance(why, Conflict) else []
    status = 422 if isinstance(why, ListRefused) else 409
    return HTMLResponse(
        page(request, visit, "technician/bulk_refused.html", name=name, problems=problems, others=others),
        status,
    )


def _trial(visit: Visit, would: Would, data: bytes, name: str, whole: bool) -> Trial:
    changes = to_devices(would.changes, visit.house.site)
    return Trial(
        name=name,
        data=b64encode(data).decode(),
        whole=whole,
        version=visit.house.version,
        lines=tuple(_line(visit, change) for change in changes),
        counts=dict(Counter(what for change in changes for what in what_happens(change))),
        preview=preview(visit, would),
    )


def _line(visit: Visit, change: PartDiff) -> Line:
    before, after, what = change.before or {}, change.after or {}, what_happens(change)
    left_out = ("gateway", "address") if "renamed" in what else ("id",)
    keys = tuple(
        (
            key,
            word_of(visit, key, str(before.get(key) or "")),
            word_of(visit, key, str(after.get(key) or "")),
        )
        for key in ("id", "room", "role", "gateway", "address")
        if before.get(key) != after.get(key) and key not in left_out
    )
    return Line(change.id, what, keys)


def _whole_house(visit: Visit) -> None:
    if visit.access.units is not None:
        raise HTTPException(404, "the list is for whoever has the whole house")
