"""The time a device or its gateway gives: read it, and believe it or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from devices.payload import shown

BELIEVE_AGE = timedelta(days=7)  # [default] older than any queue we keep
_AHEAD = timedelta(
    seconds=60
)  # [default] clocks without NTP drift by seconds; more than a minute is a wrong clock
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEAR_10000 = 253_402_300_800  # s
_MILLISECONDS_FROM = (
    100_000_000_000  # a larger epoch number counts ms: as seconds it would lie beyond the year 5000
)


class InstantError(ValueError):
    """What was found instead, as the end of a sentence that begins with the property's name."""


def read_instant(raw: object) -> datetime | None:
    """ISO 8601 with zone, or epoch in s or ms (also as text) → aware; None where the number is no date.

    Raises InstantError.
    """
    if isinstance(raw, str):
        try:
            found = datetime.fromisoformat(raw)
        except ValueError:
            number = _number(raw)
            if number is None:
                raise InstantError(
                    f"is {shown(raw)}; expected a time as ISO 8601 with zone, or an epoch"
                ) from None
            return _from_epoch(number)
        if found.tzinfo is None:
            number = _number(raw)  # eight digits are a date to ISO 8601
            if number is not None:
                return _from_epoch(number)
            raise InstantError(
                f"is {shown(raw)}, a local time without zone; expected e.g. 2026-11-23T02:10:00Z"
            )
        return found
    if type(raw) is int or type(raw) is float:
        return _from_epoch(raw)
    raise InstantError(f"is {shown(raw)}; expected a time as ISO 8601 with zone, or an epoch")


def believed(
    own: datetime | None, received_at: datetime, retained: bool, believe_age: timedelta
) -> tuple[datetime, bool, bool]:
    """(at, own_time, clock_wrong). A retained message may be too old without any clock being wrong."""
    if own is not None:
        behind = received_at - own
        if timedelta(0) <= behind <= believe_age:
            return (own if own.tzinfo is UTC else own.astimezone(UTC)), True, False
        if timedelta(0) > behind >= -_AHEAD:
            return received_at, False, False
        if retained and behind > believe_age:
            return received_at, False, False
    return received_at, False, True


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _from_epoch(number: float) -> datetime | None:
    seconds = number / 1000 if abs(number) >= _MILLISECONDS_FROM and abs(number) < 1e18 else number
    if not 0 <= seconds < _YEAR_10000:
        return None
    return _EPOCH + timedelta(seconds=seconds)
