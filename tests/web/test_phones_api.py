"""One's own phones by call, by page, and what they say of messages; and the parts that make Vaka an app."""

import json
import struct
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dashboards.app import create_app
from hub.settings import Settings
from hub.store import summonses
from hub.store.db import transaction
from hub.store.summonses import Summons
from hub.ways.push_key import PushKey, Receipt
from tests.ways.push_service import PushService, new_device, octets, push_service, text
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import PASSWORD, House

DEVICE = new_device()
SAID = {"keys": {"p256dh": text(DEVICE.public), "auth": text(DEVICE.auth)}, "device": "iPhone · Safari"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PushService]:
    with push_service(tmp_path_factory.mktemp("push")) as service:
        yield service


@pytest.fixture
def house(tmp_path: Path, service: PushService) -> Iterator[House]:
    """Its phones are reached through the push service of the test."""
    service.taken.clear()
    house = House(tmp_path)
    house.settings = Settings(
        data=tmp_path, push_server=f"localhost:{service.port}", push_server_ca=service.ca
    )
    house.hub_says()
    yield house
    house.connection.close()


def switched_on(browser: TestClient, service: PushService, name: str = "a") -> str:
    said = {"endpoint": service.endpoint(name), **SAID}
    answer = browser.post("/api/v1/phones", json=said, headers=ours(browser))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def ours(browser: TestClient) -> dict[str, str]:
    return {"X-CSRF-Token": browser.get("/api/v1/session").json()["csrf"]}


def test_a_phone_is_switched_on_tried_and_off_again(
    house: House, sign_in: SignIn, service: PushService
) -> None:
    kari, sol = sign_in("kari"), sign_in("sol")
    assert len(octets(kari.get("/api/v1/phones").json()["key"])) == 65
    id = switched_on(kari, service)
    [phone] = kari.get("/api/v1/phones").json()["phones"]
    assert (phone["id"], phone["device"], phone["delivered_at"]) == (id, "iPhone · Safari", None)
    assert sol.get("/api/v1/phones").json()["phones"] == []

    assert sol.post(f"/api/v1/phones/{id}/test", headers=ours(sol)).status_code == 404
    tried = kari.post(f"/api/v1/phones/{id}/test", headers=ours(kari))
    assert tried.json() == {"sent": True, "failure": None}
    said = json.loads(DEVICE.reads(service.taken[0][2]))
    assert said["title"] == "Prøvemelding fra Vaka"
    nobody = TestClient(create_app(house.settings))
    assert (
        nobody.post(f"/api/v1/receipts/{said['receipt']}", json={"receipt": "delivered"}).status_code == 204
    )
    assert kari.get("/api/v1/phones").json()["phones"][0]["delivered_at"] is not None

    page = kari.get("/phone").text
    assert "iPhone · Safari" in page
    assert "Siste melding kom fram" in page
    assert "iPhone · Safari" not in sol.get("/phone").text
    form = {"csrf": csrf_of(kari, "/phone")}
    assert sol.delete(f"/api/v1/phones/{id}", headers=ours(sol)).status_code == 404
    assert kari.post(f"/phone/{id}/remove", data=form).headers["location"] == "/phone?notice=removed"
    assert kari.get("/api/v1/phones").json()["phones"] == []
    assert house.rows("SELECT * FROM contact WHERE way = 'webpush'") == []
    audited = [row["what"] for row in house.rows("SELECT what FROM audit WHERE what LIKE 'phone%'")]
    assert audited == ["phone switched on", "phone switched off"]


def test_whose_phone_was_lost_is_told_on_every_page_until_they_have_dealt_with_it(
    house: House, sign_in: SignIn, service: PushService
) -> None:
    kari = sign_in("kari")
    id = switched_on(kari, service)
    told = "Du får ikke lenger varsler på iPhone · Safari"
    assert told not in kari.get("/").text
    service.answers.append((410, {}))
    tried = kari.post(f"/api/v1/phones/{id}/test", headers=ours(kari)).json()
    assert tried == {"sent": False, "failure": "the phone takes no messages any more"}
    assert house.rows("SELECT * FROM contact") == []
    assert kari.get("/api/v1/phones").json()["phones"][0]["lost"] is True
    for page in ("/", "/phone", "/care/off"):
        assert told in kari.get(page).text
    assert told not in sign_in("sol").get("/").text
    assert kari.delete(f"/api/v1/phones/{id}", headers=ours(kari)).status_code == 204
    assert told not in kari.get("/").text


