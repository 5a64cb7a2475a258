"""ETags of all that is read by call, in one place; and what a change says that it has read.

An ETag is made of the body. A body that begins with when it was answered has a weak one, of all but that
instant. Where a call announces the version of the site that it shows, the ETag begins with it: sent back as
If-Match, a change says by it what it was thought of for. An unchanged answer (304) was a look all the same,
and is on record as such. Not here: who may ask.
"""

from __future__ import annotations

import hashlib
import re
from typing import Annotated

from fastapi import Depends, Header, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboards.api.refusal import RefusedError
from dashboards.visit import CALLS

_AT = re.compile(rb'\{"at":"[^"]*",')
_TAG = re.compile(r'"([^"]*)"')
_VERSION = re.compile(r'\s*"(\d{1,18})(?:\.[0-9a-f]+)?"\s*')


class ETags:
    """Plain ASGI: what is streamed passes through untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(CALLS):
            await self._app(scope, receive, send)
            return
        held: Message | None = None

        async def send_tagged(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and message["status"] == 200:
                held = message
                return
            if held is not None:
                start, held = held, None
                if not message.get("more_body"):
                    start, message = _tagged(scope, start, message)
                await send(start)
            await send(message)

        await self._app(scope, receive, send_tagged)


def _tagged(scope: Scope, start: Message, body: Message) -> tuple[Message, Message]:
    """The answer with its ETag; without a body where the caller has it already."""
    headers = MutableHeaders(scope=start)
    tag = tag_of(body.get("body", b""), headers.get("etag", ""))
    headers["ETag"] = tag
    if not is_among(tag, Headers(scope=scope).get("if-none-match", "")):
        return start, body
    kept = [(name, value) for name, value in start["headers"] if not name.startswith(b"content-")]
    return {**start, "status": 304, "headers": kept}, {**body, "body": b""}


def tag_of(body: bytes, announced: str = "") -> str:
    """`announced`: what the call itself says it is a version of, in quotes."""
    begun = _AT.match(body)
    content = body if begun is None else body[begun.end() :]
    digest = hashlib.sha256(content).hexdigest()[:20]
    own = announced.removeprefix("W/").strip('"')
    return f'{"" if begun is None else "W/"}"{f"{own}." if own else ""}{digest}"'


def is_among(tag: str, asked: str) -> bool:
    """By the weak comparison (RFC 9110, 8.8.3.2 and 13.1.2)."""
    return asked.strip() == "*" or _TAG.findall(tag)[0] in _TAG.findall(asked)


def own_part(tag: str) -> str:
    """What the call announced, of a tag without its quotes."""
    return tag.partition(".")[0]


def announce(response: Response, version: int) -> None:
    """Which version of the site a call shows."""
    response.headers["ETag"] = f'"{version}"'


def version_seen(
    if_match: Annotated[
        str, Header(description="The ETag of what was read: 412 where it has changed; * for any")
    ] = "",
) -> int | None:
    """None where the caller does not say, 0 for `*`. Raises RefusedError (412) for what is no ETag of a call
    that has a version.
    """
    if not if_match.strip():
        return None
    if if_match.strip() == "*":
        return 0
    found = _VERSION.fullmatch(if_match)
    if found is None:
        raise RefusedError(412, 'If-Match is not the ETag that was read; expected e.g. "17.0f3a"')
    return int(found[1])


def must_be_seen(*said: int | None) -> int:
    """The version of the site that a change was thought of for, of what its header and its body say: the
    older one; 0 for whatever is in force. Raises RefusedError (428) where neither says: two who change the
    same thing would not know of each other.
    """
    if all(one is None for one in said):
        raise RefusedError(428, "If-Match or version is missing; expected the ETag that was read, or *")
    return min((one for one in said if one), default=0)


def tag_seen(
    if_match: Annotated[
        str, Header(description='The `version` that was read, in quotes: `"3f0a"`, or *')
    ] = "",
) -> str:
    """Of a thing with a version of its own. Raises RefusedError (412) for what is no ETag."""
    if if_match.strip() in ("", "*"):
        return if_match.strip()
    found = _TAG.fullmatch(if_match.strip())
    if found is None:
        raise RefusedError(412, 'If-Match is not the version that was read; expected e.g. "3f0a"')
    return own_part(found[1])


def said_to_be_seen(*said: str) -> str:
    """The version that a change's header, body or address names; "" for "*", whatever it is now. Raises
    RefusedError: 428 where none does, as two who change the same thing would not know of each other; 412
    where they name different ones, as then one of them is wrong.
    """
    if not any(said):
        raise RefusedError(428, "version is missing; expected the one that was read, or * for any")
    named = {version for version in said if version not in ("", "*")}
    if len(named) > 1:
        raise RefusedError(412, "If-Match and version name different versions")
    return next(iter(named), "")


Seen = Annotated[int | None, Depends(version_seen)]
TagSeen = Annotated[str, Depends(tag_seen)]
