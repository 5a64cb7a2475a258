"""The technician's pages for taking devices into use: who sees them, and what they do to the house."""

import re
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from devices.reading import Value
from hub.store import devices, faults, placements
from hub.store.db import transaction
from hub.store.instants import to_us
from rules.health.fault import Fault
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import DOCUMENT, House

PLACE = "/technician/place?gateway=zigbee2mqtt&address=0x01"
FOR_TECHNICIANS = [
    "/technician",
    "/technician/inbox",
    "/technician/inbox/list",
    "/technician/inbox/ignore?gateway=zigbee2mqtt&address=0x01",
    "/technician/scan",
    PLACE,
    "/technician/placed?device=3B+stue",
    "/technician/change?device=3B+stue",
    "/technician/replace?device=3B+stue",
    "/technician/remove?device=3B+stue",
]
FORMS = [
    "/technician/inbox/ignore",
    "/technician/inbox/take-back",
    "/technician/place",
    "/technician/change",
    "/technician/replace",
    "/technician/remove",
    "/technician/insist",
]


def spoke(house: House, address: str, ago: timedelta = timedelta(0), **said: Value) -> None:
    """As the hub writes down what a device said."""
    at = house.now() - ago
    with transaction(house.connection):
        no = devices.add(house.connection, house.site.site, "zigbee2mqtt", address, at)
        devices.put_latest(house.connection, [(no, at, {m: (value, at) for m, value in said.items()})])


def fields(page: str) -> dict[str, str]:
    """The hidden fields of a page's last form, by name."""
    form = page[page.rindex("<form class=") :]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def form_of(client: TestClient, path: str, **filled: str) -> dict[str, str]:
    """What a browser would send of the form on a page."""
    page = client.get(path).text
    return {**fields(page), **filled}


def devices_of(house: House) -> dict[str, dict[str, Any]]:
    from hub.site.file import SiteFile, read_held
    from hub.store import sites

    held = read_held(sites.in_force(house.connection, house.site.site).document)
    assert isinstance(held, SiteFile)
    return {d.id: d.model_dump(exclude_none=True) for d in held.site.devices}


@pytest.mark.parametrize("path", FOR_TECHNICIANS)
def test_the_pages_are_for_technicians_and_administrators_and_not_there_for_others(
    house: House, sign_in: SignIn, path: str
) -> None:
    spoke(house, "0x01", open=True)
    assert sign_in("tor").get(path).status_code == 200
    assert sign_in("adm").get(path).status_code == 200
    assert sign_in("kari").get(path).status_code == 404


@pytest.mark.parametrize("path", FORMS)
def test_nobody_else_can_send_their_forms_and_none_comes_from_elsewhere(
    house: House, sign_in: SignIn, path: str
) -> None:
    kari = sign_in("kari")
    assert kari.post(path, data={"csrf": csrf_of(kari)}).status_code in (404, 422)
    assert sign_in("tor").post(path, data={"csrf": "0" * 64}).status_code == 403
    assert devices_of(house).keys() == {d.id for d in house.site.devices}


def test_a_technician_lands_on_the_overview_and_a_carer_on_the_board(visitor: TestClient) -> None:
    for person, where in (("tor", "/technician"), ("kari", "/")):
        form = {"person": person, "password": "correct horse battery staple"}
        answer = visitor.post("/sign-in", data={**form, "csrf": csrf_of(visitor, "/sign-in")})
        assert answer.headers["location"] == where
        visitor.cookies.clear()


def test_no_resident_is_named_on_any_of_them(house: House, sign_in: SignIn) -> None:
    spoke(house, "0x01", open=True)
    tor = sign_in("tor")
    text = "".join(
        tor.get(path).text for path in (*FOR_TECHNICIANS, "/technician/devices", f"{PLACE}&room=1A")
    )
    for resident in house.site.residents:
        assert resident.name.split()[-1] not in text


def test_the_inbox_shows_who_spoke_and_with_what(house: House, sign_in: SignIn) -> None:
    spoke(house, "0x01", open=True, battery=91.0)
    spoke(house, "3B stue", motion=True)
    page = sign_in("tor").get("/technician/inbox").text
    assert "0x01" in page
    assert "åpen" in page
    assert "91 %" in page
    assert "Nå nettopp" in page
    assert 'data-address="3B stue"' not in page


