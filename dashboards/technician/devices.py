"""The device that a technician's page is about."""

from __future__ import annotations

from fastapi import HTTPException

from dashboards.visit import Visit
from rules.building import Device


def device_in_view(visit: Visit, id: str) -> Device:
    """404 where the house has no such device, or none in the units of whoever asks."""
    found = next((device for device in visit.house.site.devices if device.id == id), None)
    room = visit.house.room(found.room) if found is not None else None
    if found is None or room is None or not visit.access.sees_unit(room.unit):
        raise HTTPException(404, "there is no such device, or not for you")
    return found
