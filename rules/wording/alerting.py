"""What is wrong with the alerting itself, in words: a proof that did not come through, a step that is
overdue, a watchman that is gone.
"""

from __future__ import annotations

from datetime import datetime

from rules.alert import Alert
from rules.building import Site
from rules.finding import Evidence
from rules.overdue import OVERDUE
from rules.proof_verdict import CHAIN_BROKEN, PHONE_SILENT, Leg, Reason
from rules.watch import PART_DOWN, WATCH_GONE
from rules.wording.lasting import is_ongoing, lasting
from rules.wording.times import at
from rules.wording.voice import Voice, Words, say
from rules.wording.watch import part_is_down, part_was_down

NAMES: dict[str, Words] = {
    CHAIN_BROKEN: ("Varslingskjeden er brutt", "The alerting chain is broken"),
    PHONE_SILENT: ("En telefon svarer ikke", "A phone does not answer"),
    OVERDUE: ("Varslingen har stoppet opp", "The alerting is stuck"),
    WATCH_GONE: ("Vaktposten er borte", "The watchman is gone"),
    PART_DOWN: ("En del av Vaka virker ikke", "A part of Vaka does not work"),
}
"""The hub's own rules about the alerting itself."""

LEG_WORDS: dict[Leg, Words] = {
    "published": ("Prøvesensoren sendte", "The test sensor spoke"),
    "heard": ("Vaka hørte den og regelen slo ut", "Vaka heard it and the rule fired"),
    "called": ("De første ble varslet", "The first in line were called"),
    "announced": ("Lamper og skjermer fikk beskjed", "Lamps and screens were told"),
    "addressed": ("Minst én av dem kan nås", "At least one of them can be reached"),
    "sent": ("Alle meldinger ble sendt", "Every message went out"),
    "received": ("Hver telefon bekreftet at den fikk den", "Every phone said that it has it"),
    "later": ("De som varsles senere, kan nås", "Those who are called later can be reached"),
}

_BROKEN: dict[Reason, Words] = {
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
    "no_phone_answers": (
        "ingen telefon bekreftet at den fikk meldingen",
        "no phone said that it got the message",
    ),
    "phone_silent": (
        "en telefon svarer ikke, men noen ble nådd",
        "a phone does not answer, but somebody was reached",
    ),
    "later_stage": (
        "blant dem som varsles senere, er det et trinn der ingen kan nås",
        "among those who are called later there is a stage in which nobody can be reached",
    ),
    "not_taken_up": ("Vaka tok ikke fatt på prøven", "Vaka did not begin with the test"),
}


def why_broken(reason: Reason, voice: Voice) -> str:
    """The place where the chain broke, as a clause that follows a colon."""
    return say(_BROKEN[reason], voice.language)


def nobody_tells(voice: Voice) -> str:
    """In place of the phones' word, where only ways are used that never say whether something arrived."""
    return say(_NOBODY_TELLS, voice.language)


_NOBODY_TELLS: Words = (
    "Overlevert: ingen av kanalene melder fra om det kom fram",
    "Handed over: none of these ways says whether it arrived",
)


def leg_words(leg: Leg, voice: Voice) -> str:
    return say(LEG_WORDS[leg], voice.language)


def what_is_stuck(alert: Alert, site: Site, voice: Voice) -> str:
    """The sentence at the head of such an alert."""
    if alert.rule == CHAIN_BROKEN and alert.evidence:
        return _chain_broken(alert, voice)
    if alert.rule == PHONE_SILENT and alert.evidence:
        return _phones_silent(alert, site, voice)
    if alert.rule == OVERDUE and alert.evidence:
        words, when = _OVERDUE[alert.room], min(e.at for e in alert.evidence)
        if not is_ongoing(alert):
            words = _WAS_OVERDUE.get(alert.room, words)
        return f"{say(words, voice.language)} ({lasting(alert, when, voice)})."
    lasted = lasting(alert, alert.last_at, voice)
    if alert.rule == WATCH_GONE:
        return say(_UNWATCHED[is_ongoing(alert)], voice.language, lasting=lasted)
    if alert.rule == PART_DOWN:
        down = part_is_down if is_ongoing(alert) else part_was_down
        return f"{down(alert.room, voice)} {lasted}."
    return f"{say(NAMES[alert.rule], voice.language)} {lasted}."


