"""Which devices only got another name: they are reached as before. Whether a page, list, call or file said so
does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hub.site.edits import PartDiff
from rules.building import NATIVE, Site

Way = tuple[str, str]
"""A gateway and the address there."""


def renamed(before: Mapping[str, Way], after: Mapping[str, Way]) -> dict[str, str]:
    """Name until now → name from now on, also where one takes the name that another gives up, or two change
    theirs. Who had a name and is not here any more gives it to nobody: there a device was replaced.
    """
    holder = {way: name for name, way in after.items()}
    found = {was: now for was, way in before.items() if (now := holder.get(way, was)) != was}
    while kept := [was for was, now in found.items() if now in before and now not in found]:
        for was in kept:
            del found[was]
    return found


def renamed_by(changes: Iterable[PartDiff], site: Site) -> dict[str, str]:
    """The same from what was changed: whatever stayed as it was got no other name."""
    devices = [change for change in changes if change.section == "devices"]
    first = site.gateways[0].id if site.gateways else NATIVE

    def way(id: str, value: Mapping[str, str]) -> Way:
        return value.get("gateway") or first, value.get("address") or id

    return renamed(
        {c.id: way(c.id, c.before) for c in devices if c.before is not None},
        {c.id: way(c.id, c.after) for c in devices if c.after is not None},
    )
