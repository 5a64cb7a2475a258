"""Whoever was told that something happened is told how it goes on and how it ends, whatever becomes of it."""

from __future__ import annotations

import pytest

from hub.relatives.book import Newcomer
from hub.store import alerts
from rules.alert import Outcome
from rules.pause import Refusal
from rules.relatives import Relative
from tests.unit.relatives import DAY, GIVEN, MIN, SITE, House, house

__all__ = ["house"]  # a fixture
ENDED = {"helped": "Personalet så etter og hjalp til.", "false_alarm": "Det viste seg å være falsk alarm."}


def falls(house: House) -> int:
    house.world.says("3B fall", fall="confirmed")
    house.post()
    return house.world.alert("fall").id


def is_up_again(house: House) -> None:
    house.world.says("3B fall", fall="cleared")
    house.post()
    assert house.world.alert("fall").severity == "medium"


def happened(house: House, relative: Relative, resident: str = "r-anna") -> list[str]:
    return [f"{alert.what} {alert.now}" for alert in house.page(relative, resident).alerts or ()]


def test_a_fall_stays_on_the_daughters_page_when_her_mother_is_up_by_herself(house: House) -> None:
    marit = house.relative("well", "alerts")
    falls(house)
    before = happened(house, marit)
    assert before == ["Sensorene meldte om et mulig fall. Personalet er varslet."]
    is_up_again(house)
    assert happened(house, marit) == [f"{before[0]} Det ser mindre alvorlig ut nå."]
    house.world.desk.accept(house.world.alert("fall").id, "kari")
    assert happened(house, marit) == [
        "Sensorene meldte om et mulig fall. Personalet tar seg av det. Det ser mindre alvorlig ut nå."
    ]
    house.world.desk.arrive(house.world.alert("fall").id, "kari")
    assert happened(house, marit) == ["Sensorene meldte om et mulig fall. Personalet er på stedet."]


def test_what_is_less_serious_by_now_is_not_said_to_be_nothing_new(house: House) -> None:
    marit = house.relative("well", "alerts")
    house.world.says("3B motion", motion=True)
    falls(house)
    is_up_again(house)
    page = house.page(marit)
    assert page.state == "watch"
    assert page.headline == "Noe har skjedd, og personalet er varslet."
    assert page.lines == ("Det ser mindre alvorlig ut nå.",)


def test_of_a_grave_and_an_eased_alert_the_grave_one_stands_on_top(house: House) -> None:
    marit = house.relative("well", "alerts")
    house.press()
    falls(house)
    is_up_again(house)
    page = house.page(marit)
    assert page.lines == ()
    assert len(page.alerts or ()) == 2


@pytest.mark.parametrize("outcome", ["helped", "false_alarm"])
def test_who_has_a_letter_about_a_fall_hears_how_it_ended_though_it_had_eased(
    house: House, outcome: Outcome
) -> None:
    marit = house.relative("alerts")
    fall = falls(house)
    house.world.passes(5 * MIN)
    assert house.post() == 1
    is_up_again(house)
    house.world.desk.close(fall, "kari", outcome)
    assert house.post() == 1
    assert house.letters() == ["Et varsel – Solbakken", "Tatt hånd om – Solbakken"]
    assert happened(house, marit) == [f"Sensorene meldte om et mulig fall. {ENDED[outcome]}"]


def test_a_fall_that_eased_before_anybody_was_told_is_told_as_handled(house: House) -> None:
    marit = house.relative("handled")
    fall = falls(house)
    assert happened(house, marit) == []
    is_up_again(house)
    house.world.desk.close(fall, "kari", "helped")
    assert house.post() == 1
    assert happened(house, marit) == [f"Sensorene meldte om et mulig fall. {ENDED['helped']}"]


def test_a_fall_that_eased_in_the_same_second_is_told_nonetheless(house: House) -> None:
    house.relative("alerts")
    house.world.says("3B fall", fall="confirmed")
    house.world.says("3B fall", fall="cleared")
    house.post()
    house.world.passes(5 * MIN)
    assert house.post() == 1


def test_what_was_never_grave_is_told_to_nobody(house: House) -> None:
    house.world.imports(SITE.replace("{rule: fall}", "{rule: fall, severity: medium}"))
    marit = house.relative("well", "alerts")
    fall = falls(house)
    assert happened(house, marit) == []
    assert house.page(marit).headline == "Ikke noe nytt akkurat nå."
    house.looks(marit)
    house.world.desk.close(fall, "kari", "helped")
    assert house.post() == 0
    assert happened(house, marit) == []


def test_what_becomes_grave_later_is_told_then(house: House) -> None:
    house.world.imports(SITE.replace("{rule: fall}", "{rule: fall, severity: medium}"))
    marit = house.relative("alerts")
    falls(house)
    house.world.imports(SITE)
    house.world.passes(MIN)
    house.world.says("3B fall", fall="cleared")
    falls(house)
    assert house.world.alert("fall").severity == "high"
    assert len(happened(house, marit)) == 1
    house.world.passes(5 * MIN)
    assert house.post() == 1


