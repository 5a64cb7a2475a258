"""One MQTT message as it came in, before anybody has an opinion about it."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Message(msgspec.Struct, frozen=True, gc=False):
    """Topic and payload as received; `received_at` is aware UTC by the hub's clock.

    `retained`: the broker kept it from earlier. `redelivered`: the broker says it has sent this one before
    (DUP). `mid` is the packet identifier, 0 at QoS 0.
    """

    topic: str
    payload: bytes
    received_at: datetime
    retained: bool = False
    redelivered: bool = False
    mid: int = 0
