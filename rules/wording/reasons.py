"""Why a message could not be understood, sorted by what a technician does about it, and in Norwegian.

The reasons are English sentences of devices/ and hub/pipeline.py; here each of their forms stands once, with
its bokmål. A test holds that no form is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

from rules.language import Language
from rules.wording.nynorsk import nynorsk

Sort = Literal["unknown", "unreadable", "value", "time", "codec", "topic", "announcement", "size", "other"]


Say = Callable[[str], str]
"""From bokmål to the form of Norwegian that is read."""


class _Form(NamedTuple):
    sort: Sort
    pattern: re.Pattern[str]
    bokmål: str | Callable[[re.Match[str], Say], str]


def in_words(reason: str, language: Language) -> str:
    """The reason in the reader's language."""
    if language == "en":
        return reason
    say: Say = nynorsk if language == "nn" else str
    return "; ".join(_norwegian(part, say) for part in _parts(reason))


def sort_of(reason: str) -> Sort:
    """By its first part that is known."""
    for part in _parts(reason):
        for form in _FORMS:
            if form.pattern.fullmatch(part):
                return form.sort
    return "other"


def is_known(reason: str) -> bool:
    """Whether every part of it has its Norwegian words."""
    return all(any(form.pattern.fullmatch(part) for form in _FORMS) for part in _parts(reason))


_SAME_SENTENCE = (
    "expected ",
    "the time of arrival is used",
    "at most ",
    "it was read as",
    "this one is left",
)


def _parts(reason: str) -> list[str]:
    """The faults of one message, one by one: inside a fault a semicolon stands as well."""
    parts: list[str] = []
    for piece in reason.split("; "):
        if parts and piece.startswith(_SAME_SENTENCE):
            parts[-1] += f"; {piece}"
        else:
            parts.append(piece)
    return parts


def _norwegian(part: str, say: Say) -> str:
    for form in _FORMS:
        if (found := form.pattern.fullmatch(part)) is not None:
            if callable(form.bokmål):
                return form.bokmål(found, say)
            return found.expand(say(form.bokmål))
    return part


_FOUND = {
    "an object": "et objekt",
    "a list": "en liste",
    "null": "tom",
    "a whole number of more than 15 digits": "et heltall på over 15 sifre",
}
_EXPECTED: list[tuple[re.Pattern[str], str]] = [
    (re.compile(pattern, re.DOTALL), words)
    for pattern, words in (
        (r"true or false(.*)", r"true eller false\1"),
        (r"a number from (\S+) to (\S+)(.*)", r"et tall fra \1 til \2\3"),
        (r"a number of %", "et tall i %"),
        (r"a number without quotes", "et tall uten anførselstegn"),
        (r"a number", "et tall"),
        (r"one of (.*)", r"ett av \1"),
        (r"a word for (\S+) such as (.*), true or false", r"et ord for \1 som \2, true eller false"),
        (r"a word for (\S+) such as (.*)", r"et ord for \1 som \2"),
        (r"a word such as (.*), or true", r"et ord som \1, eller true"),
        (r"a word such as (.*)", r"et ord som \1"),
        (r"a JSON object such as (.*)", r"et JSON-objekt som \1"),
        (r"a time as ISO 8601 with zone, or an epoch", "et tidspunkt som ISO 8601 med sone, eller epoke"),
        (r"an object", "et objekt"),
        (r"a list", "en liste"),
        (r"hexadecimal digits as text", "heksadesimale sifre som tekst"),
        (r"device_info with device_sn", "device_info med device_sn"),
        (r"what it has announced for it", "det den har kunngjort"),
        (r"e\.g\. (.*)", r"f.eks. \1"),
        (r"(\S+) or (\S+)", r"\1 eller \2"),
        (r"(\d+) to (\d+)", r"\1 til \2"),
    )
]


def _expected(text: str, say: Say) -> str:
    for pattern, words in _EXPECTED:
        if (found := pattern.fullmatch(text)) is not None:
            return found.expand(say(words))
    return text


def _is_but(found: re.Match[str], say: Say) -> str:
    """«temperature is 999; expected a number from …»"""
    name, value, rest = found["name"], found["value"], found["expected"]
    value, sign, tail = value.partition(", a sign for «no value»")
    value, text, _ = value.partition(", a text")
    value, volts, _ = value.partition(", which may be % or volts")
    value, local, _ = value.partition(", a local time without zone")
    words = f"{say(_NAMES.get(name, name))} er {say(_FOUND.get(value, value))}"
    words += say(", et tegn på «ingen verdi»") if sign else ""
    words += say(", en tekst") if text else ""
    words += say(", som kan være % eller volt") if volts else ""
    words += say(", lokal tid uten sone") if local else ""
    rest, arrival, _ = rest.partition("; the time of arrival is used")
    words += f"{say('; ventet')} {_expected(rest, say)}{tail}"
    return words + (say("; ankomsttiden brukes") if arrival else "")


