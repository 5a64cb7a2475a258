"""What a relative may be told of a resident: only what the resident, or who represents them, said yes to
(pasient- og brukerrettighetsloven § 3-3), category by category, until a date.

Here: the values and the decision, as of an instant. Not here: when a message goes out
(rules/telling_relatives.py), its words (rules/wording/relatives.py), storing it (hub/store/relatives.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from hashlib import blake2b
from typing import Literal, NamedTuple, get_args

import msgspec

from rules.building import Resident, Site
from rules.duration import Window
from rules.homes import Home, day_with_its_night, others
from rules.language import Language
from rules.legal_basis import is_valid
from rules.pause import Refusal
from rules.stretches import Stretch

Category = Literal["well", "away", "alerts", "handled", "unusual", "digest", "mailed"]
CATEGORIES: tuple[Category, ...] = get_args(Category)
"""`well`: whether all is well today. `away`: whether the resident is away. `alerts`: a grave alert while it
stands. `handled`: how it ended. `unusual`: a night or a day unlike the others. `digest`: the week. `mailed`:
the week's letter holds what was agreed itself, with pictures, and not only the way to it; where the week may
be shown.
"""
FROM_THE_ROOM: frozenset[Category] = frozenset({"well", "unusual", "digest"})
"""What is worked out from a room's sensors, which cannot tell those who share it apart."""
OF_ALERTS: frozenset[Category] = frozenset({"alerts", "handled"})
"""What tells of alerts: each is told of by whom it names."""
GivenBy = Literal["resident", "representative"]
GIVEN_BY: tuple[GivenBy, ...] = get_args(GivenBy)
How = Literal["in_person", "in_writing", "by_phone"]
HOW: tuple[How, ...] = get_args(How)

LONGEST = timedelta(days=366)
"""[default] A consent that nobody has looked at for a year is none."""
QUIET = Window(time(21), time(8))
"""[default] When a relative gets no message, unless they choose otherwise."""
ACCOUNT = "relative:"
"""What the sign-in of a relative begins with: no person of a site file can be called so."""

Reason = Literal[
    "consented",
    "own_sensors",
    "left",
    "not_theirs",
    "moved_out",
    "no_consent",
    "not_yet",
    "ended",
    "withdrawn",
    "paused",
    "no_basis",
    "shared_room",
    "no_week",
    "before",
]


class Decision(NamedTuple):
    """`reason` by name: it goes into the trail and onto the staff's page."""

    allowed: bool
    reason: Reason


class Relative(msgspec.Struct, frozen=True):
    """Somebody outside of the house. `quiet_from`, `quiet_until`: `21:00`, in the site's zone; the same
    twice: never quiet. `digest_weekday`: Monday is 0. `by_email`: whether messages go out to them at all.
    """

    id: int
    site: str
    name: str
    email: str
    language: Language
    added_by: str
    added_at: datetime
    by_email: bool = True
    quiet_from: str = f"{QUIET.start:%H:%M}"
    quiet_until: str = f"{QUIET.end:%H:%M}"
    digest_weekday: int = 6
    digest_hour: int = 17
    left_at: datetime | None = None

    @property
    def role(self) -> Literal["relative"]:
        return "relative"

    @property
    def account(self) -> str:
        return f"{ACCOUNT}{self.id}"

    @property
    def quiet(self) -> Window | None:
        start, end = time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_until)
        return Window(start, end) if start != end else None


class Bond(msgspec.Struct, frozen=True):
    """A relative belongs to a resident. `relation`: what they are to each other, as staff wrote it."""

    id: int
    site: str
    relative: int
    resident: str
    relation: str
    added_by: str
    added_at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None


class Consent(msgspec.Struct, frozen=True):
    """A resident's yes to one category for one relative. Dates are local to the site, `valid_until`
    included.
    """

    id: int
    site: str
    relative: int
    resident: str
    category: Category
    valid_from: date
    valid_until: date
    given_by: GivenBy
    how: How
    recorded_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None


