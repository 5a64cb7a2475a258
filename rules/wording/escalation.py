"""Who was called for an alert, who will be, and what is wrong with a plan, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rules.escalation import LONGEST_SILENCE, Escalation, EscalationCourse, Group
from rules.severity import Severity
from rules.wording.times import at, length
from rules.wording.voice import Language, Voice, Words, say

_GROUP: dict[Group, Words] = {
    "assigned": ("ansvarlig pleier", "the carer in charge"),
    "unit": ("hele avdelingen", "the whole unit"),
    "neighbours": ("naboavdelingen", "the unit next door"),
    "night_patrol": ("nattpatruljen", "the night patrol"),
    "leaders": ("leder", "the leader"),
}


def who_was_called(escalation: Escalation | None, voice: Voice, held_up: Sequence[str] = ()) -> str | None:
    """Those of whom somebody can hear of it; who is called next, where all were called. None where nobody but
    those in charge was called and others come next, or where somebody has the alert. `held_up`: the groups
    to whom no message has got through yet.
    """
    if escalation is None or escalation.due is None:
        return None
    more = escalation.taken < len(escalation.stages)
    reached = [group for group in escalation.reached if group not in held_up]
    if (escalation.taken < 2 and more) or not reached:
        return None
    if escalation.repeats and set(escalation.stages[-1].to) & set(reached):
        called = say(_AGAIN_IN_VAIN, voice.language, groups_in_words(escalation.stages[-1].to, voice))
    else:
        called = say(("Varslet: {}", "Called: {}"), voice.language, groups_in_words(reached, voice))
    return (
        called
        if more or escalation.unreached or held_up
        else f"{called}. {_next(escalation, escalation.due, voice)}"
    )


def who_was_not_reached(
    escalation: Escalation | None, voice: Voice, instead: Sequence[str] = (), held_up: Sequence[str] = ()
) -> str | None:
    """The groups that were called in vain and those to whom no message has got through yet (`held_up`), the
    names of those who were called for them, and who is tried next; None where there are none, or where
    somebody has the alert.
    """
    if escalation is None or escalation.due is None or not (escalation.unreached or held_up):
        return None
    nobody_at_all = not (escalation.reached or instead) and escalation.taken > 1
    said = []
    if nobody_at_all:
        said.append(say(_NOBODY_AT_ALL, voice.language))
    elif escalation.unreached:
        said.append(tried_in_vain(escalation.unreached, voice))
    trying = [group for group in held_up if group not in escalation.unreached]
    if trying:
        said.append(not_through(trying, True, voice))
    if instead:
        said.append(called_instead(instead, voice))
    return ". ".join([*said, _next(escalation, escalation.due, voice)])


def tried_in_vain(groups: Sequence[str], voice: Voice) -> str:
    return say(_IN_VAIN, voice.language, groups_in_words(groups, voice))


def not_through(groups: Sequence[str], still_tried: bool, voice: Voice) -> str:
    said = _TRYING if still_tried else _NOT_THROUGH
    return say(said, voice.language, groups_in_words(groups, voice))


def called_instead(names: Sequence[str], voice: Voice) -> str:
    return say(_INSTEAD, voice.language, _listed(names, voice.language))


def _next(escalation: Escalation, due: datetime, voice: Voice) -> str:
    to = groups_in_words(escalation.next_to, voice)
    return say(("Neste: {} {}", "Next: {} {}"), voice.language, to, at(due, voice))


_NOBODY_AT_ALL: Words = ("Ingen kunne nås", "Nobody could be reached")
_IN_VAIN: Words = ("Prøvde {}: ingen kunne nås", "Tried {}: nobody could be reached")
_TRYING: Words = ("Prøver {}: når ikke fram ennå", "Trying {}: not through yet")
_NOT_THROUGH: Words = ("Prøvde {}: nådde ikke fram", "Tried {}: did not get through")
_INSTEAD: Words = ("Varslet i stedet: {}", "Called instead: {}")
_AGAIN_IN_VAIN: Words = ("Ingen har svart. Varslet på nytt: {}", "Nobody has answered. Called again: {}")


def who_was_called_to_help(
    names: Sequence[str], held_up: Sequence[str], groups: Sequence[str], nobody: bool, voice: Voice
) -> str | None:
    """Beneath that somebody asks for more hands. None where it is not known yet. `held_up`: whose message has
    not got through yet.
    """
    if nobody:
        return say(_NOBODY_TO_HELP, voice.language)
    if held_up and not names:
        return say(_HELD_UP_TO_HELP, voice.language, _listed(held_up, voice.language))
    if not names and not groups:
        return None
    return say(_TO_HELP, voice.language, _listed(names or _named(groups, voice.language), voice.language))


_TO_HELP: Words = ("Tilkalt: {}", "Called to help: {}")
_HELD_UP_TO_HELP: Words = (
    "Når ikke fram til {} ennå. Ring eller rop på hjelp",
    "Not through to {} yet. Ring or shout for help",
)
_NOBODY_TO_HELP: Words = (
    "Ingen andre kunne nås. Ring eller rop på hjelp",
    "Nobody else could be reached. Ring or shout for help",
)


def groups_in_words(groups: Sequence[str], voice: Voice) -> str:
    """`ansvarlig pleier og hele avdelingen`. What is no group stays as it is."""
    return group_words(groups, voice.language)


def group_words(groups: Sequence[str], language: Language) -> str:
    return _listed(_named(groups, language), language)


def _named(groups: Sequence[str], language: Language) -> list[str]:
    return [say(_GROUP[group], language) if group in _GROUP else group for group in groups]


def _listed(words: Sequence[str], language: Language) -> str:
    if len(words) == 1:
        return words[0]
    return say(("{} og {}", "{} and {}"), language, ", ".join(words[:-1]), words[-1])


_SEVERITY: dict[Severity, Words] = {
    "high": ("Høyt varsel", "A high alert"),
    "medium": ("Middels varsel", "A medium alert"),
    "low": ("Lavt varsel", "A low alert"),
}


def course_in_words(course: EscalationCourse, severity: Severity, language: Language) -> str:
    """`Høyt varsel: straks til ansvarlig pleier, etter 1 min til hele avdelingen. Så til hele avdelingen
    igjen med 5 min mellom til noen svarer.`
    """
    steps = []
    for step in course.steps:
        who = group_words(step.to, language)
        if not step.after:
            steps.append(say(_AT_ONCE, language, who=who))
        else:
            after = length(step.after, language)
            steps.append(say(_AFTER, language, after=after, who=who))
    last, every = group_words(course.steps[-1].to, language), length(course.repeat, language)
    again = say(_AGAIN, language, who=last, every=every)
    return f"{say(_SEVERITY[severity], language)}: {', '.join(steps)}. {again}"


_AT_ONCE: Words = ("straks til {who}", "at once to {who}")
_AFTER: Words = ("etter {after} til {who}", "after {after} to {who}")
_AGAIN: Words = (
    "Så til {who} igjen med {every} mellom til noen svarer.",
    "Then to {who} again, every {every}, until somebody answers.",
)


_FAULTS: dict[str, Words] = {
    "no_stage": ("Velg hvem som varsles straks.", "Choose who is told at once."),
    "not_a_time": ("{said} er ikke et antall minutter.", "{said} is not a number of minutes."),
    "too_long": (
        "{said} minutter er for lenge. Høyst et døgn.",
        "{said} minutes is too long; a day at most.",
    ),
    "order": (
        "Trinnet etter {said} min må komme senere enn trinnet før.",
        "The stage after {said} min must come later than the one before.",
    ),
    "nobody": (
        "Velg hvem trinnet etter {said} min går til.",
        "Choose who the stage after {said} min goes to.",
    ),
    "silent": (
        "{said} minutter uten at noen varsles, er for lenge. Høyst {most}.",
        "{said} minutes without a call is too long; at most {most}.",
    ),
    "repeat": ("Det må gå minst ett minutt mellom gjentakelsene.", "At least a minute between repetitions."),
}


def plan_fault(code: str, said: str, severity: Severity, language: Language) -> str:
    """What is wrong with a course as somebody wrote it."""
    most = length(LONGEST_SILENCE[severity], language)
    return f"{say(_SEVERITY[severity], language)}: {say(_FAULTS[code], language, said=said, most=most)}"
