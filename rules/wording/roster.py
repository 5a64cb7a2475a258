"""Why a line or an event of a roster's file is no shift, in words."""

from __future__ import annotations

from datetime import date, datetime, time

from rules.wording.times import full_date, full_moment
from rules.wording.voice import Language, Voice, Words, norwegian, say

_WORDS: dict[str, Words] = {
    "not_utf8": (
        "Filen er ikke i UTF-8. Lagre den som UTF-8",
        "it is not UTF-8; expected the file saved as UTF-8",
    ),
    "spreadsheet": (
        "Dette er et regneark. Lagre listen som CSV UTF-8",
        "it is a spreadsheet; expected it saved as CSV UTF-8",
    ),
    "no_shifts": ("Det står ingen vakter i filen", "the file has no shifts"),
    "not_csv": (
        "Linjen kan ikke leses. Kanskje mangler et anførselstegn",
        "it is not CSV; expected cells divided by ; or , and quotes in pairs",
    ),
    "missing_column": (
        "Kolonnen {said} mangler. Kolonnene er {expected}",
        "column {said} is missing; expected {expected}",
    ),
    "strange_column": (
        "Kolonnen {said} er ukjent. Kolonnene er {expected}",
        "column {said} is not known; expected {expected}",
    ),
    "column_twice": (
        "Den samme kolonnen står to ganger ({said}). Ta bort den ene",
        "the same column stands there twice ({said}); expected it once",
    ),
    "short_line": (
        "Linjen har {said} kolonner, ikke {expected}. Ta med også de tomme",
        "the line has {said} columns; expected {expected}, with the empty ones",
    ),
    "empty_person": (
        "Kolonnen person er tom",
        "person is empty",
    ),
    "no_such_person": ("Det finnes ingen ansatt {said}", "there is no person {said}"),
    "no_such_function": (
        "Funksjonen {said} er ukjent. Skriv pleier, nattpatrulje eller leder",
        "the function {said} is not known; expected carer, night_patrol or leader",
    ),
    "no_such_unit": ("Det finnes ingen avdeling {said}", "there is no unit {said}"),
    "no_such_resident": ("Det finnes ingen beboer {said}", "there is no resident {said}"),
    "empty_from": (
        "Kolonnen from er tom. Skriv dag og tid, f.eks. 2026-11-24 22:00",
        "from is empty; expected a day and a time, e.g. 2026-11-24 22:00",
    ),
    "empty_to": (
        "Kolonnen to er tom. Skriv dag og tid, f.eks. 2026-11-24 22:00",
        "to is empty; expected a day and a time, e.g. 2026-11-24 22:00",
    ),
    "not_a_time_from": (
        "from er {said}. Skriv dag og tid, f.eks. 2026-11-24 22:00",
        "from is {said}; expected a day and a time, e.g. 2026-11-24 22:00",
    ),
    "not_a_time_to": (
        "to er {said}. Skriv dag og tid, f.eks. 2026-11-24 22:00",
        "to is {said}; expected a day and a time, e.g. 2026-11-24 22:00",
    ),
    "shift_length": (
        "{said}: slutten må komme etter starten, høyst 36 timer senere",
        "{said}: expected an end after the beginning, within 36 h",
    ),
    "too_large": ("Filen er for stor ({said})", "the file is too large ({said})"),
    "no_calendar": ("Filen er ingen kalender ({said})", "the file is no calendar ({said})"),
    "no_events": ("Det står ingen hendelser i kalenderen", "the calendar has no events"),
    "too_many_events": ("Kalenderen har for mange hendelser ({said})", "it has too many events ({said})"),
    "too_many_shifts": ("Kalenderen gir over {said} vakter", "it makes more than {said} shifts"),
    "broken": ("{said} er ikke gyldig", "{said} is not valid"),
    "no_uid": ("Hendelsen har ingen UID", "the event has no UID"),
    "no_times": ("Hendelsen har ingen start", "the event has no beginning"),
    "no_end": ("Hendelsen har ingen slutt", "the event has no end"),
    "no_such_zone": ("Tidssonen {said} er ukjent", "the time zone {said} is not known"),
    "recurrence": (
        "Gjentakelsen er ikke forstått ({said})",
        "the recurrence is not understood ({said})",
    ),
    "no_person_named": (
        "Fant ingen ansatt i «{said}»",
        "nobody of the staff is named in {said}",
    ),
    "several_people": (
        "Flere ansatte passer på «{said}»",
        "several of the staff fit {said}",
    ),
    "no_person": ("Det finnes ingen slik ansatt", "there is no such person"),
    "no_function": ("Den ansatte kan ikke ha den funksjonen på vakt", "they cannot be on duty as that"),
    "no_unit": ("Det finnes ingen slik avdeling", "there is no such unit"),
    "not_their_unit": (
        "Den ansatte hører ikke til avdelingen, og får ikke åpnet varsler derfra",
        "they do not belong to the unit, and cannot open its alerts",
    ),
    "resident_elsewhere": ("En beboer bor ikke på avdelingen", "a resident does not live in the unit"),
    "absent": ("Ser ut som fravær", "it looks like an absence"),
    "away": ("{who} er borte da: «{said}», {when}", "{who} is away then: {said}, {when}"),
    "still_there": (
        (
            "Borte da: «{said}», {when}. Vakten står ikke i kalenderen, men fortsatt på turnusen:"
            " ta den ut her, eller registrer fraværet"
        ),
        (
            "away then: {said}, {when}. The shift is not in the calendar, but still on the roster:"
            " take it out here, or register the absence"
        ),
    ),
    "two_shifts": (
        "{who} står på en annen vakt da: {when}. Én vakt kan gjelde flere avdelinger",
        "{who} is on another shift then: {when}; one shift may be in several units",
    ),
    "whole_day": ("Varer hele dagen, uten klokkeslett", "it lasts the whole day, without hours"),
    "not_yours": ("Vakten gjelder en annen avdeling enn dine", "the shift is not in your units"),
}
_MAY: Words = (". Velg blant {expected}", "; expected {expected}")


def roster_problem(
    code: str, said: str, expected: str, language: Language, who: str = "", when: str = ""
) -> str:
    """A sentence without its full stop."""
    words = say(_WORDS[code], language)
    if expected and "{expected}" not in words:
        words += say(_MAY, language)
    return words.format(
        said=said if norwegian(language) or not code.startswith("no_such") else repr(said),
        expected=expected,
        who=who,
        when=when,
    )


def stretch_in_words(since: date, until: date | None, voice: Voice) -> str:
    """`24. november 2026`, `24. november 2026 kl. 07.30 – …`: with the year, which may be what is wrong."""
    first = _in_words(since, voice)
    if until == since:
        return first
    return f"{first} – {_in_words(until, voice) if until is not None else '…'}"


def _in_words(at: date, voice: Voice) -> str:
    if isinstance(at, datetime):
        return full_moment(at, voice)
    return full_date(datetime.combine(at, time(12), voice.zone), voice)


_TAKES_OUT: Words = (
    "Filen tar bort {lost} av {total} vakter fram i tid uten at noen kommer i stedet",
    "the file takes out {lost} of {total} shifts to come, with nobody in their place",
)


def takes_out_most(lost: int, total: int, language: Language) -> str:
    """A sentence without its full stop."""
    return say(_TAKES_OUT, language).format(lost=lost, total=total)


CODES = frozenset(_WORDS)
