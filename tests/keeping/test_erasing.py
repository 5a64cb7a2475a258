"""A resident is erased everywhere, by two people and to the end; who shared their room keeps their own."""

import hashlib
import hmac
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devices.reading import Reading
from hub import summons
from hub.__main__ import main
from hub.audit_chain import verify
from hub.backup.archive import identity_of
from hub.backup.make import back_up, new_key
from hub.backup.restore import restore
from hub.erasing.plan import Plan, plan_for
from hub.erasing.receipt import Receipt, exported, read, verified
from hub.erasing.request import Requests
from hub.erasing.tables import BY_ROOM, STAYS_WITH_THE_ROOM, left
from hub.erasing.work import go_on
from hub.history.embedded import EmbeddedHistory
from hub.history.segments import beside, connect_history
from hub.history.upkeep import Retention, keep
from hub.homes import homes_by_room
from hub.relatives.book import Book, Newcomer
from hub.relatives.told import may_hear
from hub.settings import Settings
from hub.store import alert_figures, audit, contacts, erasures, sites, summonses
from hub.store.db import connect, transaction
from hub.store.erasures import Erasure
from hub.store.instants import to_us
from hub.store.relatives import known
from hub.timetable import JobError
from rules.pause import Refusal
from rules.relatives import CATEGORIES, Relative, may_of_day
from tests.keeping.old_databases import NEWEST, write
from tests.keeping.small_disk import files_of_at_most
from tests.patience import PATIENCE
from tests.world import World

EVENING = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)
NAME, PSEUDONYM = "Solveig Tangvallsen", "sangfugl-17"
HOUSE = """
# Solveig Tangvallsen moved in after the summer
site: house
name: A house
units: [{id: u, name: U}]
rooms: [{id: 3B, unit: u}, {id: 4A, unit: u}]
residents:
  - {id: sangfugl-17, name: Solveig Tangvallsen, room: 3B}
  - {id: r-olav, name: Olav Bakke, room: 4A}
  - {id: r-per, name: Per Tangen, room: 4A}
devices:
  - {id: 3B door, room: 3B, role: outer_door}
  - {id: 3B motion, room: 3B, role: motion}
  - {id: 3B cord, room: 3B, role: help_button, resident: sangfugl-17}
  - {id: 4A door, room: 4A, role: outer_door}
  - {id: 4A motion, room: 4A, role: motion}
people:
  - {id: kari, name: Kari Nordmann, role: carer}
  - {id: lise, name: Lise Leder, role: leader}
  - {id: alma, name: Alma Admin, role: administrator}
rules:
  - {rule: night-exit}
  - {rule: door-open}
  - {rule: help-button}
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A night with something of everything about her."""
    folder = tmp_path / "house"
    folder.mkdir()
    world = World(folder, HOUSE, EVENING)
    for room in ("3B", "4A"):
        world.says(f"{room} door", open=False)
    for room in ("3B", "4A", "3B"):
        world.passes(timedelta(minutes=1))
        world.says(f"{room} door", open=True)
        world.passes(timedelta(minutes=1))
        world.says(f"{room} door", open=False)
    world.says("3B motion", motion=True)
    for alert in world.alerts():
        if alert.state != "closed":
            world.desk.accept(alert.id, "kari")
            world.desk.arrive(alert.id, "kari")
            world.desk.close(alert.id, "kari", "helped")
    two_days = world.clock.now() + timedelta(days=2)
    away = world.absences.away(PSEUDONYM, "hospital", two_days, "kari")
    assert not isinstance(away, Refusal)
    world.absences.back(PSEUDONYM, "kari")
    with transaction(world.connection):
        seen = {"page": f"/x/{PSEUDONYM}", "residents": [PSEUDONYM, "r-olav"]}
        audit.add(world.connection, "house", world.clock.now(), "kari", "residents seen", seen)
        world.connection.execute(
            "INSERT INTO pause (site, rule, room, owner, reason, paused_at, until, ends_at, ended_at)"
            " VALUES ('house', 'door-open', '4A', 'kari', 'SOLVEIG visits her son', ?, 0, 0, 0)",
            (to_us(world.clock.now()),),
        )
        world.connection.execute(
            "INSERT INTO shift (site, person, units, function, starts_at, ends_at, residents, source)"
            " VALUES ('house', 'kari', '[]', 'carer', 0, 9, ?, 'roster')",
            (json.dumps([PSEUDONYM, "r-olav"]),),
        )
    keep(folder / "vaka.db", world.clock.now(), Retention(None, None))
    world.says("3B motion", motion=False)
    world.says("4A motion", motion=True)
    yield world
    if world.running:
        world.stop()


