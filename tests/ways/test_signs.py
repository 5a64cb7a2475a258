"""Lamps, signs and pagers on a real broker: what stands there is true now, and nobody speaks for a sensor."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Condition
from typing import Any

import pytest
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from hub.mqtt.announcer import Announcer
from hub.mqtt.broker import BrokerAccess
from hub.signs import Signs, alive_topic
from hub.ways.pager import Pager, why_unusable
from hub.ways.way import Message
from tests.patience import PATIENCE
from tests.servers import Mosquitto
from tests.world import World

pytestmark = pytest.mark.broker
SITE = """
site: test
name: Solbakken
units: [{id: sol, name: Solsida}, {id: nord, name: Nordsida}]
rooms: [{id: 3B, unit: sol}]
residents: [{id: r-anna, name: Anna, room: 3B}]
devices:
  - {id: 3B button, room: 3B, role: help_button, gateway: native}
  - {id: 3B door, room: 3B, role: outer_door, gateway: native}
rules: [{rule: help-button}, {rule: door-open}]
people: [{id: kari, name: Kari, role: carer}]
"""
NIGHT = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)


class Corridor:
    """Hears all that is said below `vaka/`, as lamps and pagers do."""

    def __init__(self, mosquitto: Mosquitto) -> None:
        self.shown: dict[str, str] = {}
        self.heard: list[tuple[str, str]] = []
        self._news = Condition()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe("vaka/#", qos=1)
        self._client.on_message = self._hear
        self._client.username_pw_set(mosquitto.username, mosquitto.password)
        self._client.connect("127.0.0.1", mosquitto.port)
        self._client.loop_start()

    def _hear(self, _: mqtt.Client, __: Any, message: mqtt.MQTTMessage) -> None:
        with self._news:
            self.shown[message.topic] = message.payload.decode()
            self.heard.append((message.topic, message.payload.decode()))
            self._news.notify_all()

    def until(self, wanted: Callable[[], bool], what: str) -> None:
        with self._news:
            assert self._news.wait_for(wanted, PATIENCE), f"{what}; there stands {self.shown}"

    def sign(self, place: str) -> dict[str, Any] | None:
        found = self.shown.get(f"vaka/test/signs/{place}")
        return json.loads(found) if found else None

    def until_sign(self, place: str, priority: str | None, unanswered: str | None) -> None:
        def so() -> bool:
            sign = self.sign(place)
            return sign is not None and (sign["priority"], sign["unanswered"]) == (priority, unanswered)

        self.until(so, f"{place}: {priority}, unanswered {unanswered}")

    def leave(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[World]:
    (tmp_path / "house").mkdir()
    made = World(tmp_path / "house", SITE, NIGHT)
    yield made
    made.stop()


def announcer(mosquitto: Mosquitto) -> Announcer:
    access = BrokerAccess("127.0.0.1", mosquitto.port, False, mosquitto.username, mosquitto.password_file)
    return Announcer(access, "vaka-hub-test-signs", alive_topic("test"))


def test_a_lamp_shows_the_highest_that_stands_there_and_goes_out_with_the_last(
    house: World, mosquitto: Mosquitto
) -> None:
    corridor, out = Corridor(mosquitto), announcer(mosquitto)
    signs = Signs(house.database, lambda: house.site, out)
    out.start()
    signs.start()
    try:
        corridor.until_sign("rooms/3B", None, None)
        house.says("3B door", open=True)
        house.passes(timedelta(minutes=6))
        corridor.until_sign("units/sol", "medium", "medium")
        house.says("3B button", pressed="single")
        corridor.until_sign("rooms/3B", "high", "high")
        house.desk.accept(house.alert("help-button").id, "kari")
        corridor.until_sign("rooms/3B", "high", "medium")
        mosquitto.restart()
        house.desk.close(house.alert("help-button").id, "kari", "helped")
        corridor.until_sign("rooms/3B", "medium", "medium")
        house.desk.close(house.alert("door-open").id, "kari", "helped")
        corridor.until_sign("rooms/3B", None, None)
        corridor.until_sign("units/sol", None, None)
        assert corridor.sign("units/nord") == {
            "priority": None, "unanswered": None, "alerts": 0, "since": None,
        }  # fmt: skip
        assert corridor.shown[alive_topic("test")] == "online"
    finally:
        signs.stop()
        out.stop()
    corridor.until(lambda: corridor.shown[alive_topic("test")] == "offline", "the hub went")
    said = " ".join(payload for _, payload in corridor.heard)
    assert "Anna" not in said
    assert "r-anna" not in said
    corridor.leave()


def test_a_pager_gets_its_message_with_the_id_of_each_repetition(house: World, mosquitto: Mosquitto) -> None:
    corridor, out = Corridor(mosquitto), announcer(mosquitto)
    message = Message(
        "vaka-test-7", "test", "kari", "pager-7", True, "HØYT varsel: 3B", "", NIGHT, (1,), (7,)
    )
    assert Pager(out).send(message) is not None, "there is no connection yet"
    out.start()
    try:
        corridor.until(lambda: corridor.shown.get(alive_topic("test")) == "online", "the connection")
        assert Pager(out).send(message) is None
        assert Pager(out).send(message) is None
        corridor.until(lambda: len(pages(corridor)) == 2, "both pages")
    finally:
        out.stop()
        corridor.leave()
    assert {page["id"] for page in pages(corridor)} == {"vaka-test-7"}
    assert pages(corridor)[0]["subject"] == "HØYT varsel: 3B"


def pages(corridor: Corridor) -> list[dict[str, Any]]:
    return [json.loads(payload) for topic, payload in corridor.heard if topic == "vaka/test/pagers/pager-7"]


@pytest.mark.parametrize("name", ["", "a/b", "#", "+", "../readings/door", "x" * 65, "pager 7", "é"])
def test_a_name_that_could_lead_elsewhere_is_no_pagers(name: str) -> None:
    assert why_unusable(name) is not None
