"""Who did what with an alert, and what it did by itself: its trail in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from rules.called import CALLED, NOTHING_MORE, Calls, Came
from rules.wording.alerts import OPEN_AGAIN
from rules.wording.escalation import called_instead, groups_in_words, what_came
from rules.wording.names import readable
from rules.wording.voice import Voice, Words, say

_BY_PEOPLE: dict[str, Words] = {
    "accept": ("{} tok varselet", "{} took the alert"),
    "set_out": ("{} er på vei", "{} set out"),
    "assist": ("{} ba om flere hender", "{} asked for more hands"),
    "hand_back": ("{} ga varselet fra seg", "{} gave the alert back"),
    "arrive": ("{} var fremme", "{} was there"),
    "close": ("{} kvitterte ut", "{} closed it"),
}
_BY_ITSELF: dict[str, Words] = {
    "prewarned": ("Forvarsel", "Pre-warning"),
    "raised": ("Varselet kom", "Alert raised"),
    "raised_again": ("Skjedde igjen", "Happened again"),
    "confirmed": ("Forvarselet ble til varsel", "The pre-warning became an alert"),
    "cleared": ("Ikke lenger slik", "No longer so"),
    "close": ("Gikk over av seg selv", "Passed by itself"),
    "called": ("Varslet: {}", "Called: {}"),
    "called_in_vain": ("Ingen svarte. Varslet på nytt: {}", "Nobody answered. Called again: {}"),
    "arrived_shut_out": (
        "Den som var fremme, har ikke tilgang lenger; den som tok varselet, har det",
        "Whoever was there has no access any more; whoever took the alert has it",
    ),
    "moved": ("Flyttet til en annen avdeling", "Moved to another unit"),
    **OPEN_AGAIN,
}


_TRIED: Words = ("Prøvde {}", "Tried {}")
_CALLS = frozenset({"called", "called_in_vain"})
_IN_VAIN = "reached_nobody"
_INSTEAD = "called_instead"
_NOBODY_IN = "nobody_in"
_NOT_NEEDED = "not_needed"
_AT_ONCE = timedelta(minutes=1)
"""[default] What comes of a call within so long is told with it."""


class Step(Protocol):
    """One step of a trail. `by`: a person's id, None for the hub itself."""

    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def event(self) -> str: ...
    @property
    def by(self) -> str | None: ...
    @property
    def reason(self) -> str: ...
    @property
    def of_call(self) -> int | None: ...


def trail_in_words(
    trail: Sequence[Step], name_of: Callable[[str], str], voice: Voice, calls: Calls = NOTHING_MORE
) -> list[str | None]:
    """What each step says; None of one that is told with the call that it came of. A call that reached nobody
    never reads as if somebody had been told.
    """
    told: list[str | None] = []
    base: dict[int, str] = {}
    besides: dict[int, list[str]] = {}
    for number, step in enumerate(trail):
        text = _one(trail, number, name_of, voice, calls)
        call = _its_call(trail, number, told)
        if text is None or call < 0 or not _came_of(step, trail[call]):
            told.append(text)
            continue
        if step.event == _INSTEAD:
            besides.setdefault(call, []).append(text)
        else:
            base[call] = text
        first = base.setdefault(call, told[call] or "")
        told[call] = ". ".join([first, *besides.get(call, ())])
        told.append(None)
    return told


def _its_call(trail: Sequence[Step], number: int, told: Sequence[str | None]) -> int:
    """The place of the call that a step tells of, else of the last thing said before it; -1: nothing was."""
    said = [n for n in range(number) if told[n] is not None]
    its_own = [n for n in said if trail[n].seq == trail[number].of_call]
    return next(iter(its_own), said[-1] if said else -1)


def _came_of(step: Step, call: Step) -> bool:
    at_once = call.event in _CALLS and step.at - call.at < _AT_ONCE
    return at_once and (step.event == _INSTEAD or (step.event == _IN_VAIN and step.reason == call.reason))


def _one(
    trail: Sequence[Step], number: int, name_of: Callable[[str], str], voice: Voice, calls: Calls
) -> str | None:
    step = trail[number]
    groups = step.reason.split(", ")
    if step.event in (_NOBODY_IN, _NOT_NEEDED):
        return None  # the call says it
    if step.event == _INSTEAD:
        instead = calls.steps.get(step.seq, Came("called", tuple(groups)))
        names = [name_of(person) for person in instead.by]
        return (
            called_instead(names, voice)
            if instead.what == "called"
            else what_came(names, instead, name_of, voice)
        )
    if step.event == _IN_VAIN:
        if any(s.event == _IN_VAIN and s.of_call == step.of_call for s in trail[:number]):
            return None  # one try, though whoever was called instead was not reached either
        came = calls.steps.get(step.of_call or 0, Came("in_vain"))
        return what_came(groups, came, name_of, voice) if came.what == "in_vain" else None
    came = calls.steps.get(step.seq, CALLED)
    groups = [group for group in groups if group not in came.nobody_in]
    if step.event in _CALLS and not groups:
        return None  # only who had put it aside was there: the next line says who was called instead
    if len(kinds := dict.fromkeys(calls.each.get(step.seq, {}).values())) > 1:
        return ". ".join(_of_some(step, kind, name_of, voice, calls) for kind in kinds)
    if step.event in _CALLS and came.what == "in_vain":  # how it ended says the step that follows
        return say(_TRIED, voice.language, groups_in_words(groups, voice))
    if step.event in _CALLS and came.what != "called":
        return what_came(groups, came, name_of, voice)
    return what_was_done(step.event, name_of(step.by) if step.by else None, ", ".join(groups), voice)


def _of_some(step: Step, came: Came, name_of: Callable[[str], str], voice: Voice, calls: Calls) -> str:
    """What became of the groups of a call for whom it became the same."""
    groups = [group for group, of_group in calls.each[step.seq].items() if of_group == came]
    if came.what == "called":
        return what_was_done(step.event, None, ", ".join(groups), voice)
    return what_came(groups, came, name_of, voice)


def what_was_done(event: str, by: str | None, reason: str, voice: Voice) -> str:
    """One step of the trail, without its time. `by`: the person's name, None for the hub itself; `reason`:
    of a call, the groups that were called.
    """
    known = (_BY_PEOPLE if by is not None else _BY_ITSELF).get(event)
    if known is not None:
        who = by if by is not None else groups_in_words(reason.split(", "), voice)
        return say(known, voice.language, who)
    return readable(event) if by is None else f"{by}: {readable(event)}"
