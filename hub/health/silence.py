"""Who has fallen silent: each device by its own deadline, and a gateway behind which nobody speaks any more.

Only time in which a device could be heard counts: after its gateway, the broker or the hub was away, its
silence begins anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta

from devices.supply import Supply, announced
from hub.clock import NEVER
from hub.pipeline import Pipeline
from hub.registry import Speaker
from hub.store import announcements, device_health, health
from rules.building import NATIVE, Site
from rules.health.rhythm import MARGIN, Deadline, deadline

HUB_AWAY = timedelta(minutes=5)
"""[default] A hub that was down longer does not know who was silent meanwhile."""
LOOKED_UP = timedelta(minutes=10)
"""A deadline is worked out anew that often: a rhythm changes over days."""
MISSED = 1.1  # heartbeats, after which one is taken to be missing
AT_ONCE = 3
"""[default] So many devices at least that miss a beat while nobody else speaks: their gateway is away."""


class Silence:
    def __init__(self, connection: sqlite3.Connection, pipeline: Pipeline) -> None:
        self._connection, self._pipeline = connection, pipeline
        site = pipeline.site.site
        self._away: set[str] = set()
        self._alive_until = next(
            (h.seen for h in health.everything(connection, site) if h.part == "hub"), None
        )
        self._started = False
        self._deadlines: dict[int, tuple[Deadline, datetime]] = {}
        self._supplies: dict[tuple[str, str], Supply] = {}
        self._announced = -1

    def look(self, now: datetime) -> list[str]:
        """The parts that have just fallen silent: 'gateway:…', 'device:…'. Within a transaction."""
        self._note_who_is_away(now)
        unheard = self._pipeline.judge.unheard
        if "broker" in unheard:
            return []
        speakers = self._pipeline.registry.known_speakers()
        silent = self._silent_gateways(speakers, unheard, now)
        for device, speaker in speakers.items():
            gateway = f"gateway:{speaker.gateway}"
            if gateway in unheard or gateway in silent or f"device:{device}" in unheard:
                continue
            due = self.due(speaker, now)
            if due is not None and due <= now:
                silent.append(f"device:{device}")
        return silent

    def due(self, speaker: Speaker, now: datetime) -> datetime | None:
        """When its silence has lasted too long; None: silence alone says nothing of it."""
        after = self.deadline_of(speaker, now).after
        return None if after is None else self._silent_from(speaker) + after

    def next_due(self, now: datetime) -> datetime | None:
        """The next instant after `now` at which a device may have been silent too long, or miss a beat."""
        found: list[datetime | None] = []
        for speaker in self._pipeline.registry.known_speakers().values():
            found.append(self.due(speaker, now))
            heartbeat = self.deadline_of(speaker, now).heartbeat
            if heartbeat is not None:
                found.append(self._silent_from(speaker) + MISSED * heartbeat + MARGIN)
        return min((due for due in found if due is not None and due > now), default=None)

    def deadline_of(self, speaker: Speaker, now: datetime) -> Deadline:
        known = self._deadlines.get(speaker.no)
        if known is not None and now < known[1]:
            return known[0]
        supply = self.supply_of(speaker)
        found = deadline(speaker.figures.rhythm, supply.heartbeat, supply.mains is True)
        later = LOOKED_UP + timedelta(seconds=speaker.no % 60)  # not all of them at once
        self._deadlines[speaker.no] = (found, now + later)
        return found

    def supply_of(self, speaker: Speaker) -> Supply:
        """What it has announced of itself."""
        if self._announced != self._pipeline.announced:
            self._announced = self._pipeline.announced
            self._supplies = supplies(self._connection, self._pipeline.site)
        return self._supplies.get((speaker.gateway, speaker.address), Supply())

    def _silent_from(self, speaker: Speaker) -> datetime:
        return max(
            speaker.last_heard_at or NEVER, self._pipeline.registry.audible_since.get(speaker.gateway, NEVER)
        )

    def _note_who_is_away(self, now: datetime) -> None:
        unheard, site = self._pipeline.judge.unheard, self._pipeline.site
        ways = [NATIVE, *(gateway.id for gateway in site.gateways)]
        away = {way for way in ways if "broker" in unheard or f"gateway:{way}" in unheard}
        back = dict.fromkeys(self._away - away, now)
        if not self._started:
            self._started = True
            if self._alive_until is not None and abs(now - self._alive_until) > HUB_AWAY:
                back = dict.fromkeys(ways, now)
        if back:
            device_health.put_gateways_back(self._connection, site.site, back)
        self._away = away
        self._pipeline.registry.audible_since |= back | dict.fromkeys(away, now)

    def _silent_gateways(
        self, speakers: Mapping[str, Speaker], unheard: Mapping[str, datetime], now: datetime
    ) -> list[str]:
        """Gateways behind which nobody has spoken since an instant, while half of those who have a heartbeat
        have missed one since: one part is away, not each of its devices.
        """
        last: dict[str, datetime] = {}
        for speaker in speakers.values():
            last[speaker.gateway] = max(last.get(speaker.gateway, NEVER), self._silent_from(speaker))
        missing: dict[str, list[bool]] = {}
        for device, speaker in speakers.items():
            heartbeat = self.deadline_of(speaker, now).heartbeat
            if heartbeat is not None and f"device:{device}" not in unheard:
                expected = self._silent_from(speaker) + MISSED * heartbeat + MARGIN
                missed = last[speaker.gateway] < expected <= now
                missing.setdefault(speaker.gateway, []).append(missed)
        return [
            f"gateway:{way}"
            for way, missed in missing.items()
            if sum(missed) >= max(AT_ONCE, len(missed) / 2)
            and way != NATIVE
            and f"gateway:{way}" not in unheard
        ]


def supplies(connection: sqlite3.Connection, site: Site) -> dict[tuple[str, str], Supply]:
    """(gateway, address) → what the device has announced."""
    topics = {f"{g.topic}/bridge/devices": g.id for g in site.gateways if g.kind == "zigbee2mqtt"}
    found: dict[tuple[str, str], Supply] = {}
    for message in announcements.everything(connection, site.site):
        way = topics.get(message.topic)
        if way is not None:
            found |= {(way, name): supply for name, supply in announced(message.payload).items()}
    return found
