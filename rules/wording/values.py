"""What the values of a rule are called, and how one is written for people."""

from __future__ import annotations

from rules.origin import Level, Value
from rules.wording.voice import Language

_KEYS: dict[str, tuple[str, str]] = {
    "lasts": ("Når det har vart i", "When it has lasted"),
    "after": ("Etter", "After"),
    "prewarning": ("Forvarsel før varselet", "Pre-warning before the alert"),
    "by_day": ("Tid om dagen", "Time by day"),
    "by_night": ("Tid om natten", "Time by night"),
    "within": ("Innen", "Within"),
    "exit_delay": ("Tid til å gå ut", "Time to leave"),
    "window": ("Tidsrom", "Hours"),
    "night": ("Natt", "Night"),
    "from": ("Fra klokka", "From"),
    "by": ("Innen klokka", "By"),
    "times": ("Antall ganger", "How many times"),
    "begins_inside": ("Må begynne i tidsrommet", "Must begin in these hours"),
    "severity": ("Alvorlighet", "Severity"),
}
_SEVERITIES = {"high": ("Høy", "High"), "medium": ("Middels", "Medium"), "low": ("Lav", "Low")}
_LEVELS: dict[Level, tuple[str, str]] = {
    "catalogue": ("Standard", "Default"),
    "site": ("Stedet", "The site"),
    "unit": ("Enheten", "The unit"),
    "resident": ("Beboerens egen", "The resident's own"),
}
_UNITS_NB = {"h": "t", "d": "d", "min": "min", "s": "s"}


def key_word(key: str, language: Language) -> str:
    words = _KEYS.get(key)
    return words[language == "en"] if words is not None else key


def level_word(level: Level, language: Language) -> str:
    return _LEVELS[level][language == "en"]


def written(sort: str, value: str | int | bool | None, language: Language) -> str:
    """`10 h` is `10 t`, `22:00-07:00` is `22.00–07.00`; nothing set is said so."""
    english = language == "en"
    if sort == "yes_no":
        return (("Nei", "No"), ("Ja", "Yes"))[bool(value)][english]
    if value is None:
        return (
            "Hele døgnet" if sort == "window" and not english else "At any time" if sort == "window" else "–"
        )
    text = str(value)
    if sort == "severity":
        return _SEVERITIES[text][english]
    if sort == "duration" and not english:
        return " ".join(_UNITS_NB.get(part, part) for part in text.split())
    if sort in ("window", "clock"):
        text = text.replace("-", "–")
        return text if english else text.replace(":", ".")
    return text


def value_word(value: Value, language: Language) -> str:
    return written(value.sort, value.value, language)
