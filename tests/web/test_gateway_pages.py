"""The technician's pages for gateways, codecs and what was not understood, and the same by the API."""

import json
import re
from datetime import timedelta

import pytest

from devices.asking import Joining, PairingState
from devices.decode import Decoder
from devices.message import Message
from hub import gateway_requests
from hub.store import announcements, gateway_news, quarantine
from hub.store.db import transaction
from tests.unit.test_codec import DOOR
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import House

PAGES = ["/technician/pairing", "/technician/quarantine", "/technician/codecs", "/technician/codecs/new"]
CALLS = [
    "/api/v1/gateways",
    "/api/v1/gateways/requests",
    "/api/v1/gateways/joinings",
    "/api/v1/gateways/renamed",
    "/api/v1/codecs",
    "/api/v1/quarantine",
]
LAMP = {
    "ieee_address": "0xa1",
    "friendly_name": "lampe gang",
    "type": "Router",
    "power_source": "Mains (single phase)",
    "supported": True,
    "interview_completed": True,
    "definition": {"vendor": "IKEA", "model": "LED1624G9", "exposes": []},
}
NASTY = {"ieee_address": "0xa2", "friendly_name": "<b>dør</b>", "type": "EndDevice", "definition": None}


def says(house: House, topic: str, said: object) -> None:
    """The gateway says something, as the hub takes it."""
    message = Message(f"zigbee2mqtt/{topic}", json.dumps(said).encode(), house.now())
    decoded = Decoder([house.site.gateways[0].way_in]).decode(message)
    with transaction(house.connection):
        if decoded.ignored == "discovery":
            announcements.put(house.connection, house.site.site, message)
        assert decoded.talk is not None
        gateway_requests.heard(
            house.connection, house.site.site, "zigbee2mqtt", decoded.talk, message.received_at
        )


@pytest.mark.parametrize(("person", "status"), [("kari", 404), ("nord", 404), ("tor", 200), ("adm", 200)])
def test_these_pages_and_calls_are_there_for_technicians_and_administrators_alone(
    sign_in: SignIn, person: str, status: int
) -> None:
    client = sign_in(person)
    assert {path: client.get(path).status_code for path in (*PAGES, *CALLS)} == dict.fromkeys(
        (*PAGES, *CALLS), status
    )


def test_a_technician_opens_the_gateway_and_sees_who_joins(house: House, sign_in: SignIn) -> None:
    says(house, "bridge/devices", [LAMP, NASTY])
    tor = sign_in("tor")
    token = csrf_of(tor, "/technician/pairing")
    form = {"csrf": token, "gateway": "zigbee2mqtt", "seconds": "60", "router": "lampe gang"}
    assert tor.post("/technician/pairing/start", data=form).status_code == 303
    row = house.rows("SELECT ask, asked_by, state FROM gateway_request")[0]
    assert json.loads(row[0]) == {"type": "start_pairing", "seconds": 60, "router": "lampe gang"}
    assert (row[1], row[2]) == ("tor", "waiting")
    with transaction(house.connection):
        until = house.now() + timedelta(seconds=59)
        state = PairingState(True, until)
        gateway_news.put_pairing(house.connection, "solbakken", "zigbee2mqtt", state, house.now())
        news = Joining("interview_successful", "0xb1", "0xb1", "Aqara MCCGQ11LM", True)
        gateway_news.add_joining(house.connection, "solbakken", "zigbee2mqtt", news, house.now())
    live = tor.get("/technician/pairing/live?gateway=zigbee2mqtt").text
    assert "Åpen for nye enheter" in live
    assert re.search(r"0:5\d", live)
    assert "Aqara MCCGQ11LM" in live
    assert "/technician/place?gateway=zigbee2mqtt&amp;address=0xb1" in live
    page = tor.get("/technician/pairing").text
    assert "&lt;b&gt;dør&lt;/b&gt;" in page
    assert "<b>dør</b>" not in page


