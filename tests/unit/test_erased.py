"""What a device tells of a time that is erased is known by its own clock and its number alone."""

from datetime import UTC, datetime, timedelta

import pytest

from devices.reading import Reading
from rules.erased import of_erased_time
from rules.stretches import Stretch

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=30)
TIMES = {7: [Stretch(SINCE - timedelta(days=90), SINCE - timedelta(days=60)), Stretch(SINCE, UNTIL)]}
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("device", "at", "own_time", "erased"),
    [
        (7, SINCE, True, True),
        (7, UNTIL - MOMENT, True, True),
        (7, UNTIL, True, False),
        (7, SINCE - MOMENT, True, False),
        (7, SINCE - timedelta(days=70), True, True),
        (8, SINCE, True, False),
        (7, SINCE, False, False),
    ],
)
def test_a_reading_is_of_an_erased_time_or_not(
    device: int, at: datetime, own_time: bool, erased: bool
) -> None:
    reading = Reading("3B motion", "motion", True, at, UNTIL + timedelta(days=1), own_time=own_time)
    assert of_erased_time(reading, device, TIMES) is erased
