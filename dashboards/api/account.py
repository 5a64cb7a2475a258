"""One's own account as calls. Passkeys are made and used in a browser alone: /account/passkeys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field

from dashboards import sessions
from dashboards.account.page import end_session, strengthen, totp_of, unproven
from dashboards.api.refusal import Refusal
from dashboards.sessions import How, Kind
from dashboards.sign_in import pins
from dashboards.sign_in.page import passkeys_of
from dashboards.sign_in.totp import address_of, new_secret
from dashboards.visit import OurCall, Visitor, needs

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
    owes_factor: bool = Field(description="Nothing else opens before a second factor is added")


class PinIn(BaseModel):
    pin: str = Field(max_length=6)
    password: str = Field(max_length=1024)


class AppOut(BaseModel):
    name: str = Field(description="For the call that confirms it")
    secret: str
    address: str = Field(description="What a QR code says")


class ConfirmIn(BaseModel):
    code: str = Field(max_length=10)
    password: str = Field(max_length=1024)


class PasswordIn(BaseModel):
    password: str = Field(max_length=1024)


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
        owes_factor=visit.owes_factor,
    )


@api.delete("/sessions", status_code=204, dependencies=[OurCall])
def end_others(visit: Visitor) -> None:
    """All but this one."""
    sessions.end_others(visit.connection, visit.house.site.site, visit.person.id, visit.now, but=visit.token)


@api.delete("/sessions/{id}", status_code=204, dependencies=[OurCall])
def end_one(visit: Visitor, id: str) -> None:
    end_session(visit, id)


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
    name = request.app.state.app_secrets.put(secret, visit.now)
    address = address_of(secret, visit.person.id, f"Vaka {visit.house.site.name}")
    return AppOut(name=name, secret=secret, address=address)


@api.put("/app/{name}", dependencies=[OurCall])
def confirm_app(request: Request, visit: Visitor, name: str, wish: ConfirmIn) -> RecoveryOut:
    """All one's other sessions end."""
    secret = request.app.state.app_secrets.look(name, visit.now)
    _must_hold("late" if secret is None else unproven(request, visit, wish.password))
    codes = totp_of(request, visit).switch_on(visit.person.id, secret, wish.code, visit.now)
    if codes is None:
        raise HTTPException(422, "code")
    request.app.state.app_secrets.take(name, visit.now)
    strengthen(request, visit, "code")
    return RecoveryOut(recovery_codes=codes)


@api.post("/app/switch-off", status_code=204, dependencies=[OurCall])
def switch_app_off(request: Request, visit: Visitor, wish: PasswordIn) -> None:
    _must_hold(unproven(request, visit, wish.password))
    totp_of(request, visit).switch_off(visit.person.id, visit.now, visit.person.id)


def _must_hold(fault: str) -> None:
    if fault:
        raise HTTPException(422, fault)
