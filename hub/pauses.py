"""Switching rules and devices off and on again: what people do, and what time does. The same kind of
transaction as the desk's; each step is on the audit trail.

The hub itself holds the rules (hub/rounds.py looks here once a second), so that whoever pauses may be another
process.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import datetime

import msgspec

from hub import alerting
from hub.clock import Clock
from hub.store import audit
from hub.store import pauses as store
from hub.store.db import transaction
from rules.alert import Concern
from rules.building import Site
from rules.catalogue import catalogue
from rules.finding import Evidence, Finding
from rules.pause import DEVICE_PAUSED, PAUSE_ENDS, Pause, Refusal, confirmed, gravest, paused
from rules.rulebook import Rulebook, rulebook


class Pauses:
    def __init__(self, connection: sqlite3.Connection, site: Site, clock: Clock) -> None:
        self._connection, self._site, self._clock = connection, site, clock

    def off(self) -> list[Pause]:
        """What is off now, the first to end first: for the board and the hand-over."""
        return store.active(self._connection, self._site.site)

    def pause(self, rule: str, room: str, person: str, reason: str, until: datetime) -> Pause | Refusal:
        """Switch a rule off in a room. A high rule is off for a day at most until `confirm`."""
        with transaction(self._connection):
            now = self._clock.now()
            watch = self._book(now).watches.get((rule, room))
            if watch is None:
                return Refusal(f"the rule {rule!r} is not in force in {room!r}", "not_in_force")
            if (stranger := self._stranger(person)) is not None:
                return stranger
            known = store.of(self._connection, self._site.site, rule, room)
            if known is not None:
                return Refusal(f"it is off already, by {known.owner}: {known.reason}", "off_already")
            asked = Pause(0, self._site.site, rule, room, person, reason.strip(), now, until, until)
            return self._put(paused(asked, watch.rule.severity), now)

    def pause_device(self, device: str, person: str, reason: str, until: datetime) -> Pause | Refusal:
        """Take a device out of the judging: what it says is kept, and its rules are held. Where a high rule
        needs it, for a day at most until `confirm_device`.
        """
        with transaction(self._connection):
            now = self._clock.now()
            placed = next((d for d in self._site.devices if d.id == device), None)
            if placed is None:
                return Refusal(f"{self._site.site} has no device {device!r}", "no_device")
            if (stranger := self._stranger(person)) is not None:
                return stranger
            known = store.of_device(self._connection, self._site.site, device)
            if known is not None:
                return Refusal(f"it is off already, by {known.owner}: {known.reason}", "off_already")
            site, why = self._site.site, reason.strip()
            asked = Pause(0, site, "", placed.room, person, why, now, until, until, device=device)
            watches = self._book(now).dependents.get(f"device:{device}", ())
            return self._put(paused(asked, gravest(watch.rule.severity for watch in watches)), now)

    def _put(self, pause: Pause | Refusal, now: datetime) -> Pause | Refusal:
        if isinstance(pause, Pause):
            pause = store.add(self._connection, pause)
            self._note(pause, "paused", pause.owner, now)
        return pause

    def confirm(self, rule: str, room: str, person: str) -> Pause | Refusal:
        """A second person's yes to the whole length that was asked for."""
        with transaction(self._connection):
            return self._confirm(self._of(rule, room, person), person)

    def confirm_device(self, device: str, person: str) -> Pause | Refusal:
        """The same for a device."""
        with transaction(self._connection):
            return self._confirm(self._of_device(device, person), person)

    def _confirm(self, pause: Pause | Refusal, person: str) -> Pause | Refusal:
        after = confirmed(pause, person) if isinstance(pause, Pause) else pause
        if isinstance(after, Pause):
            store.put(self._connection, after)
            self._note(after, "pause confirmed", person, self._clock.now())
        return after

    def resume(self, rule: str, room: str, person: str) -> Pause | Refusal:
        """Switch it on again before its end."""
        with transaction(self._connection):
            return self._resume(self._of(rule, room, person), person)

    def resume_device(self, device: str, person: str) -> Pause | Refusal:
        """The same for a device."""
        with transaction(self._connection):
            return self._resume(self._of_device(device, person), person)

    def _resume(self, pause: Pause | Refusal, person: str) -> Pause | Refusal:
        if isinstance(pause, Refusal):
            return pause
        now = self._clock.now()
        return _end(self._connection, self._book(now), pause, now, person)

    def _of(self, rule: str, room: str, person: str) -> Pause | Refusal:
        if (stranger := self._stranger(person)) is not None:
            return stranger
        pause = store.of(self._connection, self._site.site, rule, room)
        return pause or Refusal(f"the rule {rule!r} is not off in {room!r}", "not_off")

    def _of_device(self, device: str, person: str) -> Pause | Refusal:
        if (stranger := self._stranger(person)) is not None:
            return stranger
        pause = store.of_device(self._connection, self._site.site, device)
        return pause or Refusal(f"the device {device!r} is not off", "not_off")

    def _stranger(self, person: str) -> Refusal | None:
        known = any(somebody.id == person for somebody in self._site.people)
        return None if known else Refusal(f"{self._site.site} has no person {person!r}", "not_staff")

    def _book(self, now: datetime) -> Rulebook:
        return _book(self._site, now)

    def _note(self, pause: Pause, what: str, by: str, at: datetime) -> None:
        detail = {**_named(pause), "reason": pause.reason, "ends_at": pause.ends_at}
        audit.add(self._connection, self._site.site, at, by, what, detail)


