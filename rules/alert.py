"""An alert's life: what humans own, from open to closed, as a table.

Here: states, events, who may move what to where. Not here: storing it (hub/store/alerts.py), telling people
(hub/notifier.py). The diagram in docs is drawn from TRANSITIONS.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from rules.escalation import EscalationPlan
from rules.finding import Evidence, Finding
from rules.rulebook import Watch
from rules.severity import Severity

State = Literal["open", "accepted", "arrived", "closed"]
Event = Literal[
    "raised_again",
    "raised_anew",
    "confirmed",
    "cleared",
    "accept",
    "set_out",
    "arrive",
    "assist",
    "hand_back",
    "close",
    "arrival_overdue",
    "closing_overdue",
    "owner_absent",
    "owner_shut_out",
    "arrived_shut_out",
]
Act = Literal["accept", "set_out", "arrive", "assist", "hand_back", "close"]
Outcome = Literal[
    "helped",
    "no_help_needed",
    "battery_changed",
    "mended",
    "handed_to_technician",
    "false_alarm",
    "test",
    "passed",
]
"""Which of them people may give to what: rules/outcomes.py."""

TRANSITIONS: dict[tuple[State, Event], State] = {
    ("open", "raised_again"): "open",
    ("accepted", "raised_again"): "accepted",
    ("arrived", "raised_again"): "arrived",
    ("open", "confirmed"): "open",  # a pre-warning became the alert itself
    ("accepted", "confirmed"): "accepted",
    ("arrived", "confirmed"): "arrived",
    ("open", "cleared"): "open",  # the door was shut again: a field, not a state
    ("accepted", "cleared"): "accepted",
    ("arrived", "cleared"): "arrived",
    ("open", "accept"): "accepted",
    ("open", "set_out"): "accepted",
    ("accepted", "set_out"): "accepted",  # on the way
    ("accepted", "arrive"): "arrived",
    ("open", "arrive"): "arrived",  # who is there already need not accept first
    ("accepted", "assist"): "accepted",  # more hands are needed
    ("arrived", "assist"): "arrived",
    ("accepted", "hand_back"): "open",  # whoever has it cannot
    ("arrived", "hand_back"): "open",
    ("accepted", "arrival_overdue"): "open",  # an acceptance that came to nothing
    ("arrived", "closing_overdue"): "open",  # somebody came, and never said what came of it
    ("accepted", "owner_absent"): "open",  # whoever has it is registered as absent
    ("arrived", "owner_absent"): "open",
    (
        "accepted",
        "owner_shut_out",
    ): "open",  # it is closed to whoever has it: another unit, another role, gone
    ("arrived", "owner_shut_out"): "open",
    ("arrived", "arrived_shut_out"): "accepted",  # to whoever is there; a colleague had taken it before
    ("accepted", "raised_anew"): "open",  # so long after that it is another matter: nobody has taken that
    ("arrived", "raised_anew"): "open",
    ("open", "close"): "closed",
    ("accepted", "close"): "closed",
    ("arrived", "close"): "closed",
}

THE_OWNERS: frozenset[Act] = frozenset({"set_out", "hand_back"})
"""What only those who have the alert can say of it, once somebody has it."""

ARRIVAL_WITHIN = timedelta(minutes=10)  # [default] mean response there is 8 min (500 senior living systems)
CLOSING_WITHIN = timedelta(hours=1)  # [default] who has arrived says within the hour what came of it
ANEW_AFTER = timedelta(minutes=10)
"""[default] Happening again so long after somebody took the alert, it is another matter and open again."""
EVIDENCE_KEPT = 20
LATE_AFTER = timedelta(minutes=1)
"""Found this long after it happened, an alert says how late it is."""


class Alert(msgspec.Struct, frozen=True):
    """One alert. Instants are aware UTC. `raised_at` is when it began to be true, `found_at` when the hub
    knew.

    `due` is the next instant at which time itself changes the alert (arrival overdue). `prewarning` alerts
    are low until confirmed.
    """

    id: int
    site: str
    rule: str
    room: str
    unit: str
    residents: tuple[str, ...]
    severity: Severity
    state: State
    raised_at: datetime
    found_at: datetime
    last_at: datetime
    device: str | None
    evidence: tuple[Evidence, ...]
    occurrences: int = 1
    prewarning: bool = False
    late: bool = False
    cleared_at: datetime | None = None
    accepted_at: datetime | None = None
    accepted_by: str | None = None
    on_the_way_at: datetime | None = None
    arrived_at: datetime | None = None
    arrived_by: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    outcome: Outcome | None = None
    due: datetime | None = None
    others: tuple[Evidence, ...] = ()
    """What showed that more than one person was there: it lowers how sure this is, never how grave."""
    assistance_at: datetime | None = None
    """Since when whoever has it asks for more hands."""

    @property
    def owner(self) -> str | None:
        """Who has it: whoever is there, else whoever took it."""
        return self.arrived_by or self.accepted_by


class Concern(msgspec.Struct, frozen=True):
    """How grave a finding is and whom it is about: a watch's rule, or the hub's own worry that it cannot
    hear.
    """

    severity: Severity
    unit: str
    residents: tuple[str, ...]
    severity_when_cleared: Severity | None = None
    others: tuple[Evidence, ...] = ()
    escalation: EscalationPlan = EscalationPlan()
    """Who is called next while nobody has the alert."""
    told_after: timedelta = timedelta(0)
    """How long after its time the finding comes when all is well: a silence is told of only when it lasts."""


def concern_of(
    watch: Watch,
    others: tuple[Evidence, ...] = (),
    escalation: EscalationPlan | None = None,
    device: str | None = None,
) -> Concern:
    """`others`: what shows that more than one person is there (rules/company.py). `escalation`: the unit's
    plan. Of several who live in a room it concerns the one whose own device (a worn button, a bed) it was;
    otherwise all of them.
    """
    rule, plan = watch.rule, escalation or EscalationPlan()
    owner = watch.owners.get(device) if device is not None else None
    residents = watch.residents if owner is None else (owner,)
    return Concern(rule.severity, watch.unit, residents, rule.severity_when_cleared, others, plan)


class Decision(msgspec.Struct, frozen=True):
    """What came of an event: the alert as it is now, whether it changed, and the reason by name."""

    alert: Alert
    changed: bool
    reason: str
    event: str = ""
    """Which event of the table it was, where the caller cannot know."""


def opened(finding: Finding, site: str, concern: Concern, found_at: datetime) -> Alert:
    """The alert that a finding opens; it has no id until it is stored. `concern` says for whom."""
    prewarning = finding.kind == "prewarned"
    return Alert(
        id=0,
        site=site,
        rule=finding.rule,
        room=finding.room,
        unit=concern.unit,
        residents=concern.residents,
        severity="low" if prewarning else concern.severity,
        state="open",
        raised_at=finding.at,
        found_at=found_at,
        last_at=finding.at,
        device=finding.device,
        evidence=finding.evidence,
        prewarning=prewarning,
        late=finding.late or found_at - finding.at > concern.told_after + LATE_AFTER,
        others=concern.others,
    )


def found(alert: Alert, finding: Finding, concern: Concern) -> Decision:
    """What a further finding of the same rule and room does to an alert that is not closed."""
    if finding.kind == "cleared":
        return _cleared(alert, finding, concern)
    if finding.kind == "prewarned" and not alert.prewarning:
        return Decision(alert, False, "raised already")
    event: Event = "confirmed" if alert.prewarning and finding.kind == "raised" else "raised_again"
    since_taken = finding.at - (alert.arrived_at or alert.accepted_at or finding.at)
    if finding.kind == "raised" and since_taken > ANEW_AFTER:
        alert, event = _given_back(alert), "raised_anew"
    after = _moved(
        alert,
        event,
        unit=concern.unit,
        residents=tuple(dict.fromkeys((*alert.residents, *concern.residents))),
        severity=concern.severity if finding.kind == "raised" else alert.severity,
        prewarning=alert.prewarning and finding.kind != "raised",
        occurrences=alert.occurrences + (event != "confirmed"),
        last_at=max(alert.last_at, finding.at),
        device=finding.device or alert.device,
        evidence=(*alert.evidence, *finding.evidence)[-EVIDENCE_KEPT:],
        cleared_at=None,
        others=concern.others or alert.others,
    )
    return Decision(after, True, finding.reason, event)


def _given_back(alert: Alert) -> Alert:
    """The alert without those who took it; its state is the table's matter."""
    return msgspec.structs.replace(
        alert,
        accepted_at=None,
        accepted_by=None,
        on_the_way_at=None,
        arrived_at=None,
        arrived_by=None,
        assistance_at=None,
        due=None,
    )


