"""What devices were called before, as the record of the site's changes has it. What goes along with another
name: hub/device_names.py.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

from hub.store import site_changes
from hub.store.site_changes import SiteChange
from rules.building import NATIVE, Site


def name_now(connection: sqlite3.Connection, site: Site, name: str) -> str:
    """What the device is called now that had this name last; the same where it got no other one."""
    here, version = {d.id for d in site.devices}, 0
    while name not in here:
        changes = site_changes.of_part(connection, site.site, "devices", name, version)
        renamed_to = _other_name(connection, site, changes[-1]) if changes and not changes[-1].after else None
        if renamed_to is None:
            break
        version, name = renamed_to.version, renamed_to.id
    return name


def changes_of(
    connection: sqlite3.Connection, site: Site, device: str, up_to: int | None = None
) -> list[SiteChange]:
    """What was changed of a device, in order, also under the names that it had before. `up_to`: a version."""
    changes = site_changes.of_part(connection, site.site, "devices", device)
    found = [change for change in changes if up_to is None or change.version <= up_to]
    came = next((change for change in reversed(found) if change.before is None), None)
    had = _other_name(connection, site, came) if came is not None else None
    earlier = changes_of(connection, site, had.id, had.version) if had is not None else []
    return sorted([*earlier, *found], key=lambda change: change.version)


def bearers(connection: sqlite3.Connection, site: Site, name: str) -> list[tuple[datetime, str]]:
    """Who had a name, in order, by what they are called now: each until it left or got another one. Who had
    it after the last of them has it still.
    """
    found = []
    for left in site_changes.of_part(connection, site.site, "devices", name):
        if left.after is None:
            other = _other_name(connection, site, left)
            later = _name_after(connection, site, other.id, other.version) if other is not None else name
            found.append((left.at, later))
    return found


def _name_after(connection: sqlite3.Connection, site: Site, name: str, version: int) -> str:
    """What a device is called now that had this name after a version."""
    changes = site_changes.of_part(connection, site.site, "devices", name, version)
    left = next((change for change in changes if change.after is None), None)
    other = _other_name(connection, site, left) if left is not None else None
    return name if other is None else _name_after(connection, site, other.id, other.version)


def _other_name(connection: sqlite3.Connection, site: Site, change: SiteChange) -> SiteChange | None:
    """Where a device left, or came, only to get another name: what the same version says of the other one."""
    beside = site_changes.of_version(connection, site.site, "devices", change.version)
    left = change.after is None
    others = [c for c in beside if (c.before is None, c.after is None) == (left, not left)]
    return next((c for c in others if _said_way(site, c) == _said_way(site, change)), None)


def _said_way(site: Site, change: SiteChange) -> tuple[str, str]:
    first, said = site.gateways[0].id if site.gateways else NATIVE, change.before or change.after or {}
    return said.get("gateway") or first, said.get("address") or change.id
