"""A year in days: what has a value, and what only seems quiet."""

from datetime import UTC, date, datetime, timedelta

import pytest

from rules.stretches import Stretch
from rules.year import Day, Month, day_told, first_shown, last_shown, months

START = datetime(2026, 3, 1, tzinfo=UTC)
WHOLE = Stretch(START, START + timedelta(days=1))


def hours(since: float, until: float) -> Stretch:
    return Stretch(START + timedelta(hours=since), START + timedelta(hours=until))


@pytest.mark.parametrize(
    ("away", "deaf", "told"),
    [
        ([], [[], []], "heard"),
        ([], [[hours(0, 4)], []], "heard"),
        ([], [[], [hours(0, 5)]], "unheard"),
        ([], [[hours(-30, 3), hours(22, 30)]], "unheard"),
        ([hours(0, 11)], [[]], "heard"),
        ([hours(0, 12)], [[]], "away"),
        ([hours(-30, 40)], [[hours(0, 24)]], "away"),
    ],
)
def test_a_day_of_an_empty_flat_or_of_deaf_sensors_is_not_a_quiet_day(
    away: list[Stretch], deaf: list[list[Stretch]], told: str
) -> None:
    assert day_told(WHOLE, away, deaf) == told


def test_a_year_is_twelve_whole_months() -> None:
    assert first_shown(date(2026, 11, 28)) == date(2025, 12, 1)
    assert first_shown(date(2026, 12, 1)) == date(2026, 1, 1)
    assert last_shown(date(2025, 12, 1)) == date(2026, 11, 30)
    assert last_shown(date(2023, 3, 1)) == date(2024, 2, 29)


def test_a_month_is_the_mean_of_the_days_that_tell_something() -> None:
    days = [
        Day(date(2026, 1, 30), "heard", 4.0),
        Day(date(2026, 1, 31), "heard", 0.0),
        Day(date(2026, 2, 1), "away", None),
        Day(date(2026, 2, 2), "unheard", None),
        Day(date(2026, 2, 3), "unheard", None),
        Day(date(2026, 3, 1), "heard", 7.0),
    ]
    assert months(days) == [
        Month(date(2026, 1, 1), 2, 0, 0, 2.0),
        Month(date(2026, 2, 1), 0, 1, 2, None),
        Month(date(2026, 3, 1), 1, 0, 0, 7.0),
    ]
