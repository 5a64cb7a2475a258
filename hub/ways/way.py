"""What every way out can do, and what may come of it."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from hub.store.summonses import Summons

TIMEOUT = 10.0
"""Seconds that one message may take: a way that hangs must not hold up the next."""


class Failed(NamedTuple):
    """Why a message did not go out. `for_good`: trying again leads nowhere (no such address, refused)."""

    why: str
    for_good: bool


class Way(Protocol):
    """Sends one message, within `TIMEOUT`. Returns None where the other side took it. Never raises for what
    the other side does.
    """

    @property
    def name(self) -> str: ...

    def send(self, summons: Summons) -> Failed | None: ...


def message_id(summons: Summons) -> str:
    """The same for each repetition, so that whoever gets it twice can tell."""
    return f"vaka-{summons.site}-{summons.id}"
