"""Who is signed in, and the token that every call needs which changes something."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dashboards import auth
from dashboards.access import ACTS, Act, may
from dashboards.api.refusal import Refusal
from dashboards.visit import Visitor
from rules.building import PersonRole

api = APIRouter(prefix="/api/v1")


class SessionOut(BaseModel):
    person: str
    role: PersonRole
    units: list[str] = Field(description="Empty: the whole house")
    may: list[Act]
    csrf: str = Field(description="Goes into the header X-CSRF-Token of every POST, PUT and DELETE")


@api.get("/session", responses={401: {"model": Refusal}})
def show_session(visit: Visitor) -> SessionOut:
    """Sign in by posting the form of /sign-in; the cookie that comes back goes with every call."""
    person = visit.person
    return SessionOut(
        person=person.id,
        role=person.role,
        units=list(person.units),
        may=[act for act in ACTS if may(person, act)],
        csrf=auth.form_token(visit.token),
    )
