"""What sensors say, in words: a line of evidence, and the nouns that alerts' sentences take from it.

A sensor is never made to say more than it knows.
"""

from __future__ import annotations

from typing import NamedTuple

from rules.building import Role, Site
from rules.finding import Evidence
from rules.wording.alerting import what_was_found
from rules.wording.voice import Voice, Words, say

Sense = tuple[str, bool | str]
"""(measure, value)"""


class _Noun(NamedTuple):
    """What a sensor hangs on: its name in the definite form, and "open" as it agrees with it."""

    name: Words
    open: Words


# English says it in another place.
_OPEN: Words = ("åpen", "")
_OPEN_IT: Words = ("åpent", "")


_NOUNS: dict[Role, _Noun] = {
    "outer_door": _Noun(("Ytterdøra", "The outer door"), _OPEN),
    "window": _Noun(("Vinduet", "The window"), _OPEN_IT),
    "fridge": _Noun(("Kjøleskapet", "The fridge"), _OPEN_IT),
    "medicine_cabinet": _Noun(("Medisinskapet", "The medicine cabinet"), _OPEN_IT),
    "cupboard": _Noun(("Skapet", "The cupboard"), _OPEN_IT),
    "stove": _Noun(("Komfyren", "The stove"), _OPEN),
    "help_button": _Noun(("Hjelpeknappen", "The help button"), _OPEN),
    "toilet": _Noun(("Toalettet", "The toilet"), _OPEN_IT),
}


_DOOR = _Noun(("Døra", "The door"), _OPEN)


_BUTTON = _Noun(("Knappen", "The button"), _OPEN)


_APPLIANCE = _Noun(("Apparatet", "The appliance"), _OPEN_IT)


_NOUN_OF_MEASURE = {"open": _DOOR, "locked": _DOOR, "pressed": _BUTTON, "on": _APPLIANCE}


_PLACES: dict[Role, Words] = {
    "bathroom_motion": ("på badet", "in the bathroom"),
    "bedroom_motion": ("på soverommet", "in the bedroom"),
    "kitchen_motion": ("på kjøkkenet", "in the kitchen"),
    "toilet": ("på toalettet", "in the toilet"),
    "chair": ("i stolen", "in the chair"),
}


# (measure, value) → (nb, en), without a time. {} is what the sensor hangs on, or the place where it sees.
_HAPPENED: dict[Sense, Words] = {
    ("open", True): ("{} ble åpnet", "{} was opened"),
    ("open", False): ("{} ble lukket", "{} was closed"),
    ("locked", True): ("{} ble låst", "{} was locked"),
    ("locked", False): ("{} ble låst opp", "{} was unlocked"),
    ("on", True): ("{} ble slått på", "{} was switched on"),
    ("on", False): ("{} ble slått av", "{} was switched off"),
    ("motion", True): ("Bevegelse {}", "Movement {}"),
    ("motion", False): ("Bevegelsen {} opphørte", "Movement {} ended"),
    ("presence", True): ("Noen er {}", "Somebody is {}"),
    ("presence", False): ("Ingen er {} lenger", "Nobody is {} any more"),
    ("in_bed", True): ("Kom til sengs", "Got into bed"),
    ("in_bed", False): ("Gikk ut av senga", "Got out of bed"),
    ("sitting_up", True): ("Satte seg opp i senga", "Sat up in bed"),
    ("sitting_up", False): ("Sitter ikke lenger oppe i senga", "No longer sits up in bed"),
    ("vibration", True): ("Vibrasjon registrert", "Vibration noticed"),
    ("vibration", False): ("Vibrasjonen opphørte", "Vibration ended"),
    ("leak", True): ("Vannlekkasje registrert", "Water leak noticed"),
    ("leak", False): ("Ikke lenger vannlekkasje", "No water leak any more"),
    ("smoke", True): ("Røyk registrert", "Smoke noticed"),
    ("smoke", False): ("Ikke lenger røyk", "No smoke any more"),
    ("gas", True): ("Gass registrert", "Gas noticed"),
    ("gas", False): ("Ikke lenger gass", "No gas any more"),
    ("co", True): ("Kullos (CO) registrert", "Carbon monoxide noticed"),
    ("co", False): ("Ikke lenger kullos (CO)", "No carbon monoxide any more"),
    ("tamper", True): ("Sensoren ble åpnet eller tatt ned", "The sensor was opened or taken down"),
    ("tamper", False): ("Sensoren er på plass igjen", "The sensor is in place again"),
    ("battery_low", True): ("Sensoren har lite batteri", "The sensor's battery is low"),
    ("battery_low", False): ("Batteriet er i orden igjen", "The battery is well again"),
    ("fall", "suspected"): ("Mulig fall registrert", "Possible fall noticed"),
    ("fall", "confirmed"): ("Fall registrert", "Fall noticed"),
    ("fall", "cleared"): ("Reiste seg", "Got up"),
}


_PRESSED = ("{} ble trykket inn", "{} was pressed")


def what_was_heard(evidence: Evidence, site: Site, voice: Voice) -> str:
    """One line of evidence, without its time."""
    if (found := what_was_found(evidence, site, voice)) is not None:
        return found
    words = happened(evidence) or (f"{evidence.measure}: {evidence.value}",) * 2
    return fill(say(words, voice.language), evidence, site, voice)


def sense(evidence: Evidence) -> Sense:
    """What was heard, without where and when."""
    value = evidence.value
    return (evidence.measure, value if isinstance(value, bool | str) else str(value))


def happened(evidence: Evidence) -> Words | None:
    """(nb, en), with {} for what the sensor hangs on."""
    return _PRESSED if evidence.measure == "pressed" else _HAPPENED.get(sense(evidence))


def fill(words: str, evidence: Evidence, site: Site, voice: Voice) -> str:
    """Put what the sensor hangs on, or where it sees, in the place of {}."""
    if "{}" not in words:
        return words
    if evidence.measure in ("motion", "presence"):
        return words.replace("{}", place_of(evidence.device, site, voice))
    noun = _NOUNS.get(_role(evidence.device, site)) or _NOUN_OF_MEASURE.get(evidence.measure, _DOOR)
    named = words.replace("{}", say(noun.name, voice.language), 1)
    return named.replace("{}", say(noun.open, voice.language))


def place_of(device: str, site: Site, voice: Voice) -> str:
    """Where a sensor sees: `på badet`, `in the bathroom`."""
    return say(_PLACES.get(_role(device, site), ("i rommet", "in the room")), voice.language)


def appliance_of(device: str, site: Site, voice: Voice) -> str:
    """What a sensor hangs on that can be on: `Komfyren`, `The stove`."""
    return say(_NOUNS.get(_role(device, site), _APPLIANCE).name, voice.language)


def _role(device: str, site: Site) -> Role:
    return next((d.role for d in site.devices if d.id == device), "other")
