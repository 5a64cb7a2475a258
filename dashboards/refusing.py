"""How a refusal looks: a page for people, problem details for programs (dashboards/api/refusal.py)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from dashboards.api.refusal import KINDS, RefusedError, detail_of, errors_of, problem
from dashboards.care.emergency import may_open_others
from dashboards.methods import allowed
from dashboards.pages import render
from dashboards.reader import ANYBODY, home_of
from dashboards.visit import (
    COMES_BACK,
    WANTED_COOKIE,
    WANTED_FOR_S,
    OnlyReadsError,
    RelativeHereError,
    SecondFactorNeededError,
    SignInNeededError,
    TokenRefusedError,
    language_of,
    set_cookie,
    theme_of,
    visit_of,
)
from hub.emergency import NOTHING
from hub.store.db import NewerDatabaseError, OlderDatabaseError
from hub.store.sites import NoSiteError
from rules.language import norwegian
from rules.wording.invalid import refused_in_words


class Wrong(NamedTuple):
    """What does not fit in a form. `field`: what it is called on the page (English, as in the templates);
    "" for what nobody fills in. `kind`, `bounds`: pydantic's type of the error and what goes with it.
    """

    field: str
    kind: str
    bounds: Mapping[str, Any]


def _is_program(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/healthz"))


def _problem(
    request: Request, status: int, detail: str, reason: str = "", *more: Any, **headers: Any
) -> Response:
    """`detail`: in English; a Norwegian reader gets the words of its reason, where that has any."""
    language, reason = language_of(request, None), reason or KINDS.get(status, "")
    said = refused_in_words(reason, detail, language) if norwegian(language) else detail
    return problem(request.url.path, language, status, said, reason, *more, **headers)


async def _ask_to_sign_in(request: Request, _: Exception) -> Response:
    if _is_program(request):
        said = "sign in first, or send a token"
        return _problem(request, 401, said, headers={"WWW-Authenticate": "Bearer"})
    if request.url.path in ("/live", "/session"):
        return Response(status_code=401)
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
    answer = RedirectResponse("/sign-in", 303)
    if request.method == "GET" and COMES_BACK.fullmatch(request.url.path):
        set_cookie(request, answer, WANTED_COOKIE, request.url.path, WANTED_FOR_S)
    return answer


async def _refuse_token(request: Request, _: Exception) -> Response:
    said = "this token opens nothing here: it has ended, was revoked or never was"
    headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return _problem(request, 401, said, "token_refused", headers=headers)


async def _refuse_change(request: Request, _: Exception) -> Response:
    headers = {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}
    return _problem(request, 403, "this token only reads", "only_reads", headers=headers)


async def _ask_for_factor(request: Request, _: Exception) -> Response:
    if _is_program(request):
        said = "your role needs a second factor: add one on /account"
        return _problem(request, 403, said, "second_factor_needed")
    if "hx-request" in request.headers:
        return Response(status_code=403, headers={"HX-Redirect": "/account"})
    return RedirectResponse("/account", 303)


async def _not_for_relatives(request: Request, _: Exception) -> Response:
    if request.url.path == "/":
        return RedirectResponse("/relative", 303)
    return await _say_to_reader(request, 404, "there is nothing here, or not for you")


async def _no_site(request: Request, error: Exception) -> Response:
    return say(request, 503, str(error))


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = {**(error.headers or {}), **({"Allow": allowed(request)} if error.status_code == 405 else {})}
    if _is_program(request):
        if not isinstance(error, RefusedError):
            return _problem(request, error.status_code, error.detail, headers=headers)
        if not error.reason and not error.more:
            return _problem(request, error.status_code, error.detail, headers=headers)
        language, status = language_of(request, None), error.status_code
        detail = detail_of(error, language)
        return problem(request.url.path, language, status, detail, error.reason, error.more, headers)
    answer = await _say_to_reader(request, error.status_code, error.detail)
    answer.headers.update(headers)
    return answer


async def _refuse_what_is_wrong(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if not _is_program(request):
        return await _say_what_is_wrong(request, error)
    errors = errors_of(error.errors(), language_of(request, None))
    said = "; ".join(f"{one['where']}: {one['expected']}" for one in errors)
    return _problem(request, 422, said, more={"errors": errors})


async def _say_what_is_wrong(request: Request, error: RequestValidationError) -> Response:
    """In the words of who filled in the form; htmx puts it where notices are."""
    found = error.errors()
    if request.method == "GET" and any(one["loc"][0] == "path" for one in found):
        return await _say_to_reader(request, 404, "there is nothing here, or not for you")
    called = titles_of(request.scope.get("route"))
    wrong = [
        Wrong(called.get(str(one["loc"][1]), ""), str(one["type"]), one.get("ctx") or {}) for one in found
    ]
    language = language_of(request, None)
    if "hx-request" in request.headers:
        headers = {"HX-Retarget": "#notice", "HX-Reswap": "innerHTML"}
        return HTMLResponse(render(language, "_wrong.html", wrong=wrong), 422, headers)
    home = await run_in_threadpool(home_of, request)
    return _page(request, 422, "", home, wrong=wrong)


def titles_of(route: object) -> dict[str, str]:
    """What the fields of a route's form are called on its page, as they say it themselves (`title`)."""
    fields = route.dependant.body_params if isinstance(route, APIRoute) else []
    return {field.alias: field.field_info.title or "" for field in fields}


async def our_mistake(request: Request) -> Response:
    """The log has it: whoever serves us writes the exception there. app.py sends it, with its headers."""
    said = "the mistake is in the log of Vaka's pages, under the time of this answer"
    return say(request, 500, said)


async def _say_to_reader(request: Request, status: int, detail: str) -> Response:
    """In the language of whoever is signed in, and with the way home, also where no route asked who it is."""
    if _is_program(request):
        return _problem(request, status, detail)
    return _page(request, status, detail, await run_in_threadpool(home_of, request))


def say(request: Request, status: int, detail: str) -> Response:
    """Where nobody can be asked for: without a database, and after a mistake of our own."""
    return _problem(request, status, detail) if _is_program(request) else _page(request, status, detail)


def _page(request: Request, status: int, detail: str, home: str = ANYBODY, **more: Any) -> HTMLResponse:
    visit = visit_of(request)
    page = render(
        language_of(request, None),
        "refusal.html",
        status=status,
        detail=detail,
        theme=theme_of(request),
        home=home,
        has_board=visit is not None and home == "/",
        has_opened=visit is not None and visit.looking("see residents").access.opened != NOTHING,
        may_open_others=visit is not None and may_open_others(visit),
        **more,
    )
    return HTMLResponse(page, status)


HANDLERS: Mapping[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    SignInNeededError: _ask_to_sign_in,
    TokenRefusedError: _refuse_token,
    OnlyReadsError: _refuse_change,
    SecondFactorNeededError: _ask_for_factor,
    RelativeHereError: _not_for_relatives,
    NoSiteError: _no_site,
    NewerDatabaseError: _no_site,
    OlderDatabaseError: _no_site,
    HTTPException: _refuse,
    RequestValidationError: _refuse_what_is_wrong,
}
"""What each error that may end a request is answered with."""
