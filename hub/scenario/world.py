"""A hub in a small world of its own: the real pipeline, rounds and desk on a real SQLite file, with a clock
that the story owns.

What a device says goes in as the bytes its gateway would have published; time passes as the hub's main loop
lets it pass; a restart opens everything anew from the disk. No sockets and no threads, so that a month takes
a second.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from devices.decode import NATIVE, Decoder
from devices.message import Message
from devices.reading import Value
from hub import goals
from hub.absences import Absences
from hub.desk import Desk
from hub.pauses import Pauses
from hub.pipeline import Pipeline
from hub.rounds import Rounds
from hub.site.change import put_in_force
from hub.site.file import SiteFile, read_site
from hub.store import (
    alerts,
    escalations,
    faults,
    health,
    outbox,
    protection,
    quarantine,
    readings,
    sites,
    walk_tests,
)
from hub.store.db import connect, transaction
from hub.store.instants import from_us
from hub.walk_test import WalkTests
from rules.alert import Alert
from rules.building import Device, Site
from rules.catalogue import catalogue
from rules.finding import FindingKind
from rules.protection import TELL_AFTER

_PROPERTIES = {
    "open": "contact",
    "motion": "occupancy",
    "leak": "water_leak",
    "co": "carbon_monoxide",
    "pressed": "action",
    "lqi": "linkquality",
    "fall": "fall_down_status",
}
_WORDS_OF_FALL = {"suspected": "maybe_fall", "confirmed": "fall", "cleared": "none"}
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Clock:
    """Shows what the story says."""

    follows_readings = False

    def __init__(self, now: datetime) -> None:
        self.at = now.astimezone(UTC)

    def now(self) -> datetime:
        return self.at


class Found(NamedTuple):
    rule: str
    room: str
    kind: FindingKind
    at: datetime
    reason: str
    device: str | None


class World:
    def __init__(self, folder: Path, document: str, now: datetime, looks_after_devices: bool = False) -> None:
        """`document`: the site file's text. The hub runs from the start. `looks_after_devices`: a story of
        hours and days in which few speak is about people; only where it is about devices is their silence a
        fault.
        """
        self._looks_after_devices = looks_after_devices
        self.clock = Clock(now)
        self.folder = folder
        self.database = folder / "vaka.db"
        self._connected, self._caught_up = True, False
        self._away_since: datetime | None = None
        self._queue: list[Message] = []  # what the broker keeps for us
        self._stuck = False
        self._last_of: dict[str, Message] = {}
        self._mid = 0
        self.running = False
        connection = connect(self.database)
        with transaction(connection):
            put_in_force(connection, read_file(document), self.clock.now(), "scenario")
        connection.close()
        self.start()

    # The hub itself

    def start(self, session: bool = True) -> None:
        """Everything anew from the disk. `session`: the broker kept what came meanwhile."""
        assert not self.running
        self.connection = connect(self.database)
        site = sites.sites(self.connection)[0]
        version = sites.newest(self.connection, site)
        assert version is not None
        self.site = read(version.document)
        self.pipeline = Pipeline(
            self.connection, self.site, catalogue(), self._decoder(self.site), self.clock
        )
        day = self.clock.now().astimezone(self.site.zone).date()
        self._rounds = Rounds(self.connection, self.pipeline, self._adopt, version.id, day)
        self.desk = Desk(self.connection, site, self.clock)
        self.pauses = Pauses(self.connection, self.site, self.clock)
        self.absences = Absences(self.connection, self.site, self.clock)
        self.walk_tests = WalkTests(self.connection, self.site, self.clock)
        self.running, self._caught_up = True, False
        self._stamps_since = self.clock.now()
        hub = [h.seen for h in health.everything(self.connection, site) if h.part == "hub"]
        if self._connected:
            self._on_connection(session, lost_from=hub[0] if hub else None)

    def stop(self) -> None:
        """Nothing is kept but the file: a stop and a kill are the same to it."""
        self.running = self._stuck = False
        self.connection.close()

    def restart(self) -> None:
        self.stop()
        self.start()

    def stuck(self) -> None:
        """The hub can do nothing, as while the disk is full: what comes in waits for it."""
        self._stuck = True

    def goes_on(self) -> None:
        """What has waited is taken as one batch, and time goes on."""
        self._stuck = False
        waiting, self._queue = self._queue, []
        if waiting:
            self.pipeline.take(waiting)
        self._work()

    # What devices and gateways say

    def says(
        self,
        device: str,
        at: datetime | None = None,
        *,
        own_time: bool = True,
        retained: bool = False,
        **said: Value | None,
    ) -> None:
        """A device says measures by our names; its gateway writes them its own way. `at`: when it says that
        it was, now unless given; `own_time` false: it has no clock.
        """
        if not retained:
            self._mid = self._mid % 65535 + 1
        message = self.message(device, (at or self.clock.now()) if own_time else None, said, retained)
        if not retained:
            self._last_of[device] = message
        self._deliver([message])

    def message(
        self, device: str, at: datetime | None, said: dict[str, Value | None], retained: bool = False
    ) -> Message:
        """The bytes for what a device says."""
        sensor = self.device(device)
        name = sensor.address or sensor.id
        if sensor.gateway == "native":
            topic = f"vaka/{self.site.site}/readings/{quote(name, safe='')}"
            payload: dict[str, Any] = dict(said)
            if at is not None:
                payload["at"] = at.astimezone(UTC).isoformat()
        else:
            base = next(g.topic for g in self.site.gateways if sensor.gateway in (None, g.id))
            topic = f"{base}/{name}"
            payload = dict(_in_zigbee2mqtt(measure, value) for measure, value in said.items())
            if at is not None:
                payload["last_seen"] = at.astimezone(UTC).isoformat()
        mid = 0 if retained else self._mid
        return Message(
            topic, json.dumps(payload).encode(), self.clock.now(), retained, redelivered=False, mid=mid
        )

    def hears(self, topic: str, payload: str | bytes, retained: bool = False) -> None:
        """Any message, as it stands."""
        self._mid = self._mid % 65535 + 1
        data = payload.encode() if isinstance(payload, str) else payload
        mid = 0 if retained else self._mid
        self._deliver([Message(topic, data, self.clock.now(), retained=retained, mid=mid)])

    def hears_again(self, device: str) -> None:
        """The broker had no acknowledgement for what the device said last: it sends that again, marked."""
        last = self._last_of[device]
        self._deliver([Message(last.topic, last.payload, self.clock.now(), False, True, last.mid)])

    def says_again(self, device: str) -> None:
        """The publisher saw no answer and sends the same bytes again, unmarked."""
        last = self._last_of[device]
        self._mid = self._mid % 65535 + 1
        self._deliver([Message(last.topic, last.payload, self.clock.now(), mid=self._mid)])

    def take(self, messages: Sequence[Message]) -> None:
        """A batch at once, as from a backlog."""
        self._deliver(messages)

    def gateway(self, gateway: str, online: bool) -> None:
        """Its last will, or its first word when it is back."""
        base = next(g.topic for g in self.site.gateways if g.id == gateway)
        self.hears(f"{base}/bridge/state", json.dumps({"state": "online" if online else "offline"}))

    def availability(self, device: str, online: bool) -> None:
        """What the gateway tells of a device."""
        sensor = self.device(device)
        base = next(g.topic for g in self.site.gateways if sensor.gateway in (None, g.id))
        state = json.dumps({"state": "online" if online else "offline"})
        self.hears(f"{base}/{sensor.address or sensor.id}/availability", state)

    def broker_lost(self) -> None:
        self._connected = self._caught_up = False
        self.pipeline.catching_up = True
        self._away_since = self.clock.now()

    def broker_back(self, session: bool = True) -> None:
        """`session`: the broker kept what came meanwhile; otherwise that is lost."""
        self._connected = True
        lost_from, self._away_since = self._away_since, None
        if self.running:
            self._on_connection(session, lost_from)

    # Time

    def until(self, then: datetime) -> None:
        """Let time pass as the main loop does: what is due happens at its instant."""
        then = then.astimezone(UTC)
        assert then >= self.clock.at, f"the world is at {self.clock.at}, {then} has gone by"
        while self.running and not self._stuck and (moment := self._next_moment(then)) is not None:
            self.clock.at = max(moment, self.clock.at)
            self._work()
        self.clock.at = then
        self._work()

    def passes(self, length: timedelta) -> None:
        self.until(self.clock.at + length)

    def clock_is_moved(self, by: timedelta) -> None:
        """Somebody, or NTP, sets the wall clock."""
        self.clock.at += by
        if self.running:
            since, self._stamps_since = self._stamps_since, self._stamps_since + by
            self.pipeline.clock_jumped(by, since)
            self._work()

    # What people do

    def alert(self, rule: str, room: str | None = None) -> Alert:
        """The one open alert of that rule."""
        found = [
            a for a in self.alerts() if a.rule == rule and a.state != "closed" and room in (None, a.room)
        ]
        assert len(found) == 1, f"{len(found)} open alerts of {rule}, expected one"
        return found[0]

    def imports(self, document: str) -> None:
        """A new site file is put in force."""
        with transaction(self.connection):
            put_in_force(self.connection, read_file(document), self.clock.now(), "scenario")
        self._work()

    # What came of it

    def alerts(self) -> list[Alert]:
        """All there ever were, oldest first."""
        everything = alerts.open_alerts(self.connection, self.site.site)
        everything += alerts.recent(self.connection, self.site.site, _LONG_AGO)
        return sorted(everything, key=lambda alert: (alert.raised_at, alert.id))

    def trail(self, alert: Alert) -> list[str]:
        return [event.event for event in alerts.events(self.connection, alert.id)]

    def findings(self) -> list[Found]:
        """In the order in which they were given out."""
        rows = self.connection.execute(
            "SELECT rule, room, kind, at, reason, device FROM finding ORDER BY seq"
        )
        return [Found(r[0], r[1], r[2], from_us(r[3]), r[4], r[5]) for r in rows]

    def outbox(self) -> list[outbox.Notification]:
        return outbox.waiting(self.connection, self.site.site, 1000)

    def readings(self) -> list[readings.Stored]:
        return list(readings.after(self.connection, 0, 1_000_000))

    def quarantined(self) -> list[quarantine.Quarantined]:
        return quarantine.everything(self.connection, self.site.site)

    def faults(self) -> list[faults.Kept]:
        """What is wrong with devices now."""
        return faults.standing(self.connection, self.site.site)

    def protection(self, resident: str) -> protection.Standing:
        return protection.now(self.connection, self.site.site)[resident]

    def device(self, id: str) -> Device:
        found = next((d for d in self.site.devices if d.id == id), None)
        assert found is not None, f"the site has no device {id!r}"
        return found

    # How

    def _deliver(self, messages: Sequence[Message]) -> None:
        if not (self.running and self._connected) or self._stuck:
            self._queue += [m for m in messages if m.mid]
            return
        self.pipeline.take(messages)
        self._work()

    def _on_connection(self, session: bool, lost_from: datetime | None) -> None:
        if not session:
            self._queue.clear()
            self.pipeline.session_lost()
            if lost_from is not None:
                self.pipeline.lost_sight("broker", lost_from)
        backlog, self._queue = self._queue, []
        now = self.clock.now()
        if backlog:
            self.pipeline.take(
                [Message(m.topic, m.payload, now, m.retained, m.redelivered, m.mid) for m in backlog]
            )
        self.pipeline.regained_sight("broker", now)
        self._caught_up, self.pipeline.catching_up = True, False
        self._work()

    def _work(self) -> None:
        """What the main loop does when it wakes up."""
        if not self.running or self._stuck:
            return
        now = self.clock.now()
        if self._caught_up:
            self.pipeline.tick(now)
        away = self._away_since
        if away is not None and now - away >= TELL_AFTER["broker"]:
            self.pipeline.lost_sight("broker", away)
        if self._looks_after_devices and self._caught_up:
            self._rounds.look_after_devices(now, all_at_once=True)
        self._rounds.go(now, now)
        if self._caught_up:  # a pause that ended may have left something due
            self.pipeline.tick(now)

    def _next_moment(self, then: datetime) -> datetime | None:
        """The next instant up to `then` at which time itself has something for the hub to do."""
        now = self.clock.now()
        unheard = self.pipeline.judge.unheard
        moments = [since + TELL_AFTER[part.partition(":")[0]] for part, since in unheard.items()]
        if self._away_since is not None:
            moments.append(self._away_since + TELL_AFTER["broker"])
        moments += [a.due for a in alerts.open_alerts(self.connection, self.site.site) if a.due is not None]
        for pause in self.pauses.off():
            moments += [pause.ends_at, pause.reminder_due]
        if (call := escalations.next_due(self.connection, self.site.site)) is not None:
            moments.append(call)
        for absence in self.absences.known():
            moments += [absence.away_from, absence.back_by, absence.reminder_due]
        moments += [test.ends_at for test in walk_tests.running(self.connection, self.site.site)]
        moments += goals.next_moments(self.connection, self.pipeline.judge.rulebook, now)
        moments.append(self._midnight(now))
        if self._looks_after_devices and (due := self._rounds.next_silence(now)) is not None:
            moments.append(due)
        if self._caught_up and (deadline := self.pipeline.judge.next_deadline()) is not None:
            moments.append(deadline)
        return min((moment for moment in moments if now < moment <= then), default=None)

    def _midnight(self, now: datetime) -> datetime:
        tomorrow = now.astimezone(self.site.zone).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(0), self.site.zone).astimezone(UTC)

    def _adopt(self, document: str) -> bool:
        self.site = read(document)
        self.pipeline.adopt(self.site, self._decoder(self.site))
        return True

    @staticmethod
    def _decoder(site: Site) -> Decoder:
        return Decoder([*(g.way_in for g in site.gateways), NATIVE])


@cache
def read(document: str) -> Site:
    """A site file's text that must hold together."""
    return read_file(document).site


def read_file(document: str) -> SiteFile:
    found = read_site(document, "the scenario's site file")
    assert isinstance(found, SiteFile), "\n".join(str(problem) for problem in found)
    return found


def _in_zigbee2mqtt(measure: str, value: Value | None) -> tuple[str, Value | None]:
    renamed = _PROPERTIES.get(measure, measure)
    if measure == "open" and value is not None:
        return renamed, not value
    if measure == "on" and value is not None:
        return "state", "ON" if value else "OFF"
    if measure == "fall" and value is not None:
        return renamed, _WORDS_OF_FALL[str(value)]
    return renamed, value
