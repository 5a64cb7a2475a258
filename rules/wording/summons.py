"""What a message to a carer's phone says. It may stand on a lock screen: where, how urgent, whether anybody
has answered; never a name, never what is wrong.
"""

from __future__ import annotations

import re

from rules.alert import Alert
from rules.severity import Severity
from rules.wording.voice import Language

_GRAVE: dict[Severity, tuple[str, str]] = {
    "high": ("HØYT varsel", "HIGH alert"),
    "medium": ("Varsel", "Alert"),
    "low": ("Lavt varsel", "Low alert"),
}


def subject(alert: Alert, place: str, nobody_answered: bool, language: Language) -> str:
    """`HØYT varsel: 3B`; `Ingen har svart. HØYT varsel: 3B`."""
    said = f"{_GRAVE[alert.severity][language == 'en']}: {place}"
    if not nobody_answered:
        return said
    return f"Nobody has answered. {said}" if language == "en" else f"Ingen har svart. {said}"


def subject_of_many(count: int, flood: bool, subject: str, language: Language) -> str:
    """`3 lave varsler`; in a flood `8 flere varsler`. Of one alone its own."""
    if count == 1:
        return subject
    if flood:
        return f"{count} more alerts" if language == "en" else f"{count} flere varsler"
    return f"{count} low alerts" if language == "en" else f"{count} lave varsler"


def body(address: str | None, alert: int, language: Language) -> str:
    """`address`: where Vaka's pages are, if the installation says. It leads to the alert itself."""
    if language == "en":
        todo = "Open Vaka to see what it is about and to take it."
    else:
        todo = "Åpne Vaka for å se hva det gjelder og ta det."
    return f"{todo}\n{address.rstrip('/')}/alerts/{alert}\n" if address else f"{todo}\n"


def body_of_several(body: str) -> str:
    """The same for more than one alert: it leads to the board, where all of them stand."""
    return _TO_ONE.sub("", body)


_TO_ONE = re.compile(r"(?m)/alerts/\d+$")


def test_subject(language: Language) -> str:
    return "Test message from Vaka" if language == "en" else "Prøvemelding fra Vaka"


def test_body(language: Language) -> str:
    return (
        "This device gets your alerts. Nothing has happened."
        if language == "en"
        else "Denne enheten får varslene dine. Det har ikke skjedd noe."
    )


def subject_of_proof(place: str, language: Language) -> str:
    """`PRØVE av varslingen: Solsida. Ingen handling nødvendig`."""
    if language == "en":
        return f"TEST of the alerting: {place}. Nothing to do"
    return f"PRØVE av varslingen: {place}. Ingen handling nødvendig"


def body_of_proof(language: Language) -> str:
    """Who gets it learns that it got through, and that nothing is wrong."""
    if language == "en":
        return "This is a test, nothing to do. It shows that alerts reach you.\n"
    return "Dette er en prøve, ingen handling nødvendig. Den viser at varsler når fram til deg.\n"
