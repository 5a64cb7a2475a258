"""What Vaka tells as lines of InfluxDB's line protocol.

A reading: the measurement is the measure, the field `value` a boolean, a float or a string, as the measure's
kind has it; beside it what the journal knows of it (`seq`, `delay`, `flags`), for whoever reads it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from devices.reading import Value
from hub.store.instants import to_us
from hub.store.readings import Stored

_TAG = str.maketrans(
    # The protocol knows no line breaks in a tag, and a backslash at its end would swallow what follows.
    {",": r"\,", "=": r"\=", " ": r"\ ", "\n": r"\ ", "\r": r"\ ", "\t": r"\ ", "\\": "/"}
)
_KEPT = str.maketrans({"\n": " ", "\r": " ", "\t": " ", "\\": "/"})
_WORD = str.maketrans({'"': r"\"", "\\": r"\\"})
_IN_A_MILLISECOND = 1_000_000


def as_kept(text: str) -> str:
    """A tag's text as InfluxDB has it in the end: to ask for what `tag_set` wrote."""
    return text.translate(_KEPT)


def tag_set(tags: Mapping[str, str]) -> str:
    """The tags of a line, in the order of the alphabet; a tag without text is left out."""
    return ",".join(f"{name}={text.translate(_TAG)}" for name, text in sorted(tags.items()) if text)


def line(reading: Stored, tags: str) -> str:
    """One line; `tags` comes from `tag_set`. `delay`: µs from the millisecond it was taken to its arrival."""
    at_ms = to_us(reading.at) // 1000
    delay = to_us(reading.received_at) - at_ms * 1000
    value = _field(reading.value)
    fields = f"value={value},seq={reading.seq}i,delay={delay}i,flags={reading.flags}i"
    return f"{reading.measure},{tags} {fields} {instant_ns(at_ms, reading.seq)}"


def point(measurement: str, tags: str, fields: Mapping[str, Value], at: datetime, seq: int) -> str:
    """Any other line. Whole numbers are InfluxDB's integers."""
    text = ",".join(f"{name}={_field(value, whole=True)}" for name, value in fields.items())
    return f"{measurement},{tags} {text} {instant_ns(to_us(at) // 1000, seq)}"


def time_ns(reading: Stored) -> int:
    """Nanoseconds since 1970: the reading's own time to the millisecond, then its number in the journal.

    InfluxDB keeps one point for a series and an instant. A device whose clock knows only seconds, and a
    backlog that arrives at once, give several readings the same instant; the number keeps them apart and in
    order, and is the same each time the reading is written.
    """
    return instant_ns(to_us(reading.at) // 1000, reading.seq)


def instant_ns(at_ms: int, seq: int) -> int:
    """The same of a millisecond and a number."""
    return at_ms * _IN_A_MILLISECOND + seq % _IN_A_MILLISECOND


def _field(value: Value, whole: bool = False) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value.translate(_WORD)}"'
    return f"{value}i" if whole and isinstance(value, int) else repr(float(value))
