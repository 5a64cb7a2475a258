"""A technician tries out a door on the pages of a walk test, and what was signed is there to print."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from hub.records import verified
from hub.site.change import Changed, change_site
from hub.site.edits import PlaceDevice, RemoveDevice
from hub.store import walk_tests
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import DOCUMENT, House
from tests.world import World

DOOR = "/technician/devices/1A%20ytterd%C3%B8r/test"


@pytest.fixture
def world(house: House) -> Iterator[World]:
    """The hub at work on the house's database."""
    world = World(house.data, DOCUMENT, datetime.now(UTC))
    yield world
    world.stop()


def says(world: World, device: str, **said: object) -> None:
    world.until(datetime.now(UTC))
    world.says(device, **said)  # type: ignore[arg-type]


def post(client: TestClient, path: str, **fields: object) -> str:
    """Send a form; where it leads to."""
    answer = client.post(path, data={"csrf": csrf_of(client, "/technician/tests"), **fields})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def walked(world: World, tor: TestClient, device: str = "1A ytterdør", note: str = "") -> int:
    """A test from start to signature; the record's number."""
    path = f"/technician/devices/{device.replace(' ', '%20')}/test"
    post(tor, f"{path}/start")
    says(world, device, open=True, battery=91, lqi=120)
    says(world, device, open=False)
    test = world.connection.execute("SELECT max(id) FROM walk_test").fetchone()[0]
    place = post(tor, f"{path}/sign", test=test, note=note)
    return int(place.partition("?")[0].rsplit("/", 1)[1])


@pytest.mark.parametrize("path", [DOOR, "/technician/tests", f"{DOOR}/live"])
def test_only_who_may_test_devices_sees_the_pages(sign_in: SignIn, path: str) -> None:
    assert sign_in("kari").get(path).status_code == 404
    assert sign_in("tor").get(path).status_code == 200
    assert sign_in("adm").get(path).status_code == 200


def test_before_the_start_stands_in_big_letters_that_a_real_call_pages_nobody(sign_in: SignIn) -> None:
    page = sign_in("tor").get(DOOR).text
    assert "Et virkelig anrop fra denne enheten varsler ingen mens du prøver den" in page
    assert "Start prøven" in page
    assert "Aldri prøvd" in page


def test_a_device_that_is_not_there_is_not_found(sign_in: SignIn) -> None:
    tor = sign_in("tor")
    assert tor.get("/technician/devices/9Z%20door/test").status_code == 404
    assert tor.get("/technician/tests/7").status_code == 404
    assert tor.get(f"/technician/tests/{2**70}").status_code == 404


def test_what_comes_in_is_shown_with_its_delay_link_and_battery_and_what_the_rules_make_of_it(
    sign_in: SignIn, world: World
) -> None:
    tor = sign_in("tor")
    assert post(tor, f"{DOOR}/start") == DOOR
    says(world, "1A ytterdør", open=True, battery=91, lqi=120)
    live = tor.get(f"{DOOR}/live").text
    for said in (
        "Åpne døra",
        "åpen",
        "underveis",
        "i Vaka",
        "LQI 120",
        "91 %",
        "Gir høyt varsel med en gang",
    ):
        assert said in live
    assert "Ikke prøvd: Lukk døra" in live
    assert world.alerts() == []
    assert "Anna" not in live


def test_a_second_technician_is_told_who_is_testing(sign_in: SignIn, world: World) -> None:
    post(sign_in("tor"), f"{DOOR}/start")
    adm = sign_in("adm")
    assert "Tor Teknisk prøver den." in adm.get(DOOR).text
    refused = post(adm, f"{DOOR}/start")
    assert "Noen prøver den allerede." in adm.get(refused).text
    assert "evil" not in adm.get(f"{DOOR}?refused=evil").text
    assert "Skriv under" not in adm.get(DOOR).text


