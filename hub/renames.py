"""What devices are called: after a rename at the gateway the site file follows, so that nothing becomes
unknown.

A rename that was asked for here is followed by itself; one that somebody did in the gateway's own pages is
noticed by the device's own address, and offered.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

import msgspec

from devices.asking import Rename
from hub.clock import Clock
from hub.site.change import Changed, Conflict, change_site
from hub.site.edits import Refused, ReplaceDevice
from hub.store import gateway_news
from hub.store import gateway_requests as store
from hub.store.db import transaction
from hub.store.gateway_requests import GatewayRequest
from rules.building import Device, Site
from rules.pause import Refusal


class Renamed(NamedTuple):
    """A device of the site whose gateway calls it something else now."""

    device: str
    gateway: str
    was: str
    now: str


def under_way(connection: sqlite3.Connection, site: str) -> list[tuple[str, str, str]]:
    """(gateway, name until now, name from now on) where the site file does not have the new one yet."""
    return [
        (request.gateway, request.ask.device, request.ask.to)
        for request in store.unfollowed(connection, site)
        if isinstance(request.ask, Rename)
    ]


def follow(connection: sqlite3.Connection, site: Site, clock: Clock) -> list[Changed | Refused | Conflict]:
    """Put the new names of what was renamed on somebody's wish into the site file, in that person's name."""
    outcomes = []
    for request in store.unfollowed(connection, site.site):
        if request.state != "done" or not isinstance(request.ask, Rename):
            continue
        device = _called(connection, site, request)
        if device is not None:
            edit = ReplaceDevice(device.id, request.ask.to)
            outcomes.append(change_site(connection, site.site, [edit], request.asked_by, clock))
        with transaction(connection):
            store.put(connection, msgspec.structs.replace(request, followed=True))
    return outcomes


def _called(connection: sqlite3.Connection, site: Site, request: GatewayRequest) -> Device | None:
    """The site's device that was renamed: by its old name, also where its own address was given."""
    assert isinstance(request.ask, Rename)
    asked = request.ask.device
    names = {asked} | {
        name
        for gateway, address, name in gateway_news.names(connection, site.site)
        if gateway == request.gateway and address == asked
    }
    return next(
        (d for d in site.devices if site.gateway_of(d) == request.gateway and (d.address or d.id) in names),
        None,
    )


def elsewhere(connection: sqlite3.Connection, site: Site) -> list[Renamed]:
    """Devices that somebody has renamed at the gateway: nobody has their old name, and who had it is known by
    its own address.
    """
    newest: dict[tuple[str, str], str] = {}
    bearers: dict[tuple[str, str], str] = {}
    for gateway, address, name in gateway_news.names(connection, site.site):
        newest[gateway, address] = name
        bearers[gateway, name] = address
    in_use = {(gateway, name) for (gateway, _), name in newest.items()}
    found = []
    for device in site.devices:
        gateway, name = site.gateway_of(device), device.address or device.id
        bearer = bearers.get((gateway, name))
        if bearer is not None and (gateway, name) not in in_use:
            found.append(Renamed(device.id, gateway, name, newest[gateway, bearer]))
    return found


def accept(
    connection: sqlite3.Connection, site: Site, device: str, by: str, clock: Clock, seen: int | None = None
) -> Changed | Refused | Conflict | Refusal:
    """Take over the name that somebody gave a device at its gateway."""
    renamed = next((r for r in elsewhere(connection, site) if r.device == device), None)
    if renamed is None:
        return Refusal(
            f"{device!r} was not renamed at its gateway, or the site has its new name already", "not_renamed"
        )
    return change_site(connection, site.site, [ReplaceDevice(device, renamed.now)], by, clock, seen)
