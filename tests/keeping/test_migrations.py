"""A database of any version so far is brought up to date with all that is in it; a newer is left alone."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dashboards.app import create_app
from dashboards.house import read_house
from hub.__main__ import COMMANDS, main
from hub.backup.make import new_key
from hub.clock import NEVER, ReadingsClock, now
from hub.doctor import on_database
from hub.history.segments import beside, connect_history
from hub.retention import held, prune
from hub.settings import Settings
from hub.site.change import Changed, change_site, put_in_force
from hub.site.edits import ChangeDevice, Edit, PlaceDevice, RemoveDevice, ReplaceDevice
from hub.site.file import SiteFile, read_site
from hub.site.installed import installed_site
from hub.store import absences, alerts, outbox, pauses, placements, protection, readings, summonses
from hub.store.db import connect, transaction
from hub.store.instants import from_us, to_us
from rules.retention import DEFAULTS
from tests.keeping.old_databases import CONTENT, FIRST_HISTORY, HOUSE, NEWEST, NUMBERS, T, write

Rows = dict[str, list[dict[str, object]]]


def rows_of(connection: sqlite3.Connection) -> Rows:
    connection.row_factory = sqlite3.Row
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    return {
        table["name"]: [dict(row) for row in connection.execute(f"SELECT * FROM {table['name']}")]
        for table in tables
    }


def schema_of(connection: sqlite3.Connection) -> set[tuple[object, ...]]:
    return {
        (row[0], row[1], row[2], " ".join((row[3] or "").split()).replace('"', ""))
        for row in connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")
    }


def columns_of(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """What the program sees, whatever way it came about."""
    return {
        name: [tuple(row) for row in connection.execute(f"PRAGMA table_xinfo({name})")]
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    }


def test_the_numbers_have_no_gap_and_no_rows_are_left_out() -> None:
    assert list(range(1, len(NUMBERS) + 1)) == NUMBERS
    assert set(CONTENT) <= set(NUMBERS)


@pytest.mark.parametrize("number", NUMBERS)
def test_it_is_brought_up_to_date_with_all_that_is_in_it(number: int, tmp_path: Path) -> None:
    database = tmp_path / "vaka.db"
    write(number, database)
    with closing(sqlite3.connect(database)) as old:
        assert old.execute("PRAGMA user_version").fetchone()[0] == number
        before = rows_of(old)
    filled = {table for table, rows in before.items() if rows}
    assert len(filled) >= 18
    connect(tmp_path / "fresh.db").close()
    with closing(connect(database)) as new, closing(sqlite3.connect(tmp_path / "fresh.db")) as fresh:
        assert new.execute("PRAGMA user_version").fetchone()[0] == NEWEST
        assert columns_of(new) == columns_of(fresh)
        assert {row[:3] for row in schema_of(new)} == {row[:3] for row in schema_of(fresh)}
        after = rows_of(new)
        for table, rows in before.items():
            kept = [
                {name: row[name] for name in old_row} for old_row, row in zip(rows, after[table], strict=True)
            ]
            assert kept == rows, table
        assert new.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert new.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("number", NUMBERS)
def test_what_is_in_it_is_understood(number: int, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    write(number, settings.database)
    with closing(connect(settings.database)) as connection:
        house = read_house(connection, None, now())
        assert house.site.name == "Granly omsorgsboliger"
        (open_alert,) = alerts.open_alerts(connection, "granly")
        assert (open_alert.id, open_alert.residents, open_alert.late) == (2, ("r-2",), True)
        assert [event.reason for event in alerts.events(connection, 1)] == ["døra gikk opp", "helped"]
        assert [stored.value for stored in readings.after(connection, 0, 9)] == [True, False, 21.5]
        assert [one.id for one in outbox.waiting(connection, "granly", 9)] == [2]
        assert protection.now(connection, "granly")["r-1"].protection.state == "protected"
        assert pauses.active(connection, "granly") == [] or number >= 13
        assert absences.active(connection, "granly") == []
        assert [remark.state for remark in on_database(connection, settings)] == ["ok"]
    assert {one.name for one in held(settings.database, settings)} == set(DEFAULTS)
    prune(settings.database, {name: one.days for name, one in DEFAULTS.items()}, now())
    with closing(connect(settings.database)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_history_of_the_first_version_gets_its_days(tmp_path: Path) -> None:
    first = FIRST_HISTORY.read_text("utf-8")
    with closing(sqlite3.connect(tmp_path / "history.db")) as old:
        old.executescript(first)
        old.execute("UPDATE moved SET seq = 17")
        old.execute("PRAGMA user_version = 1")
        old.commit()
    with closing(connect_history(tmp_path / "history.db")) as new:
        assert new.execute("SELECT seq FROM moved").fetchone()[0] == 17
        assert new.execute("SELECT count(*) FROM daily").fetchone()[0] == 0


# A newer one


WITH_A_DATABASE: dict[str, list[str]] = {
    "hub": [],
    "up": [],
    "export": [],
    "doctor": [],
    "paused": [],
    "duty": [],
    "prove": [],
    "import": ["site.yaml"],
    "accounts": ["accounts"],
    "password": ["kari"],
    "contact": ["kari"],
    "pause": ["door-open", "--room", "3B", "--by", "kari", "--for", "1 h"],
    "resume": ["door-open", "--room", "3B", "--by", "kari"],
    "away": ["r-1", "--by", "kari", "--reason", "hospital", "--for", "1 d"],
    "back": ["r-1", "--by", "kari"],
    "record": ["list"],
    "audit": ["head"],
    "backup": ["--list"],
    "erase": ["r-1", "--why", "died", "--by", "kari"],
}
"""Every command that opens the database, with words that let it come so far. A new one belongs here or below.
"""
WITHOUT_ONE = {
    "web",
    "watch",
    "read-token",
    "check",
    "decode",
    "demo",
    "test",
    "replay",
    "restore",
    "backtest",
}
"""The pages and the watchman are processes of their own; restore and backtest make theirs, or read files."""


def test_every_command_is_in_one_of_the_lists() -> None:
    assert {*WITH_A_DATABASE, *WITHOUT_ONE} == set(COMMANDS)


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    database = tmp_path / "vaka.db"
    write(NEWEST, database)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA user_version = 4711")
    monkeypatch.setenv("VAKA_DATA", str(tmp_path))
    monkeypatch.delenv("VAKA_SITE", raising=False)
    return database


@pytest.mark.parametrize("command", WITH_A_DATABASE)
def test_every_command_refuses_a_newer_database_with_a_clear_word_and_leaves_it_alone(
    command: str, newer: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getpass", lambda *_: "correct horse battery staple")
    monkeypatch.chdir(newer.parent)
    Path("site.yaml").write_text(HOUSE, "utf-8")
    before = newer.read_bytes()
    assert main([command, *WITH_A_DATABASE[command]]) == 1
    said = "".join(capsys.readouterr())
    assert "was written by a newer Vaka (its schema is 4711" in said
    assert "Traceback" not in said
    assert newer.read_bytes() == before


# An older one, on which a hub of its version may be at work


BRINGS_IT_UP_TO_DATE = {"hub", "up", "import"}
"""The hub when it starts, and the file without which it may not start."""
BESIDE_THE_HUB = {name: words for name, words in WITH_A_DATABASE.items() if name not in BRINGS_IT_UP_TO_DATE}
MORE = {
    "import": ["--devices", "devices.csv", "--dry-run"],
    "backtest": ["--days", "1"],
    "backup": [],
    "erase": ["--go-on"],
    "export": ["--resident", "r-1"],
    "audit": ["verify"],
}


@pytest.mark.parametrize("history_only", [False, True])
@pytest.mark.parametrize(("command", "words"), [*BESIDE_THE_HUB.items(), *MORE.items()])
def test_no_command_beside_the_hub_brings_an_older_database_up_to_date(
    command: str,
    words: list[str],
    history_only: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database, history = tmp_path / "vaka.db", tmp_path / "history.db"
    write(NUMBERS[-2], database)
    if history_only:
        connect(database).close()
    older = sqlite3.connect(history)
    older.executescript(FIRST_HISTORY.read_text("utf-8"))
    older.execute("PRAGMA user_version = 1")
    older.close()
    monkeypatch.setenv("VAKA_DATA", str(tmp_path))
    monkeypatch.setenv("VAKA_BACKUP_RECIPIENT", new_key(tmp_path / "key"))
    monkeypatch.delenv("VAKA_SITE", raising=False)
    monkeypatch.setattr("getpass.getpass", lambda *_: "correct horse battery staple")
    monkeypatch.chdir(tmp_path)
    Path("devices.csv").write_text("id,room,role\n", "utf-8")
    before = database.read_bytes(), history.read_bytes()
    assert main([command, *words]) == 1
    said = "".join(capsys.readouterr())
    which = "history" if history_only else "vaka"
    assert f"{which}.db is of an older version" in said
    assert "the hub brings it up to date when it starts" in said
    assert (database.read_bytes(), history.read_bytes()) == before


def test_the_watchman_finds_the_site_in_an_older_database_and_leaves_it_as_it_is(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    write(NUMBERS[-2], settings.database)
    before = settings.database.read_bytes()
    assert installed_site(settings).site == "granly"
    assert settings.database.read_bytes() == before


def test_the_pages_say_so_too(newer: Path) -> None:
    with TestClient(create_app(Settings(data=newer.parent)), raise_server_exceptions=False) as client:
        for path in ("/", "/sign-in", "/healthz", "/api/v1/alerts"):
            answer = client.get(path)
            assert answer.status_code == 503, path
            assert "was written by a newer Vaka" in answer.text, path


def test_the_pages_wait_for_the_hub_to_bring_an_older_database_up_to_date(tmp_path: Path) -> None:
    database = tmp_path / "vaka.db"
    write(NUMBERS[-2], database)
    before = database.read_bytes()
    with TestClient(create_app(Settings(data=tmp_path)), raise_server_exceptions=False) as client:
        for path in ("/", "/sign-in", "/healthz", "/api/v1/alerts"):
            answer = client.get(path)
            assert answer.status_code == 503, path
            assert "the hub brings it up to date when it starts" in answer.text, path
        assert database.read_bytes() == before
        connect(database).close()  # as the hub does
        assert client.get("/sign-in").status_code == 200


def test_a_newer_history_is_refused_as_well(tmp_path: Path) -> None:
    connect_history(beside(tmp_path / "vaka.db")).close()
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        connection.execute("PRAGMA user_version = 4711")
    with pytest.raises(Exception, match=r"history\.db was written by a newer Vaka"):
        connect_history(beside(tmp_path / "vaka.db"))


def test_a_message_to_whoever_was_called_in_stead_is_known_as_such_from_before_that_was_kept(
    tmp_path: Path,
) -> None:
    write(52, tmp_path / "vaka.db")
    with closing(sqlite3.connect(tmp_path / "vaka.db")) as old, old:
        old.execute("DELETE FROM summons")
        for seq, event, reason in ((90, "called", "unit"), (91, "called_instead", "kari, ola")):
            old.execute("INSERT INTO alert_event VALUES (?, 2, 1, ?, NULL, ?, NULL)", (seq, event, reason))
        for person in ("kari", "ka", "ola"):
            old.execute(
                "INSERT INTO summons"
                " (site, alert, event, person, way, address, urgent, subject, body, created_at)"
                " VALUES ('granly', 2, 90, ?, 'email', 'x', 1, '', '', 1)",
                (person,),
            )
    with closing(connect(tmp_path / "vaka.db")) as connection:
        assert {one.person: one.groups for one in summonses.of_alert(connection, 2)} == {
            "kari": "in_stead",
            "ka": "",
            "ola": "in_stead",
        }


def _without_since_when(database: Path) -> None:
    """As the version before wrote it down: whatever was placed anew counted as there since 1970."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA user_version = 56")
        connection.execute(
            "UPDATE placement SET since = 0 WHERE seq IN (SELECT min(seq) FROM placement GROUP BY device)"
        )
        connection.commit()