def test_a_neighbours_device_leaves_the_list_and_comes_back(house: House, sign_in: SignIn) -> None:
    spoke(house, "nabo", temperature=20.0)
    tor = sign_in("tor")
    ask = "/technician/inbox/ignore?gateway=zigbee2mqtt&address=nabo"
    answer = tor.post("/technician/inbox/ignore", data=form_of(tor, ask, reason="neighbour"))
    assert "Tatt ut" in tor.get(answer.headers["location"]).text
    assert "nabo" not in tor.get("/technician/inbox/list").text
    assert "Er naboens · Tor Teknisk" in tor.get("/technician/inbox").text
    tor.post("/technician/inbox/take-back", data=form_of(tor, "/technician/inbox"))
    assert "nabo" in tor.get("/technician/inbox/list").text


def test_a_device_gets_its_place_and_the_house_knows_it(house: House, sign_in: SignIn) -> None:
    spoke(house, "0x01", open=True)
    tor = sign_in("tor")
    house.import_site(DOCUMENT.replace("  - {id: 3B ytterdør, room: 3B, role: outer_door}\n", ""))
    page = tor.get(f"{PLACE}&room=3B").text
    assert 'value="3B ytterdør"' in page
    assert "Regler som begynner å passe på" in page
    assert "Beboeren i 3B blir da dekket" in page
    answer = tor.post(
        "/technician/place", data=form_of(tor, PLACE, room="3B", role="outer_door", id="3B ytterdør")
    )
    assert answer.status_code == 303
    assert devices_of(house)["3B ytterdør"]["address"] == "0x01"
    assert "Prøv den nå" in tor.get(answer.headers["location"]).text
    assert "0x01" not in tor.get("/technician/inbox/list").text
    (trail,) = house.rows("SELECT by FROM audit WHERE what = 'site changed'")
    assert trail["by"] == "tor"


def test_a_name_that_is_taken_is_told_before_and_refused_after(house: House, sign_in: SignIn) -> None:
    spoke(house, "0x01", open=True)
    tor = sign_in("tor")
    assert "Det finnes en enhet med det navnet" in tor.get(f"{PLACE}&room=3B&id=3B+stue").text
    data = form_of(tor, PLACE, room="3B", role="outer_door", id="3B stue")
    answer = tor.post("/technician/place", data=data)
    assert answer.status_code == 422
    assert "Det finnes en enhet med det navnet" in answer.text
    assert devices_of(house)["3B stue"]["role"] == "motion"


def test_a_device_that_is_given_anothers_name_or_no_room_is_refused_in_the_technicians_language(
    house: House, sign_in: SignIn
) -> None:
    tor, path = sign_in("tor"), "/technician/change?device=3B+stue"
    form = form_of(tor, path, room="3B", role="motion", id="3B fall")
    answer = tor.post("/technician/change", data=form)
    assert answer.status_code == 422
    assert "«3B fall» finnes allerede i rom «3B»" in answer.text
    assert "Et annet navn</span>." in answer.text
    answer = tor.post("/technician/change", data={**form, "id": "3B stue", "room": "9Z"})
    assert answer.status_code == 422
    assert "Det finnes ikke noe rom «9Z»" in answer.text
    nameless = {key: value for key, value in form.items() if key != "room"}
    answer = tor.post("/technician/change", data=nameless)
    assert answer.status_code == 422
    assert "Rom" in answer.text
    assert devices_of(house)["3B stue"]["room"] == "3B"


def test_the_second_of_two_technicians_is_told_and_overwrites_nothing(house: House, sign_in: SignIn) -> None:
    tor, adm = sign_in("tor"), sign_in("adm")
    path = "/technician/change?device=3B+stue"
    tors = form_of(tor, path, room="4B", role="motion", id="3B stue")
    adms = form_of(adm, path, room="3B", role="bathroom_motion", id="3B stue")
    assert tor.post("/technician/change", data=tors).status_code == 303
    answer = adm.post("/technician/change", data=adms)
    assert answer.status_code == 409
    assert "Tor Teknisk endret den" in answer.text
    assert devices_of(house)["3B stue"]["room"] == "4B"
    assert devices_of(house)["3B stue"]["role"] == "motion"
    html = answer.text.replace("&#34;", '"')
    insisted = {**fields(html), "edits": re.findall(r'name="edits" value="(.*?)">', html)[0]}
    assert adm.post("/technician/insist", data=insisted).status_code == 303
    assert devices_of(house)["3B stue"]["room"] == "3B"
    assert devices_of(house)["3B stue"]["role"] == "bathroom_motion"


