"""The alerts as JSON, for whoever is signed in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel, Field

from dashboards.alert_in_view import alert_in_view
from dashboards.alerts_seen import note_alerts_seen
from dashboards.api.paging import Paged
from dashboards.api.refusal import Refusal
from dashboards.snapshot import RECENT
from dashboards.views import order, visible, voice_of
from dashboards.visit import Visit, Visitor, last_days_of, needs
from hub.calls import calls_of
from hub.explained import Explained, explain
from hub.store import alerts, audit, escalations
from hub.store.instants import to_us
from hub.store.summonses import Summons
from rules import wording
from rules.alert import Alert, Outcome, State
from rules.called import NOTHING_MORE, Calls
from rules.confidence import Level, Name
from rules.escalation import Escalation
from rules.finding import Evidence
from rules.receipts import Rung
from rules.severity import Severity
from rules.summons import Held

api = APIRouter(prefix="/api/v1")


class EvidenceOut(BaseModel):
    """One thing that was heard."""

    device: str
    measure: str
    value: bool | float | str
    at: datetime


class CalledLaterOut(BaseModel):
    """A group whose messages are held back."""

    group: str
    at: datetime = Field(description="When the first of them goes out")
    why: Held


class AlertOut(BaseModel):
    """One alert. Residents are pseudonyms; instants are ISO 8601 in UTC."""

    id: int
    rule: str
    place: str = Field(description="The room")
    unit: str
    residents: list[str]
    severity: Severity
    state: State
    summary: str = Field(description="What happened, in the reader's language")
    prewarning: bool = Field(description="Becomes an alert if nothing happens")
    late: bool = Field(description="The hub learned of it after it happened")
    occurrences: int
    raised_at: datetime
    found_at: datetime
    last_at: datetime
    cleared_at: datetime | None
    accepted_at: datetime | None
    accepted_by: str | None
    on_the_way_at: datetime | None
    assistance_at: datetime | None
    arrived_at: datetime | None
    arrived_by: str | None
    closed_at: datetime | None
    closed_by: str | None
    outcome: Outcome | None
    device: str | None
    evidence: list[EvidenceOut]
    unreached: list[str] = Field(description="Groups of whom the last call reached nobody, while it is open")
    calling: list[str] = Field(
        description="Groups whose message is on its way for the first time: no way has taken it yet"
    )
    held_up: list[str] = Field(description="Groups whose every message failed so far, and is tried again")
    called_later: list[CalledLaterOut] = Field(
        description="Groups whose messages are held back, while it is open"
    )
    called_instead: list[str] = Field(description="Who was called for them, while it is open")
    next_call_at: datetime | None = Field(description="Null while somebody has it")
    next_call_to: list[str] = Field(description="The groups that are called then")


class AlertsOut(BaseModel):
    at: datetime
    alerts: list[AlertOut] = Field(
        description="High before low, then those nobody has taken, then the longest wait; pre-warnings last"
    )


class ReasonOut(BaseModel):
    """Why an alert is more or less sure. `devices`: whom it is about."""

    name: Name
    raises: bool
    devices: list[str]
    said: str = Field(description="In the reader's language")


class ConfidenceOut(BaseModel):
    """It says how sure an alert is, never how grave."""

    level: Level
    reasons: list[ReasonOut]


class SensorOut(BaseModel):
    """A device that the rule needs, as it was when the alert was raised."""

    device: str
    heard_at: datetime | None
    silent_since: datetime | None = Field(description="It, its gateway or the broker could not be heard")
    aside_since: datetime | None = Field(description="Under test or paused")
    battery: float | None = Field(description="%")
    battery_low: bool
    lqi: float | None = Field(description="Link quality, 0 to 255")
    faults: list[str] = Field(description="What its state then was, and the faults that stood then")


class BlindOut(BaseModel):
    """A device could not be heard in this time."""

    device: str
    since: datetime
    until: datetime


class StepOut(BaseModel):
    """`by`: a person, null for the hub itself."""

    at: datetime
    event: str
    by: str | None
    reason: str = Field(
        description="Of a call the groups, of not_needed too (somebody had it before anybody was called); of"
        " nobody_in those of them in which nobody was, beside others who were called; of called_instead the"
        " people who were called instead"
    )
    said: str | None = Field(
        description="In the reader's language; null where the step before it says it too"
    )


class CalledOut(BaseModel):
    """One message to one person by one way, and how far it has come. Instants are null until then,
    `delivered_at` also where the way does not tell.
    """

    message: int = Field(description="The same for each repetition")
    person: str
    way: str
    urgent: bool
    rung: Rung = Field(description="The furthest so far")
    attempts: int
    called_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    seen_at: datetime | None
    accepted_at: datetime | None
    next_at: datetime | None = Field(description="When it is tried next; null: nothing more is tried")
    held: str | None = Field(description="Why it does not go out at once: quiet_hours, gathered, flood")
    failure: str | None = Field(description="Why the last attempt failed, or why nothing more is tried")


class EarlierOut(BaseModel):
    """A closed alert of the same rule in the same room."""

    id: int
    raised_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    outcome: Outcome | None


class ExplainedOut(BaseModel):
    """One alert with all that is known of it. `heard` and `not_heard` between `since` and `until`; `stood`:
    what the devices had told last before.
    """

    at: datetime
    alert: AlertOut
    confidence: ConfidenceOut
    sensors: list[SensorOut]
    since: datetime
    until: datetime
    stood: list[EvidenceOut]
    heard: list[EvidenceOut]
    not_heard: list[BlindOut]
    paused: list[str] = Field(description="Rules that were switched off in the room then")
    paused_devices: list[str] = Field(description="Devices there that were")
    trail: list[StepOut]
    called: list[CalledOut]
    earlier: list[EarlierOut]


@api.get(
    "/alerts/{id}",
    responses={401: {"model": Refusal}, 404: {"model": Refusal}},
    dependencies=[needs("see alerts")],
)
def show_alert(request: Request, visit: Visitor, id: int) -> ExplainedOut:
    """One alert: its evidence, what else was heard, which sensors were well, how sure it is and why, who did
    what, and what came of the alerts before it.
    """
    alert, house = alert_in_view(visit, id), visit.house
    if alert is None:
        raise HTTPException(404, "there is nothing here, or not for you")
    history = last_days_of(request, visit)
    found = explain(visit.connection, history, house.site_of(alert), alert, house.rule_of(alert), visit.now)
    earlier = visible(list(found.earlier), visit.access)
    note_alerts_seen(visit, f"/api/v1/alerts/{id}", [id], earlier=[one.id for one in earlier])
    return _explained(found, visit)


def _explained(found: Explained, visit: Visit) -> ExplainedOut:
    voice = voice_of(visit.scope, visit.house, visit.now)
    reasons = [
        ReasonOut(
            name=one.name,
            raises=one.raises,
            devices=list(one.devices),
            said=wording.why_so_sure(one, voice),
        )
        for one in found.confidence.reasons
    ]
    told = wording.trail_in_words(found.trail, visit.house.person_name, voice, found.calls)
    return ExplainedOut(
        at=visit.now,
        alert=_out(found.alert, visit, found.escalation, found.calls),
        confidence=ConfidenceOut(level=found.confidence.level, reasons=reasons),
        sensors=[
            SensorOut(
                **msgspec.structs.asdict(one),
                faults=[
                    *one.faults(found.alert.last_at),
                    *(fault.kind for fault in found.faults if fault.device == one.device),
                ],
            )
            for one in found.sensors
        ],
        since=found.since,
        until=found.until,
        stood=_evidence(found.stood),
        heard=_evidence(found.heard),
        not_heard=[BlindOut(**one._asdict()) for one in found.blind],
        paused=[pause.rule for pause in found.paused if pause.device is None],
        paused_devices=[pause.device for pause in found.paused if pause.device is not None],
        trail=[
            StepOut(at=one.at, event=one.event, by=one.by, reason=one.reason, said=said)
            for one, said in zip(found.trail, told, strict=True)
        ],
        called=[_called(one) for one in found.called],
        earlier=[
            EarlierOut(
                id=one.id,
                raised_at=one.raised_at,
                closed_at=one.closed_at,
                closed_by=one.closed_by,
                outcome=one.outcome,
            )
            for one in visible(list(found.earlier), visit.access)
        ],
    )


def _called(one: Summons) -> CalledOut:
    fields = {name: getattr(one, name) for name in CalledOut.model_fields if hasattr(one, name)}
    return CalledOut(**fields, message=one.id, rung=one.ladder.rung, called_at=one.created_at)


@api.get(
    "/alerts",
    responses={401: {"model": Refusal}, 404: {"model": Refusal}},
    dependencies=[needs("see alerts")],
)
def list_alerts(
    visit: Visitor,
    page: Paged,
    closed: Annotated[bool, Query(description="Also those closed in the last 12 hours")] = False,
) -> AlertsOut:
    """The alerts that whoever is signed in may see."""
    site = visit.house.site.site
    found = visible(alerts.open_alerts(visit.connection, site), visit.access)
    if closed:
        found += visible(alerts.recent(visit.connection, site, visit.now - RECENT), visit.access)
    found = page.cut(found, _place)
    seen = {"page": "/api/v1/alerts", "alerts": [a.id for a in found]}
    audit.add(visit.connection, site, visit.now, visit.person.id, "alerts seen", seen)
    return AlertsOut(at=visit.now, alerts=[_listed(a, visit) for a in found])


def _place(alert: Alert) -> tuple[object, ...]:
    """In the order of the board; those closed last, the newest of them first."""
    if alert.closed_at is not None:
        return (True, -to_us(alert.closed_at), alert.id)
    prewarning, severity, taken, raised_at, id = order(alert)
    return (False, prewarning, severity, taken, to_us(raised_at), id)


def _listed(alert: Alert, visit: Visitor) -> AlertOut:
    escalation = escalations.get(visit.connection, alert.id)
    waits = escalation is not None and escalation.due is not None
    known = calls_of(visit.connection, visit.house.site.site, alert.id, visit.now) if waits else NOTHING_MORE
    return _out(alert, visit, escalation, known)


def _out(alert: Alert, visit: Visitor, escalation: Escalation | None, known: Calls) -> AlertOut:
    """`known`: what became of its calls, as the rest of the answer has it: a look changes that."""
    voice = voice_of(visit.scope, visit.house, visit.now)
    summary = wording.what_happened(alert, visit.house.rule_of(alert), visit.house.site_of(alert), voice)
    fields = {name: getattr(alert, name) for name in AlertOut.model_fields if hasattr(alert, name)}
    evidence = _evidence(alert.evidence)
    fields |= {"place": alert.room, "summary": summary, "evidence": evidence}
    waiting = escalation if escalation is not None and escalation.due is not None else None
    known = known if waiting is not None else NOTHING_MORE
    return AlertOut(
        **fields,
        unreached=known.whose("in_vain", "lost"),
        calling=known.whose("calling"),
        held_up=known.whose("trying"),
        called_later=[
            CalledLaterOut(group=group, at=came.at, why=came.held)
            for group, came in known.groups.items()
            if came.at is not None and came.held is not None
        ],
        called_instead=list(known.instead),
        next_call_at=waiting.due if waiting is not None else None,
        next_call_to=list(waiting.next_to) if waiting is not None else [],
    )


def _evidence(heard: Iterable[Evidence]) -> list[EvidenceOut]:
    return [EvidenceOut(device=e.device, measure=e.measure, value=e.value, at=e.at) for e in heard]
