"""What a program is told as it happens, as calls for administrators: its address, a test, what was delivered
(docs/api.md).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from dashboards.api.paging import MOST, Paged
from dashboards.api.refusal import Refusal, declined
from dashboards.api.sent import Sent
from dashboards.integrations import desk
from dashboards.integrations import events as desk_of_events
from dashboards.visit import OurCall, Visitor, needs
from hub.store import events as store
from hub.store.events import EventMessage
from rules.event import EventType, Subscription
from rules.pause import Refusal as Declined

_STATUS = {"no_key": 503, "was_revoked": 409, "token_ended": 409}
_CHANGES: dict[int | str, dict[str, Any]] = {status: {"model": Refusal} for status in (409, 422, 503)}
REFUSALS: dict[int | str, dict[str, Any]] = {status: {"model": Refusal} for status in (401, 404)}
api = APIRouter(
    prefix="/api/v1/integrations/{id}/events",
    responses=REFUSALS,
    dependencies=[needs("manage integrations")],
)


class SubscriptionIn(Sent):
    address: Annotated[str, Field(max_length=2000, description="Where they are posted to: https://…")]
    events: Annotated[list[EventType], Field(min_length=1)]


class SubscriptionOut(BaseModel):
    address: str
    events: list[EventType]
    residents: bool = Field(description="Also what is about residents, by pseudonym: as its role sees")
    created_by: str
    created_at: datetime
    failing_since: datetime | None = Field(description="Nothing was taken since")
    stopped_at: datetime | None = Field(description="Nothing was taken for 3 days: PUT it again to go on")


class SubscribedOut(SubscriptionOut):
    secret: str = Field(description="Said this once: what the messages are signed with")


class DeliveryOut(BaseModel):
    """One message. `id` is its header webhook-id. `next_at` null: nothing more is tried."""

    id: str
    type: str
    created_at: datetime
    attempts: int
    next_at: datetime | None
    sent_at: datetime | None
    failure: str | None


@api.get("")
def show_events(visit: Visitor, id: str) -> SubscriptionOut:
    return SubscriptionOut(**_fields(desk_of_events.subscription(visit, id)))


@api.put("", dependencies=[OurCall], responses=_CHANGES)
def subscribe(request: Request, visit: Visitor, id: str, wanted: SubscriptionIn) -> SubscribedOut:
    """In place of what was: with a new secret, and begun again where it was stopped."""
    done = desk_of_events.subscribe(request, visit, id, wanted.address, wanted.events)
    if isinstance(done, Declined):
        raise declined(_STATUS.get(done.code, 422), done)
    return SubscribedOut(**_fields(done.subscription), secret=done.secret)


@api.delete("", status_code=204, dependencies=[OurCall])
def unsubscribe(visit: Visitor, id: str) -> None:
    """It is told of nothing more; what waits is not sent."""
    desk_of_events.unsubscribe(visit, id)


@api.post("/test", status_code=202, dependencies=[OurCall], responses={409: {"model": Refusal}})
def send_ping(request: Request, visit: Visitor, id: str) -> DeliveryOut:
    """A message of the type `ping`, sent as all others are; the deliveries say what came of it."""
    sent = desk_of_events.ping(request, visit, id)
    if isinstance(sent, Declined):
        raise declined(_STATUS[sent.code], sent)
    return _delivery(sent)


@api.get("/deliveries")
def list_deliveries(visit: Visitor, page: Paged, id: str) -> list[DeliveryOut]:
    """The newest first, as long as messages are kept."""
    desk.one(visit, id)
    found = store.newest(visit.connection, visit.house.site.site, id, 10 * MOST)
    return [_delivery(one) for one in page.cut(found, lambda one: (one.id,), newest_first=True)]


def _fields(one: Subscription) -> dict[str, Any]:
    fields = {name: getattr(one, name) for name in SubscriptionOut.model_fields}
    return {**fields, "events": list(one.events)}


def _delivery(one: EventMessage) -> DeliveryOut:
    fields = {name: getattr(one, name) for name in DeliveryOut.model_fields if name != "id"}
    return DeliveryOut(id=f"vaka-{one.site}-event-{one.id}", **fields)
