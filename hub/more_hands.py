"""Somebody asked for more hands: who it was, and who was called to them, as far as it has come."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hub.calls import became
from hub.escalation import CALLED, REACHED_NOBODY
from hub.store import alerts, summonses
from hub.store.alerts import AlertEvent
from hub.store.summonses import Summons
from rules.alert import Alert

_TOLD = frozenset({"called", "seen"})


class MoreHands(NamedTuple):
    """`by`: who asked, whoever has the alert. `people`: who was called, and whose message a way took.
    `calling`: whose message is on its way for the first time. `held_up`: whose message failed, and is tried
    again. `groups`: the stages that were called, where
    no message was made for anybody yet. `nobody`: no message goes to anybody.
    """

    by: str
    people: tuple[str, ...]
    calling: tuple[str, ...]
    held_up: tuple[str, ...]
    groups: tuple[str, ...]
    nobody: bool


def called_to(connection: sqlite3.Connection, site: str) -> dict[int, MoreHands]:
    """By alert, of those where somebody asks for more hands."""
    return {alert.id: called_to_one(connection, alert) for alert in alerts.asking_for_hands(connection, site)}


def called_to_one(connection: sqlite3.Connection, alert: Alert) -> MoreHands:
    return more_hands(alerts.events(connection, alert.id), summonses.of_alert(connection, alert.id))


def more_hands(trail: Sequence[AlertEvent], messages: Iterable[Summons]) -> MoreHands:
    """`messages`: all there are about the alert."""
    last = next((step for step in reversed(trail) if step.event == "assist"), None)
    asked, by = (last.seq, last.by or "") if last is not None else (0, "")
    since = [step for step in trail if step.seq > asked]
    sent = [one for one in messages if one.event > asked]
    people = tuple(dict.fromkeys(one.person for one in sent if became(one) in _TOLD))
    first = dict.fromkeys(one.person for one in sent if became(one) == "calling")
    calling = tuple(person for person in first if person not in people)
    waits = dict.fromkeys(one.person for one in sent if became(one) in ("trying", "waits"))
    held_up = tuple(person for person in waits if person not in (*people, *calling))
    groups = tuple(group for step in since if step.event == CALLED for group in step.reason.split(", "))
    in_vain = bool(sent) or any(step.event == REACHED_NOBODY for step in since)
    spared = any(became(one) == "not_needed" for one in sent)
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
