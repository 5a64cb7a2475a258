"""A walk test: a technician tries out a device in its place, and staff are not paged by it. Here: how long it
lasts, and which readings are its own.

While it runs, the hub keeps the device aside (rules/judge.py).
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from devices.reading import Reading

LONGEST = timedelta(minutes=15)
"""[default] A test that somebody forgot ends by itself: meanwhile nobody hears a real call of that device."""
SIGNED_WITHIN = timedelta(hours=1)
"""[default] What was seen may be signed so long after the test ended by itself."""
CLOCK_SLACK = timedelta(minutes=15)
"""[default] A new device's clock may be so far behind: what it dates that early is the test's all the same.
"""
ON_THE_WAY = timedelta(seconds=30)
"""[default] What was tried right before the end may come in so long after it."""


class Test(msgspec.Struct, frozen=True):
    """A device is under test. `ends_at`: by itself, at the latest. `ended_by`: None where it ended by itself.
    Instants are aware UTC.
    """

    id: int
    site: str
    device: str
    person: str
    started_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None

    __test__ = False  # to pytest the name says too much

    def runs(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.ends_at

    @property
    def until(self) -> datetime:
        """When it ended, or will at the latest."""
        return self.ends_at if self.ended_at is None else min(self.ended_at, self.ends_at)

    def holds(self, reading: Reading, catching_up: bool = False) -> bool:
        """Whether a reading of the device belongs to the test. `catching_up`: it may have waited for the hub
        for any time.
        """
        if not self.started_at - CLOCK_SLACK <= reading.at < self.until:
            return False
        return catching_up or reading.received_at <= self.until + ON_THE_WAY
