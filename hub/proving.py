"""Proofs under way: asked for, published as a device would, and followed through the real chain until it is
known where they came to.

Here: asking, and one look at each. The chain itself knows nothing of it but the message's words and that its
alert is kept apart. Not here: what is made of what was seen (rules/proof.py), when to look (hub/vigil.py).
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from hub import alerting
from hub.escalation import CALLED
from hub.store import alerts, contacts, outbox, proofs, summonses
from hub.store.db import transaction
from hub.store.proofs import Proof, Record
from hub.store.summonses import Summons
from hub.summons import first_in_line
from rules.alert import Alert, act
from rules.building import Site
from rules.pause import Refusal
from rules.proof import (
    CHAIN_BROKEN,
    PROOF,
    Facts,
    Sending,
    Verdict,
    device_of,
    due,
    mended,
    proof_site,
    told,
    verdict,
)

log = logging.getLogger(__name__)

Publish = Callable[[Sequence[tuple[str, str]]], str | None]
"""Publishes (topic, payload) as a device would; why the broker did not take it, in a sentence."""

AGAIN_AFTER = timedelta(minutes=1)
"""[default] Whoever asks again sooner is shown the one before: it sends messages to people."""


def ask(connection: sqlite3.Connection, site: Site, unit: str, by: str, now: datetime) -> Proof | Refusal:
    """Somebody wants to know now. The one that is under way, where there is one."""
    if unit not in {one.id for one in site.units}:
        return Refusal(f"{site.site} has no unit {unit!r}", "no_unit")
    with transaction(connection):
        newest = proofs.newest(connection, site.site, unit)
        if newest is not None and (newest.ended_at is None or abs(now - newest.asked_at) < AGAIN_AFTER):
            return newest
        return proofs.add(connection, Proof(0, site.site, unit, now, by))


def plan(connection: sqlite3.Connection, site: Site, since: datetime, now: datetime) -> int:
    """Ask for what the site's times make due; returns how many. `since`: where no proof was planned before,
    only times after that count.
    """
    asked = 0
    waiting = {proof.unit for proof in proofs.under_way(connection, site.site)}
    for unit in site.units:
        last = proofs.last_planned(connection, site.site, unit.id, now)
        asked_at = last.asked_at if last is not None else min(since, now)
        if unit.id in waiting or due(site, asked_at, now) is None:
            continue
        with transaction(connection):
            proofs.add(connection, Proof(0, site.site, unit.id, now))
        asked += 1
    return asked


def go(connection: sqlite3.Connection, site: Site, publish: Publish, now: Callable[[], datetime]) -> int:
    """One look at each proof that is under way; returns how many came to an end."""
    waiting = proofs.under_way(connection, site.site)
    fresh = [proof for proof in waiting if proof.published_at is None and not proof.refused]
    if fresh:
        _publish(connection, site, fresh, publish, now)
        waiting = proofs.under_way(connection, site.site)
    ended = 0
    for proof in waiting:
        with transaction(connection):
            ended += _look(connection, site, proof, now())
    return ended


def _publish(
    connection: sqlite3.Connection,
    site: Site,
    fresh: Sequence[Proof],
    publish: Publish,
    now: Callable[[], datetime],
) -> None:
    begun = now()
    with transaction(connection):
        fresh = [msgspec.structs.replace(proof, begun_at=proof.begun_at or begun) for proof in fresh]
        for proof in fresh:
            proofs.put(connection, proof)
    payload = json.dumps({"pressed": "single", "at": begun.isoformat()})
    topics = [f"vaka/{site.site}/readings/{device_of(proof.unit)}" for proof in fresh]
    refused = publish([(topic, payload) for topic in topics])
    at = now()
    with transaction(connection):
        for proof in fresh:
            after = msgspec.structs.replace(
                proof, published_at=None if refused else at, refused=refused or ""
            )
            proofs.put(connection, after)


def _look(connection: sqlite3.Connection, site: Site, proof: Proof, now: datetime) -> bool:
    """Whether it came to an end. Within a transaction."""
    alert = _alert_of(connection, proof)
    seen = _facts(connection, site, proof, alert)
    found = verdict(seen, now)
    after = msgspec.structs.replace(
        proof,
        alert=alert.id if alert is not None else None,
        record=Record(found.steps, seen.sendings),
        ended_at=now if found.result is not None else None,
        result=found.result,
        leg=found.leg,
        reason=found.reason,
    )
    if after != proof:
        proofs.put(connection, after)
    if found.result is None:
        return False
    if alert is not None and alert.state != "closed":
        decision = act(alert, "close", proof.asked_by or "", now, "test")
        alerting.change(connection, alert, "close", decision, now)
    _tell(connection, proof, found, seen.sendings, now)
    return True


def _tell(
    connection: sqlite3.Connection, proof: Proof, found: Verdict, sendings: Sequence[Sending], now: datetime
) -> None:
    """A broken chain is a real alert; when it holds again, that alert says so and waits for somebody."""
    log.info("the proof of %s: %s %s", proof.unit, found.result, found.reason or "")
    if found.result == "held":
        if alerts.open_alert(connection, proof.site, CHAIN_BROKEN, proof.unit) is not None:
            alerting.take(connection, proof.site, *mended(proof.unit, now), now)
    elif found.reason is not None and found.reason != "board_only" and found.result is not None:
        finding, concern = told(proof.unit, found.result, found.reason, sendings, now)
        alerting.take(connection, proof.site, finding, concern, now)


def _alert_of(connection: sqlite3.Connection, proof: Proof) -> Alert | None:
    site = proof_site(proof.site)
    if proof.alert is not None:
        return alerts.get(connection, site, proof.alert)
    return alerts.open_alert(connection, site, PROOF, proof.unit)


def _facts(connection: sqlite3.Connection, site: Site, proof: Proof, alert: Alert | None) -> Facts:
    seen = Facts(proof.asked_at, proof.published_at, proof.refused)
    if alert is None:
        return seen
    trail = [step for step in alerts.events(connection, alert.id) if step.event == CALLED]
    seen = msgspec.structs.replace(
        seen,
        heard_at=alert.found_at,
        called_at=trail[0].at if trail else None,
        announced_at=outbox.first_sent(connection, alert.id),
    )
    if not trail or (summonses.cursor(connection, proof.site) or 0) < trail[0].seq:
        return seen
    messages = summonses.of_alert(connection, alert.id)
    return msgspec.structs.replace(
        seen,
        addressed_at=messages[0].created_at if messages else None,
        nobody=not messages and not first_in_line(connection, site, proof.unit, trail[0].at),
        unreachable=not messages,
        no_ways=not messages and not contacts.everything(connection, proof.site),
        sendings=tuple(sending_of(message) for message in messages),
    )


def sending_of(message: Summons) -> Sending:
    return Sending(
        message.person,
        message.way,
        message.sent_at,
        message.delivered_at,
        message.seen_at,
        message.failure,
        message.next_at is not None,
    )
