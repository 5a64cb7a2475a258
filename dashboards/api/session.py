"""Who is signed in, the token that every call needs which changes something, signing in by passkey, signing
out.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from dashboards import auth
from dashboards.access import ACTS, Act, may
from dashboards.api.refusal import Refusal, RefusedError
from dashboards.api.sent import Sent
from dashboards.sign_in.known import crowd_of
from dashboards.sign_in.out import end
from dashboards.sign_in.page import address_of, enter, note_stranger, passkeys_of
from dashboards.sign_in.passkeys import Challenge
from dashboards.visit import SESSION_COOKIE, AnyHouse, Database, OurCall, Visitor, clock_of, needs
from rules.building import PersonRole

api = APIRouter(prefix="/api/v1")
REFUSALS: dict[int | str, dict[str, Any]] = {code: {"model": Refusal} for code in (401, 403)}


class ChallengeOut(BaseModel):
    name: str = Field(description="Goes with the answer; good for five minutes")
    options: dict[str, Any] = Field(description="What the browser makes or finds a key with (WebAuthn)")


class PasskeyIn(Sent):
    name: str = Field(max_length=64)
    answer: dict[str, Any] = Field(description="A PublicKeyCredential as JSON")
    shared: bool = Field(
        False, description="This screen is shared: others take over by PIN until the shift ends"
    )


class EnteredOut(BaseModel):
    to: str = Field(description="The page where they land")


class SessionOut(BaseModel):
    person: str
    role: PersonRole
    units: list[str] = Field(description="Empty: the whole house")
    may: list[Act]
    csrf: str = Field(
        description="Goes into the header X-CSRF-Token of each POST, PUT, PATCH, DELETE; empty with a token"
    )


@api.get("/session", responses={401: {"model": Refusal}})
def show_session(visit: Visitor) -> SessionOut:
    """Whose cookie or token it is (`integration:` and its short name), and what they may."""
    person = visit.person
    return SessionOut(
        person=person.id,
        role=person.role,
        units=list(person.units),
        may=[act for act in ACTS if may(person, act)],
        csrf=auth.form_token(visit.token) if visit.token else "",
    )


@api.delete(
    "/session", status_code=204, dependencies=[OurCall, needs("keep own account")], responses=REFUSALS
)
def sign_out(visit: Visitor, response: Response) -> None:
    end(visit)
    response.delete_cookie(SESSION_COOKIE)


@api.post("/session/passkey/challenge", dependencies=[OurCall], responses={403: {"model": Refusal}})
def challenge(request: Request, connection: Database, house: AnyHouse) -> ChallengeOut:
    """For a browser that is signed in with nobody: the token that it sends is of the form on /sign-in."""
    challenge, options = passkeys_of(request, connection, house).ask()
    name = request.app.state.challenges.put(
        Challenge(challenge), clock_of(request).now(), crowd_of(request, house.site.site, house.people)
    )
    return ChallengeOut(name=name, options=options)


@api.post("/session/passkey", dependencies=[OurCall], responses=REFUSALS)
def answer_challenge(
    request: Request, connection: Database, house: AnyHouse, said: PasskeyIn, response: Response
) -> EnteredOut:
    """Signs in. Each challenge is answered once."""
    now = clock_of(request).now()
    waiting: Challenge | None = request.app.state.challenges.take(said.name, now)
    account = None
    if waiting is not None and waiting.adds_to is None:
        account = passkeys_of(request, connection, house).whose(said.answer, waiting.challenge, now)
    if account is None or house.person(account) is None:
        detail = {"person": account or "(unknown)", "address": address_of(request), "why": "passkey"}
        note_stranger(request, connection, house.site.site, detail)
        raise RefusedError(401, "this passkey does not fit", "no_passkey")
    entered = enter(request, connection, house, account, "passkey", said.shared)
    response.raw_headers += [one for one in entered.raw_headers if one[0] == b"set-cookie"]
    return EnteredOut(to=entered.headers["location"])
