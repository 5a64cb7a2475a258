"""The gateway at a real Mosquitto: sessions, acknowledgements, refusals, receipts and the marker."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties, VariableByteIntegers

from hub.mqtt.broker import BrokerAccess
from hub.mqtt.connection import SessionTerms
from hub.mqtt.gateway import Gateway
from hub.mqtt.inbox import BacklogDrained, ConnectionChange, Delivery, Item
from tests.patience import PATIENCE, until
from tests.servers import Mosquitto, free_port

pytestmark = pytest.mark.broker

QUICK = SessionTerms(retry_first=0.05, retry_longest=0.2)
TOPIC = "vaka/hjem/readings/"
on_both_paths = pytest.mark.parametrize("fast", [True, False], ids=["fast", "plain"])


def now() -> datetime:
    return datetime.now(UTC)


class Hub:
    """A gateway and what came out of it so far. Acknowledges nothing by itself."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.items: list[Item] = []

    @property
    def deliveries(self) -> list[Delivery]:
        return [item for item in self.items if isinstance(item, Delivery)]

    @property
    def payloads(self) -> list[bytes]:
        return [delivery.payload for delivery in self.deliveries]

    def hear(self, enough: Callable[[], object], what: str, acknowledge: bool = False) -> None:
        deadline = time.monotonic() + PATIENCE
        while not enough():
            assert time.monotonic() < deadline, (
                f"{what}; came: {self.items[-5:]}, trouble: {self.gateway.trouble}"
            )
            batch = self.gateway.inbox.take(0.1)
            self.items += batch
            if acknowledge:
                self.gateway.acknowledge(batch)

    def hear_backlog(self, acknowledge: bool = False) -> BacklogDrained:
        """Everything up to the next marker."""
        known = len(self.items)
        self.hear(
            lambda: any(isinstance(item, BacklogDrained) for item in self.items[known:]),
            "no marker",
            acknowledge,
        )
        return next(item for item in self.items[known:] if isinstance(item, BacklogDrained))


def access(broker: Mosquitto, password: str | None = None) -> BrokerAccess:
    file = broker.folder / "password-of-the-hub"
    file.write_text((password or broker.password) + "\n")
    return BrokerAccess("127.0.0.1", broker.port, username=broker.username, password_file=file)


@contextmanager
def hub(
    where: BrokerAccess,
    *,
    client_id: str = "vaka-hub-hjem",
    filters: Sequence[str] = (TOPIC + "+",),
    terms: SessionTerms = QUICK,
    fast: bool = True,
) -> Iterator[Hub]:
    gateway = Gateway(
        where, site="hjem", client_id=client_id, filters=filters, now=now, terms=terms, fast=fast
    )
    assert gateway.fast == fast
    gateway.start()
    try:
        yield Hub(gateway)
    finally:
        gateway.stop()


