"""An open-loop load of sensors' messages at QoS 1, and a meter from a door's opening to its alert.

A process of its own. Messages are due by a schedule that no answer slows down: what the broker or the hub
delays counts as their latency, from the instant a message was due. The packets of a device are encoded once;
a message gets its time, value and link quality put in, and all that are due in a millisecond go out in one
write. Its own lateness is measured and told with the rest.

    python -m tests.bench.load '{"port": …, "devices": …, "rate": …, "seconds": …, …}'      prints one JSON
"""

from __future__ import annotations

import json
import random
import select
import socket
import struct
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from tests.bench.houses import OPENED, door, motion

SLOT = 0.001  # s; the messages that are due in it go out in one write
SETTLE = 1.0  # s without latencies at the beginning: caches and branches warm up
DRAIN = 20.0  # s for alerts that are late
CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 0x10, 0x20, 0x30, 0x40, 0x80, 0x90


@dataclass(kw_only=True)
class Order:
    """What to send: `openings` is the share of messages that tell of a door's opening (at most 0.25). `turn`
    counts the loads on one hub.
    """

    port: int
    publisher: tuple[str, str]
    subscriber: tuple[str, str]
    devices: int
    rate: float
    seconds: float
    openings: float
    turn: int


@dataclass
class Result:
    """Latencies and lags in ms. `lag`: how late the generator itself wrote a message."""

    sent: int = 0
    acknowledged: int = 0
    seconds: float = 0.0
    began: float = 0.0
    expected: int = 0
    missing: int = 0
    lag: dict[str, float] = field(default_factory=dict)
    puback: dict[str, float] = field(default_factory=dict)
    latency: dict[str, float] = field(default_factory=dict)
    last_quarter: dict[str, float] = field(default_factory=dict)
    processor: float = 0.0
    """Share of one core this process took."""


def spread(seconds: list[float]) -> dict[str, float]:
    """Quantiles in ms; nothing where there is nothing."""
    if not seconds:
        return {}
    ordered = sorted(seconds)
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {
        name: round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)
        for name, share in at.items()
    }


