"""What the watchman says when a part of Vaka is down: it goes to phones and lock screens, so nothing of any
resident stands in it.
"""

from __future__ import annotations

from rules.watch import BLIND, News, Part
from rules.wording.times import since
from rules.wording.voice import Voice, Words, say

_DOWN: dict[Part, Words] = {
    "hub": ("Vaka svarer ikke", "Vaka does not answer"),
    "broker": ("Sensorene når ikke fram", "The sensors do not get through"),
    "store": ("Disken tar ikke imot", "The disk takes nothing"),
    "web": ("Tavla og sidene svarer ikke", "The board and the pages do not answer"),
    "alerting": ("Varsler blir ikke sendt videre", "Alerts are not passed on"),
}
_WELL: dict[Part, Words] = {
    "hub": ("Vaka svarer igjen", "Vaka answers again"),
    "broker": ("Sensorene når fram igjen", "The sensors get through again"),
    "store": ("Disken tar imot igjen", "The disk takes data again"),
    "web": ("Tavla og sidene svarer igjen", "The board and the pages answer again"),
    "alerting": ("Varsler blir sendt videre igjen", "Alerts are passed on again"),
}


def part_is_down(part: str, voice: Voice) -> str:
    return next((say(words, voice.language) for known, words in _DOWN.items() if known == part), part)


def part_was_down(part: str, voice: Voice) -> str:
    return next((say(words, voice.language) for known, words in _WAS_DOWN.items() if known == part), part)


_WAS_DOWN: dict[Part, Words] = {
    "hub": ("Vaka svarte ikke", "Vaka did not answer"),
    "broker": ("Sensorene nådde ikke fram", "The sensors did not get through"),
    "store": ("Disken tok ikke imot", "The disk took nothing"),
    "web": ("Tavla og sidene svarte ikke", "The board and the pages did not answer"),
    "alerting": ("Varsler ble ikke sendt videre", "Alerts were not passed on"),
}


def part_is_well(part: Part, voice: Voice) -> str:
    """`Tavla og sidene svarer`."""
    return say(_WORKS[part], voice.language)


_WORKS: dict[Part, Words] = {
    "hub": ("Vaka svarer", "Vaka answers"),
    "broker": ("Sensorene når fram", "The sensors get through"),
    "store": ("Disken tar imot", "The disk takes data"),
    "web": ("Tavla og sidene svarer", "The board and the pages answer"),
    "alerting": ("Varsler blir sendt videre", "Alerts are passed on"),
}


def subject(news: News, site: str, voice: Voice) -> str:
    """`VAKA VIRKER IKKE: Dønski`; `FORTSATT` where nothing new is down."""
    down = [tell for tell in news.tells if tell.kind == "down"]
    if not down:
        return say(("Vaka virker igjen: {}", "Vaka works again: {}"), voice.language, site)
    again = all(tell.again for tell in down)
    return say(_STILL_DOWN if again else _NOT_WORKING, voice.language, site)


_NOT_WORKING: Words = ("VAKA VIRKER IKKE: {}", "VAKA DOES NOT WORK: {}")
_STILL_DOWN: Words = ("FORTSATT: VAKA VIRKER IKKE: {}", "STILL: VAKA DOES NOT WORK: {}")


def body(news: News, voice: Voice, address: str | None) -> str:
    """One line a part, and what to do."""
    lines = [
        f"{say(_DOWN[tell.part], voice.language)} {since(tell.since, voice)}."
        if tell.kind == "down"
        else f"{say(_WELL[tell.part], voice.language)}."
        for tell in news.tells
    ]
    down = any(tell.kind == "down" for tell in news.tells)
    if news.blind:
        lines.append(say(_GO_ROUND, voice.language))
    elif down:
        was_blind = any(tell.part in BLIND for tell in news.tells)
        lines.append(say(_PHONES_WORK_AGAIN if was_blind else _PHONES_WORK, voice.language))
    if address and not down:
        lines.append(address)
    return "\n".join(lines) + "\n"


_GO_ROUND: Words = (
    "Nye varsler når kanskje ikke fram. Gå runden og se til beboerne, og ring teknikeren.",
    "New alerts may not reach you. Go round and see to the residents, and call the technician.",
)
_PHONES_WORK: Words = (
    "Varsler går fortsatt til telefonene. Ring teknikeren.",
    "Alerts still go to phones. Call the technician.",
)
_PHONES_WORK_AGAIN: Words = (
    "Varsler går til telefonene igjen. Ring teknikeren.",
    "Alerts go to phones again. Call the technician.",
)
