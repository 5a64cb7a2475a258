"""How the copy to InfluxDB goes, as JSON: what waits there, and since when."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from dashboards.api.refusal import Refusal
from dashboards.technician.copying import read_copying
from dashboards.visit import Visitor, needs, settings_of

api = APIRouter(
    prefix="/api/v1/copying",
    dependencies=[needs("place devices")],
    responses={401: {"model": Refusal}, 404: {"model": Refusal}},
)


class CopyingOut(BaseModel):
    """Nothing that waits is lost: it stays on the hub's disk until InfluxDB has confirmed it."""

    configured: bool
    state: Literal["ok", "degraded", "down"] | None
    why: str = Field(description="The hub's own words where nothing can be written now")
    readings: int = Field(description="How many wait")
    alert_steps: int = Field(description="How many wait")
    since: datetime | None = Field(description="When the oldest of them came")


@api.get("")
def read(request: Request, visit: Visitor) -> CopyingOut:
    """What waits to be copied to InfluxDB."""
    found = read_copying(visit, settings_of(request).influx_destination)
    if found is None:
        return CopyingOut(configured=False, state=None, why="", readings=0, alert_steps=0, since=None)
    return CopyingOut(
        configured=True,
        state=found.state,
        why=found.why,
        readings=found.readings,
        alert_steps=found.alert_steps,
        since=found.since,
    )
