"""How much anybody may send at once, before a byte of it is kept: the first thing that a request meets. Here:
the whole of a body. Not here: what one upload may be, which its own page says and is less.
"""

from __future__ import annotations

from fastapi import HTTPException, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboards.refusing import say

LARGEST = 12_000_000
"""[default] Bytes. The largest upload is 5 MB, as base64 in a form 7."""
WHY = f"that is more than {LARGEST // 1_000_000} MB"


class BodyLimit:
    """Plain ASGI. Said by the length that was announced, and counted where none was."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or len(announced) > 18 or int(announced) > LARGEST:
            await say(Request(scope), 413, WHY)(scope, receive, send)
            return
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > LARGEST:
                raise HTTPException(413, WHY)
            return message

        await self._app(scope, counted, send)
