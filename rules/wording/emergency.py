"""What leaders and privacy officers are told of access in an emergency. It may stand on a lock screen: no
name, no reason.
"""

from __future__ import annotations

from datetime import datetime

from rules.wording.voice import Language


def subject(unit: str, language: Language) -> str:
    return f"Emergency access to {unit}" if language == "en" else f"Nødtilgang til {unit}"


def body(unit: str, until: datetime, address: str | None, language: Language) -> str:
    """`until`: in the site's zone. `address`: where Vaka's pages are."""
    if language == "en":
        said = f"Somebody of another unit has access to {unit} until {until:%H:%M}."
        said += " Open Vaka to see who and why."
    else:
        said = f"Noen fra en annen avdeling har tilgang til {unit} til kl. {until:%H.%M}."
        said += " Åpne Vaka for å se hvem og hvorfor."
    return f"{said}\n{address}\n" if address else f"{said}\n"
