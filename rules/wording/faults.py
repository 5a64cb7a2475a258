"""What is wrong with a device, in one plain sentence for whoever mends it."""

from __future__ import annotations

from rules.alert import Alert
from rules.health.fault import Fault
from rules.health.telling import PREFIX
from rules.health.thresholds import FaultKind, fault_rules
from rules.wording.times import since
from rules.wording.voice import Voice

_NAMED = 3
"""Devices that are named in one sentence; of more their number is told."""

_MEASURES = {
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
    words = fault_rules()[kind].name
    return words.nb if voice.language == "nb" else words.en


def why_it_matters(kind: FaultKind, voice: Voice) -> str:
    words = fault_rules()[kind].why
    return words.nb if voice.language == "nb" else words.en


def what_is_wrong(fault: Fault, voice: Voice) -> str:
    """One sentence with the figures it was decided upon."""
    nb, en = _said(fault, voice)
    return nb if voice.language == "nb" else en


def what_devices_have(alert: Alert, voice: Voice) -> str:
    """The sentence of an alert about devices with the same fault: which, or how many."""
    kind = alert.rule.removeprefix(PREFIX)
    known = next((k for k in fault_rules() if k == kind), None)
    called = name_of_fault(known, voice) if known is not None else kind
    devices = list(dict.fromkeys(evidence.device for evidence in alert.evidence))
    if len(devices) > _NAMED:
        many = f"{len(devices)} sensorer" if voice.language == "nb" else f"{len(devices)} sensors"
        return f"{called}: {many}."
    return f"{called}: {', '.join(devices)}."


def _said(fault: Fault, voice: Voice) -> tuple[str, str]:
    figures, when = fault.figures, since(fault.since, voice)
    nb, en = _MEASURES.get(str(figures.get("measure")), ("", ""))
    if fault.kind == "silent":
        return f"Ingen kontakt {when}.", f"No contact {when}."
    if fault.kind == "never-heard":
        return f"Satt opp, men ikke hørt {when}.", f"Set up, and not heard {when}."
    if fault.kind == "battery":
        return _battery(fault)
    if fault.kind == "chatter":
        minutes = f"{figures.get('minutes', 0):.0f}"
        return (
            f"Sier «{nb}» tre ganger i minuttet eller mer, i {minutes} minutter det siste døgnet.",
            f"Says “{en}” three times a minute or more, in {minutes} minutes of the last 24 hours.",
        )
    if fault.kind == "stuck":
        return f"Har sagt «{nb}» uten stans {when}.", f"Has said “{en}” without a break {when}."
    if fault.kind == "tamper":
        return f"Åpnet eller tatt ned {when}.", f"Opened or taken down {when}."
    if fault.kind == "clock":
        times = f"{figures.get('times', 0):.0f}"
        return (
            f"Oppga gal tid {times} ganger det siste døgnet.",
            f"Gave a wrong time {times} times in 24 hours.",
        )
    if fault.kind == "link":
        value = f"{figures.get('value', 0):.0f}"
        return f"{nb.capitalize()} er nede i {value}.", f"{en.capitalize()} is down at {value}."
    if fault.kind == "unsteady":
        times = f"{figures.get('times', 0):.0f}"
        return (
            f"Borte og tilbake {times} ganger det siste døgnet.",
            f"Lost and found again {times} times in 24 hours.",
        )
    return f"Ingen har brukt den {when}.", f"Nobody has used it {when}."


def _battery(fault: Fault) -> tuple[str, str]:
    level = fault.figures.get("level")
    days = fault.figures.get("days")
    if fault.reason == "it says so itself":
        nb, en = "Sensoren melder selv om lite batteri", "The sensor itself says that its battery is low"
    elif fault.reason == "few days left" and days is not None:
        nb, en = f"Omtrent {days:.0f} dager igjen", f"About {days:.0f} days left"
    else:
        nb, en = "Lite batteri", "Low battery"
    return (
        (f"{nb}, nå {level:.0f} %.", f"{en}, now {level:.0f} %.")
        if level is not None
        else (f"{nb}.", f"{en}.")
    )
