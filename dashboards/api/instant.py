"""Instants that calls take: with a zone, and of a time of which there can be something to say. The first and
the last ones of the calendar do not exist in every zone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime
from pydantic_core import PydanticCustomError

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _of_our_time(at: datetime) -> datetime:
    if not FIRST <= at < LAST:
        raise PydanticCustomError("datetime_not_ours", "Input should be an instant from 2000 to 2199")
    return at


Instant = Annotated[AwareDatetime, AfterValidator(_of_our_time)]
