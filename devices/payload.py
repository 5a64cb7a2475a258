"""Bytes become a JSON object, forgivingly where that is harmless: NaN tokens, Latin-1 letters. Never more."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

_NAN = re.compile(r"(?<=[:,\[])(\s*)[-+]?(?:nan|inf|infinity)(?=\s*[,}\]])", re.IGNORECASE)
_LONGEST_SHOWN = 60
_MOST_FAULTS = 6
_decode = msgspec.json.Decoder().decode


class PayloadError(ValueError):
    """What is wrong with the payload, as the end of a sentence that begins with "the payload"."""


def read_object(payload: bytes) -> tuple[dict[str, Any], str | None]:
    """The JSON object in the payload, and a note where it took indulgence to read it. Raises PayloadError."""
    value, note = read_json(payload)
    if isinstance(value, dict):
        return value, note
    raise PayloadError(f'is {shown(value)}; expected a JSON object such as {{"battery": 87}}')


def read_json(payload: bytes) -> tuple[Any, str | None]:
    """Any JSON value, and a note where it took indulgence to read it. Raises PayloadError."""
    try:
        return _decode(payload), None
    except RecursionError:
        raise PayloadError("is nested too deeply to be a device's message") from None
    except ValueError as fault:  # msgspec's DecodeError and UnicodeDecodeError both are one
        return _read_forgivingly(payload, str(fault))


def read_text(payload: bytes) -> tuple[str, str | None]:
    """The text in the payload, and a note where it is not UTF-8."""
    try:
        return payload.decode(), None
    except UnicodeDecodeError:
        return payload.decode("latin-1"), "the payload is not UTF-8; it was read as Latin-1"


def _read_forgivingly(payload: bytes, fault: str) -> tuple[Any, str | None]:
    text, note = read_text(payload)
    with_nan, how_many = _NAN.subn(r"\1NaN", text)
    if note is None and not how_many:
        raise PayloadError(_why(text, fault))
    try:
        return json.loads(with_nan), note
    except RecursionError:
        raise PayloadError("is nested too deeply to be a device's message") from None
    except ValueError as second_fault:
        why = _why(text, str(second_fault))
        raise PayloadError(f"is neither UTF-8 nor JSON: {shown(text)}" if note else why) from None


def _why(text: str, fault: str) -> str:
    start = text.lstrip()
    if start.startswith("{'"):
        return "has single quotes, like a Python dict printed as text; expected JSON with double quotes"
    if start.startswith("{") and not text.rstrip().endswith("}"):
        return f"is JSON that is cut off after {len(text)} characters"
    if not start.startswith(("{", "[")):
        return f"is not JSON: {shown(text)}"
    return f"is not JSON ({fault}): {shown(text)}"


def sentence(faults: list[str]) -> str | None:
    """All that is wrong with a message, in one sentence of bearable length."""
    if len(faults) > _MOST_FAULTS:
        faults = [*faults[:_MOST_FAULTS], f"and {len(faults) - _MOST_FAULTS} more"]
    return "; ".join(faults) or None


def shown(value: object) -> str:
    """A value as it may stand in a sentence: short, printable, whatever it is."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) >= 10**15:
        return "a whole number of more than 15 digits"
    if isinstance(value, str) and len(value) > _LONGEST_SHOWN:
        return repr(value[:_LONGEST_SHOWN]) + "…"
    return repr(value)
