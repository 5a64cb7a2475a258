"""Who is called for an alert, and when: follows each change of an alert and each second of time. Everything
here runs within the caller's transaction, so that an alert and the call for it are one.

Here: when a call is made, and its place in the alert's trail. Not here: which stages there are
(rules/escalation.py), what leaves the house (hub/announcement.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime

import msgspec

from hub.store import alerts, escalations, summonses
from hub.store.alerts import AlertEvent
from rules.alert import Alert
from rules.escalation import (
    Call,
    Escalation,
    EscalationPlan,
    answered,
    begun,
    called,
    fallen_open,
    graver,
    widened,
)
from rules.escalation import reached_nobody as unheard
from rules.health.telling import waits_for_a_technician
from rules.severity import SEVERITIES, Severity

CALLED, CALLED_IN_VAIN = "called", "called_in_vain"
"""The events of an alert's trail: a stage was called; and it was called again, since nobody had answered."""
REACHED_NOBODY = "reached_nobody"
"""The step of a trail that says that nobody of the groups that were called could be reached."""
CALLED_INSTEAD = "called_instead"
"""The step of a trail whose reason names the people who were called for those of its call."""
NOBODY_IN = "nobody_in"
"""The step of a trail whose reason names the groups of its call in which nobody was, while others were
called: no patrol by day."""

NOT_NEEDED = "not_needed"
"""The step of a trail that says that somebody had it, or it was over, before anybody was called."""


def begin(connection: sqlite3.Connection, alert: Alert, plan: EscalationPlan, at: datetime) -> None:
    """For an alert that was just raised. A pre-warning calls nobody: it stands on the board; and what is
    wrong with a device waits for a technician, unless it leaves somebody unprotected. Somebody may have it
    already: the first call is made once nobody has.
    """
    if not (alert.prewarning or waits_for_a_technician(alert)):
        escalation = begun(plan, alert.severity, at)
        _go_on(connection, alert.id, escalation if alert.state == "open" else answered(escalation), at)


def follow(
    connection: sqlite3.Connection, alert: Alert, was: Severity, plan: EscalationPlan | None, at: datetime
) -> None:
    """After a change of the alert, which stands in its trail. `was`: how grave it was before. `plan` is for
    one that was a pre-warning until now.
    """
    if alert.state == "closed":
        escalations.delete(connection, alert.id)
        return
    escalation = escalations.get(connection, alert.id)
    if escalation is None:
        begin(connection, alert, plan or EscalationPlan(), at)
        return
    after = graver(escalation, alert.severity, at)
    goes_on = after == escalation and alert.state == "open" and escalation.due is not None
    is_graver = SEVERITIES.index(alert.severity) > SEVERITIES.index(was)
    if is_graver and (goes_on or (alert.state != "open" and alert.assistance_at is not None)):
        _call_of_the_graver(connection, alert, at)
    after = fallen_open(after, at) if alert.state == "open" else answered(after)
    if after != escalation:
        _go_on(connection, alert.id, after, at)


def _call_of_the_graver(connection: sqlite3.Connection, alert: Alert, at: datetime) -> None:
    """It was milder for a while and is grave again: whoever was called meanwhile was called to less."""
    milder, groups = False, dict[str, None]()
    for step in alerts.events(connection, alert.id)[:-1]:  # the last is the change itself
        if step.severity is not None:
            milder = SEVERITIES.index(step.severity) < SEVERITIES.index(alert.severity)
            groups = groups if milder else {}
        elif milder and step.event in (CALLED, CALLED_IN_VAIN):
            groups |= dict.fromkeys(step.reason.split(", "))
    if groups:
        alerts.add_event(connection, alert.id, at, CALLED, None, ", ".join(groups))


