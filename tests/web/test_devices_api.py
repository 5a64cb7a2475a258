"""Devices by calls, over real HTTP: two technicians at once, lists, and what was heard without a place."""

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from starlette.testclient import TestClient

from hub.store import devices as journal
from hub.store import sites
from hub.store.db import transaction
from rules.wording.site_file import in_words
from tests.patience import PATIENCE
from tests.web.conftest import SignIn
from tests.web.house import DOCUMENT, PASSWORD, House, Web

TONE = "  - {id: tone, name: Tone Teknisk, role: technician}\n"
ONE_MORE = DOCUMENT.replace("  - {id: adm,", f"{TONE}  - {{id: adm,")
DOOR = "/api/v1/devices/" + quote("1A ytterdør")


class Caller:
    """A program that somebody signed in with."""

    def __init__(self, client: Any) -> None:
        self.client = client

    @property
    def headers(self) -> dict[str, str]:
        return {"X-CSRF-Token": self.client.get("/api/v1/session").json()["csrf"]}

    def get(self, path: str, **parameters: Any) -> Any:
        return self.client.get(path, params=parameters)

    def put(self, path: str, body: dict[str, Any], **headers: str) -> Any:
        return self.client.put(path, json=body, headers={**self.headers, **_named(headers)})

    def post(self, path: str, body: Any, **headers: str) -> Any:
        sent = {"content": body} if isinstance(body, bytes | str) else {"json": body}
        return self.client.post(path, headers={**self.headers, **_named(headers)}, **sent)

    def delete(self, path: str, **headers: str) -> Any:
        return self.client.delete(path, headers={**self.headers, **_named(headers)})


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture
def tor(sign_in: SignIn) -> Caller:
    """Tor is the technician."""
    return Caller(sign_in("tor"))


def document(house: House) -> str:
    return sites.in_force(house.connection, None).document


# One device


def test_a_device_that_spoke_natively_last_is_told_as_it_spoke_then(house: House, tor: Caller) -> None:
    before, now = house.now() - timedelta(hours=1), house.now()
    with transaction(house.connection):
        name = "1A ytterdør"
        relayed = journal.add(house.connection, "solbakken", "zigbee2mqtt", name, before)
        by_itself = journal.add(house.connection, "solbakken", "native", name, before)
        told = {"open": (False, before), "battery": (64, before), "lqi": (90, before)}
        journal.put_latest(house.connection, [(relayed, before, told)])
        journal.put_latest(house.connection, [(by_itself, now, {"open": (True, now), "battery": (4, now)})])
    door = tor.get(DOOR).json()
    assert door["last_heard_at"] == tor.get(f"{DOOR}/health").json()["silence"]["last_heard_at"]
    assert datetime.fromisoformat(door["last_heard_at"]) == now
    assert {measure: one["value"] for measure, one in door["latest"].items()} == {
        "open": True,
        "battery": 4,
        "lqi": 90,
    }


def test_the_devices_are_told_with_where_they_are_and_what_they_said(house: House, tor: Caller) -> None:
    with transaction(house.connection):
        no = journal.add(house.connection, "solbakken", "zigbee2mqtt", "1A ytterdør", house.now())
        journal.put_latest(house.connection, [(no, house.now(), {"open": (True, house.now())})])
    answer = tor.get("/api/v1/devices").json()
    assert (answer["version"], len(answer["devices"])) == (1, 12)
    door = next(one for one in answer["devices"] if one["id"] == "1A ytterdør")
    assert {key: door[key] for key in ("id", "room", "unit", "role", "gateway", "address")} == {
        "id": "1A ytterdør",
        "room": "1A",
        "unit": "sol",
        "role": "outer_door",
        "gateway": "zigbee2mqtt",
        "address": "1A ytterdør",
    }
    assert door["latest"]["open"]["value"] is True
    assert [d["id"] for d in tor.get("/api/v1/devices", room="2A").json()["devices"]] == [
        "2A snor",
        "2A stue",
        "2A ytterdør",
    ]