def requests(world: World) -> Requests:
    return Requests(world.connection, world.site, world.clock)


def confirmed(world: World) -> Erasure:
    asked = requests(world).ask(PSEUDONYM, "died", "lise")
    assert isinstance(asked, Erasure), asked
    done = requests(world).confirm(asked.number, "alma")
    assert isinstance(done, Erasure), done
    return done


def told_of(world: World, room: str) -> list[Reading]:
    """Whatever the house still has of a room's devices, wherever."""
    devices = [device.id for device in world.site.devices if device.room == room]
    history = EmbeddedHistory(world.connection, world.folder / "vaka.db", world.site)
    return list(history.readings(devices, EVENING - timedelta(days=9), EVENING + timedelta(days=9)))


def code(said: Erasure | Refusal) -> str:
    assert isinstance(said, Refusal)
    return said.code


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def assert_gone(folder: Path) -> None:
    content = bytes_of(folder)
    for word in (NAME, PSEUDONYM, "Solveig", "SOLVEIG", "Tangvallsen"):
        assert word.encode() not in content, word


def test_not_a_byte_of_her_is_left_and_the_others_keep_theirs(world: World) -> None:
    settings = Settings(data=world.folder)
    before, hers = told_of(world, "4A"), told_of(world, "3B")
    assert before
    assert hers
    assert NAME.encode() in bytes_of(world.folder)
    confirmed(world)
    (done,) = go_on(settings, world.clock)
    assert_gone(world.folder)
    assert done.document is not None
    receipt = read(done.document)
    assert (receipt.why, receipt.asked_by, receipt.confirmed_by, receipt.shared) == (
        "died",
        "lise",
        "alma",
        False,
    )
    rows = receipt.deleted["database"]
    assert rows["alert"] >= 1
    assert rows["absence"] == 1
    assert receipt.deleted["readings"]["journal"] > 0
    assert receipt.deleted["readings"]["history"] > 0
    assert told_of(world, "4A") == before
    # The journal's newest reading only loses its value: the next one's number follows it.
    assert [r for r in told_of(world, "3B") if r.value] == []
    assert len(told_of(world, "3B")) <= 1
    assert world.connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert world.connection.execute("SELECT residents FROM shift").fetchone()[0] == '["r-olav"]'
    version = sites.newest(world.connection, "house")
    assert version is not None
    assert "Olav Bakke" in version.document
    assert alert_figures.months(world.connection, "house"), "what came of her alerts is counted nowhere"
    (pause,) = world.connection.execute("SELECT reason FROM pause WHERE room = '4A'").fetchall()
    assert pause[0] == "erased visits her son"
    verdict = verify(world.connection)
    assert verdict.faults == (), "the chain of the audit trail does not hold"
    assert verdict.erased > 0
    told = [entry.detail for entry in audit.newest(world.connection, "house", 99)]
    left = [detail for detail in told if detail.get("page") == "/x/erased"]
    assert [detail["residents"] for detail in left] == [["r-olav"]], "who looked at the others is lost"


def test_what_was_erased_keeps_its_place_in_the_audit_trail_and_its_chain_holds(world: World) -> None:
    assert verify(world.connection).erased == 0
    confirmed(world)
    go_on(Settings(data=world.folder), world.clock)
    verdict = verify(world.connection)
    assert verdict.faults == ()
    assert verdict.erased > 0


