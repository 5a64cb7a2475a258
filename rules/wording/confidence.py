"""How sure an alert is, and why, in words; and what was wrong with a sensor."""

from __future__ import annotations

from datetime import datetime

from rules.confidence import Level, Name, Reason
from rules.wording.times import since
from rules.wording.voice import Voice, Words, say

_LEVELS: dict[Level, Words] = {
    "sure": ("Sikkert", "Sure"),
    "probable": ("Sannsynlig", "Probable"),
    "uncertain": ("Usikkert", "Uncertain"),
}

# {} are a reason's numbers in turn; the devices are named after the sentence.
_REASONS: dict[Name, Words] = {
    "several_sensors": ("{} sensorer sier det samme", "{} sensors tell the same"),
    "takes_a_hand": ("Noen må ha rørt ved den", "Somebody must have touched it"),
    "fall_confirmed": ("Fallsensoren er sikker i sin sak", "The fall sensor confirms it"),
    "fall_suspected": (
        "Fallsensoren er ikke sikker: det ligner et fall",
        "The fall sensor is not sure: it looks like a fall",
    ),
    "several_listened": ("{} sensorer som virker, har ikke hørt noe", "{} sensors that work heard nothing"),
    "often_real": (
        "{} av de siste {} slike varslene her var reelle",
        "{} of the last {} such alerts here were real",
    ),
    "not_heard": ("Kunne ikke høres da det skjedde", "Could not be heard when it happened"),
    "chatters": ("Melder det samme om og om igjen", "Says the same again and again"),
    "clock_wrong": ("Klokka i sensoren går feil", "The sensor's clock is wrong"),
    "kept_from_earlier": (
        "Meldingen er en tilstand fra tidligere; ingen så det skje",
        "The message is a state from earlier; nobody saw it happen",
    ),
    "often_false": (
        "Bare {} av de siste {} slike varslene her var reelle",
        "Only {} of the last {} such alerts here were real",
    ),
    "one_listened": ("Bare én sensor har lyttet", "Only one sensor listened"),
    "one_saw_movement": (
        "Bare én bevegelsessensor har sett det; sol og varme kan også utløse den",
        "Only one motion sensor saw it; sun and heating can set it off too",
    ),
    "not_alone": (
        "Ikke alene: flere ser ut til å være der",
        "Not alone: more than one person seems to be there",
    ),
    "staff_there": ("Ansatte er der, eller på vei dit", "Staff are there, or on their way"),
    "who_unknown": (
        "{} beboere deler rommet, og sensorene kan ikke skille dem",
        "{} residents share the room, and the sensors cannot tell them apart",
    ),
    "late": ("Oppdaget for sent: det kan være over", "Found late: it may be over"),
    "silent_long": ("Har vært taus i over et døgn", "Has been silent for more than a day"),
    "aside": ("Var under prøve eller satt på pause", "Was under test or paused"),
    "battery_low": ("Lite batteri", "Battery low"),
    "weak_link": ("Dårlig radiodekning", "Weak radio link"),
    "unsteady": ("Faller ut og kommer tilbake", "Comes and goes"),
    "stuck": ("Har sagt det samme uvanlig lenge", "Has said the same for unusually long"),
    "tampered": ("Åpnet eller tatt ned", "Opened or taken down"),
    "never_tested": ("Aldri prøvd", "Never tested"),
}

_FAULTS: dict[str, Words] = {
    "not_heard": ("Kunne ikke høres", "Could not be heard"),
    "never_heard": ("Aldri hørt", "Never heard"),
    "silent_long": _REASONS["silent_long"],
    "aside": _REASONS["aside"],
    "battery_low": _REASONS["battery_low"],
    "weak_link": _REASONS["weak_link"],
}


def how_sure(level: Level, voice: Voice) -> str:
    return say(_LEVELS[level], voice.language)


def why_so_sure(reason: Reason, voice: Voice) -> str:
    """One reason, without full stop, and the devices it is about where they are at fault."""
    said = say(_REASONS[reason.name], voice.language, *reason.numbers)
    return said if reason.raises or not reason.devices else f"{said}: {', '.join(reason.devices)}"


def what_was_wrong(fault: str, silent_since: datetime | None, voice: Voice) -> str:
    """A fault of rules/sensors.py."""
    said = say(_FAULTS[fault], voice.language)
    return f"{said} {since(silent_since, voice)}" if fault == "not_heard" and silent_since else said
