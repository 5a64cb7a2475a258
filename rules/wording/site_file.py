"""What is wrong with a part of the site, and what was expected there, in Norwegian.

The checks say it in English, for programs and the command line (hub/site/). Here are those of their sentences
that pages show; any other stays in English, and the page says so to whoever has it read aloud.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from rules.wording.values import key_word
from rules.wording.voice import Language, Words, norwegian, say

_SENTENCES: tuple[Words, ...] = (
    # what is wrong
    ("Et tegn kan ikke leses", "a letter that cannot be read"),
    ("Linjen kan ikke leses. Kanskje mangler et anførselstegn", "not CSV: {}"),
    ("Dette er et regneark", "the file is a spreadsheet"),
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
    ("{} hos {} er i bruk", "{} at gateway {} is in use"),
    ("{} er i bruk", "{} is in use"),
    ("{} hos {} er allerede {}", "{} at gateway {} is already {} on line {}"),
    ("{} hos {} er allerede {}", "{} at gateway {} is already {}"),  # by the form: nobody sees the lines
    ("{} står allerede på linje {}", "{} is already on line {}"),
    ("{} finnes allerede", "{} is already"),
    ("Brukernavnet {} har tilhørt {}", "{} was the user name of {}"),
    ("Id-en {} har tilhørt beboeren {}", "{} was the id of the resident {}"),
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
    ("Et annet brukernavn", "another user name"),
    ("En annen id, eller navnet slik det var da", "another id, or the name as it was then"),
    ("En adresse ingen annen enhet har", "an address that no other device has"),
    (
        "En egen adresse. Får enheten et nytt navn, legg inn hele lista og kryss av for at det er hele",
        "an address of its own; where a device gets another name, the whole list, said to be the whole list",
    ),
    ("Adressen til en annen enhet", "the address of another one"),
    ("En beboer i {}, eller enheten i det rommet", "a resident of {}, or the device in that room"),
    ("En tekst", "a text"),
    ("En tekst på én linje", "a text on one line"),
    ("Høyst {} tegn", "at most {} characters"),
    ("Ingen: det finnes ingen", "none, for there are none"),
    ("Kanskje {}. Ellers en av {}", "{} (perhaps), or one of {}"),
    ("En av {}", "one of {}"),
    # YAML, and values of rules, plans and legal bases; what says less comes last
    ("Et tabulatortegn", "a tab"),
    ("Mellomrom: YAML tillater ikke tabulatortegn der", "spaces: YAML allows no tabs there"),
    ("Et kolon der det ikke kan stå noe felt", "a ': ' where no key can stand"),
    (
        "Anførselstegn rundt en tekst med kolon i, eller samme innrykk som linjene før",
        "quotes around a text with ': ', or the indentation of the lines before",
    ),
    ("En linje uten kolon", "a line without ': '"),
    (
        "felt: verdi, eller en linje som begynner med bindestrek",
        "key: value, or a list line that begins with '- '",
    ),
    (
        "Et innrykk eller et tegn som ikke passer til linjene før",
        "an indentation or a sign that does not fit the lines before",
    ),
    ("Samme innrykk som linjene rundt", "the same indentation as its neighbours"),
    ("Et anførselstegn som aldri blir lukket", "a quote that is never closed"),
    ("Et anførselstegn til slutt", "a closing quote"),
    (
        "En parentes som aldri blir lukket, eller et komma som mangler i den",
        "a bracket that is never closed, or a comma missing in it",
    ),
    ("Et komma, eller parentesen lukket", "a comma or the closing bracket"),
    ("Et tegn ingen verdi kan begynne med", "a sign that no value can begin with"),
    ("Anførselstegn rundt teksten", "quotes around the text"),
    ("Dette er ikke YAML ({})", "not YAML: {}"),
    ("Herfra er det ikke YAML ({})", "not YAML from here on ({})"),
    ("YAML", "YAML"),
    ("Et tegn som ikke kan vises (nummer {})", "a character that cannot be shown (number {})"),
    ("Lesbar tekst", "readable text"),
    ("Filen har {} tegn", "the file has {} characters"),
    ("En linje som begynner med %", "a line that begins with %"),
    ("Ingen slik linje", "no such line"),
    ("Her begynner et dokument til", "a second document begins here"),
    ("Ett dokument i filen", "one site in one file"),
    ("Mer enn {} nivåer", "more than {} levels"),
    ("En flatere fil", "a flatter file"),
    ("{} viser til et annet sted", "{} points to another place"),
    ("Selve verdien, skrevet ut", "the value itself, written out"),
    ("Et anker {}", "an anchor {}"),
    ("Ingen: verdier skrives ut", "none: values are written out"),
    ("En tagg {}", "a tag {}"),
    ("Ingen: verdier uten tagg", "none: values without a tag"),
    ("Et felt som er en liste eller en gruppe", "a key that is a list or a group"),
    ("Et ord som felt", "a word as the key"),
    ("{} står to ganger her (først på linje {})", "{} stands here twice (first on line {})"),
    ("Feltet {} hører ikke hjemme her", "{} is not a key that belongs here"),
    ("{} er ingen varighet", "{} is not a length of time"),
    ("En del av {} er {}", "a part of {} is {}"),
    ("{} er for lenge", "{} is too long"),
    ("{} er for kort", "{} is too short"),
    ("{} er ikke et tidsrom på døgnet", "{} is not a window of the day"),
    ("{} er ikke et klokkeslett", "{} is not a time of day"),
    ("{} er ingen dato", "{} is not a date"),
    ("Fra og til er begge {}", "from and by are both {}"),
    ("To klokkeslett", "two times of the day"),
    ("Det første trinnet kommer etter {}", "the first step comes after {}"),
    ("Et trinn etter {} står etter et etter {}", "a step after {} follows one after {}"),
    ("Hvert senere enn det før", "each later than the one before"),
    ("{} kan ikke være annerledes for én beboer", "{} cannot differ for one resident"),
    ("{} kan ikke være annerledes for én avdeling", "{} cannot differ for one unit"),
    ("Bare verdier av regelen", "only values of the rule"),
    ("Regelen {} er ikke i bruk i huset", "rule {} is not used under rules"),
    ("Det finnes ingen regel {}", "there is no rule {} in the catalogue"),
    ("Regelen {} finnes ikke", "there is no rule {}"),
    ("Det finnes ingen person {}", "there is no person {}"),
    ("{} har ingen egne verdier for {}", "{} has no values of their own for {}"),
    ("{} og {} deler rom {}, men har ulike verdier for {}", "{} and {} share room {} and differ in {}"),
    ("De samme verdiene for begge", "the same values for both"),
    ("Det finnes ingen versjon {} ennå", "there is no version {} yet"),
    ("Den har ikke noe navn", "it has no name"),
    ("En egen id", "an id of its own"),
    ("Det omfatter ingenting", "it covers nothing"),
    ("Minst én regel", "rules: or measures:"),
    ("Siste dag er før første dag", "valid_until lies before valid_from"),
    ("Ny vurdering er før første dag", "review lies before valid_from"),
    ("En senere dag", "a later day"),
    ("{} står i klammer med kommentarer mellom", "{} is written in brackets with comments in between"),
    ("Én linje for hver del (rettet i filen)", "one line for each part (edited as a file)"),
    ("At filen rettes og importeres", "the file corrected and imported"),
    ("En varighet, f.eks. {}", "a length of time, e.g. {}"),
    ("Et klokkeslett, f.eks. {}", "a time of day, e.g. {}"),
    ("Minst {}", "greater than or equal to {}"),
    ("Mer enn {}", "greater than {}"),
    ("Høyst {}", "less than or equal to {}"),
    ("Mindre enn {}", "less than {}"),
    ("Et helt tall", "a valid integer, unable to parse string as an integer"),
    ("Et tall", "a valid number, unable to parse string as a number"),
    ("Et tall", "a finite number"),
    ("Ja eller nei", "true or false"),
    ("Ja, nei, et ord eller en liste med ord", "true, false, a word or a list of words"),
    ("En liste", "a list"),
    ("Minst én av dem", "at least one of them"),
    ("Felter med verdier", "keys with values (key: value)"),
    ("Høyst {}", "at most {}"),
    ('F.eks. "07:30", med anførselstegn i en fil', 'e.g. "07:30", in quotes'),
    ("F.eks. 30 s, 5 min, 12 h eller 1 h 30 min", "e.g. 30 s, 5 min, 12 h or 1 h 30 min"),
    ("F.eks. {}", "e.g. {}"),
    ("Minst {}", "at least {}"),
    ("«{}»", "'{}'"),
)
_PLACE: Words = ("Tegn {} på linjen: {}", "character {}: {}")
_FIELD: Words = ("{} er {}", "{} is {}")
_VALUES: tuple[Words, ...] = (
    ("tom", "empty"),
    ("en gruppe felter", "a group of keys"),
    ("en liste", "a list"),
)
_FORMS = tuple(
    (re.compile(re.escape(words[1]).replace(r"\{\}", "(.+)"), re.DOTALL), words) for words in _SENTENCES
)
_AT = re.compile(r"character (\d+): (.+)", re.DOTALL)
_OF_KEY = re.compile(r"([a-z_]+): (.+)", re.DOTALL)
_IS = re.compile(
    r"([a-z_]+) is ('.*'|\".*\"|empty|true|false|a list|a group of keys|\d\S*( \w+)*)", re.DOTALL
)


class Sentence(NamedTuple):
    """Without its full stop. `language`: of the text."""

    text: str
    language: Language


def in_words(english: str, language: Language) -> Sentence:
    """A sentence of the checks in the reader's language."""
    if norwegian(language):
        if (found := _AT.fullmatch(english)) and (rest := in_words(found[2], language)).language == language:
            return Sentence(say(_PLACE, language, found[1], _begun_before(rest.text)), language)
        if (found := _OF_KEY.fullmatch(english)) and (
            rest := in_words(found[2], language)
        ).language == language:
            return Sentence(f"{key_word(found[1], language)}: {_begun_before(rest.text)}", language)
        for form, words in _FORMS:
            if found := form.fullmatch(english):
                values = [_value(part, language) for part in found.groups()]
                return Sentence(say(words, language, *values), language)
        if found := _IS.fullmatch(english):
            key, value = key_word(found[1], language), _value(found[2], language)
            return Sentence(say(_FIELD, language, key, value), language)
    return Sentence(english, "en")


def fault_in_words(wrong: str, expected: str, language: Language) -> str:
    """What is wrong and what was expected, as the pages of care staff say it: two sentences."""
    return f"{in_words(wrong, language).text}. {in_words(expected, language).text}."


def _begun_before(sentence: str) -> str:
    """It goes on after a colon."""
    return sentence[:1].lower() + sentence[1:]


def _value(text: str, language: Language) -> str:
    """What stands in the file, between Norwegian quotes."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return f"«{text[1:-1]}»"
    return next((say(words, language) for words in _VALUES if words[1] == text), text)
