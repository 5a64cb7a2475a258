"""A resident's day away (hospital, family): from when, until when, and what that means for the rules.

What watches over a person rests while nobody who lives there is at home; smoke, a leak, the stove, a fall and
a call for help go on. It ends by itself at the time at which the resident is expected back, or by one tap.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Literal, get_args

import msgspec

from devices.reading import Reading
from rules.latest import Standing
from rules.life import is_sign_of_life
from rules.pause import Refusal
from rules.rulebook import Rulebook

Reason = Literal["hospital", "family", "trip", "day_centre", "other"]
REASONS: tuple[Reason, ...] = get_args(Reason)

LONGEST = timedelta(days=90)
"""[default] Who is away for longer is registered anew: an absence that nobody remembers would hold the rules.
"""
LONGEST_AGO = timedelta(days=7)
"""[default] How far back somebody may have left when it is registered."""
REMIND_BEFORE = timedelta(hours=1)
"""[default] Of a short absence: in the middle of it."""
LEAVING = timedelta(minutes=10)
"""[default] The moments after an absence began in which those who fetched the resident are still in the flat.
"""
ASK_AGAIN = timedelta(hours=1)
"""[default] Somebody answered that it was not the resident; who stirs so long after is asked about anew."""

AWAY_ENDS = "away-ends"
"""The hub's own rule: somebody is expected back, and the rules go on again. Its alerts' room is theirs."""
SOMEBODY_IN = "somebody-in"
"""The hub's own rule: something stirs in a flat though all who live there are away."""


class Absence(msgspec.Struct, frozen=True):
    """A resident is away from `away_from` until `back_by`. `ended_by`: None where it ended by itself.
    Instants are aware UTC.
    """

    id: int
    site: str
    resident: str
    reason: Reason
    registered_by: str
    registered_at: datetime
    away_from: datetime
    back_by: datetime
    reminded_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None

    @property
    def reminder_due(self) -> datetime:
        began = max(self.away_from, self.registered_at)
        return max(began + (self.back_by - began) / 2, self.back_by - REMIND_BEFORE)

    def is_away(self, at: datetime) -> bool:
        return self.away_from <= at and self.ended_at is None


def registered(asked: Absence) -> Absence | Refusal:
    """The absence as it may be kept, or why not."""
    if asked.back_by <= asked.registered_at:
        return Refusal("the return lies in the past; expected a later time", "return_past")
    if asked.back_by <= asked.away_from:
        return Refusal("the return lies before the leaving; expected a later time", "return_before")
    if asked.back_by > max(asked.away_from, asked.registered_at) + LONGEST:
        return Refusal(f"the return is too far away; expected at most {LONGEST.days} days", "return_far")
    if asked.away_from < asked.registered_at - LONGEST_AGO:
        return Refusal(
            f"the leaving is too long ago; expected at most {LONGEST_AGO.days} days", "left_long_ago"
        )
    return asked


def away_now(absences: Collection[Absence], at: datetime) -> dict[str, Absence]:
    """Resident → their absence, of those who are away at an instant."""
    return {absence.resident: absence for absence in absences if absence.is_away(at)}


def empty_rooms(book: Rulebook, away: Mapping[str, Absence]) -> dict[str, datetime]:
    """The rooms in which somebody lives and nobody is at home, each since when."""
    homes: dict[str, list[str]] = {}
    for watch in book.watches.values():
        homes.setdefault(watch.room, list(watch.residents))
    return {
        room: max(away[resident].away_from for resident in residents)
        for room, residents in homes.items()
        if residents and all(resident in away for resident in residents)
    }


def resting(book: Rulebook, empty: Mapping[str, datetime]) -> dict[tuple[str, str], datetime]:
    """The rules (rule, room) that need somebody home whom nobody of is, each since when."""
    return {
        watch.key: empty[watch.room]
        for watch in book.watches.values()
        if watch.room in empty and watch.rule.for_residents
    }


def stirs(reading: Reading, standing: Standing, since: datetime) -> bool:
    """Whether a reading shows that somebody is in a flat that has been empty since then."""
    return reading.at >= since + LEAVING and is_sign_of_life(reading, standing)