def test_a_test_can_be_ended_without_a_signature(sign_in: SignIn, world: World) -> None:
    tor = sign_in("tor")
    post(tor, f"{DOOR}/start")
    post(tor, f"{DOOR}/cancel")
    says(world, "1A ytterdør", open=True)
    assert "Start prøven" in tor.get(DOOR).text
    assert tor.get("/technician/tests").text.count("Aldri prøvd") == 12


def test_what_was_signed_is_shown_with_its_seal_and_in_the_list(sign_in: SignIn, world: World) -> None:
    tor = sign_in("tor")
    number = walked(world, tor, note="Karmen er skjev <b>")
    page = tor.get(f"/technician/tests/{number}").text
    for said in ("Bestått", "Seglet stemmer", "Karmen er skjev &lt;b&gt;", "Tor Teknisk", "Gir høyt varsel"):
        assert said in page
    listed = tor.get("/technician/tests").text
    assert "1 av 12 enheter er prøvd slik de henger nå." in listed


def test_a_record_that_was_tampered_with_says_so_on_its_page(sign_in: SignIn, world: World) -> None:
    tor = sign_in("tor")
    number = walked(world, tor)
    world.connection.execute("DROP TRIGGER record_stays")
    world.connection.execute("UPDATE record SET document = replace(document, 'Tor Teknisk', 'Tea Teknisk')")
    page = tor.get(f"/technician/tests/{number}").text
    assert "Seglet stemmer ikke" in page
    assert "Ikke stol på den" in page


