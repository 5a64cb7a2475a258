"""How a site file lies on its lines: where each section and each part of its lists begins and ends.

A file of 2,000 devices takes a second to parse. One that changed in one place need not be parsed whole: what
stands on the lines of one part means the same wherever the part stands. Where that is not certain (brackets
over several sections, documents, directives) there is no layout, and the file is read whole.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_LIST = re.compile(r"([A-Za-z_]+):[ ]*(?:#.*)?\r?$")
_KEY = re.compile(r"([A-Za-z_]+):(?=\s|$)")


class Span(NamedTuple):
    """From a character up to another one, without it; `line` is that of its first character, from 1."""

    start: int
    end: int
    line: int


class Section(NamedTuple):
    """A key at the left edge with all that belongs to it. `items`: the lines of each of its list's parts,
    None where it is no list of lines. `indent`: how far in the dashes stand.
    """

    key: str
    span: Span
    items: tuple[Span, ...] | None
    indent: int


def layout(text: str) -> tuple[Section, ...] | None:
    """The sections of a text that has no byte order mark; None where its lines do not show them."""
    sections: list[Section] = []
    open_section: _Open | None = None
    position = 0
    for number, line in enumerate(_LINE.findall(text), 1):
        kind = _kind(line)
        if kind == "other":
            return None
        if kind == "key":
            if open_section is not None:
                sections.append(open_section.closed(position))
            found = _KEY.match(line)
            if found is None:
                return None
            open_section = _Open(found.group(1), _LIST.match(line) is not None, position, number)
        elif kind == "inside":
            if open_section is None:
                return None
            open_section.take(line, position, number)
        position += len(line)
    if open_section is not None:
        sections.append(open_section.closed(position))
    return tuple(sections)


def _kind(line: str) -> str:
    stripped = line.strip()
    if not stripped or stripped.startswith("#"):
        return "nothing"
    if line[0] == " " or line.startswith("- ") or stripped == "-":
        return "inside"
    return "other" if line.startswith(("%", "---", "...", "\t")) else "key"


class _Open:
    """A section while its lines are being read."""

    def __init__(self, key: str, is_list: bool, start: int, line: int) -> None:
        self._key, self._is_list, self._start, self._line = key, is_list, start, line
        self._indent = -1
        self._items: list[tuple[int, int]] = []

    def take(self, line: str, position: int, number: int) -> None:
        indent = len(line) - len(line.lstrip(" "))
        dash = line[indent : indent + 2].rstrip() == "-"
        if self._indent < 0:
            self._indent = indent
            self._is_list = self._is_list and dash
        if indent < self._indent or (indent == self._indent and not dash):
            self._is_list = False
        if indent == self._indent:
            self._items.append((position, number))

    def closed(self, end: int) -> Section:
        ends = [start for start, _ in self._items[1:]] + [end]
        items = tuple(Span(start, stop, line) for (start, line), stop in zip(self._items, ends, strict=False))
        whole = Span(self._start, end, self._line)
        return Section(self._key, whole, items if self._is_list and items else None, self._indent)
