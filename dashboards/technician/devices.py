"""Whose devices they are: the one that a technician's page is about, and those of units that they do not see,
by what a gateway calls them and in what topics say.
"""

from __future__ import annotations

from datetime import timedelta

from fastapi import HTTPException

from dashboards.visit import Visit
from devices.asking import Ask, Rename, StartPairing
from hub import former_names, renames
from hub.gateway_list import gateway_devices
from hub.renames import Renamed
from hub.store import gateway_news
from rules.building import Device, Gateway

JOINED_WITHIN = timedelta(hours=1)
"""[default] A device that joined and is not in its gateway's list yet."""


def device_in_view(visit: Visit, id: str) -> Device:
    """404 where the house has no such device, or none in the units of whoever asks."""
    found = next((device for device in visit.house.site.devices if device.id == id), None)
    if found is None or not sees_device(visit, found):
        raise HTTPException(404, "there is no such device, or not for you")
    return found


def device_once_called(visit: Visit, id: str) -> Device:
    """The same, also by a name that the device had before: whoever has its page open goes on."""
    return device_in_view(visit, former_names.name_now(visit.connection, visit.house.site, id))


def sees_device(visit: Visit, device: Device) -> bool:
    return sees_room(visit, device.room)


def sees_room(visit: Visit, id: str) -> bool:
    room = visit.house.room(id)
    return room is not None and visit.access.sees_unit(room.unit)


def must_have_the_house(visit: Visit) -> None:
    """A codec decides what sensors of every unit say. Raises HTTPException 404 for who has some alone."""
    if visit.access.units is not None:
        raise HTTPException(404, "a codec is changed by whoever has the whole house")


def of_others(visit: Visit, gateway: Gateway) -> frozenset[str]:
    """What this gateway calls the devices of units that they do not see, and those devices' own addresses; in
    small letters.
    """
    if visit.access.units is None:
        return frozenset()
    site = visit.house.site
    theirs = {
        (d.address or d.id).casefold()
        for d in site.devices
        if site.gateway_of(d) == gateway.id and not sees_device(visit, d)
    }
    for address, name in _named_by(visit, gateway):
        both = {name.casefold(), address.casefold()}
        theirs |= both if both & theirs else set()
    return frozenset(theirs)


def may_be_asked(visit: Visit, gateway: Gateway, what: Ask) -> bool:
    """Whether it is about a device of theirs, or one that is nobody's yet. Who sees the whole house may ask
    anything; who does not, nothing about what the gateway never named: it could be anybody's.
    """
    if visit.access.units is None:
        return True
    theirs, site = of_others(visit, gateway), visit.house.site
    about = what.router if isinstance(what, StartPairing) else getattr(what, "device", None)
    if isinstance(what, Rename) and what.to.casefold() in theirs:
        return False
    if about is None:
        return True
    known = {d.address or d.id for d in site.devices if site.gateway_of(d) == gateway.id}
    known |= {one for pair in _named_by(visit, gateway) for one in pair}
    return about.casefold() in {one.casefold() for one in known} - theirs


def _named_by(visit: Visit, gateway: Gateway) -> set[tuple[str, str]]:
    """Each device's own address with a name that the gateway has for it: as it lists them, as they join."""
    connection, site = visit.connection, visit.house.site.site
    lately = gateway_news.joinings(connection, site, visit.now - JOINED_WITHIN)
    return {
        *((one.address, one.name) for one in gateway_devices(connection, site, gateway)),
        *((address, name) for of, address, name in gateway_news.names(connection, site) if of == gateway.id),
        *((one.joining.address, one.joining.name) for one in lately if one.gateway == gateway.id),
    }


def renamed_in_view(visit: Visit) -> list[Renamed]:
    found = renames.elsewhere(visit.connection, visit.house.site)
    theirs = {device.id for device in visit.house.site.devices if sees_device(visit, device)}
    return [one for one in found if one.device in theirs]


def is_topic_of_others(visit: Visit, topic: str) -> bool:
    """Whether it is that of a device of units that they do not see."""
    if visit.access.units is None:
        return False
    levels = f"/{topic}/".casefold()
    return any(
        f"/{(d.address or d.id).casefold()}/" in levels
        for d in visit.house.site.devices
        if not sees_device(visit, d)
    )