def _cleared(alert: Alert, finding: Finding, concern: Concern) -> Decision:
    evidence = (*alert.evidence, *finding.evidence)[-EVIDENCE_KEPT:]
    at = max(finding.at, alert.raised_at)
    if alert.severity == "low" and alert.state == "open":
        after = _moved(alert, "close", closed_at=at, outcome="passed", cleared_at=at, evidence=evidence)
        return Decision(after, True, "passed by itself")
    severity = concern.severity_when_cleared or alert.severity
    after = _moved(alert, "cleared", cleared_at=at, evidence=evidence, severity=severity)
    return Decision(after, True, finding.reason)


def act(alert: Alert, event: Act, by: str, at: datetime, outcome: Outcome | None = None) -> Decision:
    """What a person does to an alert, where the table allows it; otherwise nothing changes and the reason
    says why.

    `outcome` is required to close and refused elsewhere (ValueError: the caller's mistake).
    """
    if (event == "close") != (outcome is not None):
        raise ValueError("an outcome goes with closing, and with nothing else")
    if (alert.state, event) not in TRANSITIONS:
        return Decision(alert, False, f"already {alert.state}" if alert.state != "open" else "nobody has it")
    owners = {alert.accepted_by, alert.arrived_by} - {None}
    if event in THE_OWNERS and owners and by not in owners:
        return Decision(alert, False, "somebody else has it")
    if event == "hand_back" and alert.arrived_by not in (None, by):
        return Decision(alert, False, "somebody else has it")  # of two, whoever is there
    if event == "close":
        return Decision(
            _moved(alert, event, closed_at=at, closed_by=by, outcome=outcome, due=None), True, "closed"
        )
    reason, effect = _EFFECTS[event]
    return Decision(_moved(effect(alert, by, at), event), True, reason)