def test_a_form_that_is_drawn_again_with_each_choice_still_knows_what_it_was_read_from(
    house: House, sign_in: SignIn
) -> None:
    spoke(house, "0x01", open=True)
    tor, adm = sign_in("tor"), sign_in("adm")
    for first, path in (("change?device=3B+stue", "/technician/change"), (PLACE[12:], "/technician/place")):
        adms = form_of(adm, f"/technician/{first}")
        seen = adms["version"]
        change = "/technician/change?device=3B+stue"
        room = "4B" if devices_of(house)["3B stue"]["room"] == "3B" else "5C"
        tor.post("/technician/change", data=form_of(tor, change, room=room, role="motion", id="3B stue"))
        again = adm.get(f"/technician/{first}&room=1A&version={seen}").text
        assert fields(again)["version"] == seen
        assert ("Tor Teknisk endret den" in again) == (path == "/technician/change")


def test_two_technicians_place_the_same_device_and_the_second_is_told(house: House, sign_in: SignIn) -> None:
    spoke(house, "0x01", open=True)
    tor, adm = sign_in("tor"), sign_in("adm")
    tors = form_of(tor, PLACE, room="3B", role="window", id="3B vindu")
    adms = form_of(adm, PLACE, room="4B", role="fridge", id="4B kjøleskap")
    assert tor.post("/technician/place", data=tors).status_code == 303
    answer = adm.post("/technician/place", data=adms)
    assert answer.status_code == 409
    assert "3B vindu" in answer.text
    html = answer.text.replace("&#34;", '"')
    insisted = {**fields(html), "edits": re.findall(r'name="edits" value="(.*?)">', html)[0]}
    assert adm.post("/technician/insist", data=insisted).status_code == 303
    assert "3B vindu" not in devices_of(house)
    assert devices_of(house)["4B kjøleskap"]["address"] == "0x01"


def test_a_device_is_changed_though_another_was_changed_meanwhile(house: House, sign_in: SignIn) -> None:
    tor, adm = sign_in("tor"), sign_in("adm")
    tors = form_of(tor, "/technician/change?device=3B+stue", room="3B", role="bathroom_motion", id="3B bad")
    adms = form_of(adm, "/technician/change?device=4B+stue", room="4B", role="kitchen_motion", id="4B stue")
    assert tor.post("/technician/change", data=tors).status_code == 303
    assert adm.post("/technician/change", data=adms).status_code == 303
    found = devices_of(house)
    assert found["3B bad"]["address"] == "3B stue"
    assert found["4B stue"]["role"] == "kitchen_motion"


def test_under_another_name_a_device_stays_the_same_residents_own(house: House, sign_in: SignIn) -> None:
    own = "{id: 3B fall, room: 3B, role: fall_detector"
    house.import_site(DOCUMENT.replace(own, f"{own}, resident: r3"))
    tor = sign_in("tor")
    path = "/technician/change?device=3B+fall"
    tor.post("/technician/change", data=form_of(tor, path, room="3B", role="fall_detector", id="3B radar"))
    assert devices_of(house)["3B radar"]["resident"] == "r3"


def test_another_device_takes_the_place_and_the_old_address_is_on_record(
    house: House, sign_in: SignIn
) -> None:
    spoke(house, "0x02", motion=True)
    tor = sign_in("tor")
    page = tor.get("/technician/replace?device=3B+stue").text
    assert "0x02" in page
    data = form_of(tor, "/technician/replace?device=3B+stue", gateway="zigbee2mqtt", address="0x02")
    assert tor.post("/technician/replace", data=data).status_code == 303
    assert devices_of(house)["3B stue"]["address"] == "0x02"
    was = placements.of(house.connection, house.site.site, "3B stue")
    assert [p.address for p in was] == ["3B stue", "0x02"]
    assert "zigbee2mqtt · 3B stue" in tor.get("/technician/change?device=3B+stue").text


def test_what_is_no_longer_watched_is_said_before_a_device_is_removed_and_a_reason_is_needed(
    house: House, sign_in: SignIn
) -> None:
    tor = sign_in("tor")
    path = "/technician/remove?device=3B+ytterd%C3%B8r"
    page = tor.get(path).text
    assert "Passes ikke på lenger" in page
    assert "Beboeren i 3B blir da delvis dekket" in page
    assert tor.post("/technician/remove", data=form_of(tor, path, reason=" ")).status_code == 422
    assert "3B ytterdør" in devices_of(house)
    answer = tor.post("/technician/remove", data=form_of(tor, path, reason="flyttet til lager"))
    assert "3B ytterdør er fjernet" in tor.get(answer.headers["location"]).text
    assert "3B ytterdør" not in devices_of(house)
    (trail,) = house.rows("SELECT by, detail FROM audit WHERE what = 'device removed'")
    assert trail["by"] == "tor"
    assert "flyttet til lager" in trail["detail"]


