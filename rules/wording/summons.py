"""What a message to a carer's phone says. It may stand on a lock screen: where, how urgent, whether anybody
has answered; never a name, never what is wrong.
"""

from __future__ import annotations

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


def body(address: str | None, language: Language) -> str:
    """`address`: where Vaka's pages are, if the installation says."""
    if language == "en":
        todo = "Open Vaka to see what it is about and to take it."
    else:
        todo = "Åpne Vaka for å se hva det gjelder og ta det."
    return f"{todo}\n{address}\n" if address else f"{todo}\n"
