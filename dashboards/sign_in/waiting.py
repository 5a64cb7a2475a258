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


class Waiting(Generic[Value]):
    def __init__(self, keep: int = 10_000) -> None:
        self._values: OrderedDict[str, tuple[datetime, Value]] = OrderedDict()
        self._keep, self._lock = keep, threading.Lock()

    def put(self, value: Value, now: datetime) -> str:
        """Returns the name by which it is taken."""
        name = secrets.token_urlsafe(32)
        with self._lock:
            self._values[name] = (now, value)
            if len(self._values) > self._keep:
                self._values.popitem(last=False)
        return name

    def look(self, name: str, now: datetime) -> Value | None:
        """It goes on waiting."""
        with self._lock:
            since, value = self._values.get(name, (now, None))
        return value if now - since < LIFETIME else None

    def take(self, name: str, now: datetime) -> Value | None:
        with self._lock:
            since, value = self._values.pop(name, (now, None))
        return value if now - since < LIFETIME else None