def widen(
    connection: sqlite3.Connection, alert: Alert, at: datetime, plan: EscalationPlan | None = None
) -> None:
    """Whoever has the alert needs more hands: the next in line are called, the alert stays with its owner.
    With them whoever was called before and never got it. `plan` is for one that nobody was called for until
    now.
    """
    escalation = escalations.get(connection, alert.id)
    if escalation is None:
        escalation = answered(begun(plan or EscalationPlan(), alert.severity, at))
    _call_next(connection, alert, escalation, at, _never_told(connection, alert))


def _never_told(connection: sqlite3.Connection, alert: Alert) -> frozenset[str]:
    """The groups to which messages were made, but for those to its owner, and none of these went out."""
    sent: dict[str, bool] = {}
    for one in summonses.of_alert(connection, alert.id):
        for group in one.groups.split(", ") if one.person != alert.owner else ():
            sent[group] = sent.get(group, False) or one.sent_at is not None
    return frozenset(group for group, any_sent in sent.items() if not any_sent)


def _call_next(
    connection: sqlite3.Connection,
    alert: Alert,
    escalation: Escalation,
    at: datetime,
    never_told: frozenset[str] = frozenset(),
) -> None:
    after, call = widened(escalation, at, never_told)
    escalations.put(connection, alert.id, after)
    _put_on_record(connection, alert.id, call)


def goes_on_for_help(
    connection: sqlite3.Connection, alert: Alert, call: AlertEvent, at: datetime, under_way: bool = False
) -> bool:
    """Nobody else of the groups called last is reached: the stage after them is called at once. False where
    there is none. `under_way`: the call goes out to them all the same, and may get through yet.
    """
    escalation = escalations.get(connection, alert.id)
    if escalation is None or not 0 < escalation.taken < len(escalation.stages):
        return False
    if not set(escalation.stages[escalation.taken - 1].to) <= set(call.reason.split(", ")):
        return False  # others were called since
    if not under_way:
        tells_of(connection, call, REACHED_NOBODY, call.reason, at)
    _call_next(connection, alert, escalation, at)
    return True


def reached_nobody(
    connection: sqlite3.Connection, call: AlertEvent, at: datetime, in_stead: bool = False
) -> None:
    """`in_stead`: others were called for them."""
    tells_of(connection, call, REACHED_NOBODY, call.reason, at)
    escalation = escalations.get(connection, call.alert)
    if escalation is not None:
        after = unheard(escalation, tuple(call.reason.split(", ")), at, in_stead)
        escalations.put(connection, call.alert, after)


def tells_of(connection: sqlite3.Connection, call: AlertEvent, event: str, reason: str, at: datetime) -> None:
    """A step that says what came of a call."""
    alerts.add_event(connection, call.alert, at, event, None, reason, of_call=call.seq)


def let_time_pass(connection: sqlite3.Connection, site: str, now: datetime) -> list[Alert]:
    """Make the calls that are due by now; returns the alerts they are for."""
    waiting = escalations.due(connection, site, now)
    for id, escalation in waiting:
        _go_on(connection, id, escalation, now)
    found = [alerts.get(connection, site, id) for id, _ in waiting]
    return [alert for alert in found if alert is not None]


def clock_jumped(connection: sqlite3.Connection, alert: int, moved: Callable[[datetime], datetime]) -> None:
    """What waits for its time waits as long as it would have."""
    escalation = escalations.get(connection, alert)
    if escalation is not None and escalation.due is not None:
        escalations.put(connection, alert, msgspec.structs.replace(escalation, due=moved(escalation.due)))


def _go_on(connection: sqlite3.Connection, alert: int, escalation: Escalation, now: datetime) -> None:
    after, calls = called(escalation, now)
    escalations.put(connection, alert, after)
    for call in calls:
        _put_on_record(connection, alert, call)


def _put_on_record(connection: sqlite3.Connection, alert: int, call: Call) -> None:
    event = CALLED_IN_VAIN if call.nobody_answered else CALLED
    alerts.add_event(connection, alert, call.at, event, None, ", ".join(call.to))
