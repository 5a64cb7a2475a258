"""What leaves the house about an alert: the MQTT message that lamps, pagers and other systems read.

`vaka/<site>/alerts/<alert id>`, retained until the alert is closed. Pseudonyms only: no name ever leaves.
A proof's goes to `vaka/<site>/proof/alerts/<alert id>`, where no lamp listens.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

import msgspec

from hub.store import escalations, outbox
from rules.alert import Alert
from rules.escalation import Escalation
from rules.proof import house_of
from rules.proof_verdict import PHONE_SILENT


def topic(site: str, alert: int) -> str:
    return f"vaka/{site}/alerts/{alert}"


def announcement(alert: Alert, escalation: Escalation | None) -> str:
    """The message as JSON; instants in ISO 8601, UTC. `called`: the groups that were called so far;
    `nobody_answered`: all of them were, in vain.
    """
    called = escalation.stages[: escalation.taken] if escalation is not None else ()
    message: dict[str, Any] = {
        "id": alert.id,
        "site": alert.site,
        "rule": alert.rule,
        "place": alert.room,
        "unit": alert.unit,
        "resident": alert.residents[0] if len(alert.residents) == 1 else None,
        "residents": alert.residents,
        "severity": alert.severity,
        "state": alert.state,
        "prewarning": alert.prewarning,
        "late": alert.late,
        "occurrences": alert.occurrences,
        "device": alert.device,
        "outcome": alert.outcome,
        "raised_at": alert.raised_at,
        "found_at": alert.found_at,
        "last_at": alert.last_at,
        "cleared_at": alert.cleared_at,
        "accepted_at": alert.accepted_at,
        "on_the_way_at": alert.on_the_way_at,
        "assistance_at": alert.assistance_at,
        "arrived_at": alert.arrived_at,
        "closed_at": alert.closed_at,
        # Whose phones are silent stays in the house.
        "evidence": () if alert.rule == PHONE_SILENT else alert.evidence,
        "others": alert.others,
        "called": [group for stage in called for group in stage.to],
        "nobody_answered": escalation is not None and escalation.due is not None and escalation.repeats > 0,
    }
    return msgspec.json.encode(message).decode()


def announce(connection: sqlite3.Connection, alert: Alert, at: datetime) -> None:
    """Put the message into the outbox; after the last one of a closed alert, the empty one that takes it off
    the broker.
    """
    address = topic(alert.site, alert.id)
    site = house_of(alert.site)
    outbox.add(
        connection,
        site,
        alert.id,
        "mqtt",
        address,
        announcement(alert, escalations.get(connection, alert.id)),
        at,
    )
    if alert.state == "closed":
        outbox.add(connection, site, alert.id, "mqtt", address, "", at)
