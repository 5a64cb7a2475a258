"""The two nights of a year in which the clocks change: what is planned by the wall clock happens once."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from rules.building import Site
from rules.duration import Window
from rules.proof import due
from rules.stretches import Stretch, length
from rules.telling_relatives import departure

OSLO = ZoneInfo("Europe/Oslo")
CHANGES = pytest.mark.parametrize("sunday", [date(2026, 10, 25), date(2027, 3, 28)])
MINUTE = timedelta(minutes=1)


@CHANGES
def test_each_planned_proof_comes_once_a_day_also_at_a_time_that_is_skipped_or_doubled(sunday: date) -> None:
    site = Site.model_validate(
        {
            "site": "s", "name": "S", "units": [], "rooms": [],
            "proof": {"at": ["02:30", "07:45", "22:30"]},
        }
    )  # fmt: skip
    at = datetime.combine(sunday - timedelta(days=1), time(12), OSLO).astimezone(UTC)
    ends, last, begun = at + timedelta(days=2), at, []
    while at < ends:
        planned = due(site, last, at)
        if planned is not None:
            begun.append(planned.astimezone(OSLO))
            last = at
        at += MINUTE
    days = [(one.date() - sunday).days for one in begun]
    assert days == [-1, 0, 0, 0, 1, 1]
    assert [f"{one:%H:%M}" for one in begun if one.date() != sunday] == ["22:30", "02:30", "07:45"]
    assert [f"{one:%H:%M}" for one in begun][2:4] == ["07:45", "22:30"]


@CHANGES
@pytest.mark.parametrize("ends", [time(2, 30), time(7)])
def test_a_letter_leaves_at_the_end_of_quiet_hours_and_not_within_them(sunday: date, ends: time) -> None:
    quiet = Window(time(21), ends)
    at = datetime.combine(sunday - timedelta(days=1), time(20), OSLO).astimezone(UTC)
    for _ in range(14 * 60):
        found = departure("told", quiet, [], at, OSLO)
        assert not quiet.contains(found.at, OSLO)
        assert found.at >= at
        assert found.at - at <= timedelta(hours=11)
        assert (found.reason == "now") == (not quiet.contains(at, OSLO))
        again = departure("told", quiet, [], found.at, OSLO)
        assert again == (found.at, "now"), "what waited for it leaves then"
        at += MINUTE


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 25), 25), (date(2027, 3, 28), 23)])
def test_a_day_in_which_nothing_could_be_heard_is_as_long_as_it_was(day: date, hours: int) -> None:
    midnight, next_midnight = (datetime.combine(day + timedelta(days=n), time(), OSLO) for n in (0, 1))
    assert length([Stretch(midnight, next_midnight)]) == timedelta(hours=hours)
