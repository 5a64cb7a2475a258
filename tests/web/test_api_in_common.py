"""What all calls have in common: refusals as problem details, ETags, and lists in parts."""

import json
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from dashboards.api.refusal import KINDS, MEDIA_TYPE
from dashboards.app import create_app
from hub.settings import Settings
from hub.store import quarantine
from hub.store.db import transaction
from tests.web.house import House

SignIn = Callable[..., TestClient]
PROBLEM = {"type", "title", "status", "detail", "instance", "reason"}


def ours_of(client: TestClient) -> dict[str, str]:
    return {"X-CSRF-Token": client.get("/api/v1/session").json()["csrf"]}


def test_every_refusal_is_problem_details_with_a_reason(house: House, sign_in: SignIn) -> None:
    adm, ours = sign_in("adm"), ours_of(sign_in("adm"))
    ours = ours_of(adm)
    nobody = TestClient(adm.app)
    plan = {"plan": {"high": {"steps": [{"to": ["unit"], "after": "0 s"}]}}}
    for answer, status, reason in (
        (nobody.get("/api/v1/alerts"), 401, "sign_in_needed"),
        (nobody.get("/api/v1/alerts", headers={"Authorization": "Bearer x"}), 401, "token_refused"),
        (nobody.get("/api/v1/nothing"), 404, "not_found"),
        (nobody.patch("/api/v1/alerts"), 405, "method_not_allowed"),
        (adm.delete("/api/v1/escalation"), 403, "forbidden"),
        (adm.get("/api/v1/residents/r1"), 404, "not_found"),
        (adm.get("/api/v1/audit?limit=0"), 422, "invalid"),
        (adm.get("/api/v1/audit?after=!"), 422, "no_such_place"),
        (adm.put("/api/v1/escalation", headers=ours, content=b"{"), 422, "invalid"),
        (adm.put("/api/v1/escalation", headers=ours | {"If-Match": "x"}, json=plan), 412, "not_as_read"),
        (adm.delete("/api/v1/people/adm", headers=ours | {"If-Match": "*"}), 422, "own_person"),
        (adm.delete("/api/v1/devices/1A stue", headers=ours), 428, "precondition_required"),
        (adm.post("/api/v1/device-list", headers=ours, content=b"x" * 6_000_000), 413, "too_large"),
    ):
        body = answer.json()
        assert (answer.status_code, body["status"], body["reason"]) == (status, status, reason), body
        assert answer.headers["content-type"] == MEDIA_TYPE
        assert set(body) >= PROBLEM
        assert body["type"] == f"/help/api#{KINDS[status]}"
        assert body["title"]
        assert body["instance"] == answer.request.url.path
    wrong = adm.get("/api/v1/audit?limit=x&after=1").json()["errors"]
    assert [(one["where"], one["wrong"]) for one in wrong] == [("query.limit", "int_parsing")]
    for language, said, absent in (
        ("nb", "For mange kall", "Det finnes ikke, eller du har ikke tilgang"),
        ("nn", "Det finst ikkje lenger", "Det finst ikkje, eller du har ikkje tilgang"),
        ("en", "It is no more", "There is nothing here, or not for you"),
    ):
        asks = {"Accept-Language": language}
        explained = nobody.get("/help/api", headers=asks).text
        assert all(f'id="{kind}"' in explained for kind in KINDS.values())
        assert f">{said}</td>" in explained
        refused = nobody.get("/api/v1/nothing", headers=asks).json()
        assert (refused["type"], refused["title"]) == ("/help/api#not_found", absent)


def test_what_was_sent_is_not_said_again(house: House, sign_in: SignIn) -> None:
    adm = sign_in("adm")
    answer = adm.put("/api/v1/account/pin", headers=ours_of(adm), json={"pin": ["a-secret-1234"]})
    assert answer.status_code == 422
    assert "a-secret" not in answer.text


