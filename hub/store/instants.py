"""Instants as the database keeps them: whole microseconds since 1970-01-01T00:00:00Z."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_us(at: datetime) -> int:
    """An aware datetime → microseconds. A naive one is our own mistake: TypeError."""
    return (at - _EPOCH) // _MICROSECOND


def from_us(us: int) -> datetime:
    """Microseconds → aware UTC datetime."""
    return _EPOCH + timedelta(0, 0, us)
