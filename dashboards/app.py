"""The web application: its parts put together, the headers that every answer carries, and how a refusal
looks.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboards import api, audit, care, contacts, keeping, metrics, phone, pwa, relative, staff
from dashboards.account import page as account
from dashboards.auth import Brake
from dashboards.care import alert
from dashboards.live import Live
from dashboards.pages import STATIC, render
from dashboards.people import choose
from dashboards.people import page as people
from dashboards.sign_in import page as sign_in
from dashboards.sign_in import switch
from dashboards.sign_in.waiting import Waiting
from dashboards.technician import (
    bulk,
    change,
    codecs,
    conflict,
    device,
    devices_list,
    faults,
    home,
    inbox,
    pairing,
    pauses,
    place,
    records,
    scan,
    set_aside,
    walk_test,
)
from dashboards.visit import (
    COMES_BACK,
    SESSION_COOKIE,
    WANTED_COOKIE,
    WANTED_FOR_S,
    RelativeHereError,
    SecondFactorNeededError,
    SignInNeededError,
    language_of,
    set_cookie,
    theme_of,
)
from dashboards.wall import floor
from dashboards.wall import page as wall
from hub.clock import WallClock
from hub.history.chosen import Stores
from hub.settings import Settings
from hub.store.db import NewerDatabaseError
from hub.store.sites import NoSiteError

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; "
        "worker-src 'self'; manifest-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
WITH_CAMERA = {
    **HEADERS,
    "Content-Security-Policy": f"{HEADERS['Content-Security-Policy']}; script-src 'self' 'wasm-unsafe-eval'",
    "Permissions-Policy": HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)"),
}
"""For the one page that reads labels: the camera, and the barcode reader, which is WebAssembly of our own
origin (docs/adr/0012-reading-labels.md).
"""
PAGES = (
    pwa.pages,
    sign_in.pages,
    switch.pages,
    account.pages,
    people.pages,
    choose.pages,
    staff.pages,
    wall.pages,
    floor.pages,
    phone.pages,
    alert.pages,
    contacts.pages,
    walk_test.pages,
    records.pages,
    pauses.pages,
    home.pages,
    inbox.pages,
    scan.pages,
    place.pages,
    devices_list.pages,
    faults.pages,
    device.pages,
    change.pages,
    conflict.pages,
    *care.PAGES,
    *audit.PAGES,
    *relative.PAGES,
    bulk.pages,
    pairing.pages,
    set_aside.pages,
    codecs.pages,
    metrics.pages,
    *keeping.PAGES,
)


def create_app(settings: Settings) -> FastAPI:
    clock = WallClock()
    live = Live(settings, clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        live.start(asyncio.get_running_loop())
        try:
            yield
        finally:
            live.stop()

    app = FastAPI(
        title="Vaka",
        version="1",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # those pages fetch their scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.settings, app.state.clock, app.state.live, app.state.brake = settings, clock, live, Brake()
    for waiting in ("half", "challenges", "app_secrets"):
        setattr(app.state, waiting, Waiting())
    app.state.stores = Stores(settings)
    app.add_middleware(SecurityHeaders)
    app.mount("/static", StaticFiles(directory=STATIC), "static")
    for pages in PAGES:
        app.include_router(pages)
    for family in api.FAMILIES:
        app.include_router(family)
    app.add_exception_handler(SignInNeededError, _ask_to_sign_in)
    app.add_exception_handler(SecondFactorNeededError, _ask_for_factor)
    app.add_exception_handler(RelativeHereError, _not_for_relatives)
    app.add_exception_handler(NoSiteError, _no_site)
    app.add_exception_handler(NewerDatabaseError, _no_site)
    app.add_exception_handler(HTTPException, _refuse)
    return app


class SecurityHeaders:
    """Plain ASGI: a stream passes through untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(WITH_CAMERA if scope["path"] == scan.PATH else HEADERS)
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = "max-age=31536000"
                kept = scope["path"].startswith(("/static/", "/icons/")) and scope["query_string"]
                _give_newest_token(scope, headers)
                headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-store"
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _give_newest_token(scope: Scope, headers: MutableHeaders) -> None:
    """Of a session whose secret changed during this request, unless the answer says otherwise itself."""
    token = scope.get("state", {}).get("session_token")
    said = any(one.startswith(f"{SESSION_COOKIE}=") for one in headers.getlist("set-cookie"))
    if token is not None and not said:
        cookie = Response()
        set_cookie(Request(scope), cookie, SESSION_COOKIE, token)
        headers.append("set-cookie", cookie.headers["set-cookie"])


def _wants_json(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/healthz"))


async def _ask_to_sign_in(request: Request, _: Exception) -> Response:
    if _wants_json(request):
        return JSONResponse({"detail": "sign in first"}, 401)
    if request.url.path in ("/live", "/session"):
        return Response(status_code=401)
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
    answer = RedirectResponse("/sign-in", 303)
    if request.method == "GET" and COMES_BACK.fullmatch(request.url.path):
        set_cookie(request, answer, WANTED_COOKIE, request.url.path, WANTED_FOR_S)
    return answer


async def _ask_for_factor(request: Request, _: Exception) -> Response:
    if _wants_json(request):
        return JSONResponse({"detail": "your role needs a second factor: add one on /account"}, 403)
    if "hx-request" in request.headers:
        return Response(status_code=403, headers={"HX-Redirect": "/account"})
    return RedirectResponse("/account", 303)


async def _not_for_relatives(request: Request, _: Exception) -> Response:
    if request.url.path == "/":
        return RedirectResponse("/relative", 303)
    return _say(request, 404, "there is nothing here, or not for you")


async def _no_site(request: Request, error: Exception) -> Response:
    return _say(request, 503, str(error))


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _say(request, error.status_code, error.detail)


def _say(request: Request, status: int, detail: str) -> Response:
    if _wants_json(request):
        return JSONResponse({"detail": detail}, status)
    page = render(
        language_of(request, None), "refusal.html", status=status, detail=detail, theme=theme_of(request)
    )
    return HTMLResponse(page, status)
