"""The web application: its parts put together, and the headers that every answer carries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboards import (
    api,
    audit,
    care,
    contacts,
    design,
    keeping,
    metrics,
    phone,
    pwa,
    refusing,
    relative,
    staff,
)
from dashboards.account import page as account
from dashboards.api import document
from dashboards.api.etags import ETags
from dashboards.auth import Brake
from dashboards.body_limit import BodyLimit
from dashboards.care import alert
from dashboards.guides import page as guides
from dashboards.guides.text import PATH as GUIDES_AT
from dashboards.guides.text import PICTURES as GUIDE_PICTURES
from dashboards.integrations import help as api_help
from dashboards.integrations import page as integrations
from dashboards.live import Live
from dashboards.methods import Head
from dashboards.pace import Pace
from dashboards.pages import STATIC
from dashboards.people import choose, today
from dashboards.people import page as people
from dashboards.sign_in import openid_page, out, switch
from dashboards.sign_in import page as sign_in
from dashboards.sign_in.openid import Provider
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
from dashboards.visit import SESSION_COOKIE, set_cookie
from dashboards.wall import floor
from dashboards.wall import page as wall
from hub.clock import WallClock
from hub.history.chosen import Stores
from hub.settings import Settings

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
    openid_page.pages,
    out.pages,
    switch.pages,
    account.pages,
    people.pages,
    today.pages,
    design.pages,
    choose.pages,
    integrations.pages,
    api_help.pages,
    guides.pages,
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


def create_app(settings: Settings, clock: WallClock | None = None) -> FastAPI:
    clock = clock or WallClock()
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
        redirect_slashes=False,  # the redirect would repeat whatever Host was sent
        lifespan=lifespan,
    )
    app.state.settings, app.state.clock, app.state.live, app.state.brake = settings, clock, live, Brake()
    for waiting in ("half", "challenges", "app_secrets"):
        setattr(app.state, waiting, Waiting())
    app.state.openid, app.state.openid_flows = Provider(settings), Waiting(openid_page.WAITS_FOR)
    app.state.pace = Pace()
    app.state.stores = Stores(settings)
    app.add_middleware(ETags)
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Head)
    app.mount("/static", StaticFiles(directory=STATIC), "static")
    app.mount(f"{GUIDES_AT}/pictures", StaticFiles(directory=GUIDE_PICTURES), "pictures of the guides")
    # Not include_router: it builds every route a second time, a second and more of the first visitor's.
    for family in (*PAGES, *api.FAMILIES):
        app.router.routes.extend(family.routes)
    document.finish(app)
    for error, answer in refusing.HANDLERS.items():
        app.add_exception_handler(error, answer)
    return app


class SecurityHeaders:
    """Plain ASGI: a stream passes through untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                headers.update(WITH_CAMERA if scope["path"] == scan.PATH else HEADERS)
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = "max-age=31536000"
                kept = scope["path"].startswith(("/static/", "/icons/")) and scope["query_string"]
                _give_newest_token(scope, headers)
                headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-store"
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            if not begun:
                await (await refusing.our_mistake(Request(scope)))(scope, receive, send_with_headers)
            raise


def _give_newest_token(scope: Scope, headers: MutableHeaders) -> None:
    """Of a session whose secret changed during this request, unless the answer says otherwise itself."""
    token = scope.get("state", {}).get("session_token")
    said = any(one.startswith(f"{SESSION_COOKIE}=") for one in headers.getlist("set-cookie"))
    if token is not None and not said:
        cookie = Response()
        set_cookie(Request(scope), cookie, SESSION_COOKIE, token)
        headers.append("set-cookie", cookie.headers["set-cookie"])
