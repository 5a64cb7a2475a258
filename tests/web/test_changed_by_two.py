"""Two programs change the same thing: whoever comes second is told, and overwrites nothing. Each call that
changes what there is stands here; one that does not fails the test, so that somebody decides.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Barrier

import pytest
from starlette.testclient import TestClient

from dashboards.app import create_app
from tests.web.conftest import SignIn
from tests.web.house import House
from tests.web.test_every_route import WITH_ALL_ROLES, routes

PLAN = {"plan": {"high": {"steps": [{"to": ["unit"], "after": "0 s"}], "repeat": "5 min"}}}
PLACED = {"room": "2A", "role": "motion"}
SHIFT = {"person": "sol", "starts_at": "2099-01-01T07:00:00Z", "ends_at": "2099-01-01T15:00:00Z"}
VALUES = {"level": "site", "values": {"after": "9 h"}}
BASIS = {
    "kind": "decision",
    "rules": ["quiet"],
    "decided_by": "Lege",
    "valid_from": "2024-01-01",
    "review": "2099-01-01",
}
DEMANDED: dict[str, tuple[str, str, object]] = {
    "PUT /api/v1/escalation": ("leder", "", PLAN),
    "DELETE /api/v1/escalation": ("leder", "", None),
    "PUT /api/v1/escalation/{unit}": ("leder", "/sol", PLAN),
    "DELETE /api/v1/escalation/{unit}": ("leder", "/sol", None),
    "PUT /api/v1/people/{who}": ("adm", "/kari", {"name": "Kari N", "role": "carer"}),
    "DELETE /api/v1/people/{who}": ("adm", "/kari", None),
    "PATCH /api/v1/rules/{rule}/{place}": ("leder", "/quiet/1A", VALUES),
    "POST /api/v1/legal-basis/{resident}": ("leder", "/r2", BASIS),
    "DELETE /api/v1/legal-basis/{resident}/{number}": ("leder", "/r1/0", None),
    "PUT /api/v1/devices/{id:path}": ("tor", "/1A stue", PLACED),
    "DELETE /api/v1/devices/{id:path}": ("tor", "/1A stue", None),
    "PUT /api/v1/duty/shifts/{number}": ("leder", "/1", SHIFT),
    "DELETE /api/v1/duty/shifts/{number}": ("leder", "/1", None),
    "PUT /api/v1/contacts/{person}/preferences": ("sol", "/sol/preferences", {"gathered_for": "9 min"}),
    "POST /api/v1/devices/{id:path}/replacement": ("tor", "/1A stue/replacement", {"address": "ny"}),
    "POST /api/v1/devices/{id:path}/rename": ("tor", "/1A stue/rename", {"to": "1A ny"}),
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
    paths = create_app(house.settings, house.clock).openapi()["paths"]

    def may_say_428(route: str) -> bool:
        method, path = route.replace(":path", "").split()
        return "428" in paths[path][method.lower()]["responses"]

    calls = [route for route in routes(house) if "/api/v1/" in route]
    changing = {
        route
        for route in calls
        if route.startswith(("PUT", "PATCH", "DELETE")) or (route.startswith("POST") and may_say_428(route))
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


# At one instant

AT_ONCE = 6
"""Who ask at the same instant, for the same thing, having read the same."""
OTHERS: dict[str, Callable[[int], object]] = {
    "PUT /api/v1/escalation": lambda n: {"plan": {**PLAN["plan"], "low": repeated(f"{n + 6} min")}},
    "PUT /api/v1/escalation/{unit}": lambda n: {"plan": {**PLAN["plan"], "low": repeated(f"{n + 6} min")}},
    "PUT /api/v1/people/{who}": lambda n: {"name": f"Kari {n}", "role": "carer"},
    "PATCH /api/v1/rules/{rule}/{place}": lambda n: {"level": "site", "values": {"after": f"{n + 3} h"}},
    "PUT /api/v1/devices/{id:path}": lambda n: {**PLACED, "address": f"0x{n}"},
    "PUT /api/v1/duty/shifts/{number}": lambda n: {**SHIFT, "ends_at": f"2099-01-01T15:1{n}:00Z"},
    "PUT /api/v1/contacts/{person}/preferences": lambda n: {"gathered_for": f"{n + 6} min"},
    "POST /api/v1/device-list": lambda n: f"id,room,role,address\n1A stue,2A,motion,0x{n}\n".encode(),
    "POST /api/v1/devices/{id:path}/replacement": lambda n: {"address": f"0x{n}"},
    "POST /api/v1/devices/{id:path}/rename": lambda n: {"to": f"1A nr {n}"},
    "PUT /api/v1/floor-plans/{number}/marks": lambda n: {
        "version": 1,
        "marks": [{"kind": "room", "of": "1A", "x": n, "y": 0}],
    },
}
"""Who ask for different things, by their number, and none of them for what there is already: that changes
nothing, so that the next is heard too. Those that are not here remove what is there.
"""
RACED = {
    **DEMANDED,
    "POST /api/v1/devices/{id:path}/replacement": ("tor", "/1A stue/replacement", {"address": "0xa"}),
    "PUT /api/v1/floor-plans/{number}/marks": ("leder", "/1/marks", {"version": 1, "marks": []}),
}


def repeated(after: str) -> dict[str, object]:
    return {"steps": [{"to": ["unit"], "after": "0 s"}], "repeat": after}


def read_tag(browser: TestClient, ours: dict[str, str], route: str, at: str) -> str:
    """What somebody has read of the thing, as its If-Match. What is to be changed is there."""
    if "shifts" in route:
        said = browser.post("/api/v1/duty/shifts", headers=ours, json=SHIFT).json()
        return f'"{said["version"]}"'
    if "preferences" in route:
        return f'"{browser.get("/api/v1/contacts").json()["people"][0]["preferences"]["version"]}"'
    if "floor" in route:
        svg = "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHdpZHRoPSI5IiBoZWlnaHQ9IjkiLz4="
        said = browser.post(
            "/api/v1/floor-plans", headers=ours, json={"unit": "sol", "name": "1", "picture": svg}
        )
        assert said.json()["id"] == 1
        return ""
    if route.startswith("DELETE /api/v1/escalation"):
        put = browser.put(at, headers={**ours, "If-Match": "*"}, json=PLAN)
        assert put.status_code == 204
    whole = {
        "/escalation/": "/api/v1/escalation",
        "/rules/": "/api/v1/rules",
        "/legal": "/api/v1/legal-basis",
    }
    own = at.removesuffix("/replacement").removesuffix("/rename")
    read = next((path for part, path in whole.items() if part in at), own)
    return browser.get(read).headers["ETag"]


@pytest.mark.parametrize("bodies", ["equal", "different"])
@pytest.mark.parametrize("route", RACED)
def test_of_many_who_ask_at_one_instant_having_read_the_same_one_is_heard_and_the_others_are_told(
    house: House, sign_in: SignIn, route: str, bodies: str
) -> None:
    who, where, sent = RACED[route]
    if bodies == "different" and route not in OTHERS:
        pytest.skip("it says nothing but what is to be removed")
    method, path = route.split()
    at = path.partition("/{")[0] + where
    browser = sign_in(who)
    ours = {"X-CSRF-Token": browser.get("/api/v1/session").json()["csrf"]}
    tag = read_tag(browser, ours, route, at)
    number = count()

    def ask(begin: Barrier) -> int:
        body = OTHERS.get(route, lambda _: sent)(next(number) if bodies == "different" else 1)
        content, said = (body, None) if isinstance(body, bytes) else (None, body)
        begin.wait()
        headers = ours | ({"If-Match": tag} if tag else {})
        return browser.request(method, at, headers=headers, content=content, json=said).status_code

    with ThreadPoolExecutor(AT_ONCE) as together:
        answers = list(together.map(ask, [Barrier(AT_ONCE)] * AT_ONCE))
    told = {412 if tag else 409, *([404] if method == "DELETE" else [])}
    heard = [answer for answer in answers if answer in (200, 204)]
    assert (len(heard), {*answers} - {*heard} <= told) == (1, True), answers
    assert ask(Barrier(1)) in told


def test_of_many_who_add_something_at_one_instant_nobody_overwrites_another(
    house: House, sign_in: SignIn
) -> None:
    def basis(n: int) -> dict[str, object]:
        return BASIS | {"decided_by": f"Lege {n}"}

    def person(n: int) -> dict[str, object]:
        return {"name": f"Ny {n}", "role": "carer", "new": True}

    def at_once(who: str, method: str, at: str, body: Callable[[int], object], **more: str) -> list[int]:
        browser, begin = sign_in(who), Barrier(AT_ONCE)
        csrf = {"X-CSRF-Token": browser.get("/api/v1/session").json()["csrf"]}

        def ask(n: int) -> int:
            begin.wait()
            return browser.request(method, at, headers={**csrf, **more}, json=body(n)).status_code

        with ThreadPoolExecutor(AT_ONCE) as together:
            return sorted(together.map(ask, range(AT_ONCE)))

    registered = at_once("leder", "POST", "/api/v1/legal-basis/r2", basis, **{"If-Match": "*"})
    found = sign_in("leder").get("/api/v1/legal-basis").json()["residents"]
    kept = next(one for one in found if one["resident"] == "r2")["bases"]
    assert {*registered} <= {204, 409}
    assert len(kept) == registered.count(204) >= 1
    added = at_once("adm", "PUT", "/api/v1/people/ny", person)
    assert (added.count(204), {*added} <= {204, 409, 422}) == (1, True)
    headers = {"If-None-Match": "*"}
    placed = at_once("tor", "PUT", "/api/v1/devices/ny", lambda n: PLACED, **headers)
    assert placed == [201] + [412] * (AT_ONCE - 1)


def test_a_device_is_placed_once_and_who_places_it_again_alike_is_told(house: House, sign_in: SignIn) -> None:
    tor = sign_in("tor")
    ours = {"X-CSRF-Token": tor.get("/api/v1/session").json()["csrf"], "If-None-Match": "*"}
    first, again = (tor.put("/api/v1/devices/ny", headers=ours, json=PLACED) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 412)
    assert [other["by"] for other in again.json()["others"]] == ["tor"]
