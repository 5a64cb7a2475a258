"""The audit trail is what was written, or it is said where it is not."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from hub.__main__ import main
from hub.audit_chain import HEADS, Head, note_head, noted_heads, verify
from hub.retention import prune
from hub.store import audit
from hub.store.db import connect, transaction
from rules.retention import CLASSES, DEFAULTS

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "vaka.db"


@pytest.fixture
def trail(database: Path) -> Iterator[sqlite3.Connection]:
    """Ten entries, a day apart."""
    connection = connect(database)
    for day in range(10):
        audit.add(
            connection,
            "house",
            START + timedelta(days=day),
            "kari",
            "residents seen",
            {"residents": [f"r{day}"]},
        )
    yield connection
    connection.close()


def faults(connection: sqlite3.Connection, *heads: Head) -> list[tuple[int, str]]:
    return [(fault.seq, fault.reason) for fault in verify(connection, heads).faults]


def test_what_was_written_holds(trail: sqlite3.Connection) -> None:
    verdict = verify(trail)
    assert (verdict.entries, verdict.earlier, verdict.erased, verdict.faults) == (10, 0, 0, ())


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE audit SET by = 'lise' WHERE seq = 4", [(4, "changed")]),
        ("UPDATE audit SET at = at + 1 WHERE seq = 4", [(4, "changed")]),
        ("UPDATE audit SET detail = '{}' WHERE seq = 4", [(4, "changed")]),
        ("UPDATE audit SET detail = '{}', salt = NULL WHERE seq = 4", [(4, "changed")]),
        ("DELETE FROM audit WHERE seq = 4", [(5, "untied")]),
        ("DELETE FROM audit WHERE seq < 4", [(4, "beginning_gone")]),
        ("UPDATE audit SET seq = 100 WHERE seq = 4", [(5, "untied"), (100, "untied")]),
        (
            "INSERT INTO audit (site, at, by, what, detail) VALUES ('house', 1, 'kari', 'x', '{}')",
            [(11, "without_a_chain")],
        ),
        ("UPDATE audit SET chain = NULL WHERE seq = 4", [(4, "without_a_chain"), (5, "untied")]),
    ],
)  # fmt: skip
def test_whatever_is_changed_taken_away_or_put_in_is_found(
    trail: sqlite3.Connection, tampering: str, found: list[tuple[int, str]]
) -> None:
    trail.execute(tampering)
    assert faults(trail) == found


def test_an_end_that_was_cut_off_or_written_anew_is_found_by_a_value_that_was_noted(
    trail: sqlite3.Connection,
) -> None:
    noted = Head(*audit.head(trail) or (0, b""))
    assert faults(trail, noted) == []
    trail.execute("DELETE FROM audit WHERE seq > 8")
    assert faults(trail) == []  # by itself a shorter chain holds
    assert faults(trail, noted) == [(10, "head_gone")]
    for _ in range(2):
        audit.add(trail, "house", START, "lise", "residents seen", {})
    assert faults(trail, noted) == [(10, "head_gone")]


def test_what_is_older_than_it_is_kept_is_cut_off_with_a_word_and_the_rest_holds(
    database: Path, trail: sqlite3.Connection
) -> None:
    days = dict.fromkeys(CLASSES, 100_000) | {"audit": 365}
    for kept in (4, 2):
        prune(database, days, START + timedelta(days=365 + 10 - kept))
        assert faults(trail) == []
    cuts = [entry.detail for entry in audit.newest(trail, "house", 10) if entry.what == audit.CUT]
    assert [(cut["upto"], cut["rows"]) for cut in cuts] == [(8, 2), (6, 6)]
    trail.execute("DELETE FROM audit WHERE seq = 9")
    assert faults(trail) == [(10, "beginning_gone")]
    assert DEFAULTS["audit"].days >= 365


def test_what_is_erased_is_gone_and_its_place_is_still_there(trail: sqlite3.Connection) -> None:
    with transaction(trail):
        audit.add(trail, "house", START, "lise", "erasure confirmed", {"erasure": 1})
        audit.erase(trail, 4, "erasure 1")
    verdict = verify(trail)
    assert (verdict.erased, verdict.faults) == (1, ())
    assert "r3" not in str(trail.execute("SELECT detail, by FROM audit WHERE seq = 4").fetchone()[:])


def test_who_takes_the_salt_away_and_writes_something_else_is_found(trail: sqlite3.Connection) -> None:
    for forged in ('{"page":"/","erased":"erasure 1"}', '{"page":"erased"}'):
        trail.execute("UPDATE audit SET salt = NULL, detail = ? WHERE seq = 4", (forged,))
        assert [(fault.seq, fault.reason) for fault in verify(trail).faults] == [(4, "changed")]


def test_who_makes_an_entry_look_erased_without_an_erasure_is_found(trail: sqlite3.Connection) -> None:
    forged = "UPDATE audit SET salt = NULL, by = NULL, detail = ? WHERE seq = 4"
    trail.execute(forged, ('{"erased":"erasure 1"}',))
    assert faults(trail) == [(4, "changed")]
    audit.add(trail, "house", START, "lise", "erasure asked for", {"erasure": 1})
    assert faults(trail) == [(4, "changed")]
    audit.add(trail, "house", START, "lise", "erasure confirmed", {"erasure": 1})
    assert faults(trail) == []
    trail.execute(forged, ('{"erased":"erasure 2"}',))
    assert faults(trail) == [(4, "changed")]


def test_a_chain_that_begins_anew_behind_a_noted_value_is_found_by_it(trail: sqlite3.Connection) -> None:
    seq, chain = audit.head(trail) or (0, b"")
    year = timedelta(days=365)
    trail.execute("DELETE FROM audit")
    audit.add(trail, "house", START, "lise", "residents seen", {})
    assert faults(trail, Head(seq, chain)) == [(seq, "head_gone")]
    said = {"upto": seq, "rows": seq, "chain": chain.hex()}
    audit.add(trail, "house", START + year, None, audit.CUT, said)
    trail.execute("UPDATE audit SET seq = seq + 100")
    assert faults(trail, Head(seq, chain, START)) == [], "as it is after a year"
    assert faults(trail, Head(seq, chain, START + year)) == [(seq, "head_gone")], "not the next day"


def test_two_who_write_at_once_tie_to_each_other_and_never_to_the_same(
    database: Path, trail: sqlite3.Connection
) -> None:
    def write() -> None:
        connection = connect(database)
        for _ in range(50):
            audit.add(connection, "house", START, "kari", "residents seen", {})
        connection.close()

    writers = [Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert verify(trail).entries == 210
    assert faults(trail) == []


def test_entries_from_before_there_was_a_chain_are_counted_apart(trail: sqlite3.Connection) -> None:
    trail.execute("DELETE FROM audit")
    trail.execute(
        "INSERT INTO audit (site, at, by, what, detail) VALUES ('house', 1, NULL, 'password set', 'kari')"
    )
    audit.add(trail, "house", START, "kari", "signed in", {})
    verdict = verify(trail)
    assert (verdict.entries, verdict.earlier, verdict.faults) == (2, 1, ())
    assert [entry.what for entry in audit.newest(trail, "house", 10)] == ["signed in"]
    assert audit.of_resident(trail, "house", "r1", START - timedelta(days=90_000), 10) == []


def test_a_day_s_value_is_noted_beside_the_database_and_looked_at_again(
    database: Path, trail: sqlite3.Connection
) -> None:
    file = database.parent / HEADS
    note_head(trail, file, START)
    audit.add(trail, "house", START, "kari", "signed in", {})
    note_head(trail, file, START + timedelta(days=1))
    file.write_text(file.read_text() + "nonsense\n2026 x y\n")
    assert [head.seq for head in noted_heads(file)] == [10, 11]
    assert main(["audit", "verify", "--data", str(database.parent)]) == 0
    trail.execute("DELETE FROM audit WHERE seq = 11")
    assert main(["audit", "verify", "--data", str(database.parent)]) == 1


def test_the_command_says_where_it_does_not_hold_and_takes_a_value_noted_elsewhere(
    database: Path, trail: sqlite3.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["audit", "verify", "--data", str(database.parent)]
    assert main(["audit", "head", "--data", str(database.parent)]) == 0
    noted = capsys.readouterr().out.strip()
    assert main([*words, "--head", noted]) == 0
    assert "10 entries" in capsys.readouterr().out
    trail.execute("UPDATE audit SET by = 'lise' WHERE seq = 4")
    trail.execute("DELETE FROM audit WHERE seq = 10")
    assert main([*words, "--head", noted]) == 1
    said = capsys.readouterr().out
    assert "entry 4: its content is not what was written" in said
    assert "entry 10: it was noted as the newest" in said
    with pytest.raises(SystemExit):
        main([*words, "--head", "10:abc"])
