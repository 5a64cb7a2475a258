"""The watchman's own two files: how the parts stand, for the pages and the hub to read, and whom it would
tell, for itself.

Writing the first every few seconds, down to the disk, is also how it knows that the disk takes what is
written.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import msgspec

from rules.language import Language
from rules.watch import AllClear, Part, Standing

STATE, PEOPLE = "watch.json", "watch-people.json"


class State(msgspec.Struct, frozen=True):
    """`at`: when it last looked. `all_clear`: as long as somebody has not taken it."""

    site: str
    at: datetime
    parts: dict[Part, Standing]
    all_clear: AllClear | None = None


class Reachable(msgspec.Struct, frozen=True):
    """Somebody who may be told, and when they are on duty. `function`: of a shift, or the role of somebody
    whom the site names without one.
    """

    person: str
    function: str
    language: Language
    way: str
    address: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def write(folder: Path, state: State) -> None:
    """Raises OSError where the disk does not take it."""
    _write(folder / STATE, msgspec.json.encode(state), 0o644)


def read(folder: Path) -> State | None:
    """None where there was never a watchman, or where its word cannot be read."""
    try:
        return msgspec.json.decode((folder / STATE).read_bytes(), type=State)
    except (OSError, msgspec.DecodeError):
        return None


def write_people(folder: Path, people: list[Reachable]) -> None:
    """Addresses of people: only for whoever runs Vaka."""
    _write(folder / PEOPLE, msgspec.json.encode(people), 0o600)


def read_people(folder: Path) -> list[Reachable]:
    try:
        return msgspec.json.decode((folder / PEOPLE).read_bytes(), type=list[Reachable])
    except (OSError, msgspec.DecodeError):
        return []


def _write(file: Path, data: bytes, mode: int) -> None:
    """Whole or not at all: who reads beside it never sees half."""
    beside = file.with_suffix(".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        os.write(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    beside.replace(file)
