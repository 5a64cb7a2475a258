"""Phones and browsers that somebody switched on to be called by: switched on and off, and tried.

What a phone says of itself comes from a browser: it is looked at before it is kept.
"""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import datetime, timedelta
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

from hub.clock import Clock
from hub.store import audit, contacts, phones, receipts, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.phones import WAY, Phone
from hub.ways.push_address import OwnServer, why_unusable
from hub.ways.push_key import Receipt as Proven
from hub.ways.push_key import base64url
from hub.ways.way import Failed, Message, Way
from rules.building import Site
from rules.pause import Refusal
from rules.wording import Language
from rules.wording.summons import test_body, test_subject

MOST = 10
"""[default] Phones of one person."""
LONGEST_NAME = 60
NOT_AGAIN_WITHIN = timedelta(seconds=3)
"""[default] Between two test messages to one phone."""


def phone_id(endpoint: str) -> str:
    """The same for the same endpoint: a browser can tell which of the phones it is itself."""
    return base64url(hashlib.sha256(endpoint.encode()).digest())[:22]


class Phones:
    def __init__(self, connection: sqlite3.Connection, site: Site, clock: Clock) -> None:
        self._connection, self._site, self._clock = connection, site.site, clock

    def switch_on(
        self, person: str, endpoint: str, keys: tuple[bytes, bytes], device: str, own: OwnServer | None
    ) -> Phone | Refusal:
        """`keys`: the phone's public key and its secret. A phone calls one person: whose it was is called
        there no more.
        """
        why = why_unusable(endpoint, own) or _why_no_keys(*keys)
        if why is not None:
            return Refusal(why, "no_phone")
        now, id = self._clock.now(), phone_id(endpoint)
        with transaction(self._connection):
            mine = [one.id for one in phones.of(self._connection, self._site, person) if not one.lost]
            if len(mine) >= MOST and id not in mine:
                return Refusal(f"{person} has {MOST} phones; expected one of them to be removed", "no_phone")
            known = phones.get(self._connection, self._site, id)
            if known is not None and known.person != person:
                self._remove(known, person, now)
            name = " ".join(device.split())[:LONGEST_NAME]
            phone = Phone(id, person, endpoint, *keys, name, now)
            phones.put(self._connection, self._site, phone)
            contacts.put(self._connection, self._site, Contact(person, WAY, id), now)
            self._note(now, person, "phone switched on", phone)
        return phone

    def switch_off(self, person: str, id: str) -> bool:
        """Whether it was there, and theirs."""
        with transaction(self._connection):
            phone = phones.get(self._connection, self._site, id)
            if phone is None or phone.person != person:
                return False
            self._remove(phone, person, self._clock.now())
        return True

    def test(self, person: str, id: str, way: Way, language: Language) -> Failed | Refusal | None:
        """Send a message that calls nobody to anything. None: its push service took it."""
        now = self._clock.now()
        with transaction(self._connection):
            phone = phones.get(self._connection, self._site, id)
            if phone is None or phone.person != person:
                return Refusal(f"{person} has no phone {id!r}", "no_phone")
            if phone.tested_at is not None and now - phone.tested_at < NOT_AGAIN_WITHIN:
                return Refusal("a test message was sent just now", "too_soon")
            phones.note_tested(self._connection, self._site, id, now)
        subject, body = test_subject(language), test_body(language)
        failed = way.send(
            Message(f"vaka-{self._site}-test", self._site, person, id, True, subject, body, now, (), ())
        )
        if failed is not None and failed.gone:
            with transaction(self._connection):
                contacts.delete(self._connection, self._site, Contact(person, WAY, id))
                self._note(now, person, "phone lost", phone)
        return failed

    def _remove(self, phone: Phone, by: str, now: datetime) -> None:
        phones.delete(self._connection, self._site, phone.id)
        contacts.delete(self._connection, self._site, Contact(phone.person, WAY, phone.id))
        self._note(now, by, "phone switched off", phone)

    def _note(self, at: datetime, by: str, what: str, phone: Phone) -> None:
        detail = {"person": phone.person, "phone": phone.id, "device": phone.device}
        audit.add(self._connection, self._site, at, by, what, detail)


def note_receipt(
    connection: sqlite3.Connection,
    site: str,
    proven: Proven,
    receipt: Literal["delivered", "seen"],
    at: datetime,
) -> None:
    """What a phone says of a message. One that was seen had arrived."""
    with transaction(connection):
        phones.note_delivered(connection, site, proven.phone, at)
        if proven.summons == 0:
            return
        receipts.note_delivered(connection, proven.summons, at)
        called = summonses.get(connection, site, proven.summons)
        if receipt == "seen" and called is not None:
            receipts.note_seen(connection, called.alert, called.person, at)


def _why_no_keys(public_key: bytes, auth: bytes) -> str | None:
    """RFC 8291, 2: an uncompressed point of P-256, and 16 octets."""
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), public_key)
    except ValueError:
        return "the phone's key is no point of P-256"
    if len(public_key) != 65 or len(auth) != 16:
        return f"the phone's keys have {len(public_key)} and {len(auth)} octets; expected 65 and 16"
    return None
