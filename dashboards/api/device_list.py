"""All devices at once as calls: the list out, and in again as a trial or for good (docs/devices.md)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from pydantic import BaseModel, Field

from dashboards.api.devices import REFUSALS
from dashboards.api.etags import Seen, must_be_seen
from dashboards.api.refusal import FaultOut, Refusal, conflict, fault_out, list_refused
from dashboards.visit import OurCall, Visit, Visitor, clock_of, needs
from hub.site.bulk import ListRefused, change_devices, try_devices
from hub.site.change import Changed, Conflict
from hub.site.device_list import Form, What, to_devices, what_happens, write_devices
from hub.site.edits import PartDiff
from hub.site.file import SiteFile, read_held
from hub.store import sites

api = APIRouter(prefix="/api/v1")

LARGEST = 1024 * 1024
"""[default] Bytes: as many as a house may have devices (rules/building.py), with some words each."""
"""Bytes. Ten thousand devices are half a million."""
TYPES: dict[Form, str] = {"csv": "text/csv; charset=utf-8", "yaml": "application/yaml; charset=utf-8"}


class DeviceChangeOut(BaseModel):
    """What happens to one device; as the site's document says it, null: not there. `renamed`: heard as
    before, it only got another name; `id` is the new one.
    """

    id: str
    what: list[What]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class ListOut(BaseModel):
    in_force: bool = Field(description="False: a trial, or there was nothing to change")
    version: int = Field(description="Of the site")
    changes: list[DeviceChangeOut]
    warnings: list[FaultOut] = Field(description="Those that the list brings")


@api.get(
    "/device-list",
    dependencies=[needs("place devices")],
    responses={200: {"content": {"text/csv": {}, "application/yaml": {}}}, 401: {"model": Refusal}},
    response_class=Response,
)
def show_list(visit: Visitor, form: Literal["csv", "yaml"] = "csv") -> Response:
    """The devices as a list for a spreadsheet. Its ETag says which version of the site it was made from."""
    _whole_house(visit)
    version = sites.in_force(visit.connection, visit.house.site.site)
    file = read_held(version.document)
    assert isinstance(file, SiteFile), "the house was read from it"
    name = f"{file.site.site}-devices.{form}"
    headers = {"ETag": f'"{version.id}"', "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write_devices(file, form), media_type=TYPES[form], headers=headers)


async def body_of(request: Request) -> bytes:
    """What was uploaded. Raises HTTPException (413) where that is too much."""
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > LARGEST:
            raise HTTPException(413, f"the list has more than {LARGEST:,} bytes")
    return data


@api.post(
    "/device-list",
    dependencies=[OurCall, needs("place devices")],
    responses={**REFUSALS, 413: {"model": Refusal}},
    response_model=ListOut,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"text/csv": {"schema": {"type": "string"}}, "application/yaml": {"schema": {}}},
        }
    },
)
def put_list(
    request: Request,
    visit: Visitor,
    data: Annotated[bytes, Depends(body_of)],
    matched: Seen,
    dry_run: Annotated[bool, Query(description="Only say what would change")] = False,
    remove_others: Annotated[bool, Query(description="Remove the devices that it does not name")] = False,
) -> Any:
    """Put a list in force, whole or not at all; as of the list that was read, unless it is only tried."""
    _whole_house(visit)
    seen = must_be_seen(matched, 0 if dry_run else None) or None
    site = visit.house.site.site
    if dry_run:
        tried = try_devices(visit.connection, site, data, "list", remove_others, seen)
        if isinstance(tried, ListRefused):
            return list_refused(tried.problems)
        if isinstance(tried, Conflict):
            return conflict(tried, matched)
        warnings = [fault_out(warning) for warning in tried.warnings]
        version = sites.in_force(visit.connection, site).id
        return ListOut(in_force=False, version=version, changes=_out(visit, tried.changes), warnings=warnings)
    by, clock = visit.person.id, clock_of(request)
    done = change_devices(
        visit.connection, site, data, "list", remove_others, by, clock, seen, exact=seen is not None
    )
    if isinstance(done, ListRefused):
        return list_refused(done.problems)
    if isinstance(done, Conflict):
        return conflict(done, matched)
    assert isinstance(done, Changed)
    warnings = [fault_out(warning) for warning in done.warnings]
    return ListOut(
        in_force=bool(done.changes),
        version=done.version,
        changes=_out(visit, done.changes),
        warnings=warnings,
    )


def _whole_house(visit: Visit) -> None:
    if visit.access.units is not None:
        raise HTTPException(404, "the list is for whoever has the whole house")


def _out(visit: Visit, changes: tuple[PartDiff, ...]) -> list[DeviceChangeOut]:
    return [
        DeviceChangeOut(id=c.id, what=list(what_happens(c)), before=c.before, after=c.after)
        for c in to_devices(changes, visit.house.site)
    ]
