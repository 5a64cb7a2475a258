"""Who was called for an alert, who will be, and what is wrong with a plan, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from rules.escalation import Escalation, EscalationCourse, Group
from rules.severity import Severity
from rules.wording.times import length
from rules.wording.voice import Language, Voice

_GROUP: dict[Group, tuple[str, str]] = {
    "assigned": ("ansvarlig pleier", "the carer in charge"),
    "unit": ("hele avdelingen", "the whole unit"),
    "neighbours": ("naboavdelingen", "the unit next door"),
    "night_patrol": ("nattpatruljen", "the night patrol"),
    "leaders": ("leder", "the leader"),
}


def who_was_called(escalation: Escalation | None, voice: Voice) -> str | None:
    """None where nobody but those in charge was called, or where somebody has the alert."""
    if escalation is None or escalation.due is None or escalation.taken < 2:
        return None
    english = voice.language == "en"
    groups = [group for stage in escalation.stages[: escalation.taken] for group in stage.to]
    if escalation.repeats:
        return (
            "Nobody has answered. All were called again"
            if english
            else "Ingen har svart. Alle er varslet på nytt"
        )
    said = groups_in_words(groups, voice)
    return f"Called: {said}" if english else f"Varslet: {said}"


def groups_in_words(groups: Sequence[str], voice: Voice) -> str:
    """`ansvarlig pleier og hele avdelingen`. What is no group stays as it is."""
    return group_words(groups, voice.language)


def group_words(groups: Sequence[str], language: Language) -> str:
    english = language == "en"
    words = [_GROUP[group][english] if group in _GROUP else group for group in groups]
    return f" {'and' if english else 'og'} ".join([w for w in (", ".join(words[:-1]), words[-1]) if w])


_SEVERITY: dict[Severity, tuple[str, str]] = {
    "high": ("Høyt varsel", "A high alert"),
    "medium": ("Middels varsel", "A medium alert"),
    "low": ("Lavt varsel", "A low alert"),
}


def course_in_words(course: EscalationCourse, severity: Severity, language: Language) -> str:
    """`Høyt varsel: straks til ansvarlig pleier, etter 1 min til hele avdelingen. Så til hele avdelingen
    igjen med 5 min mellom til noen svarer.`
    """
    english = language == "en"
    steps = []
    for step in course.steps:
        who = group_words(step.to, language)
        if not step.after:
            steps.append(f"at once to {who}" if english else f"straks til {who}")
        else:
            after = length(step.after, language)
            steps.append(f"after {after} to {who}" if english else f"etter {after} til {who}")
    last, every = group_words(course.steps[-1].to, language), _every(course.repeat, language)
    again = (
        f"Then to {last} again, {every}, until somebody answers"
        if english
        else f"Så til {last} igjen {every} til noen svarer"
    )
    return f"{_SEVERITY[severity][english]}: {', '.join(steps)}. {again}."


def _every(span: timedelta, language: Language) -> str:
    said = length(span, language)
    return f"every {said}" if language == "en" else f"med {said} mellom"


_FAULTS: dict[str, tuple[str, str]] = {
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
    "repeat": ("Det må gå minst ett minutt mellom gjentakelsene.", "At least a minute between repetitions."),
}


def plan_fault(code: str, said: str, severity: Severity, language: Language) -> str:
    """What is wrong with a course as somebody wrote it."""
    english = language == "en"
    return f"{_SEVERITY[severity][english]}: {_FAULTS[code][english].format(said=said)}"
