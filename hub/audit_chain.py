"""Whether the audit trail is what was written: each entry's content, its tie to the one before, and what
was there when the chain's value was noted elsewhere.

Whoever may write the database file can make a whole new chain. What they can't change is a value that was
noted outside: `vaka audit head` prints one, and the hub notes one a day in `audit-heads.txt` beside the
database, which belongs in every backup.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from hub.store import audit
from hub.store.audit import Link
from hub.store.db import chained

HEADS = "audit-heads.txt"

Reason = Literal["changed", "untied", "without_a_chain", "beginning_gone", "head_gone"]
WORDS: dict[Reason, str] = {
    "changed": "its content is not what was written",
    "untied": "it does not follow the entry before it: one was changed, taken away or put in between",
    "without_a_chain": "it was not written by Vaka",
    "beginning_gone": "entries before it are gone, and none says that they were cut off",
    "head_gone": "it was noted as the newest, and is gone or another one now",
}


class Fault(NamedTuple):
    seq: int
    reason: Reason


class Head(NamedTuple):
    """The chain's value at an entry, as it was noted."""

    seq: int
    chain: bytes


class Verdict(NamedTuple):
    """`entries`: how many were looked at, with `earlier` ones from before there was a chain and `erased`
    ones.
    """

    entries: int
    earlier: int
    erased: int
    faults: tuple[Fault, ...]


def verify(connection: sqlite3.Connection, noted: Iterable[Head] = ()) -> Verdict:
    """Everything, from the first entry to the last."""
    entries = earlier = erased = 0
    faults: list[Fault] = []
    heads = {head.seq: head.chain for head in noted}
    cuts = _cuts(connection)
    before: bytes | None = None
    begun = False
    first = None
    for link in audit.links(connection):
        entries += 1
        first = link.seq if first is None else first
        if link.chain is None or link.digest is None:
            if begun:
                faults.append(Fault(link.seq, "without_a_chain"))
            else:
                earlier += 1
            continue
        faults += _look(link, before, begun, cuts)
        erased += link.fits is None
        if heads.pop(link.seq, link.chain) != link.chain:
            faults.append(Fault(link.seq, "head_gone"))
        before, begun = link.chain, True
    faults += [Fault(seq, "head_gone") for seq in sorted(heads) if first is None or seq >= first]
    return Verdict(entries, earlier, erased, tuple(faults))


def _look(link: Link, before: bytes | None, begun: bool, cuts: set[bytes]) -> list[Fault]:
    assert link.digest is not None
    found = []
    if link.fits is False or (link.fits is None and not _says_erased(link)):
        found.append(Fault(link.seq, "changed"))
    if begun and link.chain != chained(before, link.digest):
        found.append(Fault(link.seq, "untied"))
    elif not begun and link.chain not in {chained(cut, link.digest) for cut in (None, *cuts)}:
        found.append(Fault(link.seq, "beginning_gone"))
    return found


def _cuts(connection: sqlite3.Connection) -> set[bytes]:
    """The chain's values at which its beginning was cut off, as entries say it."""
    cuts = [link for link in audit.links(connection) if link.what == audit.CUT and link.fits]
    return {bytes.fromhex(str(msgspec.json.decode(link.detail).get("chain", ""))) for link in cuts}


def _says_erased(link: Link) -> bool:
    """And nothing else: an entry without its salt proves no other word."""
    detail = msgspec.json.decode(link.detail)
    return isinstance(detail, dict) and list(detail) == ["erased"]


def note_head(connection: sqlite3.Connection, file: Path, at: datetime) -> str:
    """Add the chain's value of now to the file; returns what was noted."""
    head = audit.head(connection)
    if head is None:
        return "no entry yet"
    with file.open("a") as heads:
        heads.write(f"{at:%Y-%m-%dT%H:%M:%SZ} {head[0]} {head[1].hex()}\n")
    return f"entry {head[0]}"


def noted_heads(file: Path) -> list[Head]:
    """What the file holds; a line that is none of ours is passed over."""
    found = []
    for line in file.read_text().splitlines() if file.exists() else ():
        words = line.split()
        if len(words) == 3 and words[1].isdecimal() and len(words[2]) == 64:
            try:
                found.append(Head(int(words[1]), bytes.fromhex(words[2])))
            except ValueError:
                continue
    return found
