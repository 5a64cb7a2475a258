"""The written confirmation of an erasure: what was deleted where, when, by whom, and which backups still hold
it until when. It names nobody who was erased. Sealed by the hub (hub/seal.py).
"""

from __future__ import annotations

from base64 import b64decode
from datetime import datetime
from typing import Literal

import msgspec

from hub.records import Exported, exported_text
from hub.seal import Seal
from hub.store.erasures import Erasure


class HeldBackup(msgspec.Struct, frozen=True):
    """A backup from before: `kept_until` its file is deleted."""

    file: str
    made_at: datetime
    kept_until: datetime


class Receipt(msgspec.Struct, frozen=True):
    """`deleted`: by step, how many of what. `shared`: whether they shared a room, whose readings are
    another's too and were kept without them. Instants are aware UTC.
    """

    number: int
    site: str
    site_name: str
    why: str
    asked_by: str
    asked_at: datetime
    confirmed_by: str
    confirmed_at: datetime
    finished_at: datetime
    deleted: dict[str, dict[str, int]]
    shared: bool
    backups: tuple[HeldBackup, ...]
    kind: Literal["erasure"] = "erasure"
    version: Literal[1] = 1

    @property
    def gone_by(self) -> datetime:
        """When the last backup that holds it is deleted."""
        return max((backup.kept_until for backup in self.backups), default=self.finished_at)


def written(receipt: Receipt) -> str:
    """The text that is sealed."""
    return msgspec.json.encode(receipt).decode()


def read(document: str) -> Receipt:
    """Raises msgspec.MsgspecError where it is none."""
    return msgspec.json.decode(document, type=Receipt)


def exported(erasure: Erasure) -> bytes:
    """A finished one, as a file that proves itself."""
    assert erasure.document is not None
    assert erasure.seal is not None
    return exported_text(erasure.document, erasure.seal)


def verified(content: bytes) -> tuple[Receipt, Seal] | str:
    """A file's receipt and its seal, which fits; otherwise why not."""
    try:
        found = msgspec.json.decode(content, type=Exported)
        seal = Seal(b64decode(found.key, validate=True), b64decode(found.signature, validate=True))
        receipt = read(found.document)
    except (msgspec.MsgspecError, ValueError, UnicodeDecodeError) as error:
        return f"this is no sealed receipt: {error}"
    if not seal.fits(found.document):
        return "the seal does not fit: the receipt was changed, or this is not the key it was sealed with"
    return receipt, seal
