"""What is wrong with the alerting itself, in words: a proof that did not come through, a step that is
overdue, a watchman that is gone.
"""

from __future__ import annotations

from datetime import datetime

from rules.alert import Alert
from rules.finding import Evidence
from rules.overdue import OVERDUE
from rules.proof import CHAIN_BROKEN, Leg, Reason
from rules.watch import PART_DOWN, WATCH_GONE
from rules.wording.times import at, since
from rules.wording.voice import Voice
from rules.wording.watch import part_is_down

NAMES: dict[str, tuple[str, str]] = {
    CHAIN_BROKEN: ("Varslingskjeden er brutt", "The alerting chain is broken"),
    OVERDUE: ("Varslingen har stoppet opp", "The alerting is stuck"),
    WATCH_GONE: ("Vaktposten er borte", "The watchman is gone"),
    PART_DOWN: ("En del av Vaka virker ikke", "A part of Vaka does not work"),
}
"""The hub's own rules about the alerting itself."""

LEG_WORDS: dict[Leg, tuple[str, str]] = {
    "published": ("Prøvesensoren sendte", "The test sensor spoke"),
    "heard": ("Vaka hørte den og regelen slo ut", "Vaka heard it and the rule fired"),
    "called": ("De første ble varslet", "The first in line were called"),
    "announced": ("Lamper og skjermer fikk beskjed", "Lamps and screens were told"),
    "addressed": ("Minst én av dem kan nås", "At least one of them can be reached"),
    "sent": ("Alle meldinger ble sendt", "Every message went out"),
}

_BROKEN: dict[Reason, tuple[str, str]] = {
    "broker": ("meldingssentralen tar ikke imot fra sensorene", "the broker takes nothing from sensors"),
    "not_heard": ("Vaka hørte ikke prøvesensoren", "Vaka did not hear the test sensor"),
    "not_called": ("Vaka varslet ingen", "Vaka called nobody"),
    "not_announced": ("lamper og skjermer fikk ikke beskjed", "lamps and screens were not told"),
    "nobody_on_duty": ("det er ingen å varsle", "there is nobody to call"),
    "no_way": (
        "ingen av dem som skal varsles, kan nås utenfor tavla",
        "none of those who are called can be reached beyond the board",
    ),
    "board_only": (
        "ingen i huset kan nås på telefon eller e-post, så varsler vises bare på tavla",
        "nobody in the house can be reached by phone or e-mail: alerts show on the board alone",
    ),
    "not_sent": ("ingen av meldingene kom ut", "none of the messages went out"),
    "some_not_sent": ("noen av meldingene kom ikke ut", "some of the messages did not go out"),
    "not_taken_up": ("Vaka tok ikke fatt på prøven", "Vaka did not begin with the test"),
}


def why_broken(reason: Reason, voice: Voice) -> str:
    """The place where the chain broke, as a clause that follows a colon."""
    return _BROKEN[reason][voice.language == "en"]


def leg_words(leg: Leg, voice: Voice) -> str:
    return LEG_WORDS[leg][voice.language == "en"]


def what_is_stuck(alert: Alert, voice: Voice) -> str:
    """The sentence at the head of such an alert."""
    english = voice.language == "en"
    if alert.rule == CHAIN_BROKEN and alert.evidence:
        return _chain_broken(alert, voice)
    if alert.rule == OVERDUE and alert.evidence:
        words, when = _OVERDUE[alert.room][english], min(e.at for e in alert.evidence)
        return f"{words} ({since(when, voice)})."
    if alert.rule == WATCH_GONE:
        if english:
            return f"Nobody notices if Vaka stops: the watchman is silent {since(alert.raised_at, voice)}."
        return f"Ingen merker om Vaka stopper: vaktposten er taus {since(alert.raised_at, voice)}."
    if alert.rule == PART_DOWN:
        return f"{part_is_down(alert.room, voice)} {since(alert.raised_at, voice)}."
    return f"{NAMES[alert.rule][english]} {since(alert.raised_at, voice)}."


_OVERDUE: dict[str, tuple[str, str]] = {
    "call": ("De neste ble ikke varslet i tide", "The next in line were not called in time"),
    "owner": ("Et varsel ble ikke åpnet igjen i tide", "An alert was not opened again in time"),
    "no_next_step": (
        "Et åpent varsel hadde verken noen som tok det, eller noen som skulle varsles",
        "An open alert had neither anybody who has it nor anybody to be called",
    ),
    "untold": ("De som ble varslet, har ikke fått noen melding", "Those who were called got no message"),
    "message": ("Meldinger til vakta blir ikke sendt", "Messages to those on duty are not sent"),
    "announcement": ("Lamper og skjermer får ikke beskjed", "Lamps and screens are not told"),
    "pause": ("En pause er over, men regelen er fortsatt av", "A pause is over and the rule is still off"),
}


def _chain_broken(alert: Alert, voice: Voice) -> str:
    last = alert.evidence[-1]
    why = _why(str(last.value), voice)
    when = at(last.at, voice)
    if voice.language == "en":
        return f"The alerting chain is broken: {why}. Tested {when}."
    return f"Varslingskjeden er brutt: {why}. Prøvd {when}."


def _why(value: str, voice: Voice) -> str:
    """`value`: the reason, and of messages how many."""
    reason, _, lost = value.partition(" ")
    known = next((found for found in _BROKEN if found == reason), None)
    why = why_broken(known, voice) if known is not None else reason
    return f"{why} ({lost})" if known == "some_not_sent" else why


def what_was_found(evidence: Evidence, voice: Voice) -> str | None:
    """A line of evidence of such an alert; None where it is another's."""
    if evidence.measure == "overdue" and str(evidence.value) in _OVERDUE:
        return _OVERDUE[str(evidence.value)][voice.language == "en"]
    if evidence.measure != "proof":
        return None
    why = _why(str(evidence.value), voice)
    return f"{why[0].upper()}{why[1:]}"


def whole_again(alert: Alert, over: datetime, voice: Voice) -> str:
    """The sentence where it is well again."""
    when = at(over, voice)
    if alert.rule == CHAIN_BROKEN:
        return (
            f"A later test came through {when}."
            if voice.language == "en"
            else f"En senere prøve kom fram {when}."
        )
    return f"In order again {when}." if voice.language == "en" else f"I orden igjen {when}."
