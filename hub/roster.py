"""A roster from a spreadsheet: each line a shift. All mistakes are said at once, by line, with what was
expected.

Columns (any order, comma or semicolon; their Norwegian names: hub/roster_words.py): person, function (there
too; carer where empty), units and residents (names, ids, a resident's room by its id or its name; + or a
comma between two, or a space; no unit: the whole house), from and to (2026-11-24 22:00 or 24.11.2026 22:00,
in the site's zone).
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hub.roster_words import COLUMNS as NAMED
from hub.roster_words import function_of
from hub.site.device_list import SPREADSHEETS
from rules.building import Person, Resident, Room, Site, Unit
from rules.duty import LONGEST, Shift
from rules.wording.roster import roster_problem

NEEDED = ("person", "from", "to")
COLUMNS = (*NEEDED, "function", "units", "residents")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d")
_AS_WRITTEN_HERE = re.compile(r"(\d\d?)\.(\d\d?)\.(\d{4}) (\d\d?)[:.](\d\d)")
"""`24.11.2026 22:00`, as a Norwegian spreadsheet writes it."""


class Problem(NamedTuple):
    """`code`: what is wrong (rules/wording/roster.py); `said`: what stands there; `expected`: what may."""

    file: str
    line: int
    code: str
    said: str = ""
    expected: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {roster_problem(self.code, self.said, self.expected, 'en')}"


class Known(NamedTuple):
    """The ids of whom and what whoever brings the file sees: all else is not there for them."""

    people: tuple[str, ...]
    units: tuple[str, ...]
    residents: tuple[str, ...]


def all_of(site: Site) -> Known:
    return Known(*(tuple(one.id for one in those) for those in (site.people, site.units, site.residents)))


def read_roster(
    data: bytes, file: str, site: Site, known: Known | None = None
) -> dict[int, Shift] | list[Problem]:
    """The shifts by their lines, or all that is wrong with the file. `known`: None for the whole house."""
    if data.startswith(SPREADSHEETS):
        return [Problem(file, 1, "spreadsheet")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [Problem(file, 1, "not_utf8")]
    first = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",")
    try:
        return _shifts_of(rows, file, site, known or all_of(site))
    except csv.Error:  # a cell without an end, for one
        return [Problem(file, max(1, rows.line_num), "not_csv")]


def _shifts_of(
    rows: csv.DictReader[str], file: str, site: Site, known: Known
) -> dict[int, Shift] | list[Problem]:
    """Raises csv.Error."""
    written = [(name or "").strip().lower() for name in rows.fieldnames or ()]
    columns = [NAMED.get(name, name) for name in written]
    places: dict[str, int] = {}
    twice = [name for n, name in enumerate(written) if name and places.setdefault(columns[n], n) < n]
    if twice:
        first = written[columns.index(NAMED.get(twice[0], twice[0]))]
        return [Problem(file, 1, "column_twice", ", ".join(dict.fromkeys((first, twice[0]))))]
    rows.fieldnames = columns
    missing = [name for name in NEEDED if name not in columns]
    strange = [name for name in columns if name not in COLUMNS]
    if missing or strange:
        code, said = ("missing_column", missing[0]) if missing else ("strange_column", strange[0])
        return [Problem(file, 1, code, said, ", ".join(COLUMNS))]
    shifts: dict[int, Shift] = {}
    problems: list[Problem] = []
    people, units = _called(site.people, known.people), _called(site.units, known.units)
    residents = _called(site.residents, known.residents, site.rooms)
    for row in rows:
        cells = {name: (row.get(name) or "").strip() for name in columns}
        if not any(cells.values()):
            continue
        there = sum(row[name] is not None for name in columns)
        if any(row[name] is None for name in NEEDED):
            problems.append(Problem(file, rows.line_num, "short_line", str(there), str(len(columns))))
            continue
        cells["person"] = _meant(cells["person"], people) or cells["person"]
        for column, names in (("units", units), ("residents", residents)):
            if column in cells:
                cells[column] = _all_meant(cells[column], names)
        wrong_here = [Problem(file, rows.line_num, *what) for what in _wrong(cells, site, known)]
        problems += wrong_here
        if not wrong_here:
            shifts[rows.line_num] = _shift(cells, site)
    if not problems and not shifts:
        return [Problem(file, 1, "no_shifts")]
    return problems or shifts


def _called(
    those: Sequence[Person | Unit | Resident], seen: Sequence[str], rooms: Sequence[Room] = ()
) -> dict[str, str]:
    """What each may be called: the id; the name and a resident's room, where that is nobody else's."""
    there = [one for one in those if one.id in seen]
    words = {(one.name.casefold(), one.id) for one in there}
    of_room = {room.id: {room.id, room.name or room.id} for room in rooms}
    for one in there:
        if isinstance(one, Resident):
            words |= {(word.casefold(), one.id) for word in of_room[one.room]}
    times = Counter(word for word, _ in words)
    return {word: id for word, id in words if times[word] == 1} | {one.id: one.id for one in there}


def _meant(text: str, names: dict[str, str]) -> str | None:
    return names.get(text) or names.get(text.casefold())


def _all_meant(cell: str, names: dict[str, str], between: str = "+, ") -> str:
    """Ids with spaces between. A name may have a comma or spaces in it; + is always between two."""
    parts = [part.strip() for part in cell.split(between[0].strip() or None)]
    return " ".join(
        _meant(part, names) or (_all_meant(part, names, between[1:]) if between[1:] else part)
        for part in parts
        if part
    )


def _wrong(cells: dict[str, str], site: Site, known: Known) -> Iterator[tuple[str, str, str]]:
    """(code, what stands there, what may)"""
    if cells["person"] not in known.people:
        code = "no_such_person" if cells["person"] else "empty_person"
        yield code, cells["person"], _named(site.people, known.people)
    if cells.get("function") and function_of(cells["function"]) is None:
        yield "no_such_function", cells["function"], ""
    for id in _ids(cells, "units"):
        if id not in known.units:
            yield "no_such_unit", id, _named(site.units, known.units)
    for id in _ids(cells, "residents"):
        if id not in known.residents:
            yield "no_such_resident", id, ", ".join(known.residents)
    times = {column: _instant(cells[column], site) for column in ("from", "to")}
    for column, at in times.items():
        if at is None:
            yield f"not_a_time_{column}" if cells[column] else f"empty_{column}", cells[column], ""
    began, ended = times["from"], times["to"]
    if began is not None and ended is not None and not timedelta(0) < ended - began <= LONGEST:
        yield "shift_length", f"{cells['from']} – {cells['to']}", ""


def _named(those: Sequence[Person | Unit], seen: Sequence[str]) -> str:
    """By name, where that is nobody else's among them."""
    names = Counter(one.name.casefold() for one in those if one.id in seen)
    return ", ".join(
        one.name if names[one.name.casefold()] == 1 else one.id for one in those if one.id in seen
    )


def _shift(cells: dict[str, str], site: Site) -> Shift:
    began, ended = _instant(cells["from"], site), _instant(cells["to"], site)
    assert began is not None
    assert ended is not None
    function = function_of(cells.get("function") or "carer")
    assert function is not None
    return Shift(0, cells["person"], _ids(cells, "units"), function, began, ended, _ids(cells, "residents"))


def _ids(cells: dict[str, str], column: str) -> tuple[str, ...]:
    return tuple(cells.get(column, "").replace("+", " ").split())


def _instant(text: str, site: Site) -> datetime | None:
    """Local time. Of an hour that comes twice the first, as people mean it."""
    if (here := _AS_WRITTEN_HERE.fullmatch(text)) is not None:
        day, month, year, hour, minute = here.groups()
        text = f"{year}-{month:0>2}-{day:0>2} {hour:0>2}:{minute}"
    if not _INSTANT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=site.zone).astimezone(UTC)
    except (ValueError, OverflowError):  # the calendar's first and last hours are not in every zone
        return None
