"""`vaka decode`: messages as JSON lines on stdin, what they say on stdout, a line for each line."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path

import msgspec

from devices.decode import NATIVE, Decoder, GatewayTopic
from devices.message import Message
from devices.reading import Decoded
from devices.ways_in import KINDS, WAYS_IN
from hub import clock
from hub.recording_file import UnusableFileError, site_of

_EXPECTED = 'expected {"topic": …, "payload": "text" or {…}} or {"topic": …, "payload_hex": …}'
_EXAMPLE = """\
example, a line in and the line out:
  {"topic": "zigbee2mqtt/door", "payload": {"contact": false}, "received_at": "2026-11-23T02:10:00Z"}
  {"readings":[{"device":"door","measure":"open","value":true,"at":"2026-11-23T02:10:00Z"}],"error":null}

payload is the message as text, or the JSON object that it is; payload_hex stands for bytes of any kind.
received_at (now) and retained (false) may be left out."""


class _Line(msgspec.Struct):
    topic: str
    payload: msgspec.Raw = msgspec.Raw(b"null")
    """The bytes as they stand in the line: a payload is decoded as it came, its digits and its order too."""
    payload_hex: str | None = None
    received_at: datetime | None = None
    retained: bool = False


_read_line = msgspec.json.Decoder(_Line).decode
_read_text = msgspec.json.Decoder(str).decode


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EXAMPLE
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument(
        "--zigbee2mqtt", metavar="TOPIC", default="zigbee2mqtt", help="its base topic (default: zigbee2mqtt)"
    )
    ways.add_argument(
        "--site", type=Path, metavar="FILE", help="this site's gateways (without it: one of each kind)"
    )


def run(arguments: argparse.Namespace) -> int:
    """0: every line was answered; 1: the site file can't be used, and why was said."""
    try:
        ways = _of_site(arguments.site) if arguments.site else _of_each_kind(arguments.zigbee2mqtt)
    except UnusableFileError as fault:
        print(fault, file=sys.stderr)
        return 1
    decoder = Decoder([*ways, NATIVE])
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(decode_line(decoder, line) + b"\n")
        sys.stdout.buffer.flush()
    return 0


def _of_site(file: Path) -> list[GatewayTopic]:
    return [g.way_in for g in site_of(file).gateways]


def _of_each_kind(zigbee2mqtt: str) -> list[GatewayTopic]:
    base = GatewayTopic(id="zigbee2mqtt", kind="zigbee2mqtt", topic=zigbee2mqtt)
    others = [kind for kind in KINDS if kind not in ("zigbee2mqtt", "native")]
    return [base, *(GatewayTopic(kind, kind, WAYS_IN[kind].topic) for kind in others)]


def decode_line(decoder: Decoder, line: bytes) -> bytes:
    """One line in, one line out, whatever is in it."""
    try:
        said = _read_line(line)
        payload = _payload(bytes(said.payload), said.payload_hex)
        if said.received_at is not None and said.received_at.tzinfo is None:
            raise ValueError("received_at has no zone; expected e.g. 2026-11-23T02:10:00Z")
    except (ValueError, RecursionError) as fault:
        return _written(Decoded(error=f"the line cannot be read ({fault}); {_EXPECTED}"))
    return _written(
        decoder.decode(Message(said.topic, payload, said.received_at or clock.now(), retained=said.retained))
    )


def _payload(raw: bytes, payload_hex: str | None) -> bytes:
    """Raises ValueError."""
    if (raw == b"null") == (payload_hex is None):
        raise ValueError("exactly one of payload and payload_hex is needed")
    if payload_hex is not None:
        return bytes.fromhex(payload_hex)
    if raw.startswith(b'"'):
        return _read_text(raw).encode()
    if raw.startswith(b"{"):
        return raw
    raise ValueError(f"payload is {raw[:20].decode(errors='replace')}")


def _written(decoded: Decoded) -> bytes:
    """`error` also says why a message that is none of a device's state brings no reading."""
    readings = [
        {"device": r.device, "measure": r.measure, "value": r.value, "at": r.at} for r in decoded.readings
    ]
    why_none = None if readings else f"no reading: {decoded.ignored or 'only who can be heard'}"
    return msgspec.json.encode({"readings": readings, "error": decoded.error or why_none})
