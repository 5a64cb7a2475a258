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
from hub.answerable import whom_to_prove
from hub.escalation import CALLED
from hub.reach import usable_ways, working
from hub.store import alerts, contacts, outbox, phones, proofs, shifts, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.proofs import Proof, Record
from hub.store.summonses import Summons
from rules.alert import Alert, Concern, act
from rules.building import Site
from rules.finding import Finding
from rules.pause import Refusal
from rules.proof import PROOF, device_of, due, later_stages, proof_site, writes_to_everybody
from rules.proof_verdict import (
    CHAIN_BROKEN,
    NO_ALARM,
    PHONE_SILENT,
    Facts,
    Later,
    Sending,
    Verdict,
    mended,
    phones_answer,
    silent_phones,
    told,
    told_of_phones,
    verdict,
)

log = logging.getLogger(__name__)

Publish = Callable[[Sequence[tuple[str, str]]], str | None]
"""Publishes (topic, payload) as a device would; why the broker did not take it, in a sentence."""

AGAIN_AFTER = timedelta(minutes=1)
"""[default] Whoever asks again sooner is shown the one before: it sends messages to people."""


def ask(
    connection: sqlite3.Connection, site: Site, unit: str, by: str, now: datetime, everybody: bool = False
) -> Proof | Refusal:
    """Somebody wants to know now. The one that is under way, where there is one. `everybody`: those who are
    only called later are to get the message as well.
    """
    if unit not in {one.id for one in site.units}:
        return Refusal(f"{site.site} has no unit {unit!r}", "no_unit")
    everybody = writes_to_everybody(site, everybody, False, now)
    with transaction(connection):
        newest = proofs.newest(connection, site.site, unit)
        if newest is not None and (newest.ended_at is None or abs(now - newest.asked_at) < AGAIN_AFTER):
            return newest
        return proofs.add(connection, Proof(0, site.site, unit, now, by, everybody=everybody))


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
            everybody = writes_to_everybody(site, False, True, now)
            proofs.add(connection, Proof(0, site.site, unit.id, now, everybody=everybody))
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
    seen = _facts(connection, site, proof, alert, now)
    found = verdict(seen, now)
    after = msgspec.structs.replace(
        proof,
        alert=alert.id if alert is not None else None,
        record=Record(found.steps, seen.sendings, seen.later),
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
    _tell(connection, proof, found, seen, now)
    return True


def _tell(connection: sqlite3.Connection, proof: Proof, found: Verdict, seen: Facts, now: datetime) -> None:
    """A broken chain is a real alert, and a silent phone another, low one. When all is well again, they say
    so: the first waits for somebody, the other passes.
    """
    log.info("the proof of %s: %s %s", proof.unit, found.result, found.reason or "")
    if found.reason is not None and found.reason not in NO_ALARM and found.result is not None:
        finding, concern = told(proof.unit, found.result, found.reason, seen.sendings, now)
        alerting.take(connection, proof.site, finding, concern, now)
    elif found.reason != "board_only":
        _clear(connection, proof, CHAIN_BROKEN, mended(proof.unit, now), now)
    if not any(step.leg == "sent" and step.held for step in found.steps):
        return  # it never came to the phones
    silent = silent_phones(seen)
    for one in silent:
        phones.note_silent(connection, proof.site, one.phone, now)
    if silent:
        alerting.take(connection, proof.site, *told_of_phones(proof.unit, silent, now), now)
    else:
        _clear(connection, proof, PHONE_SILENT, phones_answer(proof.unit, now), now)


def _clear(
    connection: sqlite3.Connection, proof: Proof, rule: str, well: tuple[Finding, Concern], now: datetime
) -> None:
    if alerts.open_alert(connection, proof.site, rule, proof.unit) is not None:
        alerting.take(connection, proof.site, *well, now)


def _alert_of(connection: sqlite3.Connection, proof: Proof) -> Alert | None:
    site = proof_site(proof.site)
    if proof.alert is not None:
        return alerts.get(connection, site, proof.alert)
    return alerts.open_alert(connection, site, PROOF, proof.unit)


def _facts(
    connection: sqlite3.Connection, site: Site, proof: Proof, alert: Alert | None, now: datetime
) -> Facts:
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
        nobody=not messages and not whom_to_prove(connection, site, proof.unit, trail[0].at),
        unreachable=not messages,
        no_ways=not messages and not contacts.everything(connection, proof.site),
        sendings=(*(sending_of(connection, m) for m in messages), *_lost(connection, site, messages)),
        later=_later(connection, site, proof.unit, messages, now),
    )


def _lost(connection: sqlite3.Connection, site: Site, messages: Sequence[Summons]) -> list[Sending]:
    """The lost phones of those who were written to."""
    people = {message.person for message in messages}
    troubled = phones.in_trouble(connection, site.site)
    return [
        Sending(one.person, phones.WAY, failure="it is lost", phone=one.id, device=one.device, lost=True)
        for one in troubled
        if one.lost and one.person in people
    ]


def _later(
    connection: sqlite3.Connection, site: Site, unit: str, messages: Sequence[Summons], now: datetime
) -> tuple[Later, ...]:
    """Whom this very message did not reach for good is not reached later either, by the same address."""
    usable = usable_ways(connection, site.site)
    given_up = {Contact(m.person, m.way, m.address) for m in messages if m.given_up}
    reached = {one.person for one in working(connection, site.site, usable) if one not in given_up}
    return later_stages(site, unit, shifts.on_duty(connection, site, now), reached, now)


def sending_of(connection: sqlite3.Connection, message: Summons) -> Sending:
    """A message as a proof keeps it. Of addresses only a phone's is kept, and what that phone is."""
    phone = phones.get(connection, message.site, message.address) if message.way == phones.WAY else None
    return Sending(
        message.person,
        message.way,
        message.sent_at,
        message.delivered_at,
        message.seen_at,
        message.failure,
        message.next_at is not None,
        message.address if message.way == phones.WAY else "",
        phone.device if phone is not None else "",
    )
