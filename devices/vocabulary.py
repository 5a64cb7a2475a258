"""From loosely named fields (a decoded LoRaWAN object, a sensor's JSON) to measures, by names, units and
words.

Here: how a name is taken apart and a value is read. Which names and words there are is data:
devices/profiles. A name that is not known says nothing; a known name with a value that is not becomes an
error that names it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

from devices.measures import MEASURES
from devices.payload import shown
from devices.profiles import load
from devices.reading import Value
from devices.values import LONGEST_WORD, Reader, SentinelError, UnusableError, disbelieve_states, number

_WORDS = re.compile(r"[A-Z]+(?![a-zæøå])\d*|[A-ZÆØÅ]?[a-zæøå]+\d*|\d+")
_CHANNEL = re.compile(r"(ch|chn|channel|l|port|input|zone)?\d{1,3}")
_NOT_A_CHANNEL = re.compile(
    r"co_?2|o_?3|no_?2|so_?2|h_?2_?s|n_?h_?3|pm_?\d+", re.IGNORECASE
)  # gases and dust
_LONGEST_NAME = 100
_DEEPEST = 4
_MOST_FIELDS = 300
_LARGEST = 1e9
_MOST_PRESSES = 1000
_ALARMS = frozenset(("alarm", "alert"))
_VOLTS_BELOW = 6  # a battery's % below this may as well be volts under the same name


class Field(NamedTuple):
    """`after`: only where no better field has told the measure."""

    measure: str
    read: Reader
    after: bool = False


def squeezed(text: str) -> str:
    """`No leak` → `noleak`: a word without what writers differ in."""
    return "".join(c for c in text.lower() if c.isalnum())


def taken_apart(name: str) -> tuple[str, ...]:
    """`waterLeak_1` → (water, leak): its words in small letters, without channel numbers at the end."""
    words = [word.lower() for word in _WORDS.findall(name[:_LONGEST_NAME])]
    while len(words) > 1 and _CHANNEL.fullmatch(words[-1]):
        words.pop()
        if len(words) > 1 and words[-1] in ("ch", "chn", "channel", "port", "zone"):
            words.pop()
    return tuple(words)


@lru_cache(maxsize=4096)
def field_of(name: str) -> Field | None:
    """What a field of this name says, whoever made the device."""
    if _NOT_A_CHANNEL.search(name[:_LONGEST_NAME]):
        return None
    words = taken_apart(name)
    numbered = len(words) < len(_WORDS.findall(name[:_LONGEST_NAME]))
    found = _field_of(words)
    if found is None and words and words[-1][-1:].isdigit():  # Temp1, battery2
        numbered, found = True, _field_of((*words[:-1], words[-1].rstrip("0123456789")))
    return found._replace(after=True) if found is not None and numbered else found


def _field_of(words: tuple[str, ...]) -> Field | None:
    """By the whole name, or by what is left of it without filler."""
    general = _general()
    whole = " ".join(words)
    for names in general.names.values():
        if whole in names:
            return names[whole]
    for kind, filler in general.filler.items():
        kept = " ".join([word for word in words if word not in filler])
        if (field := general.names[kind].get(kept)) is not None:
            return _only_true(field) if field.measure == "open" and not _ALARMS.isdisjoint(words) else field
    return None


def _only_true(field: Field) -> Field:
    """A door's alarm that is off does not say that the door is shut."""
    read = field.read
    return field._replace(read=lambda raw: read(raw) or None)


def meaning(
    said: Mapping[str, Any], errors: list[str], own: Mapping[str, tuple[Field, ...]] | None = None
) -> dict[str, Value]:
    """Measure → value of all that is said. `own`: the vendor's fields, which win; an empty one says nothing.

    Of several fields for one state, one that is true is enough; of several numbers the first counts, and one
    without a channel's number before those with.
    """
    values: dict[str, Value] = {}
    late: list[tuple[str, Field, object]] = []
    sentinels: list[str] = []
    for name, full, raw in fields_in(said):
        for field in _lookup(name, full, own or {}):
            if field.after or (full != name and field.measure in values):
                late.append((full, field, raw))
            else:
                _put(values, full, field, raw, errors, sentinels)
    given = frozenset(values)
    for full, field, raw in late:
        if field.measure not in given:
            _put(values, full, field, raw, errors, sentinels)
    if sentinels:
        errors += sentinels
        disbelieve_states(values, errors)
    return values


def fields_in(said: Mapping[str, Any]) -> Iterator[tuple[str, str, object]]:
    """(name, name with those above it, value) of every single value; settings and memories are set apart."""
    left = [_MOST_FIELDS]
    yield from _fields(said, "", left, _DEEPEST)


