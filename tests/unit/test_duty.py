"""Who belongs to a group that is called, at that instant."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.site.file import SiteFile, read_site
from rules.building import Site
from rules.duty import Called, Function, Shift, called
from rules.escalation import Group

NIGHT = datetime(2026, 11, 24, 2, tzinfo=UTC)


def site() -> Site:
    read = read_site(
        """
site: test
name: Test
units:
  - {id: sol, name: Solsida, neighbours: [nord]}
  - {id: nord, name: Nordsida}
rooms: [{id: 3B, unit: sol}, {id: 4B, unit: nord}]
residents: [{id: r-anna, name: Anna, room: 3B}]
people:
  - {id: kari, name: Kari, role: carer, units: [sol]}
  - {id: siri, name: Siri, role: carer, units: [sol]}
  - {id: nils, name: Nils, role: carer, units: [nord]}
  - {id: per, name: Per, role: carer}
  - {id: lise, name: Lise, role: leader, units: [sol]}
""",
        "test",
    )
    assert isinstance(read, SiteFile), read
    return read.site


def shift(person: str, unit: str, function: Function = "carer", residents: tuple[str, ...] = ()) -> Shift:
    hours = timedelta(hours=4)
    return Shift(0, person, (unit,) if unit else (), function, NIGHT - hours, NIGHT + hours, residents)


ROSTER = [
    shift("kari", "sol", residents=("r-anna",)),
    shift("siri", "sol"),
    shift("nils", "nord"),
    shift("per", "", "night_patrol"),
]


def whom(group: Group, shifts: list[Shift], unit: str = "sol", at: datetime = NIGHT) -> Called:
    return called(group, unit, ("r-anna",), site(), shifts, at)


@pytest.mark.parametrize(
    ("group", "people"),
    [
        ("assigned", ("kari",)),
        ("unit", ("kari", "siri")),
        ("neighbours", ("nils",)),
        ("night_patrol", ("per",)),
    ],
)
def test_a_full_roster_names_everybody(group: Group, people: tuple[str, ...]) -> None:
    assert whom(group, ROSTER) == Called(people, "on_duty")


def test_a_leader_is_called_at_home_where_none_is_on_duty() -> None:
    assert whom("leaders", ROSTER) == Called(("lise",), "nobody_on_duty")
    assert whom("leaders", [*ROSTER, shift("per", "sol", "leader")]) == Called(("per",), "on_duty")


def test_where_nobody_is_assigned_the_unit_on_duty_is_called() -> None:
    assert whom("assigned", ROSTER[1:]) == Called(("siri",), "nobody_assigned")


def test_a_unit_without_a_roster_is_called_whole_and_that_is_said() -> None:
    assert whom("unit", []) == Called(("kari", "siri", "per"), "nobody_on_duty")
    assert whom("assigned", []) == Called(("kari", "siri", "per"), "nobody_on_duty")


def test_where_only_the_night_patrol_goes_by_it_is_called_and_nobody_is_woken_at_home() -> None:
    patrol = ROSTER[3:]
    assert whom("unit", patrol) == Called(("per",), "on_duty")
    assert whom("assigned", patrol) == Called(("per",), "nobody_assigned")
    elsewhere = [shift("per", "nord", "night_patrol")]
    assert whom("unit", elsewhere) == Called(("kari", "siri", "per"), "nobody_on_duty")


def test_a_shift_counts_from_its_first_instant_and_no_longer_at_its_last() -> None:
    one = [shift("kari", "sol")]
    assert whom("unit", one, at=one[0].starts_at).why == "on_duty"
    assert whom("unit", one, at=one[0].ends_at).why == "nobody_on_duty"


def test_where_no_unit_is_near_or_nobody_patrols_there_is_nobody_and_that_is_said() -> None:
    assert whom("neighbours", ROSTER, unit="nord") == Called((), "nobody")
    assert whom("night_patrol", ROSTER[:3]) == Called((), "nobody")


def test_somebody_who_no_longer_works_here_is_called_no_more() -> None:
    assert whom("unit", [shift("gone", "sol")]).why == "nobody_on_duty"


def test_an_alert_about_several_units_calls_whoever_is_on_duty_anywhere() -> None:
    assert whom("unit", ROSTER, unit="") == Called(("kari", "siri", "nils"), "on_duty")