def test_a_misspelt_field_is_refused_by_its_name_and_nothing_is_lost_without_a_word(
    house: House, sign_in: SignIn
) -> None:
    kari = sign_in("kari")
    expected = (house.now() + timedelta(days=2)).isoformat()
    away = {"retrun": expected, "reason": "sykehus"}
    answer = kari.put("/api/v1/absences/r1", headers=ours_of(kari), json=away)
    wrong = {one["where"]: one["wrong"] for one in answer.json()["errors"]}
    assert (answer.status_code, wrong["body.retrun"]) == (422, "extra_forbidden")
    assert "body.retrun" in answer.json()["detail"]


REFUSED: tuple[tuple[str, str, dict[str, object] | None, str, str, str, str], ...] = (
    ("GET", "/residents/r999", None, "not_found", "Det finnes ikke", "Det finst ikkje", "there is no"),
    ("PATCH", "/alerts", None, "method_not_allowed", "Adressen tar ikke", "Adressa tek ikkje", "Method Not"),
    *(
        ("POST", "/codecs/trial", {"source": source, "payload": payload}, *said)
        for source, payload, said in (
            (
                "function (",
                "01",
                ("codec_not_run", "Kodeken feilet: Synt", "Kodeken feila: Synt", "the codec failed: S"),
            ),
            ("var a", "å", ("example_unreadable", "Eksempelet er", "Dømet er", "the example is neither")),
            (
                "var a",
                "0" * 1000,
                ("example_length", "Eksempelet har 500 byte", "Dømet har 500", "the example has 500"),
            ),
        )
    ),
    *(
        ("POST", "/gateways/zigbee2mqtt/requests", wish, *said)
        for wish, said in (
            (
                {"act": "start_pairing"},
                ("wish_shape", "Feltet seconds må", "Feltet seconds må", "Object missing"),
            ),
            (
                {"act": "start_pairing", "seconds": 999},
                ("pairing_length", "Paring varer", "Paring varer", "pairing is"),
            ),
            (
                {"act": "rename", "device": "a", "to": "b/+"},
                ("name_letters", "Et navn kan", "Eit namn kan", "'b/+' is no"),
            ),
        )
    ),
    (
        "POST",
        "/gateways/renamed/1A stue",
        None,
        "not_renamed",
        "Enheten har ikke",
        "Eininga har ikkje",
        "'1A stue' was",
    ),
    (
        "DELETE",
        "/codecs?name=Acme",
        None,
        "no_codec",
        "Det er ingen kodek Acme",
        "Det er ingen kodek Acme",
        "there is no",
    ),
)


@pytest.mark.parametrize(("language", "place"), [("nb", 4), ("nn", 5), ("en", 6)])
def test_a_refusal_says_why_in_the_callers_language_and_by_a_name_for_programs(
    house: House, sign_in: SignIn, language: str, place: int
) -> None:
    tor = sign_in("tor")
    tor.cookies.set("vaka_language", language)
    ours = ours_of(tor)
    for one in REFUSED:
        said = tor.request(one[0], f"/api/v1{one[1]}", headers=ours, json=one[2]).json()
        assert (said["reason"], said["detail"][: len(str(one[place]))]) == (one[3], one[place]), said


@pytest.mark.parametrize(
    ("language", "title", "expected", "passes"),
    [
        ("nb", "Innholdet er ikke gyldig", "Feltet må være med", "Feil passord."),
        ("nn", "Innhaldet er ikkje gyldig", "Feltet må vere med", "Feil passord."),
        ("en", "It would not hold", "The field has to be there", "That is not your password."),
    ],
)
def test_what_does_not_fit_is_told_in_the_readers_language(
    house: House, sign_in: SignIn, language: str, title: str, expected: str, passes: str
) -> None:
    kari = sign_in("kari")
    kari.cookies.set("vaka_language", language)
    ours = ours_of(kari)
    for path in ("/api/v1/handover/notes", "/api/v1/contacts/kari"):
        said = kari.post(path, headers=ours, json={}).json()
        assert (said["title"], said["reason"]) == (title, "invalid")
        assert {one["expected"] for one in said["errors"] if one["wrong"] == "missing"} == {expected}
        assert expected in said["detail"]
    pin = {"pin": "4711", "password": "wrong"}
    refused = kari.put("/api/v1/account/pin", headers=ours, json=pin).json()
    assert refused["detail"] in (passes, expected), refused


