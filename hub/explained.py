"""All there is to know of one alert: what was heard around it, how the sensors were, how sure it is, what was
done, and what came of the alerts before it.

Sensors' health is what was written down when it was raised; what was heard comes from the history. Nothing
is remembered here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from devices.measures import MEASURES
from devices.reading import Reading
from hub.calls import calls, outbox
from hub.heard import is_in, not_there
from hub.history import History
from hub.last_sign import WhoseSigns
from hub.more_hands import MoreHands, more_hands
from hub.store import alert_sensors, alerts, escalations, pauses, placements, silences, summonses, walk_tests
from hub.store import faults as faults_of
from hub.store.alerts import AlertEvent
from hub.store.summonses import Summons
from rules.alert import Alert
from rules.building import Device, Site
from rules.called import Calls
from rules.confidence import Confidence, Known, chattering, confidence, record
from rules.escalation import Escalation
from rules.finding import Evidence
from rules.health.fault import Fault
from rules.life import last_sign, whose_signs
from rules.pause import Pause
from rules.protection import NOT_HEARD
from rules.rule import AnyRule
from rules.sensors import Sensor

BEFORE = timedelta(hours=1)
AROUND_EVIDENCE = timedelta(minutes=15)
LONGEST = timedelta(hours=26)
"""An alert that stood for longer is shown with its beginning."""
AFTER_CLOSING = timedelta(minutes=5)
STOOD_SINCE = timedelta(hours=12)
"""How far back a state is looked for that held when the stretch begins."""
EARLIER = 10

_TELLING = frozenset(m.name for m in MEASURES.values() if m.kind != "number")


class Blind(NamedTuple):
    """A device could not be heard in this time."""

    device: str
    since: datetime
    until: datetime


class Explained(NamedTuple):
    """`heard`: all that the flat's devices told of somebody between `since` and `until`, in order of time;
    `stood`: what held before that. `record` and `confidence`: as known now of then.
    """

    alert: Alert
    devices: tuple[Device, ...]
    since: datetime
    until: datetime
    stood: tuple[Evidence, ...]
    heard: tuple[Evidence, ...]
    last_sign: Evidence | None
    """Of life, of those whom the alert names."""
    blind: tuple[Blind, ...]
    sensors: tuple[Sensor, ...]
    faults: tuple[Fault, ...]
    paused: tuple[Pause, ...]
    confidence: Confidence
    trail: tuple[AlertEvent, ...]
    called: tuple[Summons, ...]
    """Every message to somebody, and how far it has come."""
    earlier: tuple[Alert, ...]
    escalation: Escalation | None
    """How far the calls have come; None for what calls nobody, or not any more."""
    calls: Calls
    """What became of each."""
    hands: MoreHands


def explain(
    connection: sqlite3.Connection,
    history: History,
    site: Site,
    alert: Alert,
    rule: AnyRule | None,
    now: datetime,
) -> Explained:
    """`rule` is None where the site no longer has it."""
    flat = _devices(site, alert)
    since, until = _stretch(alert, now)
    # Of a sensor that cannot be heard technicians are told too: not what it told of somebody before.
    asked = [device.id for device in flat] if alert.rule != NOT_HEARD else []
    gone = not_there(connection, site, flat, since - STOOD_SINCE, until)
    told = list(history.readings(asked, since - STOOD_SINCE, until, _TELLING)) if asked else []
    here = [one for one in told if not is_in(gone[one.device], one.at)]
    readings, before = [r for r in here if r.at >= since], [r for r in here if r.at < since]
    whose = whose_signs(site)
    theirs = [device for device in flat if {*whose.get(device.id, ())} & {*alert.residents}]
    whose_then = WhoseSigns(connection, site)
    sign = last_sign(
        [*before, *readings], theirs, lambda one: whose_then.any_of(alert.residents, one.device, one.at)
    )
    # What the alert rests on may be older than what the history keeps.
    rests_on = [e for e in alert.evidence if asked and since <= e.at < until and e.measure in MEASURES]
    heard = sorted(dict.fromkeys([*map(_evidence, readings), *rests_on]), key=lambda one: one.at)
    sensors = alert_sensors.get(connection, alert.id)
    earlier = alerts.earlier(connection, alert, EARLIER)
    faults = _faults(connection, alert, flat)
    known = Known(
        sensors,
        faults,
        chattering(heard, alert.last_at),
        {reading.device for reading in readings if reading.clock_wrong},
        _untested(connection, site, flat, alert.raised_at),
        kept_from_earlier=_only_kept(alert, readings),
        record=record(earlier),
    )
    trail, called = alerts.events(connection, alert.id), summonses.of_alert(connection, alert.id)
    so_far = outbox(connection, site.site, now)
    return Explained(
        alert,
        flat,
        since,
        until,
        _stood(before),
        tuple(heard),
        _evidence(sign) if sign is not None else None,
        _blind(connection, site, flat, since, until),
        sensors,
        faults,
        _paused(connection, alert),
        confidence(alert, rule, known),
        tuple(trail),
        tuple(called),
        tuple(earlier),
        escalations.get(connection, alert.id),
        calls(trail, called, so_far),
        more_hands(trail, called, so_far),
    )


def _devices(site: Site, alert: Alert) -> tuple[Device, ...]:
    """Those of the room it is about; of a part that cannot be heard, the device itself."""
    if alert.rule == NOT_HEARD:
        return tuple(d for d in site.devices if f"device:{d.id}" == alert.room)
    return tuple(d for d in site.devices if d.room == alert.room)


def _stretch(alert: Alert, now: datetime) -> tuple[datetime, datetime]:
    """An hour before the alert, and what led to it, until now or until it was closed."""
    first = min((e.at for e in alert.evidence), default=alert.raised_at) - AROUND_EVIDENCE
    since = max(min(alert.raised_at - BEFORE, first), alert.raised_at - LONGEST)
    until = now if alert.closed_at is None else min(now, alert.closed_at + AFTER_CLOSING)
    return since, max(min(until, since + LONGEST), alert.raised_at + timedelta(minutes=1))


def _evidence(reading: Reading) -> Evidence:
    return Evidence(reading.device, reading.measure, reading.value, reading.at)


def _stood(before: Sequence[Reading]) -> tuple[Evidence, ...]:
    """The last word of each, as old as the change to it, whatever was only told again."""
    found: dict[tuple[str, str], Evidence] = {}
    for one in before:
        known = found.get((one.device, one.measure))
        if known is None or known.value != one.value:
            found[one.device, one.measure] = _evidence(one)
    return tuple(found.values())


def _only_kept(alert: Alert, readings: Sequence[Reading]) -> bool:
    """Whether all that the alert rests on was a state that the broker had kept."""
    told = [e for e in alert.evidence if e.at <= alert.raised_at]
    found = [reading for reading in readings if _evidence(reading) in told]
    return bool(found) and all(reading.snapshot for reading in found)


def _faults(connection: sqlite3.Connection, alert: Alert, flat: Sequence[Device]) -> tuple[Fault, ...]:
    """What was known to be wrong with these devices when the alert was raised."""
    kept = [one for device in flat for one in faults_of.of_device(connection, alert.site, device.id)]
    return tuple(
        one.fault
        for one in kept
        if one.found_at <= alert.last_at and (one.ended_at is None or one.ended_at > alert.last_at)
    )


def _untested(
    connection: sqlite3.Connection, site: Site, flat: Sequence[Device], at: datetime
) -> frozenset[str]:
    """Those that nobody had tried out by then, in a house where devices are tried out at all."""
    tests = walk_tests.newest(connection, site.site)
    if not any(test.started_at <= at for test in tests):
        return frozenset()
    present = placements.present(connection, site.site)
    others = {
        test.device
        for test in tests
        if test.device in present and test.started_at < present[test.device][0].since
    }
    return frozenset(device.id for device in flat) - ({test.device for test in tests} - others)


def _blind(
    connection: sqlite3.Connection,
    site: Site,
    flat: Sequence[Device],
    since: datetime,
    until: datetime,
) -> tuple[Blind, ...]:
    """When each of them could not be heard."""
    silent = [
        (one.part, max(one.since, since), min(one.until or until, until))
        for one in silences.since(connection, site.site, since)
        if one.since < until
    ]
    found = []
    for device in flat:
        parts = ("broker", f"gateway:{site.gateway_of(device)}", f"device:{device.id}")
        spells = sorted({spell[1:] for spell in silent if spell[0] in parts})
        found += [Blind(device.id, begin, end) for begin, end in _joined(spells)]
    return tuple(found)


def _joined(spells: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    joined: list[tuple[datetime, datetime]] = []
    for begin, end in spells:
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        elif begin < end:
            joined.append((begin, end))
    return joined


def _paused(connection: sqlite3.Connection, alert: Alert) -> tuple[Pause, ...]:
    """What was switched off in the room when the alert was raised."""
    both = (*pauses.active(connection, alert.site), *pauses.ended(connection, alert.site, alert.raised_at))
    return tuple(
        pause
        for pause in both
        if pause.room == alert.room
        and pause.paused_at <= alert.raised_at
        and (pause.ended_at is None or pause.ended_at > alert.raised_at)
    )
