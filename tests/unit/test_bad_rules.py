"""A rule file that does not hold: every mistake at once, with its line and its cure; what runs goes on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.scenario.world import World
from hub.site.file import SiteFile, read_site
from hub.store import sites
from hub.store.db import connect

GOOD = """\
site: bad
name: Bad
units:
  - {id: u, name: U}
rooms:
  - {id: "1", unit: u}
residents:
  - {id: r, name: R, room: "1"}
devices:
  - {id: door, room: "1", role: outer_door}
people:
  - {id: kari, name: Kari, role: carer}
rules:
  - {rule: night-exit}
"""
BAD = (
    GOOD.replace("name: U}", "name: U, rules: {quiet: {after: 1 h}}}").replace(
        'room: "1"}\ndevices', 'room: "1", rules: {night-exit: {windw: "21:00-07:00"}}}\ndevices'
    )
    + """\
  - {rule: nightexit}
  - {rule: window-open, kind: hold, name: N, why: W}
  - {rule: fridge-open, kind: held, name: N, why: W, when: [{measure: open, value: true}]}
  - {rule: own-event, kind: event, name: N, why: W, when: [{measure: opn, value: true}], window: at night}
  - {rule: own-away, kind: away, name: N, why: W, by_day: 0 s, by_night: soon}
  - {rule: own-goal, kind: held, name: N, why: W, when: [{measure: on, value: true}], lasts: 5 min,
     goal: {reminder: Slå av}}
  - {rule: night-exit, id: second, rooms: ["2"]}
"""
)
SAID = [
    "bad.yaml:4: rule 'quiet' is not used under rules; expected",
    "bad.yaml:8: 'windw' is not a key that belongs here; expected window (perhaps)",
    "bad.yaml:15: there is no rule 'nightexit' in the catalogue; expected night-exit",
    "bad.yaml:16: kind is 'hold'; expected held",
    "bad.yaml:17: lasts is missing; expected",
    "bad.yaml:18: measure: 'opn' is not a measure; expected one of",
    "bad.yaml:18: window: 'at night' is not a window of the day; expected e.g. 22:00-07:00",
    "bad.yaml:19: by_day: 0 s is too short; expected at least 1 s",
    "bad.yaml:19: by_night: 'soon' is not a length of time; expected e.g. 30 s",
    "bad.yaml:21: praise is missing; expected",
    "bad.yaml:22: there is no room '2'; expected '1'",
]


@pytest.mark.parametrize("said", SAID)
def test_each_mistake_of_a_rule_is_said_beside_all_the_others(said: str) -> None:
    problems = read_site(BAD, "bad.yaml")
    assert not isinstance(problems, SiteFile)
    assert len(problems) == len(SAID), "\n".join(map(str, problems))
    assert any(str(problem).startswith(said) for problem in problems), "\n".join(map(str, problems))


def test_what_runs_goes_on_when_a_bad_file_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VAKA_DATA", str(tmp_path))
    world = World(tmp_path, GOOD, datetime(2026, 11, 23, 22, 0, tzinfo=UTC))
    (tmp_path / "bad.yaml").write_text(BAD, "utf-8")
    assert main(["import", str(tmp_path / "bad.yaml")]) == 1
    assert "nightexit" in capsys.readouterr().out
    world.passes(timedelta(minutes=1))
    world.says("door", open=True)
    assert world.alert("night-exit").room == "1"
    connection = connect(tmp_path / "vaka.db")
    assert sites.in_force(connection, "bad").document == GOOD
    connection.close()
    world.stop()
