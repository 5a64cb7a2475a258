"""Changing the site in force: an edit becomes a new version of its document, or nothing at all.

Two people may edit at once. Each says which version their form was read from; whoever comes second with the
same part is told what the other one did, and edits of different parts both go through. What takes time (the
text, the checks) is done before the transaction, which begins anew where somebody was quicker: readings never
wait for an edit.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from hub import device_names, password_links
from hub.clock import Clock
from hub.site import former, leaving
from hub.site.edits import Edit, Fault, Part, PartDiff, Refused, Would, differences, parts_of
from hub.site.file import SiteFile, read_held
from hub.site.outcome import carry_out
from hub.site.plan import Plan, plan
from hub.site.yaml_tree import read_tree
from hub.store import audit, placements, site_changes, sites
from hub.store.db import transaction
from hub.store.site_changes import SiteChange
from hub.store.sites import NoSiteError, SiteVersion

TRIES = 5
"""Before the whole of it is done within the transaction, where nobody can be quicker."""


class Changed(msgspec.Struct, frozen=True):
    """It is in force. `changes` is empty, and the version the old one, where it was so already."""

    version: int
    changes: tuple[PartDiff, ...]
    warnings: tuple[Fault, ...]
    """Those that this change brought: who would not be watched over, or not be told."""
    shifts: int = 0
    """How many to come nobody has now, because who had them was removed."""


class Conflict(msgspec.Struct, frozen=True):
    """Nothing was changed: somebody else changed the same parts since the form was read. `others`: who, when
    and what; the newest of each part.
    """

    others: tuple[SiteChange, ...]


class OthersNameError(Exception):
    """Somebody would come under the user name or the id of somebody else who left."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


def change_site(
    connection: sqlite3.Connection,
    site: str,
    edits: Sequence[Edit],
    by: str,
    clock: Clock,
    seen: int | None = None,
    exact: bool = False,
) -> Changed | Refused | Conflict:
    """Put edits in force, whole or not at all. `by`: a person's id. `seen`: the version that the form was
    read from; without it whatever is in force now is taken as known. `exact`: that somebody else made a part
    just so since then is a conflict too. Raises NoSiteError where there is no site.
    """
    for _ in range(TRIES):
        version = _newest(connection, site)
        outcome = _decide(connection, version, edits, seen, exact)
        if not isinstance(outcome, Would):
            return outcome
        with transaction(connection):
            if _newest(connection, site).id == version.id:
                return _put(connection, version, outcome, clock.now(), by)
    with transaction(connection):
        version = _newest(connection, site)
        outcome = _decide(connection, version, edits, seen, exact)
        return _put(connection, version, outcome, clock.now(), by) if isinstance(outcome, Would) else outcome


def try_edits(
    connection: sqlite3.Connection, site: str, edits: Sequence[Edit], seen: int | None = None
) -> Would | Refused | Conflict:
    """What `change_site` would come to now; nothing is changed."""
    return _decide(connection, _newest(connection, site), edits, seen)


def put_in_force(
    connection: sqlite3.Connection, file: SiteFile, at: datetime, by: str, what: str = "site changed"
) -> SiteVersion:
    """A further version of the site's document, with the record of what it changes. The caller holds the
    transaction. `what`: as the audit trail names it. Raises OthersNameError.
    """
    site = file.site.site
    before = sites.newest(connection, site)
    version = sites.add(connection, site, file.document, at, by)
    changes: tuple[PartDiff, ...] = ()
    if before is not None:
        held = read_held(before.document)
        old = held.content if isinstance(held, SiteFile) else read_tree(before.document).value or {}
        changes = differences(old, file.content)
        if taken := former.faults(connection, site, changes):
            raise OthersNameError(taken)
        for id in _removed(changes):
            leaving.shut(connection, site, id, by, at)
            leaving.end_links(connection, site, id, by, at)
        for id in _of_another_role(changes):
            password_links.forget(connection, site, id)
        site_changes.add(
            connection, site, version.id, [(c.section, c.id, c.before, c.after) for c in changes]
        )
        for other in former.other_names(changes):  # by pseudonym: their names, the record of changes has
            renamed = {"residents": [other.resident], "version": version.id}
            audit.add(connection, site, at, by, "resident renamed", renamed)
        if isinstance(held, SiteFile) and not placements.any_of(connection, site):
            placements.follow(connection, held.site, at, from_the_first=True)
        device_names.follow(connection, held.site if isinstance(held, SiteFile) else None, file.site, at, by)
    placements.follow(connection, file.site, at, from_the_first=before is None)
    detail = {"version": version.id, "parts": [f"{c.section} {c.id}" for c in changes]}
    audit.add(connection, site, at, by, what, detail)
    return version


