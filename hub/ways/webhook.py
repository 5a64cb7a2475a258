"""A signed webhook: another system's address gets the call as JSON.

Signed as the Standard Webhooks specification says (webhook-id, webhook-timestamp, webhook-signature:
HMAC-SHA256 of `id.timestamp.body`), so that the receiver can tell it from anybody else's and tell a
repetition by its id.

Whoever may write down a contact must not reach into the house by it: of the house's own network only what the
operator named is posted to (hub/ways/destination.py).
"""

from __future__ import annotations

import base64
import hmac
import ssl
from functools import partial
from urllib.parse import SplitResult, urlsplit

import msgspec
import urllib3

from hub.clock import Clock
from hub.inside import Address, Inside, may_be_posted_to
from hub.ways.deadline import in_time
from hub.ways.destination import (
    is_named,
    is_of_our_own_network,
    looked_up,
    port_of,
    post,
    why_not_literally,
)
from hub.ways.way import Failed, Message

NOTHING_INSIDE = Inside()
_TOO_LATE = Failed("the address could not be reached (no answer in time)", for_good=False)
_TRY_AGAIN = frozenset({408, 425, 429})
_NOT_THERE = frozenset({404, 410})


class Webhook:
    name = "webhook"

    def __init__(self, secret: str, clock: Clock, inside: Inside = NOTHING_INSIDE) -> None:
        """`inside`: what of the house's own network may be posted to (settings.webhooks_inside)."""
        self._secret, self._clock, self._inside = secret.encode(), clock, inside
        self._tls = ssl.create_default_context()  # once: reading the authorities takes 40 ms

    def send(self, message: Message) -> Failed | None:
        body = msgspec.json.encode(_call(message))
        return self.deliver(message.id, message.address, body, self._secret)

    def deliver(self, id: str, address: str, body: bytes, secret: bytes) -> Failed | None:
        """A JSON body to an address, signed with a secret."""
        return in_time(address, partial(self._deliver, id, address, body, secret), _TOO_LATE)

    def _deliver(self, id: str, address: str, body: bytes, secret: bytes) -> Failed | None:
        at, url = str(int(self._clock.now().timestamp())), urlsplit(address)
        headers = {
            "host": url.netloc,
            "content-type": "application/json",
            "webhook-id": id,
            "webhook-timestamp": at,
            "webhook-signature": signature(secret, id, at, body),
        }
        try:
            why = why_unusable(address) or why_not_allowed(address, self._inside)
            to = why or looked_up(url, partial(self._may_be, url))
            if isinstance(to, str):
                return Failed(to, for_good=True)
            answer = post(to, self._tls if url.scheme == "https" else None, headers, body)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            return Failed(f"the address could not be reached ({type(error).__name__})", False)
        if 200 <= answer.status < 300:
            return None
        again = answer.status in _TRY_AGAIN or answer.status >= 500
        not_there = answer.status in _NOT_THERE
        return Failed(f"the address answered {answer.status}", not again, refused_address=not_there)

    def _may_be(self, url: SplitResult, address: Address) -> bool:
        assert url.hostname is not None
        return may_be_posted_to(url.hostname, port_of(url), address, self._inside)


def why_unusable(address: str) -> str | None:
    """A sentence, where it can't be an address."""
    try:
        url = urlsplit(address)
        # urlsplit leaves line breaks out without a word: what is judged would not be what is kept.
        whole = address.isprintable() and " " not in address
        host = url.hostname or "%"  # some who connect decode a percent sign in a host, and others do not
        if (
            whole
            and url.scheme in ("http", "https")
            and "%" not in host
            and not url.username
            and url.port != 0
        ):
            return None
    except ValueError:  # half an IPv6 address, no number for a port
        pass
    return f"{address!r} is no web address; expected e.g. https://pager.example.org/vaka"


def why_not_allowed(address: str, inside: Inside) -> str | None:
    """A sentence, where it leads into the house and the operator has not named it. Of a name that is only
    known once it is looked up.
    """
    why = why_not_literally(urlsplit(address), inside)
    return None if why is None else f"{why}, and VAKA_WEBHOOK_HOSTS does not name it"


def why_not_to_be_noted(address: str, inside: Inside) -> str | None:
    """A sentence, where it is not to be written down as somebody's: what we know without looking it up. To
    what the operator named plain HTTP goes too.
    """
    url = urlsplit(address)
    why = why_not_allowed(address, inside)
    if why is not None or is_named(url, inside):
        return why
    if url.scheme == "http":
        return f"{address} would be sent to unencrypted, and VAKA_WEBHOOK_HOSTS does not name it"
    if is_of_our_own_network(url):
        return f"{url.hostname} is a name in the house's own network, and VAKA_WEBHOOK_HOSTS does not name it"
    return None


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
        "test": message.proof,
    }
