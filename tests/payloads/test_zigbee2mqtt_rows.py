"""Messages shown by users, vendors and documentation: each means what they say it means, and nothing else."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.payloads.rows import ARRIVED, decode, needs_payloads, rows, said

pytestmark = [pytest.mark.data, needs_payloads]

ROWS = [row for row in rows("mqtt_messages.jsonl") if row["integration"] == "zigbee2mqtt"]

# The sources' words for a meaning → ours. None: no reading of that measure may come out.
MEANINGS = {
    ("contact", "closed"): ("open", False),
    ("contact", "open"): ("open", True),
    ("occupancy", "motion"): ("motion", True),
    ("occupancy", "no motion"): ("motion", False),
    ("presence", "absent"): ("presence", False),
    ("presence", "present"): ("presence", True),
}
SAME_VALUE = {
    "battery_pct": "battery", "temperature_c": "temperature", "humidity_pct": "humidity",
    "water_leak": "leak", "smoke": "smoke", "tamper": "tamper", "action": "pressed",
}  # fmt: skip
NO_MEASURE = {"voltage_mv", "last_seen"}

# What may come out besides, because the payload says it in so many words.
ALSO_SAID = {
    "battery": "battery", "battery_low": "battery_low", "tamper": "tamper", "linkquality": "lqi",
    "temperature": "temperature", "illuminance": "illuminance", "illuminance_lux": "illuminance",
}  # fmt: skip


def expected_meaning(expected: dict[str, Any]) -> dict[str, Any]:
    meaning: dict[str, Any] = {}
    for name, value in expected.items():
        if name in SAME_VALUE:
            meaning[SAME_VALUE[name]] = value
        elif name not in NO_MEASURE:
            measure, own_value = MEANINGS[name, value]  # a word we do not know fails the test
            meaning[measure] = own_value
    return meaning


def also_said(payload: Any) -> dict[str, Any]:
    if not isinstance(payload, dict):
        return {}
    return {
        measure: float(payload[name]) if isinstance(payload[name], str) else payload[name]
        for name, measure in ALSO_SAID.items()
        if payload.get(name) is not None
    }


def test_all_rows_are_here() -> None:
    assert len(ROWS) == 53


@pytest.mark.parametrize("row", ROWS, ids=[f"{n}-{row['topic']}" for n, row in enumerate(ROWS)])
def test_a_real_message_means_what_its_source_says(row: dict[str, Any]) -> None:
    payload, expected = row["payload"], dict(row["expected"])
    last_seen = payload.get("last_seen") if isinstance(payload, dict) else None
    arrived = datetime.fromisoformat(last_seen) + timedelta(seconds=1) if last_seen else ARRIVED
    decoded = decode(row["payload_raw"], row["topic"], arrived, retained=row.get("retain", False))
    assert decoded.error is None
    if "event" in expected:
        assert decoded.ignored == "gateway's own talk"
        assert (decoded.readings, decoded.availability) == ((), ())
    elif "bridge" in expected:
        (heard,) = decoded.availability
        assert (heard.gateway, heard.device, heard.online) == ("zigbee", None, expected["bridge"] == "online")
        assert decoded.readings == ()
    else:
        meaning = also_said(payload) | expected_meaning(expected)
        assert said(decoded) == {measure: value for measure, value in meaning.items() if value is not None}
        device = row["topic"].removeprefix("zigbee2mqtt/").removesuffix("/action")
        assert {reading.device for reading in decoded.readings} <= {device}
        assert decoded.heard == device
        if last_seen:
            assert {reading.at for reading in decoded.readings} == {datetime.fromisoformat(last_seen)}
            assert all(reading.own_time and not reading.clock_wrong for reading in decoded.readings)
