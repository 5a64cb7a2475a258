"""The rules beside what people wrote down, and the page that shows it."""

from datetime import timedelta

import pytest

from tests.recordings import absence, bed_exits, figures
from tests.recordings.figures import HOMES, not_back
from tests.recordings.labels import absences, labels
from tests.recordings.real_homes import AL_HOME, HOUSE_A, HOUSE_C
from tests.servers import ROOT

pytestmark = pytest.mark.data

PAGE = (ROOT / "docs" / "figures.md").read_text("utf-8")


@pytest.mark.parametrize("of", [figures, absence, bed_exits], ids=["homes", "absence", "bed exits"])
def test_the_page_of_figures_shows_what_the_recordings_give(of: object) -> None:
    assert of.table() in PAGE  # type: ignore[attr-defined]


def test_nine_of_ten_labelled_absences_are_found_in_every_home_and_hardly_any_other() -> None:
    for home in HOMES:
        found = not_back(home)
        assert found.found >= 0.9 * found.owed > 0, found
        assert found.other <= 0.2 * found.nights, found


def test_every_labelled_absence_of_a_person_who_lives_alone_is_one_of_the_tables() -> None:
    for home in HOMES[:2]:
        written = [label for label in labels(home) if label.what == "leave-house"]
        assert len(absences(home)) == len(written) > 30


def test_long_stays_in_the_bathroom_are_found_and_other_alerts_are_rare() -> None:
    for home in (HOUSE_C, AL_HOME):
        soon = figures.bathroom_soon(home)
        assert soon.found >= 0.8 * soon.owed > 0, soon
        assert figures.bathroom(home).other <= 0.1 * soon.nights


def test_days_without_anybody_are_found_and_hardly_a_day_beside_them() -> None:
    for home in (HOUSE_A, AL_HOME):
        long = figures.quiet(home)
        assert long.found == long.owed, long
        assert long.other <= 0.05 * long.nights, long
    assert figures.quiet_confirmed(HOUSE_C).found == 1
    assert figures.quiet_confirmed(AL_HOME).other == 0


def test_stray_triggers_do_not_end_an_absence_where_movement_is_to_be_confirmed() -> None:
    """Eighteen times in 84 hours a sensor of the empty flat told of movement."""
    left, back = absence.absence()
    assert len([at for at, _ in absence.signs() if left < at < back - timedelta(minutes=1)]) == 18
    found = absence.found("quiet-confirmed")
    assert found.ended_too_early == 0
    assert found.told_after == timedelta(hours=12, minutes=10)
    assert found.stood >= timedelta(hours=71)
    assert absence.found("quiet-12-h").ended_too_early == 3


def test_four_of_five_risings_from_bed_are_announced_before_they_happen() -> None:
    trials = [bed_exits.played(trial) for trial in bed_exits.rows().values()]
    assert len(trials) == 60
    before = bed_exits.figures("sat-up", trials, bed_exits.before_leaving)
    assert before.found >= 0.8 * before.exits, before
    assert before.right >= 0.45 * before.told, before
    assert before.delay <= timedelta(seconds=-20)
