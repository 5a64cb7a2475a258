"""Who is visiting a page, and what every page needs to know of that: FastAPI's dependencies."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Annotated, Any, Literal, cast, get_args

from fastapi import Depends, Form, Header, HTTPException, Request, Response

from dashboards import auth, sessions
from dashboards.access import (
    Access,
    Act,
    access_of,
    may,
    may_change_anything,
    opens_in_an_emergency,
    program_of,
)
from dashboards.house import House, read_house
from dashboards.language import as_language, asked_for
from dashboards.sessions import How, Kind
from dashboards.views import Scope
from hub.clock import Clock
from hub.emergency import NOTHING, Opened, opened_to
from hub.history import History
from hub.history.chosen import HistoryInStead, Stores
from hub.history.embedded import EmbeddedHistory
from hub.integrations import recognise
from hub.settings import Settings
from hub.store.db import connect
from rules.building import Person
from rules.relatives import ACCOUNT
from rules.wording import Language

Theme = Literal["auto", "light", "dark", "night", "shift"]
"""`auto`: as the device says; `shift`: night mode in the hours of the night shift, else light."""
THEMES: tuple[Theme, ...] = get_args(Theme)

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
JUST_NOW = timedelta(minutes=10)
"""[default]"""
YEAR_S = 365 * 24 * 3600
SECOND_FACTORS = frozenset({"code", "passkey", "directory"})
CALLS = "/api/v1/"
"""Where a token of another program counts, and nowhere else."""
WRONG_TOKENS = "token:"
"""As whom the brake on guessing counts them: no person's id has a colon."""
ONLY_READ = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN_WITHOUT_FACTOR = ("/account", "/api/v1/account", "/api/v1/session", "/sign-out")
"""Where somebody adds the second factor that they owe."""
COMES_BACK = re.compile(r"/alerts/\d{1,18}|/phone|/relative/week")
"""Pages that somebody who had to sign in first is led to after all: where a message leads."""


class SignInNeededError(Exception):
    """Nobody is signed in."""


class SecondFactorNeededError(Exception):
    """Their role needs a second factor, and they have not signed in with one."""


class TokenRefusedError(SignInNeededError):
    """The token opens nothing: it has ended, was revoked, or never was; or it is none of this page."""


class OnlyReadsError(Exception):
    """A program whose token only reads wants to change something."""


class RelativeHereError(Exception):
    """A relative asks for what is not theirs: a page or call of the staff."""


@dataclass(frozen=True)
class Visit:
    """One request by somebody who is signed in. `just_came`: by another one's word and only now, which
    counts as the password that they may not have. `emergency`: what is open to them besides their own for
    now; `opens`: whether it counts for what they ask for, by the acts that the route needs.
    """

    connection: sqlite3.Connection
    house: House
    person: Person
    language: Language
    token: str
    now: datetime
    kind: Kind = "computer"
    owes_factor: bool = False
    emergency: Opened = NOTHING
    how: How = "password"
    just_came: bool = False
    opens: bool = False

    @property
    def access(self) -> Access:
        return access_of(self.person, self.emergency if self.opens else NOTHING)

    def looking(self, act: Act) -> Visit:
        """The same, as far as something is looked at by another act than the route's."""
        return replace(self, opens=opens_in_an_emergency([act], changes=False))

    @property
    def scope(self) -> Scope:
        answers = self.person.id if may(self.person, "review emergency access") else ""
        return Scope(self.language, self.access, leads=may(self.person, "assign gaps"), answers=answers)


def settings_of(request: Request) -> Settings:
    return cast(Settings, request.app.state.settings)


def clock_of(request: Request) -> Clock:
    return cast(Clock, request.app.state.clock)


def open_database(request: Request) -> Iterator[sqlite3.Connection]:
    """Not brought up to date: a hub of an older version may be at work on it, and could not start again."""
    connection = connect(settings_of(request).database, leave_older=True)
    try:
        yield connection
    finally:
        connection.close()


# Closed before the answer goes out: a stream lives for hours and must not keep files open.
Database = Annotated[sqlite3.Connection, Depends(open_database, scope="function")]


def house_of(request: Request, connection: Database) -> House:
    house = read_house(connection, settings_of(request).site, clock_of(request).now())
    request.app.state.house_speaks = house.site.language  # in a refusal too, before anything is read
    return house


AnyHouse = Annotated[House, Depends(house_of)]


def visitor(request: Request, connection: Database, house: AnyHouse) -> Visit:
    """Raises SignInNeededError, for a relative RelativeHereError, without a second factor that their role
    needs SecondFactorNeededError; of a program TokenRefusedError and OnlyReadsError. A person who is no
    longer in the site document is nobody.
    """
    if (bearer := bearer_of(request)) is not None:
        return _program(request, connection, house, bearer)
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
    own = person.language or (_browsers_own(request) if found.kind == "phone" else None)
    if _is_read_by_all(request):
        own = None
    language = chosen_language(request) or own or house.site.language
    request.state.language = language  # also of a refusal
    opened = opened_to(connection, house.site.site, now).get(person.id, NOTHING)
    just_came = found.how == "directory" and now - found.started_at < JUST_NOW
    visit = Visit(
        connection,
        house,
        person,
        language,
        found.token,
        now,
        found.kind,
        owes,
        opened,
        found.how,
        just_came,
        opens_in_an_emergency(_acts_of(request), changes=request.method not in ONLY_READ),
    )
    request.state.visit = visit  # for a refusal
    return visit


