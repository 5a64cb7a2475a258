"""The hub at work writes its backup, prunes and erases by itself, and readings hardly notice."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from hub.backup.archive import identity_of
from hub.backup.make import new_key, verify
from hub.clock import WallClock
from hub.erasing.request import Requests
from hub.jobs import Jobs
from hub.settings import Settings
from hub.store import backups, erasures, jobs, readings
from hub.store.db import connect, transaction
from hub.store.erasures import Erasure
from tests.keeping.test_erasing import PSEUDONYM, assert_gone, world
from tests.patience import until
from tests.world import World

__all__ = ["world"]


def test_a_hub_that_starts_writes_the_night_s_backup_and_erases_who_was_confirmed_beside_readings(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret.key"
    settings = Settings(
        data=world.folder, backup_recipient=new_key(secret), backup_folder=tmp_path / "backups"
    )
    assert settings.backup_recipient is not None
    monkeypatch.setenv("VAKA_BACKUP_RECIPIENT", settings.backup_recipient)  # the hub's children read it there
    monkeypatch.setenv("VAKA_BACKUP_FOLDER", str(settings.backups))
    asked = Requests(world.connection, world.site, WallClock()).ask(PSEUDONYM, "died", "lise")
    assert isinstance(asked, Erasure), asked
    world.stop()
    waits: list[float] = []
    stop = threading.Event()

    def write() -> None:
        with closing(connect(settings.database)) as connection:
            while not stop.wait(0.005):
                began = time.monotonic()
                with transaction(connection):
                    readings.append(connection, [(4, 1, 1, 1, 1, 0)] * 5)
                waits.append(time.monotonic() - began)

    at_work = Jobs(settings)
    writer = threading.Thread(target=write)
    at_work.start()
    writer.start()
    try:
        with closing(connect(settings.database)) as connection:
            until(lambda: backups.everything(connection), "a backup")
            confirmed = Requests(connection, world.site, WallClock()).confirm(asked.number, "alma")
            assert isinstance(confirmed, Erasure), confirmed
            until(lambda: erasures.not_ended(connection, "house") == [], "her erasure")
            (made,) = backups.everything(connection)
            known = {job.name: job for job in jobs.everything(connection)}
            until(lambda: jobs.get(connection, "erasing").done_at, "the job's end")  # type: ignore[union-attr]
    finally:
        stop.set()
        writer.join()
        at_work.stop()
    assert {"retention", "backup", "certificates", "erasing"} <= set(known)
    assert known["backup"].failed_at is None
    assert verify(settings.backups / made.file, identity_of(secret), tmp_path).sites == ("house",)
    assert_gone(world.folder)
    assert max(waits) < 30, f"a commit waited {max(waits):.1f} s"


def test_a_backup_that_is_killed_leaves_nothing_readable_behind_and_the_next_one_is_whole(
    world: World, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.key"
    folder = tmp_path / "backups"
    environment = {
        **os.environ,
        "VAKA_DATA": str(world.folder),
        "VAKA_BACKUP_RECIPIENT": new_key(secret),
        "VAKA_BACKUP_FOLDER": str(folder),
    }
    with transaction(world.connection):
        readings.append(world.connection, [(4, 1, n, n, n, 0) for n in range(400_000)])
    command = [sys.executable, "-m", "hub", "backup"]
    killed = subprocess.Popen(command, env=environment)
    until(lambda: list(world.folder.glob(".backup-*")), "its beginning")
    killed.send_signal(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    assert not list(folder.glob("*.vaka.age")), "half a backup counts as one"
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (file,) = folder.glob("*.vaka.age")
    assert verify(file, identity_of(secret), tmp_path).counts["reading"] >= 400_000
    assert not list(world.folder.glob(".backup-*")), "a readable copy was left behind"
    assert not list(folder.glob("*.part"))


@pytest.mark.parametrize("command", ["backup", "erase"])
def test_a_child_of_the_hub_ends_with_it(command: str) -> None:
    """The words that the hub gives its children are words that the commands know."""
    words = {"backup": ["backup", "--quietly", "--help"], "erase": ["erase", "--go-on", "--help"]}[command]
    done = subprocess.run([sys.executable, "-m", "hub", *words], capture_output=True, check=False)
    assert done.returncode == 0
