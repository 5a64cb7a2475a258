"""A relative who is signed in, and what each of their pages and calls needs to know of that."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request

from dashboards import auth, sessions
from dashboards.access import may
from dashboards.house import House
from dashboards.pages import render
from dashboards.relative.shown import ResidentShown
from dashboards.visit import (
    SESSION_COOKIE,
    AnyHouse,
    Database,
    SignInNeededError,
    bearer_of,
    chosen_language,
    clock_of,
    keep_token,
    theme_of,
    visitor,
)
from hub.relatives.book import Book
from hub.store import audit, relative_views
from hub.store import relatives as store
from hub.store.db import transaction
from hub.store.relative_views import View
from rules import wording
from rules.relatives import ACCOUNT, Known
from rules.wording import Language


@dataclass(frozen=True)
class RelativeVisit:
    """One request by a relative."""

    connection: sqlite3.Connection
    house: House
    known: Known
    language: Language
    token: str
    now: datetime

    @property
    def account(self) -> str:
        return self.known.relative.account


def relative_visitor(request: Request, connection: Database, house: AnyHouse) -> RelativeVisit:
    """Raises SignInNeededError; 404 for whoever is signed in and no relative, and for every program whose
    token is good.
    """
    if bearer_of(request) is not None:
        visitor(request, connection, house)
        raise HTTPException(404, "there is nothing here, or not for you")
    token, now = request.cookies.get(SESSION_COOKIE), clock_of(request).now()
    found = sessions.find(connection, house.site.site, token, now) if token is not None else None
    if found is None:
        raise SignInNeededError
    if found.token != token:
        keep_token(request, found.token)
    account = found.person
    number = account.removeprefix(ACCOUNT)
    if number == account:
        raise HTTPException(404, "there is nothing here, or not for you")
    relative = store.get(connection, house.site.site, int(number))
    if relative is None or relative.left_at is not None or not may(relative, "follow residents"):
        raise SignInNeededError
    known = store.known(connection, relative)
    language = chosen_language(request) or relative.language
    request.state.language = language  # also of a refusal
    return RelativeVisit(connection, house, known, language, found.token, now)


Relation = Annotated[RelativeVisit, Depends(relative_visitor)]


def book_of(request: Request, visit: RelativeVisit) -> Book:
    return Book(visit.connection, visit.house.site, clock_of(request))


def own_resident(visit: RelativeVisit, resident: str) -> str:
    """404 for one who is not theirs: nobody learns who lives here."""
    if resident not in visit.known.residents:
        raise HTTPException(404, "there is nothing here, or not for you")
    return resident


def note_looked(visit: RelativeVisit, page: str, seen: Iterable[ResidentShown]) -> None:
    """Every look is written down: for the resident, the staff, and whoever looked. A yes to the week in the
    letter itself shows nothing on a page.
    """
    relative = visit.known.relative
    with transaction(visit.connection):
        for one in seen:
            shown = [category for category in one.categories if category != "mailed"]
            view = View(0, relative.site, relative.id, one.id, visit.now, page, ",".join(shown))
            relative_views.note(visit.connection, view)
            said = {"page": page, "residents": [one.id], "shown": shown}
            audit.add(visit.connection, relative.site, visit.now, relative.account, "relative saw", said)


def relative_page(request: Request, visit: RelativeVisit, template: str, **values: Any) -> str:
    """`template` extends `relative/_shell.html`. `notice`, where given, is said at the top."""
    shell = {
        "site": visit.house.site,
        "reader": visit.known.relative,
        "theme": theme_of(request),
        "csrf": auth.form_token(visit.token),
        "preview": False,
        "notice": "",
        "here": request.url.path,
        "as_of": wording.at(visit.now, wording.Voice(visit.language, visit.house.site.zone, visit.now)),
    }
    return render(visit.language, template, **{**shell, **values})
