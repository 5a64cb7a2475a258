"""Two houses in one database: what stands still in one costs the other nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub.scenario.world import read_file
from hub.site.change import put_in_force
from hub.store import alerts, escalations
from hub.store.db import transaction
from rules.alert import Concern, opened
from rules.escalation import EscalationPlan, begun
from rules.finding import Finding
from tests.world import World

SITE = "site: {}\nname: A house\nunits: [{{id: sol, name: Sol}}]\nrooms: [{{id: 3B, unit: sol}}]\n"
NIGHT = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)


def test_a_call_that_another_sites_hub_does_not_make_keeps_this_one_from_nothing(tmp_path: Path) -> None:
    house = World(tmp_path, SITE.format("here"), NIGHT)
    with transaction(house.connection):
        put_in_force(house.connection, read_file(SITE.format("there")), NIGHT, "test")
        finding = Finding("help-button", "3B", "raised", NIGHT, "pressed")
        there = alerts.add(house.connection, opened(finding, "there", Concern("high", "sol", ()), NIGHT))
        escalations.put(house.connection, there.id, begun(EscalationPlan(), "high", NIGHT))
    house.passes(timedelta(minutes=1))
    assert escalations.next_due(house.connection, "here") is None
    assert escalations.next_due(house.connection, "there") == NIGHT
    house.stop()