class Rest(msgspec.Struct, frozen=True):
    """For a while a relative is told nothing of a resident. `until` None: until somebody ends it."""

    id: int
    site: str
    relative: int
    resident: str
    since: datetime
    until: datetime | None
    asked_by: str
    ended_at: datetime | None = None
    ended_by: str | None = None

    def holds(self, at: datetime) -> bool:
        return self.since <= at and self.ended_at is None and (self.until is None or at < self.until)


class Known(NamedTuple):
    """All that is written down of one relative."""

    relative: Relative
    bonds: Sequence[Bond]
    consents: Sequence[Consent]
    rests: Sequence[Rest]
    homes: Mapping[str, Sequence[Home]]
    """Who lived in which room when."""

    @property
    def residents(self) -> tuple[str, ...]:
        """Those to whom they belong now."""
        return tuple(dict.fromkeys(b.resident for b in self.bonds if b.ended_at is None))

    def resting(self, resident: str, at: datetime) -> Rest | None:
        """The pause that holds; of the house's and the relative's own the one that lasts longest."""
        standing = [rest for rest in self.rests if rest.resident == resident and rest.holds(at)]
        return max(standing, key=lambda rest: (rest.until is None, rest.until or rest.since), default=None)

    @property
    def version(self) -> str:
        """Another one as soon as a yes, a no or a pause is written down, so that two who do that are told."""
        said = msgspec.json.encode((self.bonds, self.consents, self.rests))
        return blake2b(said, digest_size=8).hexdigest()


def may(known: Known, category: Category, resident: str, at: datetime, site: Site) -> Decision:
    """Whether this relative may be shown or told this of that resident at an instant."""
    today = at.astimezone(site.zone).date()
    found = next((r for r in site.residents if r.id == resident), None)
    if known.relative.left_at is not None:
        return Decision(False, "left")
    if found is None or resident not in known.residents:
        return Decision(False, "not_theirs")
    if not found.lives_here(today):
        return Decision(False, "moved_out")
    reason = _consent(known.consents, category, resident, today)
    if reason != "consented":
        return Decision(False, reason)
    if any(rest.resident == resident and rest.holds(at) for rest in known.rests):
        return Decision(False, "paused")
    if category == "mailed":
        week = may(known, "digest", resident, at, site)
        of_the_room = week.allowed or week.reason in ("shared_room", "no_basis")
        return week if of_the_room else Decision(False, "no_week")
    if category in FROM_THE_ROOM:
        if site.legal_basis == "required" and not any(is_valid(b, today) for b in found.legal_basis):
            return Decision(False, "no_basis")
        if not may_of_day(known, (category,), found, today, at, site):
            return Decision(False, "shared_room")
    return Decision(True, "consented")


def may_of_day(
    known: Known, categories: Iterable[Category], resident: Resident, day: date, at: datetime, site: Site
) -> bool:
    """Whether what the room's sensors said on a day, and in the night before it, may count for these: all
    who lived there then have said yes, whoever lives there now.
    """
    during, today = day_with_its_night(day, site.zone), at.astimezone(site.zone).date()
    also = others(known.homes.get(resident.room, ()), resident.id, during)
    also |= {o.id for on in (day - timedelta(days=1), day) for o in _housemates(resident, site, on)}
    return all(_also_theirs(known, category, id, at, today) for category in categories for id in also)


def names_one_of_several(known: Known, residents: Sequence[str], room: str, raised_at: datetime) -> bool:
    """Whether an alert of a room may have named somebody more, who is erased."""
    during = Stretch(raised_at, raised_at + timedelta(microseconds=1))
    return any(None in others(known.homes.get(room, ()), resident, during) for resident in residents)


def comes_of_it(known: Known, category: Category, resident: str, at: datetime, site: Site) -> Decision:
    """Whether a yes leads to anything, as pages say it. An alert of a shared room names all who live there,
    unless it is somebody's own bed or button that raised it; `may_of_alert` decides on each.
    """
    decision = may(known, category, resident, at, site)
    if category not in OF_ALERTS or not decision.allowed:
        return decision
    today = at.astimezone(site.zone).date()
    found = next(r for r in site.residents if r.id == resident)
    if all(_also_theirs(known, category, o.id, at, today) for o in _housemates(found, site, today)):
        return decision
    has_own = any(device.resident == resident for device in site.devices)
    return Decision(True, "own_sensors") if has_own else Decision(False, "shared_room")


