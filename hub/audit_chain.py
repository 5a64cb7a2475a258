"""Whether the audit trail is what was written: each entry's content, its tie to the one before, and what
was there when the chain's value was noted elsewhere.

Whoever may write the database file can make a whole new chain. What they can't change is a value that was
noted outside: `vaka audit head` prints one, and the hub notes one a day in `audit-heads.txt` beside the
database, which belongs in every backup.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from hub.store import audit
from hub.store.audit import Link
from hub.store.db import chained
from rules.retention import LEAST_AUDIT

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


ERASURES = ("erasure confirmed", "resident erased")
"""Entries by which others may have lost their content (hub/erasing)."""


NOTED_LATE = timedelta(days=30)
"""[default] How long after an entry it may first have been noted: the hub was away."""


class Head(NamedTuple):
    """The chain's value at an entry, as it was noted. `at`: when, where that is known."""

    seq: int
    chain: bytes
    at: datetime | None = None


class _Said(NamedTuple):
    """What entries say of the chain itself. `cuts`: the value at which its beginning was cut off → up to
    which entry, and when. `receipts`: the erasures, as `audit.erase` names them.
    """

    cuts: dict[bytes, tuple[int, datetime]]
    receipts: set[str]

    def explains(self, head: Head) -> bool:
        """Whether it was cut off because it was older than it is kept."""
        kept = timedelta(days=LEAST_AUDIT) - NOTED_LATE
        return any(
            upto >= head.seq and (head.at is None or at - head.at >= kept) for upto, at in self.cuts.values()
        )


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
    heads: dict[int, list[Head]] = {}
    for head in noted:
        heads.setdefault(head.seq, []).append(head)
    said = _said(connection)
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
        faults += _look(link, before, begun, said)
        erased += link.fits is None
        if any(head.chain != link.chain for head in heads.pop(link.seq, ())):
            faults.append(Fault(link.seq, "head_gone"))
        before, begun = link.chain, True
    for seq in sorted(heads):
        if first is None or seq >= first or not any(map(said.explains, heads[seq])):
            faults.append(Fault(seq, "head_gone"))
    return Verdict(entries, earlier, erased, tuple(faults))


def _look(link: Link, before: bytes | None, begun: bool, said: _Said) -> list[Fault]:
    assert link.digest is not None
    found = []
    if link.fits is False or (link.fits is None and _erased_by(link) not in said.receipts):
        found.append(Fault(link.seq, "changed"))
    if begun and link.chain != chained(before, link.digest):
        found.append(Fault(link.seq, "untied"))
    elif not begun and link.chain not in {chained(cut, link.digest) for cut in (None, *said.cuts)}:
        found.append(Fault(link.seq, "beginning_gone"))
    return found


def _said(connection: sqlite3.Connection) -> _Said:
    said = _Said({}, set())
    for link in audit.links(connection):
        if not link.fits or link.what not in (audit.CUT, *ERASURES):
            continue
        detail = msgspec.json.decode(link.detail)
        if link.what == audit.CUT:
            said.cuts[bytes.fromhex(str(detail.get("chain", "")))] = (int(detail.get("upto", 0)), link.at)
        else:
            said.receipts.add(f"erasure {detail.get('erasure')}")
    return said


def _erased_by(link: Link) -> str:
    """By which erasure, where it says that and nothing else: without its salt it proves no other word."""
    detail = msgspec.json.decode(link.detail)
    return str(detail["erased"]) if isinstance(detail, dict) and list(detail) == ["erased"] else ""


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
                at = datetime.fromisoformat(words[0])
                found.append(Head(int(words[1]), bytes.fromhex(words[2]), at))
            except ValueError:
                continue
    return found
