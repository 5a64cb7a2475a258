"""One's own phones, as calls: listed, switched on and off, and tried."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field

from dashboards.api.refusal import Refusal as RefusalOut
from dashboards.api.refusal import RefusedError, declined
from dashboards.api.sent import Sent
from dashboards.pace import TEST_MESSAGES, paced
from dashboards.visit import OurCall, Visit, Visitor, clock_of, needs, settings_of
from hub.contact_trial import outcome
from hub.phones import LONGEST_NAME, Phones
from hub.store import phones
from hub.store.phones import Phone, State
from hub.ways.push_address import LONGEST
from hub.ways.push_key import public_key
from hub.ways.webpush import own_server
from rules.pause import Refusal

api = APIRouter(
    prefix="/api/v1/phones",
    responses={status: {"model": RefusalOut} for status in (401, 404, 409)},
    dependencies=[needs("keep own account")],
)


class PhoneOut(BaseModel):
    """A phone or browser that is called by Web Push."""

    id: str = Field(description="The first 22 characters of the base64url of the endpoint's SHA-256")
    device: str
    added_at: datetime
    delivered_at: datetime | None = Field(description="When it last said that a message had arrived")
    lost: bool = Field(description="Its push service says that it is no more: it is called no longer")
    state: State = Field(
        description="`silent`: it did not answer the last proof; `refused`: its push service refuses us"
    )


class PhonesOut(BaseModel):
    key: str = Field(
        description="`applicationServerKey` for `PushManager.subscribe`; empty until the hub has made it"
    )
    phones: list[PhoneOut]


class KeysIn(Sent):
    p256dh: Annotated[str, Field(max_length=200)]
    auth: Annotated[str, Field(max_length=100)]


class PhoneIn(Sent):
    """As `PushSubscription.toJSON()` gives it, and what the device is."""

    endpoint: Annotated[str, Field(max_length=LONGEST)]
    keys: KeysIn
    expiration_time: float | None = Field(
        None, alias="expirationTime", description="Sent by browsers; not used"
    )
    device: Annotated[str, Field(max_length=LONGEST_NAME)] = ""


class TestOut(BaseModel):
    sent: bool = Field(description="Its push service took it; `delivered_at` tells when it arrived")
    failure: str | None


@api.get("")
def list_phones(request: Request, visit: Visitor) -> PhonesOut:
    """The caller's own."""
    mine = phones.of(visit.connection, visit.house.site.site, visit.person.id)
    key = public_key(settings_of(request).data) or ""
    return PhonesOut(key=key, phones=[_out(phone) for phone in mine])


@api.post("", status_code=201, dependencies=[OurCall])
def switch_on(request: Request, visit: Visitor, said: PhoneIn) -> PhoneOut:
    """Be called on this phone. It calls one person: whose it was is called there no more."""
    try:
        keys = (_octets(said.keys.p256dh), _octets(said.keys.auth))
    except (NotBase64, ValueError):
        raise RefusedError(409, "the phone's keys are no base64url", "no_phone") from None
    settings = settings_of(request)
    own = own_server(settings)
    key = public_key(settings.data)
    if key is None:
        raise RefusedError(409, "the hub has not made its key yet; start it once", "no_phone")
    done = phones_of(request, visit).switch_on(visit.person.id, said.endpoint, keys, said.device, own, key)
    if isinstance(done, Refusal):
        raise declined(409, done)
    return _out(done)


@api.delete("/{id}", status_code=204, dependencies=[OurCall])
def switch_off(request: Request, visit: Visitor, id: str) -> None:
    """Be called there no more."""
    if not phones_of(request, visit).switch_off(visit.person.id, id):
        raise HTTPException(404, "you have no such phone")


@api.post("/{id}/test", dependencies=[OurCall, paced(TEST_MESSAGES)])
def send_test(request: Request, visit: Visitor, id: str) -> TestOut:
    """Send it a message that calls nobody to anything."""
    mine = phones.of(visit.connection, visit.house.site.site, visit.person.id)
    if id not in {phone.id for phone in mine}:
        raise HTTPException(404, "you have no such phone")
    asked = phones_of(request, visit).test(visit.person.id, id, visit.language)
    done = asked if isinstance(asked, Refusal) else outcome(visit.connection, asked, clock_of(request))
    if isinstance(done, Refusal):
        raise declined(409, done)
    return TestOut(sent=done is None, failure=None if done is None else done.why)


def phones_of(request: Request, visit: Visit) -> Phones:
    return Phones(visit.connection, visit.house.site, clock_of(request))


def _octets(base64url: str) -> bytes:
    return urlsafe_b64decode(base64url + "=" * (-len(base64url) % 4))


def _out(phone: Phone) -> PhoneOut:
    return PhoneOut(**{name: getattr(phone, name) for name in PhoneOut.model_fields})