_UNWATCHED: dict[bool, Words] = {
    True: (
        "Ingen merker om Vaka stopper: vaktposten er taus {lasting}.",
        "Nobody notices if Vaka stops: the watchman is silent {lasting}.",
    ),
    False: (
        "Ingen ville ha merket om Vaka stoppet: vaktposten var taus {lasting}.",
        "Nobody would have noticed if Vaka had stopped: the watchman was silent {lasting}.",
    ),
}
_CHAIN: Words = (
    "Varslingskjeden er brutt: {why}. Prøvd {when}.",
    "The alerting chain is broken: {why}. Tested {when}.",
)
_OVERDUE: dict[str, Words] = {
    "call": ("De neste ble ikke varslet i tide", "The next in line were not called in time"),
    "owner": ("Et varsel ble ikke åpnet igjen i tide", "An alert was not opened again in time"),
    "no_next_step": (
        "Et åpent varsel hadde verken noen som tok det, eller noen som skulle varsles",
        "An open alert had neither anybody who has it nor anybody to be called",
    ),
    "untold": ("De som ble varslet, har ikke fått noen melding", "Those who were called got no message"),
    "message": ("Meldinger til vakta blir ikke sendt", "Messages to those on duty are not sent"),
    "announcement": ("Lamper og skjermer får ikke beskjed", "Lamps and screens are not told"),
    "thread": (
        "En del av Vaka feiler igjen og igjen. Ring teknikeren",
        "A part of Vaka fails again and again. Call the technician",
    ),
    "pause": ("En pause er over, men regelen er fortsatt av", "A pause is over and the rule is still off"),
}

_WAS_OVERDUE: dict[str, Words] = {
    "untold": ("De som ble varslet, fikk ingen melding", "Those who were called got no message"),
    "message": ("Meldinger til vakta ble ikke sendt", "Messages to those on duty were not sent"),
    "announcement": ("Lamper og skjermer fikk ikke beskjed", "Lamps and screens were not told"),
    "thread": ("En del av Vaka feilet igjen og igjen", "A part of Vaka failed again and again"),
    "pause": ("En pause var over, men regelen var fortsatt av", "A pause was over and the rule still off"),
}
"""Where it is another word than while it is so."""


def _chain_broken(alert: Alert, voice: Voice) -> str:
    last = alert.evidence[-1]
    return say(_CHAIN, voice.language, why=_why(str(last.value), voice), when=at(last.at, voice))


def _phones_silent(alert: Alert, site: Site, voice: Voice) -> str:
    """Of the last proof: each phone with whose it is."""
    last = alert.evidence[-1].at
    named = ", ".join(_phone(one, site) for one in alert.evidence if one.at == last)
    return say(_NO_ANSWER, voice.language, when=at(last, voice), named=named)


_NO_ANSWER: Words = (
    "Svarte ikke på prøvevarselet {when}: {named}. Er telefonen på, og har den nett?",
    "No answer to the test alert {when} from: {named}. Is the phone on, and has it a connection?",
)


def _phone(evidence: Evidence, site: Site) -> str:
    """`Kari (Android · Chrome)`."""
    person, _, device = str(evidence.value).partition(" ")
    name = next((one.name for one in site.people if one.id == person), person)
    return f"{name} ({device})" if device else name


def _why(value: str, voice: Voice) -> str:
    """`value`: the reason, and of messages how many."""
    reason, _, lost = value.partition(" ")
    known = next((found for found in _BROKEN if found == reason), None)
    why = why_broken(known, voice) if known is not None else reason
    return f"{why} ({lost})" if known == "some_not_sent" else why


def what_was_found(evidence: Evidence, site: Site, voice: Voice) -> str | None:
    """A line of evidence of such an alert; None where it is another's."""
    if evidence.measure == "overdue" and str(evidence.value) in _OVERDUE:
        return say(_OVERDUE[str(evidence.value)], voice.language)
    if evidence.measure in _PHONES:
        return f"{say(_PHONES[evidence.measure], voice.language)}: {_phone(evidence, site)}"
    if evidence.measure != "proof":
        return None
    why = _why(str(evidence.value), voice)
    return f"{why[0].upper()}{why[1:]}"


_PHONES: dict[str, Words] = {
    "silent phone": ("Telefonen svarte ikke på prøvevarselet", "The phone did not answer the test alert"),
    "lost phone": ("Vaka har mistet kontakten med telefonen", "Vaka has lost the connection to the phone"),
}


def whole_again(alert: Alert, over: datetime, voice: Voice) -> str:
    """The sentence where it is well again."""
    words = _WELL_AGAIN.get(alert.rule, ("I orden igjen {when}.", "In order again {when}."))
    return say(words, voice.language, when=at(over, voice))


_WELL_AGAIN: dict[str, Words] = {
    CHAIN_BROKEN: ("En senere prøve kom fram {when}.", "A later test came through {when}."),
    PHONE_SILENT: ("Alle telefonene svarte på en prøve {when}.", "Every phone answered a test {when}."),
}
