"""What is wrong with a site file, in sentences a technician can act on. Also from pydantic's errors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hub.site.yaml_tree import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. A warning leaves somebody unwatched, but the file can be put in force."""

    file: str
    line: int
    path: Path
    wrong: str
    expected: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        warning = "warning: " if self.severity == "warning" else ""
        return f"{self.file}:{self.line}: {warning}{brief(self.wrong)}; expected {brief(self.expected)}"


def brief(text: str) -> str:
    """One line, however strange or long what stands in the file."""
    text = "".join(character if character.isprintable() else "�" for character in text)
    return text if len(text) <= 500 else text[:499] + "…"


NEEDED = {
    "decided_by": "who consented or decided, e.g. decided_by: Anna Berg",
    "valid_from": "the first day it counts, e.g. valid_from: 2026-01-01",
    "review": "the day by which it is looked at again, e.g. review: 2026-12-01",
    "site": "the site's id, e.g. site: donski",
    "id": "an id of its own",
    "name": "a name for people to read",
    "units": "a list of units",
    "rooms": "a list of rooms",
    "unit": "the id of a unit",
    "room": "the id of a room",
    "rule": "the name of a rule",
    "why": "why it matters, as a text or as {nb: …, en: …}",
    "when": "what it listens for, e.g. [{measure: open, roles: [outer_door], value: true}]",
    "lasts": "a length of time, e.g. lasts: 5 min",
    "after": "a length of time, e.g. after: 12 h",
    "by_day": "a length of time, e.g. by_day: 60 min",
    "by_night": "a length of time, e.g. by_night: 15 min",
    "from": 'a time of day, e.g. from: "07:00"',
    "by": 'a time of day, e.g. by: "10:00"',
    "place": "where it is heard, e.g. [{measure: motion, roles: [bathroom_motion], value: true}]",
    "signs": "what shows that somebody is there, e.g. [{measure: motion, value: true}]",
    "times": "how many changes, e.g. times: 4",
    "within": "a length of time, e.g. within: 15 min",
    "measure": "what is measured, e.g. measure: open",
    "nb": "the text in Norwegian bokmål",
    "nn": "the text in Norwegian nynorsk",
    "en": "the text in English",
}

_PATTERNS = {
    r"^[a-z0-9æøå]": "small letters, digits, - and _, the first a letter or digit",
    r"^[^\s": "a text on one line",
    r"^[^#+": "an MQTT topic without + and #, e.g. zigbee2mqtt",
}


def shown(value: Any) -> str:
    """A value from the file as a sentence can hold it."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a group of keys"
    if isinstance(value, list | tuple):
        return "a list"
    text = str(value)
    return repr(text if len(text) <= 60 else text[:57] + "…")


def one_of(words: Iterable[str], given: object = None) -> str:
    """`one of a, b, c`, and which of them was probably meant."""
    words = list(words)
    if not words:
        return "none, for there are none"
    near = get_close_matches(given, words, 1, 0.6) if isinstance(given, str) else []
    meant = f"{near[0]} (perhaps), or " if near else ""
    listed = ", ".join(words[:30]) + (", …" if len(words) > 30 else "")
    return f"{meant}one of {listed}" if len(words) > 1 else repr(words[0])


def sentences(
    error: ValidationError, known_keys: Iterable[str], below: Path = ()
) -> Iterable[tuple[Path, str, str]]:
    """Each error of a model once: where in the file, what is wrong, what was expected.

    `below` is where the model's part stands.
    """
    found: dict[Path, ErrorDetails] = {}
    for details in error.errors():
        found.setdefault((*below, *_path_of(details)), details)
    for path, details in found.items():
        # a list is "too short" once its wrong parts were left out: that is the parts' mistake
        if details["type"] == "too_short" and any(other[: len(path)] == path != other for other in found):
            continue
        yield path, *_sentence(details, path, known_keys)


_BRANCHES = ("bool", "str", "tuple[str, ...]")


def _path_of(details: ErrorDetails) -> Path:
    """Without what pydantic adds for the branches of a union: fitting none of them is one mistake."""
    path = details["loc"]
    if details["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return (*path, "kind")
    return path[: path.index("value") + 1] if "value" in path and set(path) & set(_BRANCHES) else path


def _sentence(details: ErrorDetails, path: Path, known_keys: Iterable[str]) -> tuple[str, str]:
    key = next((part for part in reversed(path) if isinstance(part, str)), "this")
    if path and isinstance(path[-1], int):
        key = f"a part of {key}"
    kind, value, context = details["type"], details["input"], details.get("ctx", {})
    if kind == "missing":
        return f"{key} is missing", NEEDED.get(key, f"a line {key}: …")
    if kind == "extra_forbidden":
        return f"{key!r} is not a key that belongs here", one_of(known_keys, key)
    if kind == "value_error":
        wrong, _, expected = str(context["error"]).partition("; expected ")
        return f"{key}: {wrong}", expected
    if kind == "union_tag_invalid":
        kinds = re.findall(r"'([^']*)'", str(context["expected_tags"]))
        return f"kind is {context['tag']!r}", one_of(kinds, context["tag"])
    if set(details["loc"]) & set(_BRANCHES):
        return f"{key} is {shown(value)}", "true, false, a word or a list of words"
    return f"{key} is {shown(value)}", _expected(kind, value, context, details["msg"])


def _expected(kind: str, value: Any, context: dict[str, Any], message: str) -> str:
    if kind == "literal_error":
        return one_of(re.findall(r"'([^']*)'", str(context["expected"])), value)
    if kind == "string_pattern_mismatch":
        return next(
            (e for p, e in _PATTERNS.items() if str(context["pattern"]).startswith(p)), "another text"
        )
    if kind == "string_too_long":
        return f"at most {context['max_length']} characters"
    if kind == "too_long":
        return f"at most {context['max_length']:,} of them"
    if kind == "too_short":
        return "at least one of them"
    if kind in ("string_type", "string_too_short"):
        return "a text"
    if kind in ("bool_type", "bool_parsing"):
        return "true or false"
    if kind in ("tuple_type", "list_type"):
        return "a list"
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        return "keys with values (key: value)"
    return message.removeprefix("Input should be ")
