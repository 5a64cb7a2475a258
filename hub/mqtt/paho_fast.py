"""A paho client that reads in batches: a large recv, PUBLISH packets read in place, acknowledgements joined.

paho as it is spends three recv on a message and one send on its acknowledgement. Here PUBLISH is read, all of
it; every other packet goes through paho's own handling. No PUBLISH is ever given to paho: what it refuses
ends the connection, and the broker would send the same again for ever. This leans on paho's inside: where
that is not as expected, `what_is_different()` says so and the gateway uses paho as it is.
"""

from __future__ import annotations

import inspect
import sys
from array import array
from collections.abc import Callable, Sequence
from datetime import datetime

from paho.mqtt import __version__ as paho_version
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.exception import MalformedPacket

from hub.mqtt.connection import PlainClient
from hub.mqtt.inbox import Delivery
from hub.mqtt.property_block import after_properties

_RECV = 256 * 1024
_PUBLISH, _PUBACK = 0x30, 0x40
_RETAIN, _QOS_1, _QOS_2, _DUP = 0x01, 0x02, 0x04, 0x08

# What this file uses of paho's inside.
_METHODS = {
    "loop_read": ["self", "max_packets"],
    "_sock_recv": ["self", "bufsize"],
    "_packet_handle": ["self"],
    "_packet_queue": ["self", "command", "packet", "mid", "qos", "info"],
    "_loop_rc_handle": ["self", "rc"],
}
_IN_PACKET = {"command", "remaining_length", "packet", "pos"}


def what_is_different() -> list[str]:
    """Sentences on what of paho's inside is not as this file expects. Empty: the fast client may be used."""
    found = [] if paho_version.startswith("2.2.") else [f"paho is {paho_version}, expected 2.2"]
    for name, expected in _METHODS.items():
        method = getattr(mqtt.Client, name, None)
        parameters = list(inspect.signature(method).parameters) if method is not None else None
        if parameters != expected:
            found.append(f"paho's {name} takes {parameters}, expected {expected}")
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    if not set(getattr(client, "_in_packet", ())) >= _IN_PACKET:
        found.append(f"paho's _in_packet lacks some of {sorted(_IN_PACKET)}")
    for name in ("_sock", "_last_bytes_received"):
        if not hasattr(client, name):
            found.append(f"paho's client has no {name}")
    if not callable(getattr(mqtt, "time_func", None)):
        found.append("paho has no time_func")
    return found


class FastClient(PlainClient):
    """`receive` gets the deliveries of each recv, in the thread that calls `loop()`.

    A topic that is not UTF-8 is delivered with its bytes escaped by backslashes: it can be looked at, and
    acknowledged. The properties of MQTT 5 are not read.
    """

    def __init__(
        self,
        client_id: str,
        protocol: MQTTProtocolVersion,
        connection: int,
        now: Callable[[], datetime],
        receive: Callable[[list[Delivery]], None],
    ) -> None:
        super().__init__(client_id, protocol)
        self._number = connection
        self._now = now
        self._receive = receive
        self._is_v5 = protocol == MQTTProtocolVersion.MQTTv5
        self._rest = bytearray()  # the beginning of a packet whose end has not come yet
        self._rest_needs = 0  # bytes at which it is worth another look

    def acknowledge(self, mids: Sequence[int]) -> None:
        """All as one packet to write. A PUBACK is four bytes: 0x40, 2, and the identifier in two."""
        words = array("H", [_PUBACK << 8 | 2]) * (2 * len(mids))
        words[1::2] = array("H", mids)
        if sys.byteorder == "little":
            words.byteswap()
        self._packet_queue(_PUBACK, words.tobytes(), 0, 1)

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:  # noqa: ARG002  paho's signature
        """paho calls this when there is something to read."""
        try:
            data = self._sock_recv(_RECV)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        except OSError:
            data = b""
        if not data:
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)
        self._last_bytes_received = mqtt.time_func()
        if self._rest:
            self._rest += data
            if len(self._rest) < self._rest_needs:
                return MQTTErrorCode.MQTT_ERR_SUCCESS
            data = bytes(self._rest)
        try:
            rc = self._read_packets(data)
        except MalformedPacket:
            rc = MQTTErrorCode.MQTT_ERR_PROTOCOL
        return self._loop_rc_handle(rc) if rc > 0 else rc

    def _read_packets(self, data: bytes) -> MQTTErrorCode:
        """Take all whole packets in turn and keep the rest. MalformedPacket where it makes no sense; what
        came before that is delivered.
        """
        batch: list[Delivery] = []
        try:
            return self._read_into(batch, data)
        finally:
            if batch:
                self._receive(batch)

    def _read_into(self, batch: list[Delivery], data: bytes) -> MQTTErrorCode:
        now = self._now()
        pos, end = 0, len(data)
        while (frame := _frame(data, pos)) is not None and frame[1] <= end:
            first, (body, stop) = data[pos], frame
            pos = stop
            if first & 0xF0 == _PUBLISH:
                batch.append(self._publish(data, first, body, stop, now))
                continue
            if batch:
                self._receive(batch.copy())
                batch.clear()
            rc = self._hand_to_paho(first, data[body:stop])
            if rc > 0 or self._sock is None:
                return rc
        self._rest = bytearray(data[pos:])
        self._rest_needs = frame[1] - pos if frame is not None else 0
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _publish(self, data: bytes, first: int, body: int, stop: int, now: datetime) -> Delivery:
        """A PUBLISH at QoS 0 or 1: all that we subscribe to. MalformedPacket where its topic or identifier
        does not fit into it.
        """
        if first & _QOS_2 or stop - body < 2:
            raise MalformedPacket("a PUBLISH without a topic, or of a quality that was not asked for")
        topic = body + 2
        at = topic_end = topic + (data[body] << 8 | data[body + 1])
        if first & _QOS_1:
            at += 2
        if at > stop:
            raise MalformedPacket("a PUBLISH shorter than its topic and identifier")
        if self._is_v5 and at < stop:
            at = after_properties(data, at, stop) if data[at] else at + 1
        return Delivery(
            str(data[topic:topic_end], "utf-8", "backslashreplace"),
            data[at:stop],
            now,
            first & _RETAIN != 0,
            first & _DUP != 0,
            data[topic_end] << 8 | data[topic_end + 1] if first & _QOS_1 else 0,
            self._number,
        )

    def _hand_to_paho(self, first: int, body: bytes) -> MQTTErrorCode:
        """Let paho handle a whole packet as if it had read it."""
        packet = self._in_packet
        packet["command"], packet["remaining_length"] = first, len(body)
        packet["packet"], packet["pos"] = bytearray(body), 0
        return self._packet_handle()


def _frame(data: bytes, pos: int) -> tuple[int, int] | None:
    """Where the body of the packet at `pos` begins and ends; None where its length has not come whole."""
    length = shift = 0
    for at in range(pos + 1, min(pos + 5, len(data))):
        byte = data[at]
        length |= (byte & 0x7F) << shift
        if byte < 0x80:
            return at + 1, at + 1 + length
        shift += 7
    if len(data) >= pos + 5:
        raise MalformedPacket("a packet's length has more than four bytes")
    return None
