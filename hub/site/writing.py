"""Writing a part of a site file: a value into a text, or a changed value into the text that is there, where
all else stays as it stands: order, comments, quotes, brackets or lines.

Texts here are the lines of one part of a list ("  - {id: 3B door, …}"), as hub/site/layout.py finds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml.events import (
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from hub.site.yaml_tree import NOT_TEXTS, PlainYAML, read_tree

_PLAIN = re.compile(r"[^\W_](?:[\w ./()+%-]|:(?=[\w./])|#(?<! #))*(?<! )")

_NUMBERS_ELSEWHERE = re.compile(r"0[xob]?[0-9a-f_]+|\d+(:\d\d)+|y|n|yes|no|on|off", re.IGNORECASE)
"""Texts to us; other programs that read YAML would take them for numbers, or for true and false."""


def write_value(value: Any) -> str:
    """A value on one line, as a person would write it. What is neither a text nor a group nor a list is
    written as it is said: 4, true.
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(str(k))}: {write_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(write_value, value)) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return _text(str(value))


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text not in NOT_TEXTS and not _NUMBERS_ELSEWHERE.fullmatch(text):
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable() or character == " ":
        return character
    return f"\\U{ord(character):08x}"


def rewritten(text: str, before: Any, after: Any) -> str:
    """The part's text with the value `after` in place of `before`: only what differs is touched."""
    node = _only_node(text)
    edits = _Edits(text)
    edits.change(node, before, after)
    new = edits.applied()
    if read_tree(new)[::2] == ([after], []):
        return new
    return text[: node.start] + write_value(after) + text[node.end :]  # written in a way of its own


def divided(text: str) -> tuple[str, str]:
    """The part's own lines, and what stands below (empty lines, comments): that belongs to what follows."""
    end = _next_line(text, _only_node(text).end)
    return text[:end], text[end:]


@dataclass(slots=True)
class _Node:
    """`entries`: of a group its keys' places and values, of a list only values are known as a whole."""

    start: int
    end: int
    is_group: bool
    in_brackets: bool
    entries: dict[str, tuple[int, _Node]] = field(default_factory=dict)


def _only_node(text: str) -> _Node:
    """The single part of the list that the text is."""
    events = (e for e in PlainYAML(typ="safe", pure=True).parse(text) if isinstance(e, NodeEvent | _ENDS))
    next(events)  # the list itself
    return _node(next(events), events, text)


_ENDS = MappingEndEvent | SequenceEndEvent


def _node(event: Event, events: Iterator[Event], text: str) -> _Node:
    start, end = event.start_mark.index, event.end_mark.index
    if isinstance(event, ScalarEvent):
        return _Node(start, start + len(text[start:end].rstrip()), False, False)
    assert isinstance(event, MappingStartEvent | SequenceStartEvent)
    node = _Node(start, end, isinstance(event, MappingStartEvent), bool(event.flow_style))
    for inner in events:
        if isinstance(inner, _ENDS):
            if node.in_brackets:
                node.end = inner.end_mark.index
            return node
        if node.is_group:
            key = str(getattr(inner, "value", ""))
            value = _node(next(events), events, text)
            node.entries[key] = inner.start_mark.index, value
        else:
            value = _node(inner, events, text)
        node.end = max(node.end, value.end)
    raise AssertionError("the part was read before")


def _line_end(text: str, position: int) -> int:
    """Where the line ends on which a position is, before its line break."""
    found = text.find("\n", position)
    end = len(text) if found < 0 else found
    return end - 1 if end > position and text[end - 1] == "\r" else end


def _next_line(text: str, position: int) -> int:
    found = text.find("\n", position)
    return len(text) if found < 0 else found + 1


class _Edits:
    """Replacements in one text; none overlaps another."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._edits: list[tuple[int, int, str]] = []

    def applied(self) -> str:
        text = self._text
        in_order = sorted(enumerate(self._edits), key=lambda edit: (edit[1][0], edit[0]), reverse=True)
        for _, (start, end, new) in in_order:
            text = text[:start] + new + text[end:]
        return text

    def change(self, node: _Node, before: Any, after: Any) -> None:
        if before == after and type(before) is type(after):
            return
        both_groups = node.is_group and isinstance(before, dict) and isinstance(after, dict)
        if not both_groups or not any(key in after for key in before):
            self._replace(node, after)
            return
        for key in before:
            if key in after:
                self.change(node.entries[key][1], before[key], after[key])
        added = {key: value for key, value in after.items() if key not in before}
        if node.in_brackets:
            self._change_in_brackets(node, after, added)
        else:
            self._change_on_lines(node, after, added)

    def _replace(self, node: _Node, value: Any) -> None:
        space = " " if node.start == node.end and self._text[node.start - 1 : node.start] != " " else ""
        self._edits.append((node.start, node.end, space + write_value(value)))

    def _change_in_brackets(self, node: _Node, after: Mapping[str, Any], added: Mapping[str, Any]) -> None:
        """A key goes with the comma behind it; those at the end with the comma before them."""
        places = list(node.entries.items())
        last = max(n for n, (key, _) in enumerate(places) if key in after)
        for n, (key, (start, _)) in enumerate(places[:last]):
            if key not in after:
                self._edits.append((start, places[n + 1][1][0], ""))
        tail = "".join(f", {_text(key)}: {write_value(value)}" for key, value in added.items())
        self._edits.append((places[last][1][1].end, places[-1][1][1].end, tail))

    def _change_on_lines(self, node: _Node, after: Mapping[str, Any], added: Mapping[str, Any]) -> None:
        text, places = self._text, list(node.entries.items())
        kept = [n for n, (key, _) in enumerate(places) if key in after]
        if kept[0] > 0:  # the first stands behind the dash, or behind nothing
            self._edits.append((node.start, places[kept[0]][1][0], ""))
        for key, (start, value) in places[kept[0] :]:
            if key not in after:
                self._edits.append((text.rfind("\n", 0, start) + 1, _next_line(text, value.end), ""))
        if added:
            first = places[0][1][0]
            indent = " " * (first - text.rfind("\n", 0, first) - 1)
            at, line_break = _line_end(text, places[kept[-1]][1][1].end), line_break_of(text)
            lines = [f"{line_break}{indent}{_text(k)}: {write_value(v)}" for k, v in added.items()]
            self._edits.append((at, at, "".join(lines)))


def line_break_of(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
