"""The hand-over as people write it: a note to the shifts that come, which ends by itself; and that somebody
has read it. The same kind of transaction as the desk's; on the audit trail stands who and about whom, never
the words.
"""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from hub.clock import Clock
from hub.store import audit, shifts
from hub.store import hand_over as store
from hub.store.db import transaction
from hub.store.hand_over import Note
from rules.building import Site
from rules.duty import LONGEST
from rules.pause import Refusal
from rules.week import shifts_later

MOST_SHIFTS = 21
"""[default] A week of three shifts a day: what is to be known for longer belongs in the journal."""
LONGEST_WORDS = 500


class HandOver:
    def __init__(self, connection: sqlite3.Connection, site: Site, clock: Clock) -> None:
        self._connection, self._site, self._clock = connection, site, clock

    def write(self, unit: str, resident: str | None, words: str, count: int, by: str) -> Note | Refusal:
        """For the shift that runs and `count` after it. `unit` '' is the whole house; a resident's unit is
        theirs, whatever is said.
        """
        said = " ".join("".join(c for c in words if c.isprintable() or c.isspace()).split())
        if not said:
            return Refusal("a note without words", "no_words")
        if len(said) > LONGEST_WORDS:
            return Refusal(f"a note has at most {LONGEST_WORDS} characters", "long_words")
        if not 0 <= count <= MOST_SHIFTS:
            return Refusal(f"a note lasts for at most {MOST_SHIFTS} shifts", "many_shifts")
        with transaction(self._connection):
            now = self._clock.now()
            if resident is not None:
                room = next((r.room for r in self._site.residents if r.id == resident), None)
                if room is None:
                    return Refusal(f"no {resident!r} lives in {self._site.site}", "no_resident")
                unit = next(r.unit for r in self._site.rooms if r.id == room)
            elif unit and unit not in {u.id for u in self._site.units}:
                return Refusal(f"{self._site.site} has no unit {unit!r}", "no_unit")
            planned = shifts.between(
                self._connection, self._site.site, now - LONGEST, now + timedelta(days=1 + count)
            )
            ends = shifts_later(now, planned, unit, count)
            note = Note(0, unit, resident, said, by, now, ends)
            note = store.add_note(self._connection, self._site.site, note)
            self._note("note written", by, note)
            return note

    def end(self, id: int, by: str) -> Note | Refusal:
        """It has been seen to."""
        with transaction(self._connection):
            now = self._clock.now()
            known = store.notes(self._connection, self._site.site, now)
            note = next((note for note in known if note.id == id), None)
            if note is None:
                return Refusal("there is no such note any more", "no_note")
            store.end_note(self._connection, self._site.site, id, now, by)
            self._note("note ended", by, note)
            return note

    def read(self, person: str) -> None:
        """Somebody confirms that they have read the hand-over."""
        with transaction(self._connection):
            now = self._clock.now()
            store.add_receipt(self._connection, self._site.site, person, now)
            audit.add(self._connection, self._site.site, now, person, "hand-over read", {})

    def _note(self, what: str, by: str, note: Note) -> None:
        detail = {"note": note.id, "unit": note.unit, "residents": [note.resident] if note.resident else []}
        audit.add(self._connection, self._site.site, self._clock.now(), by, what, detail)
