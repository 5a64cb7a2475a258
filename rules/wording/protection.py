"""Who cannot be heard, and why somebody is not watched over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from rules.health.rhythm import Deadline
from rules.protection import Why
from rules.rule import Text
from rules.wording.names import readable
from rules.wording.times import at, length
from rules.wording.voice import Voice


def who_is_silent(part: str, voice: Voice) -> str:
    """`broker`, `gateway:<id>`, `device:<id>` → what cannot be heard."""
    kind, _, name = part.partition(":")
    nb, en = {
        "broker": (
            "Ingen kontakt med sensorene (meldingstjeneren er borte)",
            "No contact with the sensors (broker lost)",
        ),
        "gateway": (f"Ingen kontakt med gatewayen «{name}»", f"No contact with the gateway “{name}”"),
        "device": (f"Ingen kontakt med sensoren «{name}»", f"No contact with the sensor “{name}”"),
    }.get(kind, (part, part))
    return nb if voice.language == "nb" else en


def is_away(name: str, until: datetime, voice: Voice) -> str:
    """Of somebody whom an alert names though they are not at home."""
    back = at(until, voice)
    if voice.language == "nb":
        return f"{name} er registrert borte til {back}."
    return f"{name} is registered as away until {back.removeprefix('at ')}."


def why_not_covered(
    why: Why, names: Mapping[str, Text], voice: Voice, people: Mapping[str, str] | None = None
) -> str:
    """Why a resident is not watched over, or not wholly. `people`: their names by id."""
    if why.cause == "not_heard":
        return who_is_silent(why.what, voice)
    if why.cause == "away":
        until = at(datetime.fromisoformat(why.what), voice)
        return f"Borte til {until}" if voice.language == "nb" else f"Away until {until.removeprefix('at ')}"
    if why.cause in ("device_tested", "device_paused"):
        return _taken_aside(why, (people or {}).get(why.by, why.by), voice)
    named = names.get(why.what)
    rule_nb, rule_en = (named.nb, named.en) if named is not None else (readable(why.what),) * 2
    nb, en = {
        "no_rule": ("Ingen regel gjelder her", "No rule applies here"),
        "no_sensor": (f"Mangler sensor til «{rule_nb}»", f"No sensor for “{rule_en}”"),
        "no_basis": (
            f"«{rule_nb}» er av: mangler rettslig grunnlag",
            f"“{rule_en}” is off: no legal basis",
        ),
        "paused": (f"«{rule_nb}» er satt på pause", f"“{rule_en}” is paused"),
        "chatter": (
            f"Sensoren «{why.what}» flagrer og er ikke til å stole på",
            f"The sensor “{why.what}” chatters and cannot be trusted",
        ),
        "stuck": (
            f"Sensoren «{why.what}» har hengt seg opp",
            f"The sensor “{why.what}” is stuck",
        ),
        "tamper": (
            f"Sensoren «{why.what}» er åpnet eller tatt ned",
            f"The sensor “{why.what}” was opened or taken down",
        ),
        "never_heard": (f"Sensoren «{why.what}» er aldri hørt", f"The sensor “{why.what}” was never heard"),
    }[why.cause]
    return nb if voice.language == "nb" else en


def _taken_aside(why: Why, by: str, voice: Voice) -> str:
    ends = at(why.until, voice) if why.until is not None else ""
    if why.cause == "device_tested":
        if voice.language == "nb":
            return f"Sensoren «{why.what}» prøves av {by} fram til {ends}"
        return f"The sensor “{why.what}” is being tested by {by} until {ends.removeprefix('at ')}"
    if voice.language == "nb":
        return f"Sensoren «{why.what}» er satt på pause av {by} fram til {ends}: {why.because}"
    until = ends.removeprefix("at ")
    return f"The sensor “{why.what}” is paused by {by} until {until}: {why.because}"


def why_silence_counts(deadline: Deadline, voice: Voice) -> str:
    """When a device is taken to be dead, and what that rests on."""
    if deadline.after is None:
        nb = "Sier bare fra når den brukes: stillhet alene sier ingenting."
        en = "Speaks only when it is used: silence alone says nothing."
        return nb if voice.language == "nb" else en
    after = length(deadline.after, voice.language)
    beat = length(deadline.heartbeat, voice.language) if deadline.heartbeat is not None else ""
    nb, en = {
        "heartbeat": (
            f"Sier fra minst hver {beat} når alt er bra. Regnes som borte etter {after}.",
            f"Speaks every {beat} at least when all is well. Taken to be dead after {after}.",
        ),
        "announced": (
            f"Oppgir selv å si fra hver {beat}. Regnes som borte etter {after}.",
            f"Says of itself that it speaks every {beat}. Taken to be dead after {after}.",
        ),
    }.get(
        deadline.reason,
        (
            f"Rytmen er ikke lært ennå. Regnes som borte etter {after}.",
            f"Its rhythm is not learned yet. Taken to be dead after {after}.",
        ),
    )
    return nb if voice.language == "nb" else en
