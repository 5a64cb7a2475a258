"""Gaps in who would be told, in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from rules.building import Site
from rules.catalogue import catalogue
from rules.reach import HOURS, Gap, Reason
from rules.wording.names import readable
from rules.wording.times import from_when
from rules.wording.voice import Voice, Words, norwegian, say

_DAYS = {
    "nb": ("ma", "ti", "on", "to", "fr", "lø", "sø"),
    "nn": ("må", "ty", "on", "to", "fr", "la", "sø"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_SPANS_SAID = 4
_STUCK = "\N{NO-BREAK SPACE}"  # a day and its hours stay on one line

_REASONS: dict[Reason, Words] = {
    "nobody_on_duty": ("Ingen på vakt", "Nobody on duty"),
    "no_way": (
        "Ingen av dem som skal varsles, kan nås på telefon eller e-post",
        "None of those who are to be called can be reached by phone or e-mail",
    ),
    "late": (
        "Ingen av dem som skal varsles, kan nås før etter 20 minutter",
        "None of those who are to be called can be reached before 20 minutes",
    ),
    "paused": ("Regel på pause", "A rule is paused"),
    "no_basis": ("Mangler samtykke eller vedtak", "No consent or decision"),
    "no_sensor": ("Mangler sensor", "No sensor"),
    "one_person": ("Bare én kan nås, uten stedfortreder", "Only one person can be reached, and no deputy"),
    "later_stage": (
        "Et trinn i varslingen når ingen på telefon eller e-post",
        "A stage of the calls reaches nobody by phone or e-mail",
    ),
}


def gap_begins(at: datetime, voice: Voice) -> str:
    """`at`: when it begins; that may be over."""
    return say(("denne timen", "this hour"), voice.language) if at <= voice.now else from_when(at, voice)


def reason_words(reason: Reason, voice: Voice) -> str:
    return say(_REASONS[reason], voice.language)


def gap_words(reason: Reason, subject: str, voice: Voice) -> str:
    """`Mangler sensor: Ytterdør åpnet om natten`; of a pause with its room."""
    said = reason_words(reason, voice)
    if not subject:
        return said
    rule, _, room = subject.partition(" ")
    named = catalogue().get(rule)
    name = named.name.said(voice.language) if named is not None else readable(rule)
    return f"{said}: {name}, {room}" if room else f"{said}: {name}"


def gap_in_words(gap: Gap, site: Site, voice: Voice) -> str:
    unit = next((unit.name for unit in site.units if unit.id == gap.unit), gap.unit)
    return f"{unit}: {gap_words(gap.reason, gap.subject, voice)}"


def hours_in_words(gap: Gap, voice: Voice) -> str:
    """`lø 28.11. 22–07, sø 29.11. 22.30–07.00 og 3 til`; `hele uka`. In local time."""
    if len(gap.hours) >= HOURS and len(gap.stretches) == 1:
        return say(("hele uka", "all week"), voice.language)
    said = ", ".join(_span(start, end, voice) for start, end in gap.stretches[:_SPANS_SAID])
    if len(gap.stretches) > _SPANS_SAID:
        return say(("{} og {} til", "{} and {} more"), voice.language, said, len(gap.stretches) - _SPANS_SAID)
    return said


def _span(start: datetime, end: datetime, voice: Voice) -> str:
    first, last = start.astimezone(voice.zone), end.astimezone(voice.zone)
    minutes = (".%M" if norwegian(voice.language) else ":%M") if first.minute or last.minute else ""
    since, until = f"{_day(first, voice)} {first:%H{minutes}}", f"{last:%H{minutes}}"
    if last - first > timedelta(hours=24):
        until = f"{_day(last, voice)} {until}"
    return f"{since}–{until}".replace(" ", _STUCK)


def _day(local: datetime, voice: Voice) -> str:
    day = f"{local.day}.{local.month}." if norwegian(voice.language) else f"{local.day} {local:%b}"
    return f"{_DAYS[voice.language][local.weekday()]} {day}"
