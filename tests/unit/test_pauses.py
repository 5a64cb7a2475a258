"""vaka pause, resume and paused, as staff use them, on a real database; and who may not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.clock import WallClock
from hub.pauses import Pauses, let_time_pass
from hub.scenario.world import World, read
from hub.store import alerts
from hub.store import pauses as store
from hub.store.db import connect
from rules.catalogue import catalogue
from rules.pause import Pause, Refusal
from rules.rulebook import rulebook

SITES = Path(__file__).parents[1] / "scenarios" / "sites"
HOUSE = SITES / "donski-small.yaml"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    monkeypatch.setenv("VAKA_DATA", str(tmp_path))
    monkeypatch.delenv("VAKA_SITE", raising=False)
    assert main(["import", str(HOUSE)]) == 0
    capsys.readouterr()
    return tmp_path / "vaka.db"


def test_a_rule_is_paused_listed_and_switched_on_again(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "pause",
        "night-exit",
        "--resident",
        "r-anna",
        "--by",
        "kari",
        "--reason",
        "besøk",
        "--for",
        "2 h",
    ]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert said.startswith("night-exit in 3B is off until ")
    assert said.endswith(", by kari: besøk\n")
    assert main(["paused"]) == 0
    assert capsys.readouterr().out == said
    assert main(["resume", "night-exit", "--room", "3B", "--by", "ola"]) == 0
    assert capsys.readouterr().out == "night-exit in 3B is on again\n"
    assert main(["paused"]) == 0
    assert capsys.readouterr().out == "nothing is switched off\n"


def test_a_high_rule_for_longer_than_a_day_waits_for_a_second_person(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["pause", "night-exit", "--room", "3B", "--by"]
    assert main([*words, "kari", "--reason", "ferie", "--for", "3 d"]) == 0
    assert "needs a second person: vaka pause night-exit --room 3B --confirm" in capsys.readouterr().out
    assert main([*words, "kari", "--confirm"]) == 1
    assert capsys.readouterr().err == "kari asked for it; expected another person's yes\n"
    assert main([*words, "ola", "--confirm"]) == 0
    assert capsys.readouterr().out.endswith(", by kari: ferie, with the yes of ola\n")
    assert main([*words, "ola", "--confirm"]) == 1
    connection = connect(house)
    (pause,) = store.active(connection, "donski-small")
    assert pause.ends_at == pause.until
    trail = [row[0] for row in connection.execute("SELECT what FROM audit ORDER BY seq")]
    assert trail[-2:] == ["paused", "pause confirmed"]
    connection.close()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["night-exit", "--room", "3B", "--by", "kari", "--for", "2 h"], "a reason is missing"),
        (["night-exit", "--room", "3B", "--by", "kari", "--reason", "x"], "an end is missing"),
        (["night-exit", "--room", "3B", "--by", "kari", "--reason", "x", "--for", "60 d"], "at most 30 days"),
        (
            ["night-exit", "--room", "3B", "--by", "nobody", "--reason", "x", "--for", "2 h"],
            "no person 'nobody'",
        ),
        (
            ["nightexit", "--room", "3B", "--by", "kari", "--reason", "x", "--for", "2 h"],
            "not in force in '3B'",
        ),
        (
            ["night-exit", "--resident", "r-x", "--by", "kari", "--reason", "x", "--for", "2 h"],
            "no 'r-x' lives",
        ),
    ],
)
def test_a_pause_without_owner_reason_or_end_is_refused(
    house: Path, capsys: pytest.CaptureFixture[str], words: list[str], why: str
) -> None:
    assert main(["pause", *words]) == 1
    assert why in capsys.readouterr().err
    assert main(["paused"]) == 0
    assert capsys.readouterr().out == "nothing is switched off\n"


def test_a_device_is_paused_listed_agreed_to_and_switched_on_again(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    device = ["--device", "3B outer door", "--by"]
    assert main(["pause", *device, "kari", "--reason", "låsen byttes", "--for", "3 d"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("3B outer door in 3B is off until ")
    assert "needs a second person: vaka pause --device '3B outer door' --confirm" in said
    assert main(["pause", *device, "ola", "--confirm"]) == 0
    assert capsys.readouterr().out.endswith(", by kari: låsen byttes, with the yes of ola\n")
    assert main(["pause", "quiet", "--room", "3B", "--by", "kari", "--reason", "x", "--for", "1 h"]) == 0
    assert main(["resume", *device, "ola"]) == 0
    assert capsys.readouterr().out.endswith("3B outer door in 3B is on again\n")
    assert main(["resume", *device, "ola"]) == 1
    assert capsys.readouterr().err == "the device '3B outer door' is not off\n"
    assert main(["pause", "quiet", *device, "ola"]) == 1
    assert main(["pause", "--room", "3B", "--by", "ola"]) == 1
    assert "a rule is missing" in capsys.readouterr().err


def test_a_rule_that_is_off_is_not_paused_twice(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["pause", "quiet", "--room", "3B", "--reason", "sykehus", "--for", "5 h", "--by"]
    assert main([*words, "kari"]) == 0
    assert main([*words, "ola"]) == 1
    assert capsys.readouterr().err == "it is off already, by kari: sykehus\n"
    assert main(["resume", "quiet", "--room", "4A", "--by", "kari"]) == 1


def test_two_pauses_in_one_room_share_a_reminder_that_passes_with_the_last(tmp_path: Path) -> None:
    world = World(tmp_path, HOUSE.read_text("utf-8"), NOW)
    assert isinstance(world.pauses.pause("night-exit", "3B", "kari", "besøk", NOW + 2 * HOUR), Pause)
    assert isinstance(world.pauses.pause("quiet", "3B", "kari", "besøk", NOW + 3 * HOUR), Pause)
    world.until(NOW + 1.75 * HOUR)
    assert world.alert("pause-ends").severity == "low"
    world.until(NOW + 2.75 * HOUR)
    world.until(NOW + 3.5 * HOUR)
    told = [a for a in world.alerts() if a.rule == "pause-ends"]
    assert [(a.state, a.outcome) for a in told] == [("closed", "passed")] * len(told)
    assert len(told) == 2
    assert world.pauses.off() == []
    assert [p.rule for p in store.ended(world.connection, "donski-small", NOW)] == [
        "quiet",
        "night-exit",
    ]
    world.stop()


def test_a_pause_that_should_have_ended_ends_though_the_hub_was_not_there(house: Path) -> None:
    connection = connect(house)
    site = read(HOUSE.read_text("utf-8"))
    pauses = Pauses(connection, site, WallClock())
    now = WallClock().now()
    assert isinstance(pauses.pause("door-open", "3B", "kari", "lufter", now + HOUR), Pause)
    let_time_pass(connection, rulebook(site, catalogue(), now.date()), now + 5 * HOUR)
    assert pauses.off() == []
    (pause,) = store.ended(connection, "donski-small", now)
    assert (pause.ended_at, pause.ended_by) == (now + HOUR, None)
    assert alerts.open_alerts(connection, "donski-small") == []
    assert isinstance(pauses.resume("door-open", "3B", "kari"), Refusal)
    connection.close()


def test_what_shows_why_a_resident_is_unprotected_names_the_pause(tmp_path: Path) -> None:
    world = World(tmp_path, HOUSE.read_text("utf-8"), NOW)
    world.pauses.pause("night-exit", "3B", "kari", "besøk", NOW + HOUR)
    world.passes(timedelta(seconds=1))
    found = world.protection("r-anna").protection
    assert ("paused", "night-exit") in [(why.cause, why.what) for why in found.why]
    world.stop()
