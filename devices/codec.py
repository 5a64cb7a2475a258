"""A vendor's own codec for LoRaWAN payloads that no network server has decoded: TS013 JavaScript in a
sandbox.

The engine (QuickJS) knows no files, no network and no clock that could matter; time, memory and the depth of
calls are limited, and each call starts anew, so a codec cannot carry anything from one uplink to the next.
https://resources.lora-alliance.org/technical-specifications/ts013-1-0-0-payload-codec-api
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from devices.payload import shown
from devices.vocabulary import squeezed

LARGEST_SOURCE = 512 * 1024  # characters; the vendors' own have up to some ten thousand
LARGEST_UPLINK = 255  # bytes; what LoRaWAN can carry
LARGEST_OBJECT = 64 * 1024  # characters of its JSON
MEMORY = 16 * 1024 * 1024  # bytes
STACK = 256 * 1024  # bytes
SECONDS = 0.25  # of processor time

# TS013's decodeUplink; before it, ChirpStack's Decode(fPort, bytes, variables) and The Things Network's
# Decoder(bytes, port).
_CALL = """
(function (port, bytes) {
  var said;
  if (typeof decodeUplink === "function") said = decodeUplink({fPort: port, bytes: bytes, variables: {}});
  else if (typeof Decode === "function") said = {data: Decode(port, bytes, {})};
  else if (typeof Decoder === "function") said = {data: Decoder(bytes, port)};
  else said = {errors: ["it has no decodeUplink"]};
  return JSON.stringify(said === undefined ? null : said);
})(%s, %s)
"""


# What a codec may bring besides: answers to devices, and its own names for them.
_FUNCTIONS = ("decodeUplink", "Decode", "Decoder", "encodeDownlink", "Encode", "Encoder", "decodeDownlink")
_DECODERS = frozenset(("decodeUplink", "Decode", "Decoder"))


class Functions(NamedTuple):
    """The functions of TS013, and of those before it, that a codec has."""

    names: tuple[str, ...]

    @property
    def decoder(self) -> str | None:
        """The one that decodes uplinks."""
        return next((name for name in self.names if name in _DECODERS), None)


# What codecs expect around them although TS013 promises it nowhere: to write a log, and to be a module.
_SURROUNDINGS = """
var console = {};
["log", "debug", "info", "warn", "error"].forEach(function (name) { console[name] = function () {}; });
var module = {exports: {}};
var exports = module.exports;
"""
# A codec that is written as a module hands its functions over there.
_FROM_MODULE = (
    f"{json.dumps(_FUNCTIONS)}"
    """.forEach(function (name) {
  var given = module.exports && module.exports[name];
  if (typeof given === "function" && typeof globalThis[name] !== "function") globalThis[name] = given;
});
"""
)


class Codecs:
    """`sources`: by a part of the model's name (as its network server writes brand and model) or by the
    device's own name, the codec's text. The longest name that fits wins.
    """

    def __init__(self, sources: Mapping[str, str] | None = None) -> None:
        named = {squeezed(name): source for name, source in (sources or {}).items()}
        self._sources = sorted(named.items(), key=lambda entry: -len(entry[0]))

    def know(self, model: str, device: str) -> bool:
        """Whether there is one for this device."""
        return bool(self._sources) and self._source(model, device) is not None

    def decode(
        self, model: str, device: str, port: object, data: object, errors: list[str]
    ) -> dict[str, Any] | None:
        """The decoded object. None where there is nothing to decode or it fails; `errors` then says why."""
        if not data:
            return None
        source = self._source(model, device)
        if source is None:
            errors.append("the payload is not decoded, and no codec is known for the device")
            return None
        try:
            payload = base64.b64decode(data, validate=True) if isinstance(data, str) else b""
        except (binascii.Error, ValueError):
            payload = b""
        if not 0 < len(payload) <= LARGEST_UPLINK or type(port) not in (int, float):
            errors.append(f"the payload {shown(data)} on port {shown(port)} is no uplink in base64")
            return None
        said = run(source, int(port), payload)  # type: ignore[call-overload]
        if isinstance(said, str):
            errors.append(f"the device's codec {said}")
            return None
        return said

    def _source(self, model: str, device: str) -> str | None:
        names = squeezed(model[:200]), squeezed(device[:200])
        return next((s for name, s in self._sources if name and (name in names[0] or name == names[1])), None)


def run(source: str, port: int, payload: bytes) -> dict[str, Any] | str:
    """The `data` that a codec makes of an uplink, or what is wrong, as the end of a sentence about it."""
    text, fault = _evaluated(source, _CALL % (port, json.dumps(list(payload))))
    if fault:
        return fault
    if not isinstance(text, str) or len(text) > LARGEST_OBJECT:
        return "made no object, or one beyond all measure"
    return _data(text)


def functions_of(source: str) -> Functions | str:
    """Which of the known functions a codec has, or what is wrong, as the end of a sentence about it."""
    asked = ", ".join(f'typeof {name} === "function" ? "{name} " : ""' for name in _FUNCTIONS)
    text, fault = _evaluated(source, f'[{asked}].join("")')
    return fault or Functions(tuple(str(text).split()))


def _evaluated(source: str, then: str) -> tuple[object, str]:
    """(what `then` says after the source was read, what is wrong)"""
    if len(source) > LARGEST_SOURCE:
        return None, f"has {len(source)} characters; at most {LARGEST_SOURCE} are run"
    import quickjs  # here: only houses with such codecs need the engine

    engine = quickjs.Context()
    engine.set_memory_limit(MEMORY)
    engine.set_max_stack_size(STACK)
    engine.set_time_limit(SECONDS)
    try:
        engine.eval(_SURROUNDINGS)
        engine.eval(source)
        engine.eval(_FROM_MODULE)
        return engine.eval(then), ""
    except (quickjs.JSException, MemoryError, RecursionError, ValueError) as fault:
        return None, f"failed: {_first_line(fault)}"


def _data(text: str) -> dict[str, Any] | str:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return "made an object that is none"
    if not isinstance(said, dict):
        return "made nothing"
    faults = said.get("errors")
    if isinstance(faults, list) and faults:
        return f"refused it: {shown(str(faults[0]))}"
    data = said.get("data")
    return data if isinstance(data, dict) else "made no data"


def _first_line(fault: BaseException) -> str:
    lines = [line for line in str(fault).splitlines() if line.isprintable() and line.strip()]
    return lines[0][:200] if lines and lines[0] != "null" else "out of memory"
