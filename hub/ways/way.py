"""What every way out can do, and what may come of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import msgspec

from hub.store.summonses import Summons
from rules.wording.summons import body_of_several

TIMEOUT = 10.0
"""Seconds that one message may take: a way that hangs must not hold up the next."""


class Failed(NamedTuple):
    """Why a message did not go out. `for_good`: trying again leads nowhere (no such address, refused).
    `gone`: the address itself is no more, and is forgotten. `after`: the other side asks to be left alone for
    so long. `refused_us`: it is not this message that is refused, but whoever comes from here;
    `refused_address`: nor is it that, but the address, whoever writes to it.
    """

    why: str
    for_good: bool
    gone: bool = False
    after: timedelta | None = None
    refused_us: bool = False
    refused_address: bool = False


class Inline(msgspec.Struct, frozen=True):
    """A picture within a letter: `name` is what the letter calls it by, `cid:name`."""

    name: str
    png: bytes


class Message(msgspec.Struct, frozen=True):
    """What goes out to one person at one address: one summons, or several as one.

    `id`: the same for each repetition, so that whoever gets it twice can tell; `summonses` are the rows it
    stands for (hub/store/receipts.py notes what comes of them). `urgent`: high. `at`: when it was put in. The
    words may stand on a lock screen: they name no person. `html`, `pictures`: the same as a letter with
    pictures, for ways that can; `body` says all of it too. `proof`: a test of the alerting, without a sound.
    """

    id: str
    site: str
    person: str
    address: str
    urgent: bool
    subject: str
    body: str
    at: datetime
    alerts: tuple[int, ...]
    summonses: tuple[int, ...]
    html: str = ""
    pictures: tuple[Inline, ...] = ()
    proof: bool = False


class Way(Protocol):
    """Sends one message, within `TIMEOUT`. Returns None where the other side took it. Never raises for what
    the other side does. Several are sent at once, from threads of their own.
    """

    @property
    def name(self) -> str: ...

    def send(self, message: Message) -> Failed | None: ...


class NotConfigured:
    """In place of a way that this installation does not have: whoever has only that is not reached, which
    shows; others are by their next.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def send(self, _: Message) -> Failed | None:
        return Failed(f"{self.name} is not set up on this hub", for_good=True)


def message_of(first: Summons, others: Sequence[Summons] = (), subject: str = "") -> Message:
    """One summons as a message; with `others`, all of them as one, whose subject is given and whose body
    names each alert once, as it was told of last.
    """
    every = (first, *others)
    newest = {one.alert: one.subject for one in every}
    several = len(newest) > 1
    lines = "".join(f"{subject}\n" for subject in newest.values()) if several else ""
    return Message(
        id=f"vaka-{first.site}-{first.bundle or first.id}",
        site=first.site,
        person=first.person,
        address=first.address,
        urgent=first.urgent,
        subject=subject or first.subject,
        body=lines + (body_of_several(first.body) if several else first.body),
        at=first.created_at,
        alerts=tuple(dict.fromkeys(one.alert for one in every)),
        summonses=tuple(one.id for one in every),
        proof=first.proof,
    )
