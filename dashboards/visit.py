"""Who is visiting a page, and what every page needs to know of that: FastAPI's dependencies."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, cast

from fastapi import Depends, Form, Header, HTTPException, Request, Response

from dashboards import auth, sessions
from dashboards.access import Access, Act, access_of, may
from dashboards.house import House, read_house
from dashboards.language import as_language
from dashboards.sessions import Kind
from dashboards.views import Scope
from hub.clock import Clock
from hub.emergency import units_of
from hub.history import History
from hub.history.chosen import HistoryInStead, Stores
from hub.history.embedded import EmbeddedHistory
from hub.settings import Settings
from hub.store.db import connect
from rules.building import Person
from rules.relatives import ACCOUNT
from rules.wording import Language

Theme = Literal["auto", "light", "dark"]
THEMES: tuple[Theme, ...] = ("auto", "light", "dark")

SESSION_COOKIE = "vaka_session"
FORM_COOKIE = "vaka_form"
LANGUAGE_COOKIE = "vaka_language"
THEME_COOKIE = "vaka_theme"
WANTED_COOKIE = "vaka_wanted"
DEVICE_COOKIE = "vaka_device"
"""Of a screen that several share."""
HALF_COOKIE = "vaka_half"
"""Of who owes a code after the password."""
WANTED_FOR_S = 600
YEAR_S = 365 * 24 * 3600
SECOND_FACTORS = frozenset({"code", "passkey", "directory"})
OPEN_WITHOUT_FACTOR = ("/account", "/api/v1/account", "/api/v1/session", "/sign-out")
"""Where somebody adds the second factor that they owe."""
COMES_BACK = re.compile(r"/alerts/\d{1,18}|/phone|/relative/week")
"""Pages that somebody who had to sign in first is led to after all: where a message leads."""


class SignInNeededError(Exception):
    """Nobody is signed in."""


class SecondFactorNeededError(Exception):
    """Their role needs a second factor, and they have not signed in with one."""


class RelativeHereError(Exception):
    """A relative asks for what is not theirs: a page or call of the staff."""


@dataclass(frozen=True)
class Visit:
    """One request by somebody who is signed in."""

    connection: sqlite3.Connection
    house: House
    person: Person
    language: Language
    token: str
    now: datetime
    kind: Kind = "computer"
    owes_factor: bool = False
    emergency: frozenset[str] = frozenset()

    @property
    def access(self) -> Access:
        return access_of(self.person, self.emergency)

    @property
    def scope(self) -> Scope:
        return Scope(self.language, self.access)


def settings_of(request: Request) -> Settings:
    return cast(Settings, request.app.state.settings)


def clock_of(request: Request) -> Clock:
    return cast(Clock, request.app.state.clock)


def open_database(request: Request) -> Iterator[sqlite3.Connection]:
    connection = connect(settings_of(request).database)
    try:
        yield connection
    finally:
        connection.close()


# Closed before the answer goes out: a stream lives for hours and must not keep files open.
Database = Annotated[sqlite3.Connection, Depends(open_database, scope="function")]


def house_of(request: Request, connection: Database) -> House:
    return read_house(connection, settings_of(request).site, clock_of(request).now())


AnyHouse = Annotated[House, Depends(house_of)]


def visitor(request: Request, connection: Database, house: AnyHouse) -> Visit:
    """Raises SignInNeededError, for a relative RelativeHereError, without a second factor that their role
    needs SecondFactorNeededError. A person who is no longer in the site document is nobody.
    """
    token, now = request.cookies.get(SESSION_COOKIE), clock_of(request).now()
    if token is None:
        raise SignInNeededError
    found = sessions.find(connection, house.site.site, token, now)
    if found is None:
        raise SignInNeededError
    if found.token != token:
        keep_token(request, found.token)
    if found.person.startswith(ACCOUNT):
        raise RelativeHereError
    person = house.person(found.person)
    if person is None:
        raise SignInNeededError
    strict = person.role in settings_of(request).second_factor_roles
    owes = strict and found.how not in SECOND_FACTORS
    if owes and not request.url.path.startswith(OPEN_WITHOUT_FACTOR):
        raise SecondFactorNeededError
    chosen = as_language(request.cookies.get(LANGUAGE_COOKIE))
    language = chosen or person.language or house.site.language
    opened = units_of(connection, house.site.site, now).get(person.id, frozenset())
    return Visit(connection, house, person, language, found.token, now, found.kind, owes, opened)


def keep_token(request: Request, token: str) -> None:
    """The answer, whatever it is, gives the browser this session's newest token (app.py)."""
    request.state.session_token = token


def address_of_pages(request: Request) -> str:
    """Under which people reach these pages."""
    return settings_of(request).web_address or str(request.base_url)


Visitor = Annotated[Visit, Depends(visitor)]


def history_of(request: Request, visit: Visit) -> History:
    """The house's time series, with the newest commit in it. The page says it where InfluxDB should have
    answered and could not.
    """
    known = getattr(request.state, "history", None)
    if known is None:
        stores = cast(Stores, request.app.state.stores)
        known = request.state.history = stores.history(visit.connection, visit.house.site)
    return cast(History, known)


def last_days_of(request: Request, visit: Visit) -> History:
    """The same as the hub itself keeps it: whoever is called at night waits for no other machine."""
    return EmbeddedHistory(visit.connection, settings_of(request).database, visit.house.site)


def history_in_stead(request: Request) -> str | None:
    """Why another store than the one that is set answered on this page."""
    history = getattr(request.state, "history", None)
    return history.why_not if isinstance(history, HistoryInStead) else None


def needs(act: Act) -> Any:
    """A dependency: 404 for whoever may not, as for what is not there; nobody learns which it was."""

    def refuse_others(visit: Visitor) -> None:
        if not may(visit.person, act):
            raise HTTPException(404, "there is nothing here, or not for you")

    return Depends(refuse_others)


def theme_of(request: Request) -> Theme:
    cookie = request.cookies.get(THEME_COOKIE)
    return next((theme for theme in THEMES if theme == cookie), "auto")


def language_of(request: Request, house: House | None) -> Language:
    """For pages that nobody is signed in to see."""
    chosen = as_language(request.cookies.get(LANGUAGE_COOKIE))
    return chosen or (house.site.language if house is not None else "nb")


def wanted(request: Request, by_relative: bool = False) -> str | None:
    """Where somebody wanted to go who had to sign in first, if it is a page for them."""
    path = request.cookies.get(WANTED_COOKIE, "")
    theirs = path.startswith("/relative") == by_relative
    return path if theirs and COMES_BACK.fullmatch(path) else None


def set_cookie(
    request: Request, response: Response, name: str, value: str, max_age: int | None = None
) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=max_age, httponly=True, samesite="lax", secure=secure)


def from_our_form(
    request: Request,
    csrf: Annotated[str, Form()] = "",
    x_csrf_token: Annotated[str, Header()] = "",
) -> None:
    """Refuse (403) what another site's page had the browser send."""
    _must_be_ours(request, x_csrf_token or csrf)


def from_our_program(request: Request, x_csrf_token: Annotated[str, Header()] = "") -> None:
    """The same for calls, whose body is JSON: the token that `GET /api/v1/session` gives is in the header."""
    _must_be_ours(request, x_csrf_token)


def _must_be_ours(request: Request, token: str) -> None:
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403)
    cookie = request.cookies.get(SESSION_COOKIE) or request.cookies.get(FORM_COOKIE)
    if cookie is None or not auth.form_token_fits(cookie, token):
        raise HTTPException(403)


OurForm = Depends(from_our_form)
OurCall = Depends(from_our_program)
