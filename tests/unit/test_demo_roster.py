"""The demo's roster: somebody is on duty by day, and planning it twice changes nothing."""

from datetime import timedelta
from pathlib import Path

from hub import clock
from hub.demo.preparation import plan_roster, put_in_force
from hub.settings import Settings
from hub.store import shifts
from hub.store.db import connect
from rules.duty import on_duty


def test_each_unit_has_a_carer_by_day_and_the_patrol_by_night_and_twice_is_once(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    site = put_in_force(settings)
    plan_roster(settings, site)
    connection = connect(settings.database)
    today = clock.now().astimezone(site.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    planned = shifts.between(connection, site.site, today - timedelta(days=30), today + timedelta(days=30))
    for hour, expected in ((3, {"amina"}), (9, {"kari", "amina", "lise"}), (17, {"jonas"}), (23, {"amina"})):
        at = today + timedelta(hours=hour)
        assert {shift.person for shift in on_duty(site, planned, (), at)} == expected, hour
    plan_roster(settings, site)
    assert planned == shifts.between(
        connection, site.site, today - timedelta(days=30), today + timedelta(days=30)
    )
    connection.close()
