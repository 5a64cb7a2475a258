"""Who cannot be heard, and why somebody is not watched over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from rules.health.rhythm import Deadline
from rules.protection import Why
from rules.rule import Text
from rules.wording.names import readable
from rules.wording.times import at, length
from rules.wording.voice import Voice, Words, say


def who_is_silent(part: str, voice: Voice) -> str:
    """`broker`, `gateway:<id>`, `device:<id>` → what cannot be heard."""
    kind, _, name = part.partition(":")
    return say(_SILENT[kind], voice.language, name=name) if kind in _SILENT else part


_SILENT: dict[str, Words] = {
    "broker": (
        "Ingen kontakt med sensorene (meldingstjeneren er borte)",
        "No contact with the sensors (broker lost)",
    ),
    "gateway": ("Ingen kontakt med gatewayen «{name}»", "No contact with the gateway “{name}”"),
    "device": ("Ingen kontakt med sensoren «{name}»", "No contact with the sensor “{name}”"),
}


def is_away(name: str, until: datetime, voice: Voice) -> str:
    """Of somebody whom an alert names though they are not at home."""
    return say(_IS_AWAY, voice.language, name=name, until=until_when(until, voice))


_IS_AWAY: Words = (
    "{name} er registrert borte til {until}.",
    "{name} is registered as away until {until}.",
)


def until_when(instant: datetime, voice: Voice) -> str:
    """As it stands after "til" and "until"."""
    return at(instant, voice).removeprefix("at ")


def why_not_covered(
    why: Why, names: Mapping[str, Text], voice: Voice, people: Mapping[str, str] | None = None
) -> str:
    """Why a resident is not watched over, or not wholly. `people`: their names by id."""
    if why.cause == "not_heard":
        return who_is_silent(why.what, voice)
    if why.cause == "away":
        until = until_when(datetime.fromisoformat(why.what), voice)
        return say(("Borte til {}", "Away until {}"), voice.language, until)
    if why.cause in ("device_tested", "device_paused"):
        return _taken_aside(why, (people or {}).get(why.by, why.by), voice)
    named = names.get(why.what)
    rule = named.said(voice.language) if named is not None else readable(why.what)
    return say(_CAUSES[why.cause], voice.language, rule=rule, what=why.what)


_CAUSES: dict[str, Words] = {
    "no_rule": ("Ingen regel gjelder her", "No rule applies here"),
    "no_sensor": ("Mangler sensor til «{rule}»", "No sensor for “{rule}”"),
    "no_basis": (
        "«{rule}» er av: mangler rettslig grunnlag",
        "“{rule}” is off: no legal basis",
    ),
    "paused": ("«{rule}» er satt på pause", "“{rule}” is paused"),
    "chatter": (
        "Sensoren «{what}» flagrer og er ikke til å stole på",
        "The sensor “{what}” chatters and cannot be trusted",
    ),
    "stuck": (
        "Sensoren «{what}» har hengt seg opp",
        "The sensor “{what}” is stuck",
    ),
    "tamper": (
        "Sensoren «{what}» er åpnet eller tatt ned",
        "The sensor “{what}” was opened or taken down",
    ),
    "never_heard": ("Sensoren «{what}» er aldri hørt", "The sensor “{what}” was never heard"),
}


def _taken_aside(why: Why, by: str, voice: Voice) -> str:
    ends = until_when(why.until, voice) if why.until is not None else ""
    words = _TESTED if why.cause == "device_tested" else _PAUSED
    return say(words, voice.language, what=why.what, by=by, until=ends, because=why.because)


_TESTED: Words = (
    "Sensoren «{what}» prøves av {by} fram til {until}",
    "The sensor “{what}” is being tested by {by} until {until}",
)
_PAUSED: Words = (
    "Sensoren «{what}» er satt på pause av {by} fram til {until}: {because}",
    "The sensor “{what}” is paused by {by} until {until}: {because}",
)


def why_silence_counts(deadline: Deadline, voice: Voice) -> str:
    """When a device is taken to be dead, and what that rests on."""
    if deadline.after is None:
        return say(_ON_USE, voice.language)
    after = length(deadline.after, voice.language)
    beat = length(deadline.heartbeat, voice.language) if deadline.heartbeat is not None else ""
    return say(_RHYTHMS.get(deadline.reason, _NOT_LEARNED), voice.language, beat=beat, after=after)


_ON_USE: Words = (
    "Sier bare fra når den brukes: stillhet alene sier ingenting.",
    "Speaks only when it is used: silence alone says nothing.",
)
_RHYTHMS: dict[str, Words] = {
    "heartbeat": (
        "Sier fra minst hver {beat} når alt er bra. Regnes som borte etter {after}.",
        "Speaks every {beat} at least when all is well. Taken to be dead after {after}.",
    ),
    "announced": (
        "Oppgir selv å si fra hver {beat}. Regnes som borte etter {after}.",
        "Says of itself that it speaks every {beat}. Taken to be dead after {after}.",
    ),
}
_NOT_LEARNED: Words = (
    "Rytmen er ikke lært ennå. Regnes som borte etter {after}.",
    "Its rhythm is not learned yet. Taken to be dead after {after}.",
)
