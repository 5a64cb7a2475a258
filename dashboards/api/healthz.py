"""Liveness, for a watchdog."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from dashboards.snapshot import pulse
from dashboards.visit import AnyHouse, Database, clock_of

api = APIRouter()


class HealthOut(BaseModel):
    """`sensors`: whether the hub hears the sensors' broker."""

    web: Literal["ok"]
    hub: Literal["ok", "down"]
    sensors: Literal["ok", "down"]
    hub_seen: datetime | None


@api.get("/healthz", responses={503: {"model": HealthOut}})
def healthz(request: Request, response: Response, connection: Database, house: AnyHouse) -> HealthOut:
    """Whether alerts reach the boards: 200, or 503 when the hub is silent or hears no broker."""
    found = pulse(connection, house.site.site, clock_of(request).now())
    if found.why != "ok":
        response.status_code = 503
    return HealthOut(
        web="ok",
        hub="down" if found.why == "hub" else "ok",
        sensors="ok" if found.why == "ok" else "down",
        hub_seen=found.hub_seen,
    )
