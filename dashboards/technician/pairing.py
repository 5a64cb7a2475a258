"""Pairing: open a gateway for new devices, see who joins, rename, remove; with what the gateway answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.frame import page
from dashboards.pages import clock_text, render
from dashboards.snapshot import unheard
from dashboards.technician.devices import device_in_view, may_be_asked, of_others, renamed_in_view
from dashboards.visit import OurForm, Visit, Visitor, clock_of, needs
from devices.asking import (
    Ask,
    Interview,
    Joining,
    Named,
    Remove,
    Rename,
    StartPairing,
    StopPairing,
    can,
)
from hub import renames
from hub.gateway_list import gateway_devices
from hub.gateway_requests import ask
from hub.site.change import Changed
from hub.store import gateway_news, gateway_requests
from hub.store.gateway_requests import GatewayRequest
from rules.building import Gateway
from rules.pause import Refusal
from rules.wording.refusals import refusal_text

pages = APIRouter(
    prefix="/technician/pairing",
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("control gateways")],
)

RECENT = timedelta(minutes=30)
LENGTHS = (60, 120, 240)
MOST_SHOWN = 8


class Asked(NamedTuple):
    """A request as the page tells it."""

    act: str
    device: str
    to: str
    state: str
    said: str
    at: str
    by: str


class Newcomer(NamedTuple):
    """A device that joined lately. `query` names it in an address; `here`: it is placed."""

    name: str
    model: str
    news: str
    at: str
    query: str
    here: bool


class GoingOn(NamedTuple):
    """What changes while one looks. `left`: "1:43", empty where nobody may join or the end is not known."""

    gateway: str
    heard: bool
    open: bool
    left: str
    newcomers: tuple[Newcomer, ...]
    asked: tuple[Asked, ...]


class Row(NamedTuple):
    """A device in the gateway's list. `called`: the site's name for it, where it has one."""

    named: Named
    query: str
    called: str


@pages.get("")
def show_pairing(request: Request, visit: Visitor, gateway: str = "", notice: str = "") -> str:
    gateways = [g for g in visit.house.site.gateways if can(g.kind)]
    chosen = next((g for g in gateways if g.id == gateway), gateways[0] if gateways else None)
    return page(
        request,
        visit,
        "technician/pairing.html",
        notice=_notice(visit, notice),
        gateways=gateways,
        others=[g for g in visit.house.site.gateways if not can(g.kind)],
        chosen=chosen,
        lengths=LENGTHS,
        going_on=read_going_on(visit, chosen.id) if chosen else None,
        rows=_rows(visit, chosen) if chosen else [],
        renamed=[r for r in renamed_in_view(visit) if chosen and r.gateway == chosen.id],
    )


@pages.get("/live")
def show_live(visit: Visitor, gateway: str) -> str:
    """What the page asks for again and again."""
    return render(visit.language, "technician/_pairing_live.html", going_on=read_going_on(visit, gateway))


@pages.get("/device")
def show_device(request: Request, visit: Visitor, gateway: str, name: str) -> str:
    """One device of a gateway: what it is called, and taking it out."""
    found = next((row for row in _rows(visit, _gateway(visit, gateway)) if row.named.name == name), None)
    if found is None:
        raise HTTPException(404, "there is nothing here, or not for you")
    return page(request, visit, "technician/pairing_device.html", gateway=gateway, row=found, wrong="", to="")


@pages.post("/start", dependencies=[OurForm])
def start(
    request: Request,
    visit: Visitor,
    gateway: Annotated[str, Form()],
    seconds: Annotated[int, Form(title="For how long")] = LENGTHS[1],
    router: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    return _asked(request, visit, gateway, StartPairing(seconds, router or None))


@pages.post("/stop", dependencies=[OurForm])
def stop(request: Request, visit: Visitor, gateway: Annotated[str, Form()]) -> Response:
    return _asked(request, visit, gateway, StopPairing())


@pages.post("/rename", dependencies=[OurForm])
def rename(
    request: Request,
    visit: Visitor,
    gateway: Annotated[str, Form()],
    name: Annotated[str, Form()],
    to: Annotated[str, Form(max_length=200, title="New name")] = "",
) -> Response:
    return _asked(request, visit, gateway, Rename(name, to.strip()), name)


@pages.post("/remove", dependencies=[OurForm])
def remove(
    request: Request,
    visit: Visitor,
    gateway: Annotated[str, Form()],
    name: Annotated[str, Form()],
    force: Annotated[str, Form()] = "",
    block: Annotated[str, Form()] = "",
) -> Response:
    return _asked(request, visit, gateway, Remove(name, force == "on", block == "on"), name)


@pages.post("/interview", dependencies=[OurForm])
def interview(
    request: Request, visit: Visitor, gateway: Annotated[str, Form()], name: Annotated[str, Form()]
) -> Response:
    return _asked(request, visit, gateway, Interview(name), name)


@pages.post("/take-over", dependencies=[OurForm])
def take_over(
    request: Request, visit: Visitor, gateway: Annotated[str, Form()], device: Annotated[str, Form()]
) -> Response:
    """The site's device gets the name that somebody gave it at the gateway."""
    device_in_view(visit, device)
    outcome = renames.accept(visit.connection, visit.house.site, device, visit.person.id, clock_of(request))
    said = "taken over" if isinstance(outcome, Changed) else "not taken over"
    return RedirectResponse(_address(gateway, said), 303)


