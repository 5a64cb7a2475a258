"""One's own account as calls. A passkey is made in a browser; the calls are what its page uses too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, Field

from dashboards import sessions
from dashboards.account import password as passwords
from dashboards.account.page import (
    LONGEST_NAME,
    ask_for_identity,
    end_session,
    is_linked,
    owner_of,
    strengthen,
    totp_of,
    unproven,
)
from dashboards.api.refusal import Refusal, refused_as
from dashboards.api.sent import Sent
from dashboards.api.session import ChallengeOut
from dashboards.sessions import How, Kind
from dashboards.sign_in import pins
from dashboards.sign_in.openid_page import wait_for
from dashboards.sign_in.page import passkeys_of
from dashboards.sign_in.passkeys import Challenge
from dashboards.sign_in.totp import address_of, new_secret
from dashboards.visit import OurCall, Visitor, needs
from hub.store import credentials, identities

REFUSALS: dict[int | str, dict[str, Any]] = {code: {"model": Refusal} for code in (401, 403, 404, 422)}
api = APIRouter(prefix="/api/v1/account", responses=REFUSALS, dependencies=[needs("keep own account")])


class SessionOut(BaseModel):
    id: str
    kind: Kind
    how: How
    started_at: datetime
    used_at: datetime
    here: bool


class PasskeyOut(BaseModel):
    id: str
    name: str
    added_at: datetime
    used_at: datetime | None


class AccountOut(BaseModel):
    person: str
    sessions: list[SessionOut]
    pin: bool
    app: bool = Field(description="The codes of an app are asked for")
    recovery_codes: int
    passkeys: list[PasskeyOut]
    linked: bool = Field(description="To the other sign-in that counts here (OpenID Connect)")
    owes_factor: bool = Field(description="Nothing else opens before a second factor is added")


class PinIn(Sent):
    pin: str = Field(max_length=6)
    password: str = Field(max_length=1024)


class NewPasswordIn(Sent):
    new: str = Field(max_length=credentials.LONGEST)
    password: str = Field(max_length=1024, description="The one until now")


class AppOut(BaseModel):
    name: str = Field(description="For the call that confirms it")
    secret: str
    address: str = Field(description="What a QR code says")


class ConfirmIn(Sent):
    code: str = Field(max_length=10)
    password: str = Field(max_length=1024)


class PasswordIn(Sent):
    password: str = Field(max_length=1024)


class MadePasskeyIn(Sent):
    name: str = Field(max_length=64, description="Of the challenge")
    made: dict[str, Any] = Field(description="A PublicKeyCredential as JSON")
    called: str = Field("", max_length=LONGEST_NAME)


class LeaveOut(BaseModel):
    address: str = Field(description="Where this browser signs in; it comes back linked")


class RecoveryOut(BaseModel):
    recovery_codes: list[str] = Field(description="Shown once")


@api.get("")
def show(request: Request, visit: Visitor) -> AccountOut:
    site, person, totp = visit.house.site.site, visit.person.id, totp_of(request, visit)
    here = sessions.id_of(visit.token)
    return AccountOut(
        person=person,
        sessions=[
            SessionOut(
                id=one.id,
                kind=one.kind,
                how=one.how,
                started_at=one.started_at,
                used_at=one.used_at,
                here=one.id == here,
            )
            for one in sessions.of(visit.connection, site, person, visit.now)
        ],
        pin=person in pins.people(visit.connection, site),
        app=totp.is_on(person),
        recovery_codes=totp.recovery_codes_left(person),
        passkeys=[
            PasskeyOut(id=k.id.hex(), name=k.name, added_at=k.added_at, used_at=k.used_at)
            for k in passkeys_of(request, visit.connection, visit.house).of(person)
        ],
        linked=is_linked(request, visit),
        owes_factor=visit.owes_factor,
    )


@api.delete("/sessions", status_code=204, dependencies=[OurCall])
def end_others(visit: Visitor) -> None:
    """All but this one."""
    sessions.end_others(visit.connection, visit.house.site.site, visit.person.id, visit.now, but=visit.token)


@api.delete("/sessions/{id}", status_code=204, dependencies=[OurCall])
def end_one(visit: Visitor, id: str) -> None:
    end_session(visit, id)


@api.put("/password", status_code=204, dependencies=[OurCall])
def change_password(request: Request, visit: Visitor, wish: NewPasswordIn) -> None:
    """Ten characters or more, and none that others would guess. All one's other sessions end."""
    fault = passwords.fault_of(wish.new, wish.new, visit.person.id)
    _must_hold(fault or unproven(request, visit, wish.password))
    passwords.change(request, owner_of(visit), wish.new)


