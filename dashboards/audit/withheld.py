"""What an entry of the audit trail says of others than the reader's own is withheld, and said to be: who did
what, when, and of whom by pseudonym stays. The trail itself has all of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import unquote

import msgspec

from dashboards.access import may
from dashboards.technician.devices import is_topic_of_others, may_be_asked
from dashboards.visit import Visit
from devices.asking import Ask
from hub.store import site_changes
from hub.store.audit import Entry
from rules.building import Site

Why = Literal["other_unit", "about_residents"]
"""Of a unit that is not theirs; or of residents' lives, where they may not read of those."""
PSEUDONYMS = frozenset({"resident", "residents", "alerts", "relative", "erased", "stood_at"})
OF_LIVES = frozenset({"reason", "note", "opinion", "trend", "categories", "given_by", "how", "shown"})
"""What somebody wrote or said of a resident, or why they did something about one."""
OF_THE_HOUSE = frozenset(
    {"signed in", "sign-in refused", "device ignored", "device removed", "quarantine cleared"}
)
"""Entries whose reason, or how, is of devices and passwords."""
_OF_A_PART = {"resident": "residents", "room": "rooms", "device": "devices", "was": "devices"}
_IN_A_PATH = re.compile(r"/(rooms|devices)/([^/?]+)")


def without_others(visit: Visit, entry: Entry) -> tuple[Entry, Why | None]:
    """The entry as this person may read it, and why something of it is missing."""
    shown: dict[str, Any] = entry.detail
    if visit.access.units is not None:
        shown = _of_their_units(visit, shown)
    if shown != entry.detail:
        return msgspec.structs.replace(entry, detail=shown), "other_unit"
    if not _reads_of_lives(visit) and entry.what not in OF_THE_HOUSE:
        shown = {name: value for name, value in shown.items() if name not in OF_LIVES or not value}
    if shown != entry.detail:
        return msgspec.structs.replace(entry, detail=shown), "about_residents"
    return entry, None


def _reads_of_lives(visit: Visit) -> bool:
    """As leaders and privacy officers do; a program with what it was given."""
    return may(visit.person, "see residents") or may(visit.person, "see residents' logs")


def _of_their_units(visit: Visit, detail: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in detail.items() if name not in ("page", "parts")}
    if any(_is_of_others(visit, name, value, detail) for name, value in kept.items()):
        kept = {name: value for name, value in kept.items() if name in PSEUDONYMS}
    if "page" in detail and not _leads_to_others(visit, str(detail["page"])):
        kept["page"] = detail["page"]
    if "parts" in detail:
        kept["parts"] = [part for part in detail["parts"] if not _is_part_of_others(visit, str(part))]
    return {name: kept[name] for name in detail if name in kept}


def _is_of_others(visit: Visit, name: str, value: Any, detail: Mapping[str, Any]) -> bool:
    if not value or (name == "device" and "phone" in detail):  # a phone is called by its maker
        return False
    if name in _OF_A_PART:
        return not _sees(visit, _OF_A_PART[name], str(value))
    if name == "residents":
        return not any(_sees(visit, name, str(one)) for one in value)
    if name == "unit":
        return not visit.access.sees_unit(str(value))
    if name == "units":
        return not any(visit.access.sees_unit(str(one)) for one in value)
    if name == "topic":
        return is_topic_of_others(visit, str(value))
    if name == "key":  # of a look-up that somebody reviewed, before it was written down where
        return "units" not in detail
    return name == "ask" and not _could_ask(visit, str(detail.get("gateway")), value)


def _could_ask(visit: Visit, gateway: str, ask: Any) -> bool:
    known = next((one for one in visit.house.site.gateways if one.id == gateway), None)
    try:
        return known is not None and may_be_asked(visit, known, msgspec.convert(ask, Ask))
    except msgspec.ValidationError:  # what could be asked for once
        return False


def _leads_to_others(visit: Visit, path: str) -> bool:
    """To a room or a device, wherever its name stands in the address."""
    named = {(section, unquote(id)) for section, id in _IN_A_PATH.findall(path)}
    site, steps = visit.house.site, {unquote(step) for step in path.split("/")}
    named |= {("rooms", room.id) for room in site.rooms if room.id in steps}
    named |= {("devices", device.id) for device in site.devices if device.id in steps}
    return not all(_sees(visit, section, id) for section, id in named)


def _is_part_of_others(visit: Visit, part: str) -> bool:
    section, _, id = part.partition(" ")
    return section in ("rooms", "devices") and not _sees(visit, section, id)


def _sees(visit: Visit, section: str, id: str) -> bool:
    """Also what is there no more, by where it was last. What never had a place is for who has the house."""
    unit = _unit_of(visit, section, id)
    return unit is not None and visit.access.sees_unit(unit)


def _unit_of(visit: Visit, section: str, id: str) -> str | None:
    said = _in_force(visit.house.site, section, id)
    if said is None:
        changes = site_changes.of_part(visit.connection, visit.house.site.site, section, id)
        said = changes[-1].before if changes else None
    if said is None:
        return None
    return str(said["unit"]) if section == "rooms" else _unit_of(visit, "rooms", str(said["room"]))


def _in_force(site: Site, section: str, id: str) -> Mapping[str, Any] | None:
    if section == "rooms":
        return next(({"unit": one.unit} for one in site.rooms if one.id == id), None)
    parts = site.residents if section == "residents" else site.devices
    return next(({"room": one.room} for one in parts if one.id == id), None)
