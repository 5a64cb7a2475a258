"""A vendor's own codec decodes what no network server has, and can do no harm."""

import base64
import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from devices.codec import LARGEST_SOURCE, SECONDS, Codecs, functions_of, run
from devices.decode import Decoder, GatewayTopic
from devices.message import Message
from devices.reading import Decoded

ARRIVED = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
DOOR = """
function decodeUplink(input) {
  if (input.fPort !== 10) return {errors: ["unknown port"]};
  const [door, temperature, battery] = input.bytes;
  return {data: {door: door ? "open" : "closed", temperature: temperature - 100, battery: battery}};
}
"""


def uplink(payload: bytes, codecs: Codecs, port: int = 10) -> Decoded:
    said: dict[str, Any] = {
        "deviceInfo": {"devEui": "A840", "deviceProfileName": "Acme Door DS-1"},
        "fPort": port,
        "data": base64.b64encode(payload).decode(),
    }
    decoder = Decoder([GatewayTopic("lora", "chirpstack", "application")], codecs=codecs)
    message = Message("application/1/device/a840/event/up", json.dumps(said).encode(), ARRIVED)
    return decoder.decode(message)


def test_an_undecoded_uplink_is_decoded_by_the_vendors_codec() -> None:
    decoded = uplink(bytes([1, 121, 90]), Codecs({"acme door": DOOR}))
    assert {r.measure: r.value for r in decoded.readings} == {"open": True, "temperature": 21, "battery": 90}
    assert (decoded.error, decoded.heard) == (None, "a840")


def test_a_codec_may_be_for_one_device_and_the_nearest_name_wins() -> None:
    other = DOOR.replace('"open" : "closed"', '"closed" : "open"')
    assert uplink(b"\x01\x79\x5a", Codecs({"A840": DOOR})).readings[0].value is True
    assert uplink(b"\x01\x79\x5a", Codecs({"acme": DOOR, "acme-door": other})).readings[0].value is False


def test_without_a_codec_the_device_is_heard_and_what_is_missing_is_said() -> None:
    decoded = uplink(b"\x01", Codecs({"another": DOOR}))
    assert (decoded.heard, decoded.readings) == ("a840", ())
    assert decoded.error == "the payload is not decoded, and no codec is known for the device"


def test_what_a_codec_refuses_is_said_in_its_own_words() -> None:
    assert (
        uplink(b"\x01", Codecs({"acme": DOOR}), port=3).error
        == "the device's codec refused it: 'unknown port'"
    )


@pytest.mark.parametrize(
    "source",
    [
        "function Decode(fPort, bytes, variables) { return {temperature: bytes[0]}; }",
        "function Decoder(bytes, port) { return {temperature: bytes[0]}; }",
        "var decodeUplink = (input) => ({data: {temperature: input.bytes[0]}, warnings: []});",
        "exports.decodeUplink = function (i) { console.log(i); return {data: {temperature: i.bytes[0]}}; };",
        "module.exports = {decodeUplink: (i) => ({data: {temperature: i.bytes[0]}})};",
    ],
)
def test_the_older_forms_of_codecs_are_run_too(source: str) -> None:
    assert run(source, 1, b"\x15") == {"temperature": 21}


@pytest.mark.parametrize(
    "source",
    [
        "while (true) {}",
        "function decodeUplink(i) { for (;;) {} }",
        "function decodeUplink(i) { return decodeUplink(i); }",
        "function decodeUplink(i) { var a = []; for (;;) a.push('x'.repeat(100000)); }",
        "function decodeUplink(i) { return {data: {a: 'x'.repeat(1 << 30)}}; }",
        "function decodeUplink(i) { return /(a+)+$/.test('a'.repeat(50) + '!'); }",
        "function decodeUplink(i) { var d = {}; d.d = d; return {data: d}; }",
        "function decodeUplink(i) { return {data: {toJSON: function () { for (;;) {} }}}; }",
        "function decodeUplink(i) { for (var d = {}, n = 0; n < 5000; n++) d = {a: d}; return {data: d}; }",
        "function decodeUplink(i) { return 7; }",
        "function decodeUplink(i) { throw {a: 1}; }",
        "function decodeUplink(i) { return {data: {get a() { throw 'x'; }}}; }",
        "JSON.stringify = function () { return {}; }; function decodeUplink(i) { return {data: {}}; }",
        "require('fs')", "std.open('/etc/passwd')", "import('os')", "syntax error(", "",
    ],
)  # fmt: skip
def test_a_codec_that_is_broken_or_means_harm_does_none(source: str) -> None:
    started = time.process_time()
    said = run(source, 1, b"\x01")
    assert time.process_time() - started < SECONDS * 20
    assert isinstance(said, str) or said == {} or list(said) == ["a"]


def test_nothing_is_carried_from_one_uplink_to_the_next() -> None:
    source = "var n = 0; function decodeUplink(i) { globalThis.m = ++n; return {data: {n: n, m: m}}; }"
    assert run(source, 1, b"\x01") == run(source, 1, b"\x01") == {"n": 1, "m": 1}


def test_an_empty_object_of_the_network_server_is_decoded_where_a_codec_is_known() -> None:
    said = {"deviceInfo": {"devEui": "a840"}, "fPort": 10, "data": "AXla", "object": {}}
    message = Message("application/1/device/a840/event/up", json.dumps(said).encode(), ARRIVED)
    ways = [GatewayTopic("lora", "chirpstack", "application")]
    known = Decoder(ways, codecs=Codecs({"a840": DOOR})).decode(message)
    assert [r.measure for r in known.readings] == ["open", "temperature", "battery"]
    assert Decoder(ways).decode(message).error is None


def test_what_is_no_uplink_is_not_given_to_a_codec() -> None:
    errors: list[str] = []
    codecs = Codecs({"acme": DOOR})
    for data in ("%%%", 7, ["x"], "A" * 1000, {"a": 1}):
        assert codecs.decode("acme", "a840", 10, data, errors) is None
    assert codecs.decode("acme", "a840", None, "qg==", errors) is None
    assert len(errors) == 6
    assert isinstance(run(" " * (LARGEST_SOURCE + 1), 1, b"\x01"), str)


def test_what_functions_a_codec_has_is_found_by_running_it() -> None:
    found = functions_of(DOOR + "function encodeDownlink(i) { return {bytes: []}; }")
    assert not isinstance(found, str)
    assert (found.names, found.decoder) == (("decodeUplink", "encodeDownlink"), "decodeUplink")
    without = functions_of("var decodeUplink = 7;")
    assert not isinstance(without, str)
    assert (without.names, without.decoder) == ((), None)
    assert "SyntaxError" in str(functions_of("function ("))
    assert "interrupted" in str(functions_of("for (;;) {}"))
