"""What other programs read."""

import json
from datetime import timedelta
from pathlib import Path

from starlette.testclient import TestClient

from dashboards.app import create_app
from hub.settings import Settings
from tests.web.conftest import SignIn, csrf_of
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


def test_another_program_takes_an_alert_through_its_steps_as_the_page_does(
    house: House, sign_in: SignIn
) -> None:
    alert, kari = house.night_exit(), sign_in("kari")
    headers = {"X-CSRF-Token": kari.get("/api/v1/session").json()["csrf"]}
    assert kari.post(f"/api/v1/alerts/{alert.id}/accept").status_code == 403, "not without the token"
    for step, state in (("accept", "accepted"), ("set_out", "accepted"), ("arrive", "arrived")):
        answer = kari.post(f"/api/v1/alerts/{alert.id}/{step}", headers=headers).json()
        assert (answer["state"], answer["changed"]) == (state, True)
    again = kari.post(f"/api/v1/alerts/{alert.id}/accept", headers=headers).json()
    assert (again["changed"], again["reason"], again["accepted_by"]) == (False, "already arrived", "kari")
    bad = kari.post(f"/api/v1/alerts/{alert.id}/close", headers=headers, json={"outcome": "bored"})
    assert bad.status_code == 400
    assert "expected one of helped" in bad.json()["detail"]
    closed = kari.post(f"/api/v1/alerts/{alert.id}/close", headers=headers, json={"outcome": "helped"})
    assert closed.json()["state"] == "closed"


def test_an_alert_of_another_unit_cannot_be_taken_by_a_call(house: House, sign_in: SignIn) -> None:
    sol = sign_in("sol")
    path = f"/api/v1/alerts/{house.night_exit('4B').id}/accept"
    assert sol.post(path, headers={"X-CSRF-Token": csrf_of(sol)}).status_code == 404
