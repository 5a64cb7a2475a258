"""What makes Vaka an app of its own on a phone or computer: the manifest, the icons, the service worker, and
the page for when there is no connection. All of it is the same for everybody and says nothing of anybody.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Annotated

import msgspec
from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse

from dashboards.house import read_house
from dashboards.icons import ICONS, icon_address, png
from dashboards.pages import STATIC, render, static
from dashboards.visit import (
    Database,
    RelativeHereError,
    SignInNeededError,
    clock_of,
    language_of,
    settings_of,
    theme_of,
    visitor,
)
from hub.store.sites import NoSiteError
from rules.wording import Language

pages = APIRouter(include_in_schema=False)

NIGHT = "#12343b"
KEPT_HOURS = 8
"""[default] How long the last list is kept on a phone without contact: about a shift."""
WHEN_CUT_OFF = ("tokens.css", "vaka.css", "offline.css", "times.js", "offline.js", "mark.svg", "shapes.svg")
FONT = "vendor/atkinson-hyperlegible-next-latin-wght-normal.woff2"
WHAT_IT_IS: dict[Language, str] = {
    "nb": "Varsler til dem som har vakt",
    "nn": "Varsel til dei som har vakt",
    "en": "Alerts for those on duty",
}


@pages.get("/manifest.webmanifest")
def manifest(language: Annotated[Language, Query()] = "nb") -> Response:
    icons = [
        {
            "src": icon_address(name),
            "sizes": f"{icon.size}x{icon.size}",
            "type": "image/png",
            "purpose": "maskable" if icon.maskable else "any",
        }
        for name, icon in ICONS.items()
        if name.startswith(("icon-", "maskable-"))
    ]
    said = {
        "id": "/",
        "name": "Vaka",
        "short_name": "Vaka",
        "description": WHAT_IT_IS[language],
        "lang": language,
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": NIGHT,
        "theme_color": NIGHT,
        "icons": icons,
    }
    return Response(msgspec.json.encode(said), media_type="application/manifest+json")


@pages.get("/icons/{icon}")
def icon(icon: str) -> Response:
    if icon not in ICONS:
        raise HTTPException(404)
    return Response(png(icon), media_type="image/png")


@pages.get("/service-worker.js")
def service_worker() -> Response:
    """At the root, so that it may look after every page. Another with each change of a file that it keeps."""
    return Response(_service_worker(), media_type="text/javascript")


@pages.get("/offline")
def offline(request: Request, connection: Database) -> HTMLResponse:
    """Kept by the service worker, and shown in place of a page that cannot be fetched."""
    language = _language(request, connection)
    html = render(language, "offline.html", theme=theme_of(request), hours=KEPT_HOURS)
    return HTMLResponse(html)


def _language(request: Request, connection: Database) -> Language:
    """The reader's own, where somebody is signed in."""
    try:
        house = read_house(connection, settings_of(request).site, clock_of(request).now())
    except NoSiteError:
        return language_of(request, None)
    try:
        return visitor(request, connection, house).language
    except (SignInNeededError, RelativeHereError):
        return language_of(request, house)


@cache
def _service_worker() -> str:
    files = [*(static(name) for name in WHEN_CUT_OFF), f"/static/{FONT}"]
    source = (STATIC / "service-worker.js").read_text()
    font = STATIC / FONT
    content = source.encode() + (font.read_bytes() if font.exists() else b"") + "".join(files).encode()
    given = {
        "version": hashlib.sha256(content).hexdigest()[:12],
        "files": files if font.exists() else files[:-1],
        "hours": KEPT_HOURS,
        "icon": icon_address("icon-192.png"),
        "badge": icon_address("badge.png"),
    }
    return f"const GIVEN = {msgspec.json.encode(given).decode()};\n{source}"
