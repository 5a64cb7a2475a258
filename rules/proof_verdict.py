"""What is made of what was seen of a proof: how far it came, where it broke, which phones are silent, and
what people are told of that.

Here: the legs, the verdict, the findings, from values. Not here: the virtual device and when a proof is due
(rules/proof.py), nor looking (hub/proving.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, get_args

import msgspec

from rules.alert import Concern
from rules.escalation import Group
from rules.finding import Evidence, Finding
from rules.receipts import TELL_OF_DELIVERY

CHAIN_BROKEN = "chain-broken"
"""The hub's own rule: a proof did not come through. Its alerts' room is the unit, and they are real."""
PHONE_SILENT = "phone-silent"
"""The hub's own rule: a phone has not said that it got a proof's message. Its alerts' room is the unit."""

Leg = Literal["published", "heard", "called", "announced", "addressed", "sent", "received", "later"]
LEGS: tuple[Leg, ...] = get_args(Leg)
"""The chain in order: the broker took the message; the rule raised the alert; the first in line were called;
the alert's own MQTT message went out; somebody of them has a way; every message to them was taken; every
phone said that it has it (other ways never tell: theirs were handed over); in each later stage of the
escalation somebody could be reached.
"""
Reason = Literal[
    "broker", "not_heard", "not_called", "not_announced", "nobody_on_duty", "no_way", "board_only",
    "not_sent", "some_not_sent", "no_phone_answers", "phone_silent", "later_stage", "not_taken_up",
]  # fmt: skip
NO_ALARM: frozenset[Reason] = frozenset({"board_only", "phone_silent", "later_stage"})
"""The chain to those who are called first is whole: none of it is a broken chain. A silent phone is told of
by an alert of its own, and the others are tasks of the week to come (rules/reach.py).
"""
Result = Literal["held", "in_part", "broken"]

WITHIN: dict[Leg, timedelta] = {
    "published": timedelta(seconds=15),
    "heard": timedelta(seconds=15),
    "called": timedelta(seconds=10),
    "announced": timedelta(seconds=20),
    "addressed": timedelta(seconds=10),
    "sent": timedelta(seconds=90),
    "received": timedelta(seconds=45),
    "later": timedelta(0),
}
"""[default] How long each leg may take after the one before it. Of a push service that wakes a phone at once
(RFC 8030, urgency high) the answer comes within seconds; a phone without it for so long is off, or deaf.
"""


class Later(msgspec.Struct, frozen=True):
    """A later stage of the escalation as it would be called now: `people`, and of them those who are
    `reached` by some way.
    """

    after: timedelta
    to: tuple[Group, ...]
    people: tuple[str, ...]
    reached: tuple[str, ...]


class Sending(msgspec.Struct, frozen=True):
    """One message to one person: what became of it. `failure` without `waiting`: nothing more is tried.
    `phone`: which of theirs; `device`: what it is. `lost`: it was not written to, since its push service
    knows it no more.
    """

    person: str
    way: str
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    seen_at: datetime | None = None
    failure: str | None = None
    waiting: bool = False
    phone: str = ""
    device: str = ""
    lost: bool = False

    @property
    def answered(self) -> bool:
        """Whether it is known to have arrived."""
        return self.delivered_at is not None or self.seen_at is not None

    @property
    def silent(self) -> bool:
        """A way that tells has not told. Other ways never do: what they took is handed over, no more."""
        return self.lost or (self.way in TELL_OF_DELIVERY and self.sent_at is not None and not self.answered)


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
    later: tuple[Later, ...] = ()


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
    "received": "phone_silent",
    "later": "later_stage",
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
        "received": _all_received(facts),
        "later": facts.addressed_at if all(s.reached or not s.people for s in facts.later) else None,
    }
    steps: list[Step] = []
    before = facts.asked_at
    for leg in LEGS:
        at = times[leg]
        if leg == "received" and not any(s.way in TELL_OF_DELIVERY for s in facts.sendings):
            steps.append(Step(leg, None, None))  # nobody will ever tell
            continue
        if at is not None:
            steps.append(Step(leg, at, held=True))
            before = max(before, at)
            continue
        settled = _settled(leg, facts, abs(now - before) > WITHIN[leg])
        steps.append(Step(leg, None, None if settled is None else False))
        # Who would be called later is known whatever the phones of the first say.
        known = leg == "received" and settled is not None
        steps += [
            Step(rest, times[rest], times[rest] is not None) if known else Step(rest, None, None)
            for rest in LEGS[len(steps) :]
        ]
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
        if not late and any(s.waiting and s.sent_at is None for s in facts.sendings if not s.lost):
            return None
        some = any(s.sent_at is not None for s in facts.sendings)
        return ("in_part", "some_not_sent") if some else ("broken", "not_sent")
    if leg == "received":
        return _settled_silence(facts) if late or all(s.lost for s in silent_phones(facts)) else None
    if leg == "later":
        return "in_part", "later_stage"
    return ("broken", _MISSED[leg]) if late else None


