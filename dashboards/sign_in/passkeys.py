"""Passkeys (WebAuthn): bound to these pages' address, kept on one's own device, opened by its finger, face or
PIN. A passkey is two factors at once.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hub.store import audit
from hub.store.db import transaction
from hub.store.instants import from_us, to_us
from rules.building import Person

log = logging.getLogger(__name__)
AT_MOST = 10
"""[default] Of one person."""


class Challenge(NamedTuple):
    """What waits for an answer. `adds_to`: the session in which somebody has proven who they are, and may add
    a key with the answer; None: it is for signing in, and for nothing else.
    """

    challenge: bytes
    adds_to: bytes | None = None


class Passkey(NamedTuple):
    id: bytes
    person: str
    name: str
    added_at: datetime
    used_at: datetime | None


class Passkeys:
    """`address`: under which the pages are reached, e.g. https://vaka.example.org."""

    def __init__(self, connection: sqlite3.Connection, site: str, address: str) -> None:
        url = urlsplit(address)
        self._connection, self._site = connection, site
        self._origin, self._host = f"{url.scheme}://{url.netloc}", url.hostname or ""

    def of(self, person: str) -> list[Passkey]:
        return [one for one in self.everybodys() if one.person == person]

    def everybodys(self) -> list[Passkey]:
        rows = self._connection.execute(
            "SELECT id, person, name, added_at, used_at FROM passkey WHERE site = ? ORDER BY added_at",
            (self._site,),
        )
        return [
            Passkey(r[0], r[1], r[2], from_us(r[3]), None if r[4] is None else from_us(r[4])) for r in rows
        ]

    def offer(self, person: Person, house: str) -> tuple[bytes, dict[str, Any]]:
        """The challenge, and what the browser is to make a key with."""
        options = generate_registration_options(
            rp_id=self._host,
            rp_name=f"Vaka, {house}",
            user_id=hashlib.sha256(f"{self._site}/{person.id}".encode()).digest(),
            user_name=person.id,
            user_display_name=person.name,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one.id) for one in self.of(person.id)],
        )
        return options.challenge, json.loads(options_to_json(options))

    def add(self, person: str, made: dict[str, Any], challenge: bytes, name: str, now: datetime) -> bool:
        """False where it does not hold, or there are enough."""
        try:
            verified = verify_registration_response(
                credential=made,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError) as error:
            log.info("A passkey was not taken: %s", error)
            return False
        with transaction(self._connection):
            if len(self.of(person)) >= AT_MOST:
                return False
            done = self._connection.execute(
                "INSERT INTO passkey (id, site, person, public_key, uses, name, added_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (
                    verified.credential_id,
                    self._site,
                    person,
                    verified.credential_public_key,
                    verified.sign_count,
                    name,
                    to_us(now),
                ),
            )
            if done.rowcount:
                audit.add(self._connection, self._site, now, person, "passkey added", {"name": name})
        return done.rowcount > 0

    def ask(self) -> tuple[bytes, dict[str, Any]]:
        """The challenge, and what the browser is to answer; whoever has a key chooses it there."""
        options = generate_authentication_options(
            rp_id=self._host, user_verification=UserVerificationRequirement.REQUIRED
        )
        return options.challenge, json.loads(options_to_json(options))

    def whose(self, answer: dict[str, Any], challenge: bytes, now: datetime) -> str | None:
        """Who has the key that answered; None where it does not hold, or its counter went back (a copy)."""
        try:
            id = base64url_to_bytes(str(answer.get("id", "")))
            row = self._connection.execute(
                "SELECT person, public_key, uses FROM passkey WHERE site = ? AND id = ?", (self._site, id)
            ).fetchone()
            if row is None:
                return None
            verified = verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=row["public_key"],
                credential_current_sign_count=row["uses"],
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError) as error:
            log.info("A passkey's answer was refused: %s", error)
            return None
        with transaction(self._connection):
            self._connection.execute(
                "UPDATE passkey SET uses = ?, used_at = ? WHERE id = ?",
                (verified.new_sign_count, to_us(now), id),
            )
        return str(row["person"])

    def remove(self, person: str, id: str, now: datetime, by: str) -> bool:
        """`id`: in hex."""
        with transaction(self._connection):
            done = self._connection.execute(
                "DELETE FROM passkey WHERE site = ? AND person = ? AND lower(hex(id)) = ?",
                (self._site, person, id.lower()),
            )
            if done.rowcount:
                audit.add(self._connection, self._site, now, by, "passkey removed", {"person": person})
        return done.rowcount > 0
