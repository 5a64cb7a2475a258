"""What the screen on the wall shows, as plain data: units as tiles, in them each resident as a small tile."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from dashboards.pages import render
from dashboards.snapshot import Snapshot
from dashboards.views import Board, Card, Scope, visible, voice_of
from rules import wording
from rules.alert import Alert
from rules.building import Resident
from rules.severity import SEVERITIES, Severity

SHOWN = 6
"""[default] How many alerts stand on the wall at once, as in wall.css, so that each is read from three
metres; below them, how many more.
"""

Cover = Literal["unprotected", "unknown", "degraded", "away", "protected"]
COVERS: tuple[Cover, ...] = get_args(Cover)
"""In the order in which they need an eye."""


class Tile(NamedTuple):
    """A resident. `short`: the room in few letters, where there is no place for more. `alert`: the gravest
    open in their room or about them; `taken`: somebody has each of those. `off`: what somebody switched off
    there.
    """

    id: str
    name: str
    room: str
    short: str
    cover: Cover
    why: str
    off: tuple[str, ...]
    alert: Severity | None
    taken: bool


class UnitTile(NamedTuple):
    id: str
    name: str
    residents: tuple[Tile, ...]

    @property
    def covered(self) -> int:
        return sum(tile.cover == "protected" for tile in self.residents)

    @property
    def counts(self) -> tuple[tuple[Cover, int], ...]:
        """How many stand how, what needs an eye first."""
        stand = [tile.cover for tile in self.residents]
        return tuple((cover, stand.count(cover)) for cover in COVERS if cover in stand)

    @property
    def at_home(self) -> int:
        return sum(tile.cover != "away" for tile in self.residents)


def wall_units(snapshot: Snapshot, scope: Scope) -> list[UnitTile]:
    """In the order of the site. Rooms without a resident have no tile: their alerts stand on top."""
    house, access = snapshot.house, scope.access
    today = snapshot.now.astimezone(house.site.zone).date()
    alerts = [alert for alert in visible(snapshot.open, access) if not alert.prewarning]
    unit_of = {room.id: room.unit for room in house.site.rooms}
    found: dict[str, list[Tile]] = {unit.id: [] for unit in house.site.units if access.sees_unit(unit.id)}
    for resident in house.site.residents:
        if resident.lives_here(today) and access.sees_resident(resident, house.site):
            found[unit_of[resident.room]].append(_tile(resident, snapshot, scope, alerts))
    places = {room.id: n for n, room in enumerate(house.site.rooms)}
    room_of = {resident.id: places[resident.room] for resident in house.site.residents}
    return [
        UnitTile(id, house.unit_name(id), tuple(sorted(tiles, key=lambda tile: room_of[tile.id])))
        for id, tiles in found.items()
        if tiles
    ]


def _tile(resident: Resident, snapshot: Snapshot, scope: Scope, alerts: list[Alert]) -> Tile:
    house = snapshot.house
    voice = voice_of(scope, house, snapshot.now)
    own = [alert for alert in alerts if alert.room == resident.room or resident.id in alert.residents]
    room, standing = house.room_name(resident.room), snapshot.protection.get(resident.id)
    why = standing.protection.why[0] if standing is not None and standing.protection.why else None
    off = [one for one in snapshot.off if one.room == resident.room and one.cause.endswith("paused")]
    return Tile(
        resident.id,
        resident.name,
        room,
        min(room, resident.room, key=len),
        _cover(resident, snapshot),
        wording.why_not_covered(why, house.rule_names, voice, house.people) if why is not None else "",
        tuple(name for one in off for name in one.names),
        max((alert.severity for alert in own), key=SEVERITIES.index, default=None),
        all(alert.state != "open" for alert in own),
    )


def _cover(resident: Resident, snapshot: Snapshot) -> Cover:
    if resident.id in snapshot.away:
        return "away"
    standing = snapshot.protection.get(resident.id)
    return standing.protection.state if standing is not None else "unknown"


def beyond(cards: list[Card]) -> dict[Severity, int]:
    """The alerts for which there is no place on the wall, by severity, the gravest first."""
    rest = [card.severity for card in cards[SHOWN:]]
    return {severity: rest.count(severity) for severity in reversed(SEVERITIES) if severity in rest}


def wall_parts(units: list[UnitTile], shown: Board, scope: Scope) -> dict[str, str]:
    """The parts of the wall besides its cards, by the id of their place in the page."""
    values = {"board": shown, "units": units, "beyond": beyond(shown.cards)}
    return {
        f"wall-{name}": render(scope.language, f"wall/_{name}.html", **values).strip()
        for name in ("calm", "more", "units", "foot")
    }
