"""What is said of calls that came to nothing: each try once, and why what was held did not go out."""

from pathlib import Path

from tests.ways.test_mail_away import MIN
from tests.ways.test_messages import SITE, messages
from tests.ways.test_open_again import waiting
from tests.ways.test_reach_as_called import house as a_house
from tests.ways.test_refused_calls import ONE_STAGE, refused, trail

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
    assert said() == [f"{in_vain}. Prøvde odd: nådde ikke fram", in_vain], "two tries are two lines"
    house.stop()