def _accepted(alert: Alert, by: str, at: datetime) -> Alert:
    return msgspec.structs.replace(alert, accepted_at=at, accepted_by=by, due=at + ARRIVAL_WITHIN)


def _on_the_way(alert: Alert, by: str, at: datetime) -> Alert:
    taken = alert if alert.accepted_by is not None else _accepted(alert, by, at)
    return msgspec.structs.replace(taken, on_the_way_at=at, due=at + ARRIVAL_WITHIN)


def _arrived(alert: Alert, by: str, at: datetime) -> Alert:
    taken = alert if alert.accepted_by is not None else _accepted(alert, by, at)
    return msgspec.structs.replace(taken, arrived_at=at, arrived_by=by, due=at + CLOSING_WITHIN)


def _asking_for_assistance(alert: Alert, _: str, at: datetime) -> Alert:
    return msgspec.structs.replace(alert, assistance_at=at)


def _handed_back(alert: Alert, _: str, __: datetime) -> Alert:
    return _given_back(alert)


_EFFECTS: dict[Act, tuple[str, Callable[[Alert, str, datetime], Alert]]] = {
    "accept": ("accepted", _accepted),
    "set_out": ("on the way", _on_the_way),
    "arrive": ("arrived", _arrived),
    "assist": ("more hands are needed", _asking_for_assistance),
    "hand_back": ("handed back", _handed_back),
}
"""What each act but closing does to the alert, and the reason it gives."""


def time_is_up(alert: Alert) -> Decision:
    """An acceptance that came to nothing, or an arrival that nothing was said of: the alert is open again."""
    event: Event = "closing_overdue" if alert.state == "arrived" else "arrival_overdue"
    reason = "not closed in time" if event == "closing_overdue" else "nobody arrived in time"
    return Decision(_moved(_given_back(alert), event), True, reason, event)


def owner_lost(alert: Alert, event: Literal["owner_absent", "owner_shut_out"]) -> Decision:
    """Nobody else comes to what somebody has: the alert of whoever cannot come is open at once."""
    reason = "whoever had it is absent" if event == "owner_absent" else "it is closed to whoever had it"
    return Decision(_moved(_given_back(alert), event), True, reason, event)


def left_to_who_took_it(alert: Alert, at: datetime) -> Decision:
    """Whoever is there may not open it any more: it is the colleague's who had taken it before, and comes."""
    after = msgspec.structs.replace(alert, arrived_at=None, arrived_by=None, due=at + ARRIVAL_WITHIN)
    event: Event = "arrived_shut_out"
    return Decision(_moved(after, event), True, "it is closed to whoever was there", event)


def _moved(alert: Alert, event: Event, **changes: Any) -> Alert:
    return msgspec.structs.replace(alert, state=TRANSITIONS[(alert.state, event)], **changes)
