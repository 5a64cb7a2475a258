"""vaka away and back, as staff use them, on a real database; and what is refused."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.absences import Absences, let_time_pass
from hub.clock import WallClock
from hub.scenario.world import World, read
from hub.store import absences as store
from hub.store import alerts
from hub.store.db import connect
from rules.absence import Absence
from rules.pause import Refusal
from rules.wording import Voice, what_happened, who_else, why_not_covered

SITES = Path(__file__).parents[1] / "scenarios" / "sites"
HOUSE = SITES / "couple.yaml"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    monkeypatch.setenv("VAKA_DATA", str(tmp_path))
    monkeypatch.delenv("VAKA_SITE", raising=False)
    assert main(["import", str(HOUSE)]) == 0
    capsys.readouterr()
    return tmp_path / "vaka.db"


def test_a_resident_is_away_until_they_are_back(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["away", "r-astrid", "--reason", "hospital", "--by", "kari", "--for", "2 d"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("r-astrid is away from ")
    assert said.endswith(", by kari: hospital\n")
    assert main(["back", "r-astrid", "--by", "ola"]) == 0
    assert capsys.readouterr().out == "r-astrid is at home\n"
    assert main(["back", "r-astrid", "--by", "ola"]) == 1
    assert capsys.readouterr().err == "r-astrid is not away\n"
    connection = connect(house)
    trail = [(row[0], row[1]) for row in connection.execute("SELECT by, what FROM audit ORDER BY seq")]
    assert trail[-2:] == [("kari", "away"), ("ola", "away ended")]
    connection.close()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["r-x", "--by", "kari", "--for", "2 d"], "no 'r-x' lives in couple"),
        (["r-astrid", "--by", "nobody", "--for", "2 d"], "no person 'nobody'"),
        (["r-astrid", "--by", "kari", "--for", "100 d"], "at most 90 days"),
        (["r-astrid", "--by", "kari", "--until", "2020-01-01T12:00"], "lies in the past"),
        (["r-astrid", "--by", "kari", "--until", "tomorrow"], "'tomorrow' is not a time"),
        (["r-astrid", "--by", "kari", "--until", "2099-01-01T12:00"], "too far away"),
    ],
)
def test_an_absence_without_a_resident_an_owner_or_a_good_end_is_refused(
    house: Path, capsys: pytest.CaptureFixture[str], words: list[str], why: str
) -> None:
    assert main(["away", *words, "--reason", "family"]) == 1
    assert why in capsys.readouterr().err


def test_one_who_leaves_later_is_watched_over_until_then(tmp_path: Path) -> None:
    world = World(tmp_path, HOUSE.read_text("utf-8"), NOW)
    leaves = NOW + 5 * HOUR
    said = world.absences.away("r-astrid", "family", NOW + 24 * HOUR, "kari", leaves)
    assert isinstance(said, Absence)
    world.passes(timedelta(seconds=1))
    assert world.pipeline.away == {}
    world.until(leaves + timedelta(seconds=1))
    assert ("quiet", "6B") in world.pipeline.judge.paused
    assert ("smoke", "6B") not in world.pipeline.judge.paused
    assert [why.cause for why in world.protection("r-astrid").protection.why] == ["away"]
    assert isinstance(world.absences.away("r-astrid", "family", leaves - HOUR, "kari"), Refusal)
    world.stop()


def test_an_absence_that_should_have_ended_ends_though_the_hub_was_not_there(house: Path) -> None:
    connection = connect(house)
    site = read(HOUSE.read_text("utf-8"))
    absences = Absences(connection, site, WallClock())
    now = WallClock().now()
    assert isinstance(absences.away("r-astrid", "trip", now + HOUR, "kari"), Absence)
    let_time_pass(connection, site, now + 5 * HOUR)
    assert absences.known() == []
    (absence,) = store.ended(connection, "couple", now)
    assert (absence.ended_at, absence.ended_by) == (now + HOUR, None)
    assert alerts.open_alerts(connection, "couple") == []
    connection.close()


def test_what_is_said_of_an_absence_is_said_in_both_languages(tmp_path: Path) -> None:
    world = World(tmp_path, HOUSE.read_text("utf-8"), NOW)
    world.absences.away("r-astrid", "hospital", NOW + 6 * HOUR, "kari")
    world.passes(HOUR)
    world.says("6B motion", motion=True)
    nb, en = (Voice(language, world.site.zone, world.clock.now()) for language in ("nb", "en"))
    (why,) = world.protection("r-astrid").protection.why
    assert why_not_covered(why, {}, nb) == "Borte til kl.\N{NO-BREAK SPACE}19.00"
    assert why_not_covered(why, {}, en) == "Away until 19:00"
    asked = world.alert("somebody-in")
    assert what_happened(asked, None, world.site, en) == (
        "Somebody is in the flat (at 14:00). The resident is registered as away until 19:00."
    )
    assert "Beboeren er registrert borte til kl." in what_happened(asked, None, world.site, nb)
    world.until(NOW + 5 * HOUR)
    ends = world.alert("away-ends")
    assert what_happened(ends, None, world.site, en) == "Expected home at 19:00. Then the rules apply again."
    world.stop()


def test_staff_who_were_there_are_said_and_never_who(tmp_path: Path) -> None:
    world = World(tmp_path, HOUSE.read_text("utf-8"), NOW)
    world.says("6B radar", fall="suspected")
    world.desk.arrive(world.alert("fall").id, "kari")
    world.passes(timedelta(minutes=1))
    world.says("6B stove", on=True)
    world.passes(timedelta(minutes=12))
    alert = world.alert("stove")
    for language, said in (("nb", "Personalet var alt i rommet"), ("en", "Staff were in the room already")):
        assert said in (who_else(alert, Voice(language, world.site.zone, world.clock.now())) or "")
    assert not [note for note in world.outbox() if "kari" in note.payload]
    world.stop()
