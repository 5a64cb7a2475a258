"""A backup is written while the house lives, proved to be readable before it counts, and comes back whole."""

import gzip
import hashlib
import io
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pyrage
import pytest
from pyrage.x25519 import Recipient

from hub.__main__ import main
from hub.backup import archive, snapshot
from hub.backup.archive import BackupError, Manifest, Member, identity_of
from hub.backup.make import ENDING, back_up, delete_old, new_key, verify
from hub.backup.restore import restore
from hub.clock import now
from hub.disk_room import NoRoomError, expect_room
from hub.history.upkeep import Retention, keep
from hub.seal import KEY_FILE, seal
from hub.settings import Settings
from hub.store import backups, readings
from hub.store.db import connect, transaction
from hub.store.instants import to_us
from tests.keeping.small_disk import files_of_at_most
from tests.patience import until
from tests.unit.test_walk_test import HOUSE, NIGHT
from tests.world import World

KEPT = Retention(None, None)


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, str]:
    file = tmp_path / "secret.key"
    return file, new_key(file)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    folder = tmp_path / "house"
    folder.mkdir()
    world = World(folder, HOUSE, NIGHT)
    for open_ in (True, False) * 20:
        world.passes(timedelta(seconds=30))
        world.says("3B door", open=open_)
    yield world
    if world.running:
        world.stop()


@pytest.fixture
def settings(world: World, keys: tuple[Path, str]) -> Settings:
    seal("any", world.folder)
    return Settings(data=world.folder, backup_recipient=keys[1])


