"""The embedded broker and the gateway at it: MQTT 3.1.1, and nothing lost when either of them is killed."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hub.doctor import on_broker
from hub.mqtt.broker import BrokerAccess
from hub.mqtt.embedded_broker import BrokerStartError, EmbeddedBroker
from hub.settings import Settings
from tests.broker.test_gateway import QUICK, TOPIC, Hub, hub, numbered, until
from tests.patience import PATIENCE
from tests.servers import free_port, listens

pytestmark = pytest.mark.broker
FILTERS = (TOPIC + "+", "zigbee2mqtt/#", "tele/+/SENSOR")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    embedded = EmbeddedBroker(tmp_path / "broker", free_port())
    embedded.start()
    yield embedded
    embedded.stop()


@contextmanager
def home_at(broker: EmbeddedBroker) -> Iterator[Hub]:
    with hub(broker.access, filters=FILTERS) as home:
        yield home


def publish(broker: EmbeddedBroker, *payloads: bytes) -> None:
    """Each on three topics, by a client of its own, until the broker has confirmed all."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, "sensors")
    client.username_pw_set(broker.access.username, broker.access.password())
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    until(client.is_connected, "the sensors are connected")
    topics = (TOPIC + "a", "zigbee2mqtt/b/c", "tele/d/SENSOR")
    for info in [client.publish(topic, payload, qos=1) for payload in payloads for topic in topics]:
        info.wait_for_publish(PATIENCE)
    client.disconnect()
    client.loop_stop()


def assert_each_topic_in_order(home: Hub, payloads: list[bytes]) -> None:
    for topic in (TOPIC + "a", "zigbee2mqtt/b/c", "tele/d/SENSOR"):
        assert [d.payload for d in home.deliveries if d.topic == topic] == payloads


def test_a_broker_of_the_older_protocol_is_spoken_to_in_it(broker: EmbeddedBroker) -> None:
    with home_at(broker) as home:
        home.hear_backlog(acknowledge=True)
        publish(broker, b"1")
        home.hear(lambda: len(home.deliveries) == 3, "the messages", acknowledge=True)
        assert home.gateway.trouble is None


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_what_waits_for_the_hub_survives_the_broker_and_lies_before_the_marker(
    broker: EmbeddedBroker, how: signal.Signals
) -> None:
    with home_at(broker) as home:
        home.hear_backlog(acknowledge=True)
    publish(broker, *numbered(200))
    os.kill(int((broker.folder / "pid").read_text()), how)
    broker.stop()
    broker.start()
    with home_at(broker) as home:
        home.hear_backlog(acknowledge=True)
        assert_each_topic_in_order(home, numbered(200))


def test_what_was_not_acknowledged_comes_again_before_the_marker(broker: EmbeddedBroker) -> None:
    with home_at(broker) as home:
        home.hear_backlog(acknowledge=True)
        publish(broker, *numbered(10))
        home.hear(lambda: len(home.deliveries) >= 30, "the messages")
    with home_at(broker) as home:
        home.hear_backlog(acknowledge=True)
        assert all(delivery.redelivered for delivery in home.deliveries)
        assert_each_topic_in_order(home, numbered(10))


def test_a_wrong_password_is_told(broker: EmbeddedBroker, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("wrong")
    wrong = BrokerAccess("127.0.0.1", broker.port, username="vaka", password_file=tmp_path / "wrong")
    with hub(wrong, terms=QUICK) as home:
        home.hear(lambda: home.items, "the failed attempt")
        assert "does not let in the user 'vaka' with the password in" in str(home.gateway.trouble)


def test_a_subscription_that_the_broker_refuses_is_told(broker: EmbeddedBroker) -> None:
    # It gives a session 65,535 messages in flight in all, and each of these subscriptions takes 4,096.
    with hub(broker.access, filters=[f"way-in-{number}/#" for number in range(20)]) as home:
        home.hear_backlog()
        assert "does not let us subscribe to way-in-" in str(home.gateway.trouble)
        assert home.gateway.connected


RUN_THAT_IS_KILLED = """
import sys, time
from pathlib import Path
from hub.mqtt.broker import BrokerAccess
from hub.mqtt.embedded_broker import EmbeddedBroker
EmbeddedBroker(Path(sys.argv[1]), int(sys.argv[2])).start()
print("started", flush=True)
time.sleep(60)
"""


def test_a_broker_left_over_by_a_killed_run_is_replaced(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-c", RUN_THAT_IS_KILLED, str(tmp_path / "broker"), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == b"started\n"
        run.kill()
    assert listens(port)
    left_over = (tmp_path / "broker" / "pid").read_text()
    successor = EmbeddedBroker(tmp_path / "broker", port)
    successor.start()
    try:
        assert (tmp_path / "broker" / "pid").read_text() != left_over
    finally:
        successor.stop()
    assert not listens(port)


def test_a_broker_that_is_killed_is_started_again_and_what_is_sent_then_comes_in(
    broker: EmbeddedBroker,
) -> None:
    said: list[str] = []
    stopping = Event()
    keeper = Thread(target=broker.keep_running, args=[stopping, said.append])
    keeper.start()
    try:
        with home_at(broker) as home:
            home.hear_backlog(acknowledge=True)
            os.kill(int((broker.folder / "pid").read_text()), signal.SIGKILL)
            home.hear_backlog(acknowledge=True)
            publish(broker, b"1")
            home.hear(lambda: len(home.deliveries) == 3, "the messages", acknowledge=True)
    finally:
        stopping.set()
        keeper.join()
    assert said == ["the broker has ended; it is started again"]


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(BrokerStartError, match=f"something else listens at 127.0.0.1:{port}"):
            EmbeddedBroker(tmp_path / "broker", port).start()


def test_its_secrets_are_readable_by_nobody_else(broker: EmbeddedBroker) -> None:
    for name in ("password", "nats-server.json"):
        assert (broker.folder / name).stat().st_mode & 0o077 == 0


def test_the_doctor_asks_a_demos_own_broker_and_knows_how_to_start_it(
    broker: EmbeddedBroker, tmp_path: Path
) -> None:
    demo = Settings(data=tmp_path)
    assert [remark.state for remark in on_broker(demo)] == ["ok"]
    broker.stop()
    (remark,) = on_broker(demo)
    assert remark.state == "wrong"
    assert remark.cure == f"start the demo again: vaka demo --data {tmp_path}"
    (remark,) = on_broker(Settings(data=tmp_path, broker=f"mqtt://127.0.0.1:{broker.port}"))
    assert "VAKA_BROKER" in remark.cure, "of a broker that somebody named"
