"""What is said of calls that came to nothing: each try once, and why what was held did not go out."""

from pathlib import Path

import msgspec
import pytest

from dashboards.care.called import called_lines
from dashboards.house import read_house
from hub.store import alerts, receipts, summonses
from hub.store.db import transaction
from hub.store.summonses import Summons
from hub.summons import did_not_go_out
from rules.wording import Voice, trail_in_words
from rules.wording.voice import Language
from tests.ways.test_mail_away import MIN
from tests.ways.test_messages import SITE, messages
from tests.ways.test_open_again import waiting
from tests.ways.test_reach_as_called import house as a_house
from tests.ways.test_refused_calls import ONE_STAGE, arrived, card, known, refused, trail
from tests.world import World


def hangs(house: World, one: Summons) -> None:
    """A try failed, and it is tried again."""
    with transaction(house.connection):
        again = msgspec.structs.replace(one, attempts=1, next_at=house.clock.now() + MIN, failure="timed out")
        assert summonses.put_failure(house.connection, again)
        did_not_go_out(house.connection, again, house.clock.now())


THEN_LEADERS = ONE_STAGE.replace("[assigned]}", "[assigned]}, {after: 2 min, to: [leaders]}")


def test_that_a_try_reached_nobody_is_said_once_however_late_whoever_was_called_instead_is_refused(
    tmp_path: Path,
) -> None:
    house = a_house(tmp_path, "kari odd")
    house.imports(SITE + THEN_LEADERS)
    house.says("3B button", pressed="single")
    messages(house)
    id, in_vain = house.alert("help-button").id, "Prøvde leder: ingen kunne nås"
    house.desk.arrive(id, "kari")
    house.desk.act(id, "assist", "kari")
    [instead] = waiting(house)
    assert instead.person == "odd"
    house.passes(2 * MIN)
    refused(house, instead)
    house.desk.act(id, "hand_back", "kari")
    messages(house)

    def said() -> list[str]:
        return [line for line in trail(house) if line.startswith(in_vain)]

    assert said() == [f"{in_vain}. Prøvde odd: nådde ikke fram"]
    house.desk.arrive(id, "kari")
    house.desk.act(id, "assist", "kari")
    messages(house)
    tried = f"{in_vain}. Prøvde odd: nådde ikke fram"
    assert said() == [tried, f"{in_vain}. Varsler odd nå"], "two tries are two lines"
    house.stop()


@pytest.mark.parametrize(
    ("language", "in_the_trail", "beside_her_name"),
    [
        (
            "nb",
            "Ventet med å varsle hele avdelingen: ny varsling da det ble alvorligere",
            "avløst av ny varsling",
        ),
        (
            "nn",
            "Venta med å varsle heile avdelinga: ny varsling då det vart alvorlegare",
            "avløyst av ny varsling",
        ),
        (
            "en",
            "Held back the call to the whole unit: a graver call took its place",
            "overtaken by a graver call",
        ),
    ],
)
def test_what_was_held_when_the_alert_became_graver_is_said_to_have_given_way_to_the_graver_call(
    tmp_path: Path, language: Language, in_the_trail: str, beside_her_name: str
) -> None:
    house = a_house(tmp_path, "kari siri")
    low = "escalation: {low: {steps: [{after: 0 s, to: [unit]}], repeat: 4 h}}\n"
    house.imports(SITE.replace("{rule: help-button}", "{rule: help-button, severity: low}") + low)
    house.says("3B button", pressed="single")
    assert {(one.person, one.held) for one in waiting(house)} == {("kari", "gathered"), ("siri", "gathered")}
    house.imports(SITE + low)
    house.passes(MIN)
    house.says("3B button", pressed="single")
    [graver] = waiting(house)
    assert (graver.person, graver.urgent) == ("kari", True)
    voice = Voice(language, house.site.zone, house.clock.now())
    steps = alerts.events(house.connection, house.alert("help-button").id)
    assert trail_in_words(steps, str, voice, known(house))[1] == in_the_trail
    seen_as = read_house(house.connection, "test", house.clock.now())
    line = {one.name: one.how_far for one in called_lines(messages(house), seen_as, voice)}
    assert line["Siri"] == beside_her_name
    house.stop()


def test_a_repeated_call_that_does_not_get_through_is_not_said_to_have_been_made(tmp_path: Path) -> None:
    house = a_house(tmp_path, "lise")
    house.imports(SITE + "escalation: {high: {steps: [{after: 0 s, to: [leaders]}], repeat: 5 min}}\n")
    house.says("3B button", pressed="single")
    [first] = waiting(house)
    arrived(house, first)
    house.passes(5 * MIN)
    [repeated] = waiting(house)
    assert card(house)[0] == (
        "Ingen har svart. Varsler på nytt: leder. Neste: leder kl.\N{NO-BREAK SPACE}02.20"
    )
    hangs(house, repeated)
    said = (
        "Ingen har svart. Prøver leder på nytt: når ikke fram ennå. Neste: leder kl.\N{NO-BREAK SPACE}02.20"
    )
    assert card(house)[0] == said
    assert trail(house)[-1] == "Prøver leder: når ikke fram ennå"
    arrived(house, repeated)
    assert card(house)[0] == (
        "Ingen har svart. Varslet på nytt: leder. Neste: leder kl.\N{NO-BREAK SPACE}02.20"
    )
    house.stop()


def test_who_was_called_instead_in_vain_and_has_seen_it_on_the_board_is_said_to_have_seen_it(
    tmp_path: Path,
) -> None:
    house = a_house(tmp_path, "nils")
    house.imports(SITE + ONE_STAGE)
    house.says("3B button", pressed="single")
    [instead] = waiting(house)
    assert instead.person == "nils"
    refused(house, instead)
    with transaction(house.connection):
        receipts.note_seen(house.connection, instead.alert, "nils", house.clock.now())
    said = "Prøvde ansvarlig pleier: ingen kunne nås. Sett av nils"
    assert card(house)[1] == f"{said}. Neste: ansvarlig pleier kl.\N{NO-BREAK SPACE}02.20"
    assert trail(house) == [said]
    house.stop()


def test_an_alert_that_somebody_has_before_anybody_was_called_says_that_there_was_no_need(
    tmp_path: Path,
) -> None:
    house = a_house(tmp_path, "kari")
    house.says("3B button", pressed="single")
    house.desk.accept(house.alert("help-button").id, "kari")
    assert messages(house) == []
    assert trail(house) == ["Trengte ikke å varsle ansvarlig pleier", "kari tok varselet"]
    house.stop()
