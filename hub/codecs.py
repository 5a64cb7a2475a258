"""The vendors' own LoRaWAN codecs: those that technicians have uploaded, and files beside the database
(`codecs/<model or device>.js`). Of one name the uploaded one wins.
"""

from __future__ import annotations

import base64
import binascii
import logging
import sqlite3
from pathlib import Path
from typing import Any

import msgspec

from devices.codec import LARGEST_SOURCE, LARGEST_UPLINK, Codecs, Functions, functions_of, run
from devices.lorawan import meaning_of_object
from devices.reading import Value
from devices.vocabulary import squeezed
from hub.clock import Clock
from hub.store import audit
from hub.store import codecs as store
from hub.store.codecs import CodecVersion
from hub.store.db import transaction
from rules.pause import Refusal

log = logging.getLogger(__name__)

LONGEST_NAME = 120
VERSIONS_KEPT = 1000
"""Of all names together: nobody uploads so many, a program gone wild would."""


class Trial(msgspec.Struct, frozen=True):
    """What a codec made of an example: its object, and what that means. `why_not` is a sentence."""

    data: dict[str, Any] | None
    values: dict[str, Value]
    errors: tuple[str, ...] = ()
    why_not: str = ""


def read_codecs(database: Path, connection: sqlite3.Connection, site: str) -> Codecs:
    """All there are. A file that cannot be read is left out, and the log says so."""
    sources = {squeezed(name): source for name, source in files(database).items()}
    sources.update({squeezed(v.name): v.source for v in store.in_force(connection, site)})
    return Codecs(sources)


def files(database: Path) -> dict[str, str]:
    """Those that lie beside the database, by name."""
    sources = {}
    for file in sorted((database.parent / "codecs").glob("*.js")):
        try:
            if file.stat().st_size > LARGEST_SOURCE:
                raise ValueError(f"it has more than {LARGEST_SOURCE} bytes")
            sources[file.stem] = file.read_text("utf-8")
        except (OSError, ValueError) as fault:
            log.warning("the codec %s is left out: %s", file, fault)
    return sources


def upload(
    connection: sqlite3.Connection, site: str, name: str, source: str, by: str, clock: Clock
) -> CodecVersion | Refusal:
    """Put a codec in force for the devices whose brand and model have `name` in them, or for one device."""
    name = name.strip()
    if (fault := _bad_name(name)) is not None:
        return fault
    found = looked_at(source)
    if isinstance(found, Refusal):
        return found
    if not found.decoder:
        said = "the codec has no function that decodes; expected decodeUplink(input)"
        return Refusal(said, "codec_decodes_nothing")
    return _put(connection, site, name, source, by, clock)


def looked_at(source: str) -> Functions | Refusal:
    """Which of the known functions a codec has, or why it cannot be run."""
    found = functions_of(source)
    return found if not isinstance(found, str) else Refusal(f"the codec {found}", "codec_not_run")


def take_back(
    connection: sqlite3.Connection, site: str, name: str, by: str, clock: Clock
) -> CodecVersion | Refusal:
    """No codec for this name any more; its versions stay and can be uploaded again."""
    if not any(version.name == name for version in store.in_force(connection, site)):
        return Refusal(f"there is no codec {name!r} in force", "no_codec")
    return _put(connection, site, name, "", by, clock)


def _put(
    connection: sqlite3.Connection, site: str, name: str, source: str, by: str, clock: Clock
) -> CodecVersion | Refusal:
    with transaction(connection):
        before = store.versions(connection, site)
        newest = next((v for v in before if squeezed(v.name) == squeezed(name)), None)
        if newest is not None:
            name = newest.name  # «Acme DS-1» and «acme ds1» are one name
            if newest.source == source:
                return Refusal(f"this is what is in force for {name!r} already", "codec_in_force")
        if len(before) >= VERSIONS_KEPT:
            return Refusal(f"there are {VERSIONS_KEPT} versions already; no more are kept", "many_codecs")
        version = store.add(connection, site, name, source, by, clock.now())
        detail = {"codec": name, "version": version.id, "characters": len(source)}
        what = "codec uploaded" if source else "codec taken back"
        audit.add(connection, site, version.uploaded_at, by, what, detail)
        return version


def _bad_name(name: str) -> Refusal | None:
    if not squeezed(name) or len(name) > LONGEST_NAME or not name.isprintable():
        return Refusal(
            f"{name[:40]!r} is no name of a model; expected a part of brand and model, or a device's address",
            "codec_name",
        )
    return None


def tried(source: str, model: str, port: int, payload: bytes) -> Trial:
    """What a codec makes of an example, and what the hub would make of that for a device of this model."""
    data = run(source, port, payload)
    if isinstance(data, str):
        return Trial(None, {}, why_not=f"the codec {data}")
    errors: list[str] = []
    values = meaning_of_object(data, model, errors)
    return Trial(data, values, tuple(errors))


def payload_of(text: str) -> bytes | Refusal:
    """An example as people copy it: hexadecimal digits (with or without spaces, `0x`, `:`) or base64."""
    bare = "".join(text.split())
    digits = bare.replace("0x", "").replace(":", "").replace("-", "").replace(",", "")
    try:
        payload = bytes.fromhex(digits)
    except ValueError:
        try:
            payload = base64.b64decode(bare, validate=True)
        except (binascii.Error, ValueError):
            return Refusal("the example is neither hexadecimal digits nor base64", "example_unreadable")
    if not 0 < len(payload) <= LARGEST_UPLINK:
        return Refusal(
            f"the example has {len(payload)} bytes; expected 1 to {LARGEST_UPLINK}", "example_length"
        )
    return payload