def test_a_device_is_placed_changed_replaced_and_removed(house: House, tor: Caller) -> None:
    path = "/api/v1/devices/" + quote("3B bad/1", safe="")
    placed = tor.put(path, {"room": "3B", "role": "motion", "address": "0x77/1"}, If_None_Match="*")
    assert placed.status_code == 201, placed.text
    assert "  - {id: 3B bad/1, room: 3B, role: motion, address: 0x77/1}\n" in document(house)
    changed = tor.put(
        path,
        {"room": "3B", "role": "bathroom_motion", "address": "0x77/1"},
        If_Match=placed.headers["ETag"],
    )
    assert changed.status_code == 200, changed.text
    replaced = tor.post(path + "/replacement", {"address": "0x88/1"}, If_Match=changed.headers["ETag"])
    assert replaced.status_code == 200, replaced.text
    shown = tor.get(path)
    assert shown.headers["ETag"].startswith(replaced.headers["ETag"].rstrip('"'))
    assert [place["address"] for place in shown.json()["places"]] == ["0x77/1", "0x77/1", "0x88/1"]
    assert [change["by"] for change in shown.json()["changes"]] == ["tor"] * 3
    removed = tor.delete(path, If_Match=replaced.headers["ETag"])
    assert (removed.status_code, removed.json()["version"]) == (200, 5)
    assert document(house) == DOCUMENT
    assert tor.get(path).status_code == 404
    assert tor.delete(path, If_Match=replaced.headers["ETag"]).status_code == 412


def test_a_device_gets_another_name_and_stays_the_same_one(house: House, tor: Caller) -> None:
    etag = tor.get(DOOR).headers["ETag"]
    soon = (house.now() + timedelta(hours=2)).isoformat()
    assert tor.put(DOOR + "/pause", {"reason": "byttes", "until": soon}).status_code == 200
    assert tor.post(DOOR + "/rename", {"to": "1A dør"}).status_code == 428
    taken = tor.post(DOOR + "/rename", {"to": "1A stue"}, If_Match=etag)
    assert (taken.status_code, taken.json()["problems"][0]["id"]) == (422, "1A stue")
    done = tor.post(DOOR + "/rename", {"to": "1A dør"}, If_Match=etag)
    assert done.status_code == 200, done.text
    shown = tor.get("/api/v1/devices/1A dør")
    assert shown.headers["ETag"].startswith(done.headers["ETag"].rstrip('"'))
    assert (shown.json()["address"], shown.json()["role"]) == ("1A ytterdør", "outer_door")
    assert shown.json()["paused"]["reason"] == "byttes"
    changes = [(c["id"], c["before"] is None, c["after"] is None) for c in shown.json()["changes"]]
    assert changes == [("1A ytterdør", False, True), ("1A dør", True, False)]
    assert [p["device"] for p in tor.get("/api/v1/device-pauses").json()["paused"]] == ["1A dør"]
    for way in ("", "/course", "/health"):
        absent = tor.get(DOOR + way)
        assert (absent.status_code, absent.json()["reason"]) == (404, "renamed"), way
        assert absent.json()["detail"] == "Enheten heter 1A dør nå."
        assert absent.json()["called_now"] == "1A dør"
        assert tor.get(absent.json()["location"]).json()["id"] == "1A dør"
    assert tor.post(DOOR + "/rename", {"to": "1A dør"}, If_Match=etag).status_code == 412
    version = tor.get("/api/v1/devices").json()["version"]
    same = tor.post("/api/v1/devices/1A dør/rename", {"to": "1A dør"}, If_Match="*")
    assert (same.status_code, same.json()["version"]) == (200, version)


def test_whoever_may_not_see_a_renamed_device_is_told_no_more_than_that_there_is_none(
    house: House, tor: Caller, sign_in: SignIn
) -> None:
    theirs = "/api/v1/devices/4B stue"
    assert tor.post(theirs + "/rename", {"to": "4B Sverre"}, If_Match="*").status_code == 200
    house.import_site(document(house).replace("role: technician}", "role: technician, units: [sol]}"))
    for way in ("", "/course", "/health"):
        absent, never = tor.get(theirs + way), tor.get("/api/v1/devices/9Z" + way)
        assert absent.status_code == 404
        assert {**absent.json(), "instance": ""} == {**never.json(), "instance": ""}