def test_what_was_placed_before_that_was_written_down_hangs_there_since_its_first_version(
    tmp_path: Path,
) -> None:
    database, days = tmp_path / "vaka.db", [from_us(T) + n * timedelta(days=1) for n in range(9)]

    def edit(day: int, *edits: Edit) -> None:
        done = change_site(connection, "granly", edits, "tor", ReadingsClock(days[day]))
        assert isinstance(done, Changed), done

    def renamed(was: str, now: str, role: str, address: str) -> list[Edit]:
        return [RemoveDevice(was), PlaceDevice(now, "3B", role, address=address)]

    def places() -> list[tuple[str, str, datetime]]:
        found = placements.everything(connection, "granly")
        return sorted((one.device, one.room, one.since) for one in found)

    with closing(connect(database)) as connection:
        file = read_site(HOUSE, "granly.yaml")
        assert isinstance(file, SiteFile)
        with transaction(connection):
            put_in_force(connection, file, days[0], "tor")
        edit(2, PlaceDevice("3B seng", "3B", "bed", address="0x5"), PlaceDevice("ny", "4A", "motion"))
        edit(3, *renamed("3B seng", "Senga", "bed", "0x5"), *renamed("3B stue", "Stua", "motion", "3B stue"))
        connection.execute(
            "INSERT INTO device (site, gateway, address, first_heard_at)"
            " VALUES ('granly', 'native', '0x7', ?)",
            (to_us(days[1]),),
        )
        edit(4, ChangeDevice("ny", "3B", "motion"), PlaceDevice("hørt", "4A", "motion", address="0x7"))
        edit(5, RemoveDevice("3B dør"), ReplaceDevice("Senga", "0x6"))
        edit(6, PlaceDevice("3B dør", "4A", "outer_door"))
        before = places()
    _without_since_when(database)
    with closing(connect(database)) as connection:
        assert places() == before
    assert before == [
        ("3B dør", "3B", NEVER),
        ("3B dør", "4A", days[6]),
        ("Senga", "3B", days[2]),
        ("Senga", "3B", days[5]),
        ("Stua", "3B", NEVER),
        ("hørt", "4A", days[1]),
        ("ny", "3B", days[4]),
        ("ny", "4A", days[2]),
    ]
