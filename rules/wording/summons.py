"""What a message to a carer's phone says. It may stand on a lock screen: where, how urgent, whether anybody
has answered; never a name, never what is wrong.
"""

from __future__ import annotations

import re

from rules.alert import Alert
from rules.severity import Severity
from rules.wording.voice import Language, Words, say

_GRAVE: dict[Severity, Words] = {
    "high": ("HØYT varsel", "HIGH alert"),
    "medium": ("Varsel", "Alert"),
    "low": ("Lavt varsel", "Low alert"),
}


def subject(
    alert: Alert, place: str, language: Language, *, nobody_answered: bool = False, asked: bool = False
) -> str:
    """`HØYT varsel: 3B`; `Ingen har svart. HØYT varsel: 3B`; where whoever is there asks for more hands,
    `Flere må komme. HØYT varsel: 3B`: else they would take it for one that somebody has already.
    """
    said = f"{say(_GRAVE[alert.severity], language)}: {place}"
    if asked:
        return say(("Flere må komme. {}", "More hands are needed. {}"), language, said)
    if not nobody_answered:
        return said
    return say(("Ingen har svart. {}", "Nobody has answered. {}"), language, said)


def subject_of_many(count: int, flood: bool, subject: str, language: Language) -> str:
    """`3 lave varsler`; in a flood `8 flere varsler`. Of one alone its own."""
    if count == 1:
        return subject
    if flood:
        return say(("{} flere varsler", "{} more alerts"), language, count)
    return say(("{} lave varsler", "{} low alerts"), language, count)


def body(address: str | None, alert: int, language: Language) -> str:
    """`address`: where Vaka's pages are, if the installation says. It leads to the alert itself."""
    todo = say(_OPEN_VAKA, language)
    return f"{todo}\n{address.rstrip('/')}/alerts/{alert}\n" if address else f"{todo}\n"


_OPEN_VAKA: Words = (
    "Åpne Vaka for å se hva det gjelder og ta det.",
    "Open Vaka to see what it is about and to take it.",
)


def body_of_several(body: str) -> str:
    """The same for more than one alert: it leads to the board, where all of them stand."""
    return _TO_ONE.sub("", body)


_TO_ONE = re.compile(r"(?m)/alerts/\d+$")


def test_subject(language: Language) -> str:
    return say(("Prøvemelding fra Vaka", "Test message from Vaka"), language)


def test_body(language: Language) -> str:
    return say(_NOTHING_HAPPENED, language)


_NOTHING_HAPPENED: Words = (
    "Denne enheten får varslene dine. Det har ikke skjedd noe.",
    "This device gets your alerts. Nothing has happened.",
)


def subject_of_proof(place: str, language: Language) -> str:
    """`PRØVE av varslingen: Solsida. Ingen handling nødvendig`."""
    return say(_PROOF, language, place)


def body_of_proof(language: Language) -> str:
    """Who gets it learns that it got through, and that nothing is wrong."""
    return say(_PROOF_BODY, language) + "\n"


_PROOF: Words = (
    "PRØVE av varslingen: {}. Ingen handling nødvendig",
    "TEST of the alerting: {}. Nothing to do",
)
_PROOF_BODY: Words = (
    "Dette er en prøve, ingen handling nødvendig. Den viser at varsler når fram til deg.",
    "This is a test, nothing to do. It shows that alerts reach you.",
)
