"""What a reading is beside what is known."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from devices.reading import Reading, Value
from rules.latest import Latest

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def reading(measure: str, value: Value, after: int = 0, **flags: Any) -> Reading:
    at = AT + after * SECOND
    return Reading("d", measure, value, at, at, **flags)


@pytest.mark.parametrize(
    ("known", "next_one", "standing"),
    [
        (None, reading("open", True), "first"),
        (reading("open", True), reading("open", False, 1), "new"),
        (reading("open", True), reading("open", True, 1), "repeat"),
        (reading("open", True), reading("open", False, -1), "late"),
        (reading("open", True), reading("motion", True, -1), "first"),
        (reading("open", True, own_time=True), reading("open", True, own_time=True), "duplicate"),
        (
            reading("open", True),
            reading("open", True),
            "repeat",
        ),  # by our clock: perhaps said twice in a moment
        (reading("pressed", "single"), reading("pressed", "single", 1), "new"),
        (
            reading("pressed", "emergency", cached=True),
            reading("pressed", "emergency", 1, cached=True),
            "new",
        ),
        (reading("fall", "confirmed", cached=True), reading("fall", "confirmed", 1, cached=True), "repeat"),
        (reading("fall", "confirmed"), reading("fall", "confirmed", 1), "new"),
        (reading("fall", "cleared", cached=True), reading("fall", "confirmed", 1, cached=True), "new"),
    ],
)
def test_standing(known: Reading | None, next_one: Reading, standing: str) -> None:
    latest = Latest()
    if known is not None:
        latest.note(known)
    assert latest.note(next_one) == standing


def test_what_is_late_changes_nothing_and_what_is_undone_was_never_there() -> None:
    latest = Latest()
    latest.note(reading("open", True))
    latest.keep()
    latest.note(reading("open", False, -5))
    assert latest.of("d") == {"open": (True, AT)}
    latest.note(reading("open", False, 5))
    latest.note(reading("motion", True, 5))
    assert latest.changed == ("d",)
    latest.undo()
    assert latest.of("d") == {"open": (True, AT)}
    assert latest.changed == ()