def may_of_alert(
    known: Known, categories: Iterable[Category], residents: Sequence[str], at: datetime, site: Site
) -> Decision:
    """The same for an alert: any of these categories, for every resident whom it names. Of two who share a
    room both must have said yes, since nobody knows which of them it was.
    """
    decision = Decision(False, "not_theirs")
    for category in categories:
        decisions = [may(known, category, resident, at, site) for resident in residents]
        decision = next((d for d in decisions if not d.allowed), decisions[0] if decisions else decision)
        if decision.allowed:
            break
    return decision


def told_since(known: Known, categories: Sequence[Category], residents: Sequence[str]) -> date | None:
    """The same for an alert: of several whom it names, when the last of them said yes."""
    days = [consented_since(known, categories, resident) for resident in residents]
    return max((day for day in days if day is not None), default=None) if None not in days else None


def consented_since(known: Known, categories: Iterable[Category], resident: str) -> date | None:
    """The first day of which a relative may be told something: what was before the consent stays before."""
    wanted = set(categories)
    days = [
        c.valid_from
        for c in known.consents
        if c.resident == resident and c.category in wanted and c.withdrawn_at is None
    ]
    return min(days, default=None)


def why_no_consent(consent: Consent, today: date) -> Refusal | None:
    """Why a consent cannot be written down like this."""
    if consent.valid_until < today:
        return Refusal("the end of a consent must lie ahead", "end_past")
    if consent.valid_until < consent.valid_from:
        return Refusal("a consent cannot end before it begins", "end_before")
    if consent.valid_until - consent.valid_from > LONGEST:
        return Refusal(f"a consent counts for at most {LONGEST.days} days", "consent_far")
    return None


def last_day_of_need(known: Known, site: Site) -> date | None:
    """The last day for which anything gives a reason to keep what is known of a relative. None: no such day
    has been (nothing was consented to yet).
    """
    days = [
        min(c.valid_until, c.withdrawn_at.astimezone(site.zone).date()) if c.withdrawn_at else c.valid_until
        for c in known.consents
    ]
    last = max(days, default=None)
    if last is None:
        return None
    if known.relative.left_at is not None:
        return min(last, known.relative.left_at.astimezone(site.zone).date())
    homes = [_last_day_here(resident, known, site) for resident in {b.resident for b in known.bonds}]
    return min(last, max(homes, default=last))


def _last_day_here(id: str, known: Known, site: Site) -> date:
    """Until when a resident lives here and this is their relative, as far as anybody knows."""
    ends = [b.ended_at for b in known.bonds if b.resident == id]
    bond = date.max if None in ends else max(e for e in ends if e).astimezone(site.zone).date()
    found = next((r for r in site.residents if r.id == id), None)
    home = date.min if found is None else found.moved_out or date.max
    return min(bond, home)


def _consent(consents: Iterable[Consent], category: Category, resident: str, today: date) -> Reason:
    own = [c for c in consents if c.resident == resident and c.category == category]
    if any(c.withdrawn_at is None and c.valid_from <= today <= c.valid_until for c in own):
        return "consented"
    if any(c.withdrawn_at is None and today < c.valid_from for c in own):
        return "not_yet"
    if not own:
        return "no_consent"
    return "withdrawn" if max(own, key=lambda c: c.recorded_at).withdrawn_at is not None else "ended"


def _also_theirs(known: Known, category: Category, resident: str | None, at: datetime, today: date) -> bool:
    """Whether one who shares or shared the room has said yes to the same. Who is erased cannot be asked."""
    return (
        resident is not None
        and resident in known.residents
        and _consent(known.consents, category, resident, today) == "consented"
        and not any(rest.resident == resident and rest.holds(at) for rest in known.rests)
    )


def _housemates(resident: Resident, site: Site, on: date) -> list[Resident]:
    return [other for other in site.residents_of(resident.room, on) if other.id != resident.id]
