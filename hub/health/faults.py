"""What is wrong with the devices: each looked at once a minute, a fault begun or ended as a row, and one
alert for all devices of a unit that have the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from hub import alerting
from hub.clock import NEVER
from hub.health.silence import Silence
from hub.pipeline import Pipeline
from hub.registry import Speaker
from hub.store import alerts, device_health
from hub.store import faults as store
from hub.store.device_health import Placed
from hub.store.faults import Kept
from rules.building import NATIVE, Device
from rules.health.battery import Forecast, forecast
from rules.health.fault import Known
from rules.health.kinds import faults_of
from rules.health.telling import (
    OF_THEIR_OWN,
    REMINDED_AFTER,
    UNTRUSTED,
    mended,
    rule_of,
    severity_of,
    told,
)
from rules.health.thresholds import KINDS, AnyFaultRule, FaultKind, settled
from rules.protection import Doubt
from rules.rulebook import Rulebook
from rules.severity import SEVERITIES, Severity

A_DAY = timedelta(days=1)
LOOKED_AT_EVERY = timedelta(minutes=1)
WRITTEN_EVERY = 10
"""Looks between two times at which a device's figures are written down."""


class Faults:
    """Not for two threads at once. What stands is in the table; here is only what is dear to work out."""

    def __init__(self, connection: sqlite3.Connection, pipeline: Pipeline, silence: Silence) -> None:
        self._connection, self._pipeline, self._silence = connection, pipeline, silence
        self._site = pipeline.site.site
        self._placed = device_health.placed(connection, self._site)
        self._rulebook: Rulebook | None = None
        self._rules: dict[str, Mapping[FaultKind, AnyFaultRule]] = {}
        self._ways: dict[str, str] = {}
        self._empty: set[str] = set()
        """Rooms of residents of whom none lives there now."""
        self._forecasts: dict[int, tuple[int, Forecast]] = {}
        self._looked_at: dict[str, datetime] = {}
        self._looks = 0
        self.untrusted = self._untrusted()
        """(kind, device) of the faults that leave a device's word doubtful."""

    def look(self, now: datetime, at_most: int | None = None) -> None:
        """Look at the devices whose minute is over, the longest first. Within a transaction."""
        self._follow_site(now)
        devices = [d for d in self._pipeline.site.devices if self._is_due(d, now)]
        if at_most is not None and len(devices) > at_most:
            devices = sorted(devices, key=lambda d: self._looked_at.get(d.id, NEVER))[:at_most]
        gone = self._standing_of_gone()
        if not devices and not gone:
            return
        self._looks += 1
        speakers = self._pipeline.registry.known_speakers()
        self._keep_levels(devices, speakers)
        standing: dict[str, dict[FaultKind, Kept]] = {}
        for kept in store.standing(self._connection, self._site):
            standing.setdefault(kept.fault.device, {})[kept.fault.kind] = kept
        unheard = self._pipeline.judge.unheard
        changed: set[FaultKind] = {kept.fault.kind for kept in gone}
        store.end(self._connection, [kept.id for kept in gone], now)
        for device in devices:
            self._looked_at[device.id] = now
            known = self._known(device, speakers.get(device.id), unheard, now)
            changed |= self._put(device, known, standing.get(device.id, {}), now)
        self._write_figures()
        if changed:
            self.untrusted = self._untrusted()
        if changed or self._looks % 60 == 1:
            self._tell(now)

    def keep(self) -> None:
        """Write all figures down: what is in memory is about to be read anew."""
        noted = self._pipeline.registry.noted
        device_health.put_figures(self._connection, [(s.no, s.figures) for s in noted])
        noted.clear()

    # How

    def _untrusted(self) -> frozenset[tuple[Doubt, str]]:
        standing = [kept.fault for kept in store.standing(self._connection, self._site)]
        return frozenset((doubt, f.device) for f in standing for doubt in UNTRUSTED if f.kind == doubt)

    def _is_due(self, device: Device, now: datetime) -> bool:
        if device.id in self._pipeline.aside:
            return False  # whoever took it aside is at work on it
        at = self._looked_at.get(device.id)
        return at is None or now - at >= LOOKED_AT_EVERY or now < at

    def _follow_site(self, now: datetime) -> None:
        """Another site file, or another day: other values, and devices that are new in their place."""
        book = self._pipeline.judge.rulebook
        if book is self._rulebook:
            return
        self._rulebook, site = book, self._pipeline.site
        self._placed = device_health.placed(self._connection, self._site)  # another name may have come
        units = {room.id: room.unit for room in site.rooms}
        by_room = {room: settled(site.health, room, unit) for room, unit in units.items()}
        self._rules = {device.id: by_room[device.room] for device in site.devices}
        kinds = {gateway.id: gateway.kind for gateway in site.gateways}
        self._ways = {d.id: str(kinds.get(site.gateway_of(d), NATIVE)) for d in site.devices}
        today = now.astimezone(site.zone).date()
        self._empty = {r.room for r in site.residents} - {
            r.room for r in site.residents if r.lives_here(today)
        }
        new = []
        for device in site.devices:
            address = f"{site.gateway_of(device)}/{device.address or device.id}"
            known = self._placed.get(device.id)
            if known is None or known.address != address:
                new.append(Placed(device.id, address, now))
        device_health.put_placed(self._connection, site.site, new)
        self._placed |= {placed.device: placed for placed in new}

    def _standing_of_gone(self) -> list[Kept]:
        """Faults of devices that the site no longer has."""
        here = self._rules.keys()
        return [k for k in store.standing(self._connection, self._site) if k.fault.device not in here]

    def _known(
        self, device: Device, speaker: Speaker | None, unheard: Mapping[str, datetime], now: datetime
    ) -> Known:
        way, placed_at = self._ways[device.id], self._placed[device.id].placed_at
        silent = unheard.get(f"device:{device.id}")
        if speaker is None:
            return Known(device, way, placed_at, silent_since=silent)
        figures, latest = speaker.figures, self._pipeline.judge.latest.of(device.id)
        figures.note_link(latest)
        return Known(
            device,
            way,
            placed_at,
            speaker.last_heard_at,
            silent,
            latest,
            figures.changed,
            figures.used_at,
            figures.flutter,
            figures.clock_wrong.in_a_day(now) if figures.clock_wrong_at else 0,
            figures.clock_wrong_at,
            figures.link,
            figures.comings.in_a_day(now) if figures.comings.hours else 0,
            self._forecasts.get(speaker.no, (0, None))[1],
            device.room not in self._empty,
        )

    def _keep_levels(self, devices: Iterable[Device], speakers: Mapping[str, Speaker]) -> None:
        """The battery's level, once a day; with a new one its days are worked out anew."""
        rows = []
        for device in devices:
            speaker = speakers.get(device.id)
            if speaker is None:
                continue
            level, at = self._pipeline.judge.latest.of(device.id).get("battery", (None, None))
            if at is None or isinstance(level, bool | str) or level is None:
                continue
            day = int(at.timestamp() // A_DAY.total_seconds())
            if self._forecasts.get(speaker.no, (-1, None))[0] < day:
                device_health.put_levels(self._connection, [(speaker.no, day, float(level))])
                rows.append((speaker, day))
        for speaker, day in rows:
            history = device_health.levels(self._connection, speaker.no)
            self._forecasts[speaker.no] = (day, forecast(history, self._silence.supply_of(speaker).battery))

    def _put(
        self, device: Device, known: Known, standing: Mapping[FaultKind, Kept], now: datetime
    ) -> set[FaultKind]:
        """Begin and end; returns the kinds that did."""
        before = {kind: kept.fault for kind, kept in standing.items()}
        found = {f.kind: f for f in faults_of(known, self._rules[device.id], now, before)}
        for kind, fault in found.items():
            if kind not in standing:
                store.begin(self._connection, self._site, fault, now)
            elif fault != before[kind]:
                store.put(self._connection, standing[kind].id, fault)
        store.end(self._connection, [k.id for kind, k in standing.items() if kind not in found], now)
        return found.keys() ^ standing.keys()

    def _write_figures(self) -> None:
        """A tenth of them at a time."""
        turn = self._looks % WRITTEN_EVERY
        noted = [s for s in self._pipeline.registry.noted if s.no % WRITTEN_EVERY == turn]
        device_health.put_figures(self._connection, [(s.no, s.figures) for s in noted])
        self._pipeline.registry.noted.difference_update(noted)

    def _tell(self, now: datetime) -> None:
        """One alert a kind and unit: raised with the first device, again with each further one, cleared with
        the last, and once more a week after it was closed over what still stands.
        """
        units = {room.id: room.unit for room in self._pipeline.site.rooms}
        places = {device.id: units[device.room] for device in self._pipeline.site.devices}
        standing: dict[tuple[FaultKind, str], list[Kept]] = {}
        for kept in store.standing(self._connection, self._site):
            if kept.fault.kind not in OF_THEIR_OWN and kept.fault.device in places:
                standing.setdefault((kept.fault.kind, places[kept.fault.device]), []).append(kept)
        for (kind, unit), all_kept in standing.items():
            self._tell_of(kind, unit, all_kept, now)
        for alert in alerts.open_alerts(self._connection, self._site):
            found = next((k for k in _TOLD if rule_of(k) == alert.rule), None)
            if found is not None and alert.cleared_at is None and (found, alert.room) not in standing:
                alerting.take(self._connection, self._site, *mended(found, alert.room, now), now)

    def _tell_of(self, kind: FaultKind, unit: str, standing: list[Kept], now: datetime) -> None:
        is_open = alerts.open_alert(self._connection, self._site, rule_of(kind), unit) is not None
        new = [
            kept
            for kept in standing
            if kept.told_at is None or (not is_open and now - kept.told_at >= REMINDED_AFTER)
        ]
        if not new:
            return
        severity = max((self._severity(kept, now) for kept in standing), key=SEVERITIES.index)
        book = self._pipeline.judge.rulebook
        finding, concern = told(kind, unit, [kept.fault for kept in new], book, severity, now)
        alerting.take(self._connection, self._site, finding, concern, now)
        store.told(self._connection, [kept.id for kept in new], now)

    def _severity(self, kept: Kept, now: datetime) -> Severity:
        judge = self._pipeline.judge
        today = now.astimezone(self._pipeline.site.zone).date()
        return severity_of(kept.fault, judge.rulebook, today, judge.unheard)


_TOLD = tuple(kind for kind in KINDS if kind not in OF_THEIR_OWN)
