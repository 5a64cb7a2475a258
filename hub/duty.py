"""The duty roster as people change it: shifts, who is absent, and signing in to a shift. The same kind of
transaction as the desk's; each step is on the audit trail.

Here: what is asked for, checked and stored. Not here: who counts as on duty (rules/duty.py), files
(hub/roster.py, hub/roster_calendar.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import msgspec

from hub import alerting
from hub.clock import Clock
from hub.desk import hand_back_all, in_hand
from hub.staff_notices import tell
from hub.store import audit
from hub.store import shifts as store
from hub.store.db import transaction
from rules.building import Person, Site
from rules.duty import (
    EARLY,
    FUNCTIONS_OF,
    LONGEST,
    Function,
    Shift,
    StaffAbsence,
    in_whose_place,
    stood_in_for,
)
from rules.pause import Refusal
from rules.week import WEEK, midnight, moved
from rules.wording.stand_in import body, subject

ALONE = timedelta(hours=8)
"""[default] How long a shift lasts that somebody signs in to without being planned."""
LONGEST_ABSENCE = timedelta(days=366)
_CHANGED = Refusal("somebody else changed the shift meanwhile; look at it again", "shift_changed")


class AbsentAlready(Refusal, frozen=True, kw_only=True):
    """`known`: the absence that says it."""

    known: StaffAbsence


class Duty:
    def __init__(self, connection: sqlite3.Connection, site: Site, clock: Clock) -> None:
        self._connection, self._site, self._clock = connection, site, clock

    def put(self, asked: Shift, by: str, version: str = "") -> Shift | Refusal:
        """A shift on the roster; with an id one that is there is changed. Two who plan somebody for the same
        hours are told: nobody can be on two shifts at once. `version`: of the shift as they saw it who change
        it; where somebody else changed it since, nothing is.
        """
        with transaction(self._connection):
            before = store.get(self._connection, self._site.site, asked.id) if asked.id else None
            if asked.id and (before is None or before.source != "roster"):
                return Refusal("there is no such shift on the roster", "no_shift")
            if before is not None and version not in ("", before.version):
                return _CHANGED
            why = why_not(asked, self._site) or self._overlap(asked)
            if why is not None:
                return why
            if before is None:
                after = store.add(self._connection, self._site.site, asked)
            else:
                after = msgspec.structs.replace(asked, key=before.key, calendar=before.calendar)
                store.put(self._connection, self._site.site, after)
            self._note(after, "shift added" if before is None else "shift changed", by)
            return after

    def remove(self, id: int, by: str, version: str = "") -> Shift | Refusal:
        with transaction(self._connection):
            known = store.get(self._connection, self._site.site, id)
            if known is None or known.source != "roster":
                return Refusal("there is no such shift on the roster", "no_shift")
            if version not in ("", known.version):
                return _CHANGED
            store.delete(self._connection, self._site.site, id)
            self._note(known, "shift removed", by)
            return known

    def sign_in(
        self,
        person: str,
        function: Function,
        units: Sequence[str],
        residents: Sequence[str],
        until: datetime | None,
        instead_of: Sequence[str] = (),
    ) -> Shift | Refusal:
        """ "I am on duty." Said again it takes the place of what was said before. Without `until`: as
        planned, or `ALONE`. `instead_of`: who of those planned is not called meanwhile; they are told.
        Somebody registered as absent may: they are there until they leave, and the absence goes on then.
        """
        with transaction(self._connection):
            now = self._clock.now()
            ends = until or self.planned_end(person, now)
            asked = Shift(
                0,
                person,
                tuple(units),
                function,
                now,
                ends,
                tuple(residents),
                "signed_in",
                instead_of=tuple(instead_of),
            )
            why = why_not(asked, self._site) or self._nobody_to_stand_in_for(asked)
            if why is not None:
                return why
            before = self._here(person, now)
            for known in before:
                store.end(self._connection, self._site.site, known.id, now)
            after = store.add(self._connection, self._site.site, asked)
            away = store.absences(self._connection, self._site.site, now, ends)
            absent_until = max((one.ends_at for one in away if one.person == person), default=None)
            self._note(after, "signed in to a shift", person, absent_until)
            self._tell(after, before)
            return after

    def in_whose_place(self, person: str, units: Iterable[str]) -> tuple[Shift, ...]:
        """The planned shifts that somebody who signs in now could take."""
        now = self._clock.now()
        known = store.between(self._connection, self._site.site, now - LONGEST, now + EARLY)
        away = store.absences(self._connection, self._site.site, now, now + EARLY)
        return in_whose_place(self._site, known, away, person, units, now)

    def changed_by(self, id: int) -> str | None:
        """Who planned a shift as it is now, as far as the audit trail still tells."""
        return audit.last_by(
            self._connection, self._site.site, ("shift added", "shift changed", "shift removed"), "shift", id
        )

    def leave(self, person: str, hand_back: bool = False) -> Shift | Refusal:
        """ "I am going." The roster does not count them for this shift any more; it is returned as it ended.
        Nobody goes with an alert in hand: it is refused, or with `hand_back` others are called to each of
        them at once.
        """
        with transaction(self._connection):
            now = self._clock.now()
            here = self._here(person, now)
            if not here:
                return Refusal(f"{person} has not signed in to a shift", "not_on_shift")
            if not hand_back and in_hand(self._connection, self._site.site, person):
                return Refusal("alerts are in their hands: see to them, or hand them back", "alerts_in_hand")
            for known in here:
                store.end(self._connection, self._site.site, known.id, now)
            hand_back_all(self._connection, self._site.site, person, now)
            self._note(here[-1], "left the shift", person)
            return msgspec.structs.replace(here[-1], ends_at=now)

    def planned_end(self, person: str, now: datetime) -> datetime:
        """Until when somebody who signs in now is on duty, unless they say otherwise."""
        known = store.between(self._connection, self._site.site, now, now + EARLY)
        ends = [s.ends_at for s in known if s.person == person and s.source == "roster"]
        return min(max(ends), now + LONGEST) if ends else now + ALONE

    def absent(self, person: str, since: datetime, until: datetime, by: str) -> StaffAbsence | Refusal:
        """Their shifts do not count, nor one that they signed in to before; the gap shows. Why: not asked.
        Where somebody has said it already, and nothing would change, that is told: who comes all the same and
        has to go after all can be registered again, and so can a longer absence.
        """
        with transaction(self._connection):
            if _person(self._site, person) is None:
                return Refusal(f"{self._site.site} has no person {person!r}", "no_person")
            if until <= since or until <= self._clock.now():
                return Refusal("the end lies before the beginning, or in the past", "end_past")
            if until - since > LONGEST_ABSENCE:
                return Refusal("the end is too far away; expected within a year", "absence_long")
            if (known := self._said_already(person, since, until)) is not None:
                return AbsentAlready("it is registered already", "absent_already", known=known)
            found = store.add_absence(
                self._connection, self._site.site, StaffAbsence(0, person, since, until, by)
            )
            detail = {"person": person, "from": since, "to": until}
            audit.add(self._connection, self._site.site, self._clock.now(), by, "staff absent", detail)
            self._end_what_they_signed_in_to(max(since, self._clock.now()), until, person)
            if since <= self._clock.now():
                alerting.let_go_of(self._connection, self._site.site, person, self._clock.now())
            return found

    def _said_already(self, person: str, since: datetime, until: datetime) -> StaffAbsence | None:
        at = max(since, self._clock.now())
        signed_in = (
            s
            for s in store.between(self._connection, self._site.site, at, until)
            if s.person == person and s.source == "signed_in"
        )
        if any(signed_in) or in_hand(self._connection, self._site.site, person):
            return None  # registering it anew ends that
        there = store.absences(self._connection, self._site.site, at, until)
        return next((a for a in there if a.covers(person, at) and a.ends_at >= until), None)

    def back(self, id: int, by: str) -> StaffAbsence | Refusal:
        """They come after all, from now on."""
        with transaction(self._connection):
            now = self._clock.now()
            far = now + LONGEST_ABSENCE
            known = store.absences(self._connection, self._site.site, now, far)
            found = next((absence for absence in known if absence.id == id), None)
            if found is None:
                return Refusal("there is no such absence any more", "no_staff_absence")
            store.end_absence(self._connection, self._site.site, id, now)
            detail = {"person": found.person}
            audit.add(self._connection, self._site.site, now, by, "staff back", detail)
            return found

    def copy_week(self, week: date, to: date, units: Iterable[str], by: str) -> int:
        """The roster of one week (its Monday) into another one, for these units; what is there already stays
        and is not doubled. Returns how many shifts were new.
        """
        wanted = frozenset(units)
        with transaction(self._connection):
            since = midnight(week, self._site)
            known = store.between(self._connection, self._site.site, since, midnight(week + WEEK, self._site))
            source = [
                moved(s, (to - week).days, self._site)
                for s in known
                if s.source == "roster"
                and since <= s.starts_at < midnight(week + WEEK, self._site)
                and (not s.units or wanted & frozenset(s.units))
            ]
            new = [s for s in source if self._overlap(s) is None]
            for shift in new:
                store.add(self._connection, self._site.site, shift)
            detail = {"from": str(week), "to": str(to), "shifts": len(new)}
            audit.add(self._connection, self._site.site, self._clock.now(), by, "week copied", detail)
            return len(new)

    def _end_what_they_signed_in_to(self, at: datetime, until: datetime, person: str) -> None:
        for known in store.between(self._connection, self._site.site, at, until):
            if known.person == person and known.source == "signed_in":
                store.end(self._connection, self._site.site, known.id, at)

    def _here(self, person: str, now: datetime) -> list[Shift]:
        known = store.between(self._connection, self._site.site, now, now)
        return [s for s in known if s.person == person and s.source == "signed_in"]

    def _overlap(self, asked: Shift) -> Refusal | None:
        known = store.between(self._connection, self._site.site, asked.starts_at, asked.ends_at)
        for other in known:
            same = other.person == asked.person and other.source == "roster" and other.id != asked.id
            if same and other.overlaps(asked):
                return Refusal(f"{asked.person} is on another shift at that time", "two_shifts")
        return None

    def _nobody_to_stand_in_for(self, asked: Shift) -> Refusal | None:
        planned = self.in_whose_place(asked.person, asked.units)
        if {s.person for s in planned if s.function == asked.function}.issuperset(asked.instead_of):
            return None
        return Refusal("somebody named is not planned there as that", "not_planned")

    def _tell(self, shift: Shift, before: Sequence[Shift]) -> None:
        """Whoever is not called any more: if they are there all the same, they sign in. `before`: what the
        same one was signed in to until now; whom that replaced, knows it.
        """
        ends: dict[str, datetime] = {}
        only_in: dict[str, set[str]] = {}
        since, soon = shift.starts_at - LONGEST, shift.starts_at + EARLY
        known = store.between(self._connection, self._site.site, since, soon)
        for planned in self.in_whose_place(shift.person, shift.units):
            replaced_already = any(s.stands_in_for(planned, known) for s in before)
            if shift.stands_in_for(planned, known) and not replaced_already:
                ends[planned.person] = max(ends.get(planned.person, planned.ends_at), planned.ends_at)
                at = max(planned.starts_at, shift.starts_at)
                for found in stood_in_for(self._site, [planned, shift], at):
                    only_in.setdefault(planned.person, set()).update(found.units if found.elsewhere else ())
        languages = {one.id: one.language or self._site.language for one in self._site.people}
        told = []
        for one, end in sorted(ends.items()):
            until = min(shift.ends_at, end).astimezone(self._site.zone)
            units = [unit.name for unit in self._site.units if unit.id in only_in.get(one, ())]
            told.append((one, subject(languages[one]), body(until, units, languages[one])))
        tell(self._connection, self._site.site, told, shift.starts_at)

    def _note(self, shift: Shift, what: str, by: str, absent_until: datetime | None = None) -> None:
        detail: dict[str, object] = {
            "shift": shift.id,
            "person": shift.person,
            "function": shift.function,
            "units": shift.units,
            "from": shift.starts_at,
            "to": shift.ends_at,
            "residents": shift.residents,
        }
        if shift.instead_of:
            detail["instead_of"] = shift.instead_of
        if absent_until is not None:
            detail["absent_until"] = absent_until
        audit.add(self._connection, self._site.site, self._clock.now(), by, what, detail)


def why_not(shift: Shift, site: Site) -> Refusal | None:
    """What a shift can't be like, wherever it comes from."""
    person = _person(site, shift.person)
    if person is None:
        return Refusal(f"{site.site} has no person {shift.person!r}", "no_person")
    if shift.function not in FUNCTIONS_OF.get(person.role, ()):
        return Refusal(f"{shift.person} is {person.role}, not {shift.function}", "no_function")
    if not {unit.id for unit in site.units}.issuperset(shift.units):
        return Refusal("a unit is not known", "no_unit")
    if person.units and not set(shift.units) <= set(person.units):
        why = f"an alert there would be closed to {shift.person}; expected units of theirs"
        return Refusal(f"{why}: {', '.join(person.units)}", "not_their_unit")
    if not timedelta(0) < shift.ends_at - shift.starts_at <= LONGEST:
        return Refusal("the end must come after the beginning, within 36 h", "shift_length")
    units = {room.id: room.unit for room in site.rooms}
    inside = {r.id for r in site.residents if not shift.units or units.get(r.room) in shift.units}
    if not inside.issuperset(shift.residents):
        return Refusal("a resident does not live in these units", "resident_elsewhere")
    return None


def _person(site: Site, id: str) -> Person | None:
    return next((person for person in site.people if person.id == id), None)
