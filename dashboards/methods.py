"""By which methods something can be asked for: HEAD wherever GET can, and Allow where one cannot (RFC 9110,
9.3.2 and 15.5.6).
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from fastapi import Request
from starlette.routing import Match, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

ENDLESS = frozenset({"/live"})
"""Streams that tell nothing by their head, and whose GET never comes to an end."""
_READ = frozenset({"GET", "HEAD"})


class Head:
    """Plain ASGI: HEAD is answered, and is on record, as GET is; whoever serves us leaves the body out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD" and scope["path"] not in ENDLESS:
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send)


def allowed(request: Request) -> str:
    """As the header Allow says it: of all routes of the path, not of the first alone."""
    path = {**request.scope, "root_path": request.scope.get("app_root_path", "")}  # a mount has put its own
    found = set[str]()
    for route in request.app.router.routes:
        if route.matches(path)[0] is not Match.NONE:
            found |= _methods(route)
    if "GET" in found and request.url.path not in ENDLESS:
        found.add("HEAD")
    return ", ".join(sorted(found))


def _methods(route: object) -> AbstractSet[str]:
    if isinstance(route, Mount):  # files
        return _READ
    return (route.methods or frozenset()) if isinstance(route, Route) else frozenset()