def _fields(
    said: Mapping[str, Any], above: str, left: list[int], depth: int
) -> Iterator[tuple[str, str, object]]:
    for name, raw in said.items():
        left[0] -= 1
        if left[0] < 0:
            return
        full = f"{above} {name}" if above else name
        if isinstance(raw, dict):
            if depth > 1 and not _is_set_apart(name) and not _is_release(name, raw):
                yield from _measured(raw, full) or _fields(raw, full, left, depth - 1)
        elif raw is not None and not isinstance(raw, list):
            yield name, full, raw


def _measured(said: Mapping[str, Any], full: str) -> list[tuple[str, str, object]] | None:
    """{"value": 21.5, "unit": "°C"} is one value."""
    if not 1 <= len(said) <= 4:
        return None
    raw = said.get("value", said.get("data") if "unit" in said else None)
    if raw is None or isinstance(raw, dict | list):
        return None
    unit = said.get("unit", said.get("units", ""))
    fahrenheit = isinstance(unit, str) and squeezed(unit) in ("f", "fahrenheit", "degf")
    return [(f"{full} f" if fahrenheit else full, full, raw)]


def _is_set_apart(name: str) -> bool:
    return not _general().set_apart.isdisjoint(taken_apart(name))


def _is_release(name: str, said: Mapping[str, Any]) -> bool:
    """{"button": {"event": "button 1", "state": "released"}} tells that a button was let go."""
    field = field_of(name)
    if field is None or MEASURES[field.measure].kind != "event":
        return False
    values = list(said.values())[:8]
    return any(squeezed(value[:40]) in _RELEASED for value in values if isinstance(value, str))


def _lookup(name: str, full: str, own: Mapping[str, tuple[Field, ...]]) -> tuple[Field, ...]:
    if own:
        for key in (full, name):
            if (found := own.get(squeezed(key))) is not None:
                return found
    field = field_of(name)
    if field is None and full != name:
        field = field_of(full)
    return _general().by_value.get(" ".join(taken_apart(name)), ()) if field is None else (field,)


def _put(
    values: dict[str, Value],
    name: str,
    field: Field,
    raw: object,
    errors: list[str],
    sentinels: list[str],
) -> None:
    try:
        value = field.read(raw)
    except UnusableError as fault:
        (sentinels if isinstance(fault, SentinelError) else errors).append(f"{shown(name)[1:-1]} {fault}")
        return
    if value is not None and (field.measure not in values or value is True or value == "emergency"):
        values[field.measure] = value


# How a field is read


class _General(NamedTuple):
    filler: dict[str, frozenset[str]]
    names: dict[str, dict[str, Field]]
    by_value: dict[str, tuple[Field, ...]]
    """Fields whose name says nothing (alarm, event): their value may."""
    set_apart: frozenset[str]


@cache
def _general() -> _General:
    data = load("general")
    names: dict[str, dict[str, Field]] = {kind: {} for kind in data["filler"]}
    by_value: dict[str, tuple[Field, ...]] = {}
    for measure, entries in data["measures"].items():
        kind = MEASURES[measure].kind
        for entry in entries:
            field = Field(measure, reader(measure, entry), bool(entry.get("after")))
            for name in entry["names"]:
                if entry.get("only"):
                    by_value[name] = (*by_value.get(name, ()), field)
                else:
                    names[kind][name] = field
    filler = {kind: frozenset(words) for kind, words in data["filler"].items()}
    return _General(filler, names, by_value, frozenset(data["set_apart"]))


def reader(measure: str, entry: Mapping[str, Any]) -> Reader:
    """The reader that an entry of a profile describes. Without `reads`: what the measure's kind needs."""
    usual = {"state": "flag", "number": "number", "event": measure if measure == "fall" else "press"}
    return _READERS[entry.get("reads", usual[MEASURES[measure].kind])](measure, entry)


def _state_words(entry: Mapping[str, Any]) -> dict[str, bool]:
    words = load("general")["words"]
    known: dict[str, bool] = {}
    for said in (True, False):
        key = "true" if said else "false"
        if not entry.get("bare"):
            known |= dict.fromkeys(words[key], said is not bool(entry.get("inverted")))
        known |= dict.fromkeys(map(squeezed, entry.get(key, ())), said)
    return known


def _subject(entry: Mapping[str, Any]) -> frozenset[str]:
    """The words of a field's names: in a field «contact», «Contacts Opened» says no more than «opened»."""
    words = {word for name in entry.get("names", ()) for word in name.split()}
    return frozenset(words | {f"{word}s" for word in words})


def _without(raw: str, subject: frozenset[str]) -> str:
    return "".join(word for word in taken_apart(raw) if word not in subject)


