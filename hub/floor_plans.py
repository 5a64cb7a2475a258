"""Changing floor plans: each change with who made it, on the audit trail, and none over somebody else's."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence

from hub.clock import Clock
from hub.store import audit, floor_plans
from hub.store.db import transaction
from hub.store.floor_plans import FloorPlan, Mark


class FloorPlans:
    def __init__(self, connection: sqlite3.Connection, site: str, clock: Clock, person: str) -> None:
        self._connection, self._site, self._clock, self._person = connection, site, clock, person

    def put(self, unit: str, name: str, png: bytes, width: int, height: int) -> int:
        """A new plan, or a new picture of the unit's plan of that name, whose marks stay. Its id."""
        now, digest = self._clock.now(), hashlib.sha256(png).hexdigest()
        plan = FloorPlan(0, unit, name, digest, width, height, 1, self._person, now)
        with transaction(self._connection):
            id = floor_plans.put(self._connection, self._site, plan, png)
            self._note("floor plan put", {"plan": id, "unit": unit, "name": name})
        return id

    def remove(self, id: int) -> None:
        with transaction(self._connection):
            floor_plans.remove(self._connection, id)
            self._note("floor plan removed", {"plan": id})

    def mark(self, id: int, version: int, marks: Sequence[Mark]) -> int | None:
        """All marks in place of those that were; None where somebody has changed the plan since `version`."""
        with transaction(self._connection):
            after = floor_plans.put_marks(self._connection, id, version, marks)
            if after is not None:
                self._note("floor plan marked", {"plan": id, "marks": len(marks)})
        return after

    def _note(self, what: str, detail: dict[str, object]) -> None:
        audit.add(self._connection, self._site, self._clock.now(), self._person, what, detail)
