"""Who speaks, and what that says of them: an address becomes a device of the site, whoever speaks can be
heard, what a gateway tells from memory is no sign of life, and a clock that was set back is not believed.

Not here: what readings mean (hub/pipeline.py gives them to the judge). All within the caller's transaction.
"""

from __future__ import annotations

import sqlite3

import msgspec

from devices.message import Message
from devices.reading import Availability, Decoded, Reading
from hub.findings import Findings
from hub.registry import LONGEST_ADDRESS, Registry, Speaker
from hub.store import quarantine
from rules.judge import Judge
from rules.latest import Standing
from rules.proof import is_virtual


class Hearing:
    """Of the site and the rules in force."""

    def __init__(
        self, connection: sqlite3.Connection, site: str, judge: Judge, registry: Registry, findings: Findings
    ) -> None:
        self._connection, self._site = connection, site
        self._judge, self._registry, self._findings = judge, registry, findings

    def whose(self, message: Message, gateway: str, address: str) -> Speaker | None:
        """Who speaks; None and set aside where that is not to be kept."""
        if len(address) > LONGEST_ADDRESS:
            self.set_aside(message, f"a device's name of more than {LONGEST_ADDRESS} characters")
            return None
        speaker = self._registry.speaker(gateway, address, message.received_at)
        if speaker is None:
            self.set_aside(message, "too many devices that the site does not name")
        elif not speaker.known and speaker.last_heard_at is None and not is_virtual(gateway, address):
            self.set_aside(message, f"the site names no device {address!r} at {gateway}")
        return speaker

    def note(self, message: Message, decoded: Decoded, address: str, speaker: Speaker) -> None:
        """Somebody has spoken, or was spoken of."""
        from_memory = message.retained or self._is_repeated(decoded, address, speaker)
        self._registry.heard(speaker, message.received_at, from_memory)
        if self._judge.unheard and not from_memory:
            # Whoever speaks can be heard, whatever its gateway said of it last; and so can its gateway.
            for part in (f"gateway:{speaker.gateway}", f"device:{speaker.id}"):
                self._findings.put(self._judge.regained_sight(part, message.received_at))
        if decoded.readings and decoded.readings[0].clock_wrong:
            self._registry.note_clock_wrong(speaker, message.received_at)

    def note_availability(self, availability: Availability) -> None:
        """What a gateway says of itself, or of a device behind it."""
        part = f"gateway:{availability.gateway}"
        if availability.device is not None:
            device = self._registry.device_id(availability.gateway, availability.device)
            if device is None:
                return
            part = f"device:{device}"
            if not availability.online and part not in self._judge.unheard:
                self._registry.lost(device, availability.at)
        change = self._judge.regained_sight if availability.online else self._judge.lost_sight
        self._findings.put(change(part, availability.at))

    def mind_a_slow_clock(
        self, speaker: Speaker, reading: Reading, standing: Standing
    ) -> tuple[Reading, Standing]:
        """A device whose clock was set back would be late for ever: its own time is not believed then."""
        if not speaker.is_slow(standing == "late", reading.received_at):
            return reading, standing
        self._registry.note_clock_wrong(speaker, reading.received_at)
        reading = msgspec.structs.replace(reading, at=reading.received_at, own_time=False, clock_wrong=True)
        return reading, self._judge.latest.note(reading)

    def set_aside(self, message: Message, why: str) -> None:
        quarantine.add(self._connection, self._site, message.topic, why, message.payload, message.received_at)

    def _is_repeated(self, decoded: Decoded, address: str, speaker: Speaker) -> bool:
        """A gateway that has just started tells again what it remembers of every device, dead ones too: by
        its own time of when it last heard them, which has not moved.
        """
        if not decoded.readings:
            return False
        first = decoded.readings[0]
        if not (first.cached and first.own_time) or first.device != address:
            return False
        known = self._judge.latest.of(speaker.id).get(first.measure)
        return known is not None and known[1] == first.at
