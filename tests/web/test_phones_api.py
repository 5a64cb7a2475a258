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
from hub.store import contacts, phones, summonses
from hub.store.db import transaction
from hub.store.instants import to_us
from hub.store.summonses import Summons
from hub.ways.push_receipts import Receipt, ReceiptMarks, claimed
from tests.ways.push_service import PushService, new_device, octets, push_service, text
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import PASSWORD, House, hub_tries

DEVICE = new_device()
SAID = {
    "keys": {"p256dh": text(DEVICE.public), "auth": text(DEVICE.auth)},
    "device": "iPhone · Safari",
    "expirationTime": None,
}


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
    with hub_tries(house):
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
    nobody = TestClient(create_app(house.settings, house.clock))
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


def test_a_phone_that_did_not_answer_a_test_is_told_of_until_it_answers(
    house: House, sign_in: SignIn, service: PushService
) -> None:
    kari, leader = sign_in("kari"), sign_in("sol")
    id = switched_on(kari, service)
    with transaction(house.connection):
        phones.note_silent(house.connection, "solbakken", id, house.now())
    assert "Det siste prøvevarselet kom ikke fram til iPhone · Safari" in kari.get("/").text
    page = kari.get("/phone").text
    assert "Svarer ikke" in page
    assert "Var enheten av eller uten nett?" in page
    assert "iPhone · Safari svarer ikke" in kari.get("/contacts").text
    assert kari.get("/api/v1/phones").json()["phones"][0]["state"] == "silent"
    assert "iPhone" not in leader.get("/contacts").text
    with transaction(house.connection):
        phones.note_answer(house.connection, "solbakken", id, house.now())
    assert "Du får ikke lenger varsler på iPhone · Safari" in kari.get("/").text
    assert "Telefonens meldingstjeneste tar ikke imot noe fra Vaka (siden" in kari.get("/phone").text
    with transaction(house.connection):
        phones.note_delivered(house.connection, "solbakken", id, house.now())
    assert kari.get("/api/v1/phones").json()["phones"][0]["state"] == "ok"
    assert "iPhone" not in kari.get("/").text


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


def a_call(house: House, alert: int, person: str, phone: str) -> str:
    """Puts it in; what the phone proves with that it came."""
    step = house.rows("SELECT max(seq) AS seq FROM alert_event")[0]["seq"]
    now, words = house.now(), ("HØYT varsel: 1A", "Åpne Vaka.")
    with transaction(house.connection):
        summonses.add(
            house.connection,
            Summons(0, "solbakken", alert, step, person, "webpush", phone, True, *words, now, next_at=now),
        )
    called = summonses.of_alert(house.connection, alert)[-1]
    return ReceiptMarks(house.data).token("solbakken", person, Receipt(phone, called.id, now))


def test_a_call_that_arrived_and_was_tapped_on_stands_on_the_ladder(
    house: House, sign_in: SignIn, visitor: TestClient, service: PushService
) -> None:
    id = switched_on(sign_in("kari"), service)
    alert = house.night_exit()
    token = a_call(house, alert.id, "kari", id)
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


def test_a_phone_that_was_switched_on_by_another_says_nothing_in_the_name_of_whose_it_was(
    house: House, sign_in: SignIn, visitor: TestClient, service: PushService
) -> None:
    kari, sol = sign_in("kari"), sign_in("sol")
    id = switched_on(kari, service)
    alert = house.night_exit()
    token = a_call(house, alert.id, "kari", id)
    assert switched_on(sol, service) == id, "the same phone"
    for receipt in ("delivered", "seen"):
        answer = visitor.post(f"/api/v1/receipts/{token}", json={"receipt": receipt})
        assert (answer.status_code, answer.json()["reason"]) == (403, "not_ours")
    [called] = summonses.of_alert(house.connection, alert.id)
    assert (called.delivered_at, called.seen_at) == (None, None)
    assert sol.get("/api/v1/phones").json()["phones"][0]["delivered_at"] is None