def test_no_body_that_a_call_takes_has_room_for_a_field_that_nobody_knows() -> None:
    whole = create_app(Settings()).openapi()
    schemas = whole["components"]["schemas"]

    def objects(schema: object, known: set[str]) -> Iterator[dict[str, object]]:
        if isinstance(schema, list):
            for one in schema:
                yield from objects(one, known)
        elif isinstance(schema, dict):
            name = str(schema.get("$ref", "")).rpartition("/")[2]
            if name and name not in known:
                known.add(name)
                yield from objects(schemas[name], known)
            if "properties" in schema:
                yield schema
            for one in schema.values():
                yield from objects(one, known)

    open_bodies = [
        (method, path, found.get("title"))
        for path, calls in whole["paths"].items()
        for method, call in calls.items()
        for found in objects(call.get("requestBody", {}), set())
        if found.get("additionalProperties") is not False
    ]
    assert open_bodies == []


def test_a_mistake_of_our_own_is_a_problem_without_its_insides(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(house.settings, house.clock)

    @app.get("/api/v1/broken")
    def broken() -> None:
        raise ZeroDivisionError("with a secret in it")

    with TestClient(app, raise_server_exceptions=False) as client, caplog.at_level(logging.CRITICAL):
        answer = client.get("/api/v1/broken")
    assert (answer.status_code, answer.json()["reason"]) == (500, "our_mistake")
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert "secret" not in answer.text


def test_what_has_not_changed_is_not_sent_again_and_was_looked_at_all_the_same(
    house: House, sign_in: SignIn
) -> None:
    kari = sign_in("kari")
    alert = house.night_exit()
    for path in ("rules", "alerts", "escalation", "floor-plans", "residents", "goals"):
        first = kari.get(f"/api/v1/{path}")
        tag = first.headers["ETag"]
        looks = len(house.rows("SELECT seq FROM audit"))
        again = kari.get(f"/api/v1/{path}", headers={"If-None-Match": f'"other", {tag}'})
        assert (again.status_code, again.content) == (304, b""), path
        assert again.headers["ETag"] == tag
        assert "content-type" not in again.headers
        if path not in ("escalation", "floor-plans", "goals"):
            assert len(house.rows("SELECT seq FROM audit")) == looks + 1, path
    tag = kari.get("/api/v1/alerts").headers["ETag"]
    assert tag.startswith('W/"')
    house.act(alert, "kari")
    changed = kari.get("/api/v1/alerts", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_a_change_says_by_if_match_what_it_was_thought_of_for(house: House, sign_in: SignIn) -> None:
    adm, ours = sign_in("adm"), {}
    ours = ours_of(adm)
    tag = {"If-Match": adm.get("/api/v1/people/kari").headers["ETag"]}
    wish = {"name": "Kari Normann", "role": "carer", "units": []}
    assert adm.put("/api/v1/people/kari", headers=ours | tag, json=wish).status_code == 204
    late = adm.put("/api/v1/people/kari", headers=ours | tag, json=wish | {"name": "Kari N"})
    assert (late.status_code, late.json()["others"][0]["by"]) == (412, "adm")
    tag = {"If-Match": adm.get("/api/v1/escalation").headers["ETag"]}
    plan = {"plan": {"high": {"steps": [{"to": ["unit"], "after": "0 s"}], "repeat": "5 min"}}}
    put = adm.put("/api/v1/escalation", headers=ours | tag, json=plan)
    assert put.status_code in (204, 422), put.text
    device = adm.get("/api/v1/devices/1A stue")
    tag = {"If-Match": device.headers["ETag"]}
    moved = adm.put("/api/v1/devices/1A stue", headers=ours | tag, json={"room": "2A", "role": "motion"})
    assert moved.status_code == 200, moved.text
    late = adm.put("/api/v1/devices/1A stue", headers=ours | tag, json={"room": "1A", "role": "motion"})
    assert late.status_code == 412


def test_a_long_list_comes_in_parts_that_miss_nothing_while_it_grows(house: House, sign_in: SignIn) -> None:
    def set_aside(number: int) -> None:
        with transaction(house.connection):
            at = house.now() + timedelta(seconds=number)
            quarantine.add(house.connection, "solbakken", f"zigbee2mqtt/{number}", "no JSON", b"x", at)

    for number in range(25):
        set_aside(number)
    tor, found = sign_in("tor"), []
    answer = tor.get("/api/v1/quarantine?limit=10")
    while True:
        found += [one["topic"] for one in answer.json()]
        set_aside(100 + len(found))  # the newest, which who reads on does not need
        if "next" not in answer.links:
            break
        answer = tor.get(answer.links["next"]["url"])
    assert found == [f"zigbee2mqtt/{number}" for number in reversed(range(25))]
    for path, size in (("devices", 12), ("alerts", 3)):
        for room in ("1A", "2A", "3B") if path == "alerts" else ():
            house.night_exit(room)
        who, seen = (tor, "devices") if path == "devices" else (sign_in("kari"), "alerts")
        whole = [one["id"] for one in who.get(f"/api/v1/{path}").json()[seen]]
        assert len(whole) == size
        answer, parts = who.get(f"/api/v1/{path}?limit=2"), []
        parts += [one["id"] for one in answer.json()[seen]]
        while "next" in answer.links:
            answer = who.get(answer.links["next"]["url"])
            assert 1 <= len(answer.json()[seen]) <= 2
            parts += [one["id"] for one in answer.json()[seen]]
        assert parts == whole


def test_a_place_of_another_list_is_refused(house: House, sign_in: SignIn) -> None:
    tor = sign_in("tor")
    with transaction(house.connection):
        for name in "ab":
            quarantine.add(house.connection, "solbakken", name, "no JSON", b"x", house.now())
    place = tor.get("/api/v1/devices?limit=1").links["next"]["url"].partition("after=")[2]
    answer = tor.get(f"/api/v1/quarantine?after={place}")
    assert (answer.status_code, answer.json()["reason"]) == (422, "no_such_place")
    assert json.loads(answer.text)["detail"]


def test_an_instant_at_the_edge_of_the_calendar_is_refused_and_breaks_nothing(
    house: House, sign_in: SignIn
) -> None:
    kari = sign_in("kari")
    for path in (
        "duty?since=",
        "duty?until=",
        "alarm-quality?until=",
        "alarm-quality?since=",
        "reach/sol?at=",
    ):
        for instant in ("0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "2026-12-24T10:00:00"):
            answer = kari.get(f"/api/v1/{path}{instant}")
            assert (answer.status_code, answer.json()["reason"]) == (422, "invalid"), (path, instant)


def test_a_text_that_nobody_can_see_is_none(house: House, sign_in: SignIn) -> None:
    kari, tor, unseen = sign_in("kari"), sign_in("tor"), "\u202e\u200b"
    for words in (unseen, "\x00", " "):
        note = kari.post(
            "/api/v1/handover/notes", headers=ours_of(kari), json={"unit": "sol", "words": words}
        )
        assert (note.status_code, note.json()["reason"]) in ((409, "no_words"), (422, "invalid")), words
    said = {"unit": "sol", "words": f"Sov{unseen} godt\x00."}
    note = kari.post("/api/v1/handover/notes", headers=ours_of(kari), json=said)
    assert note.json()["words"] == "Sov godt."
    plan = {"unit": "sol", "name": "  ", "picture": ""}
    refused = tor.post("/api/v1/floor-plans", headers=ours_of(tor), json=plan).json()
    assert "body.name" in [one["where"] for one in refused["errors"]]
