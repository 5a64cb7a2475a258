"""What a walk test asks for, and what came of it, in a technician's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from rules.rehearsal import Reason
from rules.rule import Text
from rules.severity import Severity
from rules.trial import Verdict
from rules.wording.devices import measure_name
from rules.wording.names import readable
from rules.wording.times import length
from rules.wording.voice import Language, Words, say

_ASKED: dict[str, Words] = {
    "open the door": ("Åpne døra", "Open the door"),
    "close the door": ("Lukk døra", "Close the door"),
    "open the window": ("Åpne vinduet", "Open the window"),
    "close the window": ("Lukk vinduet", "Close the window"),
    "open the fridge": ("Åpne kjøleskapet", "Open the fridge"),
    "close the fridge": ("Lukk kjøleskapet", "Close the fridge"),
    "open the cabinet": ("Åpne skapet", "Open the cabinet"),
    "close the cabinet": ("Lukk skapet", "Close the cabinet"),
    "walk": ("Gå gjennom rommet", "Walk through the room"),
    "leave": ("Gå ut og vent til sensoren faller til ro", "Leave, and wait until the sensor comes to rest"),
    "lie down": ("Legg deg i senga", "Lie down in the bed"),
    "get up": ("Stå opp igjen", "Get up again"),
    "sit down": ("Sett deg i stolen", "Sit down in the chair"),
    "stand up": ("Reis deg igjen", "Stand up again"),
    "press the button": ("Trykk på knappen eller dra i snora", "Press the button or pull the cord"),
    "fall": (
        "Utløs et fall slik produsenten beskriver det",
        "Set off a fall as its maker describes it",
    ),
    "rise": ("Reis deg igjen", "Get up again"),
    "switch on": ("Slå på", "Switch it on"),
    "switch off": ("Slå av", "Switch it off"),
    "use it": ("Bruk det som beboeren gjør", "Use it as the resident does"),
    "wet it": ("Legg en våt klut på føleren", "Put a wet cloth on the probe"),
    "dry it": ("Tørk av føleren", "Wipe the probe dry"),
    "test smoke": ("Hold inne prøveknappen", "Hold the test button"),
    "test smoke ends": ("Vent til varsleren er stille igjen", "Wait until it is silent again"),
    "wait for a value": ("Vent på en måling", "Wait for a measurement"),
    "lock it": ("Lås", "Lock it"),
    "unlock it": ("Lås opp", "Unlock it"),
    "carry it past": ("Gå forbi mottakeren med brikken", "Carry the badge past the receiver"),
}

_VERDICTS: dict[Verdict, Words] = {
    "passed": ("Bestått", "Passed"),
    "failed": ("Ikke bestått", "Failed"),
    "incomplete": ("Ikke fullført", "Incomplete"),
}

_SEVERITIES: dict[Severity, Words] = {
    "high": ("høyt varsel", "a high alert"),
    "medium": ("middels varsel", "a medium alert"),
    "low": ("lavt varsel", "a low alert"),
}

_WHY_NOT: dict[Reason, Words] = {
    "nothing heard": ("Ingenting hørt ennå", "Nothing heard yet"),
    "never told": ("Har ikke meldt {}", "Has not told {}"),
    "wrong sense": ("Meldte bare det motsatte av {}", "Told only the opposite for {}"),
    "only from memory": (
        "Bare kjent fra gatewayens minne: prøv på nytt",
        "Known only from the gateway's memory: try again",
    ),
    "begin not seen": (
        "Så ikke at det begynte: gjør det motsatte først",
        "Did not see it begin: do the opposite first",
    ),
    "does not follow": (
        "Regelen slår ikke til med disse innstillingene",
        "The rule does not fire with these settings",
    ),
    "paused": ("Av nå: satt på pause", "Off now: paused"),
    "no legal basis": ("Av nå: mangler rettslig grunnlag", "Off now: no legal basis"),
    "no other sensor": ("Av nå: mangler en annen sensor", "Off now: another sensor is missing"),
}

_SHORTCOMINGS: dict[str, Words] = {
    "nothing heard": ("Ingenting er hørt fra enheten", "Nothing was heard from the device"),
    "not tried": ("Ikke prøvd: {}", "Not tried: {}"),
    "rule": ("Regel som ikke slår til: {}", "A rule that would not fire: {}"),
    "slow": ("Opptil {} s fra enheten til Vaka", "Up to {} s from the device to Vaka"),
    "clock wrong": ("Enhetens klokke går feil", "The device's clock is wrong"),
    "battery": ("Lite batteri: {}", "Low battery: {}"),
}


def asked(name: str, language: Language) -> str:
    """`Åpne døra`"""
    return say(_ASKED[name], language)


def verdict(of: Verdict, language: Language) -> str:
    """`Bestått`"""
    return say(_VERDICTS[of], language)


def would(
    fires: bool,
    why: Reason,
    severity: Severity,
    about: tuple[str, ...],
    after: timedelta | None,
    language: Language,
) -> str:
    """What a rule would make of what the device said: `Gir høyt varsel etter 15 min`."""
    alert = say(_SEVERITIES[severity], language)
    if not fires:
        names = " / ".join(measure_name(measure, language).lower() for measure in about)
        return say(_WHY_NOT[why], language, names)
    if why == "raises":
        if not after:
            return say(("Gir {} med en gang", "Raises {} at once"), language, alert)
        return say(("Gir {} etter {}", "Raises {} after {}"), language, alert, length(after, language))
    if not after:
        return say(("Holder {} borte", "Holds off {}"), language, alert)
    return say(_HELD_OFF, language, alert, length(after, language))


_HELD_OFF: Words = (
    "Holder {} borte, som ellers kommer etter {}",
    "Holds off {}, which otherwise comes after {}",
)


def shortcoming(reason: tuple[str, str], names: Mapping[str, Text], language: Language) -> str:
    """Why a test is not passed, in a sentence."""
    code, about = reason
    if code == "not tried":
        about = asked(about, language)
    elif code == "rule":
        rule = about.partition(":")[0]
        named = names.get(rule)
        about = named.said(language) if named is not None else readable(rule)
    elif code == "battery":
        about = f"{about} %" if about else ""
    return say(_SHORTCOMINGS[code], language, about).rstrip(": ")
