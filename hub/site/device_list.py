"""Devices as a list that people edit in a spreadsheet (CSV) or a text editor (YAML), out and in again.

Here: text to and from rows, and what edits they come to. A list says nothing of what it does not name:
devices are removed only where it is said to be the whole list. docs/devices.md describes it for technicians.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import UNSET

from hub.site.edits import ChangeDevice, Edit, Fault, PartDiff, PlaceDevice, RemoveDevice
from hub.site.errors import Problem, one_of, shown
from hub.site.file import SiteFile
from hub.site.renamed import renamed_by
from hub.site.writing import write_value
from hub.site.yaml_tree import read_tree
from hub.spreadsheet import would_run
from rules.building import NATIVE, Site

COLUMNS = ("id", "room", "role", "gateway", "address", "resident")
NEEDED = ("id", "room", "role")
Form = Literal["csv", "yaml"]
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How the files of Excel and LibreOffice begin, the newer and the old."""


class Row(NamedTuple):
    """One device of a list. `values`: only the keys that the list has; None: it says that there is none."""

    line: int
    values: dict[str, str | None]


class DeviceList(msgspec.Struct, frozen=True):
    """What a list says, and what of it could not be read."""

    name: str
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]

    def problem(self, fault: Fault) -> Problem:
        """What is wrong with a device, by its line in the list."""
        line = next((row.line for row in self.rows if row.values.get("id") == fault.id), 1)
        where = "" if fault.section == "devices" or not fault.section else f"{fault.section} {fault.id}: "
        return Problem(self.name, line, (fault.key,), where + fault.wrong, fault.expected)


# Out


def write_devices(file: SiteFile, form: Form) -> str:
    """The site's devices as the document says them. CSV: as a Norwegian spreadsheet opens it, with semicolons
    and a byte order mark.
    """
    devices: Sequence[Mapping[str, Any]] = file.content.get("devices") or ()
    if form == "yaml":
        return "devices:\n" + "".join(f"  - {write_value(device)}\n" for device in devices)
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_guarded(str(device.get(key) or "")) for key in COLUMNS] for device in devices)
    return "\ufeff" + out.getvalue()


_REWRITTEN = r"0\d+|\d{12,}|\d+e\d+|\d{1,4}[-./]\d{1,2}(?:[-./]\d{2,4})?|\d{1,2}:\d\d(?::\d\d)?|true|false"
_UNSAFE = re.compile(f"'.*|{_REWRITTEN}", re.IGNORECASE | re.DOTALL)
"""What a spreadsheet would take for a number, a date or a time and write in another way; and what begins as a
guarded cell does.
"""


def _guarded(cell: str) -> str:
    return f"'{cell}" if would_run(cell) or _UNSAFE.fullmatch(cell) else cell


def _unguarded(cell: str) -> str:
    """People put the sign before any value, needed or not: an address that kept it would never be heard."""
    return cell.removeprefix("'")


# In


def read_devices(data: bytes, name: str) -> DeviceList:
    """A list from the bytes of a file; `name` is what problems call it. Its ending tells YAML, any other
    file's first line tells it from CSV.
    """
    if data.startswith(SPREADSHEETS):
        wrong, expected = "the file is a spreadsheet", "the list saved as CSV UTF-8"
        return DeviceList(name, (), (Problem(name, 1, (), wrong, expected),))
    text = _decoded(data)
    rows, problems = (_read_yaml if _is_yaml(text, name) else _read_csv)(text, name)
    for number, line in enumerate(text.split("\n"), 1):
        if "\ufffd" in line:
            wrong = "a letter that cannot be read"
            problems.append(Problem(name, number, (), wrong, "the list saved as CSV UTF-8"))
    return _without_doubles(name, rows, problems)


def _is_yaml(text: str, name: str) -> bool:
    if name.lower().endswith((".yaml", ".yml")):
        return True
    first = next((line for line in text.splitlines() if line.strip()), "")
    return re.match(r"\s*(#|-|\[|\{|devices\s*:)", first) is not None


