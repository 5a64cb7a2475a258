"""What devices say they are: kept short, and never trusted to be well-formed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.description import LONGEST, Description, described

DEVICES = "zigbee2mqtt/bridge/devices"
CONFIG = "homeassistant/sensor/x/config"
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


def test_maker_model_and_words_are_the_converters_or_else_what_the_device_itself_said() -> None:
    known = {
        "friendly_name": "gangen",
        "ieee_address": "0x01",
        "power_source": "Mains (single phase)",
        "definition": {"vendor": "Aqara", "model": "FP2", "description": "Presence"},
    }
    unknown = {"friendly_name": "0x02", "manufacturer": "ACME", "model_id": "X1", "definition": None}
    assert described(DEVICES, json.dumps([known, unknown]).encode()) == (
        Description("gangen", "Aqara", "FP2", "Presence", False, ("0x01",)),
        Description("0x02", "ACME", "X1"),
    )


def test_home_assistants_abbreviations_are_understood() -> None:
    said = {
        "dev": {"ids": "esp-1", "mf": "Espressif", "mdl": "C3", "name": "Kjøleskap", "cns": [["mac", "aa"]]}
    }
    assert described(CONFIG, json.dumps(said).encode()) == (
        Description("esp-1", "Espressif", "C3", "Kjøleskap", None, ("esp-1", "aa")),
    )


def test_a_device_that_says_what_it_is_in_one_of_its_announcements_is_known_by_it() -> None:
    bare = Description("esp-1", names=("esp-1",))
    whole = Description("esp-1", "Espressif", "C3", "Radar", None, ("esp-1", "aa"))
    assert bare.with_the_rest_from(whole) == whole
    assert whole.with_the_rest_from(bare) == whole


@pytest.mark.parametrize(
    "payload", [b"", b"[", b"\xff", b"null", b"[1, null]", b'{"device": 3}', b"[" * 5000]
)
@pytest.mark.parametrize("topic", [DEVICES, CONFIG, "zigbee2mqtt/gangen"])
def test_what_is_no_announcement_describes_nothing(topic: str, payload: bytes) -> None:
    assert described(topic, payload) == ()


def test_long_words_are_cut() -> None:
    (device,) = described(DEVICES, json.dumps([{"friendly_name": "x" * 5000}]).encode())
    assert len(device.address) == LONGEST


@given(ANY_JSON)
def test_no_announcement_breaks_it(said: object) -> None:
    payload = json.dumps(said).encode()
    wrapped = json.dumps([{"friendly_name": "x", "definition": said, "ieee_address": said}]).encode()
    for topic, data in ((DEVICES, payload), (CONFIG, payload), (DEVICES, wrapped)):
        for found in described(topic, data):
            assert isinstance(found.maker, str)