def _put(
    connection: sqlite3.Connection, version: SiteVersion, would: Would, at: datetime, by: str
) -> Changed:
    if would.changes:
        version = put_in_force(connection, would.file, at, by)
    freed = (leaving.see_off(connection, version.site, id, by, at) for id in _removed(would.changes))
    return Changed(version.id, would.changes, would.warnings, sum(freed))


def _removed(changes: Sequence[PartDiff]) -> list[str]:
    return [one.id for one in changes if one.section == "people" and one.after is None]


def _of_another_role(changes: Sequence[PartDiff]) -> list[str]:
    """Who may do or see something else now: a password link from before would open more than it was made for,
    to whoever was shown it.
    """
    return [one.id for one in changes if one.section == "people" and _role(one.before) != _role(one.after)]


def _role(said: Mapping[str, Any] | None) -> tuple[str, frozenset[str]] | None:
    return (str(said.get("role")), frozenset(said.get("units") or ())) if said is not None else None


def _newest(connection: sqlite3.Connection, site: str) -> SiteVersion:
    version = sites.newest(connection, site)
    if version is None:
        raise NoSiteError(f"the site {site!r} was never imported; expected `vaka import FILE` first")
    return version


def _decide(
    connection: sqlite3.Connection,
    version: SiteVersion,
    edits: Sequence[Edit],
    seen: int | None,
    exact: bool = False,
) -> Would | Refused | Conflict:
    file = read_held(version.document)
    if not isinstance(file, SiteFile):
        problems = (Fault("", "", "", str(problem), "the file corrected and imported") for problem in file)
        return Refused(tuple(problems))
    if seen is not None and seen > version.id:
        return Refused((Fault("", "", "", f"there is no version {seen} yet", f"at most {version.id}"),))
    planned = plan(file, edits)
    if seen is not None and (others := _others(connection, file, planned, seen, exact)):
        return Conflict(others)
    would = carry_out(file, planned)
    if isinstance(would, Would) and (taken := former.faults(connection, file.site.site, would.changes)):
        return Refused(taken)
    return would


def _others(
    connection: sqlite3.Connection, file: SiteFile, planned: Plan, seen: int, exact: bool
) -> tuple[SiteChange, ...]:
    """What others made since then of the parts that are to be changed, or of who has their address."""
    now = parts_of(file.content)
    found: list[SiteChange] = []
    for part, wanted in planned.wanted.items():
        if exact or wanted != now.get(part):
            found += _since(connection, file, planned, part, seen)
        if part[0] == "devices" and wanted is not None:
            holder = _holder(file, part[1], wanted.get("gateway"), wanted.get("address") or part[1])
            if holder is not None and ("devices", holder) not in planned.wanted:
                found += _since(connection, file, planned, ("devices", holder), seen)
    return tuple(found)


def _since(
    connection: sqlite3.Connection, file: SiteFile, planned: Plan, part: Part, seen: int
) -> list[SiteChange]:
    """The newest change of a part, if what is to be changed of it is not as it was."""
    changes = site_changes.of_part(connection, file.site.site, *part, after=seen)
    differs = changes and planned.concerns(part, changes[0].before, changes[-1].after)
    return changes[-1:] if differs else []


def _holder(file: SiteFile, device: str, gateway: str | None, address: str) -> str | None:
    """Which other device of the site has an address."""
    first = file.site.gateways[0].id if file.site.gateways else None
    for other in file.site.devices:
        same = (other.gateway or first, other.address or other.id) == (gateway or first, address)
        if same and other.id != device:
            return other.id
    return None