def visit_of(request: Request) -> Visit | None:
    """Of whoever was found to be signed in, for what is said afterwards: its connection is closed."""
    return cast("Visit | None", getattr(request.state, "visit", None))


def signed_in_here(request: Request, connection: sqlite3.Connection, site: str, now: datetime) -> str | None:
    """Who is signed in in this browser, where nobody has to be."""
    token = request.cookies.get(SESSION_COOKIE)
    found = sessions.find(connection, site, token, now) if token is not None else None
    if found is None:
        return None
    if found.token != token:
        keep_token(request, found.token)
    return found.person


def bearer_of(request: Request) -> str | None:
    """The token that another program sends; then no cookie counts."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _program(request: Request, connection: sqlite3.Connection, house: House, token: str) -> Visit:
    now, address = clock_of(request).now(), request.client.host if request.client else ""
    of_calls = request.url.path.startswith(CALLS)
    found = recognise(connection, house.site.site, token, address, now) if of_calls else None
    if found is None:
        if of_calls:
            _slow_down(request, address, now)
        raise TokenRefusedError
    program = program_of(found)
    if request.method not in ONLY_READ and not may_change_anything(program):
        raise OnlyReadsError
    language = _browsers_own(request) or house.site.language
    return Visit(connection, house, program, language, "", now)


def _slow_down(request: Request, address: str, now: datetime) -> None:
    """Raises HTTPException 429 where many wrong tokens came from there. A right one is heard all the same."""
    brake = cast(auth.Brake, request.app.state.brake)
    if (wait := brake.wait(WRONG_TOKENS, address, now)) > timedelta(0):
        seconds = ceil(wait.total_seconds())
        said = f"this token opens nothing, and too many such came from there; again in {seconds} s"
        raise HTTPException(429, said, {"Retry-After": str(seconds)})
    brake.failed(WRONG_TOKENS, address, now)


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


@dataclass(frozen=True)
class _Needs:
    act: Act

    def __call__(self, visit: Visitor) -> None:
        if not may(visit.person, self.act):
            raise HTTPException(404, "there is nothing here, or not for you")


def needs(act: Act) -> Any:
    """A dependency: 404 for whoever may not, as for what is not there; nobody learns which it was. It also
    says what the route is for, by which an emergency opens it or not.
    """
    return Depends(_Needs(act))


def _acts_of(request: Request) -> list[Act]:
    """All that the route needs; nothing where it says nothing."""
    asked = (one.dependency for one in getattr(request.scope.get("route"), "dependencies", ()))
    return [one.act for one in asked if isinstance(one, _Needs)]


def theme_of(request: Request) -> Theme:
    cookie = request.cookies.get(THEME_COOKIE)
    return next((theme for theme in THEMES if theme == cookie), "auto")


def language_of(request: Request, house: House | None) -> Language:
    """For pages that nobody is signed in to see, and refusals: by who asked, as far as that is known; else as
    their browser asks. A screen that several share speaks as the house does.
    """
    if (known := getattr(request.state, "language", None)) is not None:
        return cast(Language, known)
    own = None if DEVICE_COOKIE in request.cookies else _browsers_own(request)
    speaks = house.site.language if house is not None else getattr(request.app.state, "house_speaks", "nb")
    return chosen_language(request) or own or cast(Language, speaks)


def chosen_language(request: Request) -> Language | None:
    """What somebody chose in this browser."""
    return as_language(request.cookies.get(LANGUAGE_COOKIE))


def _is_read_by_all(request: Request) -> bool:
    """The screen on the wall, and its stream: whoever happened to sign in there reads it least."""
    path, view = request.url.path, request.query_params.get("view")
    return path == "/wall" or (path == "/live" and view == "wall")


def _browsers_own(request: Request) -> Language | None:
    return asked_for(request.headers.get("accept-language", ""))


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
    """The same for calls, whose body is JSON: the token that `GET /api/v1/session` gives is in the header. No
    page can have a browser send a program's token.
    """
    if bearer_of(request) is not None and request.url.path.startswith(CALLS):
        return
    _must_be_ours(request, x_csrf_token)


def _must_be_ours(request: Request, token: str) -> None:
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403)
    cookie = request.cookies.get(SESSION_COOKIE) or request.cookies.get(FORM_COOKIE)
    if cookie is None or not auth.form_token_fits(cookie, token):
        raise HTTPException(403)


OurForm = Depends(from_our_form)
OurCall = Depends(from_our_program)
