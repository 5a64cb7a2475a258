"""What devices' roles, measures and values are called, for those who install and look after them."""

from __future__ import annotations

from devices.measures import MEASURES
from devices.reading import Value
from rules.building import Role
from rules.wording.voice import Language, Words, norwegian, say

_ROLES: dict[Role, Words] = {
    "outer_door": ("Ytterdør", "Outer door"),
    "door": ("Dør", "Door"),
    "lock": ("Lås", "Lock"),
    "staff_badge": ("Ansattbrikke", "Staff badge"),
    "window": ("Vindu", "Window"),
    "motion": ("Bevegelse i rommet", "Movement in the room"),
    "bathroom_motion": ("Bevegelse på badet", "Movement in the bathroom"),
    "bedroom_motion": ("Bevegelse på soverommet", "Movement in the bedroom"),
    "kitchen_motion": ("Bevegelse på kjøkkenet", "Movement in the kitchen"),
    "bed": ("Seng", "Bed"),
    "chair": ("Stol", "Chair"),
    "help_button": ("Hjelpeknapp", "Help button"),
    "fall_detector": ("Fallsensor", "Fall detector"),
    "stove": ("Komfyr", "Stove"),
    "fridge": ("Kjøleskap", "Fridge"),
    "medicine_cabinet": ("Medisinskap", "Medicine cabinet"),
    "cupboard": ("Skap", "Cupboard"),
    "toilet": ("Toalett", "Toilet"),
    "leak_detector": ("Vannsensor", "Leak detector"),
    "smoke_detector": ("Røykvarsler", "Smoke detector"),
    "climate": ("Temperatur og luft", "Temperature and air"),
    "other": ("Annet", "Other"),
}

_SHORT: dict[Role, Words] = {
    "motion": ("bevegelse", "movement"),
    "bathroom_motion": ("bad", "bathroom"),
    "bedroom_motion": ("soverom", "bedroom"),
    "kitchen_motion": ("kjøkken", "kitchen"),
    "climate": ("temperatur", "climate"),
    "other": ("sensor", "sensor"),
}
"""In a device's name, where it is not the role's own name: `3B bad`."""

_MEASURES: dict[str, Words] = {
    "open": ("Døra", "Door"),
    "motion": ("Bevegelse", "Movement"),
    "presence": ("Noen der", "Somebody there"),
    "in_bed": ("I senga", "In bed"),
    "sitting_up": ("Sitter oppe", "Sitting up"),
    "vibration": ("Vibrasjon", "Vibration"),
    "leak": ("Vannlekkasje", "Water leak"),
    "smoke": ("Røyk", "Smoke"),
    "gas": ("Gass", "Gas"),
    "co": ("Kullos (CO)", "Carbon monoxide"),
    "tamper": ("Åpnet eller tatt ned", "Opened or taken down"),
    "battery_low": ("Lite batteri", "Low battery"),
    "locked": ("Låst", "Locked"),
    "on": ("Slått på", "Switched on"),
    "pressed": ("Trykket", "Pressed"),
    "fall": ("Fall", "Fall"),
    "temperature": ("Temperatur", "Temperature"),
    "humidity": ("Luftfuktighet", "Humidity"),
    "illuminance": ("Lys", "Light"),
    "power": ("Effekt", "Power"),
    "battery": ("Batteri", "Battery"),
    "lqi": ("Signal (LQI)", "Signal (LQI)"),
    "rssi": ("Signal", "Signal"),
    "snr": ("Signal over støy", "Signal over noise"),
}

_OPEN: dict[bool, Words] = {True: ("åpen", "open"), False: ("lukket", "closed")}
_YES_NO: dict[bool, Words] = {True: ("ja", "yes"), False: ("nei", "no")}
_FALLS: dict[str, Words] = {
    "suspected": ("mulig fall", "possible fall"),
    "confirmed": ("fall", "fall"),
    "cleared": ("over", "over"),
}


def role_name(role: Role, language: Language) -> str:
    """`Ytterdør`"""
    return say(_ROLES[role], language)


def device_name(room: str, role: Role, language: Language) -> str:
    """What a device in a room is called by default: `3B ytterdør`."""
    return f"{room} {say(_SHORT.get(role, _ROLES[role]), language).lower()}"


def measure_name(measure: str, language: Language) -> str:
    """A measure that has no name of its own goes by its id."""
    return say(_MEASURES[measure], language) if measure in _MEASURES else measure


def value_text(measure: str, value: Value, language: Language) -> str:
    """`åpen`, `21,5 °C`, `91 %`; a word of the device's own as it stands."""
    if isinstance(value, bool):
        return say((_OPEN if measure == "open" else _YES_NO)[value], language)
    if isinstance(value, str):
        return say(_FALLS[value], language) if measure == "fall" and value in _FALLS else value
    known = MEASURES.get(measure)
    number = f"{value:.1f}".removesuffix(".0")
    if norwegian(language):
        number = number.replace(".", ",")
    return f"{number} {known.unit}".rstrip() if known is not None else number
