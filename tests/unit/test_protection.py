"""Whether each resident is watched over, and why not."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from rules.catalogue import catalogue
from rules.protection import Why, not_heard, protection
from rules.rulebook import Rulebook, rulebook
from tests.world import read

SITE = (Path(__file__).parents[1] / "scenarios" / "sites" / "donski-small.yaml").read_text("utf-8")
TODAY = date(2026, 11, 23)


def book(document: str = SITE) -> Rulebook:
    return rulebook(read(document), catalogue(), TODAY)


def states(rules: Rulebook, unheard: set[str], never: set[str] = frozenset()) -> dict[str, str]:  # type: ignore[assignment]
    return {p.resident: p.state for p in protection(rules, TODAY, unheard, never)}


@pytest.mark.parametrize(
    ("unheard", "anna", "bjorn"),
    [
        (set(), "protected", "degraded"),  # nothing in 4A tells of a fall
        ({"broker"}, "unprotected", "unprotected"),
        ({"gateway:zigbee2mqtt"}, "unprotected", "degraded"),
        ({"gateway:annex"}, "protected", "unprotected"),
        ({"device:3B motion"}, "degraded", "degraded"),
        ({"device:3B button"}, "degraded", "degraded"),
        ({"device:stua smoke"}, "protected", "degraded"),
    ],
)
def test_a_silent_part_leaves_those_without_whose_rules_need_it(
    unheard: set[str], anna: str, bjorn: str
) -> None:
    fall_for_all = SITE.replace("- {rule: fall}", "- {rule: fall, for_residents: true}")
    assert states(book(fall_for_all), unheard) == {"r-anna": anna, "r-bjorn": bjorn}


def test_the_reasons_name_the_part_the_missing_sensor_and_the_sensor_that_never_spoke() -> None:
    fall_for_all = book(SITE.replace("- {rule: fall}", "- {rule: fall, for_residents: true}"))
    found = {p.resident: p.why for p in protection(fall_for_all, TODAY, {"gateway:annex"}, {"3B bed"})}
    assert found["r-bjorn"] == (Why("no_sensor", "fall"), Why("not_heard", "gateway:annex"))
    assert found["r-anna"] == (Why("never_heard", "3B bed"),)


def test_where_no_rule_watches_nobody_is_protected() -> None:
    document = SITE.replace("3B, role: outer_door", "stua, role: outer_door")
    for device in ("motion", "bed", "help_button", "fall_detector"):
        document = document.replace(f"room: 3B, role: {device}", f"room: stua, role: {device}")
    (anna,) = [p for p in protection(book(document), TODAY, (), ()) if p.resident == "r-anna"]
    assert (anna.state, anna.why) == ("unprotected", (Why("no_rule"),))


def test_who_does_not_live_here_yet_or_any_more_is_not_asked_about() -> None:
    gone = SITE.replace("name: Anna Berg, room: 3B", "name: Anna Berg, room: 3B, moved_out: 2026-11-23")
    assert states(book(gone), set()).keys() == {"r-bjorn"}


def test_a_silent_part_is_one_alert_for_everybody_it_concerns() -> None:
    since = datetime(2026, 11, 23, 12, tzinfo=UTC)
    finding, concern = not_heard(book(), "broker", since)
    assert (finding.rule, finding.room, finding.at) == ("not-heard", "broker", since)
    assert (concern.severity, concern.residents, concern.unit) == ("high", ("r-anna", "r-bjorn"), "solsiden")
    _, concern = not_heard(book(), "device:3B bed", since)
    assert (concern.severity, concern.residents) == ("medium", ("r-anna",))
