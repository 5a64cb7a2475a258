"""By which way somebody was called, and how far that came, in words."""

from __future__ import annotations

from rules.receipts import Rung
from rules.wording.names import readable
from rules.wording.voice import Voice

_WAY: dict[str, tuple[str, str]] = {
    "email": ("E-post", "E-mail"),
    "webhook": ("Webhook", "Webhook"),
    "webpush": ("Varsel på telefonen", "Notification on the phone"),
    "pager": ("Personsøker", "Pager"),
}
_RUNG: dict[Rung, tuple[str, str]] = {
    "queued": ("på vei ut", "on its way out"),
    "sent": ("sendt", "sent"),
    "delivered": ("framme", "delivered"),
    "seen": ("sett", "seen"),
    "accepted": ("tok varselet", "took the alert"),
}
_HELD: dict[str, tuple[str, str]] = {
    "quiet_hours": ("venter til stilletiden er over", "waits until the quiet hours are over"),
    "gathered": ("samles med andre lave", "gathered with others that are low"),
    "flood": ("samles, mange varsler på en gang", "gathered, many alerts at once"),
}
_NOT_SENT = ("kom ikke fram", "did not get through")
_TRIED_AGAIN = ("kom ikke fram, prøves igjen", "did not get through, tried again")
_SPARED = ("trengtes ikke", "not needed")


def which_way(way: str, voice: Voice) -> str:
    """`E-post`. Services that nobody gave a name here go by their own."""
    return _WAY[way][voice.language == "en"] if way in _WAY else readable(way)


def how_far(rung: Rung, voice: Voice) -> str:
    return _RUNG[rung][voice.language == "en"]


def why_not_out(held: str | None, tried: bool, waiting: bool, spared: bool, voice: Voice) -> str:
    """Of a message that did not go out (yet): whether it waits, for what, or never will."""
    english = voice.language == "en"
    if spared:
        return _SPARED[english]
    if not waiting:
        return _NOT_SENT[english]
    if tried:
        return _TRIED_AGAIN[english]
    return _HELD[held][english] if held in _HELD else _RUNG["queued"][english]
