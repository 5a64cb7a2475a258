"""Whether alerts reach anybody: each unit's last proof with its legs, a button that tries it now, those of
the last fortnight, and how the watchman finds Vaka's parts.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.care.proof_view import fortnight, parts, units_of, view_of_unit
from dashboards.frame import page
from dashboards.pages import render
from dashboards.visit import OurForm, Visit, Visitor, clock_of, needs
from hub import proving
from hub.store.proofs import Proof

PATH = "/care/proof"
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see proof")],
)


@pages.get("")
def show(request: Request, visit: Visitor, notice: str = "") -> str:
    units = [view_of_unit(visit, unit.id) for unit in units_of(visit)]
    return page(
        request,
        visit,
        "care/proof.html",
        notice=render(visit.language, "care/_proof_notice.txt", said=notice).strip(),
        proved=units,
        under_way=any(unit.under_way for unit in units),
        days=fortnight(visit),
        parts=parts(request, visit),
        may_write_to_everybody=visit.house.site.proof.later != "never",
    )


@pages.post("", dependencies=[OurForm])
def ask(
    request: Request,
    visit: Visitor,
    unit: Annotated[str, Form()] = "",
    everybody: Annotated[bool, Form()] = False,
) -> Response:
    """Try it now. Who asks again at once is shown the one before."""
    asked = ask_for(request, visit, unit, everybody)
    if asked is None:
        return HTMLResponse(show(request, visit), 422)
    fresh = asked.ended_at is None
    return RedirectResponse(f"{PATH}?notice={'asked' if fresh else 'before'}#unit-{asked.unit}", 303)


def ask_for(request: Request, visit: Visit, unit: str, everybody: bool) -> Proof | None:
    """None where there is no such unit, or not for them."""
    if unit not in {one.id for one in units_of(visit)}:
        return None
    now = clock_of(request).now()
    asked = proving.ask(visit.connection, visit.house.site, unit, visit.person.id, now, everybody)
    return asked if isinstance(asked, Proof) else None
