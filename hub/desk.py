"""What people do to alerts: accept, set out, arrive, ask for assistance, hand back, close. The same kind of
transaction as the pipeline's, the state read inside it.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

from hub.alerting import change
from hub.clock import Clock
from hub.site.file import SiteFile, read_held
from hub.store import alerts, receipts, sites
from hub.store.db import transaction
from rules.alert import Act, Alert, Decision, Outcome, act
from rules.escalation import EscalationPlan
from rules.health.telling import waits_for_a_technician

TAKING: frozenset[Act] = frozenset({"accept", "set_out", "arrive"})
"""By which somebody says that the alert is theirs."""


def in_hand(connection: sqlite3.Connection, site: str, person: str) -> list[Alert]:
    """The alerts that are somebody's now: of two who took one, whoever is there has it."""
    known = alerts.open_alerts(connection, site)
    return [alert for alert in known if (alert.arrived_by or alert.accepted_by) == person]


def hand_back_all(connection: sqlite3.Connection, site: str, person: str, now: datetime) -> None:
    """Each is called anew at once. Within a transaction."""
    for alert in in_hand(connection, site, person):
        change(connection, alert, "hand_back", act(alert, "hand_back", person, now), now, person)


class UnknownAlertError(Exception):
    """There is no alert of this number on the site."""


class Desk:
    def __init__(self, connection: sqlite3.Connection, site: str, clock: Clock) -> None:
        self._connection, self._site, self._clock = connection, site, clock

    def act(self, alert: int, event: Act, person: str) -> Decision:
        """Everything but closing. Of two who accept at the same instant one wins; the other's decision is
        unchanged and shows who has it.
        """
        return self._act(alert, event, person)

    def accept(self, alert: int, person: str) -> Decision:
        """ "I take it." """
        return self._act(alert, "accept", person)

    def arrive(self, alert: int, person: str) -> Decision:
        return self._act(alert, "arrive", person)

    def close(self, alert: int, person: str, outcome: Outcome) -> Decision:
        return self._act(alert, "close", person, outcome)

    def _act(self, id: int, event: Act, person: str, outcome: Outcome | None = None) -> Decision:
        with transaction(self._connection):
            alert = alerts.get(self._connection, self._site, id)
            if alert is None:
                raise UnknownAlertError(f"there is no alert {id} on {self._site}")
            now = self._clock.now()
            decision = act(alert, event, person, now, outcome)
            if event == "assist" and waits_for_a_technician(alert):
                decision = Decision(alert, False, "it waits for a technician: there is nobody to call to it")
            if decision.changed:
                plan = self._plan(alert.unit) if event == "assist" else None
                change(self._connection, alert, event, decision, now, person, plan)
                if event in TAKING:
                    receipts.note_accepted(self._connection, alert.id, person, now)
            return decision

    def _plan(self, unit: str) -> EscalationPlan | None:
        held = read_held(sites.in_force(self._connection, self._site).document)
        return held.site.escalation_of(unit) if isinstance(held, SiteFile) else None
