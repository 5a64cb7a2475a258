"""What somebody is told in whose place another one came on duty. It may stand on a lock screen: no name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rules.wording.voice import Language, Words, say


def subject(language: Language) -> str:
    return say(("Noen går på vakt i stedet for deg", "Somebody is on duty in your place"), language)


def body(until: datetime, units: Sequence[str], language: Language) -> str:
    """`until`: in the site's zone. `units`: by name, where they are still called in others."""
    said = say(_MEANWHILE_IN, language, units=", ".join(units), until=until) if units else ""
    return f"{said or say(_MEANWHILE, language, until=until)}\n"


_MEANWHILE: Words = (
    (
        "Du blir ikke varslet til kl. {until:%H.%M}. Er du på vakt likevel, åpne Turnus i Vaka og trykk"
        " Jeg er på vakt."
    ),
    (
        "You are not called until {until:%H:%M}. If you are on duty all the same, open Duty roster in Vaka"
        " and tap I am on duty."
    ),
)
_MEANWHILE_IN: Words = (
    (
        "Du blir ikke varslet for {units} til kl. {until:%H.%M}. Er du på vakt der likevel, åpne Turnus i"
        " Vaka og trykk Jeg er på vakt."
    ),
    (
        "You are not called for {units} until {until:%H:%M}. If you are on duty there all the same, open Duty"
        " roster in Vaka and tap I am on duty."
    ),
)
