"""Why a call is refused, and what was expected of a field that does not fit (by pydantic's name for it)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rules.pause import Refusal
from rules.wording.refusals import refusal_text
from rules.wording.site_file import in_words
from rules.wording.voice import Language, Words, norwegian, say

_WORDS: dict[str, Words] = {
    "missing": ("Feltet må være med", "The field has to be there"),
    "extra_forbidden": (
        "Ikke noe felt med dette navnet: er det riktig skrevet?",
        "No field of this name: is it spelt right?",
    ),
    "json_invalid": ("Gyldig JSON", "Valid JSON"),
    "string_type": ("En tekst", "A text"),
    "string_pattern_mismatch": ("En tekst i en annen form", "A text of another form"),
    "list_type": ("En liste", "A list"),
    "dict_type": ("Felter med verdier", "Fields with values"),
    "datetime_not_ours": ("Et tidspunkt fra år 2000 til 2199", "An instant from the year 2000 to 2199"),
    "model_attributes_type": ("Felter med verdier", "Fields with values"),
}
_BOUNDS: dict[str, tuple[str, Words]] = {
    "string_too_long": ("max_length", ("Høyst {} tegn", "At most {} characters")),
    "string_too_short": ("min_length", ("Minst {} tegn", "At least {} characters")),
    "too_long": ("max_length", ("Høyst {} av dem", "At most {} of them")),
    "too_short": ("min_length", ("Minst {} av dem", "At least {} of them")),
    "greater_than_equal": ("ge", ("Minst {}", "At least {}")),
    "greater_than": ("gt", ("Mer enn {}", "More than {}")),
    "less_than_equal": ("le", ("Høyst {}", "At most {}")),
    "less_than": ("lt", ("Mindre enn {}", "Less than {}")),
}
_SORTS: dict[str, Words] = {
    "int_": ("Et helt tall", "A whole number"),
    "float_": ("Et tall", "A number"),
    "finite_": ("Et tall", "A number"),
    "bool_": ("true eller false", "true or false"),
    "datetime_": (
        "Et tidspunkt, f.eks. 2026-11-23T02:10:00Z",
        "An instant, e.g. 2026-11-23T02:10:00Z",
    ),
    "timezone_": ("Et tidspunkt med tidssone", "An instant with its zone"),
    "date_": ("En dato, f.eks. 2026-11-23", "A date, e.g. 2026-11-23"),
    "time_": ("Et klokkeslett, f.eks. 22:30", "A time of day, e.g. 22:30"),
}
_REFUSED: dict[str, Words] = {
    "short": ("Passordet er for kort.", "The password is too short."),
    "easy": ("Det er lett å gjette. Velg noe annet.", "Others would guess that. Choose another."),
    "password": ("Feil passord.", "That is not your password."),
    "wait": (
        "Mange forsøk på rad. Vent et minutt, og prøv igjen.",
        "Many wrong tries. Wait a minute, then try again.",
    ),
    "digits": ("En PIN er fire til seks siffer.", "A PIN is four to six digits."),
    "code": ("Koden stemmer ikke.", "That code does not fit."),
    "late": ("Det tok for lang tid. Begynn på nytt.", "It took too long. Begin anew."),
    "no_passkey": ("Passnøkkelen kan ikke brukes.", "This passkey does not hold."),
    "no_week": ("Uken er for langt unna.", "That week is too far away."),
    "no_such_day": ("Det finnes ingenting fra den dagen.", "There is nothing of that day."),
    "no_such_place": ("after er ikke et sted i denne listen.", "after is no place in this list."),
    "no_such_time": ("Ikke et klokkeslett; skriv det som 21:00.", "No such time of day; write it as 21:00."),
    "since_until": (
        "since må være før until, og ikke for lenge før.",
        "since must lie before until, and not too far.",
    ),
    "no_zone": ("Tidspunktet mangler tidssone.", "The instant has no zone."),
    "plan_changed": (
        "Noen andre har endret planen i mellomtiden. Les den på nytt.",
        "Somebody else has changed this plan meanwhile. Read it anew.",
    ),
    "site_changed": (
        "Noen andre har endret huset i mellomtiden. Les det på nytt.",
        "Somebody else has changed the house meanwhile. Read it anew.",
    ),
    "paused_at_the_house": (
        "Pausen er satt av huset, og den avsluttes der.",
        "The pause was asked for at the house, and is ended there.",
    ),
    "no_such_value": ("Regler har ikke en verdi med det navnet.", "Rules have no value of that name."),
    "not_of_the_unit": (
        "Et rom eller en enhet som avdelingen ikke har.",
        "A room or device that the unit does not have.",
    ),
    "no_label": ("Det er ikke etiketten til en enhet.", "This is no device's label."),
    "not_found": ("Det finnes ikke, eller det er ikke for deg.", "There is nothing here, or not for you."),
    "forbidden": (
        "Det er ikke for deg, eller X-CSRF-Token mangler eller er for gammelt.",
        "It is not for you, or X-CSRF-Token is missing or too old.",
    ),
    "sign_in_needed": ("Logg inn først, eller send en nøkkel.", "Sign in first, or send a token."),
    "token_refused": (
        "Nøkkelen åpner ingenting her: den er gått ut, trukket tilbake eller har aldri vært.",
        "This token opens nothing here: it has ended, was revoked or never was.",
    ),
    "only_reads": ("Denne nøkkelen kan bare lese.", "This token only reads."),
    "second_factor_needed": (
        "Rollen din krever totrinnsinnlogging. Legg den til under Min innlogging.",
        "Your role needs a second factor. Add one under My sign-in.",
    ),
    "method_not_allowed": (
        "Adressen tar ikke imot denne metoden.",
        "This address does not take that method.",
    ),
    "too_large": ("Det er for stort.", "It is too large."),
    "precondition_required": ("Hodet If-Match mangler.", "The header If-Match is missing."),
    "too_many_requests": ("For mange kall på kort tid. Vent litt.", "Too many calls. Wait a little."),
    "our_mistake": (
        "Feilen ligger hos Vaka, og står i loggen under dette tidspunktet.",
        "The mistake is Vaka's, and is in the log under the time of this answer.",
    ),
    "no_receipt": ("Skriv delivered eller seen.", "Expected delivered or seen."),
}
"""What only calls refuse, by reason, or say in other words than a page; the rest: refusals.py."""
_ONE_OF: Words = ("Én av {}", "One of {}")
_ANOTHER: Words = ("En annen verdi", "Another value")


def refused_in_words(reason: str, detail: str, language: Language, named: str = "") -> str:
    """Why a call is refused, in the reader's words, else as it was said."""
    words = _REFUSED.get(reason)
    return (
        say(words, language) if words is not None else refusal_text(Refusal(detail, reason, named), language)
    )


def expected_of(kind: str, bounds: Mapping[str, Any], message: str, language: Language) -> str:
    """`message`: pydantic's own; of a check of ours it holds what that says."""
    if kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        return say(words, language, bounds.get(key, ""))
    if kind in ("literal_error", "enum"):
        return say(_ONE_OF, language, ", ".join(re.findall(r"'([^']*)'", str(bounds.get("expected", "")))))
    if kind == "value_error":
        said = message.removeprefix("Value error, ")
        return _in_words(said, language) if norwegian(language) else said
    sort = next((words for start, words in _SORTS.items() if kind.startswith(start)), _ANOTHER)
    return say(_WORDS.get(kind, sort), language)


def _in_words(said: str, language: Language) -> str:
    """What a check of ours says: what is wrong, and mostly what was expected."""
    parts = [in_words(part, language).text for part in said.split("; expected ", 1)]
    return ". ".join(parts)
