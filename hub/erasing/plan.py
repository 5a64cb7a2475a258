"""What is to be deleted of a resident: written down before anything is, so that it can be gone on with when
the site no longer knows who they were.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import combinations

import msgspec

from hub.erasing.stays import Lived, Span, Stay, alone, lived, overlap, spans
from rules.building import Site

SHORTEST_WORD = 3
MOST_TOGETHER = 4
"""So many others in one room at once are looked for in the time series."""
ERASED = "erased"
"""What stands where a name stood."""


class Plan(msgspec.Struct, frozen=True):
    """`words`: by which they are known in text: their names, and the pseudonym where it is no other part's id
    too. `stays`: all; `alone`: without those in which somebody else lived there. `tags`: of the time series.
    """

    site: str
    resident: str
    words: tuple[str, ...]
    stays: tuple[Stay, ...]
    alone: tuple[Stay, ...]
    spans: tuple[Span, ...]
    tags: tuple[str, ...]


def plan_for(connection: sqlite3.Connection, site: Site, resident: str) -> Plan:
    found = lived(connection, site.site)
    mine = found.stays.get(resident, [])
    by_myself = alone(mine, [s for id, stays in found.stays.items() if id != resident for s in stays])
    return Plan(
        site.site,
        resident,
        tuple(sorted(words_of(found, site, resident), key=lambda word: (-len(word), word))),
        tuple(mine),
        tuple(by_myself),
        tuple(spans(connection, site, by_myself, mine, found.own.get(resident, set()))),
        tuple(sorted(_tags(found, resident))),
    )


def encoded(plan: Plan) -> str:
    return msgspec.json.encode(plan).decode()


def decoded(text: str) -> Plan:
    return msgspec.json.decode(text, type=Plan)


def words_of(found: Lived, site: Site, resident: str) -> set[str]:
    """Their names as written, turned around, and each part that is nobody else's and names nothing here."""
    taken = {part.lower() for name in _others(found, site, resident) for part in _parts(name)}
    words: set[str] = set()
    for name in found.names.get(resident, ()):
        parts = list(_parts(name))
        words |= {name, f"{parts[-1]}, {' '.join(parts[:-1])}"} if len(parts) > 1 else {name}
        words |= {p for p in parts if len(p) >= SHORTEST_WORD and p.lower() not in taken}
    if resident not in set(_ids(site)):
        words.add(resident)
    return words


def pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Any of the words as a word of its own, however it is written."""
    either = "|".join(re.escape(word) for word in words)
    return re.compile(rf"(?<![\w-])(?:{either})(?![\w-])", re.IGNORECASE)


def named_by(plan: Plan, site: Site) -> list[str]:
    """Ids of the site that hold the name: they stand in every reading's address and cannot be erased."""
    names = [word for word in plan.words if word != plan.resident]
    if not names:
        return []
    found = pattern(names)
    return [id for id in _ids(site) if found.search(id)]


def _ids(site: Site) -> Iterator[str]:
    """Of all but the residents."""
    yield from (unit.id for unit in site.units)
    yield from (room.id for room in site.rooms)
    yield from (gateway.id for gateway in site.gateways)
    yield from (person.id for person in site.people)
    yield from (rule.name for rule in site.rules)
    for device in site.devices:
        yield device.id
        if device.address is not None:
            yield device.address


def _others(found: Lived, site: Site, resident: str) -> Iterator[str]:
    """Names that stay."""
    yield site.name
    yield from (unit.name for unit in site.units)
    yield from (room.name for room in site.rooms if room.name)
    yield from (person.name for person in site.people)
    for id, names in found.names.items():
        if id != resident:
            yield from names


def _parts(name: str) -> list[str]:
    return re.findall(r"[\w'’]+(?:-[\w'’]+)*", name)


def _tags(found: Lived, resident: str) -> Iterator[str]:
    """The tag `resident` of readings about them, alone or with others (hub/history/places.py)."""
    mine = found.stays.get(resident, [])
    others = sorted(id for id, stays in found.stays.items() if id != resident and overlap(mine, stays))
    for count in range(min(len(others), MOST_TOGETHER) + 1):
        for some in combinations(others, count):
            yield "+".join(sorted((resident, *some)))