@api.put("/pin", status_code=204, dependencies=[OurCall])
def set_pin(request: Request, visit: Visitor, wish: PinIn) -> None:
    """Four to six digits; counts at shared screens alone."""
    _must_hold(pins.fault_of(wish.pin, wish.pin) or unproven(request, visit, wish.password))
    pins.put(visit.connection, visit.house.site.site, visit.person.id, wish.pin, visit.now)


@api.delete("/pin", status_code=204, dependencies=[OurCall])
def remove_pin(visit: Visitor) -> None:
    pins.remove(visit.connection, visit.house.site.site, visit.person.id, visit.now)


@api.post("/app", dependencies=[OurCall])
def begin_app(request: Request, visit: Visitor) -> AppOut:
    """A secret for an app. It counts for nothing before its first code confirms it, within five minutes."""
    secret = new_secret()
    name = request.app.state.app_secrets.put(secret, visit.now, visit.person.id)
    address = address_of(secret, visit.person.id, f"Vaka {visit.house.site.name}")
    return AppOut(name=name, secret=secret, address=address)


@api.put("/app/{name}", dependencies=[OurCall])
def confirm_app(request: Request, visit: Visitor, name: str, wish: ConfirmIn) -> RecoveryOut:
    """All one's other sessions end."""
    secret = request.app.state.app_secrets.look(name, visit.now)
    _must_hold("late" if secret is None else unproven(request, visit, wish.password))
    codes = totp_of(request, visit).switch_on(visit.person.id, secret, wish.code, visit.now)
    if codes is None:
        raise refused_as("code")
    request.app.state.app_secrets.take(name, visit.now)
    strengthen(request, visit, "code")
    return RecoveryOut(recovery_codes=codes)


@api.post("/app/switch-off", status_code=204, dependencies=[OurCall])
def switch_app_off(request: Request, visit: Visitor, wish: PasswordIn) -> None:
    _must_hold(unproven(request, visit, wish.password))
    totp_of(request, visit).switch_off(visit.person.id, visit.now, visit.person.id)


@api.post("/passkeys/challenge", dependencies=[OurCall])
def offer_passkey(request: Request, visit: Visitor, wish: PasswordIn) -> ChallengeOut:
    """What the browser is to make a key with."""
    _must_hold(unproven(request, visit, wish.password))
    challenge, options = passkeys_of(request, visit.connection, visit.house).offer(
        visit.person, visit.house.site.name
    )
    waiting = Challenge(challenge, sessions.token_hash(visit.token))
    return ChallengeOut(
        name=request.app.state.challenges.put(waiting, visit.now, visit.person.id), options=options
    )


@api.post("/passkeys", status_code=204, dependencies=[OurCall])
def add_passkey(request: Request, visit: Visitor, said: MadePasskeyIn) -> None:
    """All one's other sessions end."""
    waiting: Challenge | None = request.app.state.challenges.take(said.name, visit.now)
    if waiting is None or waiting.adds_to != sessions.token_hash(visit.token):
        raise refused_as("late")
    keys = passkeys_of(request, visit.connection, visit.house)
    if not keys.add(visit.person.id, said.made, waiting.challenge, said.called, visit.now):
        raise refused_as("no_passkey")
    strengthen(request, visit, "passkey")


@api.post("/passkeys/{id}/remove", status_code=204, dependencies=[OurCall])
def remove_passkey(request: Request, visit: Visitor, id: str, wish: PasswordIn) -> None:
    keys = passkeys_of(request, visit.connection, visit.house)
    if id not in {one.id.hex() for one in keys.of(visit.person.id)}:
        raise HTTPException(404, "there is no such passkey")
    _must_hold(unproven(request, visit, wish.password))
    keys.remove(visit.person.id, id, visit.now, visit.person.id)


@api.post("/identity", dependencies=[OurCall], responses={503: {"model": Refusal}})
def link_identity(request: Request, visit: Visitor, wish: PasswordIn, response: Response) -> LeaveOut:
    """For a browser: it goes to `address` with the cookie that this answer sets."""
    _must_hold(unproven(request, visit, wish.password))
    asked = ask_for_identity(request, visit)
    if asked is None:
        raise HTTPException(503, "away")
    address, flow = asked
    wait_for(request, visit.house, response, flow)
    return LeaveOut(address=address)


@api.post("/identity/remove", status_code=204, dependencies=[OurCall])
def unlink_identity(request: Request, visit: Visitor, wish: PasswordIn) -> None:
    _must_hold(unproven(request, visit, wish.password))
    identities.unlink(visit.connection, visit.house.site.site, visit.person.id, visit.person.id, visit.now)


def _must_hold(fault: str) -> None:
    if fault:
        raise refused_as(fault)
