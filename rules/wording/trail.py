"""Who did what with an alert, and what it did by itself: its trail in words."""

from __future__ import annotations

from rules.wording.alerts import OPEN_AGAIN
from rules.wording.escalation import groups_in_words
from rules.wording.names import readable
from rules.wording.voice import Voice, Words, say

_BY_PEOPLE: dict[str, Words] = {
    "accept": ("{} tok varselet", "{} took the alert"),
    "set_out": ("{} er på vei", "{} set out"),
    "assist": ("{} ba om flere hender", "{} asked for more hands"),
    "hand_back": ("{} ga varselet fra seg", "{} gave the alert back"),
    "arrive": ("{} var fremme", "{} was there"),
    "close": ("{} kvitterte ut", "{} closed it"),
}
_BY_ITSELF: dict[str, Words] = {
    "prewarned": ("Forvarsel", "Pre-warning"),
    "raised": ("Varselet kom", "Alert raised"),
    "raised_again": ("Skjedde igjen", "Happened again"),
    "confirmed": ("Forvarselet ble til varsel", "The pre-warning became an alert"),
    "cleared": ("Ikke lenger slik", "No longer so"),
    "close": ("Gikk over av seg selv", "Passed by itself"),
    "called": ("Varslet: {}", "Called: {}"),
    "called_in_vain": ("Ingen svarte. Varslet på nytt: {}", "Nobody answered. Called again: {}"),
    "reached_nobody": ("Ingen kunne nås: {}", "Nobody could be reached: {}"),
    "moved": ("Flyttet til en annen avdeling", "Moved to another unit"),
    **OPEN_AGAIN,
}


def what_was_done(event: str, by: str | None, reason: str, voice: Voice) -> str:
    """One step of the trail, without its time. `by`: the person's name, None for the hub itself; `reason`:
    of a call, the groups that were called.
    """
    known = (_BY_PEOPLE if by is not None else _BY_ITSELF).get(event)
    if known is not None:
        who = by if by is not None else groups_in_words(reason.split(", "), voice)
        return say(known, voice.language, who)
    return readable(event) if by is None else f"{by}: {readable(event)}"
