"""What the values of a rule are called, and how one is written for people."""

from __future__ import annotations

from rules.origin import Level, Value
from rules.wording.voice import Language, Words, norwegian, say

_KEYS: dict[str, Words] = {
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
_SEVERITIES: dict[str, Words] = {
    "high": ("Høy", "High"),
    "medium": ("Middels", "Medium"),
    "low": ("Lav", "Low"),
}
_LEVELS: dict[Level, Words] = {
    "catalogue": ("Standard", "Default"),
    "site": ("Stedet", "The site"),
    "unit": ("Avdelingen", "The unit"),
    "resident": ("Beboerens egen", "The resident's own"),
}
_UNITS_NB = {"h": "t", "d": "d", "min": "min", "s": "s"}


def key_word(key: str, language: Language) -> str:
    words = _KEYS.get(key)
    return say(words, language) if words is not None else key


def level_word(level: Level, language: Language) -> str:
    return say(_LEVELS[level], language)


def written(sort: str, value: str | int | bool | None, language: Language) -> str:
    """`10 h` is `10 t`, `22:00-07:00` is `22.00–07.00`; nothing set is said so."""
    if sort == "yes_no":
        return say((("Nei", "No"), ("Ja", "Yes"))[bool(value)], language)
    if value is None:
        return say(("Hele døgnet", "At any time"), language) if sort == "window" else "–"
    text = str(value)
    if sort == "severity":
        return say(_SEVERITIES[text], language)
    if sort == "duration" and norwegian(language):
        return " ".join(_UNITS_NB.get(part, part) for part in text.split())
    if sort in ("window", "clock"):
        text = text.replace("-", "–")
        return text.replace(":", ".") if norwegian(language) else text
    return text


def value_word(value: Value, language: Language) -> str:
    return written(value.sort, value.value, language)