def test_the_record_is_printed_as_a_pdf_that_can_be_read_aloud(sign_in: SignIn, world: World) -> None:
    tor = sign_in("tor")
    number = walked(world, tor, note="Ærlig talt: øverst på karmen, Łukasz & #set *x* $y$")
    answer = tor.get(f"/technician/tests/{number}/record.pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    document = PdfReader(BytesIO(answer.content))
    text = " ".join(page.extract_text() for page in document.pages)
    for said in (
        "Prøve av 1A ytterdør", "Bestått", "Solbakken", "✓ Åpne døra", "Ytterdør åpnet om natten",
        "Gir høyt varsel med en gang", "Døra", "åpen", "LQI 120", "Tor Teknisk", f"Protokoll {number}",
        "Ærlig talt: øverst på karmen, Łukasz & #set *x* $y$", "Anna",
    ):  # fmt: skip
        assert (said in text) == (said != "Anna"), said
    lines = [line for page in document.pages for line in page.extract_text().splitlines()]
    assert max(len(line) for line in lines if re.fullmatch("[0-9a-f]+", line)) == 64, (
        "none runs off the paper"
    )
    catalog = document.trailer["/Root"]
    assert bool(catalog["/MarkInfo"]["/Marked"])
    assert catalog["/Lang"] == "nb-NO"
    assert document.metadata is not None
    assert document.metadata.title == "Prøve av 1A ytterdør"
    assert b"pdfuaid" in catalog["/Metadata"].get_object().get_data()
    assert answer.content == tor.get(f"/technician/tests/{number}/record.pdf").content


def test_what_no_font_can_write_costs_nobody_the_document(sign_in: SignIn, world: World) -> None:
    tor = sign_in("tor")
    number = walked(world, tor, note="\U0001f600 \u0f40 \ue000 slutt")
    answer = tor.get(f"/technician/tests/{number}/record.pdf")
    assert (
        "slutt" in PdfReader(BytesIO(answer.content)).pages[-1].extract_text() or len(answer.content) > 10_000
    )


def test_the_record_goes_along_with_its_seal(sign_in: SignIn, world: World) -> None:
    tor = sign_in("tor")
    number = walked(world, tor)
    content = tor.get(f"/technician/tests/{number}/record.json").content
    found = verified(content)
    assert isinstance(found, tuple)
    assert found[0].device.id == "1A ytterdør"
    assert json.loads(content)["algorithm"] == "Ed25519"


def test_a_form_of_another_site_starts_nothing(sign_in: SignIn, world: World) -> None:
    tor = sign_in("tor")
    assert tor.post(f"{DOOR}/start", data={"csrf": "0" * 64}).status_code == 403
    assert world.connection.execute("SELECT count(*) FROM walk_test").fetchone()[0] == 0


def test_the_whole_walk_by_calls(sign_in: SignIn, world: World) -> None:
    tor, call = sign_in("tor"), "/api/v1/devices/1A ytterdør/test"
    token = {"x-csrf-token": csrf_of(tor, "/technician/tests")}
    assert tor.get(call).status_code == 404
    assert tor.post(call).status_code == 403
    assert tor.post(call, headers=token).status_code == 201
    assert tor.post(call, headers=token).status_code == 409
    says(world, "1A ytterdør", open=True, battery=91)
    standing = tor.get(call).json()
    assert (standing["running"], standing["verdict"]) == (True, "incomplete")
    assert standing["reasons"] == [["not tried", "close the door"]]
    assert {"measure": "open", "value": True} in [
        {"measure": r["measure"], "value": r["value"]} for r in standing["readings"]
    ]
    fires = {rule["rule"]: rule["fires"] for rule in standing["rules"]}
    assert fires == dict.fromkeys(("night-exit", "door-open", "quiet", "not-up", "not-back"), True)
    says(world, "1A ytterdør", open=False)
    signed = tor.post(f"{call}/sign", json={"note": "fin"}, headers=token)
    assert signed.status_code == 201
    number = signed.json()["number"]
    assert (signed.json()["verdict"], signed.json()["seal"]) == ("passed", "fits")
    assert tor.post(f"{call}/sign", json={"note": "fin"}, headers=token).status_code == 409
    assert tor.get(f"/api/v1/tests/{number}").json() == signed.json()
    assert isinstance(verified(tor.get(f"/api/v1/tests/{number}/sealed").content), tuple)
    assert tor.get(f"/api/v1/tests/{number}/pdf").content.startswith(b"%PDF")
    listed = {one["device"]: one["still"] for one in tor.get("/api/v1/tests").json()["devices"]}
    assert listed["1A ytterdør"] == "as it is"
    assert listed["1A stue"] == "never"
    assert tor.delete(call, headers=token).status_code == 409
    kari = sign_in("kari")
    assert kari.get(call).status_code == kari.get("/api/v1/tests").status_code == 404


def test_the_devices_own_page_tells_of_its_last_test_and_leads_to_the_next(
    sign_in: SignIn, world: World
) -> None:
    tor, page = sign_in("tor"), "/technician/devices/1A ytterdør"
    assert "Aldri prøvd" in tor.get(page).text
    number = walked(world, tor)
    after = tor.get(page).text
    for said in (
        f"/technician/tests/{number}",
        "/1A%20ytterd%C3%B8r/test",
        "/technician/pauses?device=1A",
        "Bestått",
    ):
        assert said in after


def test_whoever_tests_a_device_goes_on_while_somebody_gives_it_another_name(
    sign_in: SignIn, world: World
) -> None:
    tor, started = sign_in("tor"), datetime.now(UTC)
    post(tor, f"{DOOR}/start")
    for was, name in (("1A ytterdør", "1A dør"), ("1A dør", "1A inngang")):
        edits = [RemoveDevice(was), PlaceDevice(name, "1A", "outer_door", address="1A ytterdør")]
        assert isinstance(change_site(world.connection, "solbakken", edits, "adm", world.clock), Changed)
    world.until(max(started, datetime.now(UTC)) + timedelta(seconds=1))
    page = tor.get(DOOR).text
    assert "/technician/devices/1A%20inngang/test/cancel" in page
    assert tor.get(f"{DOOR}/live").status_code == 200
    assert "1A inngang" in tor.get(DOOR.removesuffix("/test")).text
    assert post(tor, f"{DOOR}/cancel") == "/technician/devices/1A%20inngang/test"
    assert walk_tests.running(world.connection, "solbakken") == []
    assert sign_in("kari").get(DOOR).status_code == 404
