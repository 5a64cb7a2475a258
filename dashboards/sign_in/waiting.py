"""What waits in memory for a second step: who gave the right password and owes a code, a passkey's challenge,
a secret that is not confirmed. Each is taken once and not for long. A restart forgets them: one begins again.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Generic, TypeVar

Value = TypeVar("Value")
LIFETIME = timedelta(minutes=5)
"""[default]"""


class Waiting(Generic[Value]):
    """At most `keep` values. Beyond that the largest crowd loses its oldest: who asks again and again from
    outside pushes out their own. What is too old counts for nobody.
    """

    def __init__(self, lifetime: timedelta = LIFETIME, keep: int = 10_000) -> None:
        self._values: dict[str, tuple[datetime, str, Value]] = {}
        self._crowds: dict[str, OrderedDict[str, None]] = {}
        self._keep, self._lifetime, self._lock = keep, lifetime, threading.Lock()

    def put(self, value: Value, now: datetime, crowd: str) -> str:
        """Returns the name by which it is taken. `crowd`: who it is, or of known.crowd_of."""
        name = secrets.token_urlsafe(32)
        with self._lock:
            self._values[name] = (now, crowd, value)
            self._crowds.setdefault(crowd, OrderedDict())[name] = None
            while now - self._values[oldest := next(iter(self._values))][0] >= self._lifetime:
                self._drop(oldest)
            if len(self._values) > self._keep:
                largest = max(self._crowds.values(), key=lambda crowd: len(crowd))
                self._drop(next(iter(largest)))
        return name

    def look(self, name: str, now: datetime) -> Value | None:
        """It goes on waiting."""
        with self._lock:
            found = self._values.get(name)
        return self._young(found, now)

    def take(self, name: str, now: datetime) -> Value | None:
        with self._lock:
            found = self._drop(name)
        return self._young(found, now)

    def _young(self, found: tuple[datetime, str, Value] | None, now: datetime) -> Value | None:
        return found[2] if found is not None and now - found[0] < self._lifetime else None

    def _drop(self, name: str) -> tuple[datetime, str, Value] | None:
        found = self._values.pop(name, None)
        if found is not None:
            crowd = self._crowds[found[1]]
            del crowd[name]
            if not crowd:
                del self._crowds[found[1]]
        return found
