"""Whether a rule may watch over somebody: consent, or a decision under pasient- og brukerrettighetsloven
§ 4-6 a, with its scope and its dates.

Here: what is valid on a date, and which reviews fall due. Not here: what the site file says of it
(rules/building.py), that a rule without it is not evaluated (rules/rulebook.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import NamedTuple

from rules.building import LegalBasis, Resident, Site

REVIEW_AHEAD = timedelta(days=30)
"""A review becomes a task so long before its date."""


class Review(NamedTuple):
    """A legal basis has to be looked at again by `on`, or ends then (`ends`)."""

    resident: str
    on: date
    ends: bool


def lacking(
    residents: Iterable[Resident], names: Collection[str], measures: Collection[str], on: date
) -> tuple[str, ...]:
    """Who of those that live in a room has no valid basis for a rule there. `names`: what the rule is called
    (its name at the site and in the catalogue); `measures`: what it listens to there.
    """
    return tuple(
        resident.id
        for resident in residents
        if not any(is_valid(b, on) and covers(b, names, measures) for b in resident.legal_basis)
    )


def is_valid(basis: LegalBasis, on: date) -> bool:
    return basis.valid_from <= on and (basis.valid_until is None or on <= basis.valid_until)


def covers(basis: LegalBasis, names: Collection[str], measures: Collection[str]) -> bool:
    """A rule is within its scope by name, or where all that it listens to is."""
    return any(name in basis.rules for name in names) or set(measures) <= set(basis.measures)


def reviews(site: Site, on: date) -> list[Review]:
    """What has to be reviewed, or ends, within 30 days, the first first; also what is overdue."""
    found = []
    for resident in site.residents:
        for basis in resident.legal_basis if resident.lives_here(on) else ():
            if basis.valid_until is not None and basis.valid_until < on:
                continue
            if basis.review <= on + REVIEW_AHEAD:
                found.append(Review(resident.id, basis.review, False))
            elif basis.valid_until is not None and basis.valid_until <= on + REVIEW_AHEAD:
                found.append(Review(resident.id, basis.valid_until, True))
    return sorted(found, key=lambda review: (review.on, review.resident))


def days_of_change(site: Site) -> set[date]:
    """The first days on which a basis counts, or no longer does."""
    days = set()
    for resident in site.residents if site.legal_basis == "required" else ():
        for basis in resident.legal_basis:
            days.add(basis.valid_from)
            if basis.valid_until is not None:
                days.add(basis.valid_until + timedelta(days=1))
    return days
