"""A reading as a line of InfluxDB's line protocol.

The measurement is the measure, the one field is `value`: a boolean, a float or a string, as the measure's
kind has it.
"""

from __future__ import annotations

from collections.abc import Mapping

from devices.reading import Value
from hub.store.instants import to_us
from hub.store.readings import Stored

_TAG = str.maketrans(
    # The protocol knows no line breaks in a tag, and a backslash at its end would swallow what follows.
    {",": r"\,", "=": r"\=", " ": r"\ ", "\n": r"\ ", "\r": r"\ ", "\t": r"\ ", "\\": "/"}
)
_WORD = str.maketrans({'"': r"\"", "\\": r"\\"})
_IN_A_MILLISECOND = 1_000_000


def tag_set(tags: Mapping[str, str]) -> str:
    """The tags of a line, in the order of the alphabet; a tag without text is left out."""
    return ",".join(f"{name}={text.translate(_TAG)}" for name, text in sorted(tags.items()) if text)


def line(reading: Stored, tags: str) -> str:
    """One line; `tags` comes from `tag_set`."""
    return f"{reading.measure},{tags} value={_field(reading.value)} {time_ns(reading)}"


def time_ns(reading: Stored) -> int:
    """Nanoseconds since 1970: the reading's own time to the millisecond, then its number in the journal.

    InfluxDB keeps one point for a series and an instant. A device whose clock knows only seconds, and a
    backlog that arrives at once, give several readings the same instant; the number keeps them apart and in
    order, and is the same each time the reading is written.
    """
    return to_us(reading.at) // 1000 * _IN_A_MILLISECOND + reading.seq % _IN_A_MILLISECOND


def _field(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value.translate(_WORD)}"'
    return repr(float(value))
