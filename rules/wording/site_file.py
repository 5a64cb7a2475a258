"""What is wrong with a part of the site, and what was expected there, in Norwegian.

The checks say it in English, for programs and the command line (hub/site/). Here are those of their sentences
that pages show; any other stays in English, and the page says so to whoever has it read aloud.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from rules.wording.voice import Language, Words, norwegian, say

_SENTENCES: tuple[Words, ...] = (
    # what is wrong
    ("Et tegn kan ikke leses", "a letter that cannot be read"),
    ("Linjen kan ikke leses. Kanskje mangler et anførselstegn", "not CSV: {}"),
    ("Listen er tom", "the list is empty"),
    ("Listen er {}", "the list is {}"),
    ("Kolonnen {} mangler", "there is no column {}"),
    ("Kolonnen {} er ukjent", "{} is no column of devices"),
    ("Kolonnen {} står to ganger", "column {} is there twice"),
    ("{} celler, men første linje har {}", "{} cells where the first line has {}"),
    ("{} er {}: regnearket har rundet av tallet", "{} is {}: a number that the spreadsheet has rounded"),
    ("En enhet er {}", "a device is {}"),
    ("Feltet {} er ukjent", "{} is not a key of devices"),
    ("En enhet mangler id", "a device without id"),
    ("{} mangler", "{} is missing"),
    ("{} hos {} er allerede {}", "{} at gateway {} is already {} on line {}"),
    ("{} står allerede på linje {}", "{} is already on line {}"),
    ("{} finnes allerede i rom {}", "{} is already in room {}"),
    ("{} hos {} er enheten som henger der nå", "{} at {} is the device that is there"),
    ("{} bor i {}", "{} lives in {}"),
    ("Det finnes ingen enhet {}", "there is no device {}"),
    ("Det finnes ikke noe rom {}", "there is no room {}"),
    ("Det finnes ingen avdeling {}", "there is no unit {}"),
    ("Det finnes ingen gateway {}", "there is no gateway {}"),
    ("Det finnes ingen beboer {}", "there is no resident {}"),
    ("Navnet er {}", "id is {}"),
    ("Rommet er {}", "room is {}"),
    ("Rollen er {}", "role is {}"),
    ("Gateway er {}", "gateway is {}"),
    ("Adressen er {}", "address is {}"),
    ("Beboeren er {}", "resident is {}"),
    # what was expected
    ("Lagre listen som CSV UTF-8", "the list saved as CSV UTF-8"),
    ("Celler delt med ; eller ,", "cells divided by ; or ,"),
    ("Første linje: {}", "a first line {}"),
    ("Bare én gang", "it once"),
    ("Anførselstegn rundt en celle med skilletegn i", 'quotes ("…") round a cell that holds the divider'),
    ("{} i sin helhet, med ' foran", "the {} itself, with ' before it so that it stays a text"),
    ("devices: med en liste under", "devices: with a list below"),
    ("Felter med verdier: id, room, role", "keys with values: id, room, role"),
    ("Navnet den har i Vaka", "the name it has in Vaka"),
    ("Hver enhet på én linje", "each device on one line"),
    ("Et annet navn", "another id"),
    ("En adresse ingen annen enhet har", "an address that no other device has"),
    ("Adressen til en annen enhet", "the address of another one"),
    ("En beboer i {}, eller enheten i det rommet", "a resident of {}, or the device in that room"),
    ("En tekst", "a text"),
    ("En tekst på én linje", "a text on one line"),
    ("Høyst {} tegn", "at most {} characters"),
    ("Ingen: det finnes ingen", "none, for there are none"),
    ("Kanskje {}. Ellers en av {}", "{} (perhaps), or one of {}"),
    ("En av {}", "one of {}"),
    ("«{}»", "'{}'"),
)
_VALUES: tuple[Words, ...] = (
    ("tom", "empty"),
    ("en gruppe felter", "a group of keys"),
    ("en liste", "a list"),
)
_FORMS = tuple(
    (re.compile(re.escape(words[1]).replace(r"\{\}", "(.+)"), re.DOTALL), words) for words in _SENTENCES
)


class Sentence(NamedTuple):
    """Without its full stop. `language`: of the text."""

    text: str
    language: Language


def in_words(english: str, language: Language) -> Sentence:
    """A sentence of the checks in the reader's language."""
    if norwegian(language):
        for form, words in _FORMS:
            if found := form.fullmatch(english):
                values = [_value(part, language) for part in found.groups()]
                return Sentence(say(words, language, *values), language)
    return Sentence(english, "en")


def _value(text: str, language: Language) -> str:
    """What stands in the file, between Norwegian quotes."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return f"«{text[1:-1]}»"
    return next((say(words, language) for words in _VALUES if words[1] == text), text)
