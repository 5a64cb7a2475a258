"""Phones and browsers that somebody switched on to be called by: switched on and off, and tried.

What a phone says of itself comes from a browser: it is looked at before it is kept.
"""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import datetime, timedelta
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

from hub import contact_trial
from hub.clock import Clock
from hub.store import alerts, audit, contacts, phones, receipts, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.phones import WAY, Phone
from hub.ways.push_address import OwnServer, why_unusable
from hub.ways.push_key import base64url
from hub.ways.push_receipts import Receipt, ReceiptMarks, claimed
from rules.building import Site
from rules.pause import Refusal
from rules.receipts import TooLate, too_late
from rules.wording import Language

MOST = 10
"""[default] Phones of one person."""
LONGEST_NAME = 60
NotCounted = Literal["not_ours"] | TooLate
NOT_AGAIN_WITHIN = timedelta(seconds=3)
"""[default] Between two test messages to one phone."""


def phone_id(endpoint: str) -> str:
    """The same for the same endpoint: a browser can tell which of the phones it is itself."""
    return base64url(hashlib.sha256(endpoint.encode()).digest())[:22]


class Phones:
    def __init__(self, connection: sqlite3.Connection, site: Site, clock: Clock) -> None:
        self._connection, self._site, self._clock = connection, site, clock

    def switch_on(
        self,
        person: str,
        endpoint: str,
        keys: tuple[bytes, bytes],
        device: str,
        own: OwnServer | None,
        made_with: str = "",
    ) -> Phone | Refusal:
        """`keys`: the phone's public key and its secret; `made_with`: our own public one, that it was given.
        A phone calls one person: whose it was is called there no more.
        """
        why = why_unusable(endpoint, own) or _why_no_keys(*keys)
        if why is not None:
            return Refusal(why, "no_phone")
        now, id = self._clock.now(), phone_id(endpoint)
        with transaction(self._connection):
            mine = [one.id for one in phones.of(self._connection, self._site.site, person) if not one.lost]
            if len(mine) >= MOST and id not in mine:
                return Refusal(f"{person} has {MOST} phones; expected one of them to be removed", "no_phone")
            known = phones.get(self._connection, self._site.site, id)
            if known is not None and known.person != person:
                self._remove(known, person, now)
            name = " ".join(device.split())[:LONGEST_NAME]
            phone = Phone(id, person, endpoint, *keys, name, now, made_with=made_with)
            phones.put(self._connection, self._site.site, phone)
            contacts.put(self._connection, self._site.site, Contact(person, WAY, id), now)
            self._note(now, person, "phone switched on", phone)
        return phone

    def switch_off(self, person: str, id: str) -> bool:
        """Whether it was there, and theirs."""
        with transaction(self._connection):
            phone = phones.get(self._connection, self._site.site, id)
            if phone is None or phone.person != person:
                return False
            self._remove(phone, person, self._clock.now())
        return True

    def test(self, person: str, id: str, language: Language) -> int | Refusal:
        """Ask the hub for a message that calls nobody to anything; its number (hub/contact_trial.py)."""
        now = self._clock.now()
        with transaction(self._connection):
            phone = phones.get(self._connection, self._site.site, id)
            if phone is None or phone.person != person:
                return Refusal(f"{person} has no phone {id!r}", "no_phone")
            if phone.tested_at is not None and now - phone.tested_at < NOT_AGAIN_WITHIN:
                return Refusal("a test message was sent just now", "too_soon")
            phones.note_tested(self._connection, self._site.site, id, now)
        contact = Contact(person, WAY, id)
        return contact_trial.ask(self._connection, self._site, self._clock, contact, language, person)

    def _remove(self, phone: Phone, by: str, now: datetime) -> None:
        phones.delete(self._connection, self._site.site, phone.id)
        contacts.delete(self._connection, self._site.site, Contact(phone.person, WAY, phone.id))
        self._note(now, by, "phone switched off", phone)

    def _note(self, at: datetime, by: str, what: str, phone: Phone) -> None:
        detail = {"person": phone.person, "phone": phone.id, "device": phone.device}
        audit.add(self._connection, self._site.site, at, by, what, detail)


def lose_those_of_another_key(connection: sqlite3.Connection, site: str, key: str, now: datetime) -> int:
    """Phones are bound to the key that they were switched on with. Where that was lost, nothing reaches them
    any more: that is known at once, and shown, not found out call by call. Returns how many.
    """
    with transaction(connection):
        found = phones.of_another_key(connection, site, key)
        for phone in found:
            contacts.delete(connection, site, Contact(phone.person, WAY, phone.id))
            detail = {"person": phone.person, "phone": phone.id, "why": "our key is another"}
            audit.add(connection, site, now, None, "phone lost", detail)
    return len(found)


def proven(connection: sqlite3.Connection, site: str, marks: ReceiptMarks, token: str) -> Phone | None:
    """The phone that a message came to with this; None where it went along with none to whose phone it is."""
    about = claimed(token)
    phone = phones.get(connection, site, about.phone) if about is not None else None
    return phone if phone is not None and marks.proves(site, phone.person, token) else None


def note_receipt(
    connection: sqlite3.Connection,
    site: str,
    marks: ReceiptMarks,
    token: str,
    receipt: Literal["delivered", "seen"],
    signed_in: str | None,
    at: datetime,
) -> NotCounted | None:
    """What a phone says of a message; why it counts for nothing, or None. One that was seen had arrived.

    `signed_in`: who is, in the browser that says it. Where that is somebody else than the one who was called,
    a tap is not their look at it.
    """
    about = claimed(token)
    with transaction(connection):
        phone = proven(connection, site, marks, token)
        if about is None or phone is None:
            return "not_ours"
        if about.summons == 0:
            return _note_test(connection, site, phone, about, at)
        called = summonses.get(connection, site, about.summons)
        if called is None or (called.person, called.address) != (phone.person, phone.id):
            return "not_ours"
        alert = alerts.get(connection, site, called.alert)
        late = too_late(about.sent_at, alert.closed_at if alert is not None else None, at)
        if late is not None:
            return late
        news = receipts.note_delivered(connection, called.id, at)
        if receipt == "seen" and signed_in in (None, called.person):
            news = receipts.note_seen(connection, called.alert, called.person, at) > 0 or news
        if news:  # the same again proves nothing of the phone
            phones.note_delivered(connection, site, phone.id, at)
    return None


def _note_test(
    connection: sqlite3.Connection, site: str, phone: Phone, about: Receipt, at: datetime
) -> NotCounted | None:
    """The first word of a test message counts, for it alone."""
    late = too_late(about.sent_at, None, at)
    if late is None and (phone.delivered_at is None or phone.delivered_at < about.sent_at):
        phones.note_delivered(connection, site, phone.id, at)
    return late


def _why_no_keys(public_key: bytes, auth: bytes) -> str | None:
    """RFC 8291, 2: an uncompressed point of P-256, and 16 octets."""
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), public_key)
    except ValueError:
        return "the phone's key is no point of P-256"
    if len(public_key) != 65 or len(auth) != 16:
        return f"the phone's keys have {len(public_key)} and {len(auth)} octets; expected 65 and 16"
    return None
