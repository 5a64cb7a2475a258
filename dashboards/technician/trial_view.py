"""What a page shows of a walk test, as plain data with every word settled but for the page's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Literal, NamedTuple

from babel.dates import format_datetime, format_time
from babel.numbers import format_decimal

from dashboards.house import House
from devices.measures import MEASURES
from devices.reading import Reading
from hub.store.walk_tests import Heard
from hub.trial import Trial
from rules import wording
from rules.language import norwegian
from rules.record import Record, TestedRule
from rules.rehearsal import Rehearsed
from rules.trial import ASKED, SLOW, Verdict
from rules.wording import Language
from rules.wording.devices import measure_name, role_name, value_text
from rules.wording.walk_test import asked, shortcoming, verdict, would

_BESIDE = ("lqi", "rssi", "snr", "battery")
"""What tells of the device itself: shown beside what it noticed."""
SHOWN = 30
"""Arrivals at most; the record has them all."""


class Step(NamedTuple):
    word: str
    done: bool
    current: bool
    needed: bool


class Arrival(NamedTuple):
    """One message: `told` what it noticed, `delay` from the device, `hub` within Vaka."""

    clock: str
    told: str
    delay: str
    hub: str
    link: str
    battery: str
    slow: bool
    from_memory: bool


class RuleLine(NamedTuple):
    name: str
    word: str
    chip: Literal["good", "bad", "off", "waits"]
    others: str


class TrialView(NamedTuple):
    """`fresh`: whether what is shown first has just come."""

    steps: list[Step]
    arrivals: list[Arrival]
    more: int
    rules: list[RuleLine]
    battery: str
    link: str
    verdict: Verdict
    verdict_word: str
    shortcomings: list[str]
    unused: list[str]
    wrong_role: list[str]
    role: str


def trial_view(trial: Trial, house: House, language: Language) -> TrialView:
    heard = trial.heard
    arrivals = _arrivals(heard, house, language)
    names = house.rule_names
    return TrialView(
        steps=[
            Step(asked(step.name, language), n < trial.done, n == trial.done, step.needed)
            for n, step in enumerate(ASKED[trial.device.role])
        ],
        arrivals=arrivals[::-1][:SHOWN],
        more=max(0, len(arrivals) - SHOWN),
        rules=[_rule_line(rule, house, language) for rule in trial.rehearsal.rules],
        battery=newest_text([h.reading for h in heard], ("battery", "battery_low"), language),
        link=newest_text([h.reading for h in heard], ("lqi", "rssi", "snr"), language),
        verdict=trial.outcome.verdict,
        verdict_word=verdict(trial.outcome.verdict, language),
        shortcomings=[shortcoming(reason, names, language) for reason in trial.outcome.reasons],
        unused=[
            measure_name(m, language) for m in trial.rehearsal.unused if m not in trial.rehearsal.wrong_role
        ],
        wrong_role=[measure_name(m, language) for m in trial.rehearsal.wrong_role],
        role=role_name(trial.device.role, language),
    )


def newest_text(said: Sequence[Reading], measures: Sequence[str], language: Language) -> str:
    """The newest of each of these measures: `LQI 120 · −70 dBm`; empty where none was heard."""
    newest = {r.measure: r.value for r in said if r.measure in measures}
    return " · ".join(
        _beside(measure, newest[measure], language) for measure in measures if measure in newest
    )


def _beside(measure: str, value: bool | float | str, language: Language) -> str:
    text = value_text(measure, value, language)
    if measure == "battery":
        return text
    return (
        f"LQI {text}"
        if measure == "lqi"
        else f"SNR {text}"
        if measure == "snr"
        else (text if measure == "rssi" else f"{measure_name(measure, language)}: {text}")
    )


def _arrivals(heard: Sequence[Heard], house: House, language: Language) -> list[Arrival]:
    return [
        _arrival(list(of_one), house, language)
        for _, of_one in groupby(heard, key=lambda one: one.reading.received_at)
    ]


def _arrival(heard: Sequence[Heard], house: House, language: Language) -> Arrival:
    said = [one.reading for one in heard]
    noticed = [r for r in said if r.measure not in _BESIDE]
    first = (noticed or said)[0]
    delay = first.received_at - first.at
    return Arrival(
        clock=seconds_text(first.received_at, house, language),
        told=", ".join(
            f"{measure_name(r.measure, language)}: {value_text(r.measure, r.value, language)}"
            for r in noticed
        ),
        delay=span_text(delay, language) if first.own_time else "",
        hub=span_text(heard[0].stored_at - first.received_at, language),
        link=newest_text(said, ("lqi", "rssi", "snr"), language),
        battery=newest_text(said, ("battery",), language),
        slow=first.own_time and delay > SLOW,
        from_memory=all(r.snapshot for r in said),
    )


def span_text(span: timedelta, language: Language) -> str:
    """`0,3 s`; from a minute on as everywhere. What the clocks tell of each other may be below zero."""
    seconds = span.total_seconds()
    if abs(seconds) >= 60:
        return wording.length(span, language)
    return (
        f"{format_decimal(round(seconds, 1 if abs(seconds) >= 0.1 else 2), format='0.##', locale=language)} s"
    )


def seconds_text(at: datetime, house: House, language: Language) -> str:
    """`14.32.05`, `14:32:05`"""
    style = "HH.mm.ss" if norwegian(language) else "HH:mm:ss"
    return format_time(at, style, tzinfo=house.site.zone, locale=language)


def moment_text(at: datetime, house: House, language: Language) -> str:
    """`24. november 2026 kl. 02.10`"""
    style = "d. MMMM y 'kl.' HH.mm" if norwegian(language) else "d MMMM y 'at' HH:mm"
    return format_datetime(at, style, tzinfo=house.site.zone, locale=language)


def _rule_line(rule: Rehearsed, house: House, language: Language) -> RuleLine:
    chip: Literal["good", "bad", "off", "waits"]
    if rule.fires:
        chip = "good"
    elif rule.why == "nothing heard" or (rule.why == "never told" and rule.of_the_device):
        chip = "waits"
    else:
        chip = "bad" if rule.of_the_device else "off"
    word = would(rule.fires, rule.why, rule.severity, rule.about, rule.after, language)
    return RuleLine(rule_name(rule.rule, house, language), word, chip, ", ".join(rule.others))


def tested_rule_line(rule: TestedRule, house: House, language: Language) -> tuple[str, str, bool]:
    """Its name, what it would do, and whether it fires."""
    after = timedelta(seconds=rule.after_s) if rule.after_s is not None else None
    word = would(rule.fires, rule.why, rule.severity, rule.about, after, language)
    return rule_name(rule.rule, house, language), word, rule.fires


def rule_name(rule: str, house: House, language: Language) -> str:
    named = house.rule_names.get(rule)
    return named.said(language) if named is not None else rule


def record_lines(record: Record, language: Language, house: House) -> list[tuple[str, str, str, str, str]]:
    """Each reading: when it came in, what, the value, the delay from the device, the delay within Vaka."""
    return [
        (
            seconds_text(r.received_at, house, language),
            measure_name(r.measure, language) if r.measure in MEASURES else r.measure,
            value_text(r.measure, r.value, language),
            span_text(r.received_at - r.at, language) if r.own_time else "–",
            span_text(r.stored_at - r.received_at, language),
        )
        for r in record.readings
    ]
