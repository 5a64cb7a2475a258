"""vaka duty, on a real database: who is on duty now, and the roster from a file."""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.__main__ import main
from hub.clock import now
from hub.store import shifts
from hub.store.db import connect, transaction
from rules.duty import Function, Shift

OSLO, HOUR = ZoneInfo("Europe/Oslo"), timedelta(hours=1)
HOUSE = """
site: granly
name: Granly omsorgsboliger
units: [{id: vest, name: Vestfløya}, {id: sør, name: Sørfløya}]
rooms: [{id: 3B, unit: vest}]
people:
  - {id: kari, name: Kari Nordmann, role: carer}
  - {id: ola, name: Ola Nilsen, role: carer}
  - {id: lise, name: Lise Leder, role: leader}
"""
Run = Callable[..., tuple[int, list[str], list[str]]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """What it ends with, what it prints, and what it says is wrong."""
    monkeypatch.setenv("VAKA_DATA", str(tmp_path))
    monkeypatch.delenv("VAKA_SITE", raising=False)
    (tmp_path / "granly.yaml").write_text(HOUSE, "utf-8")
    assert main(["import", str(tmp_path / "granly.yaml"), "--by", "lise"]) == 0
    capsys.readouterr()

    def asked(*words: str) -> tuple[int, list[str], list[str]]:
        ended = main(["duty", *words])
        out, err = capsys.readouterr()
        return ended, out.splitlines(), err.splitlines()

    return asked


def on_duty(tmp_path: Path, *whole: tuple[str, Function, tuple[str, ...], datetime, datetime]) -> None:
    with closing(connect(tmp_path / "vaka.db")) as connection, transaction(connection):
        for person, function, units, starts, ends in whole:
            shift = Shift(0, person, units, function, starts, ends, source="roster")
            shifts.add(connection, "granly", shift)


def roster(tmp_path: Path, *rows: str) -> str:
    file = tmp_path / "vakter.csv"
    file.write_text("\n".join(["fra;til;ansatt;avdelinger;funksjon", *rows]) + "\n", "utf-8")
    return str(file)


def day(days: int) -> str:
    return f"{now().astimezone(OSLO) + timedelta(days=days):%Y-%m-%d}"


def test_who_is_on_duty_now_is_said_with_where_and_until_when_in_the_sites_time(
    run: Run, tmp_path: Path
) -> None:
    at = now().replace(second=0, microsecond=0)
    until = {person: at + hours * HOUR for person, hours in (("kari", 3), ("ola", 5))}
    on_duty(
        tmp_path,
        ("kari", "carer", ("vest", "sør"), at - HOUR, until["kari"]),
        ("ola", "night_patrol", (), at - 2 * HOUR, until["ola"]),
        ("lise", "leader", (), at - 9 * HOUR, at - HOUR),
        ("lise", "leader", (), at + HOUR, at + 9 * HOUR),
    )
    ended, said, wrong = run()
    ends = {person: f"{end.astimezone(OSLO):%Y-%m-%d %H:%M}" for person, end in until.items()}
    assert (ended, wrong) == (0, [])
    assert sorted(said) == [
        f"kari\tcarer\tvest, sør\tuntil {ends['kari']}",
        f"ola\tnight_patrol\tthe whole house\tuntil {ends['ola']}",
    ]


def test_where_nobody_is_on_duty_nothing_is_said(run: Run) -> None:
    assert run() == (0, [], [])


def test_a_file_is_tried_taken_over_and_changes_nothing_the_second_time(run: Run, tmp_path: Path) -> None:
    file = roster(
        tmp_path, f"{day(1)} 07:00;{day(1)} 15:00;kari;vest;", f"{day(1)} 15:00;{day(1)} 23:00;ola;;"
    )
    lines = [
        f"+ kari carer vest {day(1)} 07:00-15:00",
        f"+ ola carer the whole house {day(1)} 15:00-23:00",
    ]
    tried = "2 new shifts, 0 changed, 0 taken out, 0 as they are (nothing is changed yet)"
    assert run(file, "--dry-run") == (0, [*lines, tried], [])
    done = "2 new shifts, 0 changed, 0 taken out, 0 as they are"
    assert run(file, "--by", "lise") == (0, [done], [])
    assert run(file, "--by", "lise") == (0, ["0 new shifts, 0 changed, 0 taken out, 2 as they are"], [])


def test_what_is_not_understood_is_said_by_its_line_and_nothing_is_taken_over(
    run: Run, tmp_path: Path
) -> None:
    file = roster(
        tmp_path, f"{day(1)} 07:00;{day(1)} 15:00;kari;vest;", f"{day(1)} 15:00;{day(1)} 23:00;eva;;"
    )
    ended, said, wrong = run(file, "--by", "lise")
    assert ended == 1
    (line,) = wrong
    assert line.startswith("vakter.csv:3: "), line
    assert "eva" in line
    assert said == ["0 new shifts, 0 changed, 0 taken out, 0 as they are"]
    assert run(roster(tmp_path, f"{day(1)} 07:00;{day(1)} 15:00;kari;vest;"))[1] == [
        "1 new shifts, 0 changed, 0 taken out, 0 as they are"
    ]