class Wire:
    """One MQTT 3.1.1 connection on a bare socket."""

    def __init__(self, port: int, account: tuple[str, str], client_id: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        parts = b"".join(_text(part) for part in ("MQTT", client_id, *account))
        head = parts[:6] + bytes([4, 0b1100_0010, 0, 0])  # version, clean session with an account, no pings
        self.socket.sendall(_packet(CONNECT, head + parts[6:]))
        answer = self.socket.recv(4, socket.MSG_WAITALL)
        assert answer == bytes([CONNACK, 2, 0, 0]), f"the broker refused the load generator: {answer!r}"

    def subscribe(self, topic: str) -> None:
        self.socket.sendall(_packet(SUBSCRIBE | 2, b"\x00\x01" + _text(topic) + b"\x01"))
        answer = self.socket.recv(5, socket.MSG_WAITALL)
        assert answer[0] == SUBACK, answer
        assert answer[-1] <= 1, "the broker refused the subscription"


class Device:
    """A sensor whose messages differ in their time, their value and their link quality only."""

    def __init__(self, name: str, value_name: str, number: int, turn: int) -> None:
        self.name, self.number, self.visits, self.value = name, number, 0, False
        self._lowest_quality = 175 if turn % 2 else 100
        topic = _text(f"zigbee2mqtt/{name}")
        self._said: dict[bool, bytes] = {}
        for value in (False, True):
            shown = value if value_name == "occupancy" else not value  # contact is true where it is closed
            said = {value_name: shown, "device_temperature": 21, "linkquality": "@", "voltage": 3000}
            body = json.dumps({"battery": 87, **said, "last_seen": "$"}, separators=(",", ":")).encode()
            body = body.replace(b'"@"', b"%03d").replace(b"$", b"%s")
            self._said[value] = topic.replace(b"%", b"%%") + b"%s" + body

    def packet(self, mid: int, seen: bytes) -> bytes:
        self.visits += 1
        # Never the same twice in a row, nor where the load before this one ended: each message is news.
        quality = self._lowest_quality + (self.visits * 7 + self.number) % 75
        body = self._said[self.value] % (mid.to_bytes(2, "big"), quality, seen)
        length = len(body)
        return bytes((PUBLISH | 2, length & 0x7F | 0x80, length >> 7)) + body


class Load:
    def __init__(self, order: Order) -> None:
        self.order = order
        self._chance = random.Random(1)
        self._devices = [
            device
            for n in range(order.devices // 2)
            for device in (
                Device(door(n), "contact", 2 * n, order.turn),
                Device(motion(n), "occupancy", 2 * n + 1, order.turn),
            )
        ]
        self._chance.shuffle(self._devices)
        # Doors are half of the visits; a closed one opens with this chance, an open one always closes.
        self._open_chance = 2 * order.openings / (1 - 2 * order.openings) if order.openings < 0.25 else 1.0
        self._in = Wire(order.port, order.publisher, "load")
        self._out = Wire(order.port, order.subscriber, "load-alerts")
        self._out.subscribe("vaka/+/alerts/#")
        self._openings: dict[str, deque[tuple[str, float]]] = {}  # per door: (when it opened, when due)
        self._due_of_mid: dict[int, float] = {}
        self._unsent = bytearray()
        self._rest_in, self._rest_out = b"", b""
        self._next_mid, self._turn = 0, 0
        self._latencies: list[tuple[float, float]] = []  # (when it was due, until the alert)
        self._lags: list[float] = []
        self._answers: list[float] = []
        self.result = Result()

    def run(self) -> Result:
        result, order = self.result, self.order
        self._in.socket.setblocking(False)
        self._out.socket.setblocking(False)
        result.began = time.time()
        began, began_processor = time.monotonic(), time.process_time()
        to_wall = result.began - began
        total = int(order.rate * order.seconds)
        self._warm_until = began + SETTLE
        step = 1 / order.rate
        while result.sent < total:
            now = time.monotonic()
            due = min(total, int((now - began) * order.rate) + 1)
            if due > result.sent:
                self._send(began, step, result.sent, due, to_wall)
                result.sent = due
            self._flush()
            self._listen(max(now + SLOT, began + result.sent * step))
        self._close_doors(to_wall)
        result.seconds = round(time.monotonic() - began, 3)
        result.processor = round((time.process_time() - began_processor) / result.seconds, 2)
        deadline = time.monotonic() + DRAIN
        while (self._openings or self._due_of_mid or self._unsent) and time.monotonic() < deadline:
            self._flush()
            self._listen(time.monotonic() + 0.02)
        self._sum_up(began)
        return result

    def _close_doors(self, to_wall: float) -> None:
        """The next load on the same hub begins with every door closed."""
        is_open = [device for device in self._devices if device.value and not device.number % 2]
        self._devices, self._turn = is_open, 0
        if is_open:
            self._send(time.monotonic(), 0.0, 0, len(is_open), to_wall)
            self.result.sent += len(is_open)

    def _send(self, began: float, step: float, first: int, stop: int, to_wall: float) -> None:
        packets = []
        written = time.monotonic()
        for number in range(first, stop):
            due = began + number * step
            device = self._devices[self._turn]
            self._turn = (self._turn + 1) % len(self._devices)
            self._next_mid = mid = self._next_mid % 65535 + 1
            assert mid not in self._due_of_mid, "65,535 messages without an answer: beyond the broker's limit"
            at = f"{datetime.fromtimestamp(due + to_wall, UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3]
            if device.number % 2:
                device.value = not device.value
            elif device.value:
                device.value = False
            elif self._chance.random() < self._open_chance:
                device.value = True
                self._openings.setdefault(device.name, deque()).append((at, due))
                self.result.expected += 1
            packets.append(device.packet(mid, at.encode() + b"Z"))
            self._due_of_mid[mid] = due
            self._lags.append(written - due)
        self._unsent += b"".join(packets)

    def _flush(self) -> None:
        if self._unsent:
            try:
                written = self._in.socket.send(self._unsent)
            except BlockingIOError:
                return
            del self._unsent[:written]

    def _listen(self, until: float) -> None:
        """Take what comes in until then."""
        while (wait := until - time.monotonic()) > 0:
            readable, _, _ = select.select([self._in.socket, self._out.socket], [], [], wait)
            if self._out.socket in readable:
                self._take_alerts(time.monotonic())
            if self._in.socket in readable:
                self._take_answers(time.monotonic())

    def _take_answers(self, now: float) -> None:
        data = self._rest_in + _received(self._in.socket)
        whole = len(data) // 4 * 4
        assert set(data[:whole:4]) <= {PUBACK}, "the broker answered with something else"
        for (mid,) in struct.iter_unpack(">2xH", data[:whole]):
            due = self._due_of_mid.pop(mid)
            if due >= self._warm_until:
                self._answers.append(now - due)
        self.result.acknowledged += whole // 4
        self._rest_in = data[whole:]

    def _take_alerts(self, now: float) -> None:
        data = self._rest_out + _received(self._out.socket)
        answers = []
        pos = 0
        while (frame := _frame(data, pos)) is not None:
            body, stop = frame
            first, pos = data[pos], stop
            if first & 0xF0 != PUBLISH:
                continue
            topic_end = body + 2 + int.from_bytes(data[body : body + 2], "big")
            if first & 2:
                answers.append(b"\x40\x02" + data[topic_end : topic_end + 2])
            payload = data[topic_end + 2 : stop] if first & 2 else data[topic_end:stop]
            if payload and not first & 1:
                self._note_alert(json.loads(payload), now)
        self._rest_out = data[pos:]
        if answers:
            self._out.socket.setblocking(True)
            self._out.socket.sendall(b"".join(answers))
            self._out.socket.setblocking(False)

    def _note_alert(self, alert: dict[str, object], now: float) -> None:
        """An open alert tells when its door was last found open: that answers every opening so far."""
        device, last_at = str(alert["device"]), str(alert["last_at"])
        if alert["state"] != "open" or alert["rule"] != OPENED or device not in self._openings:
            return
        found = last_at[:19] + (last_at[19:23] if "." in last_at else ".000")
        waiting = self._openings[device]
        while waiting and waiting[0][0] <= found:
            _, due = waiting.popleft()
            if due >= self._warm_until:
                self._latencies.append((due, now - due))
        if not waiting:
            del self._openings[device]

    def _sum_up(self, began: float) -> None:
        result = self.result
        result.missing = sum(len(waiting) for waiting in self._openings.values())
        result.lag, result.puback = spread(self._lags), spread(self._answers)
        result.latency = spread([latency for _, latency in self._latencies])
        late = began + 0.75 * self.order.seconds
        result.last_quarter = spread([latency for due, latency in self._latencies if due >= late])


def _received(from_socket: socket.socket) -> bytes:
    data = from_socket.recv(1 << 18)
    assert data, "the broker ended the connection"
    return data


def _frame(data: bytes, pos: int) -> tuple[int, int] | None:
    """Where the body of the packet at `pos` begins and ends; None where it has not come whole."""
    length = shift = 0
    for at in range(pos + 1, min(pos + 5, len(data))):
        length |= (data[at] & 0x7F) << shift
        if data[at] < 0x80:
            return (at + 1, at + 1 + length) if at + 1 + length <= len(data) else None
        shift += 7
    return None


def _text(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(2, "big") + data


def _packet(first: int, body: bytes) -> bytes:
    assert len(body) < 128
    return bytes([first, len(body)]) + body


if __name__ == "__main__":
    print(json.dumps(asdict(Load(Order(**json.loads(sys.argv[1]))).run())))
