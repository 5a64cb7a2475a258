"""Where a resident lived when, and which devices' readings were about them and nobody else.

The site's documents tell it, version by version; the newest that names a day of moving in or out is believed
for all of them. Instants are µs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime, time
from typing import NamedTuple

import msgspec

from hub.site.file import SiteFile, read_site
from hub.store import devices as spoken
from hub.store import placements, sites
from hub.store.instants import to_us
from rules.building import NATIVE, Resident, Site

FOR_EVER = 2**62


class Stay(msgspec.Struct, frozen=True):
    """`since` included, `until` not."""

    room: str
    since: int
    until: int


class Span(msgspec.Struct, frozen=True):
    """What a device said between is theirs. `device`: its number in the journal; `name`: the site's."""

    device: int
    name: str
    since: int
    until: int


class Lived(NamedTuple):
    """Everybody who ever lived here, by their pseudonym, and whose own which device was."""

    stays: dict[str, list[Stay]]
    names: dict[str, set[str]]
    own: dict[str, set[str]]


class Version(NamedTuple):
    id: int
    since: int
    until: int
    file: SiteFile | None
    """None where it does not hold together by what we know today."""


def versions(connection: sqlite3.Connection, site: str) -> Iterator[Version]:
    """What each version says and when it was in force; before the first import, the first."""
    numbers = [(id, to_us(at)) for id, of, at in sites.numbers(connection) if of == site]
    for n, (id, since) in enumerate(numbers):
        until = numbers[n + 1][1] if n + 1 < len(numbers) else FOR_EVER
        read = read_site(sites.document(connection, id), f"version {id}", coverage=False)
        yield Version(id, since if n else 0, until, read if isinstance(read, SiteFile) else None)


def lived(connection: sqlite3.Connection, site: str) -> Lived:
    """Who lived where. A site of many versions takes some milliseconds for each."""
    found = Lived({}, {}, {})
    known: dict[str, Resident] = {}
    raw: dict[str, list[tuple[Stay, Site]]] = {}
    for version in versions(connection, site):
        if version.file is None:
            continue
        for resident in version.file.site.residents:
            known[resident.id] = resident
            found.names.setdefault(resident.id, set()).add(resident.name)
            stay = Stay(resident.room, version.since, version.until)
            raw.setdefault(resident.id, []).append((stay, version.file.site))
        for device in version.file.site.devices:
            if device.resident is not None:
                found.own.setdefault(device.resident, set()).add(device.id)
    for id, pieces in raw.items():
        found.stays[id] = list(_joined(_bounded(pieces, known[id])))
    return found


def alone(stays: Iterable[Stay], others: Iterable[Stay]) -> list[Stay]:
    """The parts of the stays in which nobody else lived in the room."""
    return without(stays, others)


def without(stays: Iterable[Stay], others: Iterable[Stay]) -> list[Stay]:
    left = list(stays)
    for other in others:
        left = [part for stay in left for part in _without(stay, other)]
    return left


def spans(
    connection: sqlite3.Connection, site: Site, stays: Iterable[Stay], shared: Iterable[Stay], own: set[str]
) -> list[Span]:
    """Whose readings are theirs: of every device that hung in a room while they lived there alone (`stays`),
    and of their own ones also where they did not (`shared`). Not those that are another's.
    """
    numbers = {(g, a): no for no, of, g, a in spoken.names(connection) if of == site.site}
    alone_, all_ = list(stays), list(shared)
    found = []
    for name, room, gateways, address, since, until in _hung(connection, site):
        for stay in all_ if name in own else alone_:
            first, last = max(since, stay.since), min(until, stay.until)
            if stay.room == room and first < last:
                found += [
                    Span(numbers[gateway, address], name, first, last)
                    for gateway in gateways
                    if (gateway, address) in numbers
                ]
    return sorted(found, key=lambda span: (span.device, span.since))


def overlap(stays: Iterable[Stay], others: Iterable[Stay]) -> bool:
    theirs = list(others)
    return any(a.room == b.room and a.since < b.until and b.since < a.until for a in stays for b in theirs)


def _hung(
    connection: sqlite3.Connection, site: Site
) -> Iterator[tuple[str, str, tuple[str, ...], str, int, int]]:
    """(device, room, gateways, address, since, until)"""
    placed = placements.everything(connection, site.site)
    for p in placed:
        gateways = (p.gateway, NATIVE) if p.also_native else (p.gateway,)
        until = FOR_EVER if p.until is None else to_us(p.until)
        yield p.device, p.room, tuple(dict.fromkeys(gateways)), p.address, to_us(p.since), until
    known = {p.device for p in placed}
    for d in site.devices:  # placed before that was written down
        if d.id not in known:
            gateways = (site.gateway_of(d), NATIVE) if d.gateway is None else (d.gateway,)
            yield d.id, d.room, tuple(dict.fromkeys(gateways)), d.address or d.id, 0, FOR_EVER


def _bounded(pieces: list[tuple[Stay, Site]], newest: Resident) -> Iterator[Stay]:
    """The stays by the days of moving in and out, as they are known today."""
    zone = pieces[-1][1].zone
    first = to_us(datetime.combine(newest.moved_in, time(), zone)) if newest.moved_in else None
    last = to_us(datetime.combine(newest.moved_out, time(), zone)) if newest.moved_out else FOR_EVER
    for n, (stay, _) in enumerate(pieces):
        # Who moved in before anybody wrote it down lived there from then on.
        since = stay.since if first is None else first if n == 0 else max(first, stay.since)
        until = min(stay.until, last)
        if since < until:
            yield Stay(stay.room, since, until)


def _joined(stays: Iterable[Stay]) -> Iterator[Stay]:
    before: Stay | None = None
    for stay in sorted(stays, key=lambda stay: stay.since):
        if before is not None and before.room == stay.room and stay.since <= before.until:
            before = Stay(before.room, before.since, max(before.until, stay.until))
            continue
        if before is not None:
            yield before
        before = stay
    if before is not None:
        yield before


def _without(stay: Stay, other: Stay) -> list[Stay]:
    if stay.room != other.room or other.until <= stay.since or stay.until <= other.since:
        return [stay]
    parts = (Stay(stay.room, stay.since, other.since), Stay(stay.room, other.until, stay.until))
    return [part for part in parts if part.since < part.until]
