"""How alerts are spread over time, counted by ten minutes."""

from datetime import UTC, datetime, timedelta

from rules.alarm_load import spread
from rules.severity import Severity

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
EDGES = [NOON + timedelta(hours=n) for n in range(3)]


def raised(*minutes: float, severity: Severity = "low") -> list[tuple[datetime, Severity]]:
    return [(NOON + timedelta(minutes=m), severity) for m in minutes]


def test_each_ten_minutes_is_acceptable_manageable_demanding_or_a_flood() -> None:
    found = spread(raised(1, 11, 12, 21, 22, 23, *[31 + n / 2 for n in range(11)]), EDGES, EDGES[-1])
    assert (found.slots, found.acceptable, found.manageable, found.demanding, found.flood) == (12, 9, 1, 1, 1)


def test_a_part_counts_its_own_by_severity_and_its_fullest_ten_minutes() -> None:
    found = spread([*raised(5, 6), *raised(59, severity="high"), *raised(60)], EDGES, EDGES[-1])
    assert [(part.all, part.counts["high"], part.peak) for part in found.parts] == [(3, 1, 2), (1, 0, 1)]


def test_what_lies_outside_does_not_count() -> None:
    assert [part.all for part in spread(raised(-1, 120), EDGES, EDGES[-1]).parts] == [0, 0]


def test_what_has_not_come_yet_is_not_quiet() -> None:
    found = spread(raised(1, 11, 12, 13, 25, 26), EDGES, NOON + timedelta(minutes=29))
    assert (found.slots, found.acceptable, found.demanding, found.running) == (2, 1, 1, True)
    assert found.parts[0].all == 6
    assert spread(raised(1), EDGES, NOON + timedelta(minutes=5)).slots == 0
