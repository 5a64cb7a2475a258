"""What is learned of a device's silence: a timer's beats, not a person's habits."""

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.health.rhythm import MAINS, UNLEARNED, Rhythm, deadline

HOUR, DAY = 3600.0, 86_400.0
BEGIN = datetime(2026, 11, 2, tzinfo=UTC).timestamp()


def heard(gaps: list[float]) -> Rhythm:
    rhythm, at = Rhythm(), BEGIN
    for gap in gaps:
        at += gap
        rhythm.note(gap, at)
    return rhythm


def test_a_timer_is_learned_after_two_days_and_its_deadline_is_twice_that_and_three_minutes() -> None:
    assert deadline(heard([HOUR] * 40)).reason == "not learned"
    found = deadline(heard([HOUR] * 60))
    assert found.reason == "heartbeat"
    assert found.after is not None
    assert timedelta(hours=2, minutes=3) <= found.after <= timedelta(hours=2, minutes=15)


def test_a_timer_that_starts_anew_with_each_use_is_learned_from_its_longest_gaps() -> None:
    chance = random.Random(1)
    gaps = [min(HOUR, chance.expovariate(1 / 2000)) for _ in range(400)]
    found = deadline(heard(gaps)).after
    assert found is not None
    assert found < timedelta(hours=2, minutes=20)


def test_nights_of_sleep_are_no_heartbeat() -> None:
    chance = random.Random(2)
    gaps = []
    for _ in range(30):
        gaps += [chance.gauss(8 * HOUR, 0.4 * HOUR)] + [chance.expovariate(1 / 900) for _ in range(60)]
    assert deadline(heard(gaps)).reason == "not learned"


def test_ninety_seconds_of_a_motion_sensor_by_day_are_no_heartbeat() -> None:
    gaps = ([90.0] * 300 + [8 * HOUR]) * 10
    assert deadline(heard(gaps)).reason == "not learned"


def test_a_device_that_loses_every_twentieth_message_is_given_the_time_it_has_needed() -> None:
    chance = random.Random(3)
    gaps = []
    for _ in range(24 * 21):
        gap = HOUR
        while chance.random() < 0.05:
            gap += HOUR
        gaps.append(gap)
    found = deadline(heard(gaps)).after
    assert found is not None
    assert timedelta(hours=3) <= found <= timedelta(hours=7)


def test_a_device_that_comes_back_from_days_of_silence_speaks_only_when_used() -> None:
    found = deadline(heard([3 * DAY] * 3))
    assert (found.after, found.reason) == (None, "only when used")


def test_what_is_announced_counts_once_it_was_listened_to_and_never_makes_it_shorter() -> None:
    hour = timedelta(hours=1)
    assert deadline(heard([600.0]), announced=hour).reason == "not learned"
    ten_minutes = heard([600.0] * 400)
    assert deadline(ten_minutes).after < deadline(ten_minutes, announced=hour).after  # type: ignore[operator]


def test_on_mains_ten_minutes_are_enough_where_it_speaks_every_few() -> None:
    assert deadline(heard([60.0] * 4000), mains=True).after == MAINS


def test_a_rhythm_made_slower_is_cried_over_twice_at_most() -> None:
    rhythm, at, cried = heard([600.0] * 1000), BEGIN + 600_000, 0
    for _ in range(100):
        due = deadline(rhythm).after
        at += HOUR
        cried += due is not None and due.total_seconds() < HOUR
        rhythm.note(HOUR, at)
    assert cried <= 2


@settings(max_examples=60, deadline=None)
@given(
    beat=st.floats(120, 5 * HOUR),
    jitter=st.floats(0, 0.04),
    uses=st.floats(0, 3),
    lost=st.floats(0, 0.01),
    seed=st.integers(0, 1000),
)
def test_nothing_that_keeps_its_own_rhythm_is_ever_taken_to_be_dead(
    beat: float, jitter: float, uses: float, lost: float, seed: int
) -> None:
    """A timer with jitter, use by people in between, and a message lost now and then, never two in a row."""
    chance, rhythm, at, gap = random.Random(seed), Rhythm(), BEGIN, 0.0
    end, in_a_row = BEGIN + 12 * DAY, 0
    while at < end:
        awake = 7 <= (at % DAY) / HOUR < 22
        next_beat = beat * (1 + chance.uniform(-jitter, jitter))
        next_use = chance.expovariate(uses / beat) if uses > 0.01 and awake else next_beat
        step = min(next_beat, next_use)
        at, gap = at + step, gap + step
        if chance.random() < lost and in_a_row < 1:
            in_a_row += 1
            continue
        in_a_row = 0
        due = deadline(rhythm).after
        assert due is not None
        assert gap <= due.total_seconds(), f"{gap:.0f} s of silence, given {due}"
        rhythm.note(gap, at)
        gap = 0.0


@given(st.lists(st.floats(60, 100 * DAY), max_size=60))
def test_a_deadline_is_never_under_ten_minutes_and_never_over_25_hours_for_what_has_a_heartbeat(
    gaps: list[float],
) -> None:
    found = deadline(heard(gaps))
    if found.heartbeat is not None:
        assert found.after is not None
        assert MAINS <= found.after <= UNLEARNED
