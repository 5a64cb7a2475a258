"""What rules are called."""

from __future__ import annotations

from rules.absence import AWAY_ENDS, SOMEBODY_IN
from rules.alert import Alert
from rules.catalogue import catalogue
from rules.health.telling import is_fault_rule, rule_of
from rules.health.thresholds import fault_rules
from rules.pause import PAUSE_ENDS
from rules.protection import NOT_HEARD
from rules.rule import AnyRule
from rules.wording.alerting import NAMES as ALERTING
from rules.wording.faults import name_of_fault
from rules.wording.voice import Voice, say

_OF_ABSENCES = {
    AWAY_ENDS: ("Ventes hjem", "Expected home"),
    SOMEBODY_IN: ("Aktivitet i tom leilighet", "Activity in an empty flat"),
}


def name_of(alert: Alert, rule: AnyRule | None, voice: Voice) -> str:
    """What the alert's rule is called."""
    return name_of_rule(alert.rule, rule, voice)


def name_of_rule(id: str, rule: AnyRule | None, voice: Voice) -> str:
    """What a rule is called by whose name alerts are raised, the hub's own among them."""
    if id == NOT_HEARD:
        return say(("Ingen kontakt", "No contact"), voice.language)
    if is_fault_rule(id):
        kind = next((k for k in fault_rules() if rule_of(k) == id), None)
        return readable(id) if kind is None else name_of_fault(kind, voice)
    if id in ALERTING:
        return say(ALERTING[id], voice.language)
    if id == PAUSE_ENDS:
        return say(("Pause er snart over", "A pause is about to end"), voice.language)
    if id in _OF_ABSENCES:
        return say(_OF_ABSENCES[id], voice.language)
    known = rule or catalogue().get(id)
    return known.name.said(voice.language) if known is not None else readable(id)


def readable(id: str) -> str:
    """For a rule that nobody knows the name of any more: `stuck-bath` is `Stuck bath`."""
    return id.replace("-", " ").replace("_", " ").capitalize()
