"""Web Push: a message to a phone or browser, by its maker's push service (RFC 8030), which can read nothing
of it (RFC 8291) and knows us by our key (RFC 8292).

Where a phone no longer wants messages, its push service says so: then it is forgotten, at once.
"""

from __future__ import annotations

import re
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import http_ece
import msgspec
import urllib3
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from hub.clock import Clock
from hub.settings import Settings
from hub.store import phones
from hub.store.db import connect
from hub.store.phones import Phone
from hub.ways.deadline import in_time
from hub.ways.destination import post
from hub.ways.push_address import OwnServer, destination, trusted
from hub.ways.push_key import PushKey
from hub.ways.push_receipts import Receipt, ReceiptMarks
from hub.ways.way import Failed, Message

GONE = frozenset({404, 410})
REFUSED_US = frozenset({401, 403})
"""RFC 8292, 4.2: our signature is not the one that this phone was switched on with, or is not believed."""
_TRY_AGAIN = frozenset({408, 425, 429})
KEPT_FOR = {True: timedelta(hours=1), False: timedelta(hours=4)}
"""[default] How long a push service keeps an urgent message, or another, for a phone that is off. What is
still open after that was called again.
"""
PROOF_KEPT_FOR = timedelta(minutes=2)
"""[default] A phone that is off is silent in a proof (rules/proof_verdict.py), and no test comes late."""
URGENCY = {True: "high", False: "normal"}
"""RFC 8030, 5.3: `high` wakes a phone that saves its battery."""
LONGEST_TITLE = 200
FILLED_UP_TO = 1024
"""Octets. Every message is as long as the next: its length tells nothing of it."""
_TOO_LATE = Failed("the push service could not be reached (no answer in time)", for_good=False)
_ID = re.compile(r"[A-Za-z0-9_-]{22}")


class WebPush:
    name = phones.WAY

    def __init__(
        self,
        database: Path,
        key: PushKey,
        marks: ReceiptMarks,
        contact: str | None,
        own: OwnServer | None,
        clock: Clock,
    ) -> None:
        self._database, self._key, self._marks = database, key, marks
        self._contact, self._own, self._clock = contact, own, clock

    @property
    def public_key(self) -> str:
        return self._key.public

    def send(self, message: Message) -> Failed | None:
        return in_time(message.address, partial(self._send, message), _TOO_LATE)

    def _send(self, message: Message) -> Failed | None:
        with closing(connect(self._database)) as connection:
            phone = phones.get(connection, message.site, message.address)
        if phone is None or phone.lost or phone.person != message.person:
            return Failed("the phone is not theirs any more", True, gone=True)
        if phone.made_with not in ("", self._key.public):
            return Failed("the phone was switched on with another key", True, gone=True)
        try:
            to = destination(phone.endpoint, self._own)
            if isinstance(to, str):
                return Failed(to, True)
            context = trusted(to.host, to.port, self._own)
            answer = post(to, context, self._headers(phone, message), self._sealed(phone, message))
            return outcome(answer.status, answer.retry_after)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            return Failed(f"the push service could not be reached ({type(error).__name__})", False)

    def _headers(self, phone: Phone, message: Message) -> dict[str, str]:
        url = urlsplit(phone.endpoint)
        headers = {
            "Host": url.netloc,
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(int(_kept_for(message).total_seconds())),
            "Urgency": URGENCY[message.urgent],
            "Authorization": self._key.authorization(
                f"https://{url.netloc}", self._contact, self._clock.now()
            ),
        }
        if message.alerts:  # what is said again replaces what was not fetched yet
            headers["Topic"] = self._key.topic(message.site, message.alerts)
        return headers

    def _sealed(self, phone: Phone, message: Message) -> bytes:
        said = msgspec.json.encode(self._said(phone, message)).ljust(FILLED_UP_TO)
        sealed: bytes = http_ece.encrypt(
            said,
            private_key=generate_private_key(SECP256R1()),
            dh=phone.public_key,
            auth_secret=phone.auth,
            version="aes128gcm",
        )
        return sealed

    def _said(self, phone: Phone, message: Message) -> dict[str, object]:
        """For dashboards/static/service-worker.js. It stands on a lock screen: where and how urgent."""
        summons = message.summonses[0] if message.summonses else 0
        return {
            "title": message.subject[:LONGEST_TITLE],
            "body": message.body.partition("\n")[0][:LONGEST_TITLE],
            **_where(message),
            "urgent": message.urgent and not message.proof,
            "silent": message.proof,
            "receipt": self._marks.token(
                message.site, message.person, Receipt(phone.id, summons, self._clock.now())
            ),
            "at": message.at,
        }


def _kept_for(message: Message) -> timedelta:
    return PROOF_KEPT_FOR if message.proof else KEPT_FOR[message.urgent]


def _where(message: Message) -> dict[str, str]:
    """Which page a tap opens, and which notification on the phone this one replaces."""
    if message.proof:
        return {"open": "/care/proof", "tag": "proof"}
    if len(message.alerts) == 1:
        return {"open": f"/alerts/{message.alerts[0]}", "tag": f"alert-{message.alerts[0]}"}
    return {"open": "/", "tag": "alerts"} if message.alerts else {"open": "/phone", "tag": "test"}


def outcome(status: int, retry_after: str | None) -> Failed | None:
    """What a push service's answer comes to (RFC 8030, 5 and 8.4)."""
    if 200 <= status < 300:
        return None
    if status in GONE:
        return Failed("the phone takes no messages any more", True, gone=True)
    if status in REFUSED_US:
        return Failed(f"the push service does not know us ({status})", True, refused_us=True)
    again = status in _TRY_AGAIN or status >= 500
    seconds = int(retry_after) if again and retry_after is not None and retry_after.strip().isdigit() else 0
    after = timedelta(seconds=min(seconds, 24 * 3600)) if seconds else None
    return Failed(f"the push service answered {status}", not again, after=after)


def why_unusable(address: str) -> str | None:
    """A sentence, where it can't be a phone's id."""
    if _ID.fullmatch(address):
        return None
    return f"{address!r} is no phone that was switched on; the page /phone switches on the one it is on"


def web_push(settings: Settings, clock: Clock) -> WebPush:
    """As this installation is set up. OSError, ValueError: its key's file can't be used."""
    key, marks = PushKey(settings.data, settings.push_key_file), ReceiptMarks(settings.data)
    return WebPush(settings.database, key, marks, _contact(settings), own_server(settings), clock)


def _contact(settings: Settings) -> str | None:
    """Whom a push service may write to about us: the sender of our e-mails, else where our pages are."""
    if settings.smtp_from:
        return f"mailto:{settings.smtp_from}"
    address = settings.web_address
    return address if address and address.startswith("https://") else None


def own_server(settings: Settings) -> OwnServer | None:
    if settings.push_server is None:
        return None
    host, _, port = settings.push_server.rpartition(":")
    return OwnServer(host, int(port), settings.push_server_ca)
