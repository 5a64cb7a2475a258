"""The fast reading path beside paho's own: the same bytes, however they are cut, give the same deliveries."""

import random
import select
import socket
import time
from collections.abc import Iterable
from datetime import UTC, datetime

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from hub.mqtt.broker import BrokerAccess
from hub.mqtt.connection import Connection, PlainClient
from hub.mqtt.gateway import Gateway
from hub.mqtt.inbox import Delivery
from hub.mqtt.paho_fast import FastClient, what_is_different

V5, V311 = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311
AT = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
PINGRESP = b"\xd0\x00"
LONG_PROPERTIES = b"\x26\x00\x01k\x00\x40" + b"v" * 64  # one user property


def packet(first: int, body: bytes) -> bytes:
    length, left = bytearray(), len(body)
    while True:
        left, low = left >> 7, left & 0x7F
        length.append(low | (0x80 if left else 0))
        if not left:
            return bytes([first]) + length + body


def length_of(body: bytes) -> bytes:
    return packet(0, body)[1 : len(packet(0, body)) - len(body)]


def publish(
    topic: bytes,
    payload: bytes,
    protocol: MQTTProtocolVersion,
    *,
    mid: int = 0,
    retain: bool = False,
    dup: bool = False,
    properties: bytes = b"",
) -> bytes:
    first = 0x30 | (8 if dup else 0) | (2 if mid else 0) | (1 if retain else 0)
    body = len(topic).to_bytes(2, "big") + topic + (mid.to_bytes(2, "big") if mid else b"")
    if protocol == V5:
        body += length_of(properties) + properties
    return packet(first, body + payload)


def both(protocol: MQTTProtocolVersion) -> tuple[PlainClient, FastClient, list[Delivery], list[Delivery]]:
    by_paho: list[Delivery] = []
    by_us: list[Delivery] = []

    def taken(into: list[Delivery]) -> mqtt.CallbackOnMessage:
        def take(_c: mqtt.Client, _u: object, message: mqtt.MQTTMessage) -> None:
            try:
                topic = message.topic
            except UnicodeDecodeError as error:
                topic = error.object.decode("utf-8", "backslashreplace")
            payload = bytes(message.payload)
            into.append(Delivery(topic, payload, AT, message.retain, message.dup, message.mid, 7))

        return take

    plain = PlainClient("hub", protocol)
    fast = FastClient("hub", protocol, 7, lambda: AT, by_us.extend)
    plain.on_message, fast.on_message = taken(by_paho), taken(by_us)
    return plain, fast, by_paho, by_us


def feed(client: mqtt.Client, chunks: Iterable[bytes]) -> bool:
    """Let the client read each chunk as it comes. Whether it is still connected after that."""
    broker_side, client_side = socket.socketpair()
    client_side.setblocking(False)
    client._sock = client_side
    with broker_side:
        for chunk in chunks:
            broker_side.sendall(chunk)
            while client._sock is not None and select.select([client._sock], [], [], 0)[0]:
                client.loop_read()
            if client._sock is None:
                return False
        client._sock.close()
        client._sock = None
        return True


def cut(stream: bytes, seed: int) -> list[bytes]:
    """At random places: many one-byte pieces, many large ones."""
    chance, chunks, pos = random.Random(seed), [], 0
    while pos < len(stream):
        size = chance.choice([1, 1, 2, 3, 100, 5_000, 60_000])
        chunks.append(stream[pos : pos + size])
        pos += size
    return chunks


def everyday(protocol: MQTTProtocolVersion) -> list[bytes]:
    return [
        publish(b"zigbee2mqtt/3B outer door", b'{"contact": false}', protocol, mid=1),
        publish("vaka/hjem/readings/dør".encode(), b"", protocol, mid=65535, dup=True),
        publish(b"a", b"retained, QoS 0", protocol, retain=True),
        PINGRESP,
        publish(b"b" * 200, b"c" * 17_000, protocol, mid=2),
        publish(b"large", bytes(range(256)) * 4096, protocol, mid=3),
        publish(b"bad \xff\xfe topic", b"\xff", protocol, mid=4, retain=True, dup=True),
        publish(b"nul \x00", b"x", protocol, mid=5),
        publish(b"", b"no topic", V5, mid=6) if protocol == V5 else PINGRESP,
        publish(b"with properties", b"d", protocol, mid=8, properties=b"\x01\x01" if protocol == V5 else b""),
        publish(b"p", b"e", protocol, mid=9, properties=LONG_PROPERTIES if protocol == V5 else b""),
        publish(b"last", b"f", protocol, mid=10),
    ]  # fmt: skip


@pytest.mark.parametrize("protocol", [V5, V311], ids=["5", "3.1.1"])
@pytest.mark.parametrize("seed", range(6))
def test_however_the_bytes_are_cut_the_deliveries_are_those_of_paho(
    protocol: MQTTProtocolVersion, seed: int
) -> None:
    plain, fast, by_paho, by_us = both(protocol)
    stream = b"".join(everyday(protocol) * 2)
    assert feed(plain, cut(stream, seed))
    assert feed(fast, cut(stream, seed))
    assert by_us == by_paho
    assert len(by_us) == (22 if protocol == V5 else 20)
    assert by_us[5].topic == r"bad \xff\xfe topic"


