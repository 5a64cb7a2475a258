"""Nobody speaks for another's device: the accounts that a site gets, tried one by one on a real broker."""

from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from hub.__main__ import main
from tests.end_to_end.test_broker import connected
from tests.patience import PATIENCE
from tests.servers import Mosquitto, need_mosquitto
from tests.unit.test_accounts import SITE

pytestmark = pytest.mark.broker

TOPICS = {
    "vaka/solbakken/readings/dør 1A": {"hub", "dør 1A"},
    "vaka/solbakken/readings/bed-1a": {"hub", "bed-1a"},
    "vaka/annet/readings/bed-1a": {"hub"},
    "vaka/solbakken/alerts/1": {"hub"},
    "vaka/solbakken/readings/alerts": {"hub"},
    "vaka/solbakken/readings/zigbee-sol": {"hub"},
    "alerts/events/rpc": {"hub", "shelly"},
    "alerts/rpc": {"hub", "shelly"},
    "shelly/events/rpc": {"hub", "shelly"},
    "vaka/solbakken/readings/zigbee-dør": {"hub"},
    "zigbee/sol/zigbee-dør": {"hub", "zigbee-sol"},
    "zigbee/nord/zigbee-dør": {"hub", "zigbee-nord"},
    "zigbee/sol/bridge/request/permit_join": {"hub", "zigbee-sol"},
    "shellyplus-a8/events/rpc": {"hub", "shellyplus-a8", "shelly"},
    "shellyplus-b9/events/rpc": {"hub", "shelly"},
    "shellies/shellyplus-a8/relay/0": {"hub", "shellyplus-a8", "shelly"},
    "shellies/shellyplus-b9/relay/0": {"hub", "shelly"},
    "homeassistant/sensor/x/config": {"hub"},
}
"""Topic → the accounts that may publish there. All others are refused."""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    need_mosquitto()
    broker = Mosquitto(tmp_path / "mosquitto")
    broker.prepare()
    (tmp_path / "house.yaml").write_text(SITE)
    assert main(["accounts", str(broker.folder / "accounts"), "--file", str(tmp_path / "house.yaml")]) == 0
    broker.start()
    yield broker
    broker.kill()


def _users(broker: Mosquitto) -> dict[str, str]:
    lines = (broker.folder / "accounts" / "passwords").read_text().splitlines()
    return {broker.username: broker.password, **dict(line.split(":") for line in lines)}


def test_each_account_may_say_what_is_its_own_and_nothing_else(broker: Mosquitto) -> None:
    users = _users(broker)
    allowed = {
        topic: {name for name in users if _may_publish(broker, name, users[name], topic)} for topic in TOPICS
    }
    assert allowed == TOPICS


def test_a_device_hears_no_alert_and_a_lamp_hears_alerts_alone(broker: Mosquitto) -> None:
    users = _users(broker)
    heard = {name: _hears(broker, name, users[name]) for name in users}
    assert heard.pop("hub") == {"alert", "reading"}
    assert heard.pop("alerts") == {"alert"}
    assert set().union(*heard.values()) == set()


def test_the_account_that_all_gateways_share_is_gone(broker: Mosquitto) -> None:
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, "old", protocol=mqtt.MQTTv5)
    client.username_pw_set(broker.gateway_username, broker.gateway_password)
    answers: list[int] = []
    client.on_connect = lambda _c, _u, _f, reason, _p: answers.append(reason.value)
    client.connect("127.0.0.1", broker.port)
    while not answers:
        assert client.loop(timeout=PATIENCE) == mqtt.MQTT_ERR_SUCCESS or answers
    assert answers == [0x87]


def _may_publish(broker: Mosquitto, name: str, password: str, topic: str) -> bool:
    with connected(broker, f"try {name}", user=(name, password)) as client:
        reasons: list[int] = []
        client.on_publish = lambda _c, _u, _m, reason, _p: reasons.append(reason.value)
        client.publish(topic, b"{}", qos=1).wait_for_publish(PATIENCE)
        assert len(reasons) == 1
    return reasons[0] < 0x80


def _hears(broker: Mosquitto, name: str, password: str) -> set[str]:
    """What reaches an account that asks for everything, of an alert, a reading and its own last word."""
    with connected(broker, f"listen {name}", user=(name, password), to="#") as client:
        with connected(broker, "speak") as hub:
            properties = Properties(PacketTypes.PUBLISH)
            for topic, word in (("alerts/1", b"alert"), ("readings/andre", b"reading")):
                hub.publish(f"vaka/solbakken/{topic}", word, qos=1, properties=properties).wait_for_publish(
                    10
                )
        # What was published before a later subscription was answered has been delivered, or never will be.
        client.subscribed.clear()
        client.subscribe("end", qos=1)
        assert client.subscribed.wait(PATIENCE)
    return {message.payload.decode() for message in client.arrived}
