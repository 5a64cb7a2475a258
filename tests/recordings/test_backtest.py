"""What the engine finds in real homes, beside what a few lines without any of it count there."""

import subprocess
import sys
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.recordings.real_homes import (
    AL_HOME,
    ALL,
    HOUSE_A,
    HOUSE_C,
    MIT,
    TM000,
    Home,
    backtested,
    mornings_without_a_sign,
    openings_at_night,
    raised,
    same_instants,
    silences,
    times_held_open,
)
from tests.servers import ROOT

pytestmark = pytest.mark.data

SIX_HOURS = timedelta(hours=6)
FIVE_MINUTES = timedelta(minutes=5)
FRONT_DOORS = {
    HOUSE_A: "12:Front door",
    HOUSE_C: "28:front door reed",
    AL_HOME: "OutsideDoor",
    MIT: "140:Foyer/Door",
}


def test_the_four_silences_of_an_empty_flat_are_found_each_six_hours_after_it_began() -> None:
    began = silences(TM000, SIX_HOURS)
    assert [f"{at.astimezone(ZoneInfo(TM000.zone)):%m-%d %H:%M %z}" for at in began] == [
        "07-13 23:03 -0700",
        "07-14 12:23 -0700",
        "07-15 05:30 -0700",
        "07-16 02:33 -0700",
    ]
    assert same_instants(raised(backtested(TM000), "quiet"), [at + SIX_HOURS for at in began])


def test_thirty_of_the_139_openings_of_a_front_door_are_at_night() -> None:
    openings = [row for row in HOUSE_C.rows() if row[1] == FRONT_DOORS[HOUSE_C] and row[3]]
    assert len(openings) == 139
    assert len(raised(backtested(HOUSE_C), "night-exit")) == 30


@pytest.mark.parametrize("home", FRONT_DOORS, ids=lambda home: home.recording)
def test_every_opening_of_a_front_door_at_night_is_found_at_its_instant(home: Home) -> None:
    assert same_instants(raised(backtested(home), "night-exit"), openings_at_night(home, FRONT_DOORS[home]))


@pytest.mark.parametrize("home", FRONT_DOORS, ids=lambda home: home.recording)
def test_a_front_door_held_open_is_found_when_its_five_minutes_are_over(home: Home) -> None:
    assert same_instants(
        raised(backtested(home), "door-open"), times_held_open(home, FRONT_DOORS[home], FIVE_MINUTES)
    )


@pytest.mark.parametrize("home", ALL, ids=lambda home: home.recording)
def test_every_silence_of_six_hours_is_found_when_they_are_over(home: Home) -> None:
    expected = [at + SIX_HOURS for at in silences(home, SIX_HOURS)]
    assert same_instants(raised(backtested(home), "quiet"), expected)


@pytest.mark.parametrize("home", ALL, ids=lambda home: home.recording)
def test_every_morning_without_a_sign_of_life_is_found_at_ten(home: Home) -> None:
    expected = mornings_without_a_sign(home, time(7), time(10))
    assert same_instants(raised(backtested(home), "not-up"), expected)


@pytest.mark.parametrize("home", ALL, ids=lambda home: home.recording)
def test_findings_come_in_order_and_nothing_is_cleared_that_was_not_raised(home: Home) -> None:
    findings = backtested(home)
    instants = [datetime.fromisoformat(finding["at"]) for finding in findings]
    assert instants == sorted(instants)
    standing = set()
    for finding in findings:
        place = (finding["rule"], finding["place"])
        if finding["kind"] == "cleared":
            assert place in standing
        standing ^= {place} & standing if finding["kind"] == "cleared" else {place} - standing


def test_without_json_a_person_reads_local_times_and_the_counts_of_each_rule() -> None:
    words = ["--site", TM000.site, "--readings", TM000.file()]
    done = subprocess.run(
        [sys.executable, "-m", "hub", "backtest", *words], capture_output=True, text=True, cwd=ROOT
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert "2016-07-14 05:03:15 -0700  raised     quiet, flat: quiet too long" in lines
    assert lines[-5].split() == ["rule", "place", "raised", "cleared", "prewarned"]
    assert lines[-3].split() == ["quiet", "flat", "4", "4", "4"]