def test_the_hub_goes_on_without_her_and_the_next_resident_is_watched(world: World) -> None:
    confirmed(world)
    go_on(Settings(data=world.folder), world.clock)
    world.passes(timedelta(minutes=5))
    assert all(PSEUDONYM not in alert.residents for alert in world.alerts())
    document = sites.newest(world.connection, "house")
    assert document is not None
    world.imports(
        document.document.replace("residents:\n", "residents:\n  - {id: ny-2, name: Nina Ny, room: 3B}\n", 1)
    )
    world.passes(timedelta(minutes=5))
    world.says("3B door", open=True)
    assert [a.residents for a in world.alerts() if a.room == "3B"] == [("ny-2",)]


def test_the_next_alert_is_called_though_the_newest_steps_in_the_house_were_hers(world: World) -> None:
    with transaction(world.connection):
        kari = contacts.Contact("kari", "email", "kari@example.org")
        contacts.put(world.connection, "house", kari, world.clock.now())
    world.says("3B door", open=True)
    world.passes(timedelta(minutes=10))
    for alert in world.alerts():
        if alert.state != "closed":
            world.desk.close(alert.id, "kari", "helped")
    summons.begin(world.connection, "house")
    confirmed(world)
    go_on(Settings(data=world.folder), world.clock)
    assert summons.follow(world.connection, world.site, None, world.clock.now()) == 0
    world.says("4A door", open=True)
    [olavs] = [alert for alert in world.alerts() if alert.state == "open"]
    summons.follow(world.connection, world.site, None, world.clock.now())
    assert [one.person for one in summonses.of_alert(world.connection, olavs.id)] == ["kari"]


def test_readings_of_a_room_that_two_shared_are_kept_without_the_one(world: World) -> None:
    plan = plan_for(world.connection, world.site, "r-per")
    assert plan.alone == ()
    assert plan.spans == ()
    assert set(plan.tags) == {"r-per", "r-olav+r-per"}
    before = told_of(world, "4A")
    assert before
    asked = requests(world).ask("r-per", "died", "alma")
    assert isinstance(asked, Erasure)
    requests(world).confirm(asked.number, "lise")
    (done,) = go_on(Settings(data=world.folder), world.clock)
    assert told_of(world, "4A") == before
    assert b"Per Tangen" not in bytes_of(world.folder)
    assert done.document is not None
    assert read(done.document).shared
    about_both = [a.residents for a in world.alerts() if a.room == "4A"]
    assert about_both
    assert set(about_both) == {("r-olav",)}


def test_that_a_room_was_shared_is_all_that_is_left_of_who_is_erased_and_keeps_it_from_relatives(
    world: World,
) -> None:
    connection, site = world.connection, world.site
    book = Book(connection, site, world.clock)
    rita = book.add(Newcomer("Rita Bakke", "rita@example.org", "nb", "r-olav", "Datter"), "lise")
    assert isinstance(rita, Relative)
    days = (EVENING.date() - timedelta(days=9), EVENING.date() + timedelta(days=99))
    book.consent(rita, "r-olav", CATEGORIES, days, ("resident", "in_person"), "lise")
    shared_until = EVENING.date() + timedelta(days=1)
    moving = f"name: Per Tangen, room: 4A, moved_out: {shared_until}"
    world.imports(HOUSE.replace("name: Per Tangen, room: 4A", moving))
    [of_both, *_] = [a for a in world.alerts() if a.residents == ("r-olav", "r-per")]
    world.passes(timedelta(days=2))
    for alert in world.alerts():
        if alert.state != "closed":
            world.desk.close(alert.id, "kari", "helped")

    def told() -> tuple[str, list[bool]]:
        now, olav = world.clock.now(), world.site.residents[1]
        theirs = known(connection, rita)
        [alert] = [a for a in world.alerts() if a.id == of_both.id]
        reason = may_hear(connection, theirs, ("alerts", "handled"), alert, now, world.site).reason
        nights = [shared_until + timedelta(days=n) for n in (-1, 0, 1, 2)]
        return reason, [may_of_day(theirs, ("unusual",), olav, day, now, world.site) for day in nights]

    assert told() == ("not_theirs", [False, False, True, True])
    asked = requests(world).ask("r-per", "moved_out", "alma")
    assert isinstance(asked, Erasure), asked
    requests(world).confirm(asked.number, "lise")
    go_on(Settings(data=world.folder), world.clock)
    assert told() == ("shared_room", [False, False, True, True])
    lived = homes_by_room(connection, "house")["4A"]
    assert {home.resident for home in lived} == {"r-olav", None}
    rows = connection.execute("SELECT room, until FROM shared_time").fetchall()
    midnight = datetime.combine(shared_until, datetime.min.time(), site.zone)
    assert [tuple(row) for row in rows] == [("4A", to_us(midnight))]


