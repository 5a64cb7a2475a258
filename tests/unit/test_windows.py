"""Local times of the day in every zone there is, over every change of the clock."""

from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.duration import Window, next_local, parse_clock, parse_duration, parse_window, write_duration
from rules.wording.site_file import fault_in_words

OSLO = ZoneInfo("Europe/Oslo")
ZONES = sorted(available_timezones() - {"localtime"})
clocks = st.builds(time, st.integers(0, 23), st.integers(0, 59))
MINUTE = timedelta(minutes=1)


@cache
def changes(zone: str) -> tuple[datetime, ...]:
    """The instants of 2024-2027 at which the zone's clocks change, to the minute."""
    found, at, end = [], datetime(2024, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    while at < end:
        later = at + timedelta(days=7)
        if later.astimezone(ZoneInfo(zone)).utcoffset() != offset:
            low = at
            while later - low > MINUTE:
                middle = low + (later - low) // 2 // MINUTE * MINUTE
                low, later = (
                    (middle, later)
                    if middle.astimezone(ZoneInfo(zone)).utcoffset() == offset
                    else (low, middle)
                )
            found.append(later)
            offset = later.astimezone(ZoneInfo(zone)).utcoffset()
        at = later
    return tuple(found)


@st.composite
def instants(draw: st.DrawFn, zone: str) -> datetime:
    """Any minute, most of them near a change of the clock where there is one."""
    near = changes(zone)
    if near and draw(st.booleans()):
        return draw(st.sampled_from(near)) + draw(st.integers(-2000, 400)) * MINUTE
    return datetime(2024, 1, 1, tzinfo=UTC) + draw(st.integers(0, 4 * 365 * 24 * 60)) * MINUTE


def walk(after: datetime, zone: ZoneInfo, minutes: int = 3 * 24 * 60):  # type: ignore[no-untyped-def]
    """(instant, the wall's time before it, at it), minute by minute."""
    before = after.astimezone(zone)
    for minute in range(1, minutes):
        at = after + minute * MINUTE
        shown = at.astimezone(zone)
        yield at, before, shown
        before = shown


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ZONES), clocks, st.data())
def test_a_window_opens_at_the_first_minute_at_which_the_wall_is_inside(
    zone: str, start: time, data: st.DataObject
) -> None:
    window, here = Window(start, data.draw(clocks)), ZoneInfo(zone)
    at = data.draw(instants(zone))
    opening = window.first_inside(at, here)
    if window.contains(at, here):
        assert opening == at
        return
    assert opening == next(a for a, _, _ in walk(at, here, 30 * 24 * 60) if window.contains(a, here))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(ZONES), clocks, st.data())
def test_a_time_of_the_day_comes_once_a_day_when_the_wall_first_reaches_it(
    zone: str, clock: time, data: st.DataObject
) -> None:
    here, after = ZoneInfo(zone), data.draw(instants(zone))
    found = next_local(clock, after, here)
    first: dict[object, datetime] = {}
    for at, before, shown in walk(after - timedelta(days=2), here, 6 * 24 * 60):
        midnight_passed = shown.date() != before.date()
        reached = shown.time() >= clock and (before.time() < clock or midnight_passed)
        skipped_the_rest = midnight_passed and before.time() < clock and shown.time() < clock
        if reached or skipped_the_rest:
            first.setdefault(before.date() if skipped_the_rest else shown.date(), at)
    assert found == min(at for at in first.values() if at > after)


@pytest.mark.parametrize(
    ("clock", "after", "expected"),
    [
        ("10:00", "2026-03-28T10:00+01:00", "2026-03-29T10:00+02:00"),
        ("10:00", "2026-10-24T10:00+02:00", "2026-10-25T10:00+01:00"),
        ("02:30", "2026-03-28T12:00+01:00", "2026-03-29T03:00+02:00"),  # skipped: when the skipping is
        ("02:30", "2026-10-24T12:00+02:00", "2026-10-25T02:30+02:00"),  # doubled: the first
        ("02:30", "2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"),  # and only the first
    ],
)
def test_times_of_the_day_in_oslo_over_the_changes(clock: str, after: str, expected: str) -> None:
    found = next_local(parse_clock(clock), datetime.fromisoformat(after), OSLO)
    assert found == datetime.fromisoformat(expected)


def test_a_window_over_midnight_holds_its_start_and_not_its_end() -> None:
    night = parse_window("22:00-07:00")
    shown = {hm: night.contains(datetime.fromisoformat(f"2026-11-23T{hm}+01:00"), OSLO)
             for hm in ("21:59", "22:00", "00:00", "06:59", "07:00", "12:00")}  # fmt: skip
    assert shown == {
        "21:59": False,
        "22:00": True,
        "00:00": True,
        "06:59": True,
        "07:00": False,
        "12:00": False,
    }


def test_a_window_whose_ends_are_one_is_the_whole_day() -> None:
    assert all(
        parse_window("08:00-08:00").contains(datetime(2026, 1, 1, h, tzinfo=UTC), OSLO) for h in range(24)
    )


@given(st.integers(0, 10_000_000))
def test_a_length_of_time_is_read_as_it_is_written(seconds: int) -> None:
    assert parse_duration(write_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "5 m", "five min", "min", "5 min 3", 300, "-5 min"])
def test_what_is_no_length_of_time_is_refused_with_an_example(text: object) -> None:
    with pytest.raises(ValueError, match=r"not a length of time; expected e\.g\. 30 s"):
        parse_duration(text)


def test_what_is_no_time_of_day_is_said_in_the_readers_language() -> None:
    with pytest.raises(ValueError, match="not a time of day") as said:
        parse_clock("nonsense")
    wrong, _, expected = str(said.value).partition("; expected ")
    norwegian = fault_in_words(wrong, expected, "nb")
    assert norwegian == '«nonsense» er ikke et klokkeslett. F.eks. "07:30", med anførselstegn i en fil.'