def test_who_saw_it_on_the_page_alone_is_told_that_it_was_a_false_alarm(house: House) -> None:
    marit, other = house.relative("alerts"), house.relative("alerts", email="other@example.org")
    fall = falls(house)
    house.looks(marit)
    house.world.passes(MIN)
    house.world.desk.close(fall, "kari", "false_alarm")
    assert house.post() == 1
    assert [letter["to"] for letter in house.mailbox.taken] == ["marit@example.org"]
    assert happened(house, marit) == [f"Sensorene meldte om et mulig fall. {ENDED['false_alarm']}"]
    assert happened(house, other) == []


def test_who_looks_only_when_it_is_over_is_not_frightened_by_a_false_alarm(house: House) -> None:
    marit = house.relative("alerts")
    fall = falls(house)
    house.world.passes(MIN)
    house.world.desk.close(fall, "kari", "false_alarm")
    house.world.passes(MIN)
    house.looks(marit)
    assert house.post() == 0
    assert happened(house, marit) == []


def test_what_was_told_is_not_shown_while_it_is_on_pause_and_again_afterwards(house: House) -> None:
    marit = house.relative("well", "alerts")
    fall = falls(house)
    is_up_again(house)
    house.book.rest(marit, "r-anna", None, "kari")
    assert house.page(marit).alerts is None
    house.world.desk.close(fall, "kari", "helped")
    assert house.post() == 0
    house.book.resume(marit, "r-anna", "kari")
    assert happened(house, marit) == [f"Sensorene meldte om et mulig fall. {ENDED['helped']}"]


def test_what_was_told_is_not_shown_any_more_when_the_yes_is_taken_back(house: House) -> None:
    marit = house.relative("alerts")
    fall = falls(house)
    house.world.passes(5 * MIN)
    house.post()
    is_up_again(house)
    house.book.withdraw(marit, "r-anna", ["alerts"], "kari")
    assert house.page(marit).alerts is None
    house.world.desk.close(fall, "kari", "helped")
    assert house.post() == 0


def test_a_yes_that_is_written_anew_does_not_take_away_what_she_was_told_of(house: House) -> None:
    marit = house.relative("alerts")
    fall = falls(house)
    house.world.passes(DAY)
    today = house.world.clock.now().date()
    days = (today, today + 9 * DAY)
    given = house.book.consent(marit, "r-anna", ["alerts"], days, GIVEN, "lise")  # type: ignore[arg-type]
    assert not isinstance(given, Refusal)
    assert len(happened(house, marit)) == 1
    house.world.desk.close(fall, "kari", "helped")
    assert house.post() == 1


def test_what_somebody_else_is_named_in_later_stays_with_whom_it_was_told_to(house: House) -> None:
    """Olav presses his own button, and his son is told; then Eva presses hers, and it is one alert."""
    son = house.relative("alerts", resident="r-olav", email="son@example.org")
    niece = house.relative("alerts", resident="r-eva", email="niece@example.org")
    house.world.says("Olavs knapp", pressed="single")
    house.post()
    house.world.says("Evas knapp", pressed="single")
    house.post()
    assert house.world.alert("help-button").residents == ("r-olav", "r-eva")
    assert happened(house, son, "r-olav") == ["Noen brukte hjelpeknappen. Personalet er varslet."]
    assert happened(house, niece, "r-eva") == [], "both would have to say yes to her"
    house.looks(niece, "r-eva")
    house.world.desk.close(house.world.alert("help-button").id, "kari", "helped")
    assert house.post() == 1
    assert [letter["to"] for letter in house.mailbox.taken] == ["son@example.org"]
    assert happened(house, niece, "r-eva") == []


def test_an_alert_of_two_is_not_shown_to_whom_one_of_them_said_yes(house: House) -> None:
    son = house.relative("alerts", resident="r-olav", email="son@example.org")
    house.book.add(Newcomer("Sønn", "son@example.org", "nb", "r-eva", "Sønn"), "lise")
    house.press("4B")
    house.post()
    assert happened(house, son, "r-olav") == []
    assert happened(house, son, "r-eva") == []


def test_the_trail_says_how_grave_it_was_at_each_step_and_what_is_copied_of_it_how_grave_it_is(
    house: House,
) -> None:
    fall = falls(house)
    is_up_again(house)
    house.world.desk.accept(fall, "kari")
    trail = alerts.events(house.world.connection, fall)
    grave = {step.event: step.severity for step in trail}
    assert (grave["raised"], grave["cleared"], grave["accept"]) == ("high", "medium", "medium")
    copied = [step for step in alerts.steps_after(house.world.connection, 0, 100) if step.alert == fall]
    assert [step.seq for step in copied] == [step.seq for step in trail]
    assert {step.severity for step in copied} == {"medium"}


def test_a_sensor_that_says_once_more_that_it_sees_nobody_is_no_sign_of_life_to_a_daughter(
    house: House,
) -> None:
    marit = house.relative("well")
    for device, said in (("3B motion", {"motion": True}), ("3B fall", {"presence": False})):
        house.world.says(device, **said)
    house.world.says("3B button", battery=90)
    house.world.passes(5 * MIN)
    house.world.says("3B motion", motion=False)
    assert house.page(marit).lines[0] == "Siste livstegn: den siste timen."
    house.world.passes(7 * 60 * MIN)
    house.world.says("3B motion", motion=False)
    house.world.says("3B fall", presence=False)
    assert house.page(marit).lines[0] == "Siste livstegn: i dag om ettermiddagen."
