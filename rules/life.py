"""What is a sign of life: that somebody did something just then, not that a sensor says the same once more.

The one decision, for all that tells people of it: the wall, a resident's and an alert's page, calls, what
relatives read, and somebody in an empty flat. Not here: a rule, which may wait for other signals and begins
with a device's first word (rules/kinds/step.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from devices.measures import MEASURES
from devices.reading import Reading
from rules.building import MEASURES_OF_ROLE, Device, Site
from rules.latest import Latest, Standing
from rules.rule import SIGNS_OF_LIFE

_WANTED = {signal.measure: signal.wanted for signal in SIGNS_OF_LIFE}


def is_sign_of_life(reading: Reading, standing: Standing) -> bool:
    """The first word of a door or a bed may be a change, or the same again: nobody knows. A button's first
    press is a press.
    """
    if reading.snapshot or reading.measure not in _WANTED:
        return False
    wanted = _WANTED[reading.measure]
    if wanted is None:
        is_event = MEASURES[reading.measure].kind == "event"
        return standing == "new" or (standing == "first" and is_event)
    told_again = standing == "repeat" and not reading.cached
    return reading.value in wanted and (standing in ("first", "new") or told_again)


def signs_of(device: Device) -> frozenset[str]:
    """The measures by which a device in its role can give one."""
    return MEASURES_OF_ROLE[device.role] & _WANTED.keys()


def whose_signs(site: Site) -> dict[str, tuple[str, ...]]:
    """By device: whose own it is, else all who live in its room. What can give no sign is not in it."""
    living: dict[str, list[str]] = {}
    for resident in site.residents:
        living.setdefault(resident.room, []).append(resident.id)
    return {
        device.id: (device.resident,) if device.resident is not None else tuple(living.get(device.room, ()))
        for device in site.devices
        if signs_of(device)
    }


def last_sign(
    readings: Iterable[Reading], devices: Iterable[Device], theirs: Callable[[Reading], bool]
) -> Reading | None:
    """The newest of some devices' readings that is one, of those that are `theirs`; `readings` in the order
    in which they came in.
    """
    signs = {device.id: signs_of(device) for device in devices}
    latest, found = Latest(), None
    for reading in readings:
        if reading.measure not in signs.get(reading.device, ()):
            continue
        is_sign = is_sign_of_life(reading, latest.note(reading)) and theirs(reading)
        if is_sign and (found is None or reading.at >= found.at):
            found = reading
    return found