def test_a_label_leads_to_the_device_that_was_heard_or_to_its_place(house: House, sign_in: SignIn) -> None:
    spoke(house, "0x00158d0001a2b3c4", open=True)
    tor = sign_in("tor")

    def scan(code: str) -> str:
        return tor.get("/technician/scan", params={"code": code}).text

    assert "place?gateway=zigbee2mqtt&amp;address=0x00158d0001a2b3c4" in scan("00:15:8D:00:01:A2:B3:C4")
    assert "Ingen har hørt denne enheten ennå" in scan("00:15:8D:00:01:A2:B3:C5")
    assert "address=0x00158d0001a2b3c5" in scan("00:15:8D:00:01:A2:B3:C5")
    assert "kontrollsummen" in scan("Z:943469FFFE05CE55$I:FC5ECD1E8DFD3E0603E3689F8D0226BBF80C")
    assert "butikkens strekkode" in scan("4006381333931")
    tor.post(
        "/technician/place",
        data=form_of(
            tor,
            "/technician/place?gateway=zigbee2mqtt&address=0x00158d0001a2b3c4",
            room="3B",
            role="window",
            id="3B vindu",
        ),
    )
    assert "Den er på plass: 3B vindu" in scan("00158d0001a2b3c4")


def test_only_the_page_that_reads_labels_may_use_the_camera(sign_in: SignIn) -> None:
    tor = sign_in("tor")
    scan, inbox = tor.get("/technician/scan").headers, tor.get("/technician/inbox").headers
    assert "camera=(self)" in scan["permissions-policy"]
    assert "'wasm-unsafe-eval'" in scan["content-security-policy"]
    assert "camera=()" in inbox["permissions-policy"]
    assert "wasm" not in inbox["content-security-policy"]
    assert "'unsafe-eval'" not in scan["content-security-policy"].replace("'wasm-unsafe-eval'", "")


def test_a_device_is_found_from_the_list_whatever_it_is_called(house: House, sign_in: SignIn) -> None:
    house.import_site(DOCUMENT.replace("id: 1A stue", 'id: "../../1A stue"'))
    tor = sign_in("tor")
    links = re.findall(r'href="(/technician/devices/[^"?#]+)"', tor.get("/technician/devices").text)
    its_own = {one for one in links if "1A%20stue" in one}
    assert its_own
    for link in its_own:
        assert ".." not in link.split("/"), "a browser would go up by it"
        assert "../../1A stue" in tor.get(link).text


def test_the_list_finds_a_device_by_room_state_and_any_part_of_its_name(
    house: House, sign_in: SignIn
) -> None:
    spoke(house, "3B stue", motion=True, battery=4.0)
    spoke(house, "1A stue", motion=True)
    house.connection.execute(
        "INSERT INTO unheard (site, part, since) VALUES (?, 'device:1A stue', ?)",
        (house.site.site, to_us(house.now())),
    )
    tor = sign_in("tor")

    def found(**asked: str) -> list[str]:
        page = tor.get("/technician/devices", params=asked).text
        return re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', page)

    assert len(found()) == len(house.site.devices)
    assert found(q="3b STU") == ["3B stue"]
    assert found(room="4B") == ["4B ytterdør", "4B stue"]
    assert found(unit="nord", q="ytterdør") == ["4B ytterdør", "5C ytterdør"]
    assert found(how="battery") == ["3B stue"]
    assert found(how="silent") == ["1A stue"]
    spoke(house, "2A stue", motion=True)
    assert found(how="well") == ["2A stue"]
    at = house.now()
    with transaction(house.connection):
        faults.begin(house.connection, house.site.site, Fault("chatter", "2A stue", at, "too often"), at)
    assert (found(how="fault"), found(how="well")) == (["2A stue"], [])
    assert "3B stue" not in found(how="never")
    assert found(q="finnes ikke") == []


def test_a_technician_of_one_unit_sees_and_changes_its_devices_only(house: House, sign_in: SignIn) -> None:
    spoke(house, "0x01", open=True)
    house.import_site(DOCUMENT.replace("role: technician}", "role: technician, units: [nord]}"))
    tor = sign_in("tor")
    page = tor.get("/technician/devices").text
    assert "4B stue" in page
    assert "1A stue" not in page
    assert ">1A<" not in tor.get(PLACE).text
    assert tor.get("/technician/change?device=1A+stue").status_code == 404
    data = form_of(tor, PLACE, room="1A", role="window", id="1A vindu")
    assert tor.post("/technician/place", data=data).status_code == 404
    data = form_of(tor, "/technician/change?device=4B+stue", room="1A", role="motion", id="4B stue")
    assert tor.post("/technician/change", data=data).status_code == 404
    data = {**form_of(tor, "/technician/remove?device=4B+stue", reason="x"), "device": "1A stue"}
    assert tor.post("/technician/remove", data=data).status_code == 404
