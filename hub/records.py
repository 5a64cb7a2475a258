"""Whether records are what was signed: each seal, and the chain from each to the one before it.

A record that goes out of the house is one JSON object: the text, the seal and the public key, which is all
that it takes to verify it.
"""

from __future__ import annotations

import sqlite3
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from hub.seal import Seal, digest
from hub.store import records
from hub.store.records import Sealed
from rules.record import Record, read


class Exported(msgspec.Struct, frozen=True):
    """What a file holds. `key` and `signature` in Base64."""

    document: str
    signature: str
    key: str
    algorithm: str = "Ed25519"


class Fault(NamedTuple):
    """What is wrong with a record, in a sentence."""

    number: int
    why: str


def exported(sealed: Sealed) -> bytes:
    return exported_text(sealed.document, sealed.seal)


def exported_text(document: str, seal: Seal) -> bytes:
    """Any sealed text, as a file that proves itself."""
    fields = Exported(document, b64encode(seal.signature).decode(), b64encode(seal.key).decode())
    return msgspec.json.format(msgspec.json.encode(fields), indent=1)


def verified(content: bytes) -> tuple[Record, Seal] | str:
    """A file's record and its seal, which fits; otherwise why not."""
    try:
        found = msgspec.json.decode(content, type=Exported)
        seal = Seal(b64decode(found.key, validate=True), b64decode(found.signature, validate=True))
    except (msgspec.MsgspecError, ValueError, UnicodeDecodeError) as error:
        return f"this is no sealed record: {error}"
    if found.algorithm != "Ed25519":
        return f"sealed by {found.algorithm!r}; expected Ed25519"
    if not seal.fits(found.document):
        return "the seal does not fit: the record was changed, or this is not the key it was sealed with"
    try:
        return read(found.document), seal
    except msgspec.MsgspecError as error:
        return f"the seal fits, but this is no record of a walk test: {error}"


def faults(connection: sqlite3.Connection, site: str) -> Iterator[Fault]:
    """What is wrong with the stored records. One that is missing at the end shows in no chain: the last
    number and its digest are worth writing down elsewhere.
    """
    before: Sealed | None = None
    for sealed in records.everything(connection, site):
        yield from _faults(sealed, before)
        before = sealed


def _faults(sealed: Sealed, before: Sealed | None) -> Iterator[Fault]:
    if not sealed.seal.fits(sealed.document):
        yield Fault(sealed.number, "the seal does not fit: the record was changed after it was signed")
        return
    record = sealed.record
    if record.number != sealed.number:
        yield Fault(sealed.number, f"it stands as number {sealed.number} and was signed as {record.number}")
    expected = digest(before.document) if before is not None else ""
    if record.previous != expected:
        yield Fault(sealed.number, "it does not follow the record before it: one was changed or taken away")
