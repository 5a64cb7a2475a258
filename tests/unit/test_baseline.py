"""A week against the same person's weeks before, and when nothing is said."""

from datetime import date, timedelta

from rules.baseline import band_of, weeks

MONDAY = date(2026, 6, 1)


def days(*values: float | None, each: int = 7) -> dict[date, float]:
    """A week of days a value; of None nothing was heard."""
    return {
        MONDAY + timedelta(weeks=week, days=day): value
        for week, value in enumerate(values)
        if value is not None
        for day in range(each)
    }


def verdicts(told: dict[date, float], whole: int) -> list[str]:
    return [week.verdict for week in weeks(told, MONDAY + timedelta(weeks=whole))]


def test_nothing_is_said_before_four_weeks_are_known() -> None:
    assert verdicts(days(40, 41, 39, 40, 10), 5) == ["too_little"] * 4 + ["below"]


def test_more_and_less_than_usual_are_told_from_what_is_usual() -> None:
    assert verdicts(days(40, 41, 39, 40, 42, 90, 40), 7)[4:] == ["within", "above", "within"]


def test_one_odd_week_moves_the_band_no_further_than_one_week_does() -> None:
    usual, odd = band_of([40, 41, 39, 40, 42, 38, 41, 40]), band_of([40, 41, 39, 400, 42, 38, 41, 40])
    assert usual is not None
    assert odd is not None
    assert abs(odd.middle - usual.middle) <= 1
    assert odd.high < 60


def test_a_week_of_which_too_few_days_were_heard_is_not_judged_and_counts_for_no_other() -> None:
    told = days(40, 41, 39, 40, None, 40) | {MONDAY + timedelta(weeks=4, days=n): 3.0 for n in range(3)}
    found = weeks(told, MONDAY + timedelta(weeks=6))
    assert [(week.value is None, week.verdict) for week in found[4:]] == [
        (True, "too_little"),
        (False, "within"),
    ]


def test_once_more_in_a_night_than_usual_is_nothing_unusual() -> None:
    assert verdicts(days(2, 2, 2, 2, 3), 5)[-1] == "within"


def test_the_week_that_is_not_over_is_not_told_of() -> None:
    assert len(weeks(days(40, 40, 40), MONDAY + timedelta(weeks=2, days=6))) == 2
