"""What hangs on a device's name. It goes along where the device is given another name, and ends where the
device leaves the site: whoever places a device under a name finds nothing that somebody else left there. What
hangs on its place ends where it is moved to another room.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

from hub import pauses, walk_test
from hub.site.renamed import renamed as by_ways
from hub.store import (
    alert_sensors,
    alerts,
    audit,
    device_health,
    faults,
    floor_plans,
    placements,
    rule_states,
    silences,
    walk_tests,
)
from hub.store import pauses as kept_pauses
from rules.building import Device, Site

_KEPT_BY_NAME = (
    kept_pauses, walk_tests, placements, faults, device_health, floor_plans, rule_states, alerts,
    alert_sensors, silences
)  # fmt: skip


def renamed(before: Site, after: Site) -> dict[str, str]:
    """Name until now → name from now on, of each device that only got another one."""
    return by_ways(*({d.id: _way(site, d) for d in site.devices} for site in (before, after)))


def moved(before: Site, after: Site) -> dict[str, str]:
    """Name until now → name from now on, of each device that goes on in another room."""
    names, rooms = renamed(before, after), {d.id: d.room for d in after.devices}
    here = {d.id: names.get(d.id, d.id) for d in before.devices}
    return {d.id: here[d.id] for d in before.devices if rooms.get(here[d.id], d.room) != d.room}


def follow(
    connection: sqlite3.Connection, before: Site | None, after: Site, at: datetime, by: str | None
) -> None:
    """What a site that comes into force means for all that hangs on names. `before`: None where it can no
    longer be read. The caller holds the transaction.
    """
    site, here = after.site, {d.id for d in after.devices}
    names = renamed(before, after) if before is not None else {}
    had = {d.id for d in before.devices} if before is not None else here
    goes_on = (had & here) | names.keys()
    for test in walk_tests.running(connection, site):
        if test.device not in goes_on:
            over = test.ends_at <= at
            walk_test.end(connection, test, min(at, test.ends_at), None if over else by)
    pauses.end_of_devices(connection, after, goes_on, at, by)
    for was, now in _one_at_a_time(names):
        for kept in _KEPT_BY_NAME:
            kept.rename_device(connection, site, was, now)
    for was, now in names.items():
        audit.add(connection, site, at, by, "device renamed", {"device": now, "was": was})
    for device in (had | here) - goes_on - {*names.values()}:  # what left, and what a name had before
        floor_plans.forget_device(connection, site, device)
    for device in moved(before, after).values() if before is not None else ():
        floor_plans.forget_device(connection, site, device)
    pauses.go_with_devices(connection, after, at)


def _one_at_a_time(names: dict[str, str]) -> list[tuple[str, str]]:
    """In an order in which each name is free when it is taken; of two that change theirs one waits under a
    name that no device can have.
    """
    left, found = dict(names), list[tuple[str, str]]()
    while left:
        was = next((one for one, now in left.items() if now not in left), None)
        if was is None:
            was, now = next(iter(left.items()))
            aside = f"{was}\n"
            found.append((was, aside))
            left = {aside: now} | {one: to for one, to in left.items() if one != was}
        else:
            found.append((was, left.pop(was)))
    return found


def _way(site: Site, device: Device) -> tuple[str, str]:
    return site.gateway_of(device), device.address or device.id
