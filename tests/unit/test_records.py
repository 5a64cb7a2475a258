"""A walk test goes on record: signed once, sealed, and whatever is changed afterwards is found."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.records import exported, faults, verified
from hub.seal import KEY_FILE, fingerprint
from hub.signing import Signing
from hub.site.change import Changed, change_site
from hub.site.edits import PlaceDevice, RemoveDevice
from hub.store import records
from hub.store.records import Sealed
from rules.pause import Refusal
from rules.record import still
from rules.walk_test import LONGEST, SIGNED_WITHIN, Test
from tests.unit.test_walk_test import HOUSE, MINUTE, NIGHT
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, HOUSE, NIGHT)
    yield world
    if world.running:
        world.stop()


def tried(world: World, device: str = "3B door") -> Test:
    """A door that was opened and closed in a test."""
    test = world.walk_tests.start(device, "tor")
    assert isinstance(test, Test)
    for is_open in (True, False):
        world.passes(timedelta(seconds=10))
        world.says(device, open=is_open, battery=91, lqi=120)
    return test


def sign(world: World, test: Test, note: str = "", person: str = "tor") -> Sealed | Refusal:
    return Signing(world.connection, world.site, world.clock, world.folder).sign(test.id, person, note)


def code(done: Sealed | Refusal) -> str:
    assert isinstance(done, Refusal)
    return done.code


def signed(world: World, device: str = "3B door", note: str = "") -> Sealed:
    done = sign(world, tried(world, device), note)
    assert isinstance(done, Sealed)
    return done


def test_what_was_tried_is_on_record_with_who_when_what_and_how_it_ended(world: World) -> None:
    sealed = signed(world, note="Dørkarmen er skjev: «æøå»")
    record = sealed.record
    assert (record.number, record.verdict, record.reasons) == (1, "passed", ())
    assert (record.person, record.person_name, record.note) == (
        "tor",
        "Tor Teknisk",
        "Dørkarmen er skjev: «æøå»",
    )
    device = record.device
    assert (device.id, device.room, device.gateway, device.address) == (
        "3B door",
        "3B",
        "zigbee2mqtt",
        "3B door",
    )
    assert (record.started_at, record.ended_at) == (NIGHT, NIGHT + timedelta(seconds=20))
    assert [(r.measure, r.value) for r in record.readings if r.measure == "open"] == [
        ("open", True),
        ("open", False),
    ]
    assert (record.newest("battery"), record.newest("lqi")) == (91, 120)
    assert record.asked == (("open the door", True), ("close the door", True))
    fires = {rule.rule: (rule.fires, rule.why) for rule in record.rules}
    assert fires["night-exit"] == (True, "raises")
    assert sealed.seal.fits(sealed.document)


def test_signing_ends_the_test(world: World) -> None:
    signed(world)
    world.says("3B door", open=True)
    assert [alert.rule for alert in world.alerts()] == ["night-exit"]


def test_a_test_is_signed_once_by_who_made_it_while_it_is_fresh(world: World) -> None:
    test = tried(world)
    assert code(sign(world, test, person="tea")) == "not_your_test"
    assert isinstance(sign(world, test), Sealed)
    assert code(sign(world, test)) == "signed_already"
    old = tried(world)
    world.passes(LONGEST + SIGNED_WITHIN + MINUTE)
    assert code(sign(world, old)) == "test_too_old"
    forgotten = tried(world)
    world.passes(LONGEST + MINUTE)
    assert isinstance(sign(world, forgotten), Sealed)
    cancelled = tried(world)
    world.walk_tests.cancel("3B door", "tor")
    assert code(sign(world, cancelled)) == "not_under_test"


def test_nobody_changes_or_deletes_a_record_by_accident(world: World) -> None:
    signed(world)
    for statement in ("UPDATE record SET document = 'x'", "DELETE FROM record"):
        with pytest.raises(sqlite3.IntegrityError, match="a record is never"):
            world.connection.execute(statement)


def tampered(world: World, statement: str, *values: object) -> list[int]:
    """Somebody who can write to the file does so; which records are found wrong."""
    world.connection.execute("DROP TRIGGER IF EXISTS record_stays")
    world.connection.execute("DROP TRIGGER IF EXISTS record_is_kept")
    world.connection.execute(statement, values)
    return [fault.number for fault in faults(world.connection, "house")]


def test_a_record_that_was_changed_is_found(world: World) -> None:
    signed(world)
    signed(world, "4A door")
    signed(world)
    assert list(faults(world.connection, "house")) == []
    changed = "UPDATE record SET document = replace(document, '\"passed\"', '\"failed\"') WHERE number = 2"
    assert tampered(world, changed) == [2, 3]


def test_a_record_that_was_taken_away_is_missed(world: World) -> None:
    for _ in range(3):
        signed(world)
    assert tampered(world, "DELETE FROM record WHERE number = 2") == [3]


def test_a_record_that_was_sealed_anew_with_another_key_is_found_by_the_next(
    world: World, tmp_path: Path
) -> None:
    from hub.seal import seal

    first = signed(world)
    signed(world)
    forged = first.document.replace('"tor"', '"tea"')
    other = seal(forged, tmp_path_of(tmp_path, "forger"))
    assert tampered(
        world, "UPDATE record SET document = ?, key = ?, signature = ? WHERE number = 1",
        forged, other.key, other.signature,
    ) == [2]  # fmt: skip


def tmp_path_of(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


def test_the_key_is_its_owners_alone_and_losing_it_loses_no_proof(world: World) -> None:
    first = signed(world)
    key = world.folder / KEY_FILE
    assert key.stat().st_mode & 0o777 == 0o600
    key.unlink()
    second = signed(world)
    assert second.seal.fingerprint != first.seal.fingerprint
    assert second.record.previous
    assert list(faults(world.connection, "house")) == []


def test_a_record_that_left_the_house_is_verified_by_itself(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sealed = signed(world)
    file = tmp_path / "record.json"
    file.write_bytes(exported(sealed))
    assert main(["record", "verify", str(file)]) == 0
    said = capsys.readouterr().out
    assert "the seal fits: record 1 of house, 3B door: passed" in said
    assert fingerprint(sealed.seal.key) in said
    content = json.loads(file.read_text())
    content["document"] = content["document"].replace("Tor Teknisk", "Tea Teknisk")
    file.write_text(json.dumps(content))
    assert main(["record", "verify", str(file)]) == 1
    assert "the seal does not fit" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1]", b"\xff", b'{"document":"","signature":"x","key":"y"}']
)
def test_what_is_no_record_is_refused_with_a_sentence(content: bytes) -> None:
    said = verified(content)
    assert isinstance(said, str)
    assert said


def test_the_stored_records_are_listed_taken_out_and_verified(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAKA_DATA", str(world.folder))
    monkeypatch.delenv("VAKA_SITE", raising=False)
    assert main(["record", "verify"]) == 0
    assert capsys.readouterr().out == "house has no records\n"
    sealed = signed(world)
    assert main(["record", "list"]) == 0
    assert capsys.readouterr().out.startswith(
        "1  2026-11-24 02:10  passed      3B door  by Tor Teknisk, key "
    )
    assert main(["record", "export", "1"]) == 0
    found = verified(capsys.readouterr().out.encode())
    assert isinstance(found, tuple)
    assert found[0] == sealed.record
    assert main(["record", "export", "7"]) == 1
    assert main(["record", "verify"]) == 0
    assert "every seal fits, up to record 1" in capsys.readouterr().out
    tampered(world, "UPDATE record SET document = replace(document, 'Tor', 'Tea')")
    assert main(["record", "verify"]) == 1


def test_a_device_that_was_moved_or_replaced_since_is_no_longer_tested(world: World) -> None:
    signed(world)
    summary = records.newest(world.connection, "house")["3B door"]
    door = world.device("3B door")
    assert still(summary, door, world.site) == "as it is"
    assert still(summary, door.model_copy(update={"room": "4A"}), world.site) == "moved"
    assert still(summary, door.model_copy(update={"role": "door"}), world.site) == "moved"
    assert still(summary, door.model_copy(update={"address": "0x42"}), world.site) == "replaced"
    assert still(None, door, world.site) == "never"


def test_a_device_that_was_given_another_name_since_is_tested_as_it_was(world: World) -> None:
    """Its record says the name of then, and is what was signed."""
    sealed = signed(world)
    renamed = [RemoveDevice("3B door"), PlaceDevice("3B ytterdør", "3B", "outer_door", address="3B door")]
    assert isinstance(change_site(world.connection, "house", renamed, "tor", world.clock), Changed)
    world.passes(timedelta(seconds=1))
    summary = records.newest(world.connection, "house")["3B ytterdør"]
    assert (summary.number, summary.device) == (sealed.number, "3B ytterdør")
    assert still(summary, world.device("3B ytterdør"), world.site) == "as it is"
    assert records.of_device(world.connection, "house", "3B ytterdør") == [sealed]
    assert records.of_device(world.connection, "house", "3B door") == []
    assert list(faults(world.connection, "house")) == []
