"""What each type of problem is called that a call is refused with (dashboards/api/refusal.py has them)."""

from __future__ import annotations

from rules.wording.voice import Language, Words, say

_TITLES: dict[str, Words] = {
    "malformed": ("Kallet kan ikke forstås", "The call cannot be understood"),
    "sign_in_needed": ("Ingen er logget inn", "Nobody is signed in"),
    "forbidden": ("Det er ikke tillatt", "That is not allowed"),
    "not_found": (
        "Det finnes ikke, eller du har ikke tilgang",
        "There is nothing here, or not for you",
    ),
    "method_not_allowed": ("Adressen tar ikke denne metoden", "The address does not take this method"),
    "not_acceptable": ("Det finnes ikke i det formatet", "It is not there in that form"),
    "conflict": (
        "Det passer ikke med slik det er nå",
        "It does not go together with how things stand",
    ),
    "gone": ("Det finnes ikke lenger", "It is no more"),
    "not_as_read": ("Det er endret siden du leste det", "It is no longer what you read"),
    "too_large": ("Det er for stort", "It is too large"),
    "unknown_media_type": (
        "Det er i et format Vaka ikke kjenner",
        "It is not in a form that is understood",
    ),
    "invalid": ("Innholdet er ikke gyldig", "It would not hold"),
    "precondition_required": ("Oppgi hvilken versjon du leste", "Say what you read"),
    "too_many_requests": ("For mange kall", "That is too often"),
    "our_mistake": ("Feil i Vaka", "A mistake of Vaka's own"),
    "not_available": ("Vaka kan ikke svare nå", "It cannot be answered now"),
}
_REFUSED: Words = ("Det ble avvist", "It was refused")


def title_of_problem(type: str, language: Language) -> str:
    return say(_TITLES.get(type, _REFUSED), language)
