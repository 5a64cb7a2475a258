"""Pausing a device on its page and by call: with an owner, a reason and an end, never in silence."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from hub.store import pauses
from hub.store.db import transaction
from hub.store.instants import to_us
from rules.pause import Pause
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import House
from tests.web.test_technician import spoke

PAGE = "/technician/pauses"
DOOR = "1A ytterdør"
CALL = f"/api/v1/devices/{DOOR}/pause"


def form(client: TestClient, path: str = PAGE, **fields: str) -> tuple[int, str]:
    """Send it; what the answer is, and where it leads to or what it says."""
    answer = client.post(path, data={"csrf": csrf_of(client, PAGE), **fields})
    return answer.status_code, answer.headers.get("location", answer.text)


def token(client: TestClient) -> dict[str, str]:
    return {"x-csrf-token": csrf_of(client, PAGE)}


def test_who_may_pause_devices_sees_the_page_and_nobody_else(sign_in: SignIn) -> None:
    assert sign_in("kari").get(PAGE).status_code == 404
    assert sign_in("kari").get("/api/v1/device-pauses").status_code == 404
    for person in ("tor", "adm"):
        assert sign_in(person).get(PAGE).status_code == 200


def test_a_device_is_paused_shown_and_switched_on_again(sign_in: SignIn, house: House) -> None:
    tor = sign_in("tor")
    assert "Ingen enhet er på pause" in tor.get(PAGE).text
    before = tor.get(f"{PAGE}?device={DOOR}").text
    assert "Hviler så lenge:" in before
    assert "En regel med høyt varsel trenger den" in before
    assert form(tor, device=DOOR, reason="låsen byttes", length="2 h") == (303, f"{PAGE}?notice=paused")
    page = tor.get(f"{PAGE}?notice=paused").text
    for said in ("Enheten er satt på pause.", "låsen byttes", "Tor Teknisk", DOOR):
        assert said in page
    (pause,) = pauses.devices(house.connection, "solbakken")
    assert (pause.device, pause.owner) == (DOOR, "tor")
    assert form(sign_in("adm"), f"{PAGE}/{pause.id}/resume") == (303, f"{PAGE}?notice=resumed")
    assert "Ingen enhet er på pause" in tor.get(PAGE).text


def test_for_longer_than_a_day_a_second_person_must_agree(sign_in: SignIn, house: House) -> None:
    tor, adm = sign_in("tor"), sign_in("adm")
    until = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    assert form(tor, device=DOOR, reason="ny dør", until=until) == (303, f"{PAGE}?notice=asked")
    (pause,) = pauses.devices(house.connection, "solbakken")
    assert "Jeg er enig" not in tor.get(PAGE).text
    assert form(tor, f"{PAGE}/{pause.id}/confirm")[0] == 409
    assert f"{PAGE}/{pause.id}/confirm" in adm.get(PAGE).text
    assert form(adm, f"{PAGE}/{pause.id}/confirm") == (303, f"{PAGE}?notice=confirmed")
    (agreed,) = pauses.devices(house.connection, "solbakken")
    assert (agreed.ends_at, agreed.confirmed_by) == (agreed.until, "adm")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"reason": "x", "length": "2 h"}, "Velg en enhet."),
        ({"device": DOOR, "length": "2 h"}, "Skriv hvorfor"),
        ({"device": DOOR, "reason": "x"}, "Velg når det skal være slutt"),
        ({"device": DOOR, "reason": "x", "length": "90 d"}, "Høyst 30 dager"),
        ({"device": DOOR, "reason": "x", "until": "2020-01-01T10:00"}, "Slutten må ligge fram i tid"),
        ({"device": DOOR, "reason": "x", "until": "i morgen"}, "Velg når det skal være slutt"),
    ],
)
def test_what_is_missing_is_said_and_what_was_written_is_kept(
    sign_in: SignIn, fields: dict[str, str], said: str
) -> None:
    status, page = form(sign_in("tor"), **fields)
    assert status == 422
    assert said in page
    assert f'value="{fields.get("reason", "")}"' in page


def test_the_same_by_call(sign_in: SignIn) -> None:
    tor, adm = sign_in("tor"), sign_in("adm")
    until = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    asked = {"reason": "ny dør", "until": until}
    assert tor.put(CALL, json=asked).status_code == 403
    answer = tor.put(CALL, json=asked, headers=token(tor))
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["device"], said["place"], said["owner"], said["confirmed_by"]) == (DOOR, "1A", "tor", None)
    assert said["ends_at"] < said["until"]
    assert tor.put(CALL, json=asked, headers=token(tor)).status_code == 409
    assert tor.post(f"{CALL}/confirm", headers=token(tor)).status_code == 409
    assert adm.post(f"{CALL}/confirm", headers=token(adm)).json()["confirmed_by"] == "adm"
    assert [p["device"] for p in tor.get("/api/v1/device-pauses").json()["paused"]] == [DOOR]
    assert tor.delete(CALL, headers=token(tor)).json()["ended_at"] is not None
    assert tor.get("/api/v1/device-pauses").json()["paused"] == []
    assert tor.put("/api/v1/devices/9Z/pause", json=asked, headers=token(tor)).status_code == 404
    assert tor.put(CALL, json={"reason": "", "until": until}, headers=token(tor)).status_code == 422


def test_a_paused_device_is_said_to_be_paused_wherever_devices_stand(sign_in: SignIn, house: House) -> None:
    spoke(house, DOOR, open=False)
    tor = sign_in("tor")
    assert tor.get(f"/api/v1/devices/{DOOR}").json()["paused"] is None
    form(tor, device=DOOR, reason="låsen byttes", length="2 h")

    def listed(how: str) -> str:
        return tor.get("/technician/devices", params={"how": how, "q": DOOR}).text

    assert DOOR not in listed("well").partition('id="found"')[2].partition("<tbody>")[2]
    line = listed("paused").partition("<tbody>")[2]
    assert 'class="chip warn">På pause til ' in line
    assert "låsen byttes" in line
    page = tor.get(f"/technician/devices/{DOOR}").text
    for said in ("På pause til ", "låsen byttes", "Tor Teknisk"):
        assert said in page
    (told,) = [d for d in tor.get("/api/v1/devices").json()["devices"] if d["paused"]]
    assert (told["id"], told["paused"]["reason"], told["paused"]["owner"]) == (DOOR, "låsen byttes", "tor")
    assert tor.get(f"/api/v1/devices/{DOOR}").json()["paused"] == told["paused"]
    house.connection.execute("UPDATE pause SET ends_at = ?", (to_us(house.now()),))
    assert DOOR in listed("well").partition("<tbody>")[2]
    assert tor.get(f"/api/v1/devices/{DOOR}").json()["paused"] is None


def test_an_alerts_page_and_call_name_the_device_that_was_paused_in_its_room(
    sign_in: SignIn, house: House
) -> None:
    paused_at = house.now() - timedelta(minutes=10)
    until = paused_at + timedelta(hours=2)
    pause = Pause(0, "solbakken", "", "1A", "tor", "byttes", paused_at, until, until, device="1A stue")
    with transaction(house.connection):
        pauses.add(house.connection, pause)
    alert = house.night_exit("1A")
    kari = sign_in("kari")
    assert re.search(r"Satt på pause i dette rommet da: 1A stue\s*</p>", kari.get(f"/alerts/{alert.id}").text)
    told = kari.get(f"/api/v1/alerts/{alert.id}").json()
    assert (told["paused"], told["paused_devices"]) == ([], ["1A stue"])