def test_what_is_no_phone_is_refused_with_a_reason(
    house: House, sign_in: SignIn, service: PushService
) -> None:
    kari = sign_in("kari")
    for wrong in (
        {"endpoint": "https://192.168.1.1/x", **SAID},
        {"endpoint": "http://push.example.org/x", **SAID},
        {"endpoint": service.endpoint("a"), "keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"endpoint": service.endpoint("a"), "keys": {"p256dh": "ø", "auth": "!"}},
    ):
        answer = kari.post("/api/v1/phones", json=wrong, headers=ours(kari))
        assert answer.status_code == 409, answer.text
        assert answer.json()["detail"]
    assert house.rows("SELECT * FROM phone") == []


def test_a_call_that_arrived_and_was_tapped_on_stands_on_the_ladder(
    house: House, sign_in: SignIn, visitor: TestClient, service: PushService
) -> None:
    id = switched_on(sign_in("kari"), service)
    alert = house.night_exit()
    step = house.rows("SELECT max(seq) AS seq FROM alert_event")[0]["seq"]
    now = house.now()
    with transaction(house.connection):
        words = ("HØYT varsel: 1A", "Åpne Vaka.")
        summonses.add(
            house.connection,
            Summons(0, "solbakken", alert.id, step, "kari", "webpush", id, True, *words, now, next_at=now),
        )
    [called] = summonses.of_alert(house.connection, alert.id)
    token = PushKey(house.data).receipt_token("solbakken", Receipt(id, called.id))
    address = f"/api/v1/receipts/{token}"
    assert visitor.post(address, json={"receipt": "delivered"}).status_code == 204
    [called] = summonses.of_alert(house.connection, alert.id)
    assert called.delivered_at is not None
    assert (called.next_at, called.seen_at) == (None, None)
    assert visitor.post(address, json={"receipt": "seen"}).status_code == 204
    [called] = summonses.of_alert(house.connection, alert.id)
    assert called.seen_at is not None
    assert visitor.post(address, json={"receipt": "accepted"}).status_code == 422
    assert visitor.post(address[:-1], json={"receipt": "seen"}).status_code == 403
    assert visitor.get("/alerts/1").status_code == 303, "it lets nobody in"


def test_who_taps_on_a_call_and_has_to_sign_in_comes_to_the_alert_after_all(
    house: House, visitor: TestClient
) -> None:
    alert = house.night_exit()
    assert visitor.get(f"/alerts/{alert.id}").headers["location"] == "/sign-in"
    form = {"person": "kari", "password": PASSWORD, "csrf": csrf_of(visitor, "/sign-in")}
    assert visitor.post("/sign-in", data=form).headers["location"] == f"/alerts/{alert.id}"
    assert visitor.post("/sign-in", data={**form, "csrf": csrf_of(visitor)}).headers["location"] == "/"


@pytest.mark.parametrize(
    "made_up", ["//evil.example", "/alerts/1/../..", "https://evil.example", "/alerts/x", "/\\e"]
)
def test_nobody_else_can_say_where_a_sign_in_leads(house: House, visitor: TestClient, made_up: str) -> None:
    form = {"person": "kari", "password": PASSWORD, "csrf": csrf_of(visitor, "/sign-in")}
    visitor.cookies.set("vaka_wanted", made_up)
    assert visitor.post("/sign-in", data=form).headers["location"] == "/"


def test_the_manifest_names_icons_that_are_as_large_as_it_says(visitor: TestClient) -> None:
    answer = visitor.get("/manifest.webmanifest?language=en")
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/", "/", "standalone")
    assert manifest["lang"] == "en"
    kinds = set()
    for icon in manifest["icons"]:
        drawn = visitor.get(icon["src"])
        assert drawn.content.startswith(b"\x89PNG\r\n")
        assert "immutable" in drawn.headers["cache-control"]
        width, height = struct.unpack(">II", drawn.content[16:24])
        assert icon["sizes"] == f"{width}x{height}"
        kinds.add((width, icon["purpose"]))
    assert kinds == {(192, "any"), (512, "any"), (192, "maskable"), (512, "maskable")}


def test_the_page_for_later_names_nobody_and_offers_nothing_to_press(house: House, sign_in: SignIn) -> None:
    house.night_exit(ago=timedelta(minutes=3))
    for person, word in (("kari", "Frakoblet"), ("nord", "Cut off")):
        page = sign_in(person).get("/offline").text
        assert word in page
        assert not any(name in page for name in ("Anna", "Kari", "Nils", "Solbakken"))
        assert "<button" not in page
        assert "<form" not in page
        assert "<a " not in page


def test_the_service_worker_is_another_when_what_it_keeps_is_another(visitor: TestClient) -> None:
    answer = visitor.get("/service-worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert "worker-src 'self'" in policy
    assert "manifest-src 'self'" in policy
    first, _, _ = answer.text.partition("\n")
    given = json.loads(first.removeprefix("const GIVEN = ").removesuffix(";"))
    for file in given["files"]:
        assert visitor.get(file).status_code == 200
        assert "?" in file or file.endswith(".woff2")
