"""The demo's floor plans: everything in the house has its place on one, and nothing stands outside."""

from contextlib import closing
from pathlib import Path

from dashboards.wall.drawing import Drawing, draw
from hub.demo.floor import HEIGHT, WIDTH, hang_floor_plans
from hub.demo.preparation import put_in_force
from hub.settings import read_settings
from hub.store import floor_plans
from hub.store.db import connect


def test_each_room_and_each_device_of_the_demo_has_one_place_on_its_units_plan(tmp_path: Path) -> None:
    settings = read_settings({}).with_data(tmp_path)
    site = put_in_force(settings)
    hang_floor_plans(settings, site)
    hang_floor_plans(settings, site)
    with closing(connect(settings.database)) as connection:
        plans = floor_plans.of_site(connection, site.site)
        assert [plan.unit for plan in plans] == ["bjorka", "solsikka"]
        marks = {plan.unit: floor_plans.marks(connection, plan.id) for plan in plans}
        picture = floor_plans.picture(connection, plans[0].id)
    unit_of = {room.id: room.unit for room in site.rooms}
    placed = sorted((unit, mark.kind, mark.of) for unit, found in marks.items() for mark in found)
    there = [(room.unit, "room", room.id) for room in site.rooms]
    there += [(unit_of[device.room], "device", device.id) for device in site.devices]
    assert placed == sorted(there)
    for found in marks.values():
        assert len({(mark.x, mark.y) for mark in found}) == len(found), "no two in one place"
        assert all(0 < mark.x < 10_000 and 0 < mark.y < 10_000 for mark in found)
    drawn = draw(picture, "tor")
    assert isinstance(drawn, Drawing)
    assert (drawn.width, drawn.height) == (WIDTH, HEIGHT)