@contextmanager
def sensors(broker: Mosquitto) -> Iterator[Callable[..., None]]:
    """Publishes and returns when the broker has confirmed, also across a restart of the broker."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, "sensors", protocol=MQTTProtocolVersion.MQTTv5)
    client.username_pw_set(broker.username, broker.password)
    client.max_inflight_messages = 1000
    confirmed: set[int] = set()
    client.on_publish = lambda _c, _u, mid, _r, _p: confirmed.add(mid)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    until(client.is_connected, "the sensors are connected")

    def publish(
        *payloads: bytes,
        topic: str = TOPIC + "dør",
        qos: int = 1,
        retain: bool = False,
        properties: Properties | None = None,
    ) -> None:
        mids = {client.publish(topic, payload, qos, retain, properties).mid for payload in payloads}
        until(lambda: mids <= confirmed, "the broker confirms the sensors' messages")

    yield publish
    client.disconnect()
    client.loop_stop()


def numbered(count: int, start: int = 0) -> list[bytes]:
    return [b"%d" % number for number in range(start, start + count)]


@on_both_paths
def test_a_message_is_handed_over_as_it_came_with_the_hubs_time(mosquitto: Mosquitto, fast: bool) -> None:
    with hub(access(mosquitto), fast=fast) as home, sensors(mosquitto) as publish:
        home.hear_backlog()
        before = now()
        publish(b'{"open": true}')
        home.hear(lambda: home.deliveries, "the message")
        (delivery,) = home.deliveries
        assert (delivery.topic, delivery.payload) == (TOPIC + "dør", b'{"open": true}')
        assert before <= delivery.received_at <= now()
        assert not delivery.retained
        assert not delivery.redelivered
        assert delivery.mid > 0


@on_both_paths
def test_what_was_sent_while_the_hub_was_away_comes_in_order(mosquitto: Mosquitto, fast: bool) -> None:
    with hub(access(mosquitto), fast=fast) as home:
        home.hear_backlog()
        first = home.items[0]
        assert isinstance(first, ConnectionChange)
        assert (first.connected, first.session_present) == (True, False)
    with sensors(mosquitto) as publish:
        publish(*numbered(500))
    with hub(access(mosquitto), fast=fast) as home:
        home.hear_backlog(acknowledge=True)
        first = home.items[0]
        assert isinstance(first, ConnectionChange)
        assert (first.connected, first.session_present) == (True, True)
        assert home.payloads == numbered(500)


def test_the_marker_comes_behind_all_that_the_broker_kept_ten_times_of_ten(mosquitto: Mosquitto) -> None:
    with hub(access(mosquitto)) as home:
        home.hear_backlog(acknowledge=True)
    for _ in range(10):
        with sensors(mosquitto) as publish:
            publish(*numbered(640))
        with hub(access(mosquitto)) as home:
            drained = home.hear_backlog(acknowledge=True)
            assert not drained.capped
            before_marker = home.items[: home.items.index(drained)]
            assert [item.payload for item in before_marker if isinstance(item, Delivery)] == numbered(640)


@on_both_paths
def test_only_what_was_acknowledged_is_gone_from_the_session(mosquitto: Mosquitto, fast: bool) -> None:
    with hub(access(mosquitto), fast=fast) as home, sensors(mosquitto) as publish:
        home.hear_backlog(acknowledge=True)
        publish(*numbered(10))
        home.hear(lambda: len(home.deliveries) == 10, "ten messages")
        home.gateway.acknowledge(home.deliveries[:4])
    with hub(access(mosquitto), fast=fast) as home:
        home.hear_backlog()
        assert home.payloads == numbered(6, start=4)
        assert all(delivery.redelivered for delivery in home.deliveries)


HUB_THAT_COMMITS_NOTHING = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from hub.mqtt.broker import BrokerAccess
from hub.mqtt.gateway import Gateway
from hub.mqtt.inbox import Delivery
host = BrokerAccess("127.0.0.1", int(sys.argv[1]), username="hub", password_file=Path(sys.argv[2]))
gateway = Gateway(host, site="hjem", client_id="vaka-hub-hjem", filters=["vaka/hjem/readings/+"],
                  now=lambda: datetime.now(UTC))
gateway.start()
while True:
    for item in gateway.inbox.take(1.0):
        if isinstance(item, Delivery):
            print(item.mid, item.payload.decode(), flush=True)
"""