def _decoded(data: bytes) -> str:
    """As spreadsheets save: UTF-8, UTF-16 with a mark ("Unicode text"), else Windows' own."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


_ROUNDED = re.compile(r"\d([.,]\d+)?E[+-]\d+", re.IGNORECASE)


def _read_csv(text: str, name: str) -> tuple[list[Row], list[Problem]]:
    lines = text.splitlines(keepends=True)
    skipped, delimiter = 0, ""
    if lines and (found := re.match(r"sep=(.)\s*$", lines[0])):
        skipped, delimiter = 1, found.group(1)
    header_line = lines[skipped] if len(lines) > skipped else ""
    delimiter = delimiter or max(";,\t", key=header_line.count)
    reader = csv.reader(StringIO("".join(lines[skipped:]), newline=""), delimiter=delimiter)
    problems: list[Problem] = []
    rows: list[Row] = []
    columns: list[str] | None = None
    try:
        for cells in reader:
            line = reader.line_num + skipped
            cells = [cell.strip() for cell in cells]
            if columns is None:
                columns = [cell.lower() for cell in cells]
                problems += _wrong_columns(columns, name, line)
                if problems:
                    break
            elif any(cells):
                _take_row(rows, problems, columns, cells, name, line)
    except csv.Error as error:
        line = reader.line_num + skipped
        problems.append(Problem(name, line, (), f"not CSV: {error}", "cells divided by ; or ,"))
    if columns is None and not problems:
        problems.append(Problem(name, 1, (), "the list is empty", f"a first line {';'.join(COLUMNS)}"))
    return rows, problems


def _wrong_columns(columns: Sequence[str], name: str, line: int) -> list[Problem]:
    expected = f"a first line {';'.join(COLUMNS)}"
    problems = [
        Problem(name, line, (), f"there is no column {column!r}", expected)
        for column in NEEDED
        if column not in columns
    ]
    for column in dict.fromkeys(columns):
        if column and column not in COLUMNS:
            wrong = f"{column!r} is no column of devices"
            problems.append(Problem(name, line, (), wrong, one_of(COLUMNS, column)))
        elif column and columns.count(column) > 1:
            problems.append(Problem(name, line, (), f"column {column!r} is there twice", "it once"))
    return problems


def _take_row(
    rows: list[Row],
    problems: list[Problem],
    columns: Sequence[str],
    cells: Sequence[str],
    name: str,
    line: int,
) -> None:
    if any(cells[len(columns) :]):
        wrong = f"{len(cells)} cells where the first line has {len(columns)}"
        problems.append(Problem(name, line, (), wrong, 'quotes ("…") round a cell that holds the divider'))
        return
    values = {
        column: _unguarded(cell) or None
        for column, cell in zip(columns, [*cells, *[""] * len(columns)], strict=False)
        if column
    }
    for column, value in values.items():
        if value is not None and _ROUNDED.fullmatch(value):
            wrong = f"{column} is {value}: a number that the spreadsheet has rounded"
            expected = f"the {column} itself, with ' before it so that it stays a text"
            problems.append(Problem(name, line, (column,), wrong, expected))
    rows.append(Row(line, values))


def _read_yaml(text: str, name: str) -> tuple[list[Row], list[Problem]]:
    tree = read_tree(text)
    problems = [Problem(name, *flaw) for flaw in tree.flaws]
    found = tree.value.get("devices") if isinstance(tree.value, dict) else tree.value
    above = ("devices",) if isinstance(tree.value, dict) else ()
    if not isinstance(found, list):
        if not problems:
            problems.append(Problem(name, 1, (), f"the list is {shown(found)}", "devices: with a list below"))
        found = []
    rows: list[Row] = []
    for position, value in enumerate(found):
        line = tree.lines.get((*above, position), 1)
        wrong = _unlike_a_device(value)
        if wrong is not None:
            problems.append(Problem(name, line, (), *wrong))
        else:
            rows.append(Row(line, value))
    return rows, problems


def _unlike_a_device(value: object) -> tuple[str, str] | None:
    if not isinstance(value, dict):
        return f"a device is {shown(value)}", "keys with values: id, room, role"
    for key, part in value.items():
        if key not in COLUMNS:
            return f"{key!r} is not a key of devices", one_of(COLUMNS, key)
        if part is not None and not isinstance(part, str):
            return f"{key} is {shown(part)}", "a text"
    return None


def _without_doubles(name: str, rows: Sequence[Row], problems: Sequence[Problem]) -> DeviceList:
    first: dict[str, int] = {}
    kept: list[Row] = []
    found = list(problems)
    for row in rows:
        id = row.values.get("id")
        if id is None:
            found.append(Problem(name, row.line, ("id",), "a device without id", "the name it has in Vaka"))
        elif id in first:
            wrong = f"{id!r} is already on line {first[id]}"
            found.append(Problem(name, row.line, ("id",), wrong, "each device on one line"))
        else:
            first[id] = row.line
            kept.append(row)
    return DeviceList(name, tuple(kept), tuple(sorted(found, key=lambda p: (p.line, str(p)))))


# What it comes to


def edits_of(file: SiteFile, devices: DeviceList, whole: bool) -> list[Edit]:
    """The edits that make the site's devices what the list says. A key that the list does not have stays as
    it is, and so does a way to be heard that the list only says in other words. `whole`: what the list does
    not name is removed.
    """
    first = next((gateway["id"] for gateway in file.content.get("gateways") or ()), NATIVE)
    known = {device["id"]: device for device in file.content.get("devices") or ()}
    edits: list[Edit] = []
    for row in devices.rows:
        id = str(row.values["id"])
        fields = {key: {**known.get(id, {}), **row.values}.get(key) for key in COLUMNS}
        for key, unsaid in (("gateway", first), ("address", id)):
            if id in known and (fields[key] or unsaid) == (known[id].get(key) or unsaid):
                fields[key] = known[id].get(key)
        if id not in known:
            edits.append(PlaceDevice(**_fields(fields)))
        elif {key: value for key, value in fields.items() if value is not None} != known[id]:
            own = {"resident": fields["resident"]} if "resident" in row.values else {"resident": UNSET}
            edits.append(ChangeDevice(**{**_fields(fields), **own}))
    if whole:
        named = {row.values["id"] for row in devices.rows}
        edits += [RemoveDevice(id) for id in known if id not in named]
    return edits


def _fields(values: Mapping[str, str | None]) -> dict[str, Any]:
    """A room or role that is missing is empty: the checks say what was expected."""
    return {key: value if value is not None or key not in NEEDED else "" for key, value in values.items()}


What = Literal["added", "renamed", "moved", "replaced", "changed", "removed"]


def to_devices(changes: Sequence[PartDiff], site: Site) -> list[PartDiff]:
    """What happens to each. One that only got another name is told once, by the name that it has now
    (hub/device_names.py).
    """
    devices = {change.id: change for change in changes if change.section == "devices"}
    names = renamed_by(devices.values(), site)
    was = {now: earlier for earlier, now in names.items()}
    found = []
    for change in devices.values():
        if change.id in was:
            found.append(msgspec.structs.replace(change, before=devices[was[change.id]].before))
        elif change.id not in names:
            found.append(change)
        elif change.after is not None:  # another one came under the name that it gave up
            found.append(msgspec.structs.replace(change, before=None))
    return found


def what_happens(diff: PartDiff) -> tuple[What, ...]:
    """To a device, in the words of the house: moved to another room, replaced by another device …"""
    if diff.before is None or diff.after is None:
        return ("added",) if diff.before is None else ("removed",)
    before, after = diff.before, diff.after
    renamed = before["id"] != after["id"]
    found: list[What] = ["renamed"] if renamed else []
    if before.get("room") != after.get("room"):
        found.append("moved")
    if not renamed and any(before.get(key) != after.get(key) for key in ("gateway", "address")):
        found.append("replaced")
    if any(before.get(key) != after.get(key) for key in ("role", "resident")):
        found.append("changed")
    return tuple(found)
