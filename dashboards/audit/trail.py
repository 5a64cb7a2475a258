"""The audit trail, the newest first, and whether its chain holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from dashboards.audit.view import lines, residents_shown
from dashboards.care.seen import note_seen
from dashboards.frame import page
from dashboards.visit import Visitor, needs, settings_of
from hub.audit_chain import HEADS, noted_heads, verify
from hub.store import audit
from hub.store.db import LARGEST_ID

PATH = "/audit"
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see audit")],
)
AT_ONCE = 100


@pages.get("")
def show(
    request: Request,
    visit: Visitor,
    by: str = "",
    before: Annotated[int | None, Query(ge=0, le=LARGEST_ID)] = None,
) -> str:
    found = audit.newest(visit.connection, visit.house.site.site, AT_ONCE + 1, before, by)
    if visit.access.residents:
        note_seen(visit, PATH, residents_shown(visit, found[:AT_ONCE]))
    return page(
        request,
        visit,
        "audit/trail.html",
        lines=lines(visit, found[:AT_ONCE]),
        by=by,
        people=_by_name(visit.house.people),
        former=_by_name(visit.house.former),
        earlier=found[AT_ONCE - 1].seq if len(found) > AT_ONCE else None,
        before=before,
    )


def _by_name(people: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(people.items(), key=lambda one: one[::-1])


@pages.get("/chain")
def chain(request: Request, visit: Visitor) -> str:
    """Looks at all of it: a part of the page that is asked for by a tap."""
    heads = noted_heads(settings_of(request).data / HEADS)
    return page(request, visit, "audit/chain.html", verdict=verify(visit.connection, heads), noted=len(heads))
