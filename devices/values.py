"""One value of a message becomes the value of a measure, or a reason why not.

A reader takes what JSON gave (never None) and returns the value, or None for «nothing to say».
It raises UnusableError.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from devices.measures import MEASURES, Measure
from devices.payload import shown
from devices.reading import Value

Reader = Callable[[object], Value | None]

LONGEST_WORD = 64
_SENTINELS = (-1, 999, -999)
_SENTINEL_MEASURES = frozenset(("battery", "temperature", "humidity", "illuminance"))
BOOLEAN_WORDS: Mapping[str, bool] = {
    "true": True, "on": True, "yes": True, "1": True,
    "false": False, "off": False, "no": False, "0": False,
}  # fmt: skip


class UnusableError(ValueError):
    """What was found and expected, as the end of a sentence that begins with the property's name."""


class SentinelError(UnusableError):
    """A number that devices send for «no value», typically when they have just woken up."""


def strict_state(raw: object) -> bool:
    """true or false, nothing else."""
    if isinstance(raw, bool):
        return raw
    raise UnusableError(f"is {shown(raw)}; expected true or false")


def state(words: Mapping[str, bool] | None = None, inverted: bool = False) -> Reader:
    """true / false, 0 / 1, or one of the words (small letters); `inverted` where true is the person's false.

    `words` are in the person's sense already, whatever `inverted` says of true and false.
    """
    known = {word: value is not inverted for word, value in BOOLEAN_WORDS.items()} | dict(words or {})
    expected = "true or false" + "".join(f", {word}" for word in words or ())

    def read(raw: object) -> bool | None:
        if raw is True or raw is False:
            return raw is not inverted
        if isinstance(raw, int | float) and (raw == 0 or raw == 1):
            return (raw == 1) is not inverted
        if isinstance(raw, str):
            value = known.get(raw.strip().lower())
            if value is not None:
                return value
            if not raw.strip():
                return None
        raise UnusableError(f"is {shown(raw)}; expected {expected}")

    return read


def number(measure: Measure) -> Reader:
    """A number in the measure's legal range, also as text ("80.00")."""
    lowest, highest = measure.lowest, measure.highest
    unit = f" {measure.unit}" if measure.unit else ""
    expected = f"a number from {lowest:g} to {highest:g}{unit}"
    may_be_sentinel = measure.name in _SENTINEL_MEASURES

    def read(raw: object) -> float | None:
        value = raw
        if isinstance(raw, str):
            if not raw.strip():
                return None
            value = _number_in(raw)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise UnusableError(f"is {shown(raw)}; expected {expected}")
        if lowest <= value <= highest:
            return value
        if may_be_sentinel and value in _SENTINELS:
            raise SentinelError(f"is {shown(raw)}, a sign for «no value»; expected {expected}")
        raise UnusableError(f"is {shown(raw)}; expected {expected}")

    return read


def strict_number(measure: Measure) -> Reader:
    """A number in the measure's legal range, as a number."""
    tolerant = number(measure)

    def read(raw: object) -> Value | None:
        if isinstance(raw, str):
            raise UnusableError(f"is {shown(raw)}, a text; expected a number without quotes")
        return tolerant(raw)

    return read


def word(measure: Measure) -> Reader:
    """A word at an instant; one of the measure's own words where it has a list."""
    expected = "one of " + ", ".join(measure.words) if measure.words else "a word such as single"

    def read(raw: object) -> str | None:
        if isinstance(raw, str):
            text = raw.strip()
            if not text:
                return None
            if (
                (text in measure.words)
                if measure.words
                else (len(text) <= LONGEST_WORD and text.isprintable())
            ):
                return text
        raise UnusableError(f"is {shown(raw)}; expected {expected}")

    return read


def strict(measure: Measure) -> Reader:
    """The reader for values that already are in the project's own words."""
    if measure.kind == "state":
        return strict_state
    return strict_number(measure) if measure.kind == "number" else word(measure)


def one_of(words: Mapping[str, Value | None]) -> Reader:
    """A word of a vendor's list, translated; None in the list means that this word says nothing."""
    expected = "one of " + ", ".join(words)

    def read(raw: object) -> Value | None:
        if isinstance(raw, str):
            text = raw.strip().lower()
            if text in words:
                return words[text]
            if not text:
                return None
        raise UnusableError(f"is {shown(raw)}; expected {expected}")

    return read


def _number_in(text: str) -> float | None:
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


STRICT: Mapping[str, Reader] = {name: strict(measure) for name, measure in MEASURES.items()}
EVENTS = frozenset(measure.name for measure in MEASURES.values() if measure.kind == "event")
STATES = frozenset(measure.name for measure in MEASURES.values() if measure.kind == "state")
ALARMS = frozenset({"smoke", "gas", "co", "leak"})
"""What is believed however odd the rest of the message is: better a fire too many than one too few."""


def disbelieve_states(values: dict[str, Value], errors: list[str]) -> None:
    """A device that has just woken up may send states it has not measured yet, beside «no value» numbers."""
    states = [measure for measure in values if measure in STATES and measure not in ALARMS]
    for measure in states:
        del values[measure]
    if states:
        errors.append(f"{', '.join(states)} sent together with a sign for «no value» is not believed")
