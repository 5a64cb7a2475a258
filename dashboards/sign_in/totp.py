"""Codes of an app (TOTP, RFC 6238) as a second factor, and the recovery codes for a lost phone.

Secrets are encrypted with a key in a file beside the database, so that a copy of the database alone makes no
codes. A code counts once.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import sqlite3
from datetime import datetime
from pathlib import Path

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.key_file import kept_key
from hub.store import audit
from hub.store.db import transaction
from hub.store.instants import to_us

KEY_FILE = "sign-in.key"
STEP_S = 30
WINDOW = (-1, 0, 1)
"""[default] RFC 6238 5.2: at most one step is allowed for the way and the clock."""
RECOVERY_CODES = 8
_NONCE = 12


class Totp:
    def __init__(self, connection: sqlite3.Connection, site: str, data: Path) -> None:
        self._connection, self._site, self._data = connection, site, data

    def is_on(self, person: str) -> bool:
        query = "SELECT 1 FROM totp WHERE site = ? AND person = ?"
        return self._connection.execute(query, (self._site, person)).fetchone() is not None

    def people(self) -> set[str]:
        rows = self._connection.execute("SELECT person FROM totp WHERE site = ?", (self._site,))
        return {row[0] for row in rows}

    def switch_on(self, person: str, secret: str, code: str, now: datetime) -> list[str] | None:
        """The recovery codes, to be shown once; None where the code does not come from this secret. Raises
        OSError, and ValueError where the key's file is none.
        """
        step = _step_of(secret, code, now)
        if step is None:
            return None
        with transaction(self._connection):
            self._connection.execute(
                "INSERT INTO totp (site, person, secret, set_at, last_step) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (site, person) DO UPDATE SET secret = excluded.secret,"
                " set_at = excluded.set_at, last_step = excluded.last_step",
                (self._site, person, self._sealed(person, secret), to_us(now), step),
            )
            audit.add(self._connection, self._site, now, person, "code app switched on", {})
            return self._new_recovery_codes(person)

    def switch_off(self, person: str, now: datetime, by: str) -> None:
        with transaction(self._connection):
            for table in ("totp", "recovery_code"):
                query = f"DELETE FROM {table} WHERE site = ? AND person = ?"
                self._connection.execute(query, (self._site, person))
            detail = {"person": person}
            audit.add(self._connection, self._site, now, by, "code app switched off", detail)

    def fits(self, person: str, code: str, now: datetime) -> bool:
        """A code of the app, or a recovery code: each once."""
        code = code.replace(" ", "").replace("-", "").lower()
        return self._is_code(person, code, now) or self._is_recovery_code(person, code, now)

    def recovery_codes_left(self, person: str) -> int:
        query = "SELECT count(*) FROM recovery_code WHERE site = ? AND person = ? AND used_at IS NULL"
        return int(self._connection.execute(query, (self._site, person)).fetchone()[0])

    def _is_code(self, person: str, code: str, now: datetime) -> bool:
        query = "SELECT secret FROM totp WHERE site = ? AND person = ?"
        row = self._connection.execute(query, (self._site, person)).fetchone()
        step = None if row is None else _step_of(self._opened(person, row[0]), code, now)
        if step is None:
            return False
        with transaction(self._connection):
            used = self._connection.execute(
                "UPDATE totp SET last_step = ? WHERE site = ? AND person = ? AND last_step < ?",
                (step, self._site, person, step),
            )
        return used.rowcount > 0

    def _is_recovery_code(self, person: str, code: str, now: datetime) -> bool:
        with transaction(self._connection):
            used = self._connection.execute(
                "UPDATE recovery_code SET used_at = ?"
                " WHERE site = ? AND person = ? AND code_hash = ? AND used_at IS NULL",
                (to_us(now), self._site, person, _hash(code)),
            )
            if used.rowcount:
                audit.add(self._connection, self._site, now, person, "recovery code used", {})
        return used.rowcount > 0

    def _new_recovery_codes(self, person: str) -> list[str]:
        codes = [secrets.token_hex(10) for _ in range(RECOVERY_CODES)]
        query = "DELETE FROM recovery_code WHERE site = ? AND person = ?"
        self._connection.execute(query, (self._site, person))
        self._connection.executemany(
            "INSERT INTO recovery_code (site, person, code_hash) VALUES (?, ?, ?)",
            [(self._site, person, _hash(code)) for code in codes],
        )
        return ["-".join(code[i : i + 5] for i in range(0, 20, 5)) for code in codes]

    def _sealed(self, person: str, secret: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher().encrypt(nonce, secret.encode(), self._bound_to(person))

    def _opened(self, person: str, sealed: bytes) -> str:
        """'' where the key is another one: then no code fits, and a recovery code does."""
        try:
            content = self._cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], self._bound_to(person))
        except InvalidTag:
            return ""
        return content.decode()

    def _cipher(self) -> AESGCM:
        return AESGCM(kept_key(self._data / KEY_FILE, lambda: AESGCM.generate_key(256)))

    def _bound_to(self, person: str) -> bytes:
        return f"{self._site}/{person}".encode()


def new_secret() -> str:
    return pyotp.random_base32()


def address_of(secret: str, person: str, issuer: str) -> str:
    """What the QR code says."""
    return pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=person, issuer_name=issuer)


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step whose code it is; None: of none that counts now."""
    if not secret or not (code.isascii() and code.isdigit() and len(code) == 6):
        return None
    made, at = pyotp.TOTP(secret, interval=STEP_S), int(now.timestamp()) // STEP_S
    steps = [at + shift for shift in WINDOW]
    return next((s for s in steps if hmac.compare_digest(made.generate_otp(s), code)), None)


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
