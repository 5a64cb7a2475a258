"""Faults and a device's health, as pages and as calls: who sees them, in which order, and what is said."""

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from hub.store import device_health, devices, faults
from hub.store.db import transaction
from hub.store.instants import to_us
from rules.health.fault import Fault
from rules.health.figures import Figures
from rules.protection import Protection, Why
from tests.web.conftest import SignIn
from tests.web.house import House

DAY = timedelta(days=1)


@pytest.fixture
def ill(house: House) -> House:
    """A door with a battery at its end behind which somebody is unprotected, and a sensor that chatters."""
    now, site = house.now(), house.site.site
    today = int(now.timestamp() // 86_400)
    with transaction(house.connection):
        for id, kind, ago, figures in (
            ("1A stue", "chatter", 3 * DAY, {"measure": "motion", "minutes": 41.0}),
            ("2A ytterdør", "battery", DAY, {"level": 12.0, "days": 11.0}),
        ):
            no = devices.add(house.connection, site, "zigbee2mqtt", id, now - 60 * DAY)
            devices.put_latest(house.connection, [(no, now - timedelta(minutes=7), {"battery": (12.0, now)})])
            levels = [(no, today - 60 + day, 80 - 1.13 * day) for day in range(61)]
            device_health.put_levels(house.connection, levels)
            kept = Figures()
            for hour in range(100):
                kept.rhythm.note(3600.0, (now - 4 * DAY).timestamp() + 3600 * hour)
            device_health.put_figures(house.connection, [(no, kept)])
            reason = "few days left" if kind == "battery" else "three times a minute and more"
            faults.begin(house.connection, site, Fault(kind, id, now - ago, reason, figures), now - ago)  # type: ignore[arg-type]
    house.protect(
        Protection("r1", "degraded", (Why("chatter", "1A stue"),)),
        Protection("r2", "unprotected", (Why("not_heard", "device:2A stue"),)),
    )
    return house


def lose(house: House, part: str) -> None:
    """As the hub writes it down."""
    with transaction(house.connection):
        house.connection.execute(
            "INSERT INTO unheard (site, part, since) VALUES (?, ?, ?)",
            (house.site.site, part, to_us(house.now())),
        )


def test_the_technicians_first_page_counts_the_faults_that_their_page_lists(
    ill: House, sign_in: SignIn
) -> None:
    tor = sign_in("tor")

    def tile() -> str:
        text = (
            tor.get("/technician").text.partition('href="/technician/faults"><span')[2].partition("</a>")[0]
        )
        return re.sub(r"<[^>]*>", " ", text)

    never = len(ill.site.devices) - 2
    assert re.search(rf">\s*{never + 2}\s+feil", tile())
    lose(ill, "broker")
    assert re.search(rf">\s*{never + 3}\s+feil", tile())
    assert f"{never} enheter er ikke hørt ennå" not in tile(), "who is not watched over comes first"


def test_only_a_house_of_which_every_device_has_spoken_says_that_everything_is_heard(
    house: House, sign_in: SignIn
) -> None:
    tor, now, site = sign_in("tor"), house.now(), house.site
    for n, device in enumerate(site.devices, 1):
        page = tor.get("/technician").text
        left = len(site.devices) - n + 1
        words = "1 enhet er ikke hørt ennå" if left == 1 else f"{left} enheter er ikke hørt ennå"
        assert (words in page, "Alt har kontakt" in page) == (True, False)
        with transaction(house.connection):
            no = devices.add(house.connection, site.site, "zigbee2mqtt", device.id, now)
            devices.put_latest(house.connection, [(no, now, {"battery": (90.0, now)})])
    assert "Alt har kontakt" in tor.get("/technician").text


def test_what_leaves_somebody_unprotected_stands_first(ill: House, sign_in: SignIn) -> None:
    page = sign_in("tor").get("/technician/faults").text
    assert page.index("2A ytterdør") < page.index("1A stue")
    assert "Ikke dekket" in page
    assert "Omtrent 11 dager igjen" in page


def test_faults_tell_of_a_dead_gateway_with_its_rooms_and_of_devices_that_never_spoke(
    ill: House, sign_in: SignIn
) -> None:
    lose(ill, "gateway:zigbee2mqtt")
    page = sign_in("tor").get("/technician/faults").text
    assert page.index("Ingen kontakt med gatewayen «zigbee2mqtt»") < page.index("2A ytterdør")
    assert "Ikke hørt ennå" in page
    silent = {d.id for d in ill.site.devices} - {"1A stue", "2A ytterdør"}
    assert silent
    for id in silent:
        assert f"<strong>{id}</strong>" in page


@pytest.mark.parametrize("part", ["gateway:zigbee2mqtt", "broker"])
def test_no_device_behind_a_dead_gateway_is_listed_as_well(ill: House, sign_in: SignIn, part: str) -> None:
    client = sign_in("tor")
    assert ">1A stue<" in client.get("/technician/devices?how=fault").text, "it chatters"
    lose(ill, part)
    for how in ("well", "fault"):
        assert ">1A stue<" not in client.get(f"/technician/devices?how={how}").text
    assert ">1A stue<" in client.get("/technician/devices?how=silent").text


def test_nothing_is_said_to_be_well_while_a_device_has_yet_to_speak(house: House, sign_in: SignIn) -> None:
    page = sign_in("tor").get("/technician/faults").text
    assert "Ingenting er galt" not in page


def test_a_device_can_be_tested_replaced_and_paused_from_its_own_page(ill: House, sign_in: SignIn) -> None:
    client = sign_in("tor")
    page = client.get("/technician/devices/2A ytterdør").text
    for path in (
        "/technician/devices/2A%20ytterd%C3%B8r/test",
        "/technician/replace?device=2A%20ytterd%C3%B8r",
        "/technician/pauses?device=2A%20ytterd%C3%B8r",
    ):
        assert f'href="{path}"' in page
        assert client.get(path).status_code == 200


def test_a_technician_reads_no_residents_name(ill: House, sign_in: SignIn) -> None:
    client = sign_in("tor")
    for path in ("/technician/faults", "/technician/devices/2A ytterdør"):
        page = client.get(path).text
        for resident in ill.site.residents:
            assert resident.name not in page


@pytest.mark.parametrize("path", ["/technician/faults", "/technician/devices/1A stue", "/api/v1/faults"])
def test_a_carer_finds_nothing_there(ill: House, sign_in: SignIn, path: str) -> None:
    assert sign_in("kari").get(path).status_code == 404


def test_a_device_shows_its_battery_with_a_band_and_the_same_as_a_table(ill: House, sign_in: SignIn) -> None:
    page = sign_in("tor").get("/technician/devices/2A ytterdør").text
    assert 'class="ahead-band"' in page
    assert "Mellom" in page
    assert "Som tabell" in page
    assert "Sier fra minst hver 1 t" in page


def test_a_device_without_history_says_that_it_cannot_be_told(ill: House, sign_in: SignIn) -> None:
    page = sign_in("tor").get("/technician/devices/4B ytterdør").text
    assert "Aldri hørt" in page
    assert "Den sier ikke fra om batterinivået" in page
    assert sign_in("tor").get("/technician/devices/nothing").status_code == 404


def test_a_device_that_told_its_level_for_the_first_time_just_now_is_not_said_to_tell_none(
    ill: House, sign_in: SignIn
) -> None:
    with transaction(ill.connection):
        no = devices.add(ill.connection, ill.site.site, "zigbee2mqtt", "4B ytterdør", ill.now())
        devices.put_latest(ill.connection, [(no, ill.now(), {"battery": (99.0, ill.now())})])
    tor = sign_in("tor")
    assert "99 %" in tor.get("/technician/devices?q=4B+ytterdør").text
    page = tor.get("/technician/devices/4B ytterdør").text
    assert "Den sier ikke fra om batterinivået" not in page
    assert "for få dager" in page
    battery = tor.get("/api/v1/devices/4B ytterdør/health").json()["battery"]
    assert battery["told"] == "too little history"


def test_the_calls_say_what_the_pages_say(ill: House, sign_in: SignIn) -> None:
    client: TestClient = sign_in("tor")
    listed = client.get("/api/v1/faults").json()["faults"]
    assert [(one["device"], one["kind"], one["consequence"]) for one in listed] == [
        ("2A ytterdør", "battery", "unprotected"),
        ("1A stue", "chatter", "degraded"),
    ]
    assert listed[0]["residents"] == ["r2"]
    one = client.get("/api/v1/devices/2A ytterdør/health").json()
    assert one["battery"]["told"] == "told"
    assert one["battery"]["low"] < one["battery"]["days"] < one["battery"]["high"]
    assert one["silence"]["reason"] == "heartbeat"
    assert 2 * 3600 < one["silence"]["after_s"] < 2.5 * 3600
    assert [fault["kind"] for fault in one["faults"]] == ["battery"]
    assert client.get("/api/v1/devices/nothing/health").status_code == 404