_NAMES = {
    "the payload": "innholdet",
    "the announcement": "kunngjøringen",
    "the answer": "svaret",
    "the event": "hendelsen",
    "the answer's status": "svarets status",
    "the event's data": "hendelsens data",
    "the event's ieee_address": "hendelsens ieee_address",
    "the list of devices": "enhetslista",
    "the gateway's last will": "gatewayens siste ord",
    "the availability of the gateway": "gatewayens tilgjengelighet",
    "a device's availability": "en enhets tilgjengelighet",
    "the 433 MHz code": "433 MHz-koden",
}


def _whole(found: re.Match[str], say: Say) -> str:
    """«the payload is not JSON: …»"""
    name, said = found["name"], found["said"]
    for start, words in _UNREADABLE.items():
        if said.startswith(start):
            cut = re.fullmatch(r"is JSON that is cut off after (\d+) characters", said)
            after = say(" etter {} tegn").format(cut[1]) if cut else ""
            tail = said.removeprefix(start) if start.endswith(":") or start == "is not JSON (" else ""
            return f"{say(_NAMES.get(name, name))} {say(words)}{after}{tail}"
    return found[0]


_UNREADABLE = {
    "is nested too deeply": "er nøstet for dypt til å være en enhets melding",
    "is neither UTF-8 nor JSON:": "er verken UTF-8 eller JSON:",
    "has single quotes": "har enkle anførselstegn, som en Python-dict som tekst; ventet JSON med doble",
    "is JSON that is cut off": "er JSON som er kuttet av",
    "is not JSON (": "er ikke JSON (",
    "is not JSON:": "er ikke JSON:",
}


def _form(sort: Sort, pattern: str, bokmål: str | Callable[[re.Match[str], Say], str]) -> _Form:
    return _Form(sort, re.compile(pattern, re.DOTALL), bokmål)


