"""The alerts as JSON, for whoever is signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from dashboards.api.refusal import Refusal
from dashboards.snapshot import RECENT
from dashboards.views import order, visible, voice_of
from dashboards.visit import Visitor
from hub.store import alerts, audit
from rules import wording
from rules.alert import Alert, Outcome, State
from rules.severity import Severity

api = APIRouter(prefix="/api/v1")


class EvidenceOut(BaseModel):
    """One thing that was heard."""

    device: str
    measure: str
    value: bool | float | str
    at: datetime


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


class AlertsOut(BaseModel):
    at: datetime
    alerts: list[AlertOut] = Field(
        description="High before low, then those nobody has taken, then the longest wait; pre-warnings last"
    )


@api.get("/alerts", responses={401: {"model": Refusal}})
def list_alerts(
    visit: Visitor,
    closed: Annotated[bool, Query(description="Also those closed in the last 12 hours")] = False,
) -> AlertsOut:
    """The alerts that whoever is signed in may see."""
    site = visit.house.site.site
    found = sorted(visible(alerts.open_alerts(visit.connection, site), visit.access), key=order)
    if closed:
        found += visible(alerts.recent(visit.connection, site, visit.now - RECENT), visit.access)
    seen = {"page": "/api/v1/alerts", "alerts": [a.id for a in found]}
    audit.add(visit.connection, site, visit.now, visit.person.id, "alerts seen", seen)
    return AlertsOut(at=visit.now, alerts=[_out(a, visit) for a in found])


def _out(alert: Alert, visit: Visitor) -> AlertOut:
    voice = voice_of(visit.scope, visit.house, visit.now)
    summary = wording.what_happened(alert, visit.house.rule_of(alert), visit.house.site, voice)
    fields = {name: getattr(alert, name) for name in AlertOut.model_fields if hasattr(alert, name)}
    evidence = [
        EvidenceOut(device=e.device, measure=e.measure, value=e.value, at=e.at) for e in alert.evidence
    ]
    return AlertOut(**{**fields, "place": alert.room, "summary": summary, "evidence": evidence})