def test_what_would_not_hold_is_refused_with_all_that_is_wrong(house: House, tor: Caller) -> None:
    answer = tor.put(DOOR, {"room": "9Z", "role": "outerdoor", "gateway": "zb"}, If_Match="*")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    found = answer.json()
    assert [(p["id"], p["key"], p["wrong"]) for p in found["problems"]] == [
        ("1A ytterdør", "role", "role is 'outerdoor'"),
        ("1A ytterdør", "gateway", "there is no gateway 'zb'"),
        ("1A ytterdør", "room", "there is no room '9Z'"),
    ]
    assert found["problems"][0]["expected"].startswith("outer_door (perhaps), or one of")
    assert document(house) == DOCUMENT


def test_who_sees_one_unit_is_told_nothing_of_the_others_by_a_refusal(house: House, tor: Caller) -> None:
    house.import_site(document(house).replace("role: technician}", "role: technician, units: [nord]}"))
    mine = "/api/v1/devices/4B stue"
    wanted = {"room": "4B", "role": "motion"}

    def told(**more: str) -> list[dict[str, str]]:
        answer = tor.put(mine, wanted | more, If_Match="*")
        assert answer.status_code == 422, answer.text
        assert not re.search(r"\b([123][AB]|r[123])\b", answer.text.replace(more.get("address", "-"), "")), (
            more
        )
        found: list[dict[str, str]] = answer.json()["problems"]
        return found

    (owner,) = told(resident="x")
    assert (owner["wrong"], owner["expected"]) == ("there is no resident 'x'", "one of r4, r5")
    hidden, nobody = (
        tor.put(mine, wanted | {"resident": one}, If_Match="*").json()["problems"] for one in ("r1", "r9")
    )
    assert [{**one, "wrong": one["wrong"].replace("r1", "r9")} for one in hidden] == nobody
    (address,) = told(address="2A stue")
    assert (address["id"], address["wrong"]) == ("4B stue", "'2A stue' at gateway 'zigbee2mqtt' is in use")
    house.import_site(document(house).replace("technician, units: [nord]}", "technician, units: [sol]}"))
    earlier = tor.put(
        "/api/v1/devices/2A stue", {"room": "2A", "role": "motion", "address": "4B stue"}, If_Match="*"
    )
    (address,) = earlier.json()["problems"]
    assert (address["id"], address["wrong"]) == ("2A stue", "'4B stue' at gateway 'zigbee2mqtt' is in use")


def test_that_a_name_or_address_is_anothers_is_said_without_whose() -> None:
    for wrong, words in (
        ("'0x1' at gateway 'zigbee' is in use", "«0x1» hos «zigbee» er i bruk"),
        ("'2A stue' is in use", "«2A stue» er i bruk"),
    ):
        assert (in_words(wrong, "nb").text, in_words(wrong, "nn").text) == (words, words)


def test_who_comes_second_is_told_what_the_other_one_did(house: House, tor: Caller, sign_in: SignIn) -> None:
    adm = Caller(sign_in("adm"))
    etag = tor.get(DOOR).headers["ETag"]
    assert tor.post(DOOR + "/replacement", {"address": "0x1"}, If_Match=etag).status_code == 200
    second = adm.put(DOOR, {"room": "2A", "role": "outer_door"}, If_Match=etag)
    assert second.status_code == 412
    (other,) = second.json()["others"]
    assert (other["by"], other["before"], other["after"]["address"]) == (
        "tor",
        {"id": "1A ytterdør", "room": "1A", "role": "outer_door"},
        "0x1",
    )
    so_already = {"room": "1A", "role": "outer_door", "address": "0x1"}
    assert adm.put(DOOR, so_already, If_None_Match="*").status_code == 412
    assert adm.put(DOOR, {**so_already, "address": "0x2"}, If_None_Match="*").status_code == 412


def test_a_call_without_the_version_it_was_read_in_is_refused(house: House, tor: Caller) -> None:
    assert tor.put(DOOR, {"room": "2A", "role": "door"}).status_code == 428
    assert tor.delete(DOOR).status_code == 428
    assert document(house) == DOCUMENT


