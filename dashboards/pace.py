"""How often one person may have done what costs others something: messages sent to try a way, whole
exports. Beyond that it waits. Nothing that a night's work needs is on this list.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta
from math import ceil
from typing import Any, NamedTuple, cast

from fastapi import Depends, HTTPException, Request

from dashboards.visit import Visitor


class Measure(NamedTuple):
    most: int
    within: timedelta


TEST_MESSAGES = Measure(10, timedelta(minutes=10))
"""[default] Each costs an SMS, and somebody's attention."""
EXPORTS = Measure(6, timedelta(minutes=10))
"""[default] Each reads a resident's years."""
KEPT = 10_000


class Pace:
    def __init__(self) -> None:
        self._done: OrderedDict[tuple[Measure, str], deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, measure: Measure, person: str, now: datetime) -> timedelta:
        """How long until they may; zero: now, and it counts."""
        with self._lock:
            done = self._done.pop((measure, person), deque())
            while done and now - done[0] >= measure.within:
                done.popleft()
            self._done[measure, person] = done
            if len(self._done) > KEPT:
                self._done.popitem(last=False)
            if len(done) >= measure.most:
                return done[0] + measure.within - now
            done.append(now)
        return timedelta(0)


def paced(measure: Measure) -> Any:
    """A dependency: 429 with Retry-After."""

    def hold_back(request: Request, visit: Visitor) -> None:
        pace = cast(Pace, request.app.state.pace)
        if wait := ceil(pace.wait(measure, visit.person.id, visit.now).total_seconds()):
            raise HTTPException(429, f"that is too often; again in {wait} s", {"Retry-After": str(wait)})

    return Depends(hold_back)
