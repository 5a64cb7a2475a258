"""A roster from a spreadsheet: each line a shift. All mistakes are said at once, by line, with what was
expected.

Columns (any order, comma or semicolon; their Norwegian names: hub/roster_words.py): person, function (there
too; carer where empty), units and residents (ids, separated by spaces or +; no unit: the whole house), from
and to (2026-11-24 22:00 or 24.11.2026 22:00, in the site's zone).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hub.roster_words import COLUMNS as NAMED
from hub.roster_words import function_of
from rules.building import Site
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
    for row in rows:
        cells = {name: (row.get(name) or "").strip() for name in columns}
        if not any(cells.values()):
            continue
        there = sum(row[name] is not None for name in columns)
        if any(row[name] is None for name in NEEDED):
            problems.append(Problem(file, rows.line_num, "short_line", str(there), str(len(columns))))
            continue
        wrong_here = [Problem(file, rows.line_num, *what) for what in _wrong(cells, site, known)]
        problems += wrong_here
        if not wrong_here:
            shifts[rows.line_num] = _shift(cells, site)
    return problems or shifts


def _wrong(cells: dict[str, str], site: Site, known: Known) -> Iterator[tuple[str, str, str]]:
    """(code, what stands there, what may)"""
    if cells["person"] not in known.people:
        code = "no_such_person" if cells["person"] else "empty_person"
        yield code, cells["person"], ", ".join(known.people)
    if cells.get("function") and function_of(cells["function"]) is None:
        yield "no_such_function", cells["function"], ""
    for column, ids in (("units", known.units), ("residents", known.residents)):
        for id in _ids(cells, column):
            if id not in ids:
                yield f"no_such_{column.removesuffix('s')}", id, ", ".join(ids)
    times = {column: _instant(cells[column], site) for column in ("from", "to")}
    for column, at in times.items():
        if at is None:
            yield f"not_a_time_{column}" if cells[column] else f"empty_{column}", cells[column], ""
    began, ended = times["from"], times["to"]
    if began is not None and ended is not None and not timedelta(0) < ended - began <= LONGEST:
        yield "shift_length", f"{cells['from']} – {cells['to']}", ""


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