def test_a_name_that_is_none_is_refused_on_the_page_with_what_was_typed(
    house: House, sign_in: SignIn
) -> None:
    says(house, "bridge/devices", [LAMP])
    tor = sign_in("tor")
    token = csrf_of(tor, "/technician/pairing")
    form = {"csrf": token, "gateway": "zigbee2mqtt", "name": "lampe gang", "to": "gang/#"}
    answer = tor.post("/technician/pairing/rename", data=form)
    assert answer.status_code == 422
    assert "Et navn kan ikke ha + # eller $" in answer.text
    assert 'value="gang/#"' in answer.text
    assert house.rows("SELECT 1 FROM gateway_request") == []


def test_a_rename_at_the_gateway_is_taken_over_by_one_tap(house: House, sign_in: SignIn) -> None:
    says(house, "bridge/devices", [{**LAMP, "friendly_name": "1A stue"}])
    says(house, "bridge/devices", [{**LAMP, "friendly_name": "1A ny stue"}])
    tor = sign_in("tor")
    assert "1A stue heter nå 1A ny stue i gatewayen" in tor.get("/technician/pairing").text
    assert tor.get("/api/v1/gateways/renamed").json() == [
        {"device": "1A stue", "gateway": "zigbee2mqtt", "was": "1A stue", "now": "1A ny stue"}
    ]
    token = csrf_of(tor, "/technician/pairing")
    form = {"csrf": token, "gateway": "zigbee2mqtt", "device": "1A stue"}
    assert tor.post("/technician/pairing/take-over", data=form).status_code == 303
    assert tor.get("/api/v1/gateways/renamed").json() == []
    changed = house.rows("SELECT document FROM site_version ORDER BY id DESC LIMIT 1")[0][0]
    assert "address: 1A ny stue" in changed


def test_forms_of_another_sites_page_are_refused(sign_in: SignIn) -> None:
    tor = sign_in("tor")
    for path, form in (
        ("/technician/pairing/start", {"gateway": "zigbee2mqtt"}),
        ("/technician/pairing/remove", {"gateway": "zigbee2mqtt", "name": "x"}),
        ("/technician/quarantine/clear", {}),
        ("/technician/codecs/new", {"step": "upload", "name": "x", "source": DOOR}),
    ):
        assert tor.post(path, data=form).status_code == 403
    assert tor.post("/api/v1/gateways/zigbee2mqtt/requests", json={"act": "stop_pairing"}).status_code == 403
    assert tor.post("/api/v1/codecs", json={"name": "x", "source": DOOR}).status_code == 403
    assert tor.delete("/api/v1/quarantine").status_code == 403


def test_a_codec_is_tried_uploaded_shown_in_its_versions_and_taken_back(
    house: House, sign_in: SignIn
) -> None:
    tor = sign_in("tor")
    token = csrf_of(tor, "/technician/codecs/new")
    form = {"csrf": token, "name": "acme door", "source": DOOR, "example": "01 79 5A", "port": "10"}
    tried = tor.post("/technician/codecs/new", data={**form, "step": "try"}).text
    assert "åpen" in tried
    assert "21 °C" in tried
    assert "decodeUplink" in tried
    assert house.rows("SELECT 1 FROM codec") == []
    broken = tor.post("/technician/codecs/new", data={**form, "source": "function (", "step": "upload"})
    assert (broken.status_code, "SyntaxError" in broken.text) == (422, True)
    assert tor.post("/technician/codecs/new", data={**form, "step": "upload"}).status_code == 303
    assert "acme door" in tor.get("/technician/codecs").text
    other = DOOR.replace("temperature - 100", "temperature - 90")
    as_file = {"file": ("codec.js", other.encode(), "text/javascript")}
    answer = tor.post("/technician/codecs/new", data={**form, "step": "upload"}, files=as_file)
    assert answer.status_code == 303
    versions = tor.get("/technician/codecs/versions?name=acme+door").text
    assert versions.count("Tor Teknisk") >= 2
    assert (
        tor.post("/technician/codecs/take-back", data={"csrf": token, "name": "acme door"}).status_code == 303
    )
    assert [row[0] for row in house.rows("SELECT source FROM codec ORDER BY id")] == [DOOR, other, ""]


