"""Many devices at once, from a list: what it would change, and changing it whole or not at all."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import msgspec

from hub.clock import Clock
from hub.site.change import Changed, Conflict, change_site, try_edits
from hub.site.device_list import DeviceList, edits_of, read_devices
from hub.site.edits import Edit, Fault, Refused, Would
from hub.site.errors import Problem
from hub.site.file import SiteFile, read_held
from hub.store import site_changes, sites

RENAMED = "an address of its own; where a device gets another name, the whole list, said to be the whole list"


class ListRefused(msgspec.Struct, frozen=True):
    """Nothing was changed; all that is wrong with the list, by line."""

    problems: tuple[Problem, ...]


def try_devices(
    connection: sqlite3.Connection, site: str, data: bytes, name: str, whole: bool, seen: int | None = None
) -> Would | ListRefused | Conflict:
    """What a list of devices would change now. `name`: what its problems call it; `whole`: devices that it
    does not name are removed; `seen`: the version that the list was made from, where that is known.
    """
    return _outcome(connection, site, data, name, whole, seen)[0]


def change_devices(
    connection: sqlite3.Connection,
    site: str,
    data: bytes,
    name: str,
    whole: bool,
    by: str,
    clock: Clock,
    seen: int | None = None,
    exact: bool = False,
) -> Changed | ListRefused | Conflict:
    """Put a list of devices in force. `by`: a person's id; `exact`: that somebody else did so since `seen` is
    a conflict too. Otherwise as `try_devices`.
    """
    outcome, edits, version = _outcome(connection, site, data, name, whole, seen)
    if not isinstance(outcome, Would):
        return outcome
    if exact and seen is not None and not edits:
        others = site_changes.of_section(connection, site, "devices", seen)
        named = {row.values["id"] for row in read_devices(data, name).rows}
        if theirs := tuple(other for other in others if whole or other.id in named):
            return Conflict(theirs)
    done = change_site(connection, site, edits, by, clock, seen if seen is not None else version, exact)
    if isinstance(done, Refused):  # somebody removed a room meanwhile
        devices = read_devices(data, name)
        return ListRefused(tuple(devices.problem(fault) for fault in done.problems))
    return done


def _outcome(
    connection: sqlite3.Connection, site: str, data: bytes, name: str, whole: bool, seen: int | None
) -> tuple[Would | ListRefused | Conflict, list[Edit], int]:
    version = sites.in_force(connection, site)
    file = read_held(version.document)
    if not isinstance(file, SiteFile):
        return ListRefused(tuple(file)), [], version.id
    devices = read_devices(data, name)
    edits = edits_of(file, devices, whole and not devices.problems)
    outcome = try_edits(connection, site, edits, seen)
    problems = list(devices.problems)
    if isinstance(outcome, Refused):
        problems += (_problem(file, devices, fault) for fault in outcome.problems)
    elif not problems:
        return outcome, edits, version.id
    return ListRefused(tuple(sorted(problems, key=lambda p: (p.line, str(p))))), edits, version.id


def _problem(file: SiteFile, devices: DeviceList, fault: Fault) -> Problem:
    """A new name at the address of a device that the list does not name: it was renamed in the list, and the
    old name was not said to go.
    """
    found = devices.problem(fault)
    row = next((row.values for row in devices.rows if row.values["id"] == fault.id), {})
    named = {row.values["id"] for row in devices.rows}
    left_out = [one for one in file.content.get("devices") or () if one["id"] not in named]
    renamed = fault.id not in {one["id"] for one in file.content.get("devices") or ()} and any(
        (row.get("address") or fault.id) == (one.get("address") or one["id"]) for one in left_out
    )
    return replace(found, expected=RENAMED) if fault.key == "address" and renamed else found
