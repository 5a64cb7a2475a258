"""What an alert says: its sentence, and what stands below it. The same words on the board, in a notification
and in the log.
"""

from __future__ import annotations

from datetime import datetime

from rules.absence import AWAY_ENDS, SOMEBODY_IN
from rules.alert import Alert
from rules.building import Site
from rules.catalogue import catalogue
from rules.finding import Evidence
from rules.health.telling import is_fault_rule
from rules.pause import DEVICE_PAUSED, PAUSE_ENDS
from rules.protection import NOT_HEARD
from rules.rule import SIGNS_OF_LIFE, AnyRule, MovesRule, NotByRule, QuietRule
from rules.wording.alerting import NAMES as ALERTING
from rules.wording.alerting import what_is_stuck, whole_again
from rules.wording.faults import what_devices_have
from rules.wording.heard import Sense, appliance_of, fill, happened, place_of, sense
from rules.wording.lasting import is_ongoing, lasting, this_time, told_by
from rules.wording.names import name_of, readable
from rules.wording.protection import who_is_silent
from rules.wording.times import at, by, by_on_its_day, from_when, length, since
from rules.wording.voice import Voice, Words, say

_HELD: dict[Sense, Words] = {
    ("open", True): ("{} har stått {}", "{} has been open"),
    ("on", True): ("{} har stått på", "{} has been on"),
    ("motion", True): ("Bevegelse {}", "Movement {}"),
    ("presence", True): ("Har vært {}", "Has been {}"),
    ("in_bed", False): ("Ute av senga", "Out of bed"),
    ("in_bed", True): ("Har ligget i senga", "Has been in bed"),
    ("leak", True): ("Vannlekkasje", "Water leak"),
}


_WAS_HELD: dict[Sense, Words] = {
    ("open", True): ("{} sto {}", "{} was open"),
    ("on", True): ("{} sto på", "{} was on"),
    ("motion", True): ("Bevegelse {}", "Movement {}"),
    ("presence", True): ("Var {}", "Was {}"),
    ("in_bed", False): ("Var ute av senga", "Was out of bed"),
    ("in_bed", True): ("Lå i senga", "Was in bed"),
    ("leak", True): ("Vannlekkasje", "Water leak"),
}


_OVER: dict[Sense, Words] = {
    ("open", False): ("Lukket igjen", "Closed again"),
    ("open", True): ("Åpnet igjen", "Opened again"),
    ("tamper", False): ("Sensoren på plass igjen", "Sensor in place again"),
    ("in_bed", True): ("Tilbake i senga", "Back in bed"),
}


# What is gone is told with the time since when, not with the time at which.
_GONE: dict[Sense, Words] = {
    ("leak", False): ("Ikke mer vann", "No more water"),
    ("smoke", False): ("Ikke mer røyk", "No more smoke"),
    ("gas", False): ("Ikke mer gass", "No more gas"),
    ("co", False): ("Ikke mer kullos (CO)", "No more carbon monoxide"),
    ("presence", False): ("Ingen {}", "Nobody {}"),
    ("sitting_up", False): ("Ikke lenger oppe i senga", "No longer sitting up in bed"),
}


OPEN_AGAIN: dict[str, Words] = {
    "arrival_overdue": (
        "Ingen kom fram i tide; varselet ble åpnet igjen",
        "Nobody arrived in time; the alert was opened again",
    ),
    "raised_anew": (
        "Skjedde på nytt; varselet ble åpnet igjen",
        "Happened anew; the alert was opened again",
    ),
    "owner_absent": (
        "Den som hadde varselet, er meldt borte; varselet ble åpnet igjen",
        "Whoever had the alert is registered as absent; the alert was opened again",
    ),
    "owner_shut_out": (
        "Den som hadde varselet, har ikke tilgang lenger; varselet ble åpnet igjen",
        "Whoever had the alert has no access any more; the alert was opened again",
    ),
    "closing_overdue": (
        "Ikke kvittert ut i tide; varselet ble åpnet igjen",
        "Not closed in time; the alert was opened again",
    ),
}
"""The events that put an alert back to open after somebody had taken it."""


def _technical(alert: Alert, site: Site, voice: Voice) -> str:
    """Of devices that are not well, and of the alerting itself."""
    if is_fault_rule(alert.rule):
        return what_devices_have(alert, voice)
    return what_is_stuck(alert, site, voice)


