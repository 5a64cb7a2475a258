"""Who did what with an alert, and what it did by itself: its trail in words."""

from __future__ import annotations

from rules.wording.alerts import OPEN_AGAIN
from rules.wording.names import readable
from rules.wording.voice import Voice

_BY_PEOPLE: dict[str, tuple[str, str]] = {
    "accept": ("{} tok varselet", "{} took the alert"),
    "arrive": ("{} var fremme", "{} was there"),
    "close": ("{} kvitterte ut", "{} closed it"),
}
_BY_ITSELF: dict[str, tuple[str, str]] = {
    "prewarned": ("Forvarsel", "Pre-warning"),
    "raised": ("Varslet", "Alert raised"),
    "raised_again": ("Skjedde igjen", "Happened again"),
    "confirmed": ("Forvarselet ble til varsel", "The pre-warning became an alert"),
    "cleared": ("Ikke lenger slik", "No longer so"),
    "close": ("Gikk over av seg selv", "Passed by itself"),
    "called": ("Varslet videre", "Others were called"),
    "called_in_vain": ("Ingen svarte; varslet på nytt", "Nobody answered; called again"),
    "moved": ("Flyttet til en annen avdeling", "Moved to another unit"),
    **OPEN_AGAIN,
}


def what_was_done(event: str, by: str | None, voice: Voice) -> str:
    """One step of the trail, without its time. `by`: the person's name, None for the hub itself."""
    known = (_BY_PEOPLE if by is not None else _BY_ITSELF).get(event)
    if known is not None:
        return known[voice.language == "en"].format(by)
    return readable(event) if by is None else f"{by}: {readable(event)}"