_UNREADABLE_NAMES = (
    r"(?P<name>the payload|the announcement|the answer|the event|the list of devices|objectJSON) "
)
_FORMS: tuple[_Form, ...] = (
    _form("unknown", r"the site names no device (.+) at (\S+)", r"stedet har ingen enhet \1 hos \2"),
    _form(
        "unknown", r"too many devices that the site does not name", "for mange enheter som stedet ikke har"
    ),
    _form(
        "unknown",
        r"the 433 MHz code (.+) is none that the site names under codes",
        r"433 MHz-koden \1 står ikke under codes i stedfilen",
    ),
    _form(
        "size",
        r"the payload has (\d+) bytes; at most (\d+) are read",
        r"innholdet har \1 byte; høyst \2 leses",
    ),
    _form("size", r"a device's name of more than (\d+) characters", r"et enhetsnavn på mer enn \1 tegn"),
    _form(
        "codec",
        r"the payload is not decoded, and no codec is known for the device",
        "innholdet er ikke dekodet, og det finnes ingen kodek for enheten",
    ),
    _form(
        "codec",
        r"the payload (.+) on port (.+) is no uplink in base64",
        r"innholdet \1 på port \2 er ingen uplink i base64",
    ),
    _form("codec", r"the device's codec failed: (.*)", r"enhetens kodek feilet: \1"),
    _form("codec", r"the device's codec refused it: (.*)", r"enhetens kodek avviste det: \1"),
    _form(
        "codec",
        r"the device's codec (made (?:nothing|no data|no object.*|an object that is none)|has \d+ .*)",
        "enhetens kodek ga ikke noe brukbart objekt",
    ),
    _form(
        "unreadable",
        r"the payload is not UTF-8; it was read as Latin-1",
        "innholdet er ikke UTF-8; det ble lest som Latin-1",
    ),
    _form(
        "unreadable",
        _UNREADABLE_NAMES
        + r"(?P<said>is nested too deeply.*|is neither UTF-8.*|has single quotes.*|is JSON that is.*"
        + r"|is not JSON.*)",
        _whole,
    ),
    _form("unreadable", r"bridge/info cannot be read \((.*)\)?", r"bridge/info kan ikke leses (\1"),
    _form(
        "unreadable",
        r"the payload names no device; expected device_info with device_sn",
        "innholdet nevner ingen enhet; ventet device_info med device_sn",
    ),
    _form("topic", r"no gateway is configured for the topic (.+)", r"ingen gateway er satt opp for emnet \1"),
    _form("topic", r"the topic (.+) was announced by nobody", r"emnet \1 er ikke kunngjort av noen"),
    _form(
        "unreadable",
        r"(.+) names no device class: what its on and off mean is not known",
        r"\1 oppgir ingen enhetsklasse: hva på og av betyr, er ikke kjent",
    ),
    _form(
        "topic", r"the topic (.+) names no device; expected (.+)", r"emnet \1 nevner ingen enhet; ventet \2"
    ),
    _form("topic", r"the topic (.+) names no device", r"emnet \1 nevner ingen enhet"),
    _form("topic", r"the topic (.+) is none of (.+)'s; expected (.+)", r"emnet \1 er ikke fra \2; ventet \3"),
    _form(
        "topic",
        r"the topic (.+) names no value of a node; expected (.+)",
        r"emnet \1 nevner ingen verdi av en node; ventet \2",
    ),
    _form(
        "announcement",
        r"value_template of (.+) (is nested too deeply)",
        r"value_template for \1 er nøstet for dypt",
    ),
    _form(
        "announcement",
        r"value_template of (.+) uses (.+), which is not understood",
        r"value_template for \1 bruker \2, som ikke forstås",
    ),
    _form(
        "announcement",
        r"value_template of (.+) calls (.+), which is not understood",
        r"value_template for \1 kaller \2, som ikke forstås",
    ),
    _form(
        "announcement",
        r"value_template of (.+) is no template \((.*)\)",
        r"value_template for \1 er ingen mal (\2)",
    ),
    _form(
        "announcement",
        r"value_template of (.+) has (\d+) characters; at most (\d+) are read",
        r"value_template for \1 har \2 tegn; høyst \3 leses",
    ),
    _form(
        "announcement",
        r"more than (\d+) entities are announced; this one is left out",
        r"mer enn \1 entiteter er kunngjort; denne er utelatt",
    ),
    _form(
        "value",
        r"(.+) sent together with a sign for «no value» is not believed",
        r"\1 sendt sammen med et tegn på «ingen verdi» tros ikke",
    ),
    _form("value", r"an event of type (.+) is not known", r"en hendelse av typen \1 er ukjent"),
    _form("value", r"the event (.+) is not known", r"hendelsen \1 er ukjent"),
    _form("value", r"the status of (.+) is (.+); expected 1 to 4", r"status for \1 er \2; ventet 1 til 4"),
    _form(
        "other",
        r"the uplink was simulated in the console: it tells nothing of a person",
        "uplinken er laget som prøve i konsollen: den sier ingenting om et menneske",
    ),
    _form("value", r"(.+) is no measure here", r"\1 er ingen måling her"),
    _form("value", r"(.+) is not a measure", r"\1 er ingen måling"),
    _form(
        "value",
        r"(.+) with (.+): a test of the radar, not a fall",
        r"\1 med \2: en prøve av radaren, ikke et fall",
    ),
    _form(
        "value",
        r"(.+) has a value, but only the device's own settings tell of what",
        r"\1 har en verdi, men bare enhetens egne innstillinger sier av hva",
    ),
    _form(
        "value",
        r"(\S+) (\w+Error: .*)",
        r"\1: \2",
    ),
    _form(
        "time",
        r"(?P<name>.+?) is (?P<value>.+); expected (?P<expected>.+; the time of arrival is used)",
        _is_but,
    ),
    _form("value", r"(?P<name>.+?) is (?P<value>.+?); expected (?P<expected>.*)", _is_but),
    _form("other", r"and (\d+) more", r"og \1 til"),
    _form("other", r"many different faults", "mange ulike feil"),
    _form(
        "other",
        r"too many different messages could not be understood",
        "for mange ulike meldinger kunne ikke forstås",
    ),
    _form("other", r"the hub itself failed on this message (.*)", r"huben selv feilet på denne meldingen \1"),
)

WORDS: tuple[str, ...] = (
    *_FOUND.values(),
    *_NAMES.values(),
    *_UNREADABLE.values(),
    *(words for _, words in _EXPECTED),
    *(form.bokmål for form in _FORMS if isinstance(form.bokmål, str)),
)
"""All of the bokmål above that stands in tables."""
