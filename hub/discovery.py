"""Devices that were heard, or announced by their gateway, and stand nowhere in the site: what a technician
may place.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

import msgspec

from devices.description import Description, described
from devices.labels import Label, is_the_one, names_of
from hub.registry import device_ids
from hub.store import announcements, audit, devices, ignored_devices
from hub.store.db import transaction
from hub.store.devices import Newest
from hub.store.ignored_devices import Ignored
from rules.building import Site
from rules.proof import is_virtual

AWAY_AFTER = timedelta(days=1)
"""[default] Who was not heard for so long is probably not the one in the technician's hand."""


class Discovered(msgspec.Struct, frozen=True):
    """A device that the site does not name. `last_heard_at`: None where its gateway has announced it and it
    has not spoken yet. `names`: all that it goes by, for comparison with a label.
    """

    gateway: str
    address: str
    first_heard_at: datetime | None
    last_heard_at: datetime | None
    latest: Newest
    description: Description
    names: frozenset[str]
    ignored: Ignored | None

    def is_here(self, now: datetime) -> bool:
        return self.last_heard_at is not None and now - self.last_heard_at < AWAY_AFTER


Descriptions = dict[tuple[str, str], Description]


def descriptions(connection: sqlite3.Connection, site: Site) -> Descriptions:
    """What gateways have announced of their devices, by (gateway, address)."""
    topics = sorted(((f"{g.topic}/", g.id) for g in site.gateways), key=lambda pair: -len(pair[0]))
    found: Descriptions = {}
    for message in announcements.everything(connection, site.site):
        gateway = next((id for topic, id in topics if message.topic.startswith(topic)), None)
        if gateway is not None:
            for description in described(message.topic, message.payload):
                device = (gateway, description.address)
                before = found.get(device)
                found[device] = before.with_the_rest_from(description) if before else description
    return found


def describe(known: Descriptions, gateway: str, address: str) -> Description:
    """What is known of a device; of one channel of a device, what is known of the device."""
    whole = address.partition("/")[0]
    return known.get((gateway, address)) or known.get((gateway, whole)) or Description(address)


def discovered(connection: sqlite3.Connection, site: Site) -> list[Discovered]:
    """Who spoke for the first time last comes first, whoever has not spoken yet at the end."""
    placed = device_ids(site)
    known = descriptions(connection, site)
    ignored = ignored_devices.everything(connection, site.site)
    heard = {(d.gateway, d.address): d for d in devices.heard(connection, site.site)}
    found = []
    for gateway, address in dict.fromkeys((*heard, *known)):
        if (gateway, address) in placed or is_virtual(gateway, address):
            continue
        spoke = heard.get((gateway, address))
        description = describe(known, gateway, address)
        found.append(
            Discovered(
                gateway,
                address,
                spoke.first_heard_at if spoke is not None else None,
                spoke.last_heard_at if spoke is not None else None,
                spoke.latest if spoke is not None else {},
                description,
                names_of(address, *description.names),
                ignored.get((gateway, address)),
            )
        )
    return sorted(found, key=_newest_first)


def _newest_first(device: Discovered) -> tuple[float, str]:
    first = device.first_heard_at
    return (-first.timestamp() if first is not None else 0, device.address)


def waiting(found: list[Discovered], now: datetime) -> list[Discovered]:
    """Those that somebody should look at: heard within the day, and nobody said that they are not ours."""
    return [device for device in found if device.ignored is None and device.is_here(now)]


def named_by(label: Label, found: list[Discovered]) -> list[Discovered]:
    """The devices that a label may stand on."""
    return [device for device in found if is_the_one(label, device.names)]


def placed_by(connection: sqlite3.Connection, label: Label, site: Site) -> list[str]:
    """Ids of devices of the site that a label may stand on: it has its place already."""
    known = descriptions(connection, site)
    found = []
    for (gateway, address), id in device_ids(site).items():
        if is_the_one(label, names_of(address, *describe(known, gateway, address).names)):
            found.append(id)
    return list(dict.fromkeys(found))


def ignore(
    connection: sqlite3.Connection, site: str, gateway: str, address: str, reason: str, at: datetime, by: str
) -> None:
    """Nobody is asked to place it any more; what it says is still kept."""
    with transaction(connection):
        ignored_devices.put(connection, site, gateway, address, reason, at, by)
        detail = {"gateway": gateway, "address": address, "reason": reason}
        audit.add(connection, site, at, by, "device ignored", detail)


def take_back(
    connection: sqlite3.Connection, site: str, gateway: str, address: str, at: datetime, by: str
) -> bool:
    """Whether it was ignored."""
    with transaction(connection):
        was = ignored_devices.remove(connection, site, gateway, address)
        if was:
            detail = {"gateway": gateway, "address": address}
            audit.add(connection, site, at, by, "device taken back", detail)
    return was
