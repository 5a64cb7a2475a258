"""What a phone proves with that a message came to it: a mark that only this message carries. It is bound to
the phone, to whose phone it was then, to the message and to the instant; it lets nobody in.

Here: making and reading it. Not here: what a receipt counts for (rules/receipts.py, hub/phones.py).
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from pathlib import Path

import msgspec

from hub.key_file import kept_key
from hub.store.instants import from_us, to_us
from hub.ways.push_key import base64url

KEY_FILE = "receipts.key"
_MS = 1000


class Receipt(msgspec.Struct, frozen=True):
    """Which message a receipt is about. `summons` 0: a test message. `sent_at`: in whole milliseconds."""

    phone: str
    summons: int
    sent_at: datetime


class ReceiptMarks:
    def __init__(self, data: Path) -> None:
        """Raises OSError, and ValueError where the file is no key."""
        self._key = kept_key(data / KEY_FILE, lambda: secrets.token_bytes(32))

    def token(self, site: str, person: str, receipt: Receipt) -> str:
        """What goes along with a message to a person on their phone."""
        sent_at = to_us(receipt.sent_at) // _MS
        return f"{receipt.phone}.{receipt.summons}.{sent_at}.{self._mark(site, person, receipt)}"

    def proves(self, site: str, person: str, token: str) -> bool:
        """Whether it went along with a message to this person."""
        receipt = claimed(token)
        if receipt is None:
            return False
        return hmac.compare_digest(self.token(site, person, receipt).encode(), token.encode())

    def _mark(self, site: str, person: str, receipt: Receipt) -> str:
        said = (site, person, receipt.phone, receipt.summons, to_us(receipt.sent_at) // _MS)
        return base64url(hmac.digest(self._key, msgspec.json.encode(said), "sha256"))


def claimed(token: str) -> Receipt | None:
    """What it says that it is about, proven or not; None where it is nothing of ours."""
    parts = token.split(".")
    if len(parts) != 4 or not all(_is_number(part) for part in parts[1:3]):
        return None
    try:
        return Receipt(parts[0], int(parts[1]), from_us(int(parts[2]) * _MS))
    except (OverflowError, ValueError):  # a year that no calendar has
        return None


def _is_number(part: str) -> bool:
    return part.isascii() and part.isdigit() and len(part) < 19
