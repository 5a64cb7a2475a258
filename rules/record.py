"""The record of a walk test: who tried which device where, what it said, what the rules would make of it, and
the verdict. A record is text that is never changed; what it is sealed with is the hub's matter (hub/seal.py).
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from devices.reading import Value
from rules.building import Device, Site
from rules.rehearsal import Reason
from rules.severity import Severity
from rules.trial import Verdict


class TestedDevice(msgspec.Struct, frozen=True):
    """The device as it was then, and where it hung."""

    id: str
    role: str
    room: str
    room_name: str
    unit: str
    gateway: str
    address: str
    maker: str = ""
    model: str = ""

    __test__ = False


class TestedReading(msgspec.Struct, frozen=True):
    """`at`: by the device's own clock where `own_time`; `stored_at`: right before it was committed."""

    measure: str
    value: Value
    at: datetime
    received_at: datetime
    stored_at: datetime
    own_time: bool
    from_memory: bool

    __test__ = False


class TestedRule(msgspec.Struct, frozen=True):
    """What a rule would have made of it. `after_s`: seconds until the alert."""

    rule: str
    room: str
    severity: Severity
    fires: bool
    why: Reason
    about: tuple[str, ...] = ()
    after_s: float | None = None
    others: tuple[str, ...] = ()

    __test__ = False


class Record(msgspec.Struct, frozen=True):
    """`previous`: the SHA-256 of the record before it on this site, in hexadecimal; '' of the first. Instants
    are aware UTC.
    """

    number: int
    site: str
    site_name: str
    test: int
    device: TestedDevice
    person: str
    person_name: str
    started_at: datetime
    ended_at: datetime
    signed_at: datetime
    verdict: Verdict
    reasons: tuple[tuple[str, str], ...]
    asked: tuple[tuple[str, bool], ...]
    rules: tuple[TestedRule, ...]
    readings: tuple[TestedReading, ...]
    note: str = ""
    previous: str = ""
    kind: Literal["walk test"] = "walk test"
    version: Literal[1] = 1

    def newest(self, measure: str) -> Value | None:
        """The value of a measure that was heard last."""
        return next((r.value for r in reversed(self.readings) if r.measure == measure), None)


_encoder = msgspec.json.Encoder(order="sorted")


def written(record: Record) -> str:
    """The record's text: what is sealed, to the last character."""
    return _encoder.encode(record).decode()


def read(text: str) -> Record:
    """Raises msgspec.DecodeError where it is no record."""
    return msgspec.json.decode(text, type=Record)


class Summary(NamedTuple):
    """What lists show of a record."""

    number: int
    device: str
    person: str
    signed_at: datetime
    verdict: Verdict
    room: str
    gateway: str
    address: str
    role: str


Still = Literal["never", "as it is", "moved", "replaced"]


def still(summary: Summary | None, device: Device, site: Site) -> Still:
    """Whether what was tried is what hangs there now."""
    if summary is None:
        return "never"
    if (summary.gateway, summary.address) != (site.gateway_of(device), device.address or device.id):
        return "replaced"
    return "as it is" if (summary.room, summary.role) == (device.room, device.role) else "moved"


def as_it_hangs(device: Device, site: Site, maker: str, model: str) -> TestedDevice:
    room = next(room for room in site.rooms if room.id == device.room)
    return TestedDevice(
        device.id,
        device.role,
        room.id,
        room.name or room.id,
        room.unit,
        site.gateway_of(device),
        device.address or device.id,
        maker,
        model,
    )
