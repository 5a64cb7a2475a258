"""What a gateway's file has in common with the others: from understood values to the outcome of a message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from devices.instants import InstantError, believed, read_instant
from devices.message import Message
from devices.payload import sentence
from devices.reading import Decoded, Reading, Value
from devices.values import EVENTS


class When(NamedTuple):
    """When something was, and whose clock says so."""

    at: datetime
    own_time: bool = False
    clock_wrong: bool = False


def when(raw: object, name: str, message: Message, believe_age: timedelta, errors: list[str]) -> When:
    """The time that a message gives under `name`, if it can be believed; otherwise that of arrival."""
    if raw is not None:
        try:
            return When(*believed(read_instant(raw), message.received_at, message.retained, believe_age))
        except InstantError as fault:
            errors.append(f"{name} {fault}; the time of arrival is used")
    return When(message.received_at)


def told(
    gateway: str,
    message: Message,
    device: str,
    values: Mapping[str, Value],
    errors: list[str],
    then: When | None = None,
    cached: bool = False,
) -> Decoded:
    """One device's values. `cached`: it repeats what it remembers; an event is news all the same."""
    readings = readings_of(message, device, values, then, cached)
    return Decoded(
        gateway=gateway,
        heard=device,
        readings=readings,
        error=sentence(errors),
        ignored="" if readings or errors else "no state",
    )


def readings_of(
    message: Message,
    device: str,
    values: Mapping[str, Value],
    then: When | None = None,
    cached: bool = False,
) -> tuple[Reading, ...]:
    """Readings of one device. What was kept from earlier never tells that something happened."""
    at, own_time, clock_wrong = then or When(message.received_at)
    received_at, retained = message.received_at, message.retained
    return tuple(
        [
            Reading(
                device, measure, value, at, received_at, own_time, retained,
                cached and measure not in EVENTS, clock_wrong,
            )
            for measure, value in values.items()
            if not (retained and measure in EVENTS)
        ]
    )  # fmt: skip
