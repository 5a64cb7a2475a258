"""What could not be understood, for those who look after it: what it would become now, what was sent, and
clearing it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path
from typing import Literal, NamedTuple

from devices.message import Message
from devices.reading import Decoded
from hub.clock import Clock
from hub.codecs import read_codecs
from hub.decoding import decoder_of
from hub.registry import device_ids
from hub.store import announcements, audit
from hub.store import quarantine as store
from hub.store.db import transaction
from hub.store.quarantine import EXAMPLE_KEPT, Quarantined
from rules.building import Site

HEX_SHOWN = 1024  # bytes
_LONGEST_PRETTY = 20_000  # characters; deeply nested JSON grows with its indentation


class Sent(NamedTuple):
    """What somebody sent, fit to be shown. `cut`: it was longer than what is kept or shown."""

    form: Literal["empty", "json", "text", "hex"]
    text: str
    cut: bool


class Now(NamedTuple):
    """What a message would become by today's site file, codecs and announcements. `unknown`: devices in it
    that the site does not name. `cut`: its end was not kept, so it says nothing.
    """

    decoded: Decoded
    unknown: tuple[str, ...]
    cut: bool


def key_of(row: Quarantined) -> str:
    """A short name for a row, for addresses."""
    return hashlib.sha256(f"{row.topic}\0{row.reason}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def find(connection: sqlite3.Connection, site: str, key: str) -> Quarantined | None:
    """The row of that name with what was sent."""
    for row in store.rows(connection, site, limit=2 * store.TOPICS_KEPT):
        if key_of(row) == key:
            return store.one(connection, site, row.topic, row.reason)
    return None


def sent(row: Quarantined) -> Sent:
    """JSON laid out, text as it stands, else hexadecimal; what cannot be printed is written as an escape."""
    cut = row.payload_size > len(row.payload)
    if not row.payload:
        return Sent("empty", "", cut)
    try:
        text = row.payload.decode()
    except UnicodeDecodeError:
        return _hex(row.payload, cut)
    pretty = _pretty(text)
    if pretty is not None:
        return Sent("json", _printable(pretty), cut)
    if sum(1 for c in text if not (c.isprintable() or c in "\r\n\t")) * 10 > len(text):
        return _hex(row.payload, cut)
    return Sent("text", _printable(text), cut)


def _pretty(text: str) -> str | None:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        laid_out = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return None
    return laid_out if len(laid_out) <= _LONGEST_PRETTY else text


def _printable(text: str) -> str:
    return "".join(
        c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape", "surrogatepass").decode()
        for c in text
    )


def _hex(payload: bytes, cut: bool) -> Sent:
    lines = [
        f"{at:04x}  {payload[at : at + 16].hex(' '):47}  "
        + "".join(chr(b) if 32 <= b < 127 else "." for b in payload[at : at + 16])
        for at in range(0, min(len(payload), HEX_SHOWN), 16)
    ]
    return Sent("hex", "\n".join(lines), cut or len(payload) > HEX_SHOWN)


def understood_now(connection: sqlite3.Connection, database: Path, site: Site, row: Quarantined) -> Now:
    """Decode the newest example once more."""
    decoder = decoder_of(site, read_codecs(database, connection, site.site))
    for message in announcements.everything(connection, site.site):
        decoder.decode(message)
    decoded = decoder.decode(Message(row.topic, row.payload, row.last_received_at))
    known = device_ids(site)
    spoke = dict.fromkeys(filter(None, (decoded.heard, *[r.device for r in decoded.readings])))
    unknown = tuple(device for device in spoke if (decoded.gateway, device) not in known)
    return Now(decoded, unknown, row.payload_size > EXAMPLE_KEPT)


def clear(
    connection: sqlite3.Connection,
    site: str,
    by: str,
    clock: Clock,
    topic: str | None = None,
    reason: str | None = None,
) -> int:
    """Forget one row, all of a topic, or (without both) everything. What comes again is kept again."""
    with transaction(connection):
        cleared = store.clear(connection, site, topic, reason)
        if cleared:
            detail = {"topic": topic, "reason": reason, "rows": cleared}
            audit.add(connection, site, clock.now(), by, "quarantine cleared", detail)
        return cleared