def _flag(measure: str, entry: Mapping[str, Any]) -> Reader:
    known = _state_words(entry)
    inverted, counts = bool(entry.get("inverted")), entry.get("reads") == "count"
    only_words, no_numbers = entry.get("reads") == "words", entry.get("reads") == "yesno"
    subject = _subject(entry)
    expected = f"a word for {measure} such as {_some(known)}" + ("" if only_words else ", true or false")
    others_say_nothing = bool(entry.get("only"))

    def read(raw: object) -> Value | None:
        if isinstance(raw, str):
            text = squeezed(raw)
            if text in known:
                return known[text]
            if not text or text in _SAYS_NOTHING or others_say_nothing:
                return None
            if text in ("0", "1", "true", "false") and not only_words:
                return (text in ("1", "true")) is not inverted
            for left in (_without(raw, subject), _without(raw, subject - known.keys())):
                if left in known:
                    return known[left]
        elif no_numbers and type(raw) is not bool:
            return None
        elif not only_words and isinstance(raw, int | float):
            if raw == 0 or raw == 1:
                return (raw == 1) is not inverted
            if counts and 0 < raw < 1e6:
                return True
        raise UnusableError(f"is {shown(raw)}; expected {expected}")

    return read


def _press(_: str, entry: Mapping[str, Any]) -> Reader:
    word = entry.get("word", "pressed")
    nothing = frozenset(map(squeezed, entry.get("nothing", ()))) | {"", "0"} | _SAYS_NOTHING
    given = {squeezed(str(key)): value for key, value in entry.get("words", {}).items()}
    others_say_nothing = bool(entry.get("only"))

    def read(raw: object) -> Value | None:
        if others_say_nothing:
            return given.get(squeezed(raw[:LONGEST_WORD])) if isinstance(raw, str) else None
        if raw is True:
            return str(word)
        if isinstance(raw, int | float) and 0 <= raw < _MOST_PRESSES:
            if raw == 0:
                return None
            text = f"{raw:g}"
            return str(given.get(text) or (word if raw == 1 or entry.get("same") else text))
        if isinstance(raw, str) and len(raw) <= LONGEST_WORD and raw.isprintable():
            text = squeezed(raw)
            if text in nothing:
                return None
            return str(given.get(text) or (word if entry.get("same") or text in _JUST_TRUE else raw.strip()))
        raise UnusableError(f"is {shown(raw)}; expected a word such as single, or true")

    return read


def _fall(_: str, entry: Mapping[str, Any]) -> Reader:
    known = {
        squeezed(word): outcome
        for outcome in ("suspected", "confirmed", "cleared")
        for word in entry.get(outcome, ())
    }

    others_say_nothing = bool(entry.get("only"))

    def read(raw: object) -> Value | None:
        text = squeezed(str(raw)[:LONGEST_WORD]) if isinstance(raw, str | bool) or raw in (0, 1) else ""
        text = {"10": "1", "00": "0"}.get(text, text)  # 1.0 squeezed
        if text in known:
            return known[text]
        if others_say_nothing or (isinstance(raw, str) and (not text or text in _SAYS_NOTHING)):
            return None
        raise UnusableError(f"is {shown(raw)}; expected a word such as {_some(known)}")

    return read


def _number(measure: str, entry: Mapping[str, Any]) -> Reader:
    read_number = number(MEASURES[measure])
    times = float(entry.get("times", 1))
    fahrenheit = entry.get("unit") == "°F"

    def read(raw: object) -> Value | None:
        if isinstance(raw, str) and (text := squeezed(raw)) and (text in _SAYS_NOTHING or text == "nosensor"):
            return None
        if not (fahrenheit or times != 1):
            return read_number(raw)
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not abs(raw) < _LARGEST:
            raise UnusableError(f"is {shown(raw)}; expected a number")
        return read_number(round((raw - 32) / 1.8 if fahrenheit else raw * times, 3))

    return read


def _percent(measure: str, _: Mapping[str, Any]) -> Reader:
    read_number = number(MEASURES[measure])

    def read(raw: object) -> Value | None:
        if isinstance(raw, str):
            text = raw.strip()
            if not text[:1].isdigit() and not text.startswith("-"):
                return None  # «external», «low»: nothing about %
            if "-" in text[1:]:
                return None  # «80-100»
            if text.endswith("%"):
                return read_number(text[:-1])
        if isinstance(raw, float | int) and not isinstance(raw, bool) and 0 < raw < _VOLTS_BELOW:
            if raw != int(raw):
                return None  # volts: no meter tells so few % with a fraction
            raise UnusableError(f"is {shown(raw)}, which may be % or volts; expected a number of %")
        return read_number(raw)

    return read


_SAYS_NOTHING = frozenset(
    ("unknown", "undefined", "unavailable", "na", "nan", "null", "notavailable", "invalid")
)
_RELEASED = frozenset(("release", "released", "notpressed", "unpressed"))
_JUST_TRUE = frozenset(
    ("true", "1", "yes", "on", "pressed", "pushed", "trigger", "triggered", "alarm", "active")
)
_READERS: dict[str, Callable[[str, Mapping[str, Any]], Reader]] = {
    "flag": _flag,
    "count": _flag,
    "words": _flag,
    "yesno": _flag,
    "press": _press,
    "fall": _fall,
    "number": _number,
    "percent": _percent,
}


def _some(words: Iterable[str]) -> str:
    return ", ".join(list(dict.fromkeys(words))[-4:])
