"""A synthetic alert: a message of a virtual device walks the whole chain, so that a chain that is broken is
known before somebody needs it.

Here: the virtual device and its rule, when a proof is due, and to whom it goes. Not here: what is made of
what was seen of one (rules/proof_verdict.py), nor asking, publishing, looking (hub/proving.py). A proof's
alert belongs to `proof_site(site)`: no board, figure or call that asks for the site's alerts ever sees it,
and it is never merged with a real one.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from rules.alert import Concern
from rules.building import Site
from rules.duration import Window, next_local
from rules.duty import Shift, called
from rules.escalation import EscalationPlan, EscalationStep
from rules.kinds import KINDS
from rules.proof_verdict import Later
from rules.rule import RULE, AnyRule
from rules.rulebook import Listener, Rulebook, Watch

PROOF = "chain-proof"
"""The hub's own rule: the virtual device was pressed. Its alerts' room is the unit."""
_DEVICE = "vaka-proof-"
_MARK = "/proof"

RULE_OF_PROOF: AnyRule = RULE.validate_python(
    {
        "rule": PROOF,
        "kind": "event",
        "name": {"nb": "Prøve av varslingen", "nn": "Prøve av varslinga", "en": "Test of the alerting"},
        "why": {
            "nb": "Prøve, ingen handling nødvendig.",
            "nn": "Prøve, du treng ikkje gjere noko.",
            "en": "A test, nothing to do.",
        },
        "when": [{"measure": "pressed"}],
        "severity": "high",
        "for_residents": False,
        "about_a_person": False,
    }
)

DAYTIME = Window(time(8), time(20))
"""[default] When a planned proof may also write to those who are only called later: nobody is woken by it."""
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


def later_stages(
    site: Site, unit: str, on_duty: Sequence[Shift], reached: Container[str], at: datetime
) -> tuple[Later, ...]:
    """The stages of a high alert of the unit after the first. `reached`: those who have a way that works."""
    found = []
    for step in site.escalation_of(unit).course("high").steps[1:]:
        groups = [called(group, unit, (), site, on_duty, at).people for group in step.to]
        people = tuple(dict.fromkeys(person for group in groups for person in group))
        found.append(Later(step.after, step.to, people, tuple(p for p in people if p in reached)))
    return tuple(found)


def writes_to_everybody(site: Site, asked: bool, planned: bool, at: datetime) -> bool:
    """Whether a proof's message also goes to those of the later stages, by the site's choice: when somebody
    asks for it, with the planned ones in daytime too, or never.
    """
    daytime = site.proof.later == "daytime" and planned and DAYTIME.contains(at, site.zone)
    return daytime or (asked and site.proof.later != "never")


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
