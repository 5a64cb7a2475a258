"""Instants that calls take: with a zone, and of a time of which there can be something to say. The first and
the last ones of the calendar do not exist in every zone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _of_our_time(at: datetime) -> datetime:
    if not FIRST <= at < LAST:
        raise ValueError(f"Input should be an instant from {FIRST.year} to {LAST.year - 1}")
    return at


Instant = Annotated[AwareDatetime, AfterValidator(_of_our_time)]
