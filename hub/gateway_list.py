"""The devices of a gateway, as it listed them last."""

from __future__ import annotations

import sqlite3

from devices.asking import Listed, Named
from devices.decode import Decoder
from hub.store import announcements
from rules.building import Gateway


def gateway_devices(connection: sqlite3.Connection, site: str, gateway: Gateway) -> list[Named]:
    """By name. Empty where it has listed none yet, or is of a kind that lists none."""
    message = announcements.one(connection, site, f"{gateway.topic}/bridge/devices")
    said = Decoder([gateway.way_in]).decode(message).talk if message is not None else None
    return sorted(said.devices, key=lambda d: d.name.casefold()) if isinstance(said, Listed) else []
