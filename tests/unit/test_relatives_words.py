"""What a relative reads of an alert: a sentence beside the part of the day, which never says another one."""

from datetime import UTC, datetime

import msgspec
import pytest

from rules.building import Site
from rules.catalogue import catalogue
from rules.language import LANGUAGES, Language
from rules.wording.relatives import alert_happened, when
from rules.wording.voice import Voice
from tests.unit.test_wording import opened_door, raised

SITE = Site.model_validate(
    {
        "site": "test",
        "name": "Test",
        "units": [{"id": "u", "name": "U"}],
        "rooms": [{"id": "3B", "unit": "u"}],
        "rules": [{"rule": name} for name in catalogue()],
    }
)
PARTS: dict[Language, tuple[str, ...]] = {
    "nb": ("natt", "morgen", "formiddag", "ettermiddag", "kveld"),
    "nn": ("natt", "morgon", "formiddag", "ettermiddag", "kveld"),
    "en": ("night", "morning", "noon", "evening"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentence_leaves_the_part_of_the_day_to_the_time_beside_it(language: Language) -> None:
    for rule in catalogue():
        alert = msgspec.structs.replace(raised("night-exit", opened_door()), rule=rule)
        said = alert_happened(alert, SITE, language).lower()
        assert not [part for part in PARTS[language] if part in said], said


def test_a_door_that_opens_at_the_end_of_a_sites_night_is_told_of_the_morning_alone() -> None:
    half_past_six = datetime(2026, 3, 4, 5, 30, tzinfo=UTC)
    alert = raised("night-exit", opened_door(), at=half_past_six)
    voice = Voice("nb", SITE.zone, half_past_six.replace(day=6))
    assert (when(alert.raised_at, voice), alert_happened(alert, SITE, "nb")) == (
        "Onsdag om morgenen",
        "Ytterdøren ble åpnet på en tid da personalet vil vite om det.",
    )
