"""What leaders and privacy officers are told of access in an emergency. It may stand on a lock screen: no
name, no reason.
"""

from __future__ import annotations

from datetime import datetime

from rules.wording.voice import Language, Words, say


def subject(unit: str, language: Language) -> str:
    return say(("Nødtilgang til {unit}", "Emergency access to {unit}"), language, unit=unit)


def body(unit: str, until: datetime, address: str | None, language: Language) -> str:
    """`until`: in the site's zone. `address`: where Vaka's pages are."""
    said = say(_WHO, language, unit=unit, until=until)
    return f"{said}\n{address}\n" if address else f"{said}\n"


_WHO: Words = (
    (
        "Noen fra en annen avdeling har tilgang til {unit} til kl. {until:%H.%M}."
        " Åpne Vaka for å se hvem og hvorfor."
    ),
    "Somebody of another unit has access to {unit} until {until:%H:%M}. Open Vaka to see who and why.",
)
