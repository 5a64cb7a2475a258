"""How good a unit's alarms are: each figure on alarms whose answer can be worked out by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.alarm_quality import ABOUT_VAKA, Happened, load_standard, quality, trend
from rules.protection import NOT_HEARD
from rules.wording.alerting import NAMES

START = datetime(2026, 10, 1, tzinfo=UTC)
END = START + timedelta(days=30)
MINUTE = timedelta(minutes=1)


def came(at: timedelta, *again: timedelta, **what: Any) -> Happened:
    times = tuple(START + moment for moment in (at, *again))
    return Happened(
        **{
            "rule": "quiet",
            "room": "1A",
            "unit": "sol",
            "device": None,
            "severity": "low",
            **what,
            "times": times,
        }
    )


def of(*happened: Happened, carers: int = 1, until: datetime = END) -> Any:
    return quality(happened, lambda _: carers, START, until)


def test_one_alarm_in_ten_minutes_for_each_carer_is_acceptable_two_are_manageable_and_more_are_not() -> None:
    day = START + timedelta(days=1)
    every = lambda minutes, **more: [came(n * MINUTE, room=str(n)) for n in range(0, 24 * 60, minutes)]  # noqa: E731
    for minutes, per_carer, standard in ((10, 1, "good"), (5, 2, "manageable"), (2, 5, "bad")):
        load = of(*every(minutes), until=day).load
        assert load.per_carer == pytest.approx(per_carer)
        assert load_standard(load, judged=True) == standard
        assert load_standard(load, judged=False) == "too_little"
    assert of(*every(5), carers=2, until=day).load.per_carer == pytest.approx(1)


def test_a_flood_begins_with_eleven_in_ten_minutes_and_lasts_until_there_are_fewer_than_five() -> None:
    flood = [came(n * MINUTE / 2, room=str(n)) for n in range(11)]
    goes_on = [came((10 + n) * MINUTE, room=f"b{n}") for n in range(5)]
    over = [came((20 + n) * MINUTE, room=f"c{n}") for n in range(4)]
    load = of(*flood, *goes_on, *over).load
    assert (load.floods, round(load.flood_share * 30 * 144)) == (1, 2)
    assert load.busiest == 11
    assert load.busiest_at == START
    assert of(*flood[:10]).load.floods == 0


def test_alerts_about_vaka_itself_are_no_alarms_of_care_and_are_told_beside_them() -> None:
    care = [came(n * MINUTE, room=str(n)) for n in range(3)]
    of_vaka = [came(n * MINUTE, rule=rule, severity="high") for n, rule in enumerate(sorted(ABOUT_VAKA))]
    unheard = came(5 * MINUTE, rule=NOT_HEARD)
    found = of(*care, *of_vaka, unheard)
    assert found.about_vaka == len(NAMES)
    assert found.load == of(*care, unheard).load
    assert found.load.alarms == 4, "somebody has to look after people where a sensor cannot be heard"
    assert found.mix["high"] == 0
    assert {one.name for one in found.rules} == {"quiet", NOT_HEARD}
    assert sorted(NAMES) == sorted(ABOUT_VAKA), "each of the hub's own rules about the alerting"


@pytest.mark.parametrize(("month", "day"), [((2026, 10), 28), ((2027, 3), 30)])
def test_in_a_month_in_which_the_clocks_change_the_busiest_minutes_are_when_they_were(
    month: tuple[int, int], day: int
) -> None:
    zone = ZoneInfo("Europe/Oslo")
    since = datetime(*month, 1, tzinfo=zone)
    until = (since + timedelta(days=31)).replace(day=1)
    at = datetime(*month, day, 10, tzinfo=zone).astimezone(UTC)
    at_ten = [msgspec.structs.replace(came(n * MINUTE), times=(at + n * MINUTE,)) for n in range(3)]
    asked: list[datetime] = []
    load = quality(at_ten, lambda moment: asked.append(moment) or 1, since, until).load
    assert load.busiest_at == at
    assert at in asked, "who was on duty then, not an hour later"
    hours = (until.timestamp() - since.timestamp()) / 3600
    assert load.per_carer == pytest.approx(3 / (hours * 6))


def test_who_is_two_has_a_flood_of_twenty_one() -> None:
    twenty = [came(n * MINUTE / 4, room=str(n)) for n in range(20)]
    assert of(*twenty, carers=2).load.floods == 0
    assert of(*twenty, came(9 * MINUTE, room="x"), carers=2).load.floods == 1


def test_the_same_alarm_three_times_in_a_minute_chatters_and_three_others_do_not() -> None:
    second = timedelta(seconds=1)
    assert of(came(0 * second, 30 * second, 60 * second)).load.chatter == 1
    assert of(came(0 * second, 30 * second, 61 * second)).load.chatter == 0
    assert of(*(came(n * second, room=str(n)) for n in range(3))).load.chatter == 0
    assert of(came(*(n * second for n in range(6)))).load.chatter == 2


def test_what_stood_for_more_than_a_day_is_stale_whether_or_not_it_was_closed() -> None:
    hour = timedelta(hours=1)
    closed = came(0 * hour, closed_at=START + 25 * hour)
    assert (
        of(
            closed, came(0 * hour, room="2B"), came(0 * hour, room="3C", closed_at=START + 24 * hour)
        ).load.stale
        == 2
    )


def test_outcomes_tell_the_share_of_false_alarms_and_what_nobody_said_is_no_part_of_it() -> None:
    said = [
        came(n * MINUTE, room=str(n), outcome=outcome)
        for n, outcome in enumerate(
            ["helped", "no_help_needed", "false_alarm", "false_alarm", "false_alarm", "passed", None]
        )
    ]
    told = of(*said).told
    assert (told.right, told.false, told.unsaid) == (2, 3, 2)
    assert told.false_share == pytest.approx(0.6)
    assert of(said[-1]).told.false_share is None


def test_times_are_told_by_their_median_and_the_slowest_tenth_beside_how_many_nobody_took() -> None:
    taken = [
        came(n * 60 * MINUTE, room=str(n), accepted_at=START + (n * 60 + n) * MINUTE) for n in range(1, 12)
    ]
    accept = of(*taken, came(0 * MINUTE, closed_at=START + MINUTE)).accept
    assert (accept.count, accept.missing, accept.median, accept.p90) == (11, 1, 6 * MINUTE, 10 * MINUTE)
    assert of(came(0 * MINUTE)).arrive.median is None


def test_what_is_open_has_not_been_taken_yet_and_only_what_was_closed_never_was() -> None:
    open_now, passed = came(0 * MINUTE), came(1 * MINUTE, room="2B", closed_at=START + 9 * MINUTE)
    found = of(open_now, passed)
    assert [(one.missing, one.pending) for one in (found.accept, found.arrive, found.close)] == [
        (1, 1),
        (1, 1),
        (0, 1),
    ]


def test_the_worst_are_those_that_come_most_often_with_what_was_said_of_them() -> None:
    mat = came(
        0 * MINUTE,
        *(n * 10 * MINUTE for n in range(1, 9)),
        rule="out-of-bed",
        device="seng",
        outcome="false_alarm",
    )
    found = of(mat, came(1 * MINUTE, device="dør"))
    assert [(w.name, w.count, round(w.share, 2)) for w in found.rules] == [
        ("out-of-bed", 9, 0.9),
        ("quiet", 1, 0.1),
    ]
    assert found.rules[0].told.false == 1
    assert [w.name for w in found.devices] == ["seng", "dør"]
    assert found.sources_share == pytest.approx(1)


def test_the_trend_is_by_week_and_what_is_over_does_not_change_by_being_looked_at_later() -> None:
    week, now = timedelta(days=7), START + timedelta(days=24)
    weeks = [(START + n * week, START + (n + 1) * week) for n in range(4)]
    happened = [
        came(timedelta(days=1)),
        came(timedelta(days=23), accepted_at=START + timedelta(days=23, minutes=3)),
    ]
    found = list(trend(happened, lambda _: 1, weeks, now))
    assert [(one.since, one.running, one.alarms) for one in found] == [
        (weeks[0][0], False, 1),
        (weeks[1][0], False, 0),
        (weeks[2][0], False, 0),
        (weeks[3][0], True, 1),
    ]
    assert found[-1].accepted == 3 * MINUTE
    assert list(trend(happened, lambda _: 1, weeks, now + 5 * MINUTE))[:3] == found[:3]


def test_an_alert_from_before_the_period_counts_where_it_came_again_and_is_no_alert_of_it() -> None:
    before = Happened("quiet", "1A", "sol", None, "low", (START - MINUTE, START + MINUTE))
    found = of(before)
    assert found.load.alarms == 1
    assert (sum(found.mix.values()), found.rules[0].count) == (1, 1)
    assert (found.alerts, found.told.unsaid, found.rules[0].told.unsaid) == (0, 0, 0)


def test_a_short_time_is_not_judged() -> None:
    assert not of(until=START + timedelta(days=29)).long_enough
    assert of().long_enough


@given(st.lists(st.integers(0, 30 * 24 * 60 - 1), max_size=60), st.integers(0, 4))
def test_every_alarm_is_counted_once_whenever_it_came(minutes: list[int], carers: int) -> None:
    found = of(*(came(minute * MINUTE, room=str(n)) for n, minute in enumerate(minutes)), carers=carers)
    assert found.load.alarms == len(minutes) == sum(found.mix.values())
    assert 0 <= found.load.flood_share <= 1
    assert found.load.busiest * max(1, carers) <= len(minutes)
    assert found.load.floods == 0 or found.load.busiest > 10
