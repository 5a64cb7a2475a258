"""Gateways as JSON: what they can be asked to do, asking them, and what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel, Field

from dashboards.api.paging import Paged
from dashboards.api.refusal import Refusal as RefusalOut
from dashboards.api.refusal import RefusedError, declined, refused_as
from dashboards.api.sent import Sent
from dashboards.technician.devices import device_in_view, may_be_asked, of_others, renamed_in_view
from dashboards.visit import OurCall, Visit, Visitor, clock_of, needs
from devices.asking import Act, Ask, News, act_of, can
from hub import renames
from hub.gateway_list import gateway_devices
from hub.gateway_requests import ask
from hub.site.change import Changed
from hub.store import gateway_news
from hub.store import gateway_requests as store
from hub.store.gateway_requests import GatewayRequest, State
from rules.pause import Refusal

api = APIRouter(
    prefix="/api/v1/gateways",
    dependencies=[needs("control gateways")],
    responses={401: {"model": RefusalOut}, 404: {"model": RefusalOut}},
)
LONGEST = timedelta(days=30)


class GatewayDeviceOut(BaseModel):
    """A device in the gateway's own list."""

    address: str = Field(description="The device's own, for ever")
    name: str = Field(description="What the gateway calls it")
    kind: str
    model: str
    power: str
    supported: bool | None
    interviewed: bool | None


class GatewayOut(BaseModel):
    id: str
    kind: str
    topic: str
    can: list[Act] = Field(description="What it can be asked to do over MQTT; empty: in its own pages")
    pairing: bool = Field(description="Whether other devices may join now, as it said last")
    pairing_until: datetime | None
    devices: list[GatewayDeviceOut]


class AskIn(Sent):
    """What a gateway is asked to do; which further fields it takes depends on `act`."""

    act: Act
    seconds: int | None = Field(None, description="start_pairing: for how long, 1 to 254")
    router: str | None = Field(None, description="start_pairing: through this device only")
    device: str | None = Field(None, description="What the gateway calls it, or its own address")
    to: str | None = Field(None, description="rename: the new name")
    force: bool | None = Field(None, description="remove: also if it does not answer")
    block: bool | None = Field(None, description="remove: never let it join again")
    options: dict[str, Any] | None = Field(None, description="set_options")


class RequestOut(BaseModel):
    """A request. `said`: the gateway's own words where it refused."""

    id: int
    gateway: str
    act: Act
    ask: dict[str, Any]
    state: State
    said: str
    asked_by: str
    asked_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None


class JoiningOut(BaseModel):
    """A step of a device on its way into a gateway's network, or out of it."""

    gateway: str
    at: datetime
    news: News
    address: str
    name: str
    model: str
    supported: bool | None


class RenamedOut(BaseModel):
    """A device of the site whose gateway calls it something else now."""

    device: str
    gateway: str
    was: str
    now: str


class TakenOverOut(BaseModel):
    state: Literal["taken over"]
    version: int


@api.get("")
def list_gateways(visit: Visitor) -> list[GatewayOut]:
    """Every gateway of the site."""
    site = visit.house.site
    pairings = gateway_news.pairings(visit.connection, site.site)
    out = []
    for gateway in site.gateways:
        said = pairings.get(gateway.id)
        until = said.state.until if said else None
        theirs = of_others(visit, gateway)
        out.append(
            GatewayOut(
                id=gateway.id,
                kind=gateway.kind,
                topic=gateway.topic,
                can=sorted(can(gateway.kind)),
                pairing=bool(said and said.state.open and (until is None or until > visit.now)),
                pairing_until=until,
                devices=[
                    GatewayDeviceOut.model_validate(msgspec.structs.asdict(device))
                    for device in gateway_devices(visit.connection, site.site, gateway)
                    if device.name.casefold() not in theirs
                ],
            )
        )
    return out


Since = Annotated[datetime | None, Query(description="Aware; without it the last hour, at most 30 days back")]


