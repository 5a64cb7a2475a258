"""vaka test, as somebody uses it who writes down what the rules ought to do."""

import shutil
from pathlib import Path

import pytest

from hub.__main__ import main

SITES = Path(__file__).parents[1] / "scenarios" / "sites"

GOOD = """\
name: The outer door at night raises at once
given: {site: donski-small, now: 2026-11-23T23:00, rules: [night-exit]}
steps:
  - {at: 02:10, device: 3B outer door, open: true}
expect:
  - {at: 02:10, rule: night-exit, place: 3B, severity: high}
---
name: The outer door by day raises nothing
given: {site: donski-small, now: 2026-11-23T10:00, rules: [night-exit]}
steps:
  - {at: 12:10, device: 3B outer door, open: true}
expect: []
"""


@pytest.fixture
def story(tmp_path: Path) -> Path:
    shutil.copytree(SITES, tmp_path / "sites")
    file = tmp_path / "story.yaml"
    file.write_text(GOOD, "utf-8")
    return file


def test_each_scenario_that_came_out_as_told_is_one_line(
    story: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["test", str(story)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "ok      The outer door at night raises at once",
        "ok      The outer door by day raises nothing",
        "",
        "2 scenarios: 2 as told, 0 not",
    ]


def test_what_did_not_come_and_what_came_unexpectedly_are_said_with_all_that_came(
    story: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story.write_text(GOOD.replace("- {at: 02:10, rule", "- {at: 02:11, rule"), "utf-8")
    assert main(["test", str(story)]) == 1
    said = capsys.readouterr().out
    assert "NOT OK  The outer door at night raises at once" in said
    assert f"{story}:1" in said
    assert "expected, but did not come: night-exit in 3B at 2026-11-24 02:11:00+01:00" in said
    assert "came, but was not expected: night-exit in 3B at 2026-11-24 02:10:00+01:00, high, open" in said
    assert "ok      The outer door by day raises nothing" in said
    assert said.endswith("2 scenarios: 1 as told, 1 not\n")


def test_a_value_that_differs_is_said_beside_the_expected_one(
    story: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story.write_text(GOOD.replace("severity: high", "severity: low"), "utf-8")
    assert main(["test", str(story)]) == 1
    assert "night-exit in 3B at 02:10: severity is high, expected low" in capsys.readouterr().out


def test_all_mistakes_of_a_file_come_at_once_with_line_and_cure(
    story: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story.write_text(
        """\
name: A story with a mistake in every line
given: {site: donski-small, now: 2026-11-23T12:00, rules: [night-exit]}
steps:
  - {at: 25:10, device: 3B outer door, open: true}
  - {at: 12:10, device: 3B outer doro, open: true}
  - {at: 12:10, device: 3B outer door, open: often}
  - {at: 12:11, device: 3B outer door, opened: true}
  - {at: 12:12, device: 3B outer door}
  - {at: 12:13, device: 3B motion, hub: stops}
  - {at: 12:14, gateway: zigbee2mqtt}
  - {at: 12:15, person: kari, does: close, rule: night-exit}
  - {at: 12:16, hub: stops}
  - {at: 12:17, device: 3B motion, again: by the broker}
  - {at: 2026-11-23T11:00, device: 3B motion, motion: true}
expect:
  - {at: noon, rule: night-exit, place: 3B}
  - {at: 12:20, rule: nightexit, place: 3B}
  - {at: 12:20, rule: night-exit, place: 3C}
""",
        "utf-8",
    )
    assert main(["test", str(story)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].endswith("problems; nothing was played")
    said = {int(line.split(":")[1]): line.split(": ", 1)[1] for line in reversed(lines[:-1])}
    assert said[4].startswith("at is '25:10'; expected a time such as 02:10")
    assert said[5].startswith("there is no device '3B outer doro'; expected 3B outer door (perhaps)")
    assert said[6] == "open is 'often'; expected true or false"
    assert said[7].startswith("'opened' is neither a key nor a measure; expected open (perhaps)")
    assert said[8] == "'3B outer door' says nothing; expected what it says, e.g. open: true"
    assert said[9].startswith("a step tells of device and hub; expected exactly one of device, topic")
    assert said[10] == "state is missing; expected state: beside gateway:"
    assert said[11] == "outcome is missing; expected how it ended, e.g. outcome: helped"
    assert said[12].startswith("the hub is down already")
    assert said[13] == "'3B motion' has said nothing yet; expected what it says first"
    assert said[14].startswith("at 2026-11-23T11:00 lies before what stands above")
    assert said[16].startswith("at is 'noon'; expected a time such as 02:10")
    assert said[17].startswith("no rule 'nightexit' is in force; expected night-exit (perhaps)")
    assert said[18] == "there is no room '3C'; expected one of 3B, 4A, stua"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("just words", "a scenario is 'just words'; expected name:, given:, steps: and expect:"),
        ("name: x\nname: y", "'name' stands here twice"),
        ("name: [x", "a bracket that is never closed"),
        ("a: &b c", "an anchor &b"),
        (GOOD.replace("donski-small", "nowhere"), "there is no site file"),
        (GOOD.replace("[night-exit]", "[nightexit]"), "there is no rule 'nightexit'; expected night-exit"),
        (GOOD.replace("[night-exit]", "[{rule: quiet, after: long}]"), "'long' is not a length of time"),
        (GOOD.replace("steps:", "step:"), "'step' is not a key that belongs here; expected steps (perhaps)"),
    ],
)
def test_a_file_that_cannot_be_understood_is_answered_with_a_sentence(
    story: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    story.write_text(text, "utf-8")
    assert main(["test", str(story)]) == 1
    out = capsys.readouterr().out
    assert said in out
    assert f"{story}:" in out
    assert "nothing was played" in out


def test_a_house_of_ones_own_is_named_by_its_path_and_its_rules_are_in_force_as_they_stand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(Path(__file__).parents[2] / "sites" / "donski-small.yaml", tmp_path / "our-house.yaml")
    file = tmp_path / "story.yaml"
    file.write_text(
        """\
name: Arvid's own night begins at eight in the evening
given: {site: our-house.yaml, now: 2026-11-23T19:00}
steps:
  - {at: 20:30, device: 1D ytterdør, open: true}
  - {at: 20:31, device: 1D ytterdør, open: false}
expect:
  - {at: 20:30, rule: night-exit, place: 1D, cleared: 20:31}
""",
        "utf-8",
    )
    assert main(["test", str(file)]) == 0, capsys.readouterr().out
