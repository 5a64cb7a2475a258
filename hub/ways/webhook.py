"""A signed webhook: another system's address gets the call as JSON.

Signed as the Standard Webhooks specification says (webhook-id, webhook-timestamp, webhook-signature:
HMAC-SHA256 of `id.timestamp.body`), so that the receiver can tell it from anybody else's and tell a
repetition by its id.
"""

from __future__ import annotations

import base64
import hmac
from urllib.parse import urlsplit

import msgspec
import urllib3

from hub.clock import Clock
from hub.ways.way import TIMEOUT, Failed, Message

_TRY_AGAIN = frozenset({408, 425, 429})


class Webhook:
    name = "webhook"

    def __init__(self, secret: str, clock: Clock) -> None:
        self._secret, self._clock = secret.encode(), clock
        self._pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=TIMEOUT))

    def send(self, message: Message) -> Failed | None:
        body = msgspec.json.encode(_call(message))
        id, at = message.id, str(int(self._clock.now().timestamp()))
        headers = {
            "content-type": "application/json",
            "webhook-id": id,
            "webhook-timestamp": at,
            "webhook-signature": signature(self._secret, id, at, body),
        }
        try:
            answer = self._pool.request(
                "POST", message.address, body=body, headers=headers, redirect=False, preload_content=False
            )
            answer.close()  # what it says beyond its status is not read: it may be endless
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            return Failed(f"the address could not be reached ({type(error).__name__})", False)
        if 200 <= answer.status < 300:
            return None
        again = answer.status in _TRY_AGAIN or answer.status >= 500
        return Failed(f"the address answered {answer.status}", not again)


def why_unusable(address: str) -> str | None:
    """A sentence, where it can't be an address."""
    try:
        url = urlsplit(address)
        if url.scheme in ("http", "https") and url.hostname and not url.username and url.port != 0:
            return None
    except ValueError:  # half an IPv6 address, no number for a port
        pass
    return f"{address!r} is no web address; expected e.g. https://pager.example.org/vaka"


def signature(secret: bytes, id: str, at: str, body: bytes) -> str:
    digest = hmac.digest(secret, b".".join((id.encode(), at.encode(), body)), "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"


def _call(message: Message) -> dict[str, object]:
    return {
        "type": "alert.called",
        "site": message.site,
        "alert": message.alerts[0] if message.alerts else None,
        "alerts": message.alerts,
        "person": message.person,
        "urgent": message.urgent,
        "subject": message.subject,
        "called_at": message.at,
    }
