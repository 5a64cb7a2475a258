"""An erasure: the second person's yes, and the receipt: on the page, printed, and as a sealed file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.access import may
from dashboards.care.seen import note_seen
from dashboards.frame import page
from dashboards.keeping.whom import erasure_in_view, line_of, thousands
from dashboards.pages import render
from dashboards.pdf import pdf
from dashboards.visit import OurForm, Visit, Visitor, needs
from hub.erasing.plan import decoded
from hub.erasing.receipt import Receipt, exported, read
from hub.erasing.request import Requests
from hub.seal import digest
from hub.store.erasures import Erasure
from rules.pause import Refusal
from rules.wording import Voice, full_date, full_moment
from rules.wording.refusals import refusal_text

PATH = "/keeping/erasures"
Step = Literal["confirm", "take-back"]
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see erasures")],
)


@pages.get("/{number}")
def show(request: Request, visit: Visitor, number: int, notice: str = "") -> str:
    said = render(visit.language, "keeping/_notice.txt", said=notice).strip() if notice else ""
    return _page(request, visit, erasure_in_view(visit, number), notice=said)


@pages.post("/{number}/{step}", dependencies=[OurForm, needs("erase residents")])
def decide(request: Request, visit: Visitor, number: int, step: Step) -> Response:
    done = decided(request, visit, number, step)
    if isinstance(done, Refusal):
        fault = refusal_text(done, visit.language)
        return HTMLResponse(_page(request, visit, erasure_in_view(visit, number), fault), 409)
    if step == "take-back":
        return RedirectResponse("/keeping?notice=taken-back", 303)
    return RedirectResponse(f"{PATH}/{number}?notice=confirmed", 303)


@pages.get("/{number}/receipt.pdf")
def print_receipt(visit: Visitor, number: int) -> Response:
    erasure = finished(visit, number)
    assert erasure.document is not None
    values = _values(visit, erasure)
    words: dict[str, Any] = json.loads(render(visit.language, "keeping/_receipt_document.json", **values))
    content = pdf("erasure", {**words, "language": visit.language}, read(erasure.document).finished_at)
    headers = {"Content-Disposition": f'inline; filename="vaka-{erasure.site}-erasure-{number}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


@pages.get("/{number}/receipt.json")
def take_receipt(visit: Visitor, number: int) -> Response:
    """The text, the seal and the key: what `vaka erase --verify` reads."""
    erasure = finished(visit, number)
    headers = {"Content-Disposition": f'attachment; filename="vaka-{erasure.site}-erasure-{number}.json"'}
    return Response(exported(erasure), media_type="application/json", headers=headers)


def decided(request: Request, visit: Visit, number: int, step: Step) -> Erasure | Refusal:
    erasure_in_view(visit, number)
    requests = Requests(visit.connection, visit.house.site, request.app.state.clock)
    if step == "confirm":
        return requests.confirm(number, visit.person.id)
    return requests.take_back(number, visit.person.id)


def finished(visit: Visit, number: int) -> Erasure:
    erasure = erasure_in_view(visit, number)
    if erasure.document is None:
        raise HTTPException(404, "there is no receipt yet")
    return erasure


def _page(request: Request, visit: Visit, erasure: Erasure, fault: str = "", notice: str = "") -> str:
    values: dict[str, Any] = {"asked": line_of(visit, erasure), "fault": fault, "notice": notice}
    values["may_decide"] = may(visit.person, "erase residents")
    values["whose"] = _whose(visit, erasure)
    if erasure.document is not None:
        values |= _values(visit, erasure)
    return page(request, visit, "keeping/erasure.html", **values)


def _whose(visit: Visit, erasure: Erasure) -> str:
    """Whoever says yes must know to whose: `Anna Haugen (r1)`, for administrators `r1`."""
    id = decoded(erasure.plan).resident if erasure.plan is not None else ""
    found = visit.house.resident(id)
    if found is None or not visit.access.residents:
        return id
    note_seen(visit, f"{PATH}/{erasure.number}", (id,))
    return f"{found.name} ({id})"


def _values(visit: Visit, erasure: Erasure) -> dict[str, Any]:
    assert erasure.document is not None
    assert erasure.seal is not None
    receipt: Receipt = read(erasure.document)
    voice = Voice(visit.language, visit.house.site.zone, visit.now)
    return {
        "receipt": receipt,
        "asked_by": visit.house.person_name(receipt.asked_by),
        "confirmed_by": visit.house.person_name(receipt.confirmed_by),
        "asked_at": full_moment(receipt.asked_at, voice),
        "confirmed_at": full_moment(receipt.confirmed_at, voice),
        "finished_at": full_moment(receipt.finished_at, voice),
        "deleted": [(kind, thousands(count)) for kind, count in counted(receipt, DELETED)],
        "taken_out_of": [(kind, thousands(count)) for kind, count in counted(receipt, TAKEN_OUT_OF)],
        "backups": [
            (
                b.file,
                full_moment(b.made_at, voice),
                full_date(b.kept_until, voice),
            )
            for b in receipt.backups
        ],
        "gone_by": full_date(receipt.gone_by, voice),
        "fits": erasure.seal.fits(erasure.document),
        "fingerprint": erasure.seal.fingerprint,
        "signature": erasure.seal.signature.hex(),
        "digest": digest(erasure.document),
    }


_KINDS = {
    "alert": "alerts",
    "alert_event": "alerts",
    "alert_sensors": "alerts",
    "alert_escalation": "alerts",
    "summons": "messages",
    "notification": "messages",
    "retained messages": "messages",
    "series": "series",
    "residents": "site",
    "alerts about several": "alerts that stay",
    "audit": "trail",
    "site versions": "versions",
    "lists without them": "texts",
    "texts without them": "texts",
}
"""What a receipt counts → the few kinds that people are told of; what is not here is `rows`."""
DELETED = ("readings", "series", "alerts", "messages", "rows")
TAKEN_OUT_OF = ("alerts that stay", "site", "versions", "trail", "texts")


def counted(receipt: Receipt, kinds: Sequence[str]) -> list[tuple[str, int]]:
    """How many of what, in few words: of what was deleted, or of what stays without them."""
    found: dict[str, int] = {}
    for step, counts in receipt.deleted.items():
        for what, count in counts.items():
            kind = "readings" if step == "readings" else _KINDS.get(what, "rows")
            found[kind] = found.get(kind, 0) + count
    return [(kind, found[kind]) for kind in kinds if found.get(kind)]
