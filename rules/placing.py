"""Which role a device may have, from what it tells and says of itself: suggestions for whoever places it.

Here: guesses, each of which a human confirms. What a role can tell the rules is rules/building.py.
"""

from __future__ import annotations

from collections.abc import Collection

from rules.building import MEASURES_OF_ROLE, ROLES, Role, Site
from rules.wording.devices import device_name
from rules.wording.voice import Language

Sign = str
"""A symbol of static/sensors.svg, by what a device tells."""

_BY_MEASURE: tuple[tuple[str, Sign, tuple[Role, ...]], ...] = (
    ("fall", "fall", ("fall_detector",)),
    ("smoke", "smoke", ("smoke_detector",)),
    ("co", "smoke", ("smoke_detector",)),
    ("gas", "smoke", ("smoke_detector",)),
    ("leak", "leak", ("leak_detector",)),
    ("in_bed", "bed", ("bed", "chair")),
    ("sitting_up", "bed", ("bed", "chair")),
    ("open", "door", ("outer_door", "door", "window", "fridge", "medicine_cabinet", "cupboard")),
    ("presence", "motion", ("motion", "bathroom_motion", "bedroom_motion", "kitchen_motion", "bed", "chair")),
    ("motion", "motion", ("motion", "bathroom_motion", "bedroom_motion", "kitchen_motion")),
    ("pressed", "button", ("help_button",)),
    ("vibration", "motion", ("bed", "chair", "cupboard")),
    ("power", "power", ("stove", "other")),
    ("on", "power", ("stove", "toilet", "other")),
    ("locked", "door", ("lock",)),
    ("temperature", "climate", ("climate",)),
    ("humidity", "climate", ("climate",)),
)
"""What tells most of what a device is for comes first."""

_BY_WORD: tuple[tuple[str, Role], ...] = (
    ("window", "window"),
    ("fridge", "fridge"),
    ("refrigerator", "fridge"),
    ("medicine", "medicine_cabinet"),
    ("bed", "bed"),
    ("chair", "chair"),
    ("stove", "stove"),
    ("oven", "stove"),
    ("toilet", "toilet"),
    ("flush", "toilet"),
)


def sign_of(measures: Collection[str]) -> Sign:
    return next((sign for measure, sign, _ in _BY_MEASURE if measure in measures), "unknown")


def suggested_roles(measures: Collection[str], description: str = "") -> tuple[Role, ...]:
    """Roles in which a device that tells these measures can serve the rules, likeliest first; `other` where
    nothing is known. `description`: what it says of itself.
    """
    found = [role for measure, _, roles in _BY_MEASURE if measure in measures for role in roles]
    words = description.lower().replace("door and window", "").replace("door/window", "")
    named = [role for word, role in _BY_WORD if word in words and role in found]
    return tuple(dict.fromkeys((*named, *found))) or ("other",)


def fits(role: Role, measures: Collection[str]) -> bool:
    """Whether anything that it tells means something in this role."""
    return bool(MEASURES_OF_ROLE[role] & set(measures))


def other_roles(suggested: Collection[Role]) -> tuple[str, ...]:
    return tuple(role for role in ROLES if role not in suggested)


def suggested_id(site: Site, room: str, role: Role, language: Language) -> str:
    """`3B ytterdør`; where that is taken, `3B ytterdør 2`."""
    taken = {device.id for device in site.devices}
    name = device_name(room, role, language)
    return next(
        id for n in range(1, len(taken) + 2) if (id := name if n == 1 else f"{name} {n}") not in taken
    )