def _settled_silence(facts: Facts) -> tuple[Result, Reason]:
    """A phone that is off breaks no chain, as long as another answered, or another way took it."""
    known = any(s.answered or (s.way not in TELL_OF_DELIVERY and s.sent_at) for s in facts.sendings)
    return ("in_part", "phone_silent") if known else ("broken", "no_phone_answers")


def silent_phones(facts: Facts) -> tuple[Sending, ...]:
    """Those that have not said that they got the message; a lost one only where its person has none that
    did.
    """
    answering = {s.person for s in facts.sendings if s.way in TELL_OF_DELIVERY and s.answered}
    return tuple(s for s in facts.sendings if s.silent and not (s.lost and s.person in answering))


def _all_received(facts: Facts) -> datetime | None:
    """None while a phone is silent. A board that was seen stands for what was not told."""
    if silent_phones(facts):
        return None
    times = [s.delivered_at or s.seen_at for s in facts.sendings if s.way in TELL_OF_DELIVERY]
    return max((at for at in times if at is not None), default=None)


def _all_sent(facts: Facts) -> datetime | None:
    times = [s.sent_at for s in facts.sendings if not s.lost]
    return max((at for at in times if at is not None), default=None) if times and None not in times else None


def told(
    unit: str, result: Result, reason: Reason, sendings: Iterable[Sending], at: datetime
) -> tuple[Finding, Concern]:
    """The finding that the chain is broken. High where nobody is reached, medium where some are not."""
    lost = sum(s.sent_at is None and not s.lost for s in sendings)
    evidence = (Evidence(unit, "proof", f"{reason} {lost}", at),)
    finding = Finding(CHAIN_BROKEN, unit, "raised", at, reason.replace("_", " "), evidence=evidence)
    return finding, Concern("high" if result == "broken" else "medium", unit, ())


def told_of_phones(unit: str, silent: Iterable[Sending], at: datetime) -> tuple[Finding, Concern]:
    """The finding that phones are silent, each named with its person. Low: somebody sees to it in their
    round, and it passes by itself when a later proof reaches all of them.
    """
    evidence = tuple(
        Evidence(one.phone, "lost phone" if one.lost else "silent phone", f"{one.person} {one.device}", at)
        for one in silent
    )
    finding = Finding(PHONE_SILENT, unit, "raised", at, "a phone is silent", evidence=evidence)
    return finding, Concern("low", unit, ())


def phones_answer(unit: str, at: datetime) -> tuple[Finding, Concern]:
    """A later proof reached every phone."""
    return Finding(PHONE_SILENT, unit, "cleared", at, "every phone answered"), Concern("low", unit, ())


def mended(unit: str, at: datetime) -> tuple[Finding, Concern]:
    """A later proof of the unit held."""
    return Finding(CHAIN_BROKEN, unit, "cleared", at, "a proof held"), Concern("high", unit, ())
