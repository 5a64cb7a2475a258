"""A technician uploads a vendor's codec: checked, tried, kept in versions, in force at once."""

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from sqlite3 import Connection

import pytest

from devices.codec import LARGEST_SOURCE
from hub import codecs
from hub.clock import WallClock
from hub.store import codecs as store
from hub.store.codecs import CodecVersion
from hub.store.db import connect
from rules.pause import Refusal
from tests.end_to_end.house import House
from tests.servers import Mosquitto
from tests.unit.test_codec import DOOR, uplink

ARRIVED = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
CLOCK = WallClock()
OTHER = DOOR.replace('"open" : "closed"', '"closed" : "open"')


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with closing(connect(tmp_path / "vaka.db")) as connection:
        yield connection


def upload(connection: Connection, name: str, source: str) -> CodecVersion | Refusal:
    return codecs.upload(connection, "hjem", name, source, "tor", CLOCK)


def test_the_newest_version_is_in_force_and_the_earlier_ones_are_kept_with_who_uploaded_them(
    connection: Connection, tmp_path: Path
) -> None:
    upload(connection, "Acme Door", DOOR)
    upload(connection, "acme-door", OTHER)  # the same name, written otherwise
    found = store.versions(connection, "hjem")
    assert [(v.name, v.uploaded_by) for v in found] == [("Acme Door", "tor"), ("Acme Door", "tor")]
    assert [v.source for v in store.in_force(connection, "hjem")] == [OTHER]
    known = codecs.read_codecs(tmp_path / "vaka.db", connection, "hjem")
    assert uplink(b"\x01\x79\x5a", known).readings[0].value is False
    trail = connection.execute("SELECT by, what FROM audit").fetchall()
    assert [tuple(row) for row in trail] == [("tor", "codec uploaded")] * 2


def test_an_earlier_version_can_be_put_in_force_again_and_a_codec_taken_back(
    connection: Connection, tmp_path: Path
) -> None:
    upload(connection, "acme", DOOR)
    upload(connection, "acme", OTHER)
    upload(connection, "acme", DOOR)
    assert isinstance(upload(connection, "acme", DOOR), Refusal)
    assert isinstance(codecs.take_back(connection, "hjem", "acme", "tor", CLOCK), CodecVersion)
    assert isinstance(codecs.take_back(connection, "hjem", "acme", "tor", CLOCK), Refusal)
    assert store.in_force(connection, "hjem") == []
    assert len(store.versions(connection, "hjem", "acme")) == 4
    known = codecs.read_codecs(tmp_path / "vaka.db", connection, "hjem")
    assert uplink(b"\x01\x79\x5a", known).readings == ()


@pytest.mark.parametrize(
    ("name", "source", "why"),
    [
        ("  ", DOOR, "is no name of a model"),
        ("x" * 121, DOOR, "is no name of a model"),
        ("a\nb", DOOR, "is no name of a model"),
        ("acme", "function (", "SyntaxError"),
        ("acme", "for (;;) {}", "interrupted"),
        ("acme", "var a = 1;", "expected decodeUplink"),
        ("acme", " " * (LARGEST_SOURCE + 1), "at most"),
    ],
)
def test_what_is_no_codec_is_not_put_in_force(
    connection: Connection, name: str, source: str, why: str
) -> None:
    refused = upload(connection, name, source)
    assert isinstance(refused, Refusal)
    assert why in refused.why
    assert store.newest_id(connection, "hjem") == 0


def test_an_example_shows_what_the_codec_makes_of_it_and_what_that_means() -> None:
    trial = codecs.tried(DOOR, "Acme Door DS-1", 10, bytes([1, 121, 90]))
    assert trial.data == {"door": "open", "temperature": 21, "battery": 90}
    assert trial.values == {"open": True, "temperature": 21, "battery": 90}
    assert codecs.tried(DOOR, "", 3, b"\x01").why_not == "the codec refused it: 'unknown port'"
    beside = codecs.tried(DOOR, "", 10, bytes([1, 255, 90]))
    assert (beside.values, beside.errors) == (
        {"open": True, "battery": 90},
        ("temperature is 155; expected a number from -60 to 150 °C",),
    )


@pytest.mark.parametrize(
    "text", ["01795a", "01 79 5A", "0x01 0x79 0x5a", "01:79:5a", "01-79-5a", "AXla", " AXla\n"]
)
def test_an_example_may_be_written_as_people_copy_it(text: str) -> None:
    assert codecs.payload_of(text) == b"\x01\x79\x5a"


@pytest.mark.parametrize("text", ["", "xyz", "ab" * 256, "ø"])
def test_what_is_no_example_is_refused(text: str) -> None:
    assert isinstance(codecs.payload_of(text), Refusal)


def test_files_beside_the_database_count_and_the_uploaded_one_of_the_same_name_wins(
    connection: Connection, tmp_path: Path
) -> None:
    folder = tmp_path / "codecs"
    folder.mkdir()
    (folder / "acme-door.js").write_text(DOOR, "utf-8")
    (folder / "huge.js").write_text(" " * (LARGEST_SOURCE + 1), "utf-8")
    (folder / "latin.js").write_bytes(b"// \xe6\xf8\xe5")
    read = partial(codecs.read_codecs, connection=connection, site="hjem")
    assert uplink(b"\x01\x79\x5a", read(tmp_path / "vaka.db")).readings[0].value is True
    assert uplink(b"\x01\x79\x5a", read(tmp_path / "elsewhere" / "vaka.db")).readings == ()
    upload(connection, "Acme Door", OTHER)
    assert uplink(b"\x01\x79\x5a", read(tmp_path / "vaka.db")).readings[0].value is False


SITE = """
site: hjem
name: Hjemmet
gateways: [{id: lora, kind: chirpstack}]
units: [{id: u, name: U}]
rooms: [{id: 3A, unit: u}]
devices: [{id: dør, room: 3A, role: door, gateway: lora, address: a840}]
"""


@pytest.mark.broker
def test_a_running_hub_takes_an_uploaded_codec_over(tmp_path: Path, mosquitto: Mosquitto) -> None:
    house = House(tmp_path / "house", mosquitto, SITE)
    house.start_hub()
    house.until(house.hub_is_caught_up, "the hub's first look at the broker")
    said = {
        "deviceInfo": {"devEui": "A840", "deviceProfileName": "Acme Door DS-1"},
        "fPort": 10,
        "data": base64.b64encode(bytes([1, 121, 90])).decode(),
    }

    def hears_the_door() -> bool:
        house.publish([("application/1/device/a840/event/up", json.dumps(said).encode())])
        return bool(house.rows("SELECT 1 FROM reading"))

    try:
        hears_the_door()
        reason = "the payload is not decoded, and no codec is known for the device"
        house.until(
            lambda: bool(house.rows("SELECT 1 FROM quarantine WHERE reason = ?", reason)), "the reason", 20
        )
        with closing(connect(house.database)) as connection:
            upload(connection, "acme door", DOOR)
        house.until(hears_the_door, "the door by the new codec", 20)
    finally:
        house.stop_hub()
