"""Where somebody was in a night, as its sensors tell it and no further."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.pictures.nights import SLEEP_FROM, SLEEP_UNTIL, Night
from rules.nights import HourTold, Sign, Spell, night, night_by_hour, night_of
from rules.stretches import Stretch

OSLO = ZoneInfo("Europe/Oslo")
PLAIN_SLEEP = (24 - SLEEP_FROM.hour) + SLEEP_UNTIL.hour
EVENING = datetime(2026, 11, 23, 20, tzinfo=UTC)


def at(hours: float) -> datetime:
    return EVENING + timedelta(hours=hours)


def told(signs: list[tuple[float, Sign]], has_bed: bool = True, *unheard: tuple[float, float]) -> list[Spell]:
    silent = [Stretch(at(a), at(b)) for a, b in unheard]
    return night([(at(h), sign) for h, sign in signs], silent, at(0), at(14), has_bed)


def in_words(spells: list[Spell]) -> list[tuple[str, float, float]]:
    return [
        (s.where, (s.since - EVENING) / timedelta(hours=1), (s.until - EVENING) / timedelta(hours=1))
        for s in spells
    ]


def test_to_bed_up_to_the_bathroom_and_back_is_told_in_order() -> None:
    signs: list[tuple[float, Sign]] = [
        (-1, "inside"),
        (2, "bed"),
        (5, "up"),
        (5.125, "bathroom"),
        (5.25, "bed"),
    ]
    assert in_words(told([*signs, (11, "up")])) == [
        ("up", 0, 2),
        ("in_bed", 2, 5),
        ("up", 5, 5.125),
        ("bathroom", 5.125, 5.25),
        ("in_bed", 5.25, 11),
        ("up", 11, 14),
    ]


def test_who_goes_out_and_is_not_heard_inside_is_out_and_who_only_opens_the_door_is_not() -> None:
    out = told([(0, "up"), (1, "door"), (1.5, "inside"), (3, "door"), (3.05, "inside")])
    assert [s for s in in_words(out) if s[0] == "out"] == [("out", 1, 1.5)]


def test_who_is_still_seen_while_leaving_is_out_and_who_came_home_is_not() -> None:
    seconds = 1 / 3600
    left = [(0, "up"), (1, "door"), (1 + 5 * seconds, "inside"), (1 + 9 * seconds, "door")]
    left += [(1 + 20 * seconds, "inside"), (3, "door"), (3 + 9 * seconds, "door")]
    left += [(3 + 40 * seconds, "inside"), (5, "inside")]
    out = told(left)  # type: ignore[arg-type]
    assert [s for s in in_words(out) if s[0] == "out"] == [("out", 1, 3)]


def test_a_bathroom_in_which_nothing_moves_any_more_is_left() -> None:
    stay: list[tuple[float, Sign]] = [(0, "up"), (1, "bathroom"), (1.02, "left"), (1.1, "bathroom")]
    assert in_words(told([*stay, (1.2, "left"), (2, "bed")])) == [
        ("up", 0, 1),
        ("bathroom", 1, 1.2),
        ("up", 1.2, 2),
        ("in_bed", 2, 14),
    ]


def test_a_visitor_at_the_door_moves_nobody_out_of_bed() -> None:
    assert in_words(told([(0, "bed"), (4, "door"), (4.2, "inside")])) == [("in_bed", 0, 14)]


def test_without_a_bed_sensor_nobody_is_said_to_be_in_bed() -> None:
    assert in_words(told([(0, "inside"), (5, "bathroom")], False)) == [
        ("up", 0, pytest.approx(1 / 60)),
        ("still", pytest.approx(1 / 60), 5),
        ("bathroom", 5, pytest.approx(5 + 1 / 60)),
        ("still", pytest.approx(5 + 1 / 60), 14),
    ]


def test_a_bed_that_lets_go_of_somebody_who_turns_over_is_not_left() -> None:
    turned = told([(0, "bed"), (3, "up"), (3.03, "bed"), (5, "up"), (5.01, "bathroom"), (5.1, "bed")])
    assert in_words(turned) == [
        ("in_bed", 0, 5),
        ("up", 5, 5.01),
        ("bathroom", 5.01, 5.1),
        ("in_bed", 5.1, 14),
    ]


def test_that_nothing_was_seen_says_nothing_while_a_sensor_that_would_have_seen_it_is_dead() -> None:
    dead = [Stretch(at(2), at(4))]
    signs: list[tuple[datetime, Sign]] = [(at(0), "up"), (at(1), "door"), (at(6), "inside")]
    assert in_words(night(signs, [], at(0), at(14), True, dead)) == [
        ("up", 0, 1),
        ("out", 1, 2),
        ("unknown", 2, 4),
        ("out", 4, 6),
        ("up", 6, 14),
    ]
    assert [s for s in in_words(night([(at(0), "inside")], [], at(0), at(6), False, dead)) if s[1] >= 2] == [
        ("unknown", 2, 4),
        ("still", 4, 6),
    ]


def test_what_could_not_be_heard_is_not_known_until_the_bed_speaks_again() -> None:
    signs: list[tuple[float, Sign]] = [(0, "bed"), (6, "inside"), (8, "up")]
    assert in_words(told(signs, True, (3, 5))) == [("in_bed", 0, 3), ("unknown", 3, 8), ("up", 8, 14)]


def test_a_night_that_nobody_told_of_is_not_quiet() -> None:
    assert in_words(told([])) == [("unknown", 0, 14)]
    assert in_words(told([], False)) == [("unknown", 0, 14)]


def test_of_a_night_by_the_hour_it_is_known_how_long_and_what_nothing_told_of_stays_unknown() -> None:
    hours = {
        at(0): HourTold(1800.0, 360.0, 60.0),
        at(1): HourTold(3600.0),
        at(2): HourTold(0.0, 0.0, 60.0),
    }
    assert in_words(night_by_hour(hours, [], at(0), at(4), True)) == [
        ("in_bed", 0, 0.5),
        ("bathroom", 0.5, 0.6),
        ("up", 0.6, 1),
        ("in_bed", 1, 2),
        ("up", 2, 3),
        ("unknown", 3, 4),
    ]
    assert in_words(night_by_hour(hours, [Stretch(at(3), at(4))], at(2), at(4), False)) == [
        ("up", 2, pytest.approx(2 + 1 / 60)),
        ("still", pytest.approx(2 + 1 / 60), 3),
        ("unknown", 3, 4),
    ]


@pytest.mark.parametrize(
    ("evening", "hours"), [(date(2026, 3, 28), 13), (date(2026, 10, 24), 15), (date(2026, 11, 23), 14)]
)
def test_a_night_is_as_long_as_the_clock_makes_it(evening: date, hours: int) -> None:
    whole = night_of(evening, OSLO)
    assert whole.until.timestamp() - whole.since.timestamp() == hours * 3600
    begin = whole.since.astimezone(UTC)
    slept = {begin + timedelta(hours=n): HourTold(3600.0) for n in range(hours)}
    by_hour = night_by_hour(slept, [], *whole, True)
    by_sign = night([(begin - timedelta(hours=1), "bed")], [], *whole, True)
    for spells in (by_hour, by_sign):
        assert [spell.where for spell in spells] == ["in_bed"]
        assert Night(evening, whole, tuple(spells)).length("in_bed") == timedelta(hours=hours)
        asleep = Night(evening, whole, tuple(spells)).asleep
        assert asleep.length("in_bed") == timedelta(hours=hours - 14 + PLAIN_SLEEP)


@given(
    st.lists(
        st.tuples(st.floats(-12, 14), st.sampled_from(["bed", "up", "bathroom", "left", "inside", "door"]))
    ),
    st.lists(st.tuples(st.floats(-12, 14), st.floats(0.1, 4)), max_size=3),
    st.booleans(),
)
def test_every_night_is_told_without_gaps_and_what_was_silent_is_unknown(
    signs: list[tuple[float, Sign]], silences: list[tuple[float, float]], has_bed: bool
) -> None:
    apart: list[tuple[float, float]] = []
    for since, length in sorted(silences):
        begins = max(since, apart[-1][1] + 0.1 if apart else since)
        apart.append((begins, begins + length))
    spells = told(sorted(signs), has_bed, *apart)
    assert spells[0].since == at(0)
    assert spells[-1].until == at(14)
    assert all(one.until == other.since and one.where != other.where for one, other in pairwise(spells))
    for begins, ends in apart:
        middle = at((begins + ends) / 2)
        assert all(s.where == "unknown" for s in spells if s.since <= middle < s.until)
