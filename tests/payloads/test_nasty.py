"""Messages that broke somebody's hub: nothing crashes, is invented, or vanishes without a reason."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.measures import MEASURES
from devices.reading import Decoded
from devices.zigbee_properties import PROPERTIES, STAND_INS
from tests.payloads.rows import decode, needs_payloads, rows, said

NASTY = [row for row in rows("nasty.jsonl") if row["payload_raw"] is not None]


def only_legal_values(decoded: Decoded) -> None:
    for reading in decoded.readings:
        measure = MEASURES[reading.measure]
        if measure.kind == "state":
            assert isinstance(reading.value, bool)
        elif measure.kind == "number":
            assert type(reading.value) in (int, float)
            assert measure.lowest <= float(reading.value) <= measure.highest
        else:
            assert isinstance(reading.value, str)
            assert reading.value.isprintable()
            assert reading.value in measure.words or not measure.words
        assert reading.at <= reading.received_at
        assert reading.at.utcoffset() is not None


def nothing_is_silent(decoded: Decoded) -> None:
    assert decoded.readings or decoded.availability or decoded.error or decoded.ignored
    if decoded.error is not None:
        assert decoded.error.isprintable()
        assert len(decoded.error) < 1000


def measures_named(payload: Any) -> set[str]:
    """The measures that a payload's properties can be about; a bare payload here is an action."""
    names = payload if isinstance(payload, dict) else ["action"]
    by_state = {"on", "locked", "presence"} if "state" in names else set()
    return by_state | {PROPERTIES.get(name, STAND_INS.get(name, ("",)))[0] for name in names}


def payload_of(row: dict[str, Any]) -> bytes:
    raw: str = row["payload_raw"]
    return bytes.fromhex(raw) if row["raw_is"] == "hex" else raw.encode()


# What each may say on a device's topic, by its problem and (where that is not enough) a part of its text.
SAYS: list[tuple[str, str, dict[str, Any], str]] = [
    ("nan", "nan", {}, "the payload is not JSON: 'nan'"),
    ("nan_in_json", "awtrixng", {}, "the payload is JSON that is cut off after 520 characters"),
    ("null_value", "", {"pressed": "emergency", "lqi": 90}, ""),
    ("empty_string_event", "", {"lqi": 90}, ""),
    ("false_event", ":144", {"pressed": "emergency", "battery": 80, "lqi": 144}, ""),
    ("false_event", ":120", {"pressed": "emergency", "battery": 80, "lqi": 120}, ""),
    ("false_event", ":156", {"pressed": "emergency", "battery": 0, "lqi": 156}, ""),
    ("false_event", ":176", {"pressed": "emergency", "battery": 0, "lqi": 176}, ""),
    ("string_for_number", "", {"battery": 80.0, "lqi": 0, "temperature": 27.35, "leak": True}, ""),
    ("duplicate", "", {"battery": 80.0, "lqi": 0, "temperature": 27.35, "leak": True}, ""),
    ("python_repr_not_json", "", {}, "single quotes"),
    ("inverted_boolean", "", {}, ""),
    ("sentinel_value", "extTemp", {}, ""),
    ("flapping", "", {"battery": 46, "illuminance": 19}, ""),
    ("same_second_true_false", "", {"battery": 97, "lqi": 86, "illuminance": 0, "motion": False}, ""),
    ("stale_repeat", "", {"illuminance": 112, "motion": True}, ""),
    ("last_seen_stale", "sengled", {}, ""),
    ("last_seen_stale", "color_temp", {"on": True, "lqi": 110}, ""),
    ("last_seen_stale", "fading_time", {"illuminance": 53, "lqi": 255, "presence": False}, ""),
    ("time_forms", "timestamp", {"temperature": 21.6, "lqi": 39, "humidity": 45.56, "battery": 26}, ""),
    ("time_forms", "last_seen",
     {"battery": 100, "battery_low": False, "lqi": 0, "motion": False, "tamper": False}, ""),
    ("local_time_no_zone", "Switch1", {}, ""),
    ("local_time_no_zone", "device_info", {}, ""),
    ("missing_value_key", "", {}, ""),
    ("invalid_utf8", "7b22", {}, "the payload is not UTF-8; it was read as Latin-1"),
    ("invalid_utf8", "80", {}, "the payload is neither UTF-8 nor JSON"),
    ("missed_event", "", {"illuminance": 0, "lqi": 15, "motion": False, "battery": 100}, ""),
    ("no_test_alarm", "", {"battery": 100, "lqi": 81, "smoke": False}, ""),
    ("inconsistent_keys", "", {}, ""),
    ("status_words", "", {}, "the payload is not JSON: 'close'"),
    ("rf_no_state", "", {}, ""),
    ("error_result", "", {}, ""),
]  # fmt: skip


