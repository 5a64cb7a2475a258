"""Who reads a page that nobody has to be signed in for, and where they belong."""

from __future__ import annotations

from contextlib import closing

from fastapi import Request

from dashboards.frame import landing
from dashboards.relative.visit import relative_visitor
from dashboards.sign_in.page import RELATIVE
from dashboards.visit import (
    SESSION_COOKIE,
    RelativeHereError,
    SecondFactorNeededError,
    SignInNeededError,
    house_of,
    settings_of,
    visit_of,
    visitor,
)
from hub.store.db import NewerDatabaseError, OlderDatabaseError, connect
from hub.store.sites import NoSiteError

ANYBODY = "/"
"""Where nobody is signed in: from there they are led to the sign-in."""


def home_of(request: Request) -> str:
    """The first page of whoever is signed in here. What is said to them afterwards is in their language."""
    if (visit := visit_of(request)) is not None:
        return landing(visit.person)
    return _look_up(request) if SESSION_COOKIE in request.cookies else ANYBODY


def _look_up(request: Request) -> str:
    try:
        with closing(connect(settings_of(request).database, leave_older=True)) as connection:
            house = house_of(request, connection)
            try:
                return landing(visitor(request, connection, house).person)
            except RelativeHereError:
                relative_visitor(request, connection, house)
                return RELATIVE
    except (
        SignInNeededError,
        SecondFactorNeededError,
        NoSiteError,
        NewerDatabaseError,
        OlderDatabaseError,
    ):
        return ANYBODY
