"""What a message says: the traps that real gateways and devices set, one by one."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from devices.decode import LARGEST, NATIVE, Decoder, GatewayTopic
from devices.message import Message
from devices.reading import Decoded

ARRIVED = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
ZIGBEE2MQTT = GatewayTopic(id="zigbee", kind="zigbee2mqtt", topic="zigbee2mqtt")


def decode(payload: str | bytes, topic: str = "zigbee2mqtt/door", retained: bool = False) -> Decoded:
    data = payload.encode() if isinstance(payload, str) else payload
    return Decoder([ZIGBEE2MQTT, NATIVE]).decode(Message(topic, data, ARRIVED, retained=retained))


def native(payload: str, retained: bool = False) -> Decoded:
    return decode(payload, "vaka/solbakken/readings/door", retained)


def said(decoded: Decoded) -> dict[str, Any]:
    values = {reading.measure: reading.value for reading in decoded.readings}
    assert len(values) == len(decoded.readings)
    return values


# What properties mean


@pytest.mark.parametrize(
    ("payload", "meaning"),
    [
        ('{"contact":false}', {"open": True}),
        ('{"contact":true}', {"open": False}),
        ('{"contact":"ON"}', {"open": False}),
        ('{"contact":"open"}', {"open": True}),
        ('{"door_state":"open","lock_state":"locked","state":"LOCK"}', {"open": True, "locked": True}),
        ('{"lock_state":"not_fully_locked","state":"LOCK"}', {"locked": False}),
        ('{"state":"UNLOCK"}', {"locked": False}),
        ('{"occupancy":true}', {"motion": True}),
        ('{"occupancy":1}', {"motion": True}),
        ('{"occupancy":"false"}', {"motion": False}),
        ('{"presence":true,"motion_state":"static"}', {"presence": True}),
        ('{"motion_state":"none"}', {"presence": False}),
        ('{"state":"presence"}', {"presence": True}),
        ('{"vibration":true}', {"vibration": True}),
        ('{"water_leak":true}', {"leak": True}),
        ('{"water_leak_alarm_1":false,"water_leak_alarm_2":true}', {"leak": True}),
        ('{"water_leak_alarm_1":true,"water_leak_alarm_2":false}', {"leak": True}),
        ('{"carbon_monoxide":true,"gas":false,"smoke":true}', {"co": True, "gas": False, "smoke": True}),
        ('{"state":"ON","power":12.5}', {"on": True, "power": 12.5}),
        ('{"state":"OPEN","position":100}', {}),
        ('{"illuminance":16994,"illuminance_lux":49}', {"illuminance": 49}),
        ('{"illuminance":381}', {"illuminance": 381}),
        ('{"battery":"80.00"}', {"battery": 80.0}),
        ('{"temperature":-1}', {"temperature": -1}),
        ('{"fall_down_status":"maybe_fall"}', {"fall": "suspected"}),
        ('{"fall_status":"fall_alarm"}', {"fall": "confirmed"}),
        ('{"fall_status":"unknown"}', {}),
        ('{"sos":true}', {"pressed": "emergency"}),
        ('{"sos":false}', {}),
        ('{"action":"double"}', {"pressed": "double"}),
        ('{"click":"single"}', {"pressed": "single"}),
        ('{"action":"auto_lock"}', {}),
        ('{"work_state":"presence_30min","occupancy":true}', {"in_bed": True, "motion": True}),
        ('{"pressure_state":"none"}', {"in_bed": False}),
        ('{"co":12,"voltage":3000,"update":{"state":"idle"},"window_open":true}', {}),
    ],
)
def test_a_property_means_for_the_person_what_its_maker_says(payload: str, meaning: dict[str, Any]) -> None:
    decoded = decode(payload)
    assert said(decoded) == meaning
    assert decoded.error is None
    assert decoded.heard == "door"


@pytest.mark.parametrize("nothing", ['""', "null", '" "'])
def test_an_empty_action_after_a_press_is_no_second_press(nothing: str) -> None:
    assert said(decode(f'{{"action":{nothing},"battery":55}}')) == {"battery": 55}


def test_a_help_call_goes_out_although_another_property_is_nonsense() -> None:
    decoded = decode('{"action":"emergency","battery":NaN,"temperature":"warm","linkquality":null}')
    assert said(decoded) == {"pressed": "emergency"}
    assert decoded.error is not None
    assert "battery is nan; expected a number from 0 to 100 %" in decoded.error
    assert "temperature is 'warm'; expected a number" in decoded.error
    assert "linkquality" not in decoded.error


def test_a_help_call_goes_out_although_the_device_has_just_woken_up() -> None:
    assert said(decode('{"action":"emergency","battery":-1}')) == {"pressed": "emergency"}


def test_a_state_sent_together_with_sentinel_values_is_not_believed() -> None:
    decoded = decode('{"contact":false,"temperature":999,"battery":-1,"linkquality":80}')
    assert said(decoded) == {"lqi": 80}
    assert decoded.error == (
        "temperature is 999, a sign for «no value»; expected a number from -60 to 150 °C; "
        "battery is -1, a sign for «no value»; expected a number from 0 to 100 %; "
        "open sent together with a sign for «no value» is not believed"
    )


def test_a_number_outside_its_range_is_named_and_silences_nothing() -> None:
    decoded = decode('{"contact":false,"humidity":655.35}')
    assert said(decoded) == {"open": True}
    assert decoded.error == "humidity is 655.35; expected a number from 0 to 100 %"


def test_true_is_no_number_and_a_number_is_no_state() -> None:
    decoded = decode('{"battery":true,"contact":7,"smoke":{"a":1},"action":3}')
    assert said(decoded) == {}
    for name in ("battery is true", "contact is 7", "smoke is an object", "action is 3"):
        assert name in (decoded.error or "")


@pytest.mark.parametrize("number", ["1" * 400, "1e400", "-1e400", "1" * 6000])
def test_giant_numbers_are_refused_as_out_of_range(number: str) -> None:
    decoded = decode(f'{{"temperature":{number},"contact":false}}')
    assert said(decoded).get("temperature") is None
    assert decoded.error is not None


def test_the_last_of_duplicate_keys_counts() -> None:
    assert said(decode('{"contact":true,"contact":false}')) == {"open": True}


# What cannot be read


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        ('{"contact":false,"batt', "the payload is JSON that is cut off after 22 characters"),
        ("{'contact': False}", "single quotes, like a Python dict"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 40_000, "nested too deeply"),
        ("[1, 2]", "is a list; expected a JSON object"),
        ("null", "is null; expected a JSON object"),
        ("\x00\x01", "is not JSON"),
        (b"\x80", "neither UTF-8 nor JSON"),
        ("false", "is false; expected a JSON object"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(payload: str | bytes, why: str) -> None:
    decoded = decode(payload)
    assert decoded.readings == ()
    assert why in (decoded.error or "")


def test_one_nan_of_a_microcontroller_does_not_silence_the_message() -> None:
    decoded = decode('{"temperature": nan, "humidity":-nan, "contact":false, "text": "a: nan, b"}')
    assert said(decoded) == {"open": True}
    assert "temperature is nan" in (decoded.error or "")


def test_latin_1_is_read_and_named() -> None:
    decoded = decode('{"contact":false,"room":"Stue Ø"}'.encode("latin-1"))
    assert said(decoded) == {"open": True}
    assert decoded.error == "the payload is not UTF-8; it was read as Latin-1"


def test_a_huge_message_is_refused_but_the_gateways_list_of_devices_is_learned() -> None:
    huge = b'{"contact":false,"pad":"' + b"x" * LARGEST + b'"}'
    assert decode(huge).error == f"the payload has {len(huge)} bytes; at most 262144 are read"
    assert decode(huge, "vaka/solbakken/readings/door").error is not None
    groups = decode(huge, "zigbee2mqtt/bridge/groups")
    assert (groups.error, groups.ignored) == (None, "gateway's own talk")
    devices = decode(b'[{"pad":"' + b"x" * LARGEST + b'"}]', "zigbee2mqtt/bridge/devices")
    assert (devices.error, devices.ignored) == (None, "discovery")


def test_an_error_stays_short_however_much_is_wrong() -> None:
    decoded = native("{" + ",".join(f'"x{n}":1' for n in range(10_000)) + "}")
    assert len(decoded.error or "") < 200
    assert "and 9994 more" in (decoded.error or "")


# Topics


@pytest.mark.parametrize(
    "name", ["kitchen/floor lamp", " Presence_DiningRoom", "a/b/c", "0x00158d0002006aa6", "Dør"]
)
def test_a_friendly_name_may_have_slashes_and_spaces(name: str) -> None:
    decoded = decode('{"contact":false}', f"zigbee2mqtt/{name}")
    assert [reading.device for reading in decoded.readings] == [name]


def test_the_longest_base_topic_that_fits_is_the_gateway() -> None:
    decoder = Decoder(
        [ZIGBEE2MQTT, GatewayTopic(id="annex", kind="zigbee2mqtt", topic="zigbee2mqtt/annex/east")]
    )
    for topic, gateway, device in (
        ("zigbee2mqtt/annex/east/door", "annex", "door"),
        ("zigbee2mqtt/annex/door", "zigbee", "annex/door"),
        ("zigbee2mqtt/annex/eastern", "zigbee", "annex/eastern"),
    ):
        decoded = decoder.decode(Message(topic, b'{"contact":true}', ARRIVED))
        assert (decoded.gateway, decoded.heard) == (gateway, device)


@pytest.mark.parametrize(
    "topic", ["zigbee2mqtt", "zigbee2mqtt2/door", "shellies/door", "", "homeassistant/x/config"]
)
def test_a_topic_of_no_gateway_is_said_to_be_one(topic: str) -> None:
    assert decode('{"contact":false}', topic) == Decoded(
        error=f"no gateway is configured for the topic {topic!r}"
    )


@pytest.mark.parametrize(
    "rest",
    [
        "request/device/rename",
        "response/options",
        "log",
        "logging",
        "event",
        "info",
        "config",
        "groups",
        "extensions",
    ],
)
def test_the_gateways_own_talk_is_passed_over(rest: str) -> None:
    decoded = decode('{"contact":false}', f"zigbee2mqtt/bridge/{rest}")
    assert decoded == Decoded(gateway="zigbee", ignored="gateway's own talk")


@pytest.mark.parametrize("rest", ["set", "get", "set/state", "left/set", "get/contact"])
def test_a_request_to_a_device_is_none_of_its_states(rest: str) -> None:
    decoded = decode('{"state":"ON"}', f"zigbee2mqtt/lamp/{rest}")
    assert decoded == Decoded(gateway="zigbee", ignored="request to a device")


@pytest.mark.parametrize("payload", ["{}", "online", '{"state":"online"}', '"online"', "online\n"])
def test_availability_is_understood_in_its_old_and_new_form(payload: str) -> None:
    decoded = decode(payload, "zigbee2mqtt/flat 1/door/availability")
    if payload == "{}":
        assert decoded.error == "the availability of 'flat 1/door' is null; expected online or offline"
    else:
        (heard,) = decoded.availability
        assert (heard.gateway, heard.device, heard.online, heard.at) == (
            "zigbee",
            "flat 1/door",
            True,
            ARRIVED,
        )


def test_the_gateways_own_state_is_an_availability_of_no_device() -> None:
    (heard,) = decode('{"state":"offline"}', "zigbee2mqtt/bridge/state").availability
    assert (heard.device, heard.online) == (None, False)


@pytest.mark.parametrize(("name", "payload", "meaning"), [
    ("action", "emergency", {"pressed": "emergency"}),
    ("action", "", {}),
    ("contact", "false", {"open": True}),
    ("temperature", "21.5", {"temperature": 21.5}),
    ("state", "ON", {"on": True}),
])  # fmt: skip
def test_a_property_on_a_topic_of_its_own_is_read(name: str, payload: str, meaning: dict[str, Any]) -> None:
    decoded = decode(payload, f"zigbee2mqtt/flat/button/{name}")
    assert said(decoded) == meaning
    assert {reading.device for reading in decoded.readings} <= {"flat/button"}
    assert decoded.error is None


@pytest.mark.parametrize(
    "topic", ["zigbee2mqtt/door", "vaka/solbakken/readings/door", "zigbee2mqtt/door/availability"]
)
def test_an_empty_payload_clears_a_retained_message_and_says_nothing(topic: str) -> None:
    decoded = decode(b"", topic)
    assert (decoded.readings, decoded.availability, decoded.error) == ((), (), None)
    assert decoded.ignored == "no state"


# Retained and remembered


def test_a_retained_state_is_a_snapshot_and_a_retained_press_is_nothing() -> None:
    decoded = decode('{"action":"emergency","contact":false,"fall_down_status":"fall"}', retained=True)
    assert said(decoded) == {"open": True}
    assert decoded.readings[0].snapshot
    only_event = decode('{"action":"emergency"}', retained=True)
    assert (only_event.readings, only_event.ignored) == ((), "no state")
    assert native('{"pressed":"emergency"}', retained=True).ignored == "no state"
    assert native('{"open":true}', retained=True).readings[0].snapshot


def test_zigbee2mqtt_repeats_remembered_states_but_an_action_is_always_news() -> None:
    decoded = decode('{"action":"single","contact":false,"battery":50}')
    assert {r.measure: r.cached for r in decoded.readings} == {
        "pressed": False,
        "open": True,
        "battery": True,
    }
    for remembered in ('{"sos":true}', '{"fall_down_status":"fall"}'):
        assert decode(remembered).readings[0].cached
    assert not native('{"open":true}').readings[0].cached


# Time


def at_of(last_seen: str, retained: bool = False) -> tuple[datetime, bool, bool]:
    (reading,) = decode(f'{{"contact":false,"last_seen":{last_seen}}}', retained=retained).readings
    assert reading.received_at == ARRIVED
    return reading.at, reading.own_time, reading.clock_wrong


@pytest.mark.parametrize(
    "last_seen",
    ['"2026-11-23T02:09:00Z"', '"2026-11-23T02:09:00.000Z"', '"2026-11-23T03:09:00+01:00"', "1795399740000",
     "1795399740", '"1795399740000"'],
)  # fmt: skip
def test_last_seen_is_believed_in_all_its_forms(last_seen: str) -> None:
    at, own_time, clock_wrong = at_of(last_seen)
    assert (at, own_time, clock_wrong) == (datetime(2026, 11, 23, 2, 9, tzinfo=UTC), True, False)
    assert at.tzinfo is UTC


def test_a_naive_local_time_is_not_believed() -> None:
    decoded = decode('{"contact":false,"last_seen":"2026-11-23T03:09:00"}')
    assert decoded.readings[0].at == ARRIVED
    assert not decoded.readings[0].own_time
    assert "last_seen is '2026-11-23T03:09:00', a local time without zone" in (decoded.error or "")


@pytest.mark.parametrize(
    ("seconds", "own_time", "clock_wrong"),
    [(0, True, False), (-3600, True, False), (-7 * 86400, True, False), (-7 * 86400 - 1, False, True),
     (59, False, False), (60, False, False), (61, False, True), (86400, False, True)],
)  # fmt: skip
def test_a_time_too_old_or_in_the_future_gives_way_to_the_time_of_arrival(
    seconds: int, own_time: bool, clock_wrong: bool
) -> None:
    own = ARRIVED + timedelta(seconds=seconds)
    assert at_of(f'"{own.isoformat()}"') == (own if own_time else ARRIVED, own_time, clock_wrong)


@pytest.mark.parametrize(
    "last_seen", ["1000", "0", "-5", "1e300", "NaN", '"9999-12-31T23:59:59-23:59"', "1" + "0" * 500]
)
def test_an_impossible_time_is_a_wrong_clock(last_seen: str) -> None:
    assert at_of(last_seen) == (ARRIVED, False, True)


def test_a_retained_state_may_be_old_without_a_clock_being_wrong() -> None:
    assert at_of('"2026-11-01T00:00:00Z"', retained=True) == (ARRIVED, False, False)


def test_how_old_a_time_may_be_can_be_set() -> None:
    decoder = Decoder([ZIGBEE2MQTT], believe_age=timedelta(hours=1))
    own = ARRIVED - timedelta(hours=2)
    payload = f'{{"contact":false,"last_seen":"{own.isoformat()}"}}'.encode()
    (reading,) = decoder.decode(Message("zigbee2mqtt/door", payload, ARRIVED)).readings
    assert (reading.at, reading.clock_wrong) == (ARRIVED, True)


def test_a_last_seen_that_is_no_time_is_named() -> None:
    decoded = decode('{"contact":false,"last_seen":"yesterday"}')
    assert said(decoded) == {"open": True}
    assert "last_seen is 'yesterday'; expected a time" in (decoded.error or "")
    assert decode('{"contact":false,"last_seen":null}').error is None


# The native way in


def test_a_native_message_gives_measures_by_their_own_names() -> None:
    decoded = native('{"open": true, "battery": 87, "pressed": "single", "at": "2026-11-23T02:09:00Z"}')
    assert said(decoded) == {"open": True, "battery": 87, "pressed": "single"}
    assert {(r.device, r.at, r.own_time) for r in decoded.readings} == {
        ("door", datetime(2026, 11, 23, 2, 9, tzinfo=UTC), True)
    }
    assert decoded.error is None


@pytest.mark.parametrize(
    ("level", "device"),
    [("door", "door"), ("D%C3%B8r%201", "Dør 1"), ("3B%2Fdoor", "3B/door"), ("50%25", "50%"),
     ("a%b", "a%b"), ("Dør 1", "Dør 1")],
)  # fmt: skip
def test_a_native_devices_name_is_percent_decoded(level: str, device: str) -> None:
    assert decode('{"open":true}', f"vaka/solbakken/readings/{level}").heard == device


@pytest.mark.parametrize("rest", ["readings", "readings/", "readings/a/b", "readings/%ff", "readings/%C3"])
def test_a_native_topic_that_names_no_device_is_refused(rest: str) -> None:
    decoded = decode('{"open":true}', f"vaka/solbakken/{rest}")
    assert decoded.readings == ()
    assert "names no device; expected vaka/<site>/readings/<device>" in (decoded.error or "")


def test_our_own_alerts_are_no_readings() -> None:
    assert decode('{"open":true}', "vaka/solbakken/alerts/12").ignored == "gateway's own talk"


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        ('{"open":true,"door":true}', "'door' is not a measure"),
        ('{"open":true,"motion":"ON"}', "motion is 'ON'; expected true or false"),
        ('{"open":true,"motion":1}', "motion is 1; expected true or false"),
        ('{"open":true,"battery":"87"}', "battery is '87', a text; expected a number without quotes"),
        ('{"open":true,"battery":187}', "battery is 187; expected a number from 0 to 100 %"),
        ('{"open":true,"fall":"maybe"}', "fall is 'maybe'; expected one of suspected, confirmed, cleared"),
        ('{"open":true,"pressed":true}', "pressed is true; expected a word such as single"),
        (
            '{"open":true,"at":"2026-11-23T02:09:00"}',
            "at is '2026-11-23T02:09:00', a local time without zone",
        ),
    ],
)
def test_what_is_wrong_in_a_native_message_is_named_and_the_rest_is_used(payload: str, why: str) -> None:
    decoded = native(payload)
    assert said(decoded) == {"open": True}
    assert why in (decoded.error or "")
    assert decoded.readings[0].at == ARRIVED


def test_null_is_no_value_and_no_fault() -> None:
    decoded = native('{"open":null,"battery":50}')
    assert (said(decoded), decoded.error) == ({"battery": 50}, None)


def test_times_come_out_in_utc() -> None:
    assert ARRIVED.astimezone(timezone(timedelta(hours=1))) == ARRIVED
    (reading,) = native('{"open":true,"at":"2026-11-23T03:09:00+01:00"}').readings
    assert reading.at.isoformat() == "2026-11-23T02:09:00+00:00"
