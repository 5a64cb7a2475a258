"""What devices were called before, as the record of the site's changes has it. What goes along with another
name: hub/device_names.py.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

from hub.site.edits import PartDiff
from hub.site.renamed import renamed_by
from hub.store import site_changes
from hub.store.site_changes import SiteChange
from rules.building import Site


def name_now(connection: sqlite3.Connection, site: Site, name: str) -> str:
    """What the device is called now that had this name last; the same where it got no other one."""
    here, version = {d.id for d in site.devices}, 0
    while name not in here:
        changes = site_changes.of_part(connection, site.site, "devices", name, version)
        now = _names(connection, site, changes[-1].version).get(name) if changes else None
        if now is None:
            break
        version, name = changes[-1].version, now
    return name


def changes_of(
    connection: sqlite3.Connection, site: Site, device: str, up_to: int | None = None
) -> list[SiteChange]:
    """What was changed of a device, in order, also under the names that it had before. `up_to`: a version."""
    changes = site_changes.of_part(connection, site.site, "devices", device)
    found = [change for change in changes if up_to is None or change.version <= up_to]
    for n, change in reversed(list(enumerate(found))):
        for was, now in _names(connection, site, change.version).items():
            if now == device:
                earlier = changes_of(connection, site, was, change.version - 1)
                left = site_changes.of_part(connection, site.site, "devices", was, change.version - 1)[:1]
                return [*earlier, *left, *found[n:]]
        if change.before is None:
            break
    return found


def bearers(connection: sqlite3.Connection, site: Site, name: str) -> list[tuple[datetime, str]]:
    """Who had a name, in order, by what they are called now: each until it left or got another one. Who had
    it after the last of them has it still.
    """
    found = []
    for change in site_changes.of_part(connection, site.site, "devices", name):
        now = _names(connection, site, change.version).get(name)
        if now is not None:
            found.append((change.at, _name_after(connection, site, now, change.version)))
        elif change.after is None:
            found.append((change.at, name))
    return found


def _name_after(connection: sqlite3.Connection, site: Site, name: str, version: int) -> str:
    """What a device is called now that had this name after a version."""
    for change in site_changes.of_part(connection, site.site, "devices", name, version):
        now = _names(connection, site, change.version).get(name)
        if now is not None:
            return _name_after(connection, site, now, change.version)
        if change.after is None:
            break
    return name


def _names(connection: sqlite3.Connection, site: Site, version: int) -> dict[str, str]:
    """Name until then → name from then on, of those to which a version gave another one."""
    changes = site_changes.of_version(connection, site.site, "devices", version)
    return renamed_by((PartDiff(c.section, c.id, c.before, c.after) for c in changes), site)
