"""What is said of the alerts whose sentence takes more than one thing that was heard."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.scenario.world import World
from rules.catalogue import catalogue
from rules.rule import SIGNS_OF_LIFE
from rules.wording import Language, Voice, how_it_ended, what_happened, who_else

OSLO = ZoneInfo("Europe/Oslo")
FLAT = (Path(__file__).parents[1] / "scenarios" / "sites" / "flat.yaml").read_text("utf-8")
TWO = FLAT.replace("residents:\n", "residents:\n  - {id: r-per, name: Per Moen, room: 5C}\n")
NIGHT = datetime(2026, 11, 24, 2, 0, tzinfo=OSLO)
MIN = timedelta(minutes=1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, TWO, NIGHT - timedelta(hours=8))
    yield made
    made.stop()


def said(world: World, rule: str, language: Language) -> list[str | None]:
    voice = Voice(language, OSLO, world.clock.now())
    alert = next(alert for alert in world.alerts() if alert.rule == rule)
    named = catalogue()[rule]
    sentences = [
        what_happened(alert, named, world.site, voice),
        how_it_ended(alert, named, world.site, voice),
        who_else(alert, voice),
    ]
    return [sentence and sentence.replace("\u00a0", " ") for sentence in sentences]


def test_long_in_the_bathroom_says_since_when_and_that_it_is_a_guess(world: World) -> None:
    world.until(NIGHT)
    world.says("bath", motion=True)
    world.until(NIGHT + 30 * MIN)
    assert [said(world, "bathroom", language)[0] for language in ("nb", "en")] == [
        "Har trolig vært på badet siden kl. 02.00 og er ikke hørt andre steder.",
        "Has probably been in the bathroom since 02:00 and was not heard elsewhere.",
    ]
    world.says("bedroom", motion=True)
    assert said(world, "bathroom", "nb") == [
        "Var trolig på badet fra kl. 02.00 og ble ikke hørt andre steder.",
        "Hørt andre steder igjen kl. 02.30.",
        "2 beboere deler rommet, og sensorene kan ikke skille dem.",
    ]
    assert said(world, "bathroom", "en")[0] == (
        "Was probably in the bathroom from 02:00 and was not heard elsewhere."
    )


def test_wandering_says_how_often_and_since_when(world: World) -> None:
    for minute, device in enumerate(("bedroom", "hall", "kitchen", "bath")):
        world.until(NIGHT + minute * MIN)
        world.says(device, motion=True)
    world.says("hall", NIGHT + 3.5 * MIN, motion=False)
    world.until(NIGHT + 4 * MIN)
    world.says("hall", motion=True)
    world.until(NIGHT + 30 * MIN)
    assert said(world, "wandering", "nb")[:2] == [
        "Gikk fra sted til sted 4 ganger fra kl. 02.00 til kl. 02.04.",
        "Rolig igjen kl. 02.19.",
    ]
    assert said(world, "wandering", "en")[0] == "Went from place to place 4 times from 02:00 to 02:04."


def test_a_stove_says_since_when_nobody_was_there_and_what_ended_it(world: World) -> None:
    world.until(NIGHT)
    world.says("stove", on=True)
    world.until(NIGHT + 12 * MIN)
    assert [said(world, "stove", language)[0] for language in ("nb", "en")] == [
        "Komfyren står på, og ingen er hørt der siden kl. 02.00.",
        "The stove is on, and nobody was heard there since 02:00.",
    ]
    world.says("stove", on=False)
    assert said(world, "stove", "nb")[:2] == [
        "Komfyren sto på, og ingen ble hørt der fra kl. 02.00.",
        "Komfyren ble slått av kl. 02.12.",
    ]
    assert said(world, "stove", "en")[0] == "The stove was on, and nobody was heard there from 02:00."


def test_a_fridge_that_stays_shut_is_not_called_a_missing_sign_of_life(world: World) -> None:
    world.says("fridge", open=False)
    world.until(NIGHT + timedelta(hours=9))
    world.says("fridge", open=True)
    assert catalogue()["fridge"].signs != SIGNS_OF_LIFE
    assert said(world, "fridge", "nb")[:2] == [
        "Kjøleskapet er ikke åpnet innen kl. 10.00.",
        "Kjøleskapet ble åpnet kl. 11.00.",
    ]


def test_an_alert_says_that_more_than_one_person_seems_to_be_there(world: World) -> None:
    world.says("bed", in_bed=True)
    world.passes(2 * MIN)
    world.says("kitchen", motion=True)
    world.says("pendant", fall="confirmed")
    assert said(world, "fall", "nb")[2] == (
        "2 beboere deler rommet, og sensorene kan ikke skille dem."
        " Flere ser ut til å være der, kanskje besøk eller ansatte."
    )
    assert world.alert("fall").severity == "high"