def what_happened(alert: Alert, rule: AnyRule | None, site: Site, voice: Voice) -> str:
    """The sentence at the head of an alert, in the past tense once it is over. `rule` is None where the site
    no longer has it.
    """
    if alert.rule == NOT_HEARD:
        return f"{who_is_silent(alert.room, voice)} {lasting(alert, alert.last_at, voice)}."
    if is_fault_rule(alert.rule) or alert.rule in ALERTING:
        return _technical(alert, site, voice)
    if alert.rule == PAUSE_ENDS and alert.evidence:
        return _pause_ends(alert.evidence[-1], voice, is_ongoing(alert))
    if alert.rule == AWAY_ENDS and alert.evidence:
        return _away_ends(alert.evidence[-1], voice, is_ongoing(alert))
    if alert.rule == SOMEBODY_IN and alert.evidence:
        return _somebody_in(alert, voice)
    heard = this_time(alert)
    kind = rule.kind if rule is not None else "event"
    if kind == "quiet":
        last_sign = heard.at if heard is not None else alert.last_at
        return _sentence(voice, _NO_SIGN, lasting(alert, last_sign, voice))
    if isinstance(rule, NotByRule) and rule.signs != SIGNS_OF_LIFE:
        return _sentence(voice, name_of(alert, rule, voice), by(alert.last_at, voice))
    if kind == "not-by":
        return _sentence(voice, _NO_SIGN, by_on_its_day(alert.last_at, voice))
    if heard is None:
        return _sentence(voice, name_of(alert, rule, voice), at(alert.raised_at, voice))
    if (told := _by_kind(rule, alert, heard, site, voice)) is not None:
        return told
    held = (_HELD if is_ongoing(alert) else _WAS_HELD).get(sense(heard))
    if kind == "held" and held is not None:
        return _sentence(voice, held, lasting(alert, heard.at, voice), heard, site)
    first = told_by(alert, alert.raised_at)[-1]
    words = happened(first) or name_of(alert, rule, voice)
    return _sentence(voice, words, at(alert.raised_at, voice), first, site)


_NO_SIGN: Words = ("Ingen livstegn", "No sign of life")


def _by_kind(rule: AnyRule | None, alert: Alert, heard: Evidence, site: Site, voice: Voice) -> str | None:
    """For kinds whose sentence needs more than what was heard last."""
    kind = rule.kind if rule is not None else "event"
    if kind == "away":
        return _went_out(heard, voice, is_ongoing(alert))
    if kind == "stays":
        return _stayed(alert, heard, site, voice)
    if isinstance(rule, MovesRule):
        return _moved(alert, rule, voice)
    return _left_on(alert, heard, site, voice) if kind == "unattended" else None


def _went_out(heard: Evidence, voice: Voice, ongoing: bool) -> str:
    return say(_WENT_OUT[ongoing], voice.language, when=at(heard.at, voice))


_WENT_OUT: dict[bool, Words] = {
    True: (
        "Gikk trolig ut {when} og er ikke hørt inne siden.",
        "Probably went out {when} and has not been heard inside since.",
    ),
    False: (
        "Gikk trolig ut {when} og ble ikke hørt inne.",
        "Probably went out {when} and was not heard inside.",
    ),
}


def _stayed(alert: Alert, heard: Evidence, site: Site, voice: Voice) -> str:
    place, lasted = place_of(heard.device, site, voice), lasting(alert, heard.at, voice)
    return say(_STAYED[is_ongoing(alert)], voice.language, place=place, lasting=lasted)


_STAYED: dict[bool, Words] = {
    True: (
        "Har trolig vært {place} {lasting} og er ikke hørt andre steder.",
        "Has probably been {place} {lasting} and was not heard elsewhere.",
    ),
    False: (
        "Var trolig {place} {lasting} og ble ikke hørt andre steder.",
        "Was probably {place} {lasting} and was not heard elsewhere.",
    ),
}


def _moved(alert: Alert, rule: MovesRule, voice: Voice) -> str:
    stops = told_by(alert, alert.last_at)[-rule.times - 1 :]
    first, last = stops[0].at, stops[-1].at
    lasted = since(first, voice) if is_ongoing(alert) else from_when(first, voice, last)
    return say(_MOVED, voice.language, changes=len(stops) - 1, lasting=lasted)


_MOVED: Words = (
    "Gikk fra sted til sted {changes} ganger {lasting}.",
    "Went from place to place {changes} times {lasting}.",
)


def _left_on(alert: Alert, heard: Evidence, site: Site, voice: Voice) -> str:
    appliance = appliance_of(alert.device or heard.device, site, voice)
    alone = lasting(alert, max(evidence.at for evidence in told_by(alert, alert.last_at)), voice)
    return say(_LEFT_ON[is_ongoing(alert)], voice.language, appliance=appliance, alone=alone)


