"""A synthetic alert: a message of a virtual device walks the whole chain, so that a chain that is broken is
known before somebody needs it.

Here: the virtual device and its rule, when a proof is due, and what is made of what was seen of one. Not
here: asking, publishing, looking (hub/proving.py). A proof's alert belongs to `proof_site(site)`: no board,
figure or call that asks for the site's alerts ever sees it, and it is never merged with a real one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Literal, get_args

import msgspec

from rules.alert import Concern
from rules.building import Site
from rules.duration import next_local
from rules.escalation import EscalationPlan, EscalationStep
from rules.finding import Evidence, Finding
from rules.kinds import KINDS
from rules.rule import RULE, AnyRule
from rules.rulebook import Listener, Rulebook, Watch

PROOF = "chain-proof"
"""The hub's own rule: the virtual device was pressed. Its alerts' room is the unit."""
CHAIN_BROKEN = "chain-broken"
"""The hub's own rule: a proof did not come through. Its alerts' room is the unit, and they are real."""
_DEVICE = "vaka-proof-"
_MARK = "/proof"

RULE_OF_PROOF: AnyRule = RULE.validate_python(
    {
        "rule": PROOF,
        "kind": "event",
        "name": {"nb": "Prøve av varslingen", "en": "Test of the alerting"},
        "why": {"nb": "Prøve, ingen handling nødvendig.", "en": "A test, nothing to do."},
        "when": [{"measure": "pressed"}],
        "severity": "high",
        "for_residents": False,
        "about_a_person": False,
    }
)

Leg = Literal["published", "heard", "called", "announced", "addressed", "sent"]
LEGS: tuple[Leg, ...] = get_args(Leg)
"""The chain in order: the broker took the message; the rule raised the alert; the first in line were called;
the alert's own MQTT message went out; somebody of them has a way; every message to them was taken. Whether it
was delivered and seen is told where the way tells it, and breaks nothing: a phone may lie in a locker.
"""
Reason = Literal[
    "broker", "not_heard", "not_called", "not_announced", "nobody_on_duty", "no_way", "board_only",
    "not_sent", "some_not_sent", "not_taken_up",
]  # fmt: skip
Result = Literal["held", "in_part", "broken"]

WITHIN: dict[Leg, timedelta] = {
    "published": timedelta(seconds=15),
    "heard": timedelta(seconds=15),
    "called": timedelta(seconds=10),
    "announced": timedelta(seconds=20),
    "addressed": timedelta(seconds=10),
    "sent": timedelta(seconds=90),
}
"""[default] How long each leg may take after the one before it."""
TAKEN_UP_WITHIN = timedelta(seconds=30)
"""[default] How long the hub may take to begin with a proof that somebody asked for."""


def proof_site(site: str) -> str:
    """Under which name the alerts of proofs are kept. No site can be called so."""
    return site + _MARK


def house_of(site: str) -> str:
    """The site whose house it is."""
    return site.removesuffix(_MARK)


def is_proof(site: str) -> bool:
    """Whether an alert of this site is a proof's."""
    return site.endswith(_MARK)


def device_of(unit: str) -> str:
    """The virtual device of a unit, on the native way in."""
    return _DEVICE + unit


def is_virtual(gateway: str, address: str) -> bool:
    """Whether this device hangs nowhere: it is no news to technicians and never waits for a place."""
    return gateway == "native" and address.startswith(_DEVICE)


def with_proof(book: Rulebook) -> Rulebook:
    """The rulebook, and in it one virtual device and its rule for each unit. It watches over nobody."""
    watches, listeners = dict(book.watches), dict(book.listeners)
    for unit in book.site.units:
        key = (PROOF, unit.id)
        parts = frozenset({"broker"})
        watch = Watch(PROOF, unit.id, unit.id, (), RULE_OF_PROOF, KINDS["event"], parts, key)
        watches[key] = watch
        listeners[f"?native/{device_of(unit.id)}", "pressed"] = (Listener(watch, "when", None),)
    return replace(book, watches=watches, listeners=listeners)


def concern_of_proof(unit: str) -> Concern:
    """Those who would be called first for a high alert of the unit are called, once; then it is closed."""
    once = EscalationPlan().high.model_copy(
        update={"steps": (EscalationStep(after=timedelta(0), to=("unit",)),), "repeat": timedelta(days=1)}
    )
    return Concern("high", unit, (), escalation=EscalationPlan(high=once))


def due(site: Site, last: datetime, now: datetime) -> datetime | None:
    """The newest planned time that has passed since `last`; None where none has. A proof that was missed
    while the hub was down is made up for once.
    """
    newest: datetime | None = None
    for clock in site.proof.at:
        at = next_local(clock, max(last, now - timedelta(days=1)), site.zone)
        if at <= now and (newest is None or at > newest):
            newest = at
    return newest