def _asked(request: Request, visit: Visit, gateway: str, what: Ask, name: str = "") -> Response:
    if not may_be_asked(visit, _gateway(visit, gateway), what):
        raise HTTPException(404, "there is no such device, or not for you")
    outcome = ask(visit.connection, visit.house.site, gateway, what, visit.person.id, clock_of(request))
    if not isinstance(outcome, Refusal):
        return RedirectResponse(_address(gateway, "sent"), 303)
    found = [row for row in _rows(visit, _gateway(visit, gateway)) if row.named.name == name]
    if not found:
        return RedirectResponse(_address(gateway, "refused"), 303)
    to = what.to if isinstance(what, Rename) else ""
    again = {"gateway": gateway, "row": found[0], "wrong": refusal_text(outcome, visit.language), "to": to}
    return HTMLResponse(page(request, visit, "technician/pairing_device.html", **again), 422)


def read_going_on(visit: Visit, gateway: str) -> GoingOn:
    site, since = visit.house.site.site, visit.now - RECENT
    pairing = gateway_news.pairings(visit.connection, site).get(gateway)
    until = pairing.state.until if pairing else None
    is_open = pairing is not None and pairing.state.open and (until is None or until > visit.now)
    asked = [
        r
        for r in gateway_requests.recent(visit.connection, site, since)
        if r.gateway == gateway and may_be_asked(visit, _gateway(visit, gateway), r.ask)
    ]
    return GoingOn(
        gateway,
        _is_heard(visit, gateway),
        is_open,
        _left(until, visit.now) if is_open and until else "",
        tuple(_newcomers(visit, gateway, since)),
        tuple(_told(visit, request) for request in asked[:MOST_SHOWN]),
    )


def _is_heard(visit: Visit, gateway: str) -> bool:
    away = {part.part for part in unheard(visit.connection, visit.house.site.site)}
    return away.isdisjoint(("broker", f"gateway:{gateway}"))


def _left(until: datetime, now: datetime) -> str:
    seconds = int((until - now).total_seconds())
    return f"{seconds // 60}:{seconds % 60:02}"


def _newcomers(visit: Visit, gateway: str, since: datetime) -> list[Newcomer]:
    """One line a device, its newest step; who left is told as well."""
    newest: dict[str, tuple[Joining, datetime]] = {}
    models: dict[str, str] = {}
    for joined in gateway_news.joinings(visit.connection, visit.house.site.site, since):
        if joined.gateway == gateway:
            newest.setdefault(joined.joining.address, (joined.joining, joined.at))
            if joined.joining.model:
                models.setdefault(joined.joining.address, joined.joining.model)
    known, theirs = _called(visit, gateway), of_others(visit, _gateway(visit, gateway))
    return [
        Newcomer(
            news.name,
            models.get(address, ""),
            news.news if news.supported is not False else "not_supported",
            _clock(visit, at),
            urlencode({"gateway": gateway, "address": news.name}),
            news.name in known,
        )
        for address, (news, at) in list(newest.items())[:MOST_SHOWN]
        if theirs.isdisjoint((news.name.casefold(), address.casefold()))
    ]


def _told(visit: Visit, request: GatewayRequest) -> Asked:
    what = request.ask
    device = getattr(what, "device", None) or getattr(what, "router", None) or ""
    return Asked(
        type(what).__struct_config__.tag,  # type: ignore[arg-type]
        device,
        what.to if isinstance(what, Rename) else "",
        request.state,
        request.said,
        _clock(visit, request.asked_at),
        visit.house.person_name(request.asked_by),
    )


def _rows(visit: Visit, gateway: Gateway) -> list[Row]:
    called, theirs = _called(visit, gateway.id), of_others(visit, gateway)
    return [
        Row(named, urlencode({"gateway": gateway.id, "name": named.name}), called.get(named.name, ""))
        for named in gateway_devices(visit.connection, visit.house.site.site, gateway)
        if named.kind != "Coordinator" and named.name.casefold() not in theirs
    ]


def _called(visit: Visit, gateway: str) -> dict[str, str]:
    """The gateway's name → the site's, for its devices."""
    site = visit.house.site
    return {d.address or d.id: d.id for d in site.devices if site.gateway_of(d) == gateway}


def _gateway(visit: Visit, id: str) -> Gateway:
    found = next((g for g in visit.house.site.gateways if g.id == id and can(g.kind)), None)
    if found is None:
        raise HTTPException(404, "there is nothing here, or not for you")
    return found


def _clock(visit: Visit, at: datetime) -> str:
    return clock_text(at, visit.house.site.zone, visit.language, seconds=True)


def _address(gateway: str, notice: str) -> str:
    return f"/technician/pairing?{urlencode({'gateway': gateway, 'notice': notice})}"


def _notice(visit: Visit, said: str) -> str:
    return render(visit.language, "technician/_pairing_notice.txt", said=said).strip()