def test_an_open_alert_about_a_device_of_hers_is_in_nobodys_way_and_goes_on_without_her(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, HOUSE, EVENING, looks_after_devices=True)
    world.says("3B door", battery_low=True)
    world.passes(timedelta(minutes=2))
    [flat] = [alert for alert in world.alerts() if alert.state != "closed"]
    assert (flat.rule, flat.residents) == ("fault-battery", (PSEUDONYM,))
    confirmed(world)
    go_on(Settings(data=world.folder), world.clock)
    [flat] = [alert for alert in world.alerts() if alert.state != "closed"]
    assert (flat.rule, flat.residents) == ("fault-battery", ())
    said = world.connection.execute(
        "SELECT payload FROM notification WHERE alert = ? ORDER BY id", (flat.id,)
    )
    assert [json.loads(row[0])["residents"] for row in said][-1] == []
    world.stop()
    assert_gone(world.folder)


def test_a_name_that_another_has_too_is_only_taken_whole(world: World) -> None:
    world.imports(HOUSE.replace("Per Tangen", "Solveig Tangen"))
    words = plan_for(world.connection, world.site, PSEUDONYM).words
    assert set(words) == {NAME, "Tangvallsen, Solveig", "Tangvallsen", PSEUDONYM}


def test_it_takes_two_who_may_and_nothing_open_about_her(world: World) -> None:
    ask = requests(world).ask
    assert code(ask(PSEUDONYM, "died", "kari")) == "not_yours"
    assert code(ask("nobody", "died", "lise")) == "no_resident"
    assert code(ask(PSEUDONYM, "moved_out", "lise")) == "lives_here"
    world.says("3B door", open=True)
    assert code(ask(PSEUDONYM, "died", "lise")) == "alert_open"
    for alert in world.alerts():
        if alert.state == "open":
            world.desk.accept(alert.id, "kari")
            world.desk.close(alert.id, "kari", "helped")
    asked = ask(PSEUDONYM, "died", "lise")
    assert isinstance(asked, Erasure)
    assert code(ask(PSEUDONYM, "died", "alma")) == "asked_already"
    assert code(requests(world).confirm(asked.number, "lise")) == "second_person"
    assert code(requests(world).confirm(asked.number, "kari")) == "not_yours"
    assert code(requests(world).confirm(99, "alma")) == "no_erasure"
    assert go_on(Settings(data=world.folder), world.clock) == [], "one person's word was enough"
    taken_back = requests(world).take_back(asked.number, "alma")
    assert isinstance(taken_back, Erasure)
    assert taken_back.plan is None
    assert code(requests(world).confirm(asked.number, "alma")) == "no_erasure"
    confirmed(world)
    assert code(requests(world).take_back(asked.number + 1, "alma")) == "confirmed_already"


