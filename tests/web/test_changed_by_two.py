"""Two programs change the same thing: whoever comes second is told, and overwrites nothing. Each call that
changes what there is stands here; one that does not fails the test, so that somebody decides.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.conftest import SignIn
from tests.web.house import House
from tests.web.test_every_route import WITH_ALL_ROLES, routes

PLAN = {"plan": {"high": {"steps": [{"to": ["unit"], "after": "0 s"}], "repeat": "5 min"}}}
PLACED = {"room": "2A", "role": "motion"}
SHIFT = {"person": "sol", "starts_at": "2099-01-01T07:00:00Z", "ends_at": "2099-01-01T15:00:00Z"}
VALUES = {"level": "site", "values": {"after": "9 h"}}
DEMANDED: dict[str, tuple[str, str, object]] = {
    "PUT /api/v1/escalation": ("leder", "", PLAN),
    "DELETE /api/v1/escalation": ("leder", "", None),
    "PUT /api/v1/escalation/{unit}": ("leder", "/sol", PLAN),
    "DELETE /api/v1/escalation/{unit}": ("leder", "/sol", None),
    "PUT /api/v1/people/{who}": ("adm", "/kari", {"name": "Kari N", "role": "carer"}),
    "DELETE /api/v1/people/{who}": ("adm", "/kari", None),
    "PATCH /api/v1/rules/{rule}/{place}": ("leder", "/quiet/1A", VALUES),
    "DELETE /api/v1/legal-basis/{resident}/{number}": ("leder", "/r1/0", None),
    "PUT /api/v1/devices/{id:path}": ("tor", "/1A stue", PLACED),
    "DELETE /api/v1/devices/{id:path}": ("tor", "/1A stue", None),
    "PUT /api/v1/duty/shifts/{number}": ("leder", "/1", SHIFT),
    "DELETE /api/v1/duty/shifts/{number}": ("leder", "/1", None),
    "PUT /api/v1/contacts/{person}/preferences": ("sol", "/sol/preferences", {"gathered_for": "9 min"}),
    "POST /api/v1/device-list": ("tor", "", b"id,room,role\n1A stue,2A,motion\n"),
}
"""Who asks, for what, with what. None of them goes through (428) without If-Match or a version."""

ITS_BODY = ("PUT /api/v1/floor-plans/{number}/marks",)
"""The version is a field that must be there (422)."""

ONES_OWN = "only whoever asks changes it, of themselves"
SAYS = "it says how things stand now: the newest word counts, and the one before stands in the trail"
ENDS = (
    "it ends or removes what is named: done twice it is done once, and what is gone is not there (404, 409)"
)
NOT_DEMANDED = {
    "DELETE /api/v1/session": ONES_OWN,
    "PUT /api/v1/account/password": ONES_OWN,
    "PUT /api/v1/account/pin": ONES_OWN,
    "DELETE /api/v1/account/pin": ONES_OWN,
    "PUT /api/v1/account/app/{name}": ONES_OWN,
    "DELETE /api/v1/account/sessions": ONES_OWN,
    "DELETE /api/v1/account/sessions/{id}": ONES_OWN,
    "DELETE /api/v1/phones/{id}": ONES_OWN,
    "PUT /api/v1/duty/mine": ONES_OWN,
    "DELETE /api/v1/duty/mine": ONES_OWN,
    "DELETE /api/v1/emergency": ONES_OWN,
    "DELETE /api/v1/emergency/{number}": ONES_OWN,
    "PUT /api/v1/relative/choices": ONES_OWN,
    "PUT /api/v1/relative/password": ONES_OWN,
    "PUT /api/v1/relative/pauses/{resident}": ONES_OWN,
    "DELETE /api/v1/relative/pauses/{resident}": ONES_OWN,
    "DELETE /api/v1/relative/consents/{resident}/{category}": ONES_OWN,
    "DELETE /api/v1/relative": ONES_OWN,
    "PUT /api/v1/absences/{resident}": SAYS,
    "PUT /api/v1/pauses/{place}/{rule}": SAYS,
    "PUT /api/v1/devices/{id:path}/pause": SAYS,
    "PUT /api/v1/reach/gaps/{number}": SAYS,
    "PUT /api/v1/relative-reviews/{relative}/{resident}": SAYS,
    "PUT /api/v1/relatives/{number}/pauses/{resident}": SAYS,
    "PUT /api/v1/residents/{resident}/trends/{trend}/{week}": SAYS,
    "PUT /api/v1/rooms/{room}/trends/{trend}/{week}": SAYS,
    "PUT /api/v1/people/{who}/identity": SAYS,
    "PUT /api/v1/integrations/{id}/events": SAYS,
    "DELETE /api/v1/absences/{resident}": ENDS,
    "DELETE /api/v1/pauses/{place}/{rule}": ENDS,
    "DELETE /api/v1/devices/{id:path}/pause": ENDS,
    "DELETE /api/v1/devices/{id:path}/test": ENDS,
    "DELETE /api/v1/duty/absences/{number}": ENDS,
    "DELETE /api/v1/duty/import/held/{number}": ENDS,
    "DELETE /api/v1/floor-plans/{number}": ENDS,
    "DELETE /api/v1/handover/notes/{number}": ENDS,
    "DELETE /api/v1/contacts/{person}/{contact}": ENDS,
    "DELETE /api/v1/codecs": ENDS,
    "DELETE /api/v1/quarantine": ENDS,
    "DELETE /api/v1/quarantine/{key}": ENDS,
    "DELETE /api/v1/integrations/{id}": ENDS,
    "DELETE /api/v1/integrations/{id}/events": ENDS,
    "DELETE /api/v1/people/{who}/sessions": ENDS,
    "DELETE /api/v1/people/{who}/factors": ENDS,
    "DELETE /api/v1/people/{who}/identity": ENDS,
    "DELETE /api/v1/relatives/{number}/consents/{resident}": ENDS,
    "DELETE /api/v1/relatives/{number}/pauses/{resident}": ENDS,
    "DELETE /api/v1/relatives/{number}/residents/{resident}": ENDS,
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, WITH_ALL_ROLES)
    house.hub_says()
    yield house
    house.connection.close()


def test_of_each_call_that_changes_what_there_is_somebody_has_decided(house: House) -> None:
    changing = {
        route
        for route in routes(house)
        if "/api/v1/" in route and route.startswith(("PUT", "PATCH", "DELETE", "POST /api/v1/device-list"))
    }
    assert changing == {*DEMANDED, *ITS_BODY, *NOT_DEMANDED}


@pytest.mark.parametrize("route", DEMANDED)
def test_a_change_that_does_not_say_what_it_was_thought_of_for_is_refused_and_changes_nothing(
    house: House, sign_in: SignIn, route: str
) -> None:
    who, where, sent = DEMANDED[route]
    method, path = route.split()
    browser = sign_in(who)
    ours = {"X-CSRF-Token": browser.get("/api/v1/session").json()["csrf"]}
    if "shifts" in route:
        assert browser.post("/api/v1/duty/shifts", headers=ours, json=SHIFT).json()["id"] == 1

    def ask(**if_match: str) -> int:
        headers = ours | {name.replace("_", "-"): value for name, value in if_match.items()}
        content, said = (sent, None) if isinstance(sent, bytes) else (None, sent)
        at = path.partition("/{")[0] + where
        return browser.request(method, at, headers=headers, content=content, json=said).status_code

    def changes() -> int:
        said = "shift changed", "shift removed", "contact preferences", "site changed"
        return len(house.rows("SELECT seq FROM audit WHERE what IN (?, ?, ?, ?)", *said))

    before = changes()
    assert (ask(), ask(If_Match=""), ask(If_Match="rubbish")) == (428, 428, 412)
    assert changes() == before
    assert ask(If_Match="*") in (200, 204)