def test_a_call_without_the_token_or_from_who_may_not_changes_nothing(
    house: House, tor: Caller, sign_in: SignIn, visitor: TestClient
) -> None:
    assert (
        tor.client.put(DOOR, json={"room": "2A", "role": "door"}, headers={"If-Match": "*"}).status_code
        == 403
    )
    assert visitor.get("/api/v1/devices").status_code == 401
    kari = Caller(sign_in("kari"))
    for answer in (
        kari.get("/api/v1/devices"),
        kari.get(DOOR),
        kari.get("/api/v1/discovered"),
        kari.get("/api/v1/device-list"),
        kari.put(DOOR, {"room": "2A", "role": "door"}, If_Match="*"),
        kari.delete(DOOR, If_Match="*"),
        kari.post("/api/v1/device-list", "id,room,role\n"),
    ):
        assert answer.status_code == 404
    assert document(house) == DOCUMENT


# Two at once


@pytest.fixture
def two_technicians(house: House) -> House:
    house.import_site(ONE_MORE)
    with transaction(house.connection):
        house.set_password("tone")
    return house


@pytest.fixture
def enter(web: Web) -> Iterator[Callable[[str], Caller]]:
    """Signs in over HTTP, as a program does it."""
    clients: list[httpx2.Client] = []

    def signed_in(person: str) -> Caller:
        client = httpx2.Client(base_url=web.address, timeout=PATIENCE)
        clients.append(client)
        token = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/sign-in").text)
        assert token is not None
        form = {"person": person, "password": PASSWORD, "csrf": token[1]}
        assert client.post("/sign-in", data=form).status_code == 303
        return Caller(client)

    yield signed_in
    for client in clients:
        client.close()


def test_two_technicians_on_one_device_one_wins_and_the_other_is_told(
    two_technicians: House, enter: Callable[[str], Caller]
) -> None:
    people = {"tor": enter("tor"), "tone": enter("tone")}
    for round in range(5):
        etag = people["tor"].get(DOOR).headers["ETag"]
        bodies = {name: {"address": f"0x{round}{name}"} for name in people}
        with ThreadPoolExecutor() as pool:
            asked = {
                name: pool.submit(caller.post, DOOR + "/replacement", bodies[name], If_Match=etag)
                for name, caller in people.items()
            }
        answers = {name: answer.result() for name, answer in asked.items()}
        winner = next(name for name, answer in answers.items() if answer.status_code == 200)
        loser = next(name for name in people if name != winner)
        assert answers[loser].status_code == 412, answers[loser].text
        (other,) = answers[loser].json()["others"]
        assert (other["by"], other["after"]["address"]) == (winner, bodies[winner]["address"])
        assert people[loser].get(DOOR).json()["address"] == bodies[winner]["address"]


def test_two_technicians_on_different_devices_both_go_through(
    two_technicians: House, enter: Callable[[str], Caller]
) -> None:
    people = {"tor": enter("tor"), "tone": enter("tone")}
    paths = {"tor": DOOR, "tone": "/api/v1/devices/" + quote("5C stue")}
    for round in range(5):
        with ThreadPoolExecutor() as pool:
            asked = []
            for name, caller in people.items():
                etag = caller.get(paths[name]).headers["ETag"]
                body = {"address": f"0x{round}{name}"}
                asked.append(pool.submit(caller.post, paths[name] + "/replacement", body, If_Match=etag))
        assert [answer.result().status_code for answer in asked] == [200, 200]
        assert [people["tor"].get(paths[name]).json()["address"] for name in people] == [
            f"0x{round}tor",
            f"0x{round}tone",
        ]


# Lists


def test_a_list_goes_out_is_tried_and_put_in_force(house: House, tor: Caller) -> None:
    answer = tor.get("/api/v1/device-list")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="solbakken-devices.csv"'
    text = answer.content.decode("utf-8-sig").replace("2A stue;2A;motion;;", "2A stue;3B;motion;;0x1")
    for dry_run in (True, False):
        done = tor.post(
            f"/api/v1/device-list?dry_run={dry_run}", text.encode(), If_Match=answer.headers["ETag"]
        )
        assert done.status_code == 200, done.text
        assert [(c["id"], c["what"]) for c in done.json()["changes"]] == [("2A stue", ["moved", "replaced"])]
        assert (done.json()["in_force"], document(house) == DOCUMENT) == (not dry_run, dry_run)
    assert "{id: 2A stue, room: 3B, role: motion, address: " in document(house)