_LEFT_ON: dict[bool, Words] = {
    True: (
        "{appliance} står på, og ingen er hørt der {alone}.",
        "{appliance} is on, and nobody was heard there {alone}.",
    ),
    False: (
        "{appliance} sto på, og ingen ble hørt der {alone}.",
        "{appliance} was on, and nobody was heard there {alone}.",
    ),
}


def _pause_ends(pause: Evidence, voice: Voice, ongoing: bool) -> str:
    """`pause`: the rule (or the device itself) as its device, who paused it as its value, the end as its
    instant.
    """
    when = at(pause.at, voice)
    if pause.measure == DEVICE_PAUSED:
        return say(_DEVICE_PAUSED[ongoing], voice.language, name=pause.device, when=when)
    named = catalogue().get(pause.device)
    name = named.name.said(voice.language) if named is not None else readable(pause.device)
    return say(_RULE_PAUSED[ongoing], voice.language, name=name, when=when)


_DEVICE_PAUSED: dict[bool, Words] = {
    True: (
        "Sensoren «{name}» er satt på pause og slås på igjen {when}.",
        "The sensor “{name}” is paused and goes on again {when}.",
    ),
    False: (
        "Sensoren «{name}» var satt på pause og skulle slås på igjen {when}.",
        "The sensor “{name}” was paused and was to go on again {when}.",
    ),
}
_RULE_PAUSED: dict[bool, Words] = {
    True: (
        "«{name}» er satt på pause og slås på igjen {when}.",
        "“{name}” is paused and goes on again {when}.",
    ),
    False: (
        "«{name}» var satt på pause og skulle slås på igjen {when}.",
        "“{name}” was paused and was to go on again {when}.",
    ),
}


def _away_ends(away: Evidence, voice: Voice, ongoing: bool) -> str:
    """`away`: the resident as its device, the reason as its value, the expected return as its instant."""
    return say(_EXPECTED_HOME[ongoing], voice.language, when=at(away.at, voice))


_EXPECTED_HOME: dict[bool, Words] = {
    True: (
        "Ventes hjem {when}. Da gjelder reglene igjen.",
        "Expected home {when}. Then the rules apply again.",
    ),
    False: ("Var ventet hjem {when}.", "Was expected home {when}."),
}


def _somebody_in(alert: Alert, voice: Voice) -> str:
    heard, known = alert.evidence[-1], [e for e in alert.evidence if e.measure == "away"]
    when, until = at(heard.at, voice), at(max(e.at for e in known), voice) if known else ""
    words = (_IN_EMPTY_FLAT if is_ongoing(alert) else _WAS_IN_EMPTY_FLAT)[len(known) > 1]
    return say(words, voice.language, when=when, until=until.removeprefix("at "))


_IN_EMPTY_FLAT: dict[bool, Words] = {
    False: (
        "Noen er i leiligheten ({when}). Beboeren er registrert borte til {until}.",
        "Somebody is in the flat ({when}). The resident is registered as away until {until}.",
    ),
    True: (
        "Noen er i leiligheten ({when}). Alle som bor her, er registrert borte til {until}.",
        "Somebody is in the flat ({when}). All who live here are registered as away until {until}.",
    ),
}

_WAS_IN_EMPTY_FLAT: dict[bool, Words] = {
    False: (
        "Noen var i leiligheten ({when}). Beboeren var registrert borte til {until}.",
        "Somebody was in the flat ({when}). The resident was registered as away until {until}.",
    ),
    True: (
        "Noen var i leiligheten ({when}). Alle som bor her, var registrert borte til {until}.",
        "Somebody was in the flat ({when}). All who live here were registered as away until {until}.",
    ),
}


def who_else(alert: Alert, voice: Voice) -> str | None:
    """For an alert that may be about somebody else: more people there than one, or more who live there."""
    sentences = []
    if len(alert.residents) > 1 and alert.rule != NOT_HEARD and not is_fault_rule(alert.rule):
        sentences.append(say(_SHARED, voice.language, len(alert.residents)))
    sentences += [say(words, voice.language) for words in _who_is_there(alert)]
    return " ".join(sentences) or None


_SHARED: Words = (
    "{} beboere deler rommet, og sensorene kan ikke skille dem.",
    "{} residents share the room, and the sensors cannot tell them apart.",
)
_STAFF: dict[str, Words] = {
    "there": (
        "Personalet var alt i rommet, så det kan være dem sensorene hørte.",
        "Staff were in the room already, so the sensors may have heard them.",
    ),
    "badge": (
        "Et ansattkort var i rommet, så det kan være personalet sensorene hørte.",
        "A staff badge was in the room, so the sensors may have heard staff.",
    ),
    "coming": (
        "Personalet var på vei dit for et annet varsel.",
        "Staff were on their way there for another alert.",
    ),
}


