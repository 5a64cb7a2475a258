"""Other programs and their tokens as calls, for administrators (docs/api.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from dashboards.access import Act
from dashboards.api.instant import Instant
from dashboards.api.refusal import Refusal, declined
from dashboards.api.sent import Sent
from dashboards.integrations import desk
from dashboards.visit import OurCall, Visit, Visitor, needs
from hub.integrations import Made
from rules import pause
from rules.building import PersonRole
from rules.integration import LONGEST_PURPOSE, USUALLY, Integration, Standing

REFUSALS: dict[int | str, dict[str, Any]] = {401: {"model": Refusal}, 404: {"model": Refusal}}
CHANGES: dict[int | str, dict[str, Any]] = {403: {"model": Refusal}, 422: {"model": Refusal}}
api = APIRouter(
    prefix="/api/v1/integrations", responses=REFUSALS, dependencies=[needs("manage integrations")]
)

Ends = Annotated[
    Instant | None, Field(description=f"{USUALLY.days} days from now, unless given; at most a year")
]


class IntegrationOut(BaseModel):
    """A program with a token. What it does is in the audit trail as `by`."""

    id: str
    by: str
    name: str
    purpose: str
    role: PersonRole
    acts: list[str]
    units: list[str] = Field(description="Empty: the whole house")
    reads_only: bool
    standing: Standing = Field(description="ends_soon: within 14 days")
    created_by: str
    creator_left: bool = Field(description="Who made it works here no more; it goes on")
    created_at: datetime
    ends_at: datetime
    revoked_by: str | None
    revoked_at: datetime | None
    used_at: datetime | None = Field(description="To within a minute")
    used_from: str | None = Field(description="The address of who used it last")


class IntegrationIn(Sent):
    id: Annotated[str, Field(max_length=64, description="Small letters, digits, - and _")]
    name: Annotated[str, Field(max_length=120)]
    purpose: Annotated[str, Field(max_length=LONGEST_PURPOSE, description="What it is for")]
    role: PersonRole = Field(description="It works as one of these, and may never more")
    acts: list[Act] = Field(description="What of that it may")
    units: list[str] = Field([], description="Empty: the whole house")
    reads_only: bool = True
    ends_at: Ends = None


class RenewalIn(Sent):
    ends_at: Ends = None


class MadeOut(IntegrationOut):
    token: str = Field(description="Said this once: `Authorization: Bearer <token>`")


@api.get("")
def list_integrations(visit: Visitor) -> list[IntegrationOut]:
    """By name; revoked ones last."""
    return [_out(visit, one) for one in desk.everything(visit)]


@api.get("/{id}")
def show_integration(visit: Visitor, id: str) -> IntegrationOut:
    return _out(visit, desk.one(visit, id))


@api.post("", status_code=201, dependencies=[OurCall], responses=CHANGES)
def make_integration(request: Request, visit: Visitor, wanted: IntegrationIn) -> MadeOut:
    """A program with a token of its own. Where it sees residents' data, their leaders and the privacy officer
    are told.
    """
    ends_at = wanted.ends_at or visit.now + USUALLY
    fields = wanted.model_dump(exclude={"ends_at"})
    return _made(visit, desk.make(request, visit, **fields, ends_at=ends_at))


@api.post(
    "/{id}/token",
    status_code=201,
    dependencies=[OurCall],
    responses={**CHANGES, 409: {"model": Refusal}},
)
def renew_token(request: Request, visit: Visitor, id: str, wanted: RenewalIn) -> MadeOut:
    """A new token. The one before opens nothing any more."""
    return _made(visit, desk.renew(request, visit, id, wanted.ends_at or visit.now + USUALLY))


@api.delete("/{id}", status_code=204, dependencies=[OurCall], responses={403: {"model": Refusal}})
def revoke(request: Request, visit: Visitor, id: str) -> None:
    """Its token opens nothing from now on."""
    desk.revoke(request, visit, id)


def _made(visit: Visit, done: Made | pause.Refusal) -> MadeOut:
    if isinstance(done, pause.Refusal):
        raise declined(409 if done.code == "was_revoked" else 422, done)
    return MadeOut(**_out(visit, done.integration).model_dump(), token=done.token)


def _out(visit: Visit, one: Integration) -> IntegrationOut:
    fields = {name: getattr(one, name) for name in IntegrationOut.model_fields if hasattr(one, name)}
    return IntegrationOut(
        **{
            **fields,
            "standing": one.standing(visit.now),
            "creator_left": one.created_by in visit.house.former,
        }
    )