def test_what_was_not_understood_is_shown_safely_tried_again_and_cleared(
    house: House, sign_in: SignIn
) -> None:
    topic, site = "zigbee2mqtt/ukjent", house.site.site
    with transaction(house.connection):
        add = quarantine.add
        add(house.connection, site, topic, "the site names no device 'ukjent' at zigbee2mqtt",
            b'{"contact": false, "note": "<script>alert(1)</script>"}', house.now())  # fmt: skip
        add(house.connection, site, "zigbee2mqtt/x", "the payload is not JSON: 'hei'", b"hei", house.now())
    tor = sign_in("tor")
    page = tor.get("/technician/quarantine").text
    assert "Stedet har ingen enhet &#39;ukjent&#39; hos zigbee2mqtt" in page
    assert page.index("Fra enheter uten plass") < page.index("Kan ikke leses")
    listed = tor.get("/api/v1/quarantine").json()
    key = next(row["key"] for row in listed if row["topic"] == topic)
    one = tor.get(f"/technician/quarantine/{key}?again=true").text
    assert "<script>alert" not in one
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in one
    assert "/technician/place?gateway=zigbee2mqtt&amp;address=ukjent" in one
    now = tor.get(f"/api/v1/quarantine/{key}/now").json()
    assert now["readings"] == [{"device": "ukjent", "measure": "open", "value": True}]
    assert now["unknown"] == ["ukjent"]
    token = csrf_of(tor, "/technician/quarantine")
    assert tor.post("/technician/quarantine/clear", data={"csrf": token, "key": key}).status_code == 303
    assert tor.get(f"/technician/quarantine/{key}").status_code == 404
    assert tor.delete("/api/v1/quarantine", headers={"X-CSRF-Token": token}).json() == {"cleared": 1}
    assert "Alt er forstått" in tor.get("/technician/quarantine").text


def test_everything_can_be_done_by_the_api(house: House, sign_in: SignIn) -> None:
    says(house, "bridge/devices", [LAMP])
    tor = sign_in("tor")
    header = {"X-CSRF-Token": csrf_of(tor, "/technician/pairing")}
    gateways = tor.get("/api/v1/gateways").json()
    assert "rename" in gateways[0]["can"]
    assert gateways[0]["devices"][0]["model"] == "IKEA LED1624G9"
    path = "/api/v1/gateways/zigbee2mqtt/requests"
    asked = tor.post(path, json={"act": "start_pairing", "seconds": 30}, headers=header)
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    one = tor.get(f"/api/v1/gateways/requests/{asked.json()['id']}").json()
    assert one["ask"] == {"seconds": 30, "router": None}
    for wrong in ({"act": "rename", "device": "x"}, {"act": "start_pairing", "seconds": 999}, {"act": "fly"}):
        assert tor.post(path, json=wrong, headers=header).status_code == 422
    trial = {"source": DOOR, "payload": "01795a", "port": 10}
    tried = tor.post("/api/v1/codecs/trial", json=trial, headers=header).json()
    assert tried["readings"] == {"open": True, "temperature": 21, "battery": 90}
    codec = {"name": "acme", "source": DOOR}
    assert tor.post("/api/v1/codecs", json=codec, headers=header).status_code == 201
    assert [c["name"] for c in tor.get("/api/v1/codecs").json()] == ["acme"]
    assert tor.delete("/api/v1/codecs?name=acme", headers=header).status_code == 204
    assert len(tor.get("/api/v1/codecs?name=acme").json()) == 2
