"""What can wait is for those who mend it; what leaves somebody unprotected is for all."""

from pathlib import Path

from dashboards.access import access_of
from hub.store import escalations
from rules.building import Person
from tests.health.house import MINUTE, house

CARER = access_of(Person(id="kari", name="Kari", role="carer"))
TECHNICIAN = access_of(Person(id="tor", name="Tor", role="technician"))


def test_a_low_battery_calls_no_carer_and_stands_on_the_technicians_board(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        for device in ("3B bed", "3B door", "3B button"):
            world.says(device, battery=80)
        world.says("3B bed", battery_low=True)
        world.passes(2 * MINUTE)
        alert = world.alert("fault-battery")
        assert not CARER.sees_alert(alert)
        assert TECHNICIAN.sees_alert(alert)
        assert escalations.get(world.connection, alert.id) is None


def test_a_battery_whose_end_leaves_somebody_unprotected_is_seen_and_called_for(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        world.says("4A door", battery_low=True)
        world.passes(2 * MINUTE)
        alert = world.alert("fault-battery")
        assert CARER.sees_alert(alert)
        assert escalations.get(world.connection, alert.id) is not None
