"""What other programs can be told as it happens, and who is told of what. Nobody is named in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, get_args

import msgspec

EventType = Literal[
    "alert.opened",
    "alert.changed",
    "alert.closed",
    "device.fault",
    "protection.lost",
    "protection.degraded",
    "protection.restored",
]
EVENTS: tuple[EventType, ...] = get_args(EventType)
PING = "ping"
"""A test: whoever asked for it wants to see that it comes."""
STOPPED_AFTER = timedelta(days=3)
"""[default] An address that has taken nothing for so long is written to no more, and its administrators are
told.
"""


class Subscription(msgspec.Struct, frozen=True):
    """One program's address. `residents`: also what is about residents. `turn`: which of its secrets."""

    site: str
    integration: str
    address: str
    events: tuple[EventType, ...]
    residents: bool
    turn: int
    created_by: str
    created_at: datetime
    failing_since: datetime | None = None
    stopped_at: datetime | None = None

    def wants(self, type: EventType, about_residents: bool) -> bool:
        return self.stopped_at is None and type in self.events and (self.residents or not about_residents)


def is_to_be_stopped(subscription: Subscription, now: datetime) -> bool:
    since = subscription.failing_since
    return subscription.stopped_at is None and since is not None and now - since >= STOPPED_AFTER