def test_a_tap_while_somebody_else_is_signed_in_there_is_not_the_look_of_who_was_called(
    house: House, sign_in: SignIn, service: PushService
) -> None:
    kari, sol = sign_in("kari"), sign_in("sol")
    alert = house.night_exit()
    token = a_call(house, alert.id, "kari", switched_on(kari, service))
    assert sol.post(f"/api/v1/receipts/{token}", json={"receipt": "seen"}).status_code == 204
    [called] = summonses.of_alert(house.connection, alert.id)
    assert called.delivered_at is not None
    assert called.seen_at is None
    assert kari.post(f"/api/v1/receipts/{token}", json={"receipt": "seen"}).status_code == 204
    [called] = summonses.of_alert(house.connection, alert.id)
    assert called.seen_at is not None
    assert called.accepted_at is None, "nobody takes an alert by a message"


def test_an_old_receipt_counts_for_nothing_nor_one_long_after_the_alert(
    house: House, sign_in: SignIn, visitor: TestClient, service: PushService
) -> None:
    id = switched_on(sign_in("kari"), service)
    alert = house.night_exit()
    token = a_call(house, alert.id, "kari", id)
    about = claimed(token)
    assert about is not None
    marks = ReceiptMarks(house.data)

    def said(sent_ago: timedelta, closed_ago: timedelta | None = None) -> tuple[int, str]:
        house.connection.execute(
            "UPDATE alert SET closed_at = ? WHERE id = ?",
            (None if closed_ago is None else to_us(house.now() - closed_ago), alert.id),
        )
        old = Receipt(id, about.summons, house.now() - sent_ago)
        answer = visitor.post(
            f"/api/v1/receipts/{marks.token('solbakken', 'kari', old)}", json={"receipt": "seen"}
        )
        return answer.status_code, answer.json()["reason"] if answer.content else ""

    hour = timedelta(hours=1)
    assert said(25 * hour) == (403, "too_old")
    assert said(-hour) == (403, "too_old"), "of a clock that was set back since"
    assert said(3 * hour, closed_ago=2 * hour) == (403, "closed_before")
    [called] = summonses.of_alert(house.connection, alert.id)
    assert (called.delivered_at, called.seen_at) == (None, None)
    assert said(3 * hour, closed_ago=hour / 2) == (204, "")


def test_the_same_receipt_again_does_not_make_a_silent_phone_look_well(
    house: House, sign_in: SignIn, visitor: TestClient, service: PushService
) -> None:
    id = switched_on(sign_in("kari"), service)
    alert = house.night_exit()
    call = f"/api/v1/receipts/{a_call(house, alert.id, 'kari', id)}"
    test = Receipt(id, 0, house.now())
    tried = f"/api/v1/receipts/{ReceiptMarks(house.data).token('solbakken', 'kari', test)}"
    for address in (call, tried):
        assert visitor.post(address, json={"receipt": "seen"}).status_code == 204
    with transaction(house.connection):
        phones.note_silent(house.connection, "solbakken", id, house.now())
    for address in (call, tried):
        for receipt in ("delivered", "seen"):
            assert visitor.post(address, json={"receipt": receipt}).status_code == 204
    phone = phones.get(house.connection, "solbakken", id)
    assert phone is not None
    assert phone.state == "silent"


def test_a_phone_is_called_as_before_when_somebody_chooses_which_way_comes_first(
    house: House, sign_in: SignIn, service: PushService
) -> None:
    kari = sign_in("kari")
    id = switched_on(kari, service)
    for address in ("kari@example.org", "kari@example.com"):
        said = {"way": "email", "address": address}
        last = kari.post("/api/v1/contacts/kari", json=said, headers=ours(kari)).json()["id"]
    assert kari.post(f"/api/v1/contacts/kari/{last}/first", headers=ours(kari)).status_code == 204
    [phone] = kari.get("/api/v1/phones").json()["phones"]
    assert (phone["id"], phone["state"], phone["lost"]) == (id, "ok", False)
    mine = [contact.address for contact in contacts.of(house.connection, "solbakken", "kari")]
    assert mine == [id, "kari@example.com", "kari@example.org"]
    assert kari.post(f"/api/v1/phones/{id}/test", headers=ours(kari)).json()["sent"] is True


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
