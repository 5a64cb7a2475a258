"""Who is speaking: from a gateway's name for a device to its number in the journal and the site's name."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import msgspec

from devices.reading import Reading
from hub.clock import NEVER
from hub.store import device_health, devices
from rules.building import Site
from rules.health.figures import Figures
from rules.health.rhythm import MARK
from rules.latest import Latest

SLOW_READINGS, SLOW_FOR = 3, timedelta(minutes=2)
UNKNOWN_KEPT = 10_000
"""Devices that no site file names; a publisher gone wild must not fill the disk."""
LONGEST_ADDRESS = 256
"""Characters. A site file can name none of more than 200, a channel of it some more."""
_MARK = timedelta(seconds=MARK)


def device_ids(site: Site) -> dict[tuple[str, str], str]:
    """(gateway, what the gateway calls it) → the site's name for the device."""
    default = site.gateways[0].id if site.gateways else "native"
    ids = {(device.gateway or default, device.address or device.id): device.id for device in site.devices}
    # A device that names no gateway may also speak natively: it has one name either way.
    for device in site.devices:
        if device.gateway is None:
            ids.setdefault(("native", device.address or device.id), device.id)
    return ids


def heard_by_id(connection: sqlite3.Connection, site: Site) -> dict[str, devices.HeardDevice]:
    """The site's devices by name, each the way it spoke last, with its newest values of all ways."""
    ids, found = device_ids(site), dict[str, devices.HeardDevice]()
    for spoke in sorted(devices.heard(connection, site.site), key=lambda one: one.last_heard_at or NEVER):
        if (id := ids.get((spoke.gateway, spoke.address))) is not None:
            if id in found:  # each value of whichever way told it last
                both = [*found[id].latest.items(), *spoke.latest.items()]
                newest = dict(sorted(both, key=lambda one: one[1][1]))
                spoke = msgspec.structs.replace(spoke, latest=newest)
            found[id] = spoke
    return found


class Speaker:
    """A device that was heard. `id` is the site's name for it, or one of our own making where the site has
    none. `figures` are kept of the site's devices (hub/health); `marked_at`: the last message that was looked
    at for them.
    """

    __slots__ = (
        "address", "figures", "gateway", "id", "known", "last_heard_at", "late", "late_from",
        "marked_at", "no",
    )  # fmt: skip

    def __init__(
        self,
        no: int,
        gateway: str,
        address: str,
        id: str,
        known: bool,
        last_heard_at: datetime | None,
        figures: Figures | None = None,
    ) -> None:
        self.no, self.gateway, self.address, self.id, self.known = no, gateway, address, id, known
        self.last_heard_at = last_heard_at
        self.marked_at = last_heard_at or NEVER
        self.figures = figures or Figures()
        self.late, self.late_from = 0, NEVER

    def is_slow(self, late: bool, received_at: datetime) -> bool:
        """Whether its clock must have been set back: late again and again, and not just in one burst of old
        news. Asked of every reading with a time of its own.
        """
        if not late:
            self.late = 0
            return False
        if not self.late:
            self.late_from = received_at
        self.late += 1
        return self.late >= SLOW_READINGS and received_at - self.late_from >= SLOW_FOR


