"""The hub's seal: an Ed25519 signature (RFC 8032) over a record's text, with a key of this hub's own that
lies beside the database, readable by its owner alone.

What a seal proves: this text was sealed by whoever held that key, and no character was changed since. It
needs only the public key, which is stored with the records, printed on each and named by its fingerprint: a
lost private key takes no proof with it. The next record is sealed with a new one, and says so by another
fingerprint.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hub.key_file import kept_key

KEY_FILE = "seal.key"


class Seal(NamedTuple):
    """`key`: the public key, 32 bytes; `signature`: 64 bytes."""

    key: bytes
    signature: bytes

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.key)

    def fits(self, text: str) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(self.signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


def fingerprint(key: bytes) -> str:
    """A key's name: the first 16 hexadecimal digits of its SHA-256, in fours."""
    digest = hashlib.sha256(key).hexdigest()[:16]
    return " ".join(digest[i : i + 4] for i in range(0, 16, 4))


def digest(text: str) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def seal(text: str, data: Path) -> Seal:
    """Seal with the key in the data folder, which is made where there is none. Raises OSError, and ValueError
    where the file is no key.
    """
    key = _key(data / KEY_FILE)
    return Seal(key.public_key().public_bytes_raw(), key.sign(text.encode()))


def ready(data: Path) -> None:
    """The key is there from now on: what is backed up holds it. Raises OSError, ValueError."""
    _key(data / KEY_FILE)


def _key(path: Path) -> Ed25519PrivateKey:
    made = kept_key(path, lambda: Ed25519PrivateKey.generate().private_bytes_raw())
    return Ed25519PrivateKey.from_private_bytes(made)
