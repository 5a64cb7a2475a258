"""A hub's database as the pipeline fills it, and the relay that copies it to a real InfluxDB 2."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from devices.reading import Value
from hub.history.destination import Destination
from hub.history.feeds import waiting
from hub.history.line_protocol import time_ns
from hub.history.relay import PART, Relay
from hub.site.file import SiteFile, read_site
from hub.store import devices, health, readings, sites
from hub.store.db import connect, transaction
from hub.store.health import Health
from hub.store.instants import to_us
from tests.influx_server import InfluxDB
from tests.patience import until

SITE = r"""
site: donski
name: Donskihaugen
units: [{id: sør, name: Sør}]
rooms:
  - {id: 3B, unit: sør}
  - {id: "4, inner", unit: sør}
residents:
  - {id: b-17, name: Ola Nordmann, room: 3B, moved_out: 2026-06-01}
  - {id: b-18, name: Kari Nordmann, room: 3B}
devices:
  - {id: 3B outer door, room: 3B, role: outer_door, address: "0x00158d0001"}
  - {id: 'bed=4\', room: "4, inner", role: bed, gateway: native}
"""
EMPTIED = """
site: donski
name: Donskihaugen
units: [{id: sør, name: Sør}]
rooms: [{id: 3B, unit: sør}]
"""
DOOR, BED, STRANGER = ("zigbee2mqtt", "0x00158d0001"), ("native", "bed=4\\"), ("zigbee2mqtt", "Olas dør")
IN_MAY = datetime(2026, 5, 17, 1, 30, tzinfo=UTC)
IN_JUNE = datetime(2026, 6, 17, 1, 30, tzinfo=UTC)

Point = tuple[str, dict[str, str], object, int]


class Journal:
    """A hub's database with a site in force, and readings as the pipeline commits them."""

    def __init__(self, folder: Path, document: str = SITE, site: str = "donski") -> None:
        self.site = site
        self.path = folder / "vaka.db"
        self.connection = connect(self.path)
        self._devices: dict[tuple[str, str], int] = {}
        with transaction(self.connection):
            self._measures = readings.measure_numbers(self.connection)
        self.put_in_force(document, IN_MAY - timedelta(days=30))

    def put_in_force(self, document: str, at: datetime) -> None:
        with transaction(self.connection):
            assert isinstance(read_site(document, "the test's site file"), SiteFile)
            sites.add(self.connection, self.site, document, at, "kari")

    def commit(self, *rows: tuple[tuple[str, str], str, Value, datetime]) -> None:
        """(device, measure, value, at), in one transaction."""
        with transaction(self.connection):
            for device, _, _, at in rows:
                if device not in self._devices:
                    self._devices[device] = devices.add(self.connection, self.site, *device, at)
            readings.append(
                self.connection,
                [
                    (self._devices[device], self._measures[measure], value, to_us(at), to_us(at), 0)
                    for device, measure, value, at in rows
                ],
            )

    def instants(self) -> list[int]:
        """When InfluxDB should have a point, for every reading."""
        return sorted(time_ns(r) for r in readings.after(self.connection, 0, 1_000_000))


@contextmanager
def relaying(
    database: Path, server: InfluxDB, folder: Path, site: str = "donski", **changed: Any
) -> Iterator[Path]:
    """A relay at work; gives the file its token is in."""
    token_file = folder / "token"
    if not token_file.exists():
        token_file.write_text(server.token + "\n")
    where = {"url": server.url, "org": server.org, "bucket": server.bucket, "token_file": token_file}
    relay = Relay(database, site, Destination(**where | changed))
    relay.start()
    try:
        yield token_file
    finally:
        relay.stop()


def until_written(database: Path, server: InfluxDB, url: str | None = None) -> None:
    """Returns when the relay has nothing left to write. `url`: where it thinks the server is."""
    destination = f"{url or server.url}/{server.org}/{server.bucket}"
    with closing(connect(database)) as connection:
        until(lambda: not any(w.amount for w in waiting(connection, destination)), "all is written")


def until_told(database: Path, state: str, words: str, site: str = "donski") -> None:
    with closing(connect(database)) as connection:

        def told() -> Health | None:
            return next((h for h in health.everything(connection, site) if h.part == PART), None)

        def as_expected() -> bool:
            now = told()
            return now is not None and now.state == state and words in now.detail

        try:
            until(as_expected, f"{state} {words}")
        except AssertionError:
            pytest.fail(f"expected {state!r} with {words!r}; the hub says {told()}")
