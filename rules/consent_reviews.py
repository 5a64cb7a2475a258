"""When a resident has to be asked anew, because their yes to a relative ends: a task while it is ahead.

Here: what ends and when. Not here: whose task it is (hub/relatives/reviews.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from rules.legal_basis import REVIEW_AHEAD
from rules.relatives import Category, Consent

FOR_CARERS = timedelta(days=7)
"""[default] So near its end whoever is on shift is told too: they see the resident."""
BEFORE_THE_END = timedelta(days=7)
"""[default] By when somebody is to have asked, where no other day is chosen."""


class Review(NamedTuple):
    """A consent ends on `on`, within 30 days, and no other follows it."""

    consent: Consent
    on: date


class RunsOut(NamedTuple):
    """What one resident said yes to for one relative and what ends, the first of it on `on`."""

    relative: int
    resident: str
    categories: tuple[Category, ...]
    on: date


def reviews(consents: Sequence[Consent], on: date) -> list[Review]:
    """What has to be asked for anew, the first first."""
    standing = [c for c in consents if c.withdrawn_at is None and c.valid_until >= on]
    latest: dict[tuple[int, str, Category], Consent] = {}
    for consent in standing:
        key = (consent.relative, consent.resident, consent.category)
        if key not in latest or latest[key].valid_until < consent.valid_until:
            latest[key] = consent
    found = [Review(c, c.valid_until) for c in latest.values() if c.valid_until <= on + REVIEW_AHEAD]
    return sorted(found, key=lambda review: (review.on, review.consent.id))


def running_out(consents: Sequence[Consent], on: date) -> list[RunsOut]:
    """The same as one question for each relative and resident, the first first."""
    by_pair: dict[tuple[int, str], list[Review]] = {}
    for review in reviews(consents, on):
        by_pair.setdefault((review.consent.relative, review.consent.resident), []).append(review)
    return [
        RunsOut(*pair, tuple(one.consent.category for one in own), own[0].on) for pair, own in by_pair.items()
    ]


def by_default(ends: date, today: date) -> date:
    """By when somebody is to ask: a week before it ends, tomorrow where that is too late."""
    return min(max(ends - BEFORE_THE_END, today + timedelta(days=1)), max(ends, today))