class Sending(msgspec.Struct, frozen=True):
    """One message to one person: what became of it. `failure` without `waiting`: nothing more is tried."""

    person: str
    way: str
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    seen_at: datetime | None = None
    failure: str | None = None
    waiting: bool = False


class Facts(msgspec.Struct, frozen=True):
    """What was seen of a proof so far. Instants are aware UTC, None for what has not happened.

    `nobody`: whoever was called turned out to be nobody. `no_ways`: nobody in the whole house has a way.
    """

    asked_at: datetime
    published_at: datetime | None = None
    refused: str = ""
    heard_at: datetime | None = None
    called_at: datetime | None = None
    announced_at: datetime | None = None
    addressed_at: datetime | None = None
    nobody: bool = False
    unreachable: bool = False
    no_ways: bool = False
    sendings: tuple[Sending, ...] = ()


class Step(msgspec.Struct, frozen=True):
    """One leg as the record keeps it. `at`: when it was through."""

    leg: Leg
    at: datetime | None
    held: bool | None
    """None: not come to, or still waiting."""


class Verdict(msgspec.Struct, frozen=True):
    """`result` None: it is still under way."""

    steps: tuple[Step, ...]
    result: Result | None = None
    leg: Leg | None = None
    reason: Reason | None = None


_MISSED: dict[Leg, Reason] = {
    "published": "broker",
    "heard": "not_heard",
    "called": "not_called",
    "announced": "not_announced",
    "addressed": "no_way",
    "sent": "not_sent",
}


def verdict(facts: Facts, now: datetime) -> Verdict:
    """How far the proof has come by `now`, and what is made of it where that is settled."""
    times: dict[Leg, datetime | None] = {
        # What was heard was published, however late the broker said so.
        "published": min((at for at in (facts.published_at, facts.heard_at) if at), default=None),
        "heard": facts.heard_at,
        "called": facts.called_at,
        "announced": facts.announced_at,
        "addressed": facts.addressed_at,
        "sent": _all_sent(facts),
    }
    steps: list[Step] = []
    before = facts.asked_at
    for leg in LEGS:
        at = times[leg]
        if at is not None:
            steps.append(Step(leg, at, held=True))
            before = max(before, at)
            continue
        settled = _settled(leg, facts, abs(now - before) > WITHIN[leg])
        steps.append(Step(leg, None, None if settled is None else False))
        steps += [Step(later, times[later], None) for later in LEGS[len(steps) :]]
        if settled is None:
            return Verdict(tuple(steps))
        return Verdict(tuple(steps), settled[0], leg, settled[1])
    return Verdict(tuple(steps), "held")


def _settled(leg: Leg, facts: Facts, late: bool) -> tuple[Result, Reason] | None:
    """What it means that a leg is not through; None: it may still come."""
    if leg == "published" and facts.refused:
        return "broken", "broker"
    if leg == "addressed" and facts.no_ways:
        return "in_part", "board_only"
    if leg == "addressed" and (facts.nobody or facts.unreachable):
        return "broken", "nobody_on_duty" if facts.nobody else "no_way"
    if leg == "sent":
        if not late and any(s.waiting and s.sent_at is None for s in facts.sendings):
            return None
        some = any(s.sent_at is not None for s in facts.sendings)
        return ("in_part", "some_not_sent") if some else ("broken", "not_sent")
    return ("broken", _MISSED[leg]) if late else None


def _all_sent(facts: Facts) -> datetime | None:
    times = [s.sent_at for s in facts.sendings]
    return max((at for at in times if at is not None), default=None) if times and None not in times else None


def told(
    unit: str, result: Result, reason: Reason, sendings: Iterable[Sending], at: datetime
) -> tuple[Finding, Concern]:
    """The finding that the chain is broken. High where nobody is reached, medium where some are not."""
    lost = sum(s.sent_at is None for s in sendings)
    evidence = (Evidence(unit, "proof", f"{reason} {lost}", at),)
    finding = Finding(CHAIN_BROKEN, unit, "raised", at, reason.replace("_", " "), evidence=evidence)
    return finding, Concern("high" if result == "broken" else "medium", unit, ())


def mended(unit: str, at: datetime) -> tuple[Finding, Concern]:
    """A later proof of the unit held."""
    return Finding(CHAIN_BROKEN, unit, "cleared", at, "a proof held"), Concern("high", unit, ())


def shift_of(site: Site, at: datetime) -> tuple[date, str]:
    """The shift that an instant lies in, by the planned times: the local day it began on, and its beginning
    (`07:45`; '' where no times are planned).
    """
    local = at.astimezone(site.zone)
    begun = sorted(clock for clock in site.proof.at if clock <= local.time())
    if begun:
        return local.date(), f"{begun[-1]:%H:%M}"
    last = max(site.proof.at, default=None)
    return local.date() - timedelta(days=1 if last is not None else 0), f"{last:%H:%M}" if last else ""
