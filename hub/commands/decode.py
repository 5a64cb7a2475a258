"""`vaka decode`: messages as JSON lines on stdin, what they say on stdout, a line for each line."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime

import msgspec

from devices.decode import NATIVE, Decoder, GatewayTopic
from devices.message import Message
from devices.reading import Decoded
from devices.ways_in import KINDS, WAYS_IN
from hub import clock

_EXPECTED = 'expected {"topic": …, "payload": "text"} or {"topic": …, "payload_hex": …}'


class _Line(msgspec.Struct):
    topic: str
    payload: str | None = None
    payload_hex: str | None = None
    received_at: datetime | None = None
    retained: bool = False


_read_line = msgspec.json.Decoder(_Line).decode


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--zigbee2mqtt", metavar="TOPIC", default="zigbee2mqtt", help="its base topic (default: zigbee2mqtt)"
    )


def run(arguments: argparse.Namespace) -> int:
    base = GatewayTopic(id="zigbee2mqtt", kind="zigbee2mqtt", topic=arguments.zigbee2mqtt)
    others = [
        GatewayTopic(kind, kind, WAYS_IN[kind].topic)
        for kind in KINDS
        if kind not in ("zigbee2mqtt", "native")
    ]
    decoder = Decoder([base, *others, NATIVE])
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(decode_line(decoder, line) + b"\n")
        sys.stdout.buffer.flush()
    return 0


def decode_line(decoder: Decoder, line: bytes) -> bytes:
    """One line in, one line out, whatever is in it."""
    try:
        said = _read_line(line)
        if (said.payload is None) == (said.payload_hex is None):
            raise ValueError("exactly one of payload and payload_hex is needed")
        if said.received_at is not None and said.received_at.tzinfo is None:
            raise ValueError("received_at has no zone; expected e.g. 2026-11-23T02:10:00Z")
        payload = (
            bytes.fromhex(said.payload_hex) if said.payload_hex is not None else (said.payload or "").encode()
        )
    except (ValueError, RecursionError) as fault:
        return _written(Decoded(error=f"the line cannot be read ({fault}); {_EXPECTED}"))
    return _written(
        decoder.decode(Message(said.topic, payload, said.received_at or clock.now(), retained=said.retained))
    )


def _written(decoded: Decoded) -> bytes:
    """`error` also says why a message that is none of a device's state brings no reading."""
    readings = [
        {"device": r.device, "measure": r.measure, "value": r.value, "at": r.at} for r in decoded.readings
    ]
    why_none = None if readings else f"no reading: {decoded.ignored or 'only who can be heard'}"
    return msgspec.json.encode({"readings": readings, "error": decoded.error or why_none})
