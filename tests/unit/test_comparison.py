"""vaka backtest --set: other values over the same history."""

import json
from pathlib import Path

import pytest

from hub.__main__ import main

SITE = Path(__file__).parents[1] / "scenarios" / "sites" / "donski-small.yaml"
ROWS = """\
ts,sensor,room,kind,value
2026-11-20 10:00:00,3B outer door,3B,contact,1
2026-11-20 10:07:00,3B outer door,3B,contact,0
2026-11-20 23:00:00,3B outer door,3B,contact,1
2026-11-20 23:30:00,3B outer door,3B,contact,0
2026-11-21 12:00:00,3B outer door,3B,contact,1
2026-11-21 12:03:00,3B outer door,3B,contact,0
2026-11-22 10:00:00,3B outer door,3B,contact,0
"""


@pytest.fixture
def recording(tmp_path: Path) -> str:
    file = tmp_path / "recording.csv"
    file.write_text(ROWS, "utf-8")
    return str(file)


def run(recording: str, *words: str) -> int:
    return main(["backtest", "--site", str(SITE), "--readings", recording, *words])


def test_longer_says_which_alerts_would_not_have_come_and_how_much_later_the_others(
    recording: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(recording, "--set", "door-open.lasts=10 min", "--json") == 0
    (row,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert row == {
        "rule": "door-open",
        "place": "3B",
        "before": ["2026-11-20T10:05:00+01:00", "2026-11-20T23:05:00+01:00"],
        "after": ["2026-11-20T23:10:00+01:00"],
        "gone": ["2026-11-20T10:05:00+01:00"],
        "new": [],
        "later_by_s": 300.0,
    }


def test_shorter_says_which_alerts_would_have_come_in_addition(
    recording: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(recording, "--set", "door-open.lasts=2 min", "--json") == 0
    row = json.loads(capsys.readouterr().out)
    assert row["gone"] == []
    assert row["new"] == ["2026-11-21T12:02:00+01:00"]
    assert row["later_by_s"] == -180.0


def test_people_read_a_table_with_nights_weeks_and_hours(
    recording: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(recording, "--set", "door-open.lasts=10 min") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "2026-11-20 10:00 to 2026-11-22 10:00, 2.0 days, 7 readings"
    assert said[1] == "Alerts with the site's values and with the others; night is 22:00-07:00"
    assert said[4].split() == ["door-open", "3B", "2", "1", "1", "0", "1", "1", "7.0", "3.5", "+5", "min"]
    hours = {line.split()[0]: line.split()[1:] for line in said[7:9]}
    assert [hour for hour, count in enumerate(hours["now"]) if count != "0"] == [10, 23]
    assert [hour for hour, count in enumerate(hours["then"]) if count != "0"] == [23]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("door-open.lasts", "expected RULE.KEY=VALUE"),
        ("dooropen.lasts=1 min", "the site uses no rule 'dooropen'; expected door-open (perhaps)"),
        ("door-open.lasts=long", "'long' is not a length of time"),
        ("door-open.last=1 min", "'last' is not a key that belongs here"),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_a_sentence(
    recording: str, capsys: pytest.CaptureFixture[str], value: str, said: str
) -> None:
    assert run(recording, "--set", value) == 1
    assert said in capsys.readouterr().err
