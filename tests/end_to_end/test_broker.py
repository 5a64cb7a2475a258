"""What the hub relies on in the broker, shown on the configuration that is deployed."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from tests.patience import PATIENCE
from tests.servers import Mosquitto

pytestmark = pytest.mark.broker


class Client(mqtt.Client):
    """paho with what arrived kept in a list, and each step waited for with a deadline."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(CallbackAPIVersion.VERSION2, name, protocol=MQTTProtocolVersion.MQTTv5, **options)
        self.answer: ReasonCode | None = None
        self.told: Properties | None = None
        self.answered = threading.Event()
        self.subscribed = threading.Event()
        self.granted: list[ReasonCode] = []
        self.arrived: list[mqtt.MQTTMessage] = []
        self.more = threading.Condition()
        self.on_connect = self._connected
        self.on_subscribe = self._subscribed
        self.on_message = self._message

    def _connected(self, _c: object, _u: object, _f: object, answer: ReasonCode, told: Properties) -> None:
        self.answer, self.told = answer, told
        self.answered.set()

    def _subscribed(self, _c: object, _u: object, _m: int, granted: list[ReasonCode], _p: object) -> None:
        self.granted = granted
        self.subscribed.set()

    def _message(self, _c: object, _u: object, message: mqtt.MQTTMessage) -> None:
        with self.more:
            self.arrived.append(message)
            self.more.notify()

    def wait_for(self, count: int) -> list[bytes]:
        """The payloads, as soon as `count` have arrived; or time is up."""
        with self.more:
            self.more.wait_for(lambda: len(self.arrived) >= count, timeout=PATIENCE)
            return [message.payload for message in self.arrived]


@contextmanager
def connected(
    broker: Mosquitto, name: str, *, user: tuple[str, str] | None = None, kept: bool = False, to: str = ""
) -> Iterator[Client]:
    client = Client(name)
    client.username_pw_set(*(user or (broker.username, broker.password)))
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = 3600 if kept else 0
    client.connect("127.0.0.1", broker.port, clean_start=not kept, properties=properties)
    client.loop_start()
    try:
        assert client.answered.wait(PATIENCE)
        assert client.answer == 0
        if to:
            client.subscribe(to, qos=1)
            assert client.subscribed.wait(PATIENCE)
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


def publish(broker: Mosquitto, topic: str, payloads: list[bytes], *, qos: int = 1) -> None:
    user = (broker.gateway_username, broker.gateway_password)
    with connected(broker, "a-gateway", user=user) as gateway:
        for payload in payloads:
            gateway.publish(topic, payload, qos=qos)
        # The acknowledgement of the last one says that the broker has them all.
        gateway.publish("tele/end", b"", qos=1).wait_for_publish(PATIENCE)


@pytest.mark.parametrize("qos", [0, 1])
@pytest.mark.parametrize("end", ["stop", "kill"])
def test_what_arrives_while_the_hub_is_away_waits_for_it_even_through_a_restart_of_the_broker(
    mosquitto: Mosquitto, end: str, qos: int
) -> None:
    with connected(mosquitto, "hub", kept=True, to="zigbee2mqtt/#"):
        pass
    sent = [b"%d" % n for n in range(3000)]
    publish(mosquitto, "zigbee2mqtt/door", sent, qos=qos)
    if end == "kill":
        mosquitto.wait_until_saved()
    getattr(mosquitto, end)()
    mosquitto.start()
    with connected(mosquitto, "hub", kept=True) as hub:
        assert hub.wait_for(len(sent)) == sent


def test_nobody_enters_without_the_right_password(mosquitto: Mosquitto) -> None:
    for user in (None, ("hub", "wrong"), ("hub", ""), ("somebody", mosquitto.password)):
        client = Client("stranger")
        if user:
            client.username_pw_set(*user)
        client.connect("127.0.0.1", mosquitto.port)
        client.loop_start()
        assert client.answered.wait(PATIENCE)
        assert client.answer == "Not authorized"
        client.disconnect()
        client.loop_stop()


def test_a_gateway_can_neither_read_nor_raise_alerts(mosquitto: Mosquitto) -> None:
    gateway = (mosquitto.gateway_username, mosquitto.gateway_password)
    with (
        connected(mosquitto, "hub", to="vaka/#") as hub,
        connected(mosquitto, "spy", user=gateway, to="vaka/#") as spy,
    ):
        hub.publish("vaka/house/alerts/1", b"alert", qos=1).wait_for_publish(PATIENCE)
        publish(mosquitto, "vaka/house/alerts/2", [b"forged"])
        publish(mosquitto, "vaka/house/readings/door", [b"reading"])
        assert hub.wait_for(2) == [b"alert", b"reading"]
        assert spy.arrived == []


def test_the_broker_is_reached_over_tls_and_only_by_who_trusts_its_authority(mosquitto: Mosquitto) -> None:
    trusting = Client("trusting")
    trusting.username_pw_set(mosquitto.username, mosquitto.password)
    trusting.tls_set(ca_certs=str(mosquitto.ca))
    trusting.connect("localhost", mosquitto.tls_port)
    trusting.loop_start()
    assert trusting.answered.wait(PATIENCE)
    assert trusting.answer == 0
    trusting.disconnect()
    trusting.loop_stop()

    with (
        socket.create_connection(("localhost", mosquitto.tls_port)) as link,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        ssl.create_default_context().wrap_socket(link, server_hostname="localhost")


def test_a_payload_too_large_for_the_hub_still_reaches_it_and_a_gateway_is_told_the_brokers_own_limit(
    mosquitto: Mosquitto,
) -> None:
    limit = 16 * 1024 * 1024
    with connected(mosquitto, "hub", to="zigbee2mqtt/#") as hub:
        publish(mosquitto, "zigbee2mqtt/bridge/devices", [b"x" * 300_000, b"y" * 4_000_000])
        assert [(body[:1], len(body)) for body in hub.wait_for(2)] == [(b"x", 300_000), (b"y", 4_000_000)]
        assert hub.told is not None
        assert hub.told.MaximumPacketSize == limit  # type: ignore[attr-defined]