@pytest.mark.data
@needs_payloads
@pytest.mark.parametrize("row", NASTY, ids=[f"{n}-{row['problem']}" for n, row in enumerate(NASTY)])
def test_a_message_that_broke_a_hub_says_what_it_says_and_no_more(row: dict[str, Any]) -> None:
    (values, error) = next(
        (values, error)
        for problem, part, values, error in SAYS
        if problem == row["problem"] and part in row["payload_raw"]
    )
    decoded = decode(payload_of(row), "zigbee2mqtt/flat 3B/door")
    assert said(decoded) == values
    assert error in (decoded.error or "")
    assert bool(error) == (decoded.error is not None)
    nothing_is_silent(decoded)


@pytest.mark.data
@needs_payloads
@pytest.mark.parametrize("row", [row for row in NASTY if row["topic"]], ids=lambda row: str(row["topic"]))
def test_a_nasty_message_on_its_own_topic_is_read_or_refused_with_a_reason(row: dict[str, Any]) -> None:
    decoded = decode(payload_of(row), row["topic"])
    only_legal_values(decoded)
    nothing_is_silent(decoded)
    if not row["topic"].startswith("zigbee2mqtt/"):
        assert decoded.readings == ()
        assert "no gateway is configured for the topic" in (decoded.error or "")


@pytest.mark.data
@needs_payloads
def test_what_zigbee2mqtt_publishes_in_its_own_tests_is_understood() -> None:
    fixtures = rows("z2m_fixtures.jsonl.gz")
    assert len(fixtures) == 250
    for row in fixtures:
        decoded = decode(
            row["payload_raw"] or "", row["topic"], retained=bool((row["options"] or {}).get("retain"))
        )
        only_legal_values(decoded)
        nothing_is_silent(decoded)
        if row["topic"].startswith("zigbee2mqtt/"):
            assert decoded.error is None, row
        if row["topic"].startswith("zigbee2mqtt/bridge/"):
            assert decoded.readings == ()
        names = measures_named(row["payload"])
        assert {r.measure for r in decoded.readings} <= names


@pytest.mark.data
@needs_payloads
def test_bluetooth_decoders_output_on_a_zigbee2mqtt_topic_brings_nothing_it_does_not_say() -> None:
    for row in rows("theengs_ble.jsonl"):
        decoded = decode(row["payload_raw"])
        only_legal_values(decoded)
        nothing_is_silent(decoded)
        for reading in decoded.readings:
            assert reading.measure in {
                PROPERTIES.get(n, STAND_INS.get(n, ("",)))[0] for n in row["payload"]
            } | {"on"}


NAMES = st.sampled_from([*PROPERTIES, *STAND_INS, *MEASURES, "state", "last_seen", "at", "voltage"])
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80)
    | st.sampled_from(["ON", "open", "80.00", "nan", "-1", "1_0", "emergency", 999, -1, 10**400])
    | st.sampled_from(["2026-11-23T02:09:00Z", "20261123", 1795399800123])
    | st.sampled_from(["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
)  # fmt: skip
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)
MESSAGES = st.dictionaries(NAMES, SCALARS, max_size=8).map(json.dumps) | JSON.map(json.dumps)
PAYLOADS = st.binary(max_size=200) | MESSAGES.map(str.encode) | MESSAGES.map(lambda text: text.encode()[:-3])
LEVELS = st.text(max_size=8) | st.sampled_from(
    [
        "zigbee2mqtt",
        "vaka",
        "bridge",
        "state",
        "readings",
        "action",
        "availability",
        "set",
        "%C3",
        "contact",
        "Dør%201",
    ]
)
TOPICS = st.lists(LEVELS, min_size=1, max_size=5).map("/".join)
DEVICES = st.sampled_from(["zigbee2mqtt/flat/door", "vaka/hus/readings/door"])


@settings(max_examples=400, deadline=None)
@given(topic=TOPICS | DEVICES, payload=PAYLOADS, retained=st.booleans())
def test_whatever_comes_in_on_whatever_topic_only_legal_values_come_out(
    topic: str, payload: bytes, retained: bool
) -> None:
    decoded = decode(payload, topic, retained=retained)
    only_legal_values(decoded)
    nothing_is_silent(decoded)