def test_a_list_with_mistakes_is_refused_by_line_and_an_old_one_by_whose_change_it_would_undo(
    house: House, tor: Caller
) -> None:
    bad = tor.post("/api/v1/device-list", b"id,room,role\nx,9Z,door\n,1A,door\n", If_Match="*")
    assert bad.status_code == 422
    assert [(p["line"], p["key"]) for p in bad.json()["problems"]] == [(2, "room"), (3, "id")]
    old = tor.get("/api/v1/device-list")
    assert tor.post(DOOR + "/replacement", {"address": "0x1"}, If_Match="*").status_code == 200
    undone = tor.post("/api/v1/device-list", old.content, If_Match=old.headers["ETag"])
    assert undone.status_code == 412
    assert [(o["id"], o["by"]) for o in undone.json()["others"]] == [("1A ytterdør", "tor")]
    assert tor.post("/api/v1/device-list", b"x" * (4 * 1024 * 1024 + 1)).status_code == 413
    assert tor.post("/api/v1/device-list", b"id,room,role\n", If_Match='"x"').status_code == 412
    assert tor.post("/api/v1/device-list", b"id,room,role\n", If_Match='"99"').status_code == 422


# What was heard without a place


def test_what_was_heard_without_a_place_is_told_with_a_role_that_it_may_have(
    house: House, tor: Caller
) -> None:
    at = house.now() - timedelta(minutes=3)
    with transaction(house.connection):
        no = journal.add(house.connection, "solbakken", "zigbee2mqtt", "0x99", at)
        journal.put_latest(house.connection, [(no, at, {"fall": ("suspected", at)})])
    (device,) = tor.get("/api/v1/discovered").json()["devices"]
    assert (device["gateway"], device["address"]) == ("zigbee2mqtt", "0x99")
    assert device["suggested_roles"] == ["fall_detector"]
    assert device["latest"]["fall"]["value"] == "suspected"
    assert (
        tor.put(
            "/api/v1/devices/5C%20fall",
            {"room": "5C", "role": "fall_detector", "address": device["address"]},
            If_None_Match="*",
        ).status_code
        == 201
    )
    assert tor.get("/api/v1/discovered").json()["devices"] == []


def test_no_residents_name_is_in_what_technicians_are_told(house: House, tor: Caller) -> None:
    said = [
        tor.get(path).text for path in ("/api/v1/devices", DOOR, "/api/v1/discovered", "/api/v1/device-list")
    ]
    assert "Haugen" not in json.dumps(said)


def test_a_neighbours_device_is_left_out_and_taken_back(house: House, tor: Caller) -> None:
    with transaction(house.connection):
        no = journal.add(house.connection, "solbakken", "zigbee2mqtt", "0x00158d0001a2b3c4", house.now())
        journal.put_latest(house.connection, [(no, house.now(), {"open": (True, house.now())})])
    named = {"gateway": "zigbee2mqtt", "address": "0x00158d0001a2b3c4"}
    assert tor.post("/api/v1/discovered/take-back", named).status_code == 404
    ignore = "/api/v1/discovered/ignore"
    assert tor.post(ignore, {**named, "address": "nobody", "reason": "naboens"}).status_code == 404
    assert tor.post(ignore, {**named, "reason": ""}).status_code == 422
    assert tor.post(ignore, {**named, "reason": "naboens"}).status_code == 204
    (device,) = tor.get("/api/v1/discovered").json()["devices"]
    assert (device["ignored"]["reason"], device["ignored"]["by"]) == ("naboens", "tor")
    assert tor.post("/api/v1/discovered/take-back", named).status_code == 204
    assert tor.get("/api/v1/discovered").json()["devices"][0]["ignored"] is None


def test_a_label_finds_its_device_by_a_call(house: House, tor: Caller) -> None:
    with transaction(house.connection):
        journal.add(house.connection, "solbakken", "zigbee2mqtt", "0x00158d0001a2b3c4", house.now())
    found = tor.get("/api/v1/discovered", label="00:15:8D:00:01:A2:B3:C4").json()["devices"]
    assert [device["address"] for device in found] == ["0x00158d0001a2b3c4"]
    assert tor.get("/api/v1/discovered", label="00:15:8D:00:01:A2:B3:C5").json()["devices"] == []
    assert tor.get("/api/v1/discovered", label="4006381333931").status_code == 400
