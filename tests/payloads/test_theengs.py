"""What Bluetooth decoders say of three hundred advertisements is read by its names, and no more."""

import json
from typing import Any

import pytest

from devices.decode import Decoder, GatewayTopic
from devices.message import Message
from tests.payloads.hostile import is_legal
from tests.payloads.rows import ARRIVED, needs_payloads, rows, said

pytestmark = [pytest.mark.data, needs_payloads]

DECODER = Decoder([GatewayTopic("ble", "bluetooth", "home")])

# The decoder's own names: https://decoder.theengs.io/devices/devices_by_brand.html
NAMES = {
    "hum": "humidity",
    "lux": "illuminance",
    "open": "open",
    "lowbatt": "battery_low",
    "motion": "motion",
}


def read(row: dict[str, Any]) -> dict[str, Any]:
    decoded = DECODER.decode(
        Message("home/gateway/BTtoMQTT/AABBCCDDEEFF", row["payload_raw"].encode(), ARRIVED)
    )
    is_legal(decoded)
    return {measure: value for measure, value in said(decoded).items() if measure not in ("rssi", "pressed")}


def meaning_by_name(row: dict[str, Any]) -> dict[str, Any]:
    payload = row["payload"]
    meaning = {measure: payload[name] for name, measure in NAMES.items() if name in payload}
    for name in ("tempc", "tempc1", "tempc2", "tempc3", "tempc4", "tempc5", "tempc6"):
        if name in payload:
            meaning.setdefault("temperature", payload[name])
    if "batt" in payload and payload["batt"] >= 6:
        meaning["battery"] = payload["batt"]
    ranges = {"temperature": (-60, 150), "humidity": (0, 100)}
    return {
        measure: value
        for measure, value in meaning.items()
        if measure not in ranges or ranges[measure][0] <= value <= ranges[measure][1]
    }


def test_bluetooth_decoders_output_means_what_its_names_say() -> None:
    every = rows("theengs_ble.jsonl")
    assert len(every) == 294
    for row in every:
        assert read(row) == meaning_by_name(row), json.dumps(row["payload"])
