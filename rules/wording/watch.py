"""What the watchman says when a part of Vaka is down: it goes to phones and lock screens, so nothing of any
resident stands in it.
"""

from __future__ import annotations

from collections.abc import Sequence

from rules.watch import Part, Tell
from rules.wording.times import since
from rules.wording.voice import Voice

_DOWN: dict[Part, tuple[str, str]] = {
    "hub": ("Vaka svarer ikke", "Vaka does not answer"),
    "broker": ("Sensorene når ikke fram", "The sensors do not get through"),
    "store": ("Disken tar ikke imot", "The disk takes nothing"),
    "web": ("Tavla og sidene svarer ikke", "The board and the pages do not answer"),
    "alerting": ("Varsler blir ikke sendt videre", "Alerts are not passed on"),
}
_WELL: dict[Part, tuple[str, str]] = {
    "hub": ("Vaka svarer igjen", "Vaka answers again"),
    "broker": ("Sensorene når fram igjen", "The sensors get through again"),
    "store": ("Disken tar imot igjen", "The disk takes data again"),
    "web": ("Tavla og sidene svarer igjen", "The board and the pages answer again"),
    "alerting": ("Varsler blir sendt videre igjen", "Alerts are passed on again"),
}
_BLIND: frozenset[Part] = frozenset({"hub", "broker", "store", "alerting"})


def part_is_down(part: str, voice: Voice) -> str:
    return next((words[voice.language == "en"] for known, words in _DOWN.items() if known == part), part)


def part_is_well(part: Part, voice: Voice) -> str:
    """`Tavla og sidene svarer`."""
    return _WORKS[part][voice.language == "en"]


_WORKS: dict[Part, tuple[str, str]] = {
    "hub": ("Vaka svarer", "Vaka answers"),
    "broker": ("Sensorene når fram", "The sensors get through"),
    "store": ("Disken tar imot", "The disk takes data"),
    "web": ("Tavla og sidene svarer", "The board and the pages answer"),
    "alerting": ("Varsler blir sendt videre", "Alerts are passed on"),
}


def subject(tells: Sequence[Tell], site: str, voice: Voice) -> str:
    """`VAKA VIRKER IKKE: Dønski`."""
    english = voice.language == "en"
    if all(tell.kind == "well" for tell in tells):
        return f"Vaka works again: {site}" if english else f"Vaka virker igjen: {site}"
    again = any(tell.again for tell in tells)
    if english:
        return f"{'STILL: ' if again else ''}VAKA DOES NOT WORK: {site}"
    return f"{'FORTSATT: ' if again else ''}VAKA VIRKER IKKE: {site}"


def body(tells: Sequence[Tell], voice: Voice, address: str | None) -> str:
    """One line a part, and what to do."""
    english = voice.language == "en"
    lines = [
        f"{_DOWN[tell.part][english]} {since(tell.since, voice)}."
        if tell.kind == "down"
        else f"{_WELL[tell.part][english]}."
        for tell in tells
    ]
    down = {tell.part for tell in tells if tell.kind == "down"}
    if down & _BLIND:
        lines.append(
            "New alerts may not reach you. Go round and see to the residents, and call the technician."
            if english
            else "Nye varsler når kanskje ikke fram. Gå runden og se til beboerne, og ring teknikeren."
        )
    elif down:
        lines.append(
            "Alerts still go to phones. Call the technician."
            if english
            else "Varsler går fortsatt til telefonene. Ring teknikeren."
        )
    if address and not down:
        lines.append(address)
    return "\n".join(lines) + "\n"
