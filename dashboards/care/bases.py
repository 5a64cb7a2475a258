"""Legal bases as a page shows them: whose, of what kind and scope, and which have to be looked at again."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from babel.dates import format_date

from dashboards.visit import Visit
from rules.language import norwegian
from rules.legal_basis import is_valid, reviews
from rules.rule import Text
from rules.wording import Language
from rules.wording.devices import measure_name


class Basis(NamedTuple):
    """One consent or decision. `number`: its place among the resident's. `state`: valid, not yet, ended."""

    number: int
    kind: str
    scope: tuple[str, ...]
    decided_by: str
    valid_from: str
    valid_until: str
    review: str
    state: str
    review_due: bool
    overdue: bool


class Review(NamedTuple):
    """A basis that has to be looked at again, or ends."""

    resident: str
    name: str
    room: str
    on: str
    ends: bool
    overdue: bool


def day_text(day: date | None, language: Language) -> str:
    return (
        "" if day is None else format_date(day, "d. MMMM y" if norwegian(language) else "d MMMM y", language)
    )


def reviews_of(visit: Visit) -> list[Review]:
    """What falls due within 30 days, of the residents this person sees."""
    site, today = visit.house.site, _today(visit)
    found = []
    for review in reviews(site, today) if site.legal_basis == "required" else []:
        resident = visit.house.resident(review.resident)
        if resident is not None and visit.access.sees_resident(resident, site):
            room, on = visit.house.room_name(resident.room), day_text(review.on, visit.language)
            overdue = review.on < today
            found.append(Review(resident.id, resident.name, room, on, review.ends, overdue))
    return found


def bases_of(visit: Visit, resident_id: str) -> list[Basis]:
    """All that a resident has or had, as the site says it."""
    resident, today = visit.house.resident(resident_id), _today(visit)
    assert resident is not None
    due = {review.on for review in reviews(visit.house.site, today) if review.resident == resident_id}
    names, language = visit.house.rule_names, visit.language
    return [
        Basis(
            number,
            basis.kind,
            (
                *(rule_word(names, rule, language) for rule in basis.rules),
                *(measure_name(measure, language) for measure in basis.measures),
            ),
            basis.decided_by if visit.access.residents or basis.kind == "decision" else "",
            day_text(basis.valid_from, language),
            day_text(basis.valid_until, language),
            day_text(basis.review, language),
            "valid" if is_valid(basis, today) else "not yet" if basis.valid_from > today else "ended",
            basis.review in due,
            basis.review < today,
        )
        for number, basis in enumerate(resident.legal_basis)
    ]


def rule_word(names: dict[str, Text], rule: str, language: Language) -> str:
    return str(names[rule].said(language)) if rule in names else rule


def _today(visit: Visit) -> date:
    return visit.now.astimezone(visit.house.site.zone).date()
