"""This installation's key for Web Push: by it push services know us (VAPID, RFC 8292).

A pair of P-256, made once and kept for the hub alone. Its public half lies in a file of its own beside the
database: the pages need no more. Lost, every phone has to be switched on anew: a subscription is bound to the
key that it was made with.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

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

from hub.key_file import kept_key, write_anew

KEY_FILE = "push.key"
PUBLIC_FILE = "push.pub"
BELIEVED_FOR = timedelta(hours=12)
"""RFC 8292 allows 24 h at most; less leaves room for a clock that is wrong."""


class PushKey:
    def __init__(self, data: Path, file: Path | None = None) -> None:
        """`data`: where the public half is written; `file`: where the key is kept, unless it is there too.
        One that lies there moves. Raises OSError, and ValueError where the file is no key.
        """
        beside = data / KEY_FILE
        scalar = kept_key(file or beside, partial(_moved, beside) if file is not None else _new)
        if file is not None and file != beside:
            beside.unlink(missing_ok=True)
        self._private: EllipticCurvePrivateKey = derive_private_key(
            int.from_bytes(scalar, "big"), SECP256R1()
        )
        self._topics = HKDF(hashes.SHA256(), 32, salt=None, info=b"vaka push receipts").derive(scalar)
        if public_key(data) != self.public:
            write_anew(data / PUBLIC_FILE, self.public)

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

    def topic(self, site: str, alerts: Sequence[int]) -> str:
        """What the push service knows messages about the same alerts by (RFC 8030, 5.4: 32 characters)."""
        of = f"topic {site} {','.join(map(str, alerts))}"
        return base64url(hmac.digest(self._topics, of.encode(), "sha256"))[:32]


def public_key(data: Path) -> str | None:
    """`applicationServerKey`; None before the hub has written it."""
    try:
        return (data / PUBLIC_FILE).read_text("ascii") or None
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def base64url(octets: bytes) -> str:
    return urlsafe_b64encode(octets).decode().rstrip("=")


def _moved(before: Path) -> bytes:
    """The key from where it was kept before, else a new one."""
    return kept_key(before, _new) if before.exists() else _new()


def _new() -> bytes:
    return generate_private_key(SECP256R1()).private_numbers().private_value.to_bytes(32, "big")
