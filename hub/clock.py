"""The only "now" of the project. Everything else is given the time."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The wall clock, aware UTC."""
    return datetime.now(UTC)