MALFORMED = {
    "a length of five bytes": b"\x32\xff\xff\xff\xff\x01" + b"x" * 20,
    "a topic longer than its packet": b"\x32\x05\x00\x09abc",
    "a packet too short for a topic": b"\x32\x01\x00",
    "no room for an identifier": packet(0x32, b"\x00\x03abc"),
    "QoS 3": packet(0x36, b"\x00\x01a\x00\x01\x00x"),
    "a packet of no known kind": b"\x00\x00",
}


@pytest.mark.parametrize("protocol", [V5, V311], ids=["5", "3.1.1"])
@pytest.mark.parametrize("what", MALFORMED)
def test_what_makes_no_sense_ends_the_connection_as_it_does_with_paho(
    protocol: MQTTProtocolVersion, what: str
) -> None:
    plain, fast, by_paho, by_us = both(protocol)
    good = publish(b"a", b"before", protocol, mid=1)
    for client in (plain, fast):
        assert not feed(client, [good, MALFORMED[what]]), f"{client} goes on after {what}"
    assert by_us == by_paho
    assert [delivery.payload for delivery in by_us] == [b"before"]


HARMFUL = {
    "a byte order mark": b"\x26\x00\x01s\x00\x04\xef\xbb\xbfx",
    "a NUL": b"\x26\x00\x01s\x00\x01\x00",
    "no UTF-8": b"\x26\x00\x01s\x00\x02\xff\xfe",
    "the same property twice": b"\x01\x01\x01\x01",
    "an unknown property": b"\x7f\x01",
    "two megabytes of tiny ones": b"\x26\x00\x01a\x00\x01b" * 300_000,
}


@pytest.mark.parametrize("fast", [True, False], ids=["fast", "plain"])
@pytest.mark.parametrize("what", HARMFUL)
def test_what_a_sender_puts_into_the_properties_harms_nobody(what: str, fast: bool) -> None:
    plain, quick, by_paho, by_us = both(V5)
    stream = publish(b"a", b"with", V5, mid=1, properties=HARMFUL[what]) + publish(b"b", b"behind", V5, mid=2)
    started = time.process_time()
    pieces = [stream[at : at + 60_000] for at in range(0, len(stream), 60_000)]
    assert feed(quick if fast else plain, pieces)
    assert [(d.payload, d.mid) for d in (by_us if fast else by_paho)] == [(b"with", 1), (b"behind", 2)]
    assert time.process_time() - started < 10


def test_a_message_that_can_be_told_apart_is_delivered_however_odd_it_is() -> None:
    _, fast, _, by_us = both(V5)
    beyond = packet(0x32, b"\x00\x01a\x00\x01" + b"\x7fabc")
    endless = packet(0x32, b"\x00\x01a\x00\x02" + b"\xff\xff\xff\xff\xff")
    nothing = packet(0x32, b"\x00\x01a\x00\x03")
    assert feed(fast, [beyond + endless + nothing + publish(b"\xff", b"last", V5, mid=4)])
    assert [(d.topic, d.payload, d.mid) for d in by_us] == [
        ("a", b"\x7fabc", 1), ("a", b"\xff" * 5, 2), ("a", b"", 3), (r"\xff", b"last", 4)
    ]  # fmt: skip


def test_a_session_that_another_hub_takes_over_is_told_as_such() -> None:
    gateway = Gateway(BrokerAccess("127.0.0.1", 1), site="hjem", client_id="hub", filters=[], now=lambda: AT)
    connection = gateway._current = Connection(*gateway._new_client(V5))
    assert not feed(connection.client, [b"\xe0\x01\x8e"])
    assert connection.reason.startswith("another hub uses the same client id 'hub' at mqtt://127.0.0.1:1: ")


def test_acknowledgements_leave_in_one_write_and_in_order() -> None:
    fast = FastClient("hub", V5, 1, lambda: AT, lambda _batch: None)
    fast.on_socket_register_write = lambda *_: None
    broker_side, fast._sock = socket.socketpair()  # type: ignore[assignment]
    with broker_side:
        fast.acknowledge([1, 258, 65535])
        assert len(fast._out_packet) == 1
        fast.loop_write()
        assert broker_side.recv(100) == b"\x40\x02\x00\x01\x40\x02\x01\x02\x40\x02\xff\xff"
        fast._sock.close()
        fast._sock = None


def test_pahos_inside_is_as_the_fast_path_expects() -> None:
    assert what_is_different() == []


def test_where_pahos_inside_is_different_the_gateway_takes_paho_as_it_is_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delattr(mqtt.Client, "_packet_queue")
    gateway = Gateway(BrokerAccess("127.0.0.1", 1), site="hjem", client_id="hub", filters=[], now=lambda: AT)
    assert not gateway.fast
    assert "paho's _packet_queue takes None" in caplog.text
