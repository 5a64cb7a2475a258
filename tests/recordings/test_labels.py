"""The rules beside what people wrote down, and the page that shows it."""

import pytest

from tests.recordings.labels import HOMES, absences, labels, not_back, table
from tests.servers import ROOT

pytestmark = pytest.mark.data


def test_the_page_of_figures_shows_what_the_recordings_give() -> None:
    assert table() in (ROOT / "docs" / "figures.md").read_text("utf-8")


def test_nine_of_ten_labelled_absences_are_found_in_every_home_and_hardly_any_other() -> None:
    for home in HOMES:
        figures = not_back(home)
        assert figures.found >= 0.9 * figures.owed > 0, figures
        assert figures.other <= 0.2 * figures.nights, figures


def test_every_labelled_absence_of_a_person_who_lives_alone_is_one_of_the_tables() -> None:
    for home in HOMES[:2]:
        written = [label for label in labels(home) if label[2] == "leave-house"]
        assert len(list(absences(home))) == len(written) > 30
