"""By which way somebody was called, and how far that came, in words."""

from __future__ import annotations

from rules.receipts import Rung
from rules.wording.names import readable
from rules.wording.voice import Voice, Words, say

_WAY: dict[str, Words] = {
    "email": ("E-post", "E-mail"),
    "webhook": ("Webhook", "Webhook"),
    "webpush": ("Varsel på telefonen", "Notification on the phone"),
    "pager": ("Personsøker", "Pager"),
}
_RUNG: dict[Rung, Words] = {
    "queued": ("på vei ut", "on its way out"),
    "sent": ("sendt", "sent"),
    "delivered": ("framme", "delivered"),
    "seen": ("sett", "seen"),
    "accepted": ("tok varselet", "took the alert"),
}
_HELD: dict[str, Words] = {
    "quiet_hours": ("venter til stilletiden er over", "waits until the quiet hours are over"),
    "gathered": ("samles med andre lave", "gathered with others that are low"),
    "flood": ("samles, mange varsler på en gang", "gathered, many alerts at once"),
}
_NOT_SENT: Words = ("kom ikke fram", "did not get through")
_TRIED_AGAIN: Words = ("kom ikke fram, prøves igjen", "did not get through, tried again")
_SPARED: Words = ("trengtes ikke", "not needed")
_OVERTAKEN: Words = ("avløst av ny varsling", "overtaken by a graver call")


def which_way(way: str, voice: Voice) -> str:
    """`E-post`. Services that nobody gave a name here go by their own."""
    return say(_WAY[way], voice.language) if way in _WAY else readable(way)


def how_far(rung: Rung, voice: Voice) -> str:
    return say(_RUNG[rung], voice.language)


def why_not_out(
    held: str | None, tried: bool, waiting: bool, spared: bool, overtaken: bool, voice: Voice
) -> str:
    """Of a message that did not go out (yet): whether it waits, for what, or never will."""
    if overtaken:
        return say(_OVERTAKEN, voice.language)
    if spared:
        return say(_SPARED, voice.language)
    if not waiting:
        return say(_NOT_SENT, voice.language)
    if tried:
        return say(_TRIED_AGAIN, voice.language)
    return say(_HELD[held], voice.language) if held in _HELD else say(_RUNG["queued"], voice.language)
