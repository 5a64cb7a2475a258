"""The house as the pages know it: the site document in force, and the rules in force today."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache

from hub.site import former
from hub.site.file import SiteFile, read_held
from hub.store import integrations, placements, sites
from hub.store.placements import Placement
from hub.store.sites import NoSiteError
from rules.alert import Alert
from rules.building import Device, Person, Resident, Room, Site
from rules.catalogue import catalogue
from rules.rule import AnyRule, Text
from rules.rulebook import Rulebook, rulebook, settle


@dataclass(frozen=True)
class House:
    """`version` changes with every import. `programs`: what those are called that work here by a token.
    `former`: what those were called who work here no more. `placed`: where each name hung that ever hung
    otherwise.
    """

    version: int
    site: Site
    rules: Rulebook
    programs: Mapping[str, str] = field(default_factory=dict, hash=False)
    former: Mapping[str, str] = field(default_factory=dict, hash=False)
    placed: tuple[Placement, ...] = ()

    def site_of(self, alert: Alert) -> Site:
        """Of a closed alert: with its devices as they hung then. A name may be another device's by now."""
        if alert.state != "closed" or not self.placed:
            return self.site
        at, several = alert.raised_at, {one.device for one in self.placed}
        then = {p.device: p for p in self.placed if p.since <= at and (p.until is None or at < p.until)}
        devices = tuple(
            d if d.id not in several else _as_it_hung(d, then[d.id])
            for d in self.site.devices
            if d.id not in several or d.id in then
        )
        return self.site.model_copy(update={"devices": devices})

    def rule_of(self, alert: Alert) -> AnyRule | None:
        """None where neither the site nor the catalogue has the rule any more."""
        watch = self.rules.watches.get((alert.rule, alert.room))
        return watch.rule if watch is not None else self.rule_called(alert.rule)

    def rule_called(self, name: str) -> AnyRule | None:
        """As the site uses it, wherever that is; with the catalogue's values where the site does not."""
        use = next((use for use in self.site.rules if use.name == name), None)
        return settle(use, {}, catalogue()) if use is not None else catalogue().get(name)

    @property
    def rule_names(self) -> dict[str, Text]:
        """What the rules are called, by the name they are used under; also those that no sensor serves."""
        return {use.name: settle(use, {}, catalogue()).name for use in self.site.rules}

    def room_name(self, id: str) -> str:
        """What stands on the door."""
        room = self.room(id)
        return (room.name or room.id) if room is not None else id

    def person(self, id: str) -> Person | None:
        return next((p for p in self.site.people if p.id == id), None)

    def person_name(self, id: str | None) -> str:
        """Also a program's, where it was one that did something, and of who works here no more."""
        found, id = self.person(id or ""), id or ""
        return found.name if found is not None else self.programs.get(id) or self.former.get(id, id)

    @property
    def people(self) -> dict[str, str]:
        """What they are called, by id."""
        return {person.id: person.name for person in self.site.people}

    def resident(self, id: str) -> Resident | None:
        return next((r for r in self.site.residents if r.id == id), None)

    def room(self, id: str) -> Room | None:
        return next((r for r in self.site.rooms if r.id == id), None)

    def unit_name(self, id: str) -> str:
        return next((u.name for u in self.site.units if u.id == id), id)


def read_house(connection: sqlite3.Connection, site: str | None, now: datetime) -> House:
    """The newest version of the site (of the only one imported, where none is named). Raises NoSiteError."""
    newest = sites.in_force(connection, site)
    in_force = _read(newest.document)
    house = _house(newest.id, newest.document, now.astimezone(in_force.zone).date())
    programs = {one.by: one.name for one in integrations.everything(connection, in_force.site)}
    here = house.people
    gone = {id: name for id, name in former.names(connection, in_force.site).items() if id not in here}
    placed = placements.of_several(connection, in_force.site)
    return (
        replace(house, programs=programs, former=gone, placed=placed) if programs or gone or placed else house
    )


def _as_it_hung(device: Device, placed: Placement) -> Device:
    gateway = None if placed.also_native else placed.gateway
    hung = {"room": placed.room, "role": placed.role, "gateway": gateway, "address": placed.address}
    return device.model_copy(update=hung)


@lru_cache(maxsize=4)
def _read(document: str) -> Site:
    read = read_held(document)
    if isinstance(read, SiteFile):
        return read.site
    raise NoSiteError("the site file in force no longer holds; vaka check says what is wrong with it")


@lru_cache(maxsize=4)
def _house(version: int, document: str, on: date) -> House:
    in_force = _read(document)
    return House(version, in_force, rulebook(in_force, catalogue(), on))
