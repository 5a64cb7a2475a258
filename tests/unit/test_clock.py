"""The only now: it runs on steadily, and tells when somebody set the wall."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.clock import JUMP, ReadingsClock, WallClock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class House:
    """A wall clock and a steady one, both moved by the test."""

    def __init__(self) -> None:
        self.wall, self.steady = NOON, 1000.0
        self.clock = WallClock(lambda: self.wall, lambda: self.steady)

    def passes(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.steady += seconds


def test_it_shows_the_wall_and_no_jump_where_nobody_set_it() -> None:
    house = House()
    house.passes(3600)
    assert house.clock.now() == NOON + 3600 * SECOND
    assert house.clock.look_at_the_wall() is None
    assert house.clock.since == NOON


@pytest.mark.parametrize(
    "by", [timedelta(hours=8), timedelta(seconds=3), -timedelta(hours=1), -timedelta(seconds=3)]
)
def test_a_wall_that_was_set_is_followed_and_told_once(by: timedelta) -> None:
    house = House()
    house.passes(10)
    house.wall += by
    assert house.clock.now() == NOON + 10 * SECOND  # not before it was looked at
    assert house.clock.look_at_the_wall() == by
    assert house.clock.now() == NOON + 10 * SECOND + by
    assert house.clock.look_at_the_wall() is None
    assert house.clock.since == NOON + by


def test_a_wall_that_is_slewed_back_makes_time_stand_still_never_go_back() -> None:
    house = House()
    house.passes(10)
    before = house.clock.now()
    house.wall -= JUMP
    assert house.clock.look_at_the_wall() is None
    assert house.clock.now() == before
    house.passes(1)
    assert house.clock.now() == before
    house.passes(2)
    assert house.clock.now() == before + 1 * SECOND


def test_the_clock_of_a_replay_goes_with_the_readings_and_never_back() -> None:
    clock = ReadingsClock()
    clock.advance(NOON)
    clock.advance(NOON - SECOND)
    assert clock.now() == NOON