def _book(site: Site, at: datetime) -> Rulebook:
    return rulebook(site, catalogue(), at.astimezone(site.zone).date())


def let_time_pass(connection: sqlite3.Connection, book: Rulebook, now: datetime) -> None:
    """What time does to pauses by `now`: a reminder before the end, and the end. No transaction where nothing
    is due.
    """
    site = book.site.site
    waiting = [
        p
        for p in store.active(connection, site)
        if p.ends_at <= now or (p.reminded_at is None and p.reminder_due <= now)
    ]
    if not waiting:
        return
    with transaction(connection):
        for stale in waiting:
            pause = store.get(connection, site, stale.id)
            if pause is None or pause.ended_at is not None:
                continue  # somebody was quicker
            if pause.ends_at <= now:
                _end(connection, book, pause, pause.ends_at, None)
            elif pause.reminded_at is None and pause.reminder_due <= now:
                store.put(connection, msgspec.structs.replace(pause, reminded_at=now))
                _tell(connection, book, pause, "raised", now)


def end_of_devices(
    connection: sqlite3.Connection, site: Site, stay: Collection[str], at: datetime, by: str | None
) -> None:
    """The pauses of all devices but these end: their devices are gone. Within a transaction."""
    for pause in store.devices(connection, site.site):
        if pause.device not in stay:
            over = pause.ends_at <= at
            _end(connection, _book(site, at), pause, min(at, pause.ends_at), None if over else by)


def go_with_devices(connection: sqlite3.Connection, site: Site, at: datetime) -> None:
    """The pause of a device that was moved is off where it hangs now: for those who look after that room.
    Within a transaction.
    """
    rooms = {device.id: device.room for device in site.devices}
    for pause in store.devices(connection, site.site):
        room = rooms.get(pause.subject, pause.room)
        if room != pause.room:
            store.put(connection, msgspec.structs.replace(pause, room=room, reminded_at=None))
            _reminder_passes(connection, _book(site, at), pause, at)


def _end(connection: sqlite3.Connection, book: Rulebook, pause: Pause, at: datetime, by: str | None) -> Pause:
    after = msgspec.structs.replace(pause, ended_at=at, ended_by=by)
    store.put(connection, after)
    detail = {**_named(pause), "paused_at": pause.paused_at}
    audit.add(connection, pause.site, at, by, "pause ended", detail)
    _reminder_passes(connection, book, pause, at)
    return after


def _reminder_passes(connection: sqlite3.Connection, book: Rulebook, pause: Pause, at: datetime) -> None:
    """Unless another pause of the room is about to end too."""
    others = [p for p in store.active(connection, pause.site) if p.room == pause.room and p.reminded_at]
    if pause.reminded_at is not None and not others:
        _tell(connection, book, pause, "cleared", at)


def _named(pause: Pause) -> dict[str, object]:
    of_what = {"rule": pause.rule} if pause.device is None else {"device": pause.device}
    return {**of_what, "room": pause.room}


def _tell(connection: sqlite3.Connection, book: Rulebook, pause: Pause, kind: str, at: datetime) -> None:
    """The reminder is a low alert: it passes by itself when the pause has ended."""
    watch = book.watches.get((pause.rule, pause.room))
    watches = (watch,) if watch is not None else book.dependents.get(f"device:{pause.device}", ())
    room = next((room for room in book.site.rooms if room.id == pause.room), None)
    residents = tuple(sorted({resident for watch in watches for resident in watch.residents}))
    concern = Concern("low", room.unit if room is not None else "", residents)
    what = "paused" if pause.device is None else DEVICE_PAUSED
    evidence = (Evidence(pause.subject, what, pause.owner, pause.ends_at),) if kind == "raised" else ()
    finding = Finding(
        PAUSE_ENDS,
        pause.room,
        "raised" if kind == "raised" else "cleared",
        at,
        f"{pause.subject} is off: {pause.reason}" if kind == "raised" else f"{pause.subject} is on again",
        evidence=evidence,
    )
    alerting.take(connection, pause.site, finding, concern, at)