def rows_of(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    found = {}
    for name in ("vaka.db", "history.db"):
        with closing(sqlite3.connect(folder / name)) as connection:
            for table in snapshot.counts(connection):
                rows = connection.execute(f"SELECT * FROM {table}").fetchall()
                found[f"{name} {table}"] = sorted((tuple(row) for row in rows), key=repr)
    return found


def test_what_is_restored_is_row_for_row_what_was_backed_up(
    world: World, settings: Settings, keys: tuple[Path, str], tmp_path: Path
) -> None:
    keep(settings.database, world.clock.now() + timedelta(days=1), KEPT)
    world.says("3B door", open=True)  # in the journal alone
    before = rows_of(world.folder)
    made = back_up(settings, NIGHT)
    there = tmp_path / "empty"
    manifest = restore(settings.backups / made.file, identity_of(keys[0]), there)
    assert rows_of(there) == before
    assert (there / KEY_FILE).read_bytes() == (world.folder / KEY_FILE).read_bytes()
    assert manifest.sites == ("house",)
    assert sorted(p.name for p in there.iterdir()) == ["history.db", KEY_FILE, "vaka.db"]
    assert not list(world.folder.glob(".backup-*"))
    with pytest.raises(BackupError, match="there is a database in"):
        restore(settings.backups / made.file, identity_of(keys[0]), there)


def test_no_number_that_was_given_after_a_backup_is_given_again_once_it_is_put_back(
    world: World, settings: Settings, keys: tuple[Path, str], tmp_path: Path
) -> None:
    made, given = back_up(settings, NIGHT), list[tuple[int, ...]]()
    for there in (world.folder, tmp_path / "first", tmp_path / "second"):
        if there != world.folder:
            restore(settings.backups / made.file, identity_of(keys[0]), there)
        with closing(connect(there / "vaka.db")) as connection, transaction(connection):
            given.append(tuple(connection.execute(new).lastrowid or 0 for new in NUMBERED))
        then = int(now().timestamp())
        until(lambda then=then: now().timestamp() >= then + 1, "the next second")  # type: ignore[misc]
    for of_table in zip(*given, strict=True):
        assert of_table[0] < of_table[1] < of_table[2]


NUMBERED = (
    (
        "INSERT INTO summons (site, alert, event, person, way, address, urgent, subject, body, created_at)"
        " VALUES ('house', 1, 1, 'kari', 'email', hex(randomblob(9)), 1, '', '', 0)"
    ),
    (
        "INSERT INTO staff_notice (site, person, way, address, subject, body, created_at)"
        " VALUES ('house', 'kari', 'email', 'k@example.org', '', '', 0)"
    ),
    "INSERT INTO event_message (site, integration, type, body, created_at) VALUES ('house', 'k', '', '', 0)",
    "INSERT INTO alert_event (alert, at, event, reason) VALUES (1, 0, 'called', '')",
)


def test_a_backup_under_load_is_one_instant_and_holds_up_nobody(
    world: World, settings: Settings, keys: tuple[Path, str], tmp_path: Path
) -> None:
    stop, longest, written = threading.Event(), [0.0], [0]

    def write() -> None:
        with closing(connect(settings.database)) as connection:
            while not stop.wait(0.005):
                began = datetime.now(UTC)
                with transaction(connection):
                    readings.append(connection, [(1, 1, 1, us + n, us + n, 0) for n in range(50)])
                    connection.execute(
                        "INSERT INTO audit (site, at, by, what, detail) VALUES ('house', ?, NULL, 'x', '{}')",
                        (written[0],),
                    )
                written[0] += 1
                longest[0] = max(longest[0], (datetime.now(UTC) - began).total_seconds())

    first, us = readings.newest(world.connection), to_us(NIGHT)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        while written[0] < 20:
            keep(settings.database, NIGHT, KEPT)
        made = back_up(settings, NIGHT)
        after = written[0]
        keep(settings.database, NIGHT, KEPT)
    finally:
        stop.set()
        writer.join()
    assert after >= 20
    assert longest[0] < 30
    there = tmp_path / "empty"
    manifest = restore(settings.backups / made.file, identity_of(keys[0]), there)
    with closing(connect(there / "vaka.db")) as restored:
        assert (readings.newest(restored) - first) == 50 * manifest.counts["audit"] - 50 * audit_before(world)
        assert manifest.cursor <= readings.newest(restored)
    assert world.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def audit_before(world: World) -> int:
    return int(world.connection.execute("SELECT count(*) FROM audit WHERE what <> 'x'").fetchone()[0])


def test_what_was_cut_off_changed_or_is_anothers_is_refused_with_a_word(
    settings: Settings, keys: tuple[Path, str], tmp_path: Path
) -> None:
    made = back_up(settings, NIGHT)
    file, identity = settings.backups / made.file, identity_of(keys[0])
    content = file.read_bytes()
    other = tmp_path / "other.key"
    new_key(other)
    with pytest.raises(BackupError, match="encrypted to another key"):
        verify(file, identity_of(other), tmp_path)
    bad = tmp_path / f"bad{ENDING}"
    size = len(content)
    for broken in (
        content[: size // 2],
        content[:-1],
        content[: size - 30_000],
        content[: size // 2] + bytes([content[size // 2] ^ 1]) + content[size // 2 + 1 :],
        content + b"x",
        content[:100],
        b"",
        os.urandom(4096),
    ):
        bad.write_bytes(broken)
        with pytest.raises(BackupError, match=r"is damaged|is no backup|another key"):
            restore(bad, identity, tmp_path / "never")
        assert not (tmp_path / "never" / "vaka.db").exists()
    with pytest.raises(BackupError, match="holds no secret key"):
        identity_of(file)


def test_a_name_that_is_no_file_is_said_at_once(keys: tuple[Path, str], tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"never\.age can't be read: .*No such file"):
        verify(tmp_path / "never.age", identity_of(keys[0]), tmp_path)
    with pytest.raises(BackupError, match=r"never\.age can't be read: .*No such file"):
        restore(tmp_path / "never.age", identity_of(keys[0]), tmp_path / "there")


def test_a_backup_of_a_newer_vaka_is_refused(
    world: World, settings: Settings, keys: tuple[Path, str], tmp_path: Path
) -> None:
    world.stop()
    with closing(sqlite3.connect(settings.database)) as connection:
        connection.execute("PRAGMA user_version = 4711")
    from hub.backup import archive
    from hub.backup.make import scratch

    target = tmp_path / f"newer{ENDING}"
    with scratch(tmp_path) as copy:
        names = snapshot.take(settings.database, settings.backups, copy)
        manifest = snapshot.describe(copy, names, NIGHT)
        archive.write(target, copy, names, manifest, (archive.recipient_of(keys[1]),))
    with pytest.raises(BackupError, match=r"newer Vaka \(its schema is 4711\)"):
        restore(target, identity_of(keys[0]), tmp_path / "never")


def test_old_backups_are_deleted_but_the_three_newest_never(settings: Settings) -> None:
    for day in range(6):
        back_up(settings, NIGHT + timedelta(days=day))
    late = NIGHT + timedelta(days=365)
    gone = delete_old(settings, late)
    assert len(gone) == 3
    assert len(list(settings.backups.glob(f"*{ENDING}"))) == 3
    with closing(connect(settings.database)) as connection:
        assert [b.made_at for b in backups.everything(connection)] == [
            NIGHT + timedelta(days=day) for day in (5, 4, 3)
        ]


def test_a_disk_that_fills_up_while_a_backup_is_written_leaves_none_and_the_next_one_is_whole(
    world: World, settings: Settings, keys: tuple[Path, str]
) -> None:
    for size in (0, 30_000, 200_000):
        with files_of_at_most(size), pytest.raises((BackupError, OSError, sqlite3.Error)):
            back_up(settings, NIGHT)
        assert [file for file in settings.backups.iterdir() if file.stat().st_size] == []
        assert backups.everything(world.connection) == []
        assert not list(world.folder.glob(".backup-*"))
    made = back_up(settings, NIGHT)
    assert verify(settings.backups / made.file, identity_of(keys[0]), world.folder).sites == ("house",)


def test_a_file_for_which_there_is_no_room_is_refused_in_a_sentence_and_gone(
    settings: Settings, keys: tuple[Path, str], tmp_path: Path
) -> None:
    noise, target = tmp_path / "noise", tmp_path / "it.part"
    noise.write_bytes(os.urandom(400_000))
    manifest = Manifest((), NIGHT, 1, 1, 0, {}, {})
    with files_of_at_most(100_000), pytest.raises(BackupError, match="can't be written"):
        archive.write(target, tmp_path, ["noise"], manifest, [archive.recipient_of(keys[1])])
    assert not target.exists()


def test_a_backup_does_not_begin_where_it_would_leave_the_hub_no_room(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    expect_room([(tmp_path, 1)])
    with pytest.raises(NoRoomError, match=r"MiB free; expected \d+ MiB: make room"):
        expect_room([(tmp_path, free // 2), (tmp_path.parent, free // 2)])


def test_what_a_killed_backup_left_is_no_backup_and_gone_with_the_next(
    world: World, settings: Settings, keys: tuple[Path, str]
) -> None:
    """Killed as soon as there is something of the file: before it is whole, read back and written down."""
    with transaction(world.connection):
        big = "INSERT INTO audit (site, at, by, what, detail) VALUES ('house', 1, NULL, 'x', ?)"
        world.connection.executemany(big, [(os.urandom(100_000).hex(),) for _ in range(40)])
    command = [sys.executable, "-m", "hub", "backup", "--data", str(world.folder)]
    child = subprocess.Popen(command, env={**os.environ, "VAKA_BACKUP_RECIPIENT": keys[1]})
    until(lambda: any(f.stat().st_size for f in settings.backups.glob("vaka-*")), "the first of it")
    child.kill()
    child.wait()
    left = [file.name for file in settings.backups.iterdir()]
    assert len(left) == 1
    assert left[0].endswith(".part"), "not by the name of a good one"
    assert backups.everything(world.connection) == []
    made = back_up(settings, NIGHT)
    assert [file.name for file in settings.backups.iterdir()] == [made.file]
    assert not list(world.folder.glob(".backup-*"))


def test_the_commands_make_keys_back_up_list_verify_and_restore(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "kept-elsewhere.key"
    assert main(["backup", "--new-key", str(secret)]) == 0
    said = capsys.readouterr()
    assert secret.stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("VAKA_DATA", str(world.folder))
    assert main(["backup"]) == 1
    assert "no key is set" in capsys.readouterr().err
    monkeypatch.setenv("VAKA_BACKUP_RECIPIENT", said.out.strip().removeprefix("VAKA_BACKUP_RECIPIENT="))
    assert main(["backup"]) == 0
    assert "written and verified" in capsys.readouterr().out
    assert main(["backup", "--list"]) == 0
    file = capsys.readouterr().out.split()[0]
    assert main(["backup", "--verify", file, "--key", str(secret)]) == 0
    assert "is whole: house" in capsys.readouterr().out
    assert main(["restore", file, "--key", str(secret), "--data", str(tmp_path / "new")]) == 0
    assert "house as of" in capsys.readouterr().out
    assert main(["restore", file, "--key", str(secret), "--data", str(world.folder)]) == 1
    assert "there is a database" in capsys.readouterr().err
    monkeypatch.setenv("VAKA_BACKUP_RECIPIENT", "age1nonsense")
    assert main(["backup"]) == 1
    assert "no public key of age" in capsys.readouterr().err


def hostile(folder: Path, key: str, said: dict[str, Member], members: list[tuple[str, bytes]]) -> Path:
    """What somebody who knows only the public key can make."""
    manifest = Manifest(("s",), NIGHT, 1, 1, 0, {}, said)
    plain = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=plain, mode="wb") as deflated,
        tarfile.open(fileobj=deflated, mode="w|") as tar,
    ):
        for name, content in [("manifest.json", msgspec.json.encode(manifest)), *members]:
            head = tarfile.TarInfo(name)
            head.size = len(content)
            tar.addfile(head, io.BytesIO(content))
    file = folder / f"hostile{ENDING}"
    file.write_bytes(pyrage.encrypt(plain.getvalue(), [Recipient.from_str(key)]))
    return file


def honest(members: list[tuple[str, bytes]]) -> dict[str, Member]:
    return {name: Member(len(data), hashlib.sha256(data).hexdigest()) for name, data in members}


@pytest.mark.parametrize(
    "members",
    [
        [("../evil", b"x")],
        [("a", b"x")],
        [("a", b"x"), ("a", b"x")],
        [("a", b"x"), ("a/b", b"x")],
        [("vaka.db", b"x" * 5000), ("history.db", b"y")],
        [("vaka.db", b""), ("history.db", b"")],
    ],
)
def test_a_hostile_archive_is_refused_in_a_sentence_and_leaves_nothing(
    tmp_path: Path, keys: tuple[Path, str], members: list[tuple[str, bytes]]
) -> None:
    file = hostile(tmp_path, keys[1], honest(members), members)
    with pytest.raises((BackupError, FileExistsError, NotADirectoryError)):
        restore(file, identity_of(keys[0]), tmp_path / "new")
    assert list((tmp_path / "new").rglob("*")) == []
    assert not (tmp_path / "evil").exists()


def test_an_archive_that_holds_more_than_it_says_or_the_disk_has_room_for_is_not_unpacked(
    tmp_path: Path, keys: tuple[Path, str]
) -> None:
    zeros = [("vaka.db", bytes(50_000_000))]
    with pytest.raises(BackupError, match="is not what the manifest says"):
        restore(hostile(tmp_path, keys[1], {}, zeros), identity_of(keys[0]), tmp_path / "new")
    endless = {"vaka.db": Member(2**60, "0" * 64)}
    with pytest.raises(BackupError, match="expected that much room"):
        restore(hostile(tmp_path, keys[1], endless, zeros), identity_of(keys[0]), tmp_path / "new")
