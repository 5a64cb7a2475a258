"""vaka check, import, export and password, as a technician uses them, on a real database."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from hub.__main__ import COMMANDS, main
from hub.alerting import take
from hub.clock import WallClock
from hub.desk import Desk
from hub.settings import read_settings
from hub.store import shifts, sites
from hub.store.db import connect, transaction
from rules.alert import Concern
from rules.building import TRAILS_OWN
from rules.duty import Shift
from rules.finding import Finding

HOUR = timedelta(hours=1)
KARI = "  - {id: kari, name: Kari Østby, role: carer, units: [solsikka]}\n"
EXAMPLE = Path(__file__).parents[2] / "sites" / "donski-small.yaml"


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv("VAKA_DATA", str(folder))
    monkeypatch.delenv("VAKA_SITE", raising=False)
    return folder


def edited(tmp_path: Path, old: str, new: str) -> str:
    text = EXAMPLE.read_text("utf-8")
    assert old in text
    file = tmp_path / "edited.yaml"
    file.write_text(text.replace(old, new, 1), "utf-8", newline="")
    return str(file)


def test_check_says_what_a_good_file_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(EXAMPLE)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("Dønski, to bogrupper (donski-small): gateways 2, units 2, rooms 13")
    assert "  fall                     in force in 2 rooms" in said
    assert "  leak                     in force in 1 room" in said


def test_check_says_everything_that_is_wrong_by_file_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = edited(tmp_path, "role: leader}", "role: boss, units: [x]}")
    line = Path(file).read_text("utf-8").split("role: boss")[0].count("\n") + 1
    assert main(["check", file]) == 1
    assert capsys.readouterr().out.splitlines() == [
        (
            f"{file}:{line}: role is 'boss'; expected one of carer, leader, technician, administrator,"
            " privacy_officer"
        ),
        f"{file}:{line}: there is no unit 'x'; expected one of solsikka, bjorka",
        "2 problems",
    ]


@pytest.mark.parametrize("name", sorted(TRAILS_OWN))
def test_nobody_is_imported_by_a_name_that_the_trail_would_take_for_vaka_itself(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    file = edited(tmp_path, "{id: kari,", f"{{id: {name},")
    assert main(["check", file]) == main(["import", file]) == 1
    assert (
        f"{name!r} is what the audit trail calls Vaka itself; expected another id" in capsys.readouterr().out
    )


@pytest.mark.parametrize("name", ["\u200b", "Kari\u200b", "\u202etteR iraK"])
@pytest.mark.parametrize("whose", ["Kari Østby", "Solveig Myrvang"])
def test_nobody_is_imported_by_a_name_that_cannot_be_seen_or_is_read_backwards(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str], name: str, whose: str
) -> None:
    file = edited(tmp_path, f"name: {whose},", f"name: {name},")
    assert main(["check", file]) == main(["import", file]) == 1
    assert f"{name!r} holds what cannot be seen" in capsys.readouterr().out


def test_check_of_a_file_that_is_not_there_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "/nowhere/site.yaml"]) == 1
    assert capsys.readouterr().err == "vaka check: /nowhere/site.yaml: No such file or directory\n"


def test_a_rule_without_a_sensor_is_a_warning_and_the_file_can_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = edited(tmp_path, "    rooms: [1F]", "    rooms: [2E]")
    assert main(["check", file]) == 0
    assert "warning: rule 'fridge-open' finds no sensor in any of its rooms" in capsys.readouterr().out
    assert main(["import", file]) == 0


def test_what_was_imported_is_exported_byte_for_byte(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    text = "\ufeff" + EXAMPLE.read_text("utf-8").replace("\n", "\r\n") + "#  siste linje uten linjeskift"
    file = tmp_path / "windows.yaml"
    file.write_bytes(text.encode())
    assert main(["import", str(file)]) == 0
    capsysbinary.readouterr()
    assert main(["export"]) == 0
    assert capsysbinary.readouterr().out == file.read_bytes()


def test_an_import_says_what_came_went_and_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["import", str(EXAMPLE)])
    capsys.readouterr()
    file = edited(tmp_path, "  - {id: 1F knapp, room: 1F, role: help_button}\n", "")
    file = str(Path(file).rename(tmp_path / "second.yaml"))
    Path(file).write_text(Path(file).read_text("utf-8").replace("after: 10 h", "after: 11 h"), "utf-8")
    assert main(["import", file, "--by", "trond"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "donski-small: version 2 is in force",
        "  devices: 1 removed",
        "  rules: 1 changed",
    ]


def test_an_import_tells_a_renamed_device_from_one_that_came_or_went(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = "  - {id: 1F knapp, room: 1F, role: help_button, address: '0x01'}\n"
    first = edited(tmp_path, "  - {id: 1F knapp, room: 1F, role: help_button}\n", named)
    main(["import", first])
    capsys.readouterr()
    other = Path(first).read_text("utf-8").replace("id: 1F knapp", "id: 1F snor")
    other = other.replace("  - {id: 1A røyk, room: 1A, role: smoke_detector}\n", "")
    Path(first).write_text(other, "utf-8")
    assert main(["import", first, "--by", "trond"]) == 0
    assert "  devices: 1 removed, 1 renamed" in capsys.readouterr().out.splitlines()
    taken = other.replace("id: 1F snor", "id: 1F dør").replace(
        "id: 1B ytterdør, room: 1B, role: outer_door",
        "id: 1F snor, room: 1B, role: outer_door, address: 1B ytterdør",
    )
    assert taken.count("id: 1F snor") == 1
    Path(first).write_text(taken, "utf-8")
    assert main(["import", first, "--by", "trond"]) == 0
    assert "  devices: 2 renamed" in capsys.readouterr().out.splitlines()


def test_an_import_says_what_nobody_has_any_more_where_somebody_is_missing_from_the_file(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["import", str(EXAMPLE)])
    now = datetime.now(UTC)
    with closing(connect(read_settings().database)) as connection, transaction(connection):
        for begin, end in ((-30, -22), (-1, 7), (23, 31)):
            at = now + begin * HOUR, now + end * HOUR
            shifts.add(connection, "donski-small", Shift(0, "kari", (), "carer", *at, source="roster"))
        finding = Finding("help-button", "1A", "raised", now, "pressed")
        alert = take(connection, "donski-small", finding, Concern("high", "solsikka", ()), now)
        assert alert is not None
    with closing(connect(read_settings().database)) as connection:
        Desk(connection, "donski-small", WallClock()).accept(alert.id, "kari")
    capsys.readouterr()
    assert main(["import", edited(tmp_path, KARI, "")]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  people: 1 removed",
        "  kari is gone; nobody has now: 2 shifts not over yet, 1 alert in hand",
    ]


def test_the_same_file_again_adds_nothing_and_says_so(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(EXAMPLE), "--by", "trond"]) == 0
    capsys.readouterr()
    assert main(["import", str(EXAMPLE)]) == 0
    assert capsys.readouterr().out.startswith("donski-small: this very file is already in force, since ")
    connection = connect(data / "vaka.db")
    (version,) = connection.execute("SELECT id, imported_by FROM site_version").fetchall()
    assert tuple(version) == (1, "trond")
    connection.close()


def test_a_bad_file_changes_nothing(
    tmp_path: Path, data: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    main(["import", str(EXAMPLE)])
    assert main(["import", edited(tmp_path, "role: leader", "role: boss")]) == 1
    assert capsysbinary.readouterr().out.endswith(b"nothing was changed\n")
    main(["export"])
    assert capsysbinary.readouterr().out == EXAMPLE.read_bytes()
    connection = connect(data / "vaka.db")
    assert connection.execute("SELECT count(*) FROM site_version").fetchone()[0] == 1
    connection.close()


def test_a_bad_file_does_not_even_make_a_database(tmp_path: Path, data: Path) -> None:
    assert main(["import", edited(tmp_path, "role: leader", "role: boss")]) == 1
    assert not data.exists()


def test_of_two_sites_one_must_be_named(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    other = edited(tmp_path, "site: donski-small", "site: emma")
    main(["import", str(EXAMPLE)])
    assert main(["import", other, "--another-site"]) == 0
    assert b"VAKA_SITE=emma" in capsysbinary.readouterr().out
    assert main(["import", other]) == 0  # it is known by now
    capsysbinary.readouterr()
    assert main(["export"]) == 1
    assert b"expected VAKA_SITE to be one of donski-small, emma" in capsysbinary.readouterr().err
    assert main(["export", "--site", "emma"]) == 0
    assert capsysbinary.readouterr().out == Path(other).read_bytes()


def test_a_file_of_another_site_is_refused_before_it_would_keep_the_hub_from_starting(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["import", str(EXAMPLE)])
    capsys.readouterr()
    assert main(["import", edited(tmp_path, "site: donski-small", "site: emma")]) == 1
    assert capsys.readouterr().err == (
        "this database holds the site donski-small, and the file is of emma; expected site: donski-small,"
        " or --another-site to keep both, or another --data folder\nnothing was changed\n"
    )
    assert main(["export"]) == 0
    assert capsys.readouterr().out == EXAMPLE.read_text("utf-8")


def test_before_any_import_export_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export"]) == 1
    database = read_settings().database
    expected = f"vaka export: there is no database at {database}; expected `vaka import FILE` first\n"
    assert capsys.readouterr().err == expected
    assert not database.exists(), "asking makes none"


def set_password(monkeypatch: pytest.MonkeyPatch, person: str, password: str) -> int:
    monkeypatch.setattr("sys.stdin", StringIO(password + "\n"))
    return main(["password", person, "--stdin"])


def test_a_password_is_kept_as_an_argon2id_hash_and_signs_the_old_sessions_out(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["import", str(EXAMPLE)])
    connection = connect(data / "vaka.db")
    with transaction(connection):
        for token, person in ((b"1", "kari"), (b"2", "jonas")):
            connection.execute(
                "INSERT INTO session (token_hash, site, person, started_at, used_at)"
                " VALUES (?, 'donski-small', ?, 0, 0)",
                (token, person),
            )
    assert set_password(monkeypatch, "kari", "blåbær og fløte") == 0
    site, person, hash = connection.execute("SELECT site, person, hash FROM credential").fetchone()
    assert (site, person) == ("donski-small", "kari")
    assert hash.startswith("$argon2id$")
    assert PasswordHasher().verify(hash, "blåbær og fløte")
    ended = dict(connection.execute("SELECT person, ended_at IS NOT NULL FROM session").fetchall())
    assert ended == {"kari": 1, "jonas": 0}
    (audit,) = connection.execute("SELECT what, detail FROM audit WHERE by IS NULL").fetchall()
    assert tuple(audit) == ("password set", '{"person":"kari"}')
    connection.close()
    assert "blåbær" not in capsys.readouterr().out


def test_a_second_password_takes_the_place_of_the_first(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main(["import", str(EXAMPLE)])
    assert set_password(monkeypatch, "kari", "first-password") == 0
    assert set_password(monkeypatch, "kari", "second-password") == 0
    connection = connect(data / "vaka.db")
    ((hash,),) = connection.execute("SELECT hash FROM credential").fetchall()
    assert PasswordHasher().verify(hash, "second-password")
    connection.close()


@pytest.mark.parametrize(
    ("person", "password", "why"),
    [
        ("kari", "sju-tgn", "a password of 7 characters; expected at least 10, at most 1000"),
        ("kari", "Sommer2026!", "that password is easy to guess; expected one that others would not try"),
        ("kari", "huset til K4ri", "that password is easy to guess; expected one that others would not try"),
        (
            "karo",
            "long-enough",
            "donski-small has no person 'karo'; expected kari (perhaps), or one of kari, ",
        ),
    ],
)
def test_a_password_that_cannot_be_is_refused_with_the_reason(
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    person: str,
    password: str,
    why: str,
) -> None:
    main(["import", str(EXAMPLE)])
    assert set_password(monkeypatch, person, password) == 1
    assert capsys.readouterr().err.startswith(why)
    connection = connect(data / "vaka.db")
    assert connection.execute("SELECT count(*) FROM credential").fetchone()[0] == 0
    connection.close()


def test_a_password_nobody_types_is_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["import", str(EXAMPLE)])
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"bl\xe5b\xe6r-og-fl\xf8te\n"), "utf-8"))
    assert main(["password", "kari", "--stdin"]) == 1
    assert capsys.readouterr().err.startswith("no password could be read; expected one ")


def test_the_newest_version_is_in_force_by_its_number_not_by_the_clock(data: Path) -> None:
    connection = connect(data / "vaka.db")
    with transaction(connection):
        sites.add(connection, "a", "first", datetime(2026, 11, 2, tzinfo=UTC), "kari")
        sites.add(connection, "a", "second", datetime(2026, 11, 1, tzinfo=UTC), "kari")
    assert sites.in_force(connection, None).document == "second"
    connection.close()


def test_a_file_that_is_no_database_is_a_sentence(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data.mkdir()
    (data / "vaka.db").write_bytes(b"this is not a database, but it is long enough to look like one" * 20)
    assert main(["export"]) == 1
    assert capsys.readouterr().err == "vaka export: file is not a database\n"
    with pytest.raises(sqlite3.DatabaseError):
        connect(data / "vaka.db")


def test_without_a_command_and_with_an_unknown_one_all_commands_are_listed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([]) == 2
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"  vaka {name} " in out for name in COMMANDS)
    assert main(["chekc"]) == 2
    assert capsys.readouterr().err.startswith("vaka: there is no command 'chekc'")


def test_every_command_that_is_there_is_listed() -> None:
    folder = Path(__file__).parents[2] / "hub" / "commands"
    modules = {f"hub.commands.{file.stem}" for file in folder.glob("*.py") if file.stem != "__init__"}
    assert modules <= {module for module, _ in COMMANDS.values()}
