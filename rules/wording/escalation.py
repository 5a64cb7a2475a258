"""Who was called for an alert, who will be, and what is wrong with a plan, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from rules.called import CALLED, Became, Calls, Came
from rules.escalation import LONGEST_SILENCE, Escalation, EscalationCourse, Group
from rules.severity import Severity
from rules.summons import Held
from rules.wording.times import at, length, within_a_day
from rules.wording.voice import Language, Voice, Words, say

_GROUP: dict[Group, Words] = {
    "assigned": ("ansvarlig pleier", "the carer in charge"),
    "unit": ("hele avdelingen", "the whole unit"),
    "neighbours": ("naboavdelingen", "the unit next door"),
    "night_patrol": ("nattpatruljen", "the night patrol"),
    "leaders": ("leder", "the leader"),
}


def who_was_called(
    escalation: Escalation | None, calls: Calls, name_of: Callable[[str], str], voice: Voice
) -> str | None:
    """Those who were called or are being called just now; who is called next, where all were. None where
    nobody but those in charge was called and others come next, or where somebody has the alert.
    """
    if escalation is None or escalation.due is None:
        return None
    more = escalation.taken < len(escalation.stages)
    said = [] if escalation.taken <= 1 and more else _called(escalation, calls, name_of, voice)
    said += _told(calls, ("seen",), name_of, voice)
    if said and not more and not calls.whose(*_NOT_REACHED):
        said.append(_next(escalation, escalation.due, voice))
    return ". ".join(said) or None


def the_calls_in_a_line(
    escalation: Escalation | None, calls: Calls, name_of: Callable[[str], str], voice: Voice
) -> str | None:
    """Who is called now, whom that does not reach and who is next, for a screen without a card's room: of
    those who were called the newest stage alone, the first one too. None where somebody has the alert.
    """
    if escalation is None or escalation.due is None:
        return None
    return ". ".join(
        (
            *_not_reached(escalation, calls, name_of, voice),
            *_called(escalation, calls, name_of, voice, newest=True),
            *_told(calls, ("seen",), name_of, voice),
            *_told(calls, ("waits",), name_of, voice),
            _next(escalation, escalation.due, voice),
        )
    )


def _called(
    escalation: Escalation,
    calls: Calls,
    name_of: Callable[[str], str],
    voice: Voice,
    newest: bool = False,
) -> list[str]:
    """Those who were called, and those who are being called just now. `newest`: of the stage that was called
    last, where any of it was.
    """
    of_newest = escalation.stages[max(escalation.taken - 1, 0)].to
    last = escalation.stages[-1].to
    said: list[str] = []
    for came, again in ((CALLED, _AGAIN_IN_VAIN), (Came("calling"), _CALLING_AGAIN)):
        groups = calls.whose(came.what)
        if newest:
            groups = [group for group in groups if group in of_newest] or groups
        if not groups:
            continue
        of_last = [group for group in last if group in groups] if escalation.repeats else []
        anew = [group for group in of_last if calls.newest.get(group, came).what == came.what]
        tried = [group for group in of_last if calls.newest.get(group, came).what == "trying"]
        if anew:
            said.append(say(again, voice.language, groups_in_words(anew, voice)))
        if tried:
            said.append(say(_TRYING_AGAIN, voice.language, groups_in_words(tried, voice)))
        if not (anew or tried):
            said.append(what_came(groups, came, name_of, voice))
    return said


def who_is_called_later(
    escalation: Escalation | None, calls: Calls, name_of: Callable[[str], str], voice: Voice
) -> str | None:
    """The groups whose messages are held back, until when and why. None where there are none, or where
    somebody has the alert.
    """
    if escalation is None or escalation.due is None:
        return None
    return ". ".join(_told(calls, ("waits",), name_of, voice)) or None


def who_was_not_reached(
    escalation: Escalation | None, calls: Calls, name_of: Callable[[str], str], voice: Voice
) -> str | None:
    """The groups that were called in vain and those to whom no message has got through yet, the names of
    those who were called for them, and who is tried next; None where there are none, or where somebody has
    the alert.
    """
    if escalation is None or escalation.due is None:
        return None
    said = _not_reached(escalation, calls, name_of, voice)
    return ". ".join([*said, _next(escalation, escalation.due, voice)]) if said else None


def _not_reached(
    escalation: Escalation, calls: Calls, name_of: Callable[[str], str], voice: Voice
) -> list[str]:
    others = calls.instead or calls.instead_next
    if not calls.whose(*_NOT_REACHED) and (calls.groups or not others):
        return []
    nobody = len(calls.whose("in_vain")) == len(calls.groups)
    if calls.groups and nobody and not others and escalation.taken > 1:
        said = [say(_NOBODY_AT_ALL, voice.language)]
    else:
        said = _told(calls, _NOT_REACHED, name_of, voice)
    if calls.instead:
        said.append(called_instead([name_of(person) for person in calls.instead], voice))
    for came in calls.instead_next:
        said.append(what_came([name_of(person) for person in came.by], came, name_of, voice))
    return said


def _told(calls: Calls, kinds: Sequence[Became], name_of: Callable[[str], str], voice: Voice) -> list[str]:
    """Each thing that became of calls, with all the groups that it became of."""
    kept = {came: [g for g, c in calls.groups.items() if c == came] for came in calls.groups.values()}
    return [
        what_came(groups, came, name_of, voice)
        for kind in kinds
        for came, groups in kept.items()
        if came.what == kind
    ]


def what_came(groups: Sequence[str], came: Came, name_of: Callable[[str], str], voice: Voice) -> str:
    """What became of a call of these groups: the card says it as the trail does."""
    language, who = voice.language, groups_in_words(groups, voice)
    if came.what == "seen":
        return say(_SEEN, language, _listed([name_of(person) for person in came.by], language))
    if came.what == "waits" and came.at is not None:
        return say(
            _WAITS, language, who=who, at=within_a_day(came.at, voice), why=say(_HELD[came.held], language)
        )
    return say(_CAME[came.what], language, who)


def called_instead(names: Sequence[str], voice: Voice) -> str:
    return say(_INSTEAD, voice.language, _listed(names, voice.language))


def _next(escalation: Escalation, due: datetime, voice: Voice) -> str:
    to = groups_in_words(escalation.next_to, voice)
    return say(("Neste: {} {}", "Next: {} {}"), voice.language, to, at(due, voice))


_NOBODY_AT_ALL: Words = ("Ingen kunne nås", "Nobody could be reached")
_CAME: dict[Became, Words] = {
    "called": ("Varslet: {}", "Called: {}"),
    "calling": ("Varsler {} nå", "Calling {} now"),
    "in_vain": ("Prøvde {}: ingen kunne nås", "Tried {}: nobody could be reached"),
    "lost": ("Prøvde {}: nådde ikke fram", "Tried {}: did not get through"),
    "trying": ("Prøver {}: når ikke fram ennå", "Trying {}: not through yet"),
    "overtaken": (
        "Ventet med å varsle {}: ny varsling da det ble alvorligere",
        "Held back the call to {}: a graver call took its place",
    ),
    "not_needed": ("Trengte ikke å varsle {}", "There was no need to call {}"),
}
_NOT_REACHED: tuple[Became, ...] = ("in_vain", "lost", "trying")
_SEEN: Words = ("Sett av {}", "Seen by {}")
_WAITS: Words = ("Varsler {who} {at} ({why})", "Will call {who} {at} ({why})")
_HELD: dict[Held | None, Words] = {
    "quiet_hours": ("stilletid", "quiet hours"),
    "gathered": ("samles med andre lave", "gathered with others that are low"),
    "flood": ("mange varsler på en gang", "many alerts at once"),
    None: ("venter", "waiting"),
}
_INSTEAD: Words = ("Varslet i stedet: {}", "Called instead: {}")
_AGAIN_IN_VAIN: Words = ("Ingen har svart. Varslet på nytt: {}", "Nobody has answered. Called again: {}")
_TRYING_AGAIN: Words = (
    "Ingen har svart. Prøver {} på nytt: når ikke fram ennå",
    "Nobody has answered. Trying {} again: not through yet",
)
_CALLING_AGAIN: Words = ("Ingen har svart. Varsler på nytt: {}", "Nobody has answered. Calling again: {}")


def who_was_called_to_help(
    names: Sequence[str],
    calling: Sequence[str],
    held_up: Sequence[str],
    groups: Sequence[str],
    nobody: bool,
    voice: Voice,
) -> str | None:
    """Beneath that somebody asks for more hands. None where it is not known yet. `calling`: whose message is
    on its way for the first time; `held_up`: whose failed, and is tried again. Both name stages where the hub
    has not come to the call.
    """
    if nobody:
        return say(_NOBODY_TO_HELP, voice.language)
    if calling and not names:
        return say(_CALLING_TO_HELP, voice.language, _listed(_named(calling, voice.language), voice.language))
    if held_up and not names:
        return say(_HELD_UP_TO_HELP, voice.language, _listed(_named(held_up, voice.language), voice.language))
    if not names and not groups:
        return None
    return say(_TO_HELP, voice.language, _listed(names or _named(groups, voice.language), voice.language))


_TO_HELP: Words = ("Tilkalt: {}", "Called to help: {}")
_CALLING_TO_HELP: Words = ("Tilkaller: {}", "Calling to help: {}")
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
