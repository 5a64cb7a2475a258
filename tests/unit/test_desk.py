"""What people do at the same time: the state is read inside the transaction, one writer at a time."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest

from hub import alerting
from hub.desk import Desk, UnknownAlertError
from hub.store import alerts, outbox
from hub.store.db import connect, transaction
from rules.alert import Alert, Concern, Decision, opened
from rules.finding import Finding
from tests.patience import PATIENCE
from tests.world import Clock

AT = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
FINDING = Finding("night-exit", "3B", "raised", AT, "happened", "door")
HIGH = Concern("high", "u", ("r-anna",))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vaka.db"


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    connection = connect(path)
    yield connection
    connection.close()


def raised(connection: sqlite3.Connection) -> Alert:
    with transaction(connection):
        alert = alerting.take(connection, "donski", FINDING, HIGH, AT)
    assert alert is not None
    return alert


def test_of_two_who_accept_at_the_same_instant_one_wins_and_the_other_sees_who_has_it(
    path: Path, connection: sqlite3.Connection
) -> None:
    people = ("kari", "ola", "per", "siv")
    for _ in range(10):
        alert, barrier = raised(connection), Barrier(len(people))
        decisions: dict[str, Decision] = {}

        def accept(
            person: str,
            barrier: Barrier = barrier,
            alert: int = alert.id,
            decisions: dict[str, Decision] = decisions,
        ) -> None:
            own = connect(path)
            desk = Desk(own, "donski", Clock(AT))
            barrier.wait()
            decisions[person] = desk.accept(alert, person)
            own.close()

        threads = [Thread(target=accept, args=(person,)) for person in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (winner,) = [person for person, decision in decisions.items() if decision.changed]
        assert all(d.alert.accepted_by == winner for d in decisions.values())
        assert {d.reason for p, d in decisions.items() if p != winner} == {"already accepted"}
        trail = [(e.event, e.by) for e in alerts.events(connection, alert.id)]
        assert trail == [("raised", None), ("called", None), ("accept", winner)]
        Desk(connection, "donski", Clock(AT)).close(alert.id, winner, "test")


ACCEPTING = """
import sys
from pathlib import Path
from hub.clock import WallClock
from hub.desk import Desk
from hub.store.db import connect

own = connect(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
decision = Desk(own, "donski", WallClock()).accept(int(sys.argv[2]), sys.argv[3])
print(decision.changed, decision.alert.accepted_by, flush=True)
"""


def test_of_two_processes_that_accept_at_the_same_instant_one_wins_and_the_other_is_told_by_whom(
    path: Path, connection: sqlite3.Connection
) -> None:
    alert, people = raised(connection), ("kari", "ola")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ACCEPTING, str(path), str(alert.id), person],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for person in people
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("now\n")
        process.stdin.flush()
    said = [process.communicate(timeout=PATIENCE)[0].split() for process in processes]
    winner = next(person for person, (changed, _) in zip(people, said, strict=True) if changed == "True")
    assert sorted(changed for changed, _ in said) == ["False", "True"]
    assert [by for _, by in said] == [winner, winner]


def test_the_database_itself_allows_one_open_alert_for_a_rule_and_room(
    connection: sqlite3.Connection,
) -> None:
    first = raised(connection)
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"), transaction(connection):
        alerts.add(connection, opened(FINDING, "donski", HIGH, AT))
    Desk(connection, "donski", Clock(AT)).close(first.id, "kari", "helped")
    with transaction(connection):
        alerts.add(connection, opened(FINDING, "donski", HIGH, AT))


def test_every_step_is_announced_and_the_end_takes_the_message_off_the_broker(
    connection: sqlite3.Connection,
) -> None:
    alert = raised(connection)
    desk = Desk(connection, "donski", Clock(AT))
    assert desk.accept(alert.id, "kari").changed
    assert not desk.accept(alert.id, "ola").changed
    assert desk.close(alert.id, "kari", "helped").changed
    waiting = outbox.waiting(connection, "donski", 10)
    assert {note.address for note in waiting} == {f"vaka/donski/alerts/{alert.id}"}
    states = [note.payload.partition('"state":"')[2].partition('"')[0] for note in waiting]
    assert states == ["open", "accepted", "closed", ""]
    assert waiting[-1].payload == ""


def test_an_alert_of_another_site_is_unknown(connection: sqlite3.Connection) -> None:
    alert = raised(connection)
    with pytest.raises(UnknownAlertError, match=f"there is no alert {alert.id} on emma"):
        Desk(connection, "emma", Clock(AT)).accept(alert.id, "kari")
