"""Children of the hub that hang: no job waits for them for good, and none is left behind."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from hub.backup import make
from hub.backup.archive import BackupError
from hub.backup.make import back_up, new_key
from hub.child import end
from hub.clock import WallClock, now
from hub.erasing import work
from hub.erasing.work import go_on
from hub.history import child as history
from hub.history.child import HistoryChild
from hub.history.segments import beside, connect_history
from hub.jobs import Jobs
from hub.settings import Settings
from hub.store.db import connect
from hub.timetable import JobError, alone
from tests.patience import PATIENCE, until


def children() -> set[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=,comm=", "--ppid", str(os.getpid())], capture_output=True, text=True
    )
    return {int(line.split()[0]) for line in listed.stdout.splitlines() if "ps" not in line.split()[1:]}


def test_a_job_whose_process_hangs_and_does_not_listen_is_ended_and_the_next_has_its_turn(
    tmp_path: Path,
) -> None:
    before = children()
    jobs = Jobs(Settings(data=tmp_path), child_within_s=1)
    with pytest.raises(JobError, match="hung"):
        jobs._child("tests.keeping.deaf_child")
    assert children() == before


def test_a_hub_that_stops_leaves_no_deaf_child_behind(tmp_path: Path) -> None:
    before, said = children(), list[str]()
    jobs = Jobs(Settings(data=tmp_path))

    def work() -> None:
        try:
            jobs._child("tests.keeping.deaf_child")
        except JobError as error:
            said.append(str(error))

    thread = Thread(target=work)
    thread.start()
    until(lambda: children() - before, "the child")
    jobs._stopping.set()
    thread.join(PATIENCE)
    assert (said, children()) == (["the hub stopped"], before)


def test_a_frozen_child_is_ended() -> None:
    child = subprocess.Popen(["sleep", "600"], stdout=subprocess.PIPE)
    child.send_signal(signal.SIGSTOP)
    assert end(child) in (-signal.SIGTERM, -signal.SIGKILL)


def test_a_history_child_that_hangs_is_ended_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(data=tmp_path)
    connect(settings.database).close()
    before, hangs = children(), HistoryChild(settings, within_s=0)
    with closing(connect_history(beside(settings.database))) as held:
        held.execute("BEGIN EXCLUSIVE")  # the child waits for it
        hangs.run_if_due(now())
    assert "the history was not kept" in caplog.text
    assert children() == before
    HistoryChild(settings).run_if_due(now())
    assert caplog.text.count("the history was not kept") == 1
    assert history.CHILD_WITHIN_S > 600


def test_a_child_does_not_outlive_a_hub_that_is_killed() -> None:
    hub = subprocess.Popen([sys.executable, "-m", "tests.keeping.hub_with_a_child"], stdout=subprocess.PIPE)
    assert hub.stdout is not None
    child = int(hub.stdout.readline())
    assert Path(f"/proc/{child}").exists()
    hub.kill()
    assert hub.wait(PATIENCE) == -signal.SIGKILL
    assert hub.stdout.read() == b"", "it ends with its last holder: the child, which listens to nobody"
    hub.stdout.close()


def test_two_are_never_at_the_same_backup_or_erasure(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, backup_recipient=new_key(tmp_path / "secret.key"))
    connect(settings.database).close()
    with alone(settings.database, make.LOCK), pytest.raises(BackupError, match="another backup is being"):
        back_up(settings, now())
    with alone(settings.database, work.LOCK), pytest.raises(JobError, match="another process is at it"):
        go_on(settings, WallClock())
    assert back_up(settings, now()).bytes > 0, "the lock went with its holder"