class Registry:
    """Changes since `keep()` can be taken back with `undo()`."""

    def __init__(self, connection: sqlite3.Connection, site: Site, latest: Latest) -> None:
        self._connection, self._site = connection, site.site
        self._ids = device_ids(site)
        self._speakers: dict[tuple[str, str], Speaker] = {}
        self._new: list[tuple[str, str]] = []
        self._unknown = 0
        self.audible_since = device_health.gateways_back(connection, self._site)
        """By gateway: silence before that is nobody's, and no gap is measured across it."""
        self.noted: set[Speaker] = set()
        """Whose figures have changed since they were written down."""
        figures = device_health.figures(connection, self._site)
        for heard in devices.heard(connection, self._site):
            kept = figures.get(heard.no)
            speaker = self._speaker(heard.no, heard.gateway, heard.address, heard.last_heard_at, kept)
            latest.load(speaker.id, _newest(latest.of(speaker.id), heard.latest))
        self.spoke: set[Speaker] = set()

    def speaker(self, gateway: str, address: str, at: datetime) -> Speaker | None:
        """Who that is; a new one gets its number, within the transaction. None: too many unknown ones."""
        found = self._speakers.get((gateway, address))
        if found is not None:
            return found
        if (gateway, address) not in self._ids and self._unknown >= UNKNOWN_KEPT:
            return None
        no = devices.add(self._connection, self._site, gateway, address, at)
        self._new.append((gateway, address))
        return self._speaker(no, gateway, address, None)

    def also_called(self, gateway: str, address: str, known_as: str) -> None:
        """From now on a device of the site speaks under another name as well: its gateway renames it."""
        id = self._ids.get((gateway, known_as))
        if id is not None and (gateway, address) not in self._speakers:
            self._ids.setdefault((gateway, address), id)

    def heard(self, speaker: Speaker, at: datetime, from_memory: bool = False) -> None:
        """It spoke. `from_memory`: what somebody kept proves that it once did, and nothing of now."""
        before = speaker.last_heard_at
        self.spoke.add(speaker)
        if from_memory and before is not None:
            return
        speaker.last_heard_at = at
        if speaker.known and at - speaker.marked_at >= _MARK:
            speaker.marked_at = at
            if before is not None and before >= self.audible_since.get(speaker.gateway, NEVER):
                speaker.figures.rhythm.note((at - before).total_seconds(), at.timestamp())
                self.noted.add(speaker)

    def note_news(self, speaker: Speaker, reading: Reading) -> None:
        """What a device says became another, or something happened: for its figures."""
        if reading.snapshot:
            speaker.figures.changed.setdefault(reading.measure, reading.at)
        else:
            speaker.figures.note_news(reading.measure, reading.value, reading.at)
        self.noted.add(speaker)

    def note_clock_wrong(self, speaker: Speaker, at: datetime) -> None:
        speaker.figures.note_clock_wrong(at)
        self.noted.add(speaker)

    def lost(self, device: str, at: datetime) -> None:
        """Its gateway says that it is gone: how often that happens in a day is one of its figures."""
        speaker = self.known_speakers().get(device)
        if speaker is not None:
            speaker.figures.comings.note(at)
            self.noted.add(speaker)

    def known_speakers(self) -> dict[str, Speaker]:
        """The site's devices that were ever heard, by their id: of several ways in the one heard last."""
        found: dict[str, Speaker] = {}
        for speaker in self._speakers.values():
            if speaker.known and speaker.last_heard_at is not None:
                other = found.get(speaker.id)
                if other is None or (other.last_heard_at or NEVER) < speaker.last_heard_at:
                    found[speaker.id] = speaker
        return found

    def device_id(self, gateway: str, address: str) -> str | None:
        """The site's name for a device, None where the site has none."""
        return self._ids.get((gateway, address))

    @property
    def never_heard(self) -> set[str]:
        """Devices of the site that have not spoken yet."""
        return set(self._ids.values()) - {
            s.id for s in self._speakers.values() if s.last_heard_at is not None
        }

    def last_heard(self, devices: Collection[str]) -> dict[str, datetime]:
        """When these devices of the site spoke last, by whichever way in; without those that never did."""
        found: dict[str, datetime] = {}
        for speaker in self._speakers.values():
            if speaker.id in devices and speaker.last_heard_at is not None:
                found[speaker.id] = max(speaker.last_heard_at, found.get(speaker.id, speaker.last_heard_at))
        return found

    def clock_jumped(self, moved: Callable[[datetime], datetime]) -> None:
        """The clock was set; the newest values have been moved, and all of them are to be written."""
        for speaker in self._speakers.values():
            if speaker.last_heard_at is not None:
                speaker.last_heard_at = speaker.marked_at = moved(speaker.last_heard_at)
                speaker.figures.clock_jumped(moved)
                self.spoke.add(speaker)
                self.noted.add(speaker)
        self.audible_since = {gateway: moved(at) for gateway, at in self.audible_since.items()}

    def put(self, latest: Latest) -> None:
        """Write what stands for every device that spoke. Within the transaction."""
        rows = [(s.no, s.last_heard_at, latest.of(s.id)) for s in self.spoke if s.last_heard_at is not None]
        devices.put_latest(self._connection, rows)

    def keep(self) -> None:
        self._new.clear()
        self.spoke.clear()

    def undo(self) -> None:
        for name in self._new:
            gone = self._speakers.pop(name)
            self.noted.discard(gone)
            if not gone.known:
                self._unknown -= 1
        self._new.clear()
        self.spoke.clear()

    def _speaker(
        self,
        no: int,
        gateway: str,
        address: str,
        last_heard_at: datetime | None,
        figures: Figures | None = None,
    ) -> Speaker:
        id = self._ids.get((gateway, address))
        if id is None:
            self._unknown += 1
        speaker = Speaker(
            no, gateway, address, id or f"?{gateway}/{address}", id is not None, last_heard_at, figures
        )
        self._speakers[gateway, address] = speaker
        return speaker


def _newest(one: devices.Newest, other: devices.Newest) -> devices.Newest:
    """Of two memories of one device, heard in more than one way, the newer value of each measure."""
    newest = dict(one)
    for measure, (value, at) in other.items():
        if measure not in newest or at > newest[measure][1]:
            newest[measure] = (value, at)
    return newest
