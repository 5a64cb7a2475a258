"""What the hub finds wrong with the sensors of a real home."""

from collections import Counter

import pytest

from tests.health.recordings import found_in
from tests.recordings.real_homes import HOUSE_C

pytestmark = [pytest.mark.data, pytest.mark.slow, pytest.mark.timeout(300)]


def test_the_bed_mat_that_fires_18_717_times_is_found_to_chatter_and_nothing_else_is() -> None:
    firings = sum(on for _, sensor, _, on in HOUSE_C.rows() if sensor == "5:mat bed right pressure mat")
    assert firings == 18_717
    assert [device for kind, device in found_in(HOUSE_C).faults if kind == "chatter"] == ["Bed right"]


def test_sensors_that_speak_only_when_used_are_taken_to_be_dead_twice_each_at_most() -> None:
    mourned = Counter(device for device, _ in found_in(HOUSE_C).silences)
    assert mourned
    assert max(mourned.values()) <= 2