@on_both_paths
def test_after_a_kill_the_unacknowledged_come_again_with_the_same_identifiers(
    mosquitto: Mosquitto, fast: bool
) -> None:
    where = access(mosquitto)
    with hub(where, fast=fast) as home:
        home.hear_backlog(acknowledge=True)
    with sensors(mosquitto) as publish:
        publish(*numbered(20))
    command = [sys.executable, "-c", HUB_THAT_COMMITS_NOTHING, str(mosquitto.port), str(where.password_file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as child:
        assert child.stdout is not None
        heard = [tuple(child.stdout.readline().split()) for _ in range(20)]
        child.kill()
    with hub(where, fast=fast) as home:
        home.hear_backlog()
        assert [(str(d.mid), d.payload.decode()) for d in home.deliveries] == heard
        assert all(delivery.redelivered for delivery in home.deliveries)
        assert [number for _, number in heard] == [str(number) for number in range(20)]


def test_an_acknowledgement_never_reaches_another_connection(mosquitto: Mosquitto) -> None:
    where = access(mosquitto)
    with hub(where) as home, sensors(mosquitto) as publish:
        home.hear_backlog(acknowledge=True)
        publish(*numbered(5))
        home.hear(lambda: len(home.deliveries) == 5, "five messages")
        old = home.deliveries
    with hub(where) as home:
        home.hear_backlog()
        assert home.payloads == numbered(5)
    # The same identifiers mean other deliveries on the next connection.
    with hub(where) as home, sensors(mosquitto) as publish:
        home.hear_backlog()
        mosquitto.stop()
        home.hear(lambda: isinstance(home.items[-1], ConnectionChange), "the end of the connection")
        first_connection = home.deliveries
        assert [d.mid for d in first_connection] == [d.mid for d in old]
        mosquitto.start()
        home.hear_backlog()
        home.gateway.acknowledge(first_connection)
    with hub(where) as home:
        home.hear_backlog()
        assert home.payloads == numbered(5)


@on_both_paths
def test_a_broker_restarted_under_load_loses_nothing(mosquitto: Mosquitto, fast: bool) -> None:
    confirmed: list[bytes] = []
    with hub(access(mosquitto), fast=fast) as home:
        home.hear_backlog(acknowledge=True)
        with sensors(mosquitto) as publish:

            def load() -> None:
                for number in range(0, 3000, 50):
                    publish(*numbered(50, number))
                    confirmed.extend(numbered(50, number))

            thread = threading.Thread(target=load)
            thread.start()
            for stop in (500, 1500):
                home.hear(
                    lambda stop=stop: len(set(home.payloads)) >= stop, f"{stop} messages", acknowledge=True
                )
                mosquitto.restart()
            home.hear(lambda: len(set(home.payloads)) >= 3000, "3000 messages", acknowledge=True)
            thread.join(PATIENCE)
        assert set(home.payloads) == set(confirmed)
        first_time = list(dict.fromkeys(home.payloads))
        assert first_time == numbered(3000)
        changes = [item.connected for item in home.items if isinstance(item, ConnectionChange)]
        assert changes == [True, False, True, False, True]


def test_a_wrong_password_is_told_and_tried_again(mosquitto: Mosquitto) -> None:
    where = access(mosquitto, password="wrong")
    with hub(where) as home:
        home.hear(lambda: home.items, "the failed attempt")
        (change,) = home.items
        assert isinstance(change, ConnectionChange)
        assert not change.connected
        trouble = home.gateway.trouble
        assert trouble is not None
        assert trouble.startswith(
            f"mqtt://127.0.0.1:{mosquitto.port} does not let in the user 'hub' with the password in "
        )
        assert change.reason == trouble
        access(mosquitto)  # the right one is put into the file
        home.hear_backlog()
        assert home.gateway.trouble is None


def test_a_missing_password_file_is_told(mosquitto: Mosquitto, tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    where = BrokerAccess("127.0.0.1", mosquitto.port, username="hub", password_file=missing)
    with hub(where) as home:
        home.hear(lambda: home.items, "the failed attempt")
        assert home.gateway.trouble == f"{missing} can't be read: No such file or directory"


def test_a_broker_that_is_not_there_is_told_and_found_when_it_comes(mosquitto: Mosquitto) -> None:
    where = access(mosquitto)
    mosquitto.stop()
    with hub(where) as home:
        home.hear(lambda: home.items, "the failed attempt")
        assert home.gateway.trouble == f"mqtt://127.0.0.1:{mosquitto.port}: nobody listens there"
        mosquitto.start()
        home.hear_backlog()
        assert home.gateway.trouble is None


def test_a_broker_that_hangs_is_noticed_and_found_again(mosquitto: Mosquitto) -> None:
    with hub(access(mosquitto), terms=SessionTerms(keepalive=1, retry_first=0.05)) as home:
        home.hear_backlog(acknowledge=True)
        assert mosquitto.process is not None
        mosquitto.process.send_signal(signal.SIGSTOP)
        home.hear(lambda: isinstance(home.items[-1], ConnectionChange), "the end of the connection")
        assert home.gateway.trouble == f"mqtt://127.0.0.1:{mosquitto.port} has gone silent"
        mosquitto.process.send_signal(signal.SIGCONT)
        home.hear_backlog(acknowledge=True)
        assert home.gateway.trouble is None


@on_both_paths
def test_tls_with_the_installations_authority_is_let_in(mosquitto: Mosquitto, fast: bool) -> None:
    plain = access(mosquitto)
    where = BrokerAccess(
        "localhost", mosquitto.tls_port, True, plain.username, plain.password_file, mosquitto.ca
    )
    with hub(where, fast=fast) as home, sensors(mosquitto) as publish:
        home.hear_backlog(acknowledge=True)
        publish(*numbered(300), b"x" * 1_000_000)
        home.hear(lambda: len(home.deliveries) == 301, "301 messages", acknowledge=True)
        assert home.payloads == [*numbered(300), b"x" * 1_000_000]


# paho leaves the socket of a failed handshake to the garbage collector, which warns.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broker_whose_certificate_another_authority_signed_is_refused(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    subprocess.run(
        [Path(__file__).parents[2] / "deploy" / "certificates", tmp_path / "other", "localhost"], check=True
    )
    plain = access(mosquitto)
    wrong = tmp_path / "other" / "ca.crt"
    where = BrokerAccess("localhost", mosquitto.tls_port, True, plain.username, plain.password_file, wrong)
    with hub(where) as home:
        home.hear(lambda: home.items, "the failed attempt")
        trouble = home.gateway.trouble
        assert trouble is not None
        assert trouble.startswith(
            f"mqtts://localhost:{mosquitto.tls_port} has a certificate that is not trusted"
        )
        assert str(wrong) in trouble
        assert not home.gateway.connected


@on_both_paths
def test_messages_of_any_quality_and_a_large_one_arrive(mosquitto: Mosquitto, fast: bool) -> None:
    large = bytes(range(256)) * 4096
    assert len(large) == 1024 * 1024
    with hub(access(mosquitto), fast=fast) as home, sensors(mosquitto) as publish:
        home.hear_backlog(acknowledge=True)
        for qos in (0, 1, 2):
            publish(b"qos %d" % qos, qos=qos)
        publish(b"", large, b"after")
        home.hear(lambda: len(home.deliveries) == 6, "six messages", acknowledge=True)
        assert home.payloads == [b"qos 0", b"qos 1", b"qos 2", b"", large, b"after"]


def test_a_retained_message_comes_once_and_is_told_as_such(mosquitto: Mosquitto) -> None:
    with sensors(mosquitto) as publish:
        publish(b"old state", retain=True)
        with hub(access(mosquitto)) as home:
            home.hear_backlog(acknowledge=True)
            # It may come after the marker: the subscription is new, this is no backlog.
            home.hear(lambda: home.deliveries, "the retained message", acknowledge=True)
            assert [(d.payload, d.retained) for d in home.deliveries] == [(b"old state", True)]
            publish(b"new state", retain=True)
            home.hear(lambda: len(home.deliveries) == 2, "the live message", acknowledge=True)
            assert not home.deliveries[1].retained
        with hub(access(mosquitto)) as home:
            home.hear_backlog(acknowledge=True)
            assert home.deliveries == []


def test_a_publication_is_confirmed_by_the_broker_or_fails_aloud(mosquitto: Mosquitto) -> None:
    with hub(access(mosquitto), filters=["vaka/hjem/alerts/#"]) as home:
        assert (
            not home.gateway.publish("vaka/hjem/lamps/1", b"{}", retain=True).wait(0)
            or home.gateway.connected
        )
        home.hear_backlog(acknowledge=True)
        receipts = [home.gateway.publish("vaka/hjem/alerts/1", b"%d" % n, retain=True) for n in range(200)]
        assert all(receipt.wait(PATIENCE) for receipt in receipts)
        home.hear(lambda: len(home.deliveries) == 200, "our own publications", acknowledge=True)
        mosquitto.stop()
        home.hear(lambda: not home.gateway.connected, "the end of the connection")
        receipt = home.gateway.publish("vaka/hjem/alerts/1", b"{}", retain=True)
        assert not receipt.wait(1)
        assert receipt.failure == "not connected to the broker"
        with pytest.raises(ValueError, match="is no topic to publish to"):
            home.gateway.publish("vaka/#", b"", retain=False)


def test_the_hub_says_that_it_is_there_and_the_broker_that_it_is_not(mosquitto: Mosquitto) -> None:
    where = access(mosquitto)
    with hub(where, client_id="watch", filters=["vaka/hjem/hub/status"]) as watch:
        watch.hear_backlog(acknowledge=True)
        watch.items.clear()
        with hub(where) as home:
            home.hear_backlog()
            watch.hear(lambda: watch.payloads[-1:] == [b"online"], "online", acknowledge=True)
        watch.hear(lambda: watch.payloads[-1:] == [b"offline"], "offline after a stop", acknowledge=True)
        command = [
            sys.executable,
            "-c",
            HUB_THAT_COMMITS_NOTHING,
            str(mosquitto.port),
            str(where.password_file),
        ]
        with subprocess.Popen(command, cwd=Path(__file__).parents[2]) as child:
            watch.hear(lambda: watch.payloads[-1:] == [b"online"], "online again", acknowledge=True)
            child.kill()
        watch.hear(
            lambda: watch.payloads[-1:] == [b"offline"], "the last will after a kill", acknowledge=True
        )


def test_a_marker_that_does_not_come_back_is_said_after_a_silence(mosquitto: Mosquitto) -> None:
    with hub(of_a_gateway(mosquitto), terms=SessionTerms(marker_cap=0.2)) as home:
        assert home.hear_backlog().capped
        assert home.gateway.connected


def of_a_gateway(broker: Mosquitto) -> BrokerAccess:
    """An account that may neither write nor read the marker's topic."""
    file = broker.folder / "password-of-a-gateway"
    file.write_text(broker.gateway_password)
    return BrokerAccess("127.0.0.1", broker.port, username=broker.gateway_username, password_file=file)


def test_a_marker_that_never_comes_back_holds_nothing_up_even_while_messages_flow(
    mosquitto: Mosquitto,
) -> None:
    terms = SessionTerms(marker_cap=0.3, marker_longest=1.0)
    topic = "zigbee2mqtt/dør"  # what this account may hear
    with hub(of_a_gateway(mosquitto), filters=[topic], terms=terms) as home, sensors(mosquitto) as publish:
        stopping = threading.Event()

        def flow() -> None:
            while not stopping.wait(0.05):
                publish(b"{}", topic=topic)

        thread = threading.Thread(target=flow)
        thread.start()
        try:
            drained = home.hear_backlog(acknowledge=True)
        finally:
            stopping.set()
            thread.join(PATIENCE)
        assert drained.capped
        first = home.items[0]
        assert isinstance(first, ConnectionChange)
        silence = (
            drained.at - home.deliveries[-1].received_at
        )  # on a busy machine the sensor may pause as well
        assert drained.at - first.at >= timedelta(seconds=0.9) or silence >= timedelta(seconds=0.2)


def test_what_the_broker_does_not_let_us_publish_is_told_until_it_does(mosquitto: Mosquitto) -> None:
    with hub(of_a_gateway(mosquitto)) as home:
        until(lambda: home.gateway.connected and home.gateway.trouble, "the refusal is told")
        trouble = str(home.gateway.trouble)
        assert "does not let us publish to vaka/hjem/hub/" in trouble
        assert trouble.endswith("Not authorized")


def test_another_hub_with_the_same_client_id_is_hinted_at(mosquitto: Mosquitto) -> None:
    """Not every Mosquitto says why it ends a connection that was taken over."""
    patient = SessionTerms(retry_first=5)
    with hub(access(mosquitto), terms=patient) as first:
        first.hear_backlog(acknowledge=True)
        with hub(access(mosquitto), terms=patient) as second:
            second.hear_backlog(acknowledge=True)
            first.hear(lambda: isinstance(first.items[-1], ConnectionChange), "the end of the connection")
            change = first.items[-1]
            assert isinstance(change, ConnectionChange)
            assert "another hub" in change.reason
            assert "client id 'vaka-hub-hjem'" in change.reason


def packed(value: bytes, count: int) -> Properties:
    """The pair ("a", `value`) so many times over. Paho itself packs many in the square of their number."""
    pair = b"\x26\x00\x01a" + len(value).to_bytes(2, "big") + value

    class Packed(Properties):
        def pack(self) -> bytes:
            return VariableByteIntegers.encode(len(pair) * count) + pair * count

    return Packed(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]


@on_both_paths
@pytest.mark.parametrize("what", ["a byte order mark", "two megabytes"])
def test_help_pressed_behind_a_message_with_harmful_properties_arrives_all_the_same(
    mosquitto: Mosquitto, what: str, fast: bool
) -> None:
    properties = packed(*{"a byte order mark": (b"\xef\xbb\xbfx", 1), "two megabytes": (b"b", 300_000)}[what])
    with hub(access(mosquitto), fast=fast) as home, sensors(mosquitto) as publish:
        home.hear_backlog(acknowledge=True)
        publish(b"harmful", properties=properties)
        publish(b"help")
        home.hear(lambda: len(home.deliveries) == 2, "the help press", acknowledge=True)
        assert home.payloads == [b"harmful", b"help"]
        assert [change.connected for change in home.items if isinstance(change, ConnectionChange)] == [True]
    with hub(access(mosquitto), fast=fast) as home:
        home.hear_backlog(acknowledge=True)
        assert home.deliveries == []


def test_a_stopped_gateway_leaves_no_thread_and_takes_no_more(mosquitto: Mosquitto) -> None:
    with hub(access(mosquitto)) as home:
        home.hear_backlog()
    assert not home.gateway.connected
    assert [thread.name for thread in threading.enumerate() if thread.name == "gateway"] == []
    assert home.gateway.inbox.take(0.01) == []


def test_a_hub_at_an_address_without_a_broker_stops_at_once() -> None:
    started = time.monotonic()
    with hub(BrokerAccess("127.0.0.1", free_port())) as home:
        home.hear(lambda: home.items, "the failed attempt")
    assert time.monotonic() - started < PATIENCE
