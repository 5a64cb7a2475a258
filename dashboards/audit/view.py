"""Entries of the audit trail as they are shown: when, who, what and about whom, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from babel.dates import format_datetime

from dashboards.frame import PLACES
from dashboards.visit import Visit
from hub.store.audit import Entry
from rules.building import PersonRole
from rules.wording.audit import what_was_done

_PASSED_OVER = frozenset({"residents", "resident", "page", "alerts"})
LONGEST_DETAIL = 160


class Line(NamedTuple):
    """`place`: what the page that was looked at is called in the navigation, or its address. `role`: of who
    did it; None for the hub and for relatives.
    """

    seq: int
    at: str
    by: str
    role: PersonRole | None
    what: str
    place: str
    residents: tuple[str, ...]
    detail: str


def lines(visit: Visit, entries: Iterable[Entry]) -> list[Line]:
    return [line(visit, entry) for entry in entries]


def line(visit: Visit, entry: Entry) -> Line:
    person = visit.house.person(entry.by or "")
    return Line(
        entry.seq,
        moment(visit, entry),
        visit.house.person_name(entry.by) if entry.by is not None else "Vaka",
        person.role if person is not None else None,
        what_was_done(entry.what, visit.language),
        place_of(str(entry.detail.get("page", ""))),
        _residents(visit, entry.detail),
        _rest(entry.detail),
    )


def moment(visit: Visit, entry: Entry) -> str:
    style = {"nb": "d. MMM y HH.mm.ss", "en": "d MMM y HH:mm:ss"}[visit.language]
    return format_datetime(entry.at, style, tzinfo=visit.house.site.zone, locale=visit.language)


def place_of(path: str) -> str:
    """The English word of the place that a page belongs to; templates have it for translation."""
    path = path.removeprefix("/api/v1")
    above = [p for p in PLACES if path == p.path or (p.path != "/" and path.startswith(f"{p.path}/"))]
    if path.startswith("/alerts"):
        return "Alerts"
    return max(above, key=lambda place: len(place.path)).word if above else path


def _residents(visit: Visit, detail: Mapping[str, Any]) -> tuple[str, ...]:
    """By name where this person may know it, else by pseudonym."""
    named = detail.get("residents", [detail["resident"]] if "resident" in detail else [])
    found = []
    for id in named if isinstance(named, list) else []:
        resident = visit.house.resident(str(id))
        may_know = resident is not None and visit.access.sees_resident(resident, visit.house.site)
        found.append(resident.name if resident is not None and may_know else str(id))
    return tuple(found)


def _rest(detail: Mapping[str, Any]) -> str:
    told = ", ".join(f"{name}: {value}" for name, value in detail.items() if name not in _PASSED_OVER)
    return told if len(told) <= LONGEST_DETAIL else told[: LONGEST_DETAIL - 1] + "…"