def _who_is_there(alert: Alert) -> list[Words]:
    """(nb, en) for each of: staff who are known to be there, and others that the sensors show."""
    told = {str(e.value) for e in alert.others if e.measure == "staff"}
    known = next(([words] for how, words in _STAFF.items() if how in told), [])
    if any(e.measure != "staff" for e in alert.others) and not told & {"there", "badge"}:
        known.append(
            (
                "Flere ser ut til å være der, kanskje besøk eller ansatte.",
                "More than one person seems to be there, perhaps a visitor or staff.",
            )
        )
    return known


def how_late(alert: Alert, voice: Voice) -> str | None:
    """For what was over, or long true, before the hub knew of it."""
    if not alert.late:
        return None
    found, late = at(alert.found_at, voice), length(alert.found_at - alert.raised_at, voice.language)
    return say(_LATE, voice.language, found=found, late=late)


_LATE: Words = ("Oppdaget {found}, {late} for sent.", "Found {found}, {late} late.")


def how_often(alert: Alert, voice: Voice) -> str | None:
    """For what happened more than once while the alert was open."""
    if alert.occurrences < 2:
        return None
    return say(_OFTEN, voice.language, times=alert.occurrences, last=at(alert.last_at, voice))


_OFTEN: Words = ("Har skjedd {times} ganger, sist {last}.", "Happened {times} times, last {last}.")


def how_it_ended(alert: Alert, rule: AnyRule | None, site: Site, voice: Voice) -> str | None:
    """For what is no longer so: the door was closed again, somebody was heard."""
    if alert.cleared_at is None:
        return None
    over = at(alert.cleared_at, voice)
    if alert.rule == PAUSE_ENDS:
        return _sentence(voice, ("Slått på igjen", "On again"), over)
    if alert.rule in (AWAY_ENDS, SOMEBODY_IN):
        return _sentence(
            voice,
            ("Ikke lenger registrert borte", "No longer registered as away"),
            since(alert.cleared_at, voice),
        )
    if alert.rule == NOT_HEARD:
        return _sentence(voice, ("Kontakt igjen", "Contact again"), over)
    if is_fault_rule(alert.rule) or alert.rule in ALERTING:
        return whole_again(alert, alert.cleared_at, voice)
    of_life = isinstance(rule, NotByRule) and rule.signs == SIGNS_OF_LIFE
    if isinstance(rule, QuietRule) or of_life:
        return _sentence(voice, ("Livstegn igjen", "Sign of life again"), over)
    if rule is not None and rule.kind == "away":
        return _sentence(voice, ("Hørt inne igjen", "Heard inside again"), over)
    if rule is not None and rule.kind == "stays":
        return _sentence(voice, ("Hørt andre steder igjen", "Heard elsewhere again"), over)
    if rule is not None and rule.kind == "moves":
        return _sentence(voice, ("Rolig igjen", "Calm again"), over)
    evidence = alert.evidence[-1] if alert.evidence and alert.evidence[-1].at > alert.raised_at else None
    if evidence is None:
        return _sentence(voice, ("Over", "Over"), over)
    if (gone := _GONE.get(sense(evidence))) is not None:
        return _sentence(voice, gone, since(alert.cleared_at, voice), evidence, site)
    again = None if isinstance(rule, NotByRule) else _OVER.get(sense(evidence))
    words = again or happened(evidence) or ("Over", "Over")
    return _sentence(voice, words, over, evidence, site)


def why_open_again(event: str, when: datetime, voice: Voice) -> str:
    """Why nobody has the alert any more. `event`: one of OPEN_AGAIN."""
    return _sentence(voice, OPEN_AGAIN[event], at(when, voice))


def what_is_coming(alert: Alert, rule: AnyRule | None, voice: Voice) -> str | None:
    """For a pre-warning: when it becomes an alert if nothing happens. A sign of life, or time in which nobody
    could hear, puts that off.
    """
    if not alert.prewarning:
        return None
    when = alert.last_at + rule.prewarning if isinstance(rule, QuietRule) else None
    if when is None or alert.cleared_at is not None or when <= voice.now:
        return say(("Forvarsel.", "Pre-warning."), voice.language)
    return say(_BECOMES, voice.language, when=at(when, voice))


_BECOMES: Words = (
    "Forvarsel: blir varsel {when} hvis det fortsatt er stille.",
    "Pre-warning: becomes an alert {when} if it stays quiet.",
)


def _sentence(
    voice: Voice,
    words: Words | str,
    when: str,
    evidence: Evidence | None = None,
    site: Site | None = None,
) -> str:
    said = words if isinstance(words, str) else say(words, voice.language)
    if evidence is not None and site is not None:
        said = fill(said, evidence, site, voice)
    return f"{said} {when}."
