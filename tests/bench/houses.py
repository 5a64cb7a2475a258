"""The houses of the bench: flats with a resident, a front door and a motion sensor each, and ten rules."""

from __future__ import annotations

from typing import Any

OPENED = "night-exit"
"""The one rule that every opening of a door finds; the others are judged each time and stay silent."""


def house(devices: int) -> dict[str, Any]:
    """A site file for so many devices (an even number): two rules of each of the five kinds a resident."""
    flats = range(devices // 2)
    return {
        "site": "bench",
        "name": "Bench",
        "units": [{"id": "u", "name": "U"}],
        "rooms": [{"id": f"flat {n}", "unit": "u"} for n in flats],
        "residents": [{"id": f"r{n}", "name": f"R {n}", "room": f"flat {n}"} for n in flats],
        "devices": [
            device
            for n in flats
            for device in (
                {"id": door(n), "room": f"flat {n}", "role": "outer_door"},
                {"id": motion(n), "room": f"flat {n}", "role": "motion"},
            )
        ],
        "rules": [
            {"rule": "night-exit", "window": "00:00-00:00"},
            {"rule": "night-exit", "id": "night-exit-at-three", "window": "03:00-03:01"},
            {"rule": "door-open", "lasts": "5 min"},
            {"rule": "door-open", "id": "door-open-long", "lasts": "30 min"},
            {"rule": "quiet"},
            {"rule": "quiet", "id": "quiet-long", "after": "24 h"},
            {"rule": "not-up"},
            {"rule": "not-up", "id": "not-up-noon", "by": "12:00"},
            {"rule": "not-back"},
            {"rule": "not-back", "id": "not-back-long", "by_day": "12 h"},
        ],
    }


def door(flat: int) -> str:
    return f"door_{flat:05d}"


def motion(flat: int) -> str:
    return f"motion_{flat:05d}"
