"""YAML text → plain values, with the line of every one of them, and everything that is wrong on the way.

A site file is a strict, plain kind of YAML: a text is what stands there. Only true, false and null (or
nothing) are not texts, so 10:00, 3.10, 0012, on and 2026-03-28 stay as they were written; the model
knows what is a number or a date. Anchors, tags and directives are refused: they hide what a file says,
and an alias can make a small file huge.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamStartEvent,
)
from ruamel.yaml.reader import ReaderError

from hub.site.layout import Section, layout

Path = tuple[str | int, ...]

LARGEST = 4 * 1024 * 1024
"""Characters. Ten thousand devices with comments are about one million."""
DEEPEST = 12

_PLAIN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NOTHING = ("", "~", "null", "Null", "NULL")
NOT_TEXTS = frozenset({*_PLAIN, *_NOTHING})


class Flaw(NamedTuple):
    """What is wrong on a line (from 1), and what was expected there."""

    line: int
    path: Path
    wrong: str
    expected: str


class Tree(NamedTuple):
    """`value` is made of dict, list, str, bool and None. `lines`: where each part stands, by its path."""

    value: Any
    lines: dict[Path, int]
    flaws: list[Flaw]


def read_tree(text: str) -> Tree:
    """Read one document. What could be read before malformed YAML is left out: then `value` is None."""
    if len(text) > LARGEST:
        flaw = Flaw(1, (), f"the file has {len(text):,} characters", f"at most {LARGEST:,}")
        return Tree(None, {}, [flaw])
    return _read_by_parts(text) or _read_whole(text)


def _read_whole(text: str) -> Tree:
    reader = _Reader(text)
    try:
        value = reader.document()
    except _MalformedError:
        value = None
    return Tree(value, reader.lines, reader.flaws)


def _read_by_parts(text: str) -> Tree | None:
    """The same, where the lines show the parts and none of them has a flaw; what was read before is not read
    again.
    """
    text = text.removeprefix("\ufeff")
    whole = Tree({}, {}, [])
    sections = layout(text)
    if not sections or _part(text[: sections[0].span.start]) is None:
        return None
    for section in sections:
        if section.key in whole.value or not _read_section(text, section, whole):
            return None
    return whole if whole.value and max(map(len, whole.lines)) <= DEEPEST else None


def _read_section(text: str, section: Section, whole: Tree) -> bool:
    """Read a section into the whole; whether it could be read alone."""
    key, line = section.key, section.span.line
    whole.lines.setdefault((), line)
    if section.items is None:
        part = _part(text[section.span.start : section.span.end])
        if part is None or not isinstance(part.value, dict) or [*part.value] != [key]:
            return False
        whole.value[key] = _copy(part.value[key])
        whole.lines.update({path: line + below - 1 for path, below in part.lines.items() if path})
        return True
    if _part(text[section.span.start : section.items[0].start]) is None:
        return False
    whole.lines[(key,)] = line
    whole.value[key] = found = []
    for position, span in enumerate(section.items):
        part = _part(text[span.start : span.end])
        if part is None or not isinstance(part.value, list) or len(part.value) != 1:
            return False
        found.append(_copy(part.value[0]))
        for path, below in part.lines.items():
            if path:
                whole.lines[(key, position, *path[1:])] = span.line + below - 1
    return True


@lru_cache(maxsize=50_000)
def _part(text: str) -> Tree | None:
    tree = _read_whole(text)
    return None if tree.flaws else tree


def _copy(value: Any) -> Any:
    """Whoever reads may change what was read; what is remembered stays."""
    if isinstance(value, dict):
        return {key: _copy(part) for key, part in value.items()}
    return [_copy(part) for part in value] if isinstance(value, list) else value


def read_trees(text: str) -> list[Tree]:
    """Every document of a text that holds several, divided by `---`; lines count through the whole text.

    Of malformed YAML only the flaw is known.
    """
    reader = _Reader(text)
    if len(text) > LARGEST:
        return [read_tree(text)]
    try:
        return list(reader.documents())
    except _MalformedError:
        return [Tree(None, {}, reader.flaws)]


class PlainYAML(YAML):
    """Without a look on the disk for plug-ins at every text: a site is read part by part."""

    def official_plug_ins(self) -> list[str]:
        return []


class _MalformedError(Exception):
    """There is no going on from here; the flaw has been noted."""


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text.removeprefix("\ufeff")
        self._line_ends = [i for i, character in enumerate(self._text) if character == "\n"]
        self._events = self._parse()
        self.lines: dict[Path, int] = {}
        self.flaws: list[Flaw] = []

    def flaw(self, line: int, path: Path, wrong: str, expected: str) -> None:
        self.flaws.append(Flaw(line, path, wrong, expected))

    def document(self) -> Any:
        value: Any = None
        documents = 0
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if event.version is not None or event.tags:
                    self.flaw(self._line(event), (), "a line that begins with %", "no such line")
                if documents == 2:
                    self.flaw(self._line(event), (), "a second document begins here", "one site in one file")
                    break
            elif not isinstance(event, StreamStartEvent | DocumentEndEvent) and isinstance(event, NodeEvent):
                value = self._node(event, ())
        return value

    def documents(self) -> Iterator[Tree]:
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                if event.version is not None or event.tags:
                    self.flaw(self._line(event), (), "a line that begins with %", "no such line")
            elif not isinstance(event, StreamStartEvent | DocumentEndEvent) and isinstance(event, NodeEvent):
                self.lines = {}
                value = self._node(event, ())
                yield Tree(value, self.lines, self.flaws)
                self.flaws = []

    def _node(self, event: Event, path: Path) -> Any:
        self.lines.setdefault(path, self._line(event))
        if len(path) > DEEPEST:
            self.flaw(self._line(event), path, f"more than {DEEPEST} levels", "a flatter file")
            raise _MalformedError
        self._refuse_extras(event, path)
        if isinstance(event, ScalarEvent):
            return _scalar(event)
        if isinstance(event, MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(path)
        return None

    def _refuse_extras(self, event: Event, path: Path) -> None:
        line = self._line(event)
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, AliasEvent):
            self.flaw(line, path, f"*{anchor} points to another place", "the value itself, written out")
        elif anchor:
            self.flaw(line, path, f"an anchor &{anchor}", "none: values are written out")
        if tag:
            self.flaw(line, path, f"a tag {tag}", "none: values without a tag")

    def _mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in self._events:
            if isinstance(event, MappingEndEvent):
                break
            line = self._line(event)
            if not isinstance(event, ScalarEvent):
                self._node(event, (*path, "?"))
                self.flaw(line, path, "a key that is a list or a group", "a word as the key")
                self._node(next(self._events), (*path, "?"))
                continue
            self._refuse_extras(event, path)
            key = str(event.value)
            if key in found:
                first = self.lines[(*path, key)]
                self.flaw(line, (*path, key), f"{key!r} stands here twice (first on line {first})", "it once")
                self._node(next(self._events), (*path, key, "?"))
                continue
            self.lines[(*path, key)] = line
            found[key] = self._node(next(self._events), (*path, key))
        return found

    def _sequence(self, path: Path) -> list[Any]:
        found: list[Any] = []
        for event in self._events:
            if isinstance(event, SequenceEndEvent):
                break
            found.append(self._node(event, (*path, len(found))))
        return found

    def _parse(self) -> Iterator[Event]:
        """The parser's events; its refusals become flaws."""
        event = None
        try:
            for event in PlainYAML(typ="safe", pure=True).parse(self._text):
                yield event
        except MarkedYAMLError as error:
            self._malformed(error)
        except ReaderError as error:
            line = bisect_left(self._line_ends, error.position) + 1
            self.flaw(
                line, (), f"a character that cannot be shown (number {error.character})", "readable text"
            )
        except YAMLError as error:
            self.flaw(self._line(event), (), f"not YAML: {error}", "YAML")
        except (ValueError, OverflowError, IndexError, AttributeError, TypeError, AssertionError) as error:
            # the parser's own slips over strange text: still the file's mistake, not a trace
            self.flaw(self._line(event), (), f"not YAML from here on ({error})", "YAML")
        else:
            return
        raise _MalformedError

    def _malformed(self, error: MarkedYAMLError) -> None:
        problem = error.problem or error.context or "no more is known"
        known = (row for row in _MALFORMED if row[0] in problem)
        _, wrong, expected, at_beginning = next(known, ("", f"not YAML: {problem}", "YAML", False))
        mark = (error.context_mark if at_beginning else None) or error.problem_mark or error.context_mark
        index = mark.index if mark is not None else 0
        column = index - self._text.rfind("\n", 0, index)
        self.flaw(self._line_of(index), (), f"character {column}: {wrong}", expected)

    def _line(self, event: Event | None) -> int:
        return 1 if event is None else self._line_of(event.start_mark.index)

    def _line_of(self, index: int) -> int:
        """Lines as an editor counts them; the end of the file belongs to its last line."""
        line = bisect_left(self._line_ends, index) + 1
        return line - 1 if index >= len(self._text) and self._text.endswith("\n") and line > 1 else line


def _scalar(event: ScalarEvent) -> str | bool | None:
    text = str(event.value)
    if event.style:  # quoted, or a block of text
        return text
    return None if text in _NOTHING else _PLAIN.get(text, text)


_TAB = "found character '\\t'"
_MALFORMED: tuple[tuple[str, str, str, bool], ...] = (
    # the parser's words, what is wrong, what was expected, whether the place where it began says more
    (_TAB, "a tab", "spaces: YAML allows no tabs there", False),
    (
        "mapping values are not allowed",
        "a ': ' where no key can stand",
        "quotes around a text with ': ', or the indentation of the lines before",
        False,
    ),
    (
        "could not find expected ':'",
        "a line without ': '",
        "key: value, or a list line that begins with '- '",
        True,
    ),
    (
        "expected <block end>",
        "an indentation or a sign that does not fit the lines before",
        "the same indentation as its neighbours",
        False,
    ),
    ("unexpected end of stream", "a quote that is never closed", "a closing quote", True),
    (
        "expected ',' or",
        "a bracket that is never closed, or a comma missing in it",
        "a comma or the closing bracket",
        True,
    ),
    ("cannot start any token", "a sign that no value can begin with", "quotes around the text", False),
)
