"""What other programs may ask and do: one file a family of calls. `python -m dashboards.api` prints the
OpenAPI document (docs/openapi.json).
"""

from __future__ import annotations

from dashboards.api import (
    absences,
    alarm_quality,
    alert_steps,
    alerts,
    codecs,
    contacts,
    copying,
    device_list,
    device_pauses,
    devices,
    discovered,
    dry_run,
    duty,
    escalation,
    gateways,
    goals,
    handover,
    health,
    healthz,
    keeping,
    legal_basis,
    pauses,
    rules,
    session,
    set_aside,
    tests,
)

FAMILIES = (
    healthz.api,
    session.api,
    alerts.api,
    alert_steps.api,
    tests.api,
    device_pauses.api,
    health.api,  # before what takes any path below /devices
    devices.api,
    device_list.api,
    discovered.api,
    absences.api,
    pauses.api,
    rules.api,
    goals.api,
    handover.api,
    legal_basis.api,
    keeping.api,
    alarm_quality.api,
    dry_run.api,
    duty.api,
    escalation.api,
    gateways.api,
    codecs.api,
    contacts.api,
    set_aside.api,
    copying.api,
)
