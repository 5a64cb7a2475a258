"""Recordings of homes as event files: rows of `ts,sensor,room,kind,value` become readings.

Here: what a row says. Not here: opening files (hub/commands) or sending them (hub/mqtt/sending.py).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from devices.reading import Reading

COLUMNS = ("ts", "sensor", "room", "kind", "value")

MEASURE_OF_KIND = {
    "motion": "motion",
    "contact": "open",
    "state_change": "open",
    "bed": "in_bed",
    "pressure": "presence",
    "flush": "on",
    "float": "on",
    "electric": "on",
    "other": "vibration",  # tilt and mercury switches, keys on a hook: something was touched
}
_TRUE = frozenset({"ON", "OPEN", "OPENED", "TRUE", "1"})
_FALSE = frozenset({"OFF", "CLOSE", "CLOSED", "FALSE", "0"})


class Refused(NamedTuple):
    """A row that is not a reading: its number in the file (the header is 1) and why."""

    line: int
    why: str


def readings(rows: Iterable[str], zone: tzinfo) -> Iterator[Reading | Refused]:
    """Rows of text, header first → readings in file order. A time without an offset is local to `zone`."""
    table = csv.DictReader(rows)
    missing = [name for name in COLUMNS if name not in (table.fieldnames or ())]
    if missing:
        yield Refused(1, f"the header lacks {', '.join(missing)}; expected {','.join(COLUMNS)}")
        return
    for row in table:
        yield _reading(row, table.line_num, zone)


def _reading(row: dict[str, str | None], line: int, zone: tzinfo) -> Reading | Refused:
    measure = MEASURE_OF_KIND.get(row["kind"] or "")
    if measure is None:
        return Refused(line, f"kind {row['kind']!r} is not one of {', '.join(MEASURE_OF_KIND)}")
    word = (row["value"] or "").upper()
    if word not in _TRUE and word not in _FALSE:
        return Refused(line, f"value {row['value']!r} is neither ON/OPEN nor OFF/CLOSE")
    try:
        at = datetime.fromisoformat(row["ts"] or "")
    except ValueError:
        return Refused(line, f"ts {row['ts']!r} is not a time; expected e.g. 2016-07-12T00:00:30-07:00")
    at = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    if not row["sensor"]:
        return Refused(line, "the sensor has no name")
    return Reading(row["sensor"], measure, word in _TRUE, at, at, own_time=True)
