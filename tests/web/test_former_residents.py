"""A resident's id is nobody else's: by it hang their relatives' consents. Another name in place is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.clock import WallClock
from hub.site.change import OthersNameError, change_site
from hub.site.edits import PutPart, Refused, RemovePart
from hub.store import sites
from rules.wording.site_file import fault_in_words
from tests.web.conftest import SignIn
from tests.web.house import DOCUMENT, House
from tests.web.relatives import EMAIL, relative_of
from tests.web.test_people import import_file, version_of

ANNA = "  - {id: r1, name: Anna Haugen, room: 1A}\n"
OTHER = "  - {id: r1, name: Berit Nygård, room: 1A}\n"
MORE = """\
  - {id: lise, name: Lise Leder, role: leader}
rules:
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, DOCUMENT.replace("rules:\n", MORE, 1))
    house.hub_says()
    yield house
    house.connection.close()


def held(house: House) -> str:
    return sites.in_force(house.connection, None).document


def test_who_moves_in_under_the_id_of_who_left_is_refused_by_a_file(
    house: House, sign_in: SignIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    relative_of(house)
    document = held(house)
    import_file(house, document.replace(ANNA, ""))
    another = document.replace(ANNA, OTHER)
    with pytest.raises(OthersNameError):
        import_file(house, another)
    file = tmp_path / "another.yaml"
    file.write_text(another, "utf-8")
    before = version_of(house)
    assert main(["import", str(file), "--data", str(house.settings.data)]) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        (
            "residents r1: r1 was the id of the resident Anna Haugen;"
            " expected another id, or the name as it was then"
        ),
        "nothing was changed",
    ]
    assert version_of(house) == before
    assert "Berit" not in sign_in(EMAIL).get("/relative").text


def test_nor_by_an_edit_and_it_is_said_in_three_languages(house: House) -> None:
    site, clock = house.site.site, WallClock()
    gone = change_site(house.connection, site, [RemovePart("residents", "r1")], "lise", clock)
    assert not isinstance(gone, Refused)
    came = PutPart("residents", {"id": "r1", "name": "Berit Nygård", "room": "1A"})
    done = change_site(house.connection, site, [came], "lise", clock)
    assert isinstance(done, Refused)
    (fault,) = done.problems
    assert [fault_in_words(fault.wrong, fault.expected, language) for language in ("nb", "nn", "en")] == [
        "Id-en r1 har tilhørt beboeren Anna Haugen. En annen id, eller navnet slik det var da.",
        "Id-en r1 har høyrt til bebuaren Anna Haugen. Ein annan id, eller namnet slik det var då.",
        "r1 was the id of the resident Anna Haugen. another id, or the name as it was then.",
    ]


def test_who_comes_back_under_their_own_name_has_their_id_again(house: House) -> None:
    document = held(house)
    import_file(house, document.replace(ANNA, ""))
    import_file(house, document.replace("Anna Haugen", "anna  haugen"))
    import_file(house, document.replace("Anna Haugen", "Anna Berg"))
    import_file(house, document.replace(ANNA, ""))
    with pytest.raises(OthersNameError, match="Anna Berg"):
        import_file(house, document)
    import_file(house, document.replace("Anna Haugen", "Anna Berg"))


def test_another_name_in_place_is_told_by_whoever_imports_and_by_the_trail(
    house: House, sign_in: SignIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "other.yaml"
    file.write_text(held(house).replace(ANNA, OTHER), "utf-8")
    assert main(["import", str(file), "--data", str(house.settings.data), "--by", "lise"]) == 0
    assert (
        "  r1: Anna Haugen is called Berit Nygård now, and keeps consents, goals and legal bases"
        in capsys.readouterr().out.splitlines()
    )
    trail = sign_in("lise").get("/audit").text
    assert "Endret navnet på en beboer" in trail
    assert "het før Anna Haugen, navn Berit Nygård" in trail
    for_the_house = sign_in("adm").get("/audit").text
    assert "Endret navnet på en beboer" in for_the_house
    assert "Anna Haugen" not in for_the_house
    (entry,) = house.rows("SELECT detail FROM audit WHERE what = 'resident renamed'")
    assert "Anna" not in entry["detail"]


def test_a_name_that_is_only_written_otherwise_is_no_other_name(house: House) -> None:
    import_file(house, held(house).replace("Anna Haugen", "anna haugen"))
    assert house.rows("SELECT * FROM audit WHERE what = 'resident renamed'") == []