@api.get("/requests")
def list_requests(visit: Visitor, page: Paged, since: Since = None) -> list[RequestOut]:
    """What was asked of gateways, the newest first."""
    recent = store.recent(visit.connection, visit.house.site.site, _since(visit, since))
    found = [one for one in recent if _may_be_asked(visit, one.gateway, one.ask)]
    return [_out(request) for request in page.cut(found, lambda one: (one.id,), newest_first=True)]


@api.get("/requests/{id}")
def one_request(visit: Visitor, id: int) -> RequestOut:
    """What became of one: ask again until its state is neither waiting nor sent."""
    found = store.by_id(visit.connection, visit.house.site.site, id) if 0 < id < 2**63 else None
    if found is None or not _may_be_asked(visit, found.gateway, found.ask):
        raise HTTPException(404, "there is no such request, or not for you")
    return _out(found)


@api.get("/joinings")
def list_joinings(visit: Visitor, page: Paged, since: Since = None) -> list[JoiningOut]:
    """Who joined or left a gateway's network, the newest first."""
    theirs = {g.id: of_others(visit, g) for g in visit.house.site.gateways}
    joined = gateway_news.joinings(visit.connection, visit.house.site.site, _since(visit, since))
    found = [
        one
        for one in joined
        if theirs.get(one.gateway, frozenset()).isdisjoint(
            (one.joining.name.casefold(), one.joining.address.casefold())
        )
    ]
    part = page.cut(found, lambda one: (one.seq,), newest_first=True)
    return [JoiningOut(gateway=j.gateway, at=j.at, **msgspec.structs.asdict(j.joining)) for j in part]


@api.get("/renamed")
def list_renamed(visit: Visitor) -> list[RenamedOut]:
    """Devices that somebody renamed in a gateway's own pages, and the site does not follow yet."""
    return [RenamedOut(**r._asdict()) for r in renamed_in_view(visit)]


@api.post("/renamed/{device:path}", dependencies=[OurCall], responses={409: {"model": RefusalOut}})
def take_over(request: Request, visit: Visitor, device: str) -> TakenOverOut:
    """Give a device of the site the name that it has at its gateway now."""
    device_in_view(visit, device)
    outcome = renames.accept(visit.connection, visit.house.site, device, visit.person.id, clock_of(request))
    if isinstance(outcome, Changed):
        return TakenOverOut(state="taken over", version=outcome.version)
    if isinstance(outcome, Refusal):
        raise declined(409, outcome)
    raise RefusedError(409, "the site has changed meanwhile", "site_changed")


@api.post(
    "/{gateway}/requests",
    status_code=202,
    dependencies=[OurCall],
    responses={422: {"model": RefusalOut}},
)
def ask_gateway(request: Request, visit: Visitor, gateway: str, wish: AskIn) -> RequestOut:
    """Ask a gateway to do something. The hub sends it within a second; see what becomes of it by its id."""
    said = {key: value for key, value in wish.model_dump().items() if value is not None and key != "act"}
    try:
        what = msgspec.convert({"type": wish.act, **said}, Ask)
    except msgspec.ValidationError as fault:
        raise RefusedError(422, str(fault), "wish_shape") from None
    if not _may_be_asked(visit, gateway, what):
        raise HTTPException(404, "there is no such device, or not for you")
    outcome = ask(visit.connection, visit.house.site, gateway, what, visit.person.id, clock_of(request))
    if isinstance(outcome, Refusal):
        raise declined(422, outcome)
    return _out(outcome)


def _may_be_asked(visit: Visit, gateway: str, what: Ask) -> bool:
    """A gateway that there is none of any more is nobody's: `ask` says so."""
    found = next((one for one in visit.house.site.gateways if one.id == gateway), None)
    return found is None or may_be_asked(visit, found, what)


def _since(visit: Visit, since: datetime | None) -> datetime:
    if since is None:
        return visit.now - timedelta(hours=1)
    if since.tzinfo is None:
        raise refused_as("no_zone")
    return max(since, visit.now - LONGEST)


def _out(request: GatewayRequest) -> RequestOut:
    shared = {name: getattr(request, name) for name in RequestOut.model_fields if name not in ("act", "ask")}
    said = msgspec.to_builtins(request.ask)
    del said["type"]
    return RequestOut(act=act_of(request.ask), ask=said, **shared)