def test_the_command_says_of_one_that_was_taken_back_that_it_was(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert isinstance(requests(world).ask(PSEUDONYM, "died", "lise"), Erasure)
    world.stop()
    data = ["erase", "--data", str(world.folder)]
    for words in (["--list"], ["--take-back", "1", "--by", "lise"], ["--list"]):
        assert main([*data, *words]) == 0
    waiting, *taken_back = capsys.readouterr().out.splitlines()
    assert "a second person: vaka erase --confirm 1" in waiting
    assert len(taken_back) == 2
    assert all(line.startswith("erasure 1: taken back, asked for by lise") for line in taken_back)


def test_a_device_that_carries_the_name_is_renamed_first(world: World) -> None:
    world.imports(HOUSE.replace("3B motion", "Solveigs bevegelse"))
    assert isinstance(requests(world).ask(PSEUDONYM, "died", "lise"), Erasure), "Solveigs is another word"
    world.imports(HOUSE.replace("3B motion", "Solveig stue"))
    requests(world).take_back(1, "lise")
    assert code(requests(world).ask(PSEUDONYM, "died", "lise")) == "named_in_id"


KILLED_AFTER = """
import os, sqlite3, sys
from pathlib import Path
from hub.clock import WallClock
from hub.erasing.work import go_on
from hub.settings import Settings
left = int(sys.argv[2])
real = sqlite3.connect
def die_at(statement):
    global left
    if statement.startswith(sys.argv[3]):
        left -= 1
        if left == 0:
            os._exit(9)
def connect(*words, **named):
    connection = real(*words, **named)
    connection.set_trace_callback(die_at)
    return connection
sqlite3.connect = connect
go_on(Settings(data=Path(sys.argv[1])), WallClock())
"""


@pytest.mark.parametrize("before", ["COMMIT", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)", "UPDATE erasure"])
def test_killed_anywhere_it_is_gone_on_with_to_the_end(world: World, before: str) -> None:
    confirmed(world)
    world.stop()
    kills = 0
    for number in range(1, 40):
        killed = subprocess.run(
            [sys.executable, "-c", KILLED_AFTER, str(world.folder), str(number), before],
            capture_output=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        if killed.returncode == 0:
            break
        assert killed.returncode == 9, killed.stderr.decode()
        kills += 1
    assert kills > 0
    assert_gone(world.folder)
    with closing(connect(world.folder / "vaka.db")) as connection:
        (done,) = erasures.everything(connection, "house")
        assert done.document is not None
        assert done.ended_at is not None
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_on_a_disk_that_is_full_nothing_is_finished_and_it_goes_on_when_there_is_room(world: World) -> None:
    confirmed(world)
    settings, refused = Settings(data=world.folder), 0
    for size in range(0, 4_000_000, 250_000):
        try:
            with files_of_at_most(size):
                go_on(settings, world.clock)
            break
        except (JobError, OSError, sqlite3.Error):
            refused += 1
            (open_,) = erasures.everything(world.connection, "house")
            assert (open_.document, open_.ended_at) == (None, None)
    assert refused > 2
    assert_gone(world.folder)
    (done,) = erasures.everything(world.connection, "house")
    assert done.document is not None
    assert verify(world.connection).faults == ()


def test_a_message_that_was_on_its_way_while_she_was_erased_is_erased_too(world: World) -> None:
    confirmed(world)
    # Killed when the readings are gone and the house's own files are not done yet ...
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_AFTER, str(world.folder), "4", "UPDATE erasure"],
        capture_output=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert killed.returncode == 9, killed.stderr.decode()
    numbers = [row[0] for row in world.connection.execute("SELECT no FROM device WHERE address LIKE '3B%'")]

    def hers() -> int:
        marks = ", ".join("?" * len(numbers))
        told = f"SELECT count(*) FROM reading WHERE device IN ({marks})"
        return int(world.connection.execute(told, numbers).fetchone()[0])

    assert hers() == 0
    # ... comes what the hub had taken from the broker before.
    world.says("3B motion", own_time=False, motion=True)
    world.says("4A motion", motion=False)
    assert hers() == 1
    keep(world.folder / "vaka.db", world.clock.now(), Retention(None, None))
    go_on(Settings(data=world.folder), world.clock)
    assert hers() == 0
    with closing(connect_history(beside(world.folder / "vaka.db"))) as history:
        kept = {row[0] for row in history.execute("SELECT DISTINCT device FROM block")}
    assert kept
    assert not kept & set(numbers)
    assert_gone(world.folder)


def test_what_a_device_kept_to_itself_and_tells_when_she_is_erased_is_not_kept(world: World) -> None:
    confirmed(world)
    go_on(Settings(data=world.folder), world.clock)
    erased_at = world.clock.now()
    before = {room: told_of(world, room) for room in ("3B", "4A")}
    world.passes(timedelta(hours=20))
    hers = [erased_at - timedelta(hours=3), erased_at - timedelta(microseconds=1)]
    for at in hers:
        world.says("3B motion", at=at, motion=True)
        world.says("3B motion", at=at + timedelta(microseconds=1), motion=False)
        world.says("4A motion", at=at, motion=True)
    keep(world.folder / "vaka.db", world.clock.now(), Retention(None, None))
    came = [one.at for one in told_of(world, "3B") if one not in before["3B"]]
    assert came == [erased_at], "only what was said from the erasing on is kept"
    assert [one.at for one in told_of(world, "4A") if one not in before["4A"]], "another's room lost its own"
    world.says("3B door", open=True)
    assert told_of(world, "3B")[-1].at == world.clock.now()
    rows = world.connection.execute("SELECT DISTINCT until FROM erased_time").fetchall()
    assert [row[0] for row in rows] == [to_us(erased_at)]


def test_the_receipt_proves_itself_and_names_the_backups_that_still_hold_her(
    world: World, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.key"
    settings = Settings(
        data=world.folder, backup_recipient=new_key(secret), backup_folder=tmp_path / "backups"
    )
    made = back_up(settings, EVENING)
    confirmed(world)
    (done,) = go_on(settings, world.clock)
    content = exported(done)
    found = verified(content)
    assert not isinstance(found, str)
    receipt: Receipt = found[0]
    assert [(b.file, b.kept_until) for b in receipt.backups] == [(made.file, EVENING + timedelta(days=30))]
    assert receipt.gone_by == EVENING + timedelta(days=30)
    assert isinstance(verified(content.replace(b"lise", b"kari")), str)
    assert isinstance(verified(b"{}"), str)
    assert_gone(world.folder)

    # Who puts that backup back has her erased again: also where the hub had sealed nothing when it was made.
    (entry,) = json.loads((settings.backups / "erased.json").read_bytes())
    her = f"{world.site.site}\0{PSEUDONYM}".encode()
    unkeyed = hmac.new(b"", her, hashlib.sha256).hexdigest()
    assert entry["digest"] != unkeyed, "whoever guesses a pseudonym must not find out who was erased"
    there = tmp_path / "again"
    restore(settings.backups / made.file, identity_of(secret), there)
    assert NAME.encode() in bytes_of(there)
    again = go_on(Settings(data=there), world.clock)
    assert [(one.asked_by, one.confirmed_by) for one in again] == [("lise", "alma")]
    assert_gone(there)


def test_every_table_that_is_by_room_was_thought_of(tmp_path: Path) -> None:
    """A table with a room: is it about who lives there? Then it belongs to BY_ROOM. Those that came after the
    newest of the old databases are asked about when that one is written.
    """
    write(NEWEST, tmp_path / "vaka.db")
    with closing(sqlite3.connect(tmp_path / "vaka.db")) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        by_room = {
            name
            for (name,) in tables
            if any(row[1] == "room" for row in connection.execute(f"PRAGMA table_info({name})"))
        }
        assert by_room == {*BY_ROOM, *STAYS_WITH_THE_ROOM}
        assert left(connection, plan_for_nobody()) == []


def plan_for_nobody() -> Plan:
    return Plan("house", "nobody", ("nobody",), (), (), (), ())


def test_by_command_one_asks_another_agrees_and_the_receipt_is_printed(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VAKA_DATA", str(world.folder))
    assert main(["erase", PSEUDONYM]) == 1
    assert main(["erase", PSEUDONYM, "--why", "died", "--by", "lise"]) == 0
    assert "vaka erase --confirm 1" in capsys.readouterr().out
    assert main(["erase", "--confirm", "1", "--by", "lise"]) == 1
    assert "second person" in capsys.readouterr().err
    assert main(["erase", "--confirm", "1", "--by", "alma"]) == 0
    assert "erasure 1: done" in capsys.readouterr().out
    assert main(["erase", "--receipt", "1"]) == 0
    file = tmp_path / "receipt.json"
    file.write_text(capsys.readouterr().out)
    assert main(["erase", "--verify", str(file)]) == 0
    assert main(["erase", "--list"]) == 0
    assert main(["erase", "--receipt", "2"]) == 1
    assert_gone(world.folder)
    assert sqlite3.connect(world.folder / "vaka.db").execute("PRAGMA quick_check").fetchone()[0] == "ok"
