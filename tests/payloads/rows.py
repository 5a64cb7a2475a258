"""The real payloads beside the repository, and a decoder for them."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from devices.decode import NATIVE, Decoder, GatewayTopic
from devices.message import Message
from devices.reading import Decoded

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "payloads"
ARRIVED = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
ZIGBEE2MQTT = GatewayTopic(id="zigbee", kind="zigbee2mqtt", topic="zigbee2mqtt")
DECODER = Decoder([ZIGBEE2MQTT, NATIVE])


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of a JSON lines file, [] where it is absent (`needs_payloads` then skips)."""
    path = FOLDER / name
    if not path.exists():
        return []
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in text.splitlines()]


needs_payloads = pytest.mark.skipif(not FOLDER.exists(), reason="../shared/data/payloads is absent")


def decode(
    payload: str | bytes, topic: str = "zigbee2mqtt/door", at: datetime = ARRIVED, retained: bool = False
) -> Decoded:
    data = payload.encode() if isinstance(payload, str) else payload
    return DECODER.decode(Message(topic, data, at, retained=retained))


def said(decoded: Decoded) -> dict[str, Any]:
    """Measure → value; a measure said twice is a fault of ours."""
    values = {reading.measure: reading.value for reading in decoded.readings}
    assert len(values) == len(decoded.readings)
    return values
