"""What is wrong with a device, in one plain sentence for whoever mends it."""

from __future__ import annotations

from rules.alert import Alert
from rules.health.fault import Fault
from rules.health.telling import PREFIX
from rules.health.thresholds import FaultKind, fault_rules
from rules.wording.times import since
from rules.wording.voice import Voice, Words, say

_NAMED = 3
"""Devices that are named in one sentence; of more their number is told."""

_MEASURES: dict[str, Words] = {
    "open": ("åpen", "open"),
    "motion": ("bevegelse", "movement"),
    "presence": ("tilstedeværelse", "presence"),
    "in_bed": ("i senga", "in bed"),
    "sitting_up": ("sitter oppe", "sitting up"),
    "pressed": ("trykket", "pressed"),
    "vibration": ("vibrasjon", "vibration"),
    "on": ("på", "on"),
    "lqi": ("signalkvalitet (lqi)", "link quality (lqi)"),
    "rssi": ("signalstyrke (rssi)", "signal strength (rssi)"),
    "snr": ("signal mot støy (snr)", "signal to noise (snr)"),
}


def name_of_fault(kind: FaultKind, voice: Voice) -> str:
    return fault_rules()[kind].name.said(voice.language)


def why_it_matters(kind: FaultKind, voice: Voice) -> str:
    return fault_rules()[kind].why.said(voice.language)


def what_is_wrong(fault: Fault, voice: Voice) -> str:
    """One sentence with the figures it was decided upon."""
    figures, language = fault.figures, voice.language
    if fault.kind == "battery":
        return _battery(fault, voice)
    measure = say(_MEASURES.get(str(figures.get("measure")), ("", "")), language)
    return say(
        _SENTENCES.get(fault.kind, _UNUSED),
        language,
        when=since(fault.since, voice),
        measure=measure.capitalize() if fault.kind == "link" else measure,
        minutes=f"{figures.get('minutes', 0):.0f}",
        times=f"{figures.get('times', 0):.0f}",
        value=f"{figures.get('value', 0):.0f}",
    )


_SENTENCES: dict[FaultKind, Words] = {
    "silent": ("Ingen kontakt {when}.", "No contact {when}."),
    "never-heard": ("Satt opp, men ikke hørt {when}.", "Set up, and not heard {when}."),
    "chatter": (
        "Sier «{measure}» tre ganger i minuttet eller mer, i {minutes} minutter det siste døgnet.",
        "Says “{measure}” three times a minute or more, in {minutes} minutes of the last 24 hours.",
    ),
    "stuck": ("Har sagt «{measure}» uten stans {when}.", "Has said “{measure}” without a break {when}."),
    "tamper": ("Åpnet eller tatt ned {when}.", "Opened or taken down {when}."),
    "clock": (
        "Oppga gal tid {times} ganger det siste døgnet.",
        "Gave a wrong time {times} times in 24 hours.",
    ),
    "link": ("{measure} er nede i {value}.", "{measure} is down at {value}."),
    "unsteady": (
        "Borte og tilbake {times} ganger det siste døgnet.",
        "Lost and found again {times} times in 24 hours.",
    ),
}
_UNUSED: Words = ("Ingen har brukt den {when}.", "Nobody has used it {when}.")


def what_devices_have(alert: Alert, voice: Voice) -> str:
    """The sentence of an alert about devices with the same fault: which, or how many."""
    kind = alert.rule.removeprefix(PREFIX)
    known = next((k for k in fault_rules() if k == kind), None)
    called = name_of_fault(known, voice) if known is not None else kind
    devices = list(dict.fromkeys(evidence.device for evidence in alert.evidence))
    if len(devices) > _NAMED:
        return f"{called}: {say(('{} sensorer', '{} sensors'), voice.language, len(devices))}."
    return f"{called}: {', '.join(devices)}."


def _battery(fault: Fault, voice: Voice) -> str:
    level, days = fault.figures.get("level"), fault.figures.get("days")
    if fault.reason == "it says so itself":
        said = say(_SAYS_SO, voice.language)
    elif fault.reason == "few days left" and days is not None:
        said = say(_DAYS_LEFT, voice.language, f"{days:.0f}")
    else:
        said = say(("Lite batteri", "Low battery"), voice.language)
    if level is None:
        return f"{said}."
    return say(
        ("{said}, nå {level}\u00a0%.", "{said}, now {level}\u00a0%."),
        voice.language,
        said=said,
        level=f"{level:.0f}",
    )


_SAYS_SO: Words = ("Sensoren melder selv om lite batteri", "The sensor itself says that its battery is low")
_DAYS_LEFT: Words = ("Omtrent {} dager igjen", "About {} days left")
