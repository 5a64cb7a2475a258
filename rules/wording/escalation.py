"""Who was called for an alert, in words."""

from __future__ import annotations

from collections.abc import Sequence

from rules.escalation import Escalation, Group
from rules.wording.voice import Voice

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
    english = voice.language == "en"
    words = [_GROUP[group][english] if group in _GROUP else group for group in groups]
    return f" {'and' if english else 'og'} ".join([w for w in (", ".join(words[:-1]), words[-1]) if w])
