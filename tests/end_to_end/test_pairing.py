"""A technician asks Zigbee2MQTT for something, at a real broker: what it answers, refuses, or never says."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from devices.asking import Ask, Interview, PairingState, Remove, Rename, SetOptions, StartPairing, StopPairing
from hub import gateway_requests, renames
from hub.clock import WallClock
from hub.site.change import Changed
from hub.site.file import SiteFile, read_site
from hub.store import gateway_news
from hub.store import gateway_requests as store
from hub.store.db import connect
from hub.store.gateway_requests import GatewayRequest
from rules.building import Site
from tests.end_to_end import bridge
from tests.end_to_end.house import House
from tests.servers import ROOT, Mosquitto, running_mosquitto

pytestmark = [pytest.mark.broker, pytest.mark.slow]

SITE = """
site: hjem
name: Hjemmet
gateways: [{id: zigbee, kind: zigbee2mqtt}, {id: lora, kind: chirpstack}]
units: [{id: u, name: U}]
rooms: [{id: 3A, unit: u}]
devices: [{id: ytterdør, room: 3A, role: outer_door, gateway: zigbee, address: door}]
people: [{id: tor, name: Tor, role: technician}]
"""
CLOCK = WallClock()


class Home:
    """A house with a hub and a bridge, and a technician who asks."""

    def __init__(self, folder: Path, broker: Mosquitto) -> None:
        self.house = House(folder, broker, SITE)
        self.bridges: list[subprocess.Popen[bytes]] = []

    def start_bridge(self, version: int = 2) -> None:
        broker = self.house.broker
        words = ("127.0.0.1", broker.port, broker.gateway_username, broker.gateway_password, version)
        module = [sys.executable, "-m", "tests.end_to_end.bridge", *map(str, words)]
        self.bridges.append(subprocess.Popen(module, cwd=ROOT))

    def stop(self) -> None:
        for process in self.bridges:
            process.kill()
            process.wait()
        self.house.stop_hub()

    @property
    def site(self) -> Site:
        document = self.house.rows("SELECT document FROM site_version ORDER BY id DESC LIMIT 1")[0][0]
        read = read_site(str(document), "site")
        assert isinstance(read, SiteFile)
        return read.site

    def ask(self, what: Ask) -> int:
        with closing(connect(self.house.database)) as connection:
            asked = gateway_requests.ask(connection, self.site, "zigbee", what, "tor", CLOCK)
        assert isinstance(asked, GatewayRequest), asked
        return asked.id

    def request(self, id: int) -> GatewayRequest:
        with closing(connect(self.house.database)) as connection:
            found = store.by_id(connection, "hjem", id)
        assert found is not None
        return found

    def answer(self, what: Ask) -> tuple[str, str]:
        """(state, what was said) once the request is over."""
        id = self.ask(what)
        self.house.until(lambda: self.request(id).state not in ("waiting", "sent"), f"{what}")
        return self.request(id).state, self.request(id).said

    def until(self, condition: Callable[[], bool], what: str) -> None:
        self.house.until(condition, what)

    def pairing(self) -> PairingState | None:
        with closing(connect(self.house.database)) as connection:
            said = gateway_news.pairings(connection, "hjem").get("zigbee")
        return said.state if said else None

    def news(self) -> list[tuple[str, str, str]]:
        """What was told of devices on their way, the oldest first."""
        with closing(connect(self.house.database)) as connection:
            found = gateway_news.joinings(connection, "hjem", CLOCK.now() - timedelta(hours=1))
        return [(j.joining.news, j.joining.address, j.joining.model) for j in reversed(found)]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    with running_mosquitto(tmp_path_factory.mktemp("broker") / "mosquitto") as running:
        yield running


@pytest.fixture(scope="module")
def home(broker: Mosquitto, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    there = Home(tmp_path_factory.mktemp("home") / "house", broker)
    there.house.start_hub()
    there.house.until(there.house.hub_is_caught_up, "the hub's first look at the broker")
    there.start_bridge()
    there.house.until(lambda: there.pairing() is not None, "the bridge's first word")
    yield there
    there.stop()


def test_pairing_is_opened_for_a_while_and_who_joins_is_told_step_by_step(home: Home) -> None:
    before = CLOCK.now()
    assert home.answer(StartPairing(120)) == ("done", "")
    home.until(
        lambda: ("interview_successful", bridge.NEW, "Aqara MCCGQ11LM") in home.news(), "the interview"
    )
    assert [news for news, address, _ in home.news() if address == bridge.NEW] == [
        "joined",
        "announced",
        "interview_started",
        "interview_successful",
    ]
    state = home.pairing()
    assert state is not None
    assert state.open
    assert state.until is not None
    assert timedelta(seconds=110) < state.until - before <= timedelta(seconds=130)
    assert home.answer(StopPairing()) == ("done", "")
    home.until(lambda: home.pairing() == PairingState(False), "the end of pairing")


def test_pairing_through_one_router_only_and_what_the_gateway_says_of_one_that_is_none(home: Home) -> None:
    assert home.answer(StartPairing(60, router="twice"))[0] == "done"
    refused = home.answer(StartPairing(60, router="nobody"))
    assert refused == ("refused", "Device 'nobody' does not exist")
    home.answer(StopPairing())


def test_what_the_gateway_refuses_is_said_in_its_own_words(home: Home) -> None:
    state, said = home.answer(Remove("stuck"))
    assert (state, said[:31]) == ("refused", "Failed to remove device 'stuck'")
    assert "mgmtLeaveRsp after 10000ms" in said
    assert home.answer(Remove("stuck", force=True)) == ("done", "")
    assert ("left", f"0x{6:016x}", "") in home.news()


def test_a_gateway_that_says_nothing_is_said_to_be_silent_and_a_late_answer_still_counts(home: Home) -> None:
    mute, slow = home.ask(Interview("mute")), home.ask(Interview("slow"))
    home.until(lambda: home.request(mute).state == "silent", "the silence")
    asked = home.request(mute)
    assert asked.sent_at is not None
    assert CLOCK.now() - asked.sent_at >= gateway_requests.ANSWERED_WITHIN
    home.until(lambda: home.request(slow).state == "done", "the late answer")


def test_an_answer_that_is_none_is_set_aside_and_the_request_counts_as_unanswered(home: Home) -> None:
    assert home.answer(Interview("garbage"))[0] == "silent"
    reasons = [
        str(row[0])
        for row in home.house.rows("SELECT reason FROM quarantine WHERE topic LIKE '%/response/device/%'")
    ]
    assert any("cut off" in reason for reason in reasons)
    assert any("expected ok or error" in reason for reason in reasons)
    assert any("nested too deeply" in reason for reason in reasons)


def test_a_second_answer_to_one_request_changes_nothing(home: Home) -> None:
    assert home.answer(SetOptions("twice", {"retain": True})) == ("done", "")
    home.answer(SetOptions("door", {}))  # the second one came before this
    done = home.house.rows("SELECT state, said FROM gateway_request WHERE ask LIKE '%retain%'")
    assert done == [("done", "")]


def test_who_asked_for_what_and_what_came_of_it_is_on_the_audit_trail(home: Home) -> None:
    home.answer(Interview("door"))
    trail = home.house.rows(
        "SELECT by, json_extract(detail, '$.state') FROM audit WHERE what = 'gateway asked'"
        " AND detail LIKE '%interview%door%' ORDER BY seq"
    )
    assert trail == [("tor", "waiting"), ("tor", "done")]


def test_what_waited_while_the_hub_was_away_is_sent_once_or_dropped_when_its_time_is_over(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    home = Home(tmp_path / "house", mosquitto)
    home.start_bridge(version=1)
    try:
        short, rename = home.ask(StartPairing(1)), home.ask(Interview("door"))
        time.sleep(1.1)
        home.house.start_hub()
        home.until(lambda: home.request(rename).state == "done", "the answer")
        assert home.request(short).state == "dropped"
        assert home.request(short).said == "it could not be sent in time"
        mute = home.ask(Interview("mute"))
        home.until(lambda: home.request(mute).state == "sent", "the request")
        asked = home.request(mute).sent_at
        home.house.stop_hub()
        home.house.start_hub()
        home.until(lambda: home.request(mute).state == "silent", "the silence")
        assert home.request(mute).sent_at == asked  # it was not sent again
        assert home.answer(StartPairing(100)) == ("done", "")  # as version 1 answers
        home.until(lambda: (p := home.pairing()) is not None and p.until is not None, "the time left")
    finally:
        home.stop()


@pytest.mark.parametrize(
    ("what", "why"),
    [
        (StartPairing(255), "expected 1 to 254"),
        (Rename("door", "a/+"), "is no name"),
        (Rename("door", "door"), "already"),
        (Rename("door", "bridge/x"), "is no name"),
        (Rename("door", " x"), "is no name"),
        (Remove("#"), "is no name"),
        (SetOptions("door", {"a": "x" * 5000}), "4096 bytes"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_it_is_sent(home: Home, what: Ask, why: str) -> None:
    with closing(connect(home.house.database)) as connection:
        asked = gateway_requests.ask(connection, home.site, "zigbee", what, "tor", CLOCK)
    assert not isinstance(asked, GatewayRequest)
    assert why in asked.why


def test_gateways_that_take_no_requests_are_not_asked(home: Home) -> None:
    with closing(connect(home.house.database)) as connection:
        asked = gateway_requests.ask(connection, home.site, "lora", StartPairing(10), "tor", CLOCK)
        unknown = gateway_requests.ask(connection, home.site, "x", StartPairing(10), "tor", CLOCK)
    assert not isinstance(asked, GatewayRequest)
    assert "chirpstack" in asked.why
    assert not isinstance(unknown, GatewayRequest)


def test_a_renamed_device_stays_the_same_device_from_its_first_word(home: Home) -> None:
    assert home.answer(Rename("door", "3A/ytterdør")) == ("done", "")
    heard = "SELECT 1 FROM device WHERE address = '3A/ytterdør'"
    home.until(lambda: bool(home.house.rows(heard)), "the door under its new name")
    assert home.house.rows("SELECT reason FROM quarantine WHERE topic = 'zigbee2mqtt/3A/ytterdør'") == []
    home.until(lambda: home.site.devices[0].address == "3A/ytterdør", "the new name in the site file")
    assert (home.site.devices[0].id, home.site.devices[0].room) == ("ytterdør", "3A")
    changed = "SELECT imported_by FROM site_version ORDER BY id DESC LIMIT 1"
    assert home.house.rows(changed) == [("tor",)]
    home.house.publish([("zigbee2mqtt/3A/ytterdør", b'{"contact": true}')])
    home.until(
        lambda: bool(
            home.house.rows(
                "SELECT 1 FROM reading WHERE value = 0 AND device IN ("
                "SELECT no FROM device WHERE address = '3A/ytterdør')"
            )
        ),
        "the door's next word",
    )


def test_a_rename_in_the_gateways_own_pages_is_noticed_and_taken_over_by_one_tap(home: Home) -> None:
    client = home.house.publisher()
    client.publish("zigbee2mqtt/bridge/devices", '[{"ieee_address": "0x9", "friendly_name": "door"}]', 1)
    client.publish("zigbee2mqtt/bridge/devices", '[{"ieee_address": "0x9", "friendly_name": "dør"}]', 1)

    def found() -> list[tuple[str, str, str]]:
        with closing(connect(home.house.database)) as connection:
            site = read_site(SITE, "site")
            assert isinstance(site, SiteFile)
            return [(r.device, r.was, r.now) for r in renames.elsewhere(connection, site.site)]

    home.until(lambda: ("ytterdør", "door", "dør") in found(), "the rename")
    with closing(connect(home.house.database)) as connection:
        read = read_site(SITE, "site")
        assert isinstance(read, SiteFile)
        accepted = renames.accept(connection, read.site, "ytterdør", "tor", CLOCK)
        assert isinstance(accepted, Changed), accepted
        again = renames.accept(connection, home.site, "ytterdør", "tor", CLOCK)
    assert home.site.devices[0].address == "dør"
    assert not isinstance(again, Changed)
    client.disconnect()
    client.loop_stop()
