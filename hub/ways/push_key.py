"""This installation's key for Web Push: by it push services know us (VAPID, RFC 8292), and by it the receipts
that phones send are told from anybody else's.

A pair of P-256, made once and kept beside the database. Lost, every phone has to be switched on anew: a
subscription is bound to the key that it was made with.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from hub.key_file import kept_key

KEY_FILE = "push.key"
BELIEVED_FOR = timedelta(hours=12)
"""RFC 8292 allows 24 h at most; less leaves room for a clock that is wrong."""


class Receipt(NamedTuple):
    """Which message a receipt is about. `summons` 0: a test message."""

    phone: str
    summons: int


class PushKey:
    def __init__(self, data: Path) -> None:
        """Raises OSError, and ValueError where the file is no key."""
        scalar = kept_key(data / KEY_FILE, _new)
        self._private: EllipticCurvePrivateKey = derive_private_key(
            int.from_bytes(scalar, "big"), SECP256R1()
        )
        self._receipts = HKDF(hashes.SHA256(), 32, salt=None, info=b"vaka push receipts").derive(scalar)

    @property
    def public(self) -> str:
        """`applicationServerKey`, as browsers want it: the point, uncompressed, in base64url."""
        point = self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64url(point)

    def authorization(self, origin: str, contact: str | None, now: datetime) -> str:
        """The header for a push service at `origin`. `contact`: a mailto: or https: address of whoever runs
        this installation.
        """
        claims = {"aud": origin, "exp": int((now + BELIEVED_FOR).timestamp())}
        if contact is not None:
            claims["sub"] = contact
        token = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, ECKey.import_key(self._private))
        return f"vapid t={token}, k={self.public}"

    def receipt_token(self, site: str, receipt: Receipt) -> str:
        """What a phone proves with that it got this very message."""
        return f"{receipt.phone}.{receipt.summons}.{self._mark(site, receipt)}"

    def receipt_of(self, site: str, token: str) -> Receipt | None:
        """None where the token is not of our making."""
        phone, _, rest = token.partition(".")
        number, _, mark = rest.partition(".")
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        receipt = Receipt(phone, int(number))
        fits = hmac.compare_digest(self._mark(site, receipt).encode(), mark.encode())
        return receipt if fits else None

    def topic(self, site: str, alerts: Sequence[int]) -> str:
        """What the push service knows messages about the same alerts by (RFC 8030, 5.4: 32 characters)."""
        return self._digest(f"topic {site} {','.join(map(str, alerts))}")[:32]

    def _mark(self, site: str, receipt: Receipt) -> str:
        return self._digest(f"receipt {site} {receipt.phone} {receipt.summons}")

    def _digest(self, text: str) -> str:
        return base64url(hmac.digest(self._receipts, text.encode(), "sha256"))


def base64url(octets: bytes) -> str:
    return urlsafe_b64encode(octets).decode().rstrip("=")


def _new() -> bytes:
    return generate_private_key(SECP256R1()).private_numbers().private_value.to_bytes(32, "big")
