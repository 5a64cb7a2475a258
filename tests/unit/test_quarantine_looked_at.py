"""A technician looks at what could not be understood: what was sent, safely, and what it would become now."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection

import pytest

from devices.message import Message
from hub import codecs, quarantine
from hub.clock import WallClock
from hub.site.file import SiteFile, read_site
from hub.store import announcements
from hub.store import quarantine as store
from hub.store.db import connect, transaction
from hub.store.quarantine import Quarantined
from rules.building import Site
from tests.unit.test_codec import DOOR

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SITE = """
site: hjem
name: Hjemmet
gateways: [{id: zigbee}, {id: lora, kind: chirpstack}, {id: ha, kind: homeassistant}]
units: [{id: u, name: U}]
rooms: [{id: 3A, unit: u}]
devices: [{id: dør, room: 3A, role: door, gateway: zigbee, address: door}]
"""


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with closing(connect(tmp_path / "vaka.db")) as connection:
        yield connection


def site(text: str = SITE) -> Site:
    read = read_site(text, "site")
    assert isinstance(read, SiteFile)
    return read.site


def row(payload: bytes, topic: str = "zigbee2mqtt/door", size: int | None = None) -> Quarantined:
    return Quarantined(topic, "why", payload, len(payload) if size is None else size, 1, NOON, NOON)


@pytest.mark.parametrize(
    ("payload", "form", "text"),
    [
        (b"", "empty", ""),
        (b'{"a":1,"b":[true]}', "json", '{\n  "a": 1,\n  "b": [\n    true\n  ]\n}'),
        ('{"rom":"kjøkken"}'.encode(), "json", '{\n  "rom": "kjøkken"\n}'),
        (b"offline", "text", "offline"),
        (b'{"a":', "text", '{"a":'),
        (b"<script>alert(1)</script>", "text", "<script>alert(1)</script>"),
        ("gal\u202eskrift".encode(), "text", "gal\\u202eskrift"),
        (b"\x00\x01\x02", "hex", "0000  00 01 02" + " " * 41 + "..."),
        (b"\xff\xfeA", "hex", "0000  ff fe 41" + " " * 41 + "..A"),
    ],
)
def test_what_was_sent_is_laid_out_and_nothing_in_it_can_be_taken_for_something_else(
    payload: bytes, form: str, text: str
) -> None:
    assert quarantine.sent(row(payload)) == (form, text, False)


def test_what_is_long_or_deep_stays_bearable_and_is_said_to_be_cut() -> None:
    assert quarantine.sent(row(b"x" * 4096, size=10_000_000)).cut
    deep = quarantine.sent(row(b'{"a":' * 400 + b"1" + b"}" * 400))
    assert len(deep.text) < 20_000
    assert quarantine.sent(row(b"[" * 4096)).form == "text"
    hexadecimal = quarantine.sent(row(bytes(range(256)) * 16))
    assert (hexadecimal.cut, hexadecimal.text.count("\n")) == (True, 63)


def test_a_message_is_tried_again_by_todays_site_codecs_and_announcements(
    connection: Connection, tmp_path: Path
) -> None:
    database = tmp_path / "vaka.db"
    now = quarantine.understood_now(connection, database, site(), row(b'{"contact": false}'))
    assert [(r.device, r.value) for r in now.decoded.readings] == [("door", True)]
    assert now.unknown == ()
    other = row(b'{"contact": false}', "zigbee2mqtt/other")
    assert quarantine.understood_now(connection, database, site(), other).unknown == ("other",)

    said = {
        "deviceInfo": {"devEui": "a840", "deviceProfileName": "Acme"},
        "fPort": 10,
        "data": "AXla",
    }
    uplink = row(json.dumps(said).encode(), "application/1/device/a840/event/up")
    before = quarantine.understood_now(connection, database, site(), uplink)
    assert before.decoded.error == "the payload is not decoded, and no codec is known for the device"
    codecs.upload(connection, "hjem", "acme", DOOR, "tor", WallClock())
    after = quarantine.understood_now(connection, database, site(), uplink)
    assert [r.measure for r in after.decoded.readings] == ["open", "temperature", "battery"]

    state = row(b"ON", "esp/door")
    assert quarantine.understood_now(connection, database, site(), state).decoded.error is not None
    config = b'{"dev_cla":"door","stat_t":"esp/door","dev":{"ids":["esp"]}}'
    with transaction(connection):
        message = Message("homeassistant/binary_sensor/esp/door/config", config, NOON)
        announcements.put(connection, "hjem", message)
    assert len(quarantine.understood_now(connection, database, site(), state).decoded.readings) == 1


def test_one_row_a_topic_or_everything_can_be_cleared_and_who_did_it_is_on_record(
    connection: Connection,
) -> None:
    with transaction(connection):
        for topic, reason in (("a", "x"), ("a", "y"), ("b", "x"), ("c", "x")):
            store.add(connection, "hjem", topic, reason, b"1", NOON)
        store.add(connection, "elsewhere", "a", "x", b"1", NOON)
    rows = store.rows(connection, "hjem", 10)
    assert {quarantine.key_of(r) for r in rows} == {quarantine.key_of(r) for r in rows}
    found = quarantine.find(connection, "hjem", quarantine.key_of(rows[0]))
    assert found is not None
    assert found.payload == b"1"
    clear = quarantine.clear
    clock = WallClock()
    assert clear(connection, "hjem", "tor", clock, "a", "x") == 1
    assert clear(connection, "hjem", "tor", clock, "a") == 1
    assert clear(connection, "hjem", "tor", clock, "a") == 0
    assert clear(connection, "hjem", "tor", clock) == 2
    assert store.size(connection, "hjem") == 0
    assert store.size(connection, "elsewhere") == 1
    assert connection.execute("SELECT count(*), min(by) FROM audit").fetchone()[:] == (3, "tor")
