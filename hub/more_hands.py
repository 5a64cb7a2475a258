"""Somebody asked for more hands: who it was, and who was called to them, as far as it has come."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from hub.calls import LEAVES_WITHIN, Outbox, became, outbox
from hub.escalation import CALLED, REACHED_NOBODY
from hub.store import alerts, summonses
from hub.store.alerts import AlertEvent
from hub.store.summonses import Summons
from rules.alert import Alert

_TOLD = frozenset({"called", "seen"})


class MoreHands(NamedTuple):
    """`by`: who asked, whoever has the alert. `people`: who was called, and whose message a way took.
    `calling`: whose message is on its way for the first time. `held_up`: whose message failed, and is tried
    again, or has not left. Both name stages where the hub has not come to the call. `groups`: the stages that
    were called where there are no messages at all. `nobody`: no message goes to anybody.
    """

    by: str
    people: tuple[str, ...]
    calling: tuple[str, ...]
    held_up: tuple[str, ...]
    groups: tuple[str, ...]
    nobody: bool


def called_to(connection: sqlite3.Connection, site: str, now: datetime) -> dict[int, MoreHands]:
    """By alert, of those where somebody asks for more hands."""
    asking = alerts.asking_for_hands(connection, site)
    return {alert.id: called_to_one(connection, site, alert, now) for alert in asking}


def called_to_one(connection: sqlite3.Connection, site: str, alert: Alert, now: datetime) -> MoreHands:
    so_far = outbox(connection, site, now)
    return more_hands(alerts.events(connection, alert.id), summonses.of_alert(connection, alert.id), so_far)


def more_hands(trail: Sequence[AlertEvent], messages: Iterable[Summons], so_far: Outbox) -> MoreHands:
    """`messages`: all there are about the alert."""
    last = next((step for step in reversed(trail) if step.event == "assist"), None)
    asked, by = (last.seq, last.by or "") if last is not None else (0, "")
    since = [step for step in trail if step.seq > asked]
    sent = [one for one in messages if one.event > asked]
    became_of = [(one.person, became(one, so_far.at)) for one in sent]
    people = tuple(dict.fromkeys(person for person, came in became_of if came in _TOLD))
    first = dict.fromkeys(person for person, came in became_of if came == "calling")
    calling = tuple(person for person in first if person not in people)
    waits = dict.fromkeys(person for person, came in became_of if came in ("trying", "waits"))
    held_up = tuple(person for person in waits if person not in (*people, *calling))
    calls = [step for step in since if step.event == CALLED]
    groups = tuple(group for step in calls for group in step.reason.split(", "))
    in_vain = bool(sent) or any(step.event == REACHED_NOBODY for step in since)
    spared = any(came == "not_needed" for _, came in became_of)
    not_followed = so_far.followed is not None and any(step.seq > so_far.followed for step in calls)
    if not_followed and not (people or calling or held_up):
        late = so_far.at - calls[-1].at > LEAVES_WITHIN
        return MoreHands(by, (), () if late else groups, groups if late else (), (), nobody=False)
    nobody = in_vain and not (people or calling or held_up or spared)
    return MoreHands(by, people, calling, held_up, () if in_vain else groups, nobody)


def asked_before(alert: Alert, trail: Sequence[AlertEvent]) -> AlertEvent | None:
    """The step by which somebody asked for them who does not have the alert any more: whoever takes it should
    know. What happened anew is another matter.
    """
    if alert.state == "closed" or alert.assistance_at is not None:
        return None
    last = next((step for step in reversed(trail) if step.event in ("assist", "raised_anew")), None)
    return last if last is not None and last.event == "assist" else None
