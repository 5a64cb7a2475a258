"""What it costs to receive and acknowledge one message, through the gateway's fast and its plain path.

A feeder process plays the broker's side of the socket (no broker's own cost in the way): 122-byte JSON at
QoS 1, never more than the receive maximum unacknowledged. Measured: processor time of this process, its
threads together, from the first message to the last acknowledgement.

    python -m tests.bench.receiving [messages]
"""

import json
import socket
import struct
import subprocess
import sys
import time
from datetime import UTC, datetime

from hub.mqtt.broker import BrokerAccess
from hub.mqtt.connection import SessionTerms
from hub.mqtt.gateway import Gateway
from hub.mqtt.inbox import Delivery
from tests.servers import free_port

WINDOW = 4096
PAYLOAD = json.dumps(
    {"battery": 87, "contact": False, "last_seen": "2026-11-23T14:25:00.123Z", "linkquality": 120, "n": 1}
).encode()
TOPIC = b"zigbee2mqtt/3B outer door"


def feed(port: int, messages: int) -> None:
    """The broker's side: accept one client, send `messages`, wait for as many PUBACKs."""
    with socket.create_server(("127.0.0.1", port)) as server:
        connection, _ = server.accept()
        with connection:
            _expect(connection, 0x10)
            connection.sendall(b"\x20\x03\x00\x00\x00")
            while (packet := _expect(connection))[0] != 0x82:
                _confirm(connection, packet)
            granted = bytes([1]) * packet[1].count(TOPIC.split(b"/")[0] + b"/") + b"\x01"
            connection.sendall(bytes([0x90, 3 + len(granted)]) + packet[1][:2] + b"\x00" + granted)
            _confirm(connection, _expect(connection))
            _blast(connection, messages)
            connection.recv(65536)


def _expect(connection: socket.socket, first: int | None = None) -> tuple[int, bytes]:
    """One packet; they are short here, but a length may have two bytes."""
    head = connection.recv(2, socket.MSG_WAITALL)
    length = head[1] & 0x7F
    if head[1] & 0x80:
        length |= connection.recv(1)[0] << 7
    assert first is None or head[0] == first, head
    return head[0], connection.recv(length, socket.MSG_WAITALL) if length else b""


def _confirm(connection: socket.socket, packet: tuple[int, bytes]) -> None:
    topic_length = int.from_bytes(packet[1][:2], "big")
    connection.sendall(b"\x40\x02" + packet[1][2 + topic_length : 4 + topic_length])


def _blast(connection: socket.socket, messages: int) -> None:
    body_length = 2 + len(TOPIC) + 2 + 1 + len(PAYLOAD)
    length = (
        bytes([body_length & 0x7F | 0x80, body_length >> 7]) if body_length > 127 else bytes([body_length])
    )
    head = b"\x32" + length + struct.pack(">H", len(TOPIC)) + TOPIC
    sent = acknowledged = 0
    rest = b""
    while acknowledged < messages:
        burst = min(WINDOW - (sent - acknowledged), messages - sent)
        if burst:
            mids = (number % 65535 + 1 for number in range(sent, sent + burst))
            connection.sendall(b"".join([head + struct.pack(">HB", mid, 0) + PAYLOAD for mid in mids]))
            sent += burst
        rest += connection.recv(65536)
        whole = len(rest) // 4
        assert rest[: 4 * whole : 4] == b"\x40" * whole
        acknowledged += whole
        rest = rest[4 * whole :]


def receive(messages: int, fast: bool) -> dict[str, object]:
    port = free_port()
    feeder = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.receiving", "feed", str(port), str(messages)]
    )
    gateway = Gateway(
        BrokerAccess("127.0.0.1", port),
        site="bench",
        client_id="bench",
        filters=["zigbee2mqtt/+"],
        now=lambda: datetime.now(UTC),
        terms=SessionTerms(receive_maximum=WINDOW, retry_first=0.05),
        fast=fast,
    )
    gateway.start()
    got = batches = 0
    try:
        while got < messages:
            batch = gateway.inbox.take(30)
            fresh = sum(isinstance(item, Delivery) for item in batch)
            if fresh and not got:
                started, started_cpu = time.perf_counter(), time.process_time()
            gateway.acknowledge(batch)
            got += fresh
            batches += fresh > 0
        seconds, cpu = time.perf_counter() - started, time.process_time() - started_cpu
    finally:
        feeder.terminate()
        feeder.wait()
        gateway.stop()
    return {
        "path": "fast" if fast else "plain",
        "messages": messages,
        "per_second": round(messages / seconds),
        "cpu_us_per_message": round(1e6 * cpu / messages, 2),
        "messages_per_batch": round(messages / batches),
    }


if __name__ == "__main__":
    if sys.argv[1:2] == ["feed"]:
        feed(int(sys.argv[2]), int(sys.argv[3]))
    else:
        count = int(sys.argv[1]) if sys.argv[1:] else 300_000
        for path in (True, False, True, False):
            print(json.dumps(receive(count if path else count // 5, path)))
