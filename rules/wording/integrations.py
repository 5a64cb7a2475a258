"""What staff are told about other programs' tokens. It may stand on a lock screen: no name of a person."""

from __future__ import annotations

from datetime import datetime

from rules.wording.voice import Language, Words, say

_ENDS: Words = ("Nøkkelen til {} går snart ut", "The key of {} ends soon")
_AFTER: Words = (
    "Etter {ends:%d.%m.} får ikke {name} noe fra Vaka lenger. Lag en ny nøkkel før det.",
    "After {ends:%d %B} {name} gets nothing from Vaka any more. Give it a new key before then.",
)
_CAN_READ: Words = ("{} kan lese beboeres opplysninger", "{} can read residents' data")
_MADE: Words = (
    "En administrator har gitt {} en nøkkel. Det den henter, står i innsynsloggen.",
    "An administrator has given {} a key. What it looks at stands under Who saw what.",
)
_STOPPED: Words = ("{} får ikke hendelser", "{} gets no events")
_NOT_DELIVERED: Words = (
    "Vaka har ikke fått levert noe til {} på flere dager, og har sluttet å prøve.",
    "Nothing could be delivered to {} for days, and Vaka has stopped trying.",
)


def ends_subject(name: str, language: Language) -> str:
    return say(_ENDS, language, name)


def ends_body(name: str, ends: datetime, address: str | None, language: Language) -> str:
    """`ends`: in the site's zone. `address`: where Vaka's pages are."""
    return _with_address(say(_AFTER, language, ends=ends, name=name), address)


def made_subject(name: str, language: Language) -> str:
    return say(_CAN_READ, language, name)


def made_body(name: str, address: str | None, language: Language) -> str:
    return _with_address(say(_MADE, language, name), address)


def stopped_subject(name: str, language: Language) -> str:
    return say(_STOPPED, language, name)


def stopped_body(name: str, address: str | None, language: Language) -> str:
    return _with_address(say(_NOT_DELIVERED, language, name), address)


def _with_address(said: str, address: str | None) -> str:
    return f"{said}\n{address}\n" if address else f"{said}\n"
