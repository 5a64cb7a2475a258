"""What the screen on the duty room's wall shows of the residents, as a call. The alerts are at /alerts."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from dashboards.api.refusal import Refusal
from dashboards.care.seen import note_seen
from dashboards.live import Live
from dashboards.snapshot import read_snapshot
from dashboards.visit import Visitor, needs
from dashboards.wall.page import Chosen, chosen_scope
from dashboards.wall.view import Cover, wall_units
from rules.severity import Severity

api = APIRouter(
    prefix="/api/v1/wall",
    dependencies=[needs("see wall")],
    responses={401: {"model": Refusal}, 404: {"model": Refusal}},
)


class ResidentOnTheWall(BaseModel):
    resident: str = Field(description="A pseudonym")
    room: str
    cover: Cover
    alert: Severity | None = Field(description="The gravest open alert in the room or about them")
    taken: bool = Field(description="Whether somebody has each of those alerts")
    off: list[str] = Field(description="Rules and devices that somebody switched off in the room")
    last_sign_of_life: datetime | None


class UnitOnTheWall(BaseModel):
    unit: str
    residents: list[ResidentOnTheWall]


class WallOut(BaseModel):
    at: datetime
    units: list[UnitOnTheWall]


@api.get("")
def show_wall(request: Request, visit: Visitor, unit: Chosen = []) -> WallOut:  # noqa: B006
    """Every resident whom the caller sees, of all units or the named ones."""
    units = wall_units(
        read_snapshot(visit.connection, visit.house, visit.now),
        chosen_scope(visit, unit),
    )
    life = cast(Live, request.app.state.live).life.at
    note_seen(visit, "/api/v1/wall", (tile.id for one in units for tile in one.residents))
    return WallOut(
        at=visit.now,
        units=[
            UnitOnTheWall(
                unit=one.id,
                residents=[
                    ResidentOnTheWall(
                        resident=tile.id,
                        room=tile.room,
                        cover=tile.cover,
                        alert=tile.alert,
                        taken=tile.taken,
                        off=list(tile.off),
                        last_sign_of_life=life.get(tile.id),
                    )
                    for tile in one.residents
                ],
            )
            for one in units
        ],
    )
