"""`vaka backtest` as people read it."""

from pathlib import Path

import pytest

from hub.__main__ import main

SITE = """\
site: donski
name: Dønski
units: [{id: a, name: A}]
rooms: [{id: 1A, unit: a}]
residents: [{id: b1, name: Kari, room: 1A}]
devices: [{id: Front door, room: 1A, role: outer_door}]
rules: [{rule: night-exit}, {rule: smoke}, {rule: quiet}]
"""
ROWS = """\
ts,sensor,room,kind,value
2026-03-01T18:00:00Z,Front door,1A,contact,OFF
2026-03-02T01:00:00Z,Front door,1A,contact,ON
2026-03-02T02:00:00Z,Attic,1A,contact,ON
soon,Attic,1A,contact,ON
"""


def told(
    folder: Path, capsys: pytest.CaptureFixture[str], rows: str, *words: str
) -> tuple[list[str], list[str]]:
    (folder / "site.yaml").write_text(SITE, "utf-8")
    (folder / "rows.csv").write_text(rows, "utf-8")
    files = ("--site", str(folder / "site.yaml"), "--readings", str(folder / "rows.csv"))
    assert main(["backtest", *files, *words]) == 0
    said = capsys.readouterr()
    return said.out.splitlines(), said.err.splitlines()


def test_the_table_names_the_period_and_the_rules_that_found_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = told(tmp_path, capsys, ROWS)
    assert "2026-03-01 19:00 to 2026-03-02 03:00, 0.3 days, 3 readings" in out
    table = [line.split() for line in out[-4:]]
    assert table == [
        ["rule", "place", "raised", "cleared", "prewarned"],
        ["night-exit", "1A", "1", "0", "0"],
        ["quiet", "nowhere", "0", "0", "0"],
        ["smoke", "nowhere", "0", "0", "0"],
    ]
    assert err[0] == f"1 row of {tmp_path / 'rows.csv'} is no reading and was passed over:"
    assert err[-1] == "1 reading is of 1 sensor the site does not name: Attic"


def test_a_recording_without_findings_and_one_without_readings_still_have_their_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head, first, *_ = ROWS.splitlines(keepends=True)
    out, _ = told(tmp_path, capsys, head + first)
    assert out[0] == "Nothing was found."
    assert "2026-03-01 19:00 to 2026-03-01 19:00, 0.0 days, 1 reading" in out
    assert len(out[-4:]) == 4
    assert out[-1].split() == ["smoke", "nowhere", "0", "0", "0"]
    out, _ = told(tmp_path, capsys, head)
    assert "The recording holds no reading." in out


def test_a_comparison_names_its_period_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = told(tmp_path, capsys, ROWS, "--set", "night-exit.window=03:00-05:00")
    assert out[0] == "2026-03-01 19:00 to 2026-03-02 03:00, 0.3 days, 3 readings"
