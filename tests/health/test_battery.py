"""How long a battery lasts: told with how sure it is, and not told where nobody can know."""

import pytest

from devices.supply import BatteryType
from rules.health.battery import forecast
from tests.health.discharge import LEFT, VOLTS, foretold, life, warned


def falling(begin: float, a_day: float, days: int, step: float = 0.01) -> list[tuple[int, float]]:
    return [(day, round((begin - a_day * day) / step) * step) for day in range(days)]


def test_a_steady_fall_is_told_to_the_day() -> None:
    found = forecast(falling(80, 0.5, 60))
    assert found.told == "told"
    assert found.days is not None
    assert abs(found.days - 100) <= 3
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.days < found.high


def test_with_a_few_days_of_history_it_cannot_be_told_yet() -> None:
    assert forecast(falling(80, 0.5, 10)).told == "too little history"
    assert forecast([]).told == "no level"


def test_a_level_that_has_not_moved_tells_nothing() -> None:
    assert forecast([(day, 100.0) for day in range(300)]).told == "no fall yet"
    one_step = [(day, 100.0 if day < 90 else 75.0) for day in range(120)]
    assert forecast(one_step).told == "no fall yet", "one step of a coarse meter"


def test_a_new_battery_begins_anew() -> None:
    history = falling(60, 1, 55) + [(55 + day, 100 - 0.2 * day) for day in range(40)]
    found = forecast(history)
    assert found.began in (55, 56)
    assert found.days is not None
    assert found.days > 300


def test_a_lone_wrong_value_is_not_believed() -> None:
    history = falling(80, 0.5, 60)
    for day, nonsense in ((10, 0.0), (30, 255.0), (40, -1.0), (59, 0.0)):
        history[day] = (day, nonsense)
    found = forecast(history)
    assert found.days is not None
    assert abs(found.days - 100) <= 5


def test_what_is_charged_every_night_is_not_foretold() -> None:
    assert forecast([(day, 60.0) for day in range(60)], "rechargeable").told == "rechargeable"


@pytest.mark.parametrize("type", VOLTS)
def test_batteries_of_a_made_up_year_are_warned_of_in_time(type: BatteryType) -> None:
    ahead = [warned(life(type, seed)).ahead for seed in range(8)]
    known = sorted(days for days in ahead if days is not None)
    assert len(known) == len(ahead), "each before its end"
    assert known[0] >= 2
    assert known[-1] <= 60


@pytest.mark.parametrize("type", VOLTS)
def test_the_band_holds_what_came_in_two_of_three_cases(type: BatteryType) -> None:
    told = [foretold(life(type, seed), left) for seed in range(25) for left in LEFT[1:4]]
    inside = [t.low <= t.left <= t.high for t in told if t.low is not None and t.high is not None]
    assert len(inside) > 30
    assert sum(inside) / len(inside) >= 2 / 3
