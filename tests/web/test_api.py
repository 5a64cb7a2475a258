"""What other programs read."""

import json
from datetime import timedelta
from pathlib import Path

from starlette.testclient import TestClient

from dashboards.app import create_app
from hub.settings import Settings
from tests.web.conftest import SignIn
from tests.web.house import House

OPENAPI = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_committed_openapi_document_is_current() -> None:
    current = create_app(Settings()).openapi()
    assert json.loads(OPENAPI.read_text()) == current, "python -m dashboards.api > docs/openapi.json"


def test_a_watchdog_learns_whether_alerts_reach_the_boards(house: House, visitor: TestClient) -> None:
    answer = visitor.get("/healthz")
    assert answer.status_code == 200
    assert answer.json().items() >= {"web": "ok", "hub": "ok", "sensors": "ok"}.items()
    house.hub_says("broker", "down")
    answer = visitor.get("/healthz")
    assert (answer.status_code, answer.json()["sensors"]) == (503, "down")
    house.hub_says(ago=timedelta(seconds=10))
    answer = visitor.get("/healthz")
    assert (answer.status_code, answer.json()["hub"]) == (503, "down")


def test_the_alerts_as_json_are_those_that_the_person_may_see(house: House, sign_in: SignIn) -> None:
    mine = house.night_exit("1A")
    house.night_exit("4B")
    found = sign_in("sol").get("/api/v1/alerts").json()["alerts"]
    assert [a["id"] for a in found] == [mine.id]
    assert (
        found[0].items()
        >= {
            "rule": "night-exit",
            "place": "1A",
            "residents": ["r1"],
            "severity": "high",
            "state": "open",
        }.items()
    )
    assert found[0]["summary"].startswith("Ytterdøra ble åpnet")
    assert (
        found[0]["evidence"][0].items() >= {"device": "1A ytterdør", "measure": "open", "value": True}.items()
    )
    assert "Anna" not in json.dumps(found)
