"""How far a message to somebody has come, as a ladder of receipts: queued, sent, delivered, seen, accepted.
After that the alert itself tells: on the way, arrived, closed.

Here: which receipt may follow which, as a table. Not here: where receipts come from (hub/ways, the pages, the
desk), nor storing them (hub/store/receipts.py).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, NamedTuple, get_args

import msgspec

Receipt = Literal["sent", "delivered", "seen", "accepted"]
"""Sent: the way out took it. Delivered: the way says that it reached the phone; many ways never tell. Seen:
they opened the alert, or a board with it. Accepted: they took the alert.
"""
RECEIPTS: tuple[Receipt, ...] = get_args(Receipt)
Rung = Literal["queued", "sent", "delivered", "seen", "accepted"]

TELL_OF_DELIVERY: frozenset[str] = frozenset({"webpush"})
"""The ways that say when a message has arrived. Of others `sent` is all there is to know: handed over."""

FOLLOWS: dict[tuple[Rung, Receipt], Rung] = {
    ("queued", "sent"): "sent",
    ("queued", "delivered"): "delivered",  # the phone told before the hub had marked it: so it was sent
    ("queued", "seen"): "seen",  # on the board, before the message went out
    ("queued", "accepted"): "accepted",
    ("sent", "delivered"): "delivered",
    ("sent", "seen"): "seen",
    ("sent", "accepted"): "accepted",
    ("delivered", "seen"): "seen",
    ("delivered", "accepted"): "accepted",
    ("seen", "sent"): "seen",  # late: it fills its place and moves nothing
    ("seen", "delivered"): "seen",
    ("seen", "accepted"): "accepted",
    ("accepted", "sent"): "accepted",
    ("accepted", "delivered"): "accepted",
    ("accepted", "seen"): "accepted",
}
"""Where a new receipt leads. What is not in it was noted before: it changes nothing."""

PROVES: dict[Receipt, tuple[Receipt, ...]] = {
    "sent": (),
    "delivered": ("sent",),
    "seen": (),
    "accepted": ("seen",),
}
"""What must have been, where it was not noted: nothing is delivered that was not sent, and nobody takes an
alert unseen. Seen proves nothing of the way: they may have seen it on the board.
"""


GOOD_FOR = timedelta(hours=24)
"""[default] What a phone says of a message later than this is taken for old. A push service keeps one for
4 h; what is still open then was called again.
"""
AFTER_THE_END = timedelta(hours=1)
"""[default] So long after an alert was closed a phone that was off may still say that its call came."""
TooLate = Literal["too_old", "closed_before"]


def too_late(sent_at: datetime, closed_at: datetime | None, now: datetime) -> TooLate | None:
    """Why what a phone says of a message counts for nothing any more. None: it counts."""
    if not sent_at - timedelta(minutes=5) <= now <= sent_at + GOOD_FOR:
        return "too_old"
    return "closed_before" if closed_at is not None and now > closed_at + AFTER_THE_END else None


class Ladder(msgspec.Struct, frozen=True):
    """When each receipt came; None: not yet, or the way does not tell."""

    sent: datetime | None = None
    delivered: datetime | None = None
    seen: datetime | None = None
    accepted: datetime | None = None

    @property
    def rung(self) -> Rung:
        """The furthest."""
        return next((r for r in reversed(RECEIPTS) if getattr(self, r) is not None), "queued")


class Noted(NamedTuple):
    """The ladder with a receipt in it, and what that was: `further`, `late` (something further was known
    already) or `known` (it changes nothing).
    """

    ladder: Ladder
    reason: Literal["further", "late", "known"]


def noted(ladder: Ladder, receipt: Receipt, at: datetime) -> Noted:
    """A receipt in whatever order and however often it comes: the first of a kind counts."""
    if getattr(ladder, receipt) is not None:
        return Noted(ladder, "known")
    before = ladder.rung
    # A receipt that something further proves is no news (delivered, then sent): FOLLOWS has no line for it.
    if (before, receipt) not in FOLLOWS:
        return Noted(ladder, "known")
    missing = [r for r in PROVES[receipt] if getattr(ladder, r) is None]
    after = msgspec.structs.replace(ladder, **dict.fromkeys((*missing, receipt), at))
    return Noted(after, "further" if after.rung != before else "late")
