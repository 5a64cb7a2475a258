"""Who counts as on duty: the roster and those who signed in to a shift, by one rule; and a week's gaps."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.duty import Duty
from hub.store import contacts, shifts, staff_notices
from hub.store.contacts import Contact
from hub.store.db import connect
from rules.building import Site
from rules.duty import Function, Shift, StaffAbsence, called, on_duty, stood_in_for
from rules.pause import Refusal
from rules.week import (
    Gap,
    absences_left,
    as_said_last,
    gaps,
    is_as_planned,
    moved,
    next_on_duty,
    shifts_later,
)
from tests.world import Clock, read

SITE: Site = read("""
site: test
name: Test
units: [{id: sol, name: Solsida, neighbours: [nord]}, {id: nord, name: Nordsida}]
rooms: [{id: 3B, unit: sol}, {id: 4B, unit: nord}]
residents: [{id: r-anna, name: Anna, room: 3B}, {id: r-per, name: Per, room: 4B}]
people:
  - {id: kari, name: Kari, role: carer, units: [sol, nord]}
  - {id: siri, name: Siri, role: carer, units: [sol, nord]}
  - {id: nils, name: Nils, role: carer, units: [nord, sol]}
  - {id: lise, name: Lise, role: leader}
  - {id: nora, name: Nora, role: carer, units: [nord]}
  - {id: tor, name: Tor, role: technician}
""")
NIGHT = datetime(2026, 11, 24, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


def shift(
    person: str, *units: str, begin: float = -4, end: float = 4, residents: tuple[str, ...] = ()
) -> Shift:
    return Shift(0, person, units, "carer", NIGHT + begin * HOUR, NIGHT + end * HOUR, residents)


def came(
    person: str,
    *units: str,
    begin: float = -4,
    end: float = 4,
    residents: tuple[str, ...] = (),
    instead_of: tuple[str, ...] = (),
) -> Shift:
    planned = shift(person, *units, begin=begin, end=end, residents=residents)
    return msgspec.structs.replace(planned, source="signed_in", instead_of=instead_of)


def here(*known: Shift, absent: tuple[StaffAbsence, ...] = (), at: datetime = NIGHT) -> list[tuple[str, ...]]:
    return sorted((s.person, *s.units) for s in on_duty(SITE, known, absent, at))


def test_where_nobody_has_signed_in_the_roster_counts() -> None:
    assert here(shift("kari", "sol"), shift("nils", "nord")) == [("kari", "sol"), ("nils", "nord")]


def test_whoever_signs_in_comes_beside_those_who_are_planned() -> None:
    assert here(shift("kari", "sol"), came("siri", "sol"), shift("nils", "nord")) == [
        ("kari", "sol"),
        ("nils", "nord"),
        ("siri", "sol"),
    ]
    assert here(shift("kari", "sol"), shift("nils", "nord"), came("lise")) == [
        ("kari", "sol"),
        ("lise",),
        ("nils", "nord"),
    ]


def test_who_says_in_whose_place_they_came_takes_it_there_and_from_nobody_else() -> None:
    instead = came("siri", "sol", instead_of=("kari",))
    assert here(shift("kari", "sol"), shift("nils", "sol"), instead) == [("nils", "sol"), ("siri", "sol")]
    assert here(shift("kari"), instead) == [("kari", "nord"), ("siri", "sol")], (
        "elsewhere she is still called"
    )
    assert here(shift("kari", "sol"), came("kari", "sol"), instead) == [("kari", "sol"), ("siri", "sol")]
    assert here(shift("kari", "sol"), msgspec.structs.replace(instead, function="night_patrol")) == [
        ("kari", "sol"),
        ("siri", "sol"),
    ]


def as_leader(shift: Shift) -> Shift:
    return msgspec.structs.replace(shift, function="leader")


def test_a_leader_who_lends_a_hand_as_a_carer_goes_on_being_leader_and_counts_in_the_other_unit() -> None:
    planned, hand = as_leader(shift("lise")), came("lise", "sol", begin=-2)
    assert here(planned, hand) == [("lise",), ("lise", "sol")]
    assert called("leaders", "nord", [], SITE, on_duty(SITE, [planned, hand], (), NIGHT), NIGHT).people == (
        "lise",
    )
    over = came("lise", "sol", begin=-2, end=-1)
    assert here(planned, over) == [("lise",)], "the hand is lent, the leader is still there"
    assert here(planned, as_leader(over)) == [], "who was there as leader and left, has left"
    assert here(planned, as_leader(over), came("lise", "sol", begin=-1)) == [("lise",), ("lise", "sol")], (
        "who changes what they are on duty as, has not left"
    )
    assert here(shift("lise"), hand) == [("lise", "sol")], "as the same it is where they said"


def test_whoever_stays_on_into_a_second_shift_of_a_colleague_does_not_silence_them_there() -> None:
    first, second = shift("kari", "sol", begin=-7, end=-1), shift("kari", "sol", begin=-1, end=7)
    stand_in = came("siri", "sol", begin=-7, end=5, instead_of=("kari",))
    assert here(first, second, stand_in, at=NIGHT - 2 * HOUR) == [("siri", "sol")]
    assert here(first, second, stand_in) == [("kari", "sol"), ("siri", "sol")]
    assert stood_in_for(SITE, [first, second, stand_in], NIGHT) == ()
    early = came("siri", "sol", begin=-2, end=5, instead_of=("kari",))
    assert here(second, early) == [("siri", "sol")], "who came soon before it stands in for all of it"


@pytest.mark.parametrize(
    ("begin", "taken"),
    [
        (-7, ["first"]),
        (-2.5, ["first"]),
        (-1.6, ["first"]),
        (-1.4, ["first", "second"]),  # as the first is handed over: who stays into the second?
        (-0.9, ["second"]),
    ],
)
def test_who_comes_in_the_place_of_one_with_two_shifts_in_a_row_takes_the_one_that_runs(
    connection: sqlite3.Connection, begin: float, taken: list[str]
) -> None:
    contacts.put(connection, "test", Contact("kari", "email", "kari@example.org"), NIGHT)
    two = [shift("kari", "sol", begin=-9, end=-1), shift("kari", "sol", begin=-1, end=7)]
    for one in two:
        duty(connection).put(one, "lise")
    at = NIGHT + begin * HOUR
    book = duty(connection, at)
    names = {two[0].starts_at: "first", two[1].starts_at: "second"}
    assert [names[s.starts_at] for s in book.in_whose_place("siri", ["sol"])] == taken
    assert isinstance(book.sign_in("siri", "carer", ["sol"], [], NIGHT + 8 * HOUR, ["kari"]), Shift)
    for name, then in (("first", NIGHT - 1.01 * HOUR), ("second", NIGHT)):
        if then < at:
            continue
        called = ["siri"] if name in taken else ["kari", "siri"]
        assert sorted(people(connection, then)) == called, name
        silenced = [s.person for s in shifts.stood_in_for(connection, SITE, then)]
        assert silenced == (["kari"] if name in taken else []), name
    (told,) = staff_notices.due(connection, "test", NIGHT)
    until = "10" if "second" in taken else "02"  # local time: she is told what holds
    assert f"til kl. {until}.00" in told.body
    known = shifts.between(connection, "test", at - 9 * HOUR, NIGHT + 40 * HOUR)
    if begin < -1:
        ahead = [s.person for s in next_on_duty(SITE, known, (), "sol", max(at, NIGHT - 1.5 * HOUR))]
        assert ahead == ([] if "second" in taken else ["kari"])


def test_who_comes_soon_before_a_shift_takes_it_though_the_colleague_is_in_another_unit_until_then() -> None:
    elsewhere = shift("kari", "nord", begin=-7, end=1)
    late = shift("kari", "sol", begin=1, end=7)
    stand_in = came("siri", "sol", begin=0, end=7, instead_of=("kari",))
    assert here(elsewhere, late, stand_in, at=NIGHT) == [("kari", "nord"), ("siri", "sol")]
    assert here(elsewhere, late, stand_in, at=NIGHT + 2 * HOUR) == [("siri", "sol")]


def test_whoever_left_early_is_not_on_duty_any_more_and_a_double_shift_still_begins() -> None:
    assert here(shift("kari", "sol"), came("kari", "sol", end=-1)) == []
    evening, night = shift("kari", "sol", begin=-8, end=-0.5), shift("kari", "sol", begin=-1, end=7)
    assert here(evening, night, came("kari", "sol", begin=-8, end=-0.5)) == [("kari", "sol")]


def test_who_is_absent_is_not_on_duty_but_who_signed_in_all_the_same_is() -> None:
    away = (StaffAbsence(1, "kari", NIGHT - HOUR, NIGHT + HOUR, "lise"),)
    assert here(shift("kari", "sol"), absent=away) == []
    assert here(shift("kari", "sol"), absent=away, at=NIGHT + HOUR) == [("kari", "sol")]
    assert here(came("kari", "sol"), absent=away) == [("kari", "sol")]


def test_nobody_counts_where_an_alert_would_be_closed_to_them_or_as_what_they_may_not_be() -> None:
    assert here(came("nora", "sol")) == []
    assert here(shift("nora", "sol", "nord")) == [("nora", "nord")]
    assert here(shift("nora")) == [("nora", "nord")]
    assert here(came("nora", "sol", instead_of=("kari",)), shift("kari", "sol")) == [("kari", "sol")]
    assert here(came("tor", "sol", instead_of=("kari",)), shift("kari", "sol")) == [("kari", "sol")]


def test_the_residents_of_whoever_does_not_come_go_to_the_unit() -> None:
    instead = came("siri", "sol", instead_of=("kari",))
    known = on_duty(SITE, [shift("kari", "sol", residents=("r-anna",)), instead], (), NIGHT)
    found = called("assigned", "sol", ["r-anna"], SITE, known, NIGHT)
    assert (found.people, found.why) == (("siri",), "nobody_assigned")


ROWS = st.tuples(
    st.sampled_from(["kari", "siri", "nils"]),
    st.sampled_from(["", "sol", "nord"]),
    st.booleans(),
    st.integers(-6, 3),
    st.integers(1, 9),
    st.sets(st.sampled_from(["kari", "siri", "nils"])),
)


@given(st.lists(ROWS, max_size=8))
def test_no_sign_in_ever_takes_the_last_one_from_a_unit(
    rows: list[tuple[str, str, bool, int, int, set[str]]],
) -> None:
    known = [
        came(person, *([unit] if unit else []), begin=begin, end=begin + length, instead_of=tuple(instead_of))
        if signed_in
        else shift(person, *([unit] if unit else []), begin=begin, end=begin + length)
        for person, unit, signed_in, begin, length, instead_of in rows
    ]
    found = on_duty(SITE, known, (), NIGHT)
    holding = [s for s in known if s.starts_at <= NIGHT < s.ends_at]
    assert {s.person for s in found} <= {s.person for s in holding}
    assert {s.person for s in holding if s.source == "signed_in"} <= {s.person for s in found}
    said_themselves = {s.person for s in known if s.source == "signed_in"}
    for unit in ("sol", "nord"):
        for one in holding:
            if one.covers(unit, NIGHT) and (one.source == "signed_in" or one.person not in said_themselves):
                assert any(s.covers(unit, NIGHT) for s in found)


def test_gaps_are_found_also_those_that_an_absence_tears_and_what_the_night_patrol_covers_is_said() -> None:
    day, until = NIGHT, NIGHT + 12 * HOUR
    patrol = Shift(0, "siri", (), "night_patrol", NIGHT + 8 * HOUR, until)
    known = [shift("kari", "sol", begin=-1, end=4), shift("kari", "sol", begin=5, end=8), patrol]
    assert gaps(SITE, "sol", known, (), day, until, day) == [
        Gap("sol", NIGHT + 4 * HOUR, NIGHT + 5 * HOUR, "nobody"),
        Gap("sol", NIGHT + 8 * HOUR, until, "night_patrol"),
    ]
    away = [StaffAbsence(1, "kari", NIGHT + 3 * HOUR, NIGHT + 7 * HOUR, "lise")]
    assert gaps(SITE, "sol", known, away, day, until, day)[0] == Gap(
        "sol", NIGHT + 3 * HOUR, NIGHT + 7 * HOUR, "nobody"
    )


def test_who_came_outside_the_plan_or_stayed_on_beyond_it_is_told_from_who_came_as_planned() -> None:
    plan = [shift("kari", "sol", begin=-9, end=-1), shift("kari", "sol", begin=-1, end=4)]
    for begin, end, as_planned in (
        (-10, 4, True),  # a little early, and both
        (-9, 4.4, True),  # as it is handed over
        (-9, 6, False),
        (-9.5, -9.4, True),  # changed their mind
        (-12, 4, False),
        (4, 9, False),
    ):
        assert is_as_planned(came("kari", "sol", begin=begin, end=end), plan) == as_planned, (begin, end)
    assert not is_as_planned(came("siri", "sol"), plan)
    assert not is_as_planned(as_leader(came("kari", "sol")), plan)


def test_whoever_changes_what_they_signed_in_to_is_there_once() -> None:
    first, changed = came("kari", "sol", begin=-4, end=-1), came("kari", "sol", "nord", begin=-1, end=3)
    later, other = came("kari", "sol", begin=5, end=6), came("siri", "sol", begin=-1, end=2)
    assert [(s.person, s.starts_at, s.ends_at) for s in as_said_last([later, other, changed, first])] == [
        ("kari", first.starts_at, changed.ends_at),
        ("siri", other.starts_at, other.ends_at),
        ("kari", later.starts_at, later.ends_at),
    ]


def test_the_next_to_come_are_those_of_the_next_hour_who_are_not_absent() -> None:
    known = [shift("kari", "sol", begin=4, end=8), shift("siri", "sol", begin=4.5, end=9)]
    known.append(shift("nils", "sol", begin=9, end=12))
    leader = as_leader(shift("lise", "sol", begin=3.5, end=9))
    assert [s.person for s in next_on_duty(SITE, [leader, *known], (), "sol", NIGHT)] == [
        "kari",
        "siri",
        "lise",
    ]
    early = as_leader(shift("lise", "sol", begin=1, end=9))
    assert [s.person for s in next_on_duty(SITE, [early, *known], (), "sol", NIGHT)] == ["kari", "siri"]
    assert [s.person for s in next_on_duty(SITE, [early], (), "sol", NIGHT)] == ["lise"], (
        "nobody else is planned"
    )
    assert [s.person for s in next_on_duty(SITE, known, (), "sol", NIGHT)] == ["kari", "siri"]
    away = [StaffAbsence(1, "kari", NIGHT, NIGHT + 9 * HOUR, "lise")]
    assert [s.person for s in next_on_duty(SITE, known, away, "sol", NIGHT)] == ["siri"]
    instead = came("nils", "sol", begin=3, end=10, instead_of=("kari",))
    assert [s.person for s in next_on_duty(SITE, [*known, instead], (), "sol", NIGHT)] == ["siri"]


def test_whoever_is_absent_for_some_of_a_shift_comes_next_with_what_is_left_of_it() -> None:
    known = [shift("kari", "sol", begin=1, end=9), shift("siri", "sol", begin=6, end=12)]

    def coming(since: float, until: float, *more: Shift) -> list[tuple[str, float, float]]:
        away = [StaffAbsence(1, "kari", NIGHT + since * HOUR, NIGHT + until * HOUR, "lise")]
        found = next_on_duty(SITE, [*known, *more], away, "sol", NIGHT)
        return [(s.person, (s.starts_at - NIGHT) / HOUR, (s.ends_at - NIGHT) / HOUR) for s in found]

    assert coming(-3, 3) == [("kari", 3, 9)], "she comes later"
    assert coming(3, 9) == [("kari", 1, 3)], "she goes earlier"
    assert coming(-3, 9) == [("siri", 6, 12)]
    assert coming(-3, 5.5) == [("kari", 5.5, 9), ("siri", 6, 12)]
    runs = shift("nils", "sol", begin=-4, end=5)
    ill = StaffAbsence(1, "nils", NIGHT - HOUR, NIGHT + 0.5 * HOUR, "lise")
    [back, *_] = next_on_duty(SITE, [runs, *known], [ill], "sol", NIGHT)
    assert (back.person, back.starts_at) == ("nils", ill.ends_at), "they come back into the shift that runs"
    [torn] = gaps(SITE, "sol", [runs, *known], [ill], NIGHT, back.starts_at, NIGHT)
    assert torn.ends_at == back.starts_at, "the gap ends as the next one comes"


def test_time_that_is_over_has_no_gap_where_somebody_stood_who_works_here_no_more_or_as_something_else() -> (
    None
):
    known = [shift("tor", "sol", begin=-8, end=8), shift("gone", "sol", begin=-16, end=-8)]
    found = gaps(SITE, "sol", known, (), NIGHT - 20 * HOUR, NIGHT + 10 * HOUR, NIGHT)
    assert found == [
        Gap("sol", NIGHT - 20 * HOUR, NIGHT - 16 * HOUR, "nobody"),
        Gap("sol", NIGHT, NIGHT + 10 * HOUR, "nobody"),
    ], "from now on it counts who may be on duty"


def test_a_night_copied_into_the_week_of_the_clock_change_keeps_its_times_on_the_wall() -> None:
    night = Shift(
        1, "kari", (), "carer", datetime(2026, 3, 21, 21, tzinfo=UTC), datetime(2026, 3, 22, 6, tzinfo=UTC)
    )
    later = moved(night, 7, SITE)
    assert [f"{at.astimezone(SITE.zone):%d %H:%M}" for at in (later.starts_at, later.ends_at)] == [
        "28 22:00",
        "29 07:00",
    ]
    assert later.ends_at - later.starts_at == 8 * HOUR


def test_a_note_holds_for_whole_shifts_as_the_roster_has_them() -> None:
    known = [shift("kari", "sol", begin=-1, end=3), shift("siri", "sol", begin=2.5, end=10)]
    assert shifts_later(NIGHT, known, "sol", 0) == NIGHT + 3 * HOUR
    assert shifts_later(NIGHT, known, "sol", 1) == NIGHT + 10 * HOUR
    assert shifts_later(NIGHT, known, "sol", 2) == NIGHT + 18 * HOUR  # the roster ends: eight hours
    torn = [known[0], shift("siri", "sol", begin=5, end=10)]
    assert shifts_later(NIGHT, torn, "sol", 1) == NIGHT + 10 * HOUR  # the gap is no shift


# What people do


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = connect(tmp_path / "vaka.db")
    yield connection
    connection.close()


def duty(connection: sqlite3.Connection, at: datetime = NIGHT) -> Duty:
    return Duty(connection, SITE, Clock(at))


def people(connection: sqlite3.Connection, at: datetime) -> list[str]:
    return [s.person for s in shifts.on_duty(connection, SITE, at)]


def why(found: object) -> str:
    assert isinstance(found, Refusal)
    return found.code


def test_a_shift_is_planned_changed_and_removed_and_all_of_it_is_on_record(
    connection: sqlite3.Connection,
) -> None:
    book = duty(connection)
    planned = book.put(shift("kari", "sol"), "lise")
    assert isinstance(planned, Shift)
    longer = book.put(msgspec.structs.replace(planned, ends_at=NIGHT + 6 * HOUR), "lise")
    assert isinstance(longer, Shift)
    assert people(connection, NIGHT + 5 * HOUR) == ["kari"]
    book.remove(planned.id, "lise")
    assert people(connection, NIGHT) == []
    assert why(book.remove(planned.id, "lise")) == "no_shift"
    assert [(row[0], row[1]) for row in connection.execute("SELECT what, by FROM audit ORDER BY rowid")] == [
        ("shift added", "lise"),
        ("shift changed", "lise"),
        ("shift removed", "lise"),
    ]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (shift("ola", "sol"), "no_person"),
        (shift("tor", "sol"), "no_function"),
        (shift("kari", "west"), "no_unit"),
        (shift("kari", "sol", end=-4), "shift_length"),
        (shift("kari", "sol", end=40), "shift_length"),
        (shift("kari", "sol", residents=("r-per",)), "resident_elsewhere"),
        (shift("siri", "sol", begin=3, end=9), "two_shifts"),
    ],
)
def test_what_can_be_no_shift_is_refused_with_a_reason(
    connection: sqlite3.Connection, asked: Shift, code: str
) -> None:
    book = duty(connection)
    assert isinstance(book.put(shift("siri", "sol"), "lise"), Shift)
    assert why(book.put(asked, "lise")) == code


def test_signing_in_lasts_as_long_as_planned_or_eight_hours_and_ends_when_they_leave(
    connection: sqlite3.Connection,
) -> None:
    book = duty(connection)
    book.put(shift("kari", "sol", begin=0.5, end=7), "lise")
    kari, siri = (book.sign_in(person, "carer", ["sol"], [], None) for person in ("kari", "siri"))
    assert isinstance(kari, Shift)
    assert isinstance(siri, Shift)
    assert (kari.ends_at, siri.ends_at) == (NIGHT + 7 * HOUR, NIGHT + 8 * HOUR)
    assert people(connection, NIGHT + HOUR) == ["kari", "siri"]
    later = duty(connection, NIGHT + HOUR)
    assert isinstance(later.leave("kari"), Shift)
    assert people(connection, NIGHT + HOUR) == ["siri"]
    assert why(later.leave("kari")) == "not_on_shift"


def test_signing_in_again_takes_the_place_of_what_was_said_before(connection: sqlite3.Connection) -> None:
    duty(connection).sign_in("kari", "carer", ["sol"], [], None)
    again = duty(connection, NIGHT + HOUR).sign_in("kari", "carer", ["sol", "nord"], ["r-per"], None)
    assert isinstance(again, Shift)
    (now,) = shifts.on_duty(connection, SITE, NIGHT + HOUR)
    assert (now.units, now.residents) == (("sol", "nord"), ("r-per",))


def test_nobody_takes_the_place_of_somebody_who_is_not_planned_there_or_has_come_themselves(
    connection: sqlite3.Connection,
) -> None:
    book = duty(connection)
    book.put(shift("kari", "sol"), "lise")
    book.put(shift("nils", "nord"), "lise")
    for function, units, whom in (
        ("carer", ["sol"], "nils"),
        ("carer", ["sol"], "lise"),
        ("night_patrol", ["sol"], "kari"),
    ):
        assert why(book.sign_in("siri", cast(Function, function), units, [], None, [whom])) == "not_planned"
    assert isinstance(book.sign_in("kari", "carer", ["sol"], [], None), Shift)
    assert why(book.sign_in("siri", "carer", ["sol"], [], None, ["kari"])) == "not_planned"
    assert people(connection, NIGHT) == ["nils", "kari"]


def test_in_whose_place_somebody_came_is_told_once_and_called_again_when_they_leave(
    connection: sqlite3.Connection,
) -> None:
    contacts.put(connection, "test", Contact("kari", "email", "kari@example.org"), NIGHT)
    duty(connection).put(shift("kari", "sol"), "lise")
    for minutes in (0, 5):
        at = NIGHT + timedelta(minutes=minutes)
        assert isinstance(duty(connection, at).sign_in("siri", "carer", ["sol"], [], None, ["kari"]), Shift)
    assert people(connection, NIGHT + HOUR) == ["siri"]
    (told,) = staff_notices.due(connection, "test", NIGHT + HOUR)
    assert (told.person, told.subject) == ("kari", "Noen går på vakt i stedet for deg")
    duty(connection, NIGHT + HOUR).leave("siri")
    assert people(connection, NIGHT + HOUR) == ["kari"]


def test_who_is_absent_may_come_after_all(connection: sqlite3.Connection) -> None:
    book = duty(connection)
    book.put(shift("kari", "sol"), "lise")
    away = book.absent("kari", NIGHT - HOUR, NIGHT + 4 * HOUR, "lise")
    assert isinstance(away, StaffAbsence)
    assert people(connection, NIGHT) == []
    assert isinstance(book.back(away.id, "lise"), StaffAbsence)
    assert people(connection, NIGHT) == ["kari"]
    assert why(book.back(away.id, "lise")) == "no_staff_absence"
    assert why(book.absent("kari", NIGHT, NIGHT - HOUR, "lise")) == "end_past"


def test_whoever_is_said_to_be_absent_after_they_came_is_called_no_more_and_silences_nobody(
    connection: sqlite3.Connection,
) -> None:
    book = duty(connection)
    book.put(shift("kari", "sol"), "lise")
    assert isinstance(book.sign_in("siri", "carer", ["sol"], [], None, ["kari"]), Shift)
    later = duty(connection, NIGHT + HOUR)
    assert isinstance(later.absent("siri", NIGHT + 2 * HOUR, NIGHT + 9 * HOUR, "lise"), StaffAbsence)
    assert people(connection, NIGHT + HOUR) == ["siri"]
    assert people(connection, NIGHT + 2 * HOUR) == ["kari"]
    assert isinstance(later.absent("siri", NIGHT - HOUR, NIGHT + 9 * HOUR, "lise"), StaffAbsence)
    assert people(connection, NIGHT + HOUR) == ["kari"]
    assert isinstance(later.sign_in("siri", "carer", ["sol"], [], None), Shift)  # well again
    assert people(connection, NIGHT + HOUR) == ["kari", "siri"]


def test_who_has_nothing_but_a_pager_hears_there_in_whose_place_somebody_came(
    connection: sqlite3.Connection,
) -> None:
    contacts.put(connection, "test", Contact("kari", "pager", "pager-3"), NIGHT)
    duty(connection).put(shift("kari", "sol"), "lise")
    duty(connection).sign_in("siri", "carer", ["sol"], [], None, ["kari"])
    (told,) = staff_notices.due(connection, "test", NIGHT)
    assert (told.person, told.way, told.address) == ("kari", "pager", "pager-3")


def test_a_shift_is_the_same_one_in_whatever_zone_its_hours_are_said() -> None:
    oslo = shift("kari", "sol").starts_at.astimezone(SITE.zone)
    assert (
        msgspec.structs.replace(shift("kari", "sol"), starts_at=oslo).version == shift("kari", "sol").version
    )


def test_a_week_is_copied_once_and_only_for_the_units_asked_for(connection: sqlite3.Connection) -> None:
    book, monday = duty(connection), date(2026, 11, 23)
    functions: dict[str, Function] = {"kari": "carer", "nils": "carer"}
    for person, unit in (("kari", "sol"), ("nils", "nord")):
        book.put(msgspec.structs.replace(shift(person, unit), function=functions[person]), "lise")
    week = timedelta(days=7)
    assert book.copy_week(monday, monday + week, ["sol"], "lise") == 1
    assert book.copy_week(monday, monday + week, ["sol"], "lise") == 0
    assert people(connection, NIGHT + week) == ["kari"]


def test_whoever_is_there_is_not_absent_and_is_absent_again_when_that_shift_is_over() -> None:
    away = StaffAbsence(1, "kari", NIGHT - HOUR, NIGHT + 9 * HOUR, "lise")
    other = StaffAbsence(2, "siri", NIGHT, NIGHT + HOUR, "lise")
    stretches = [
        (a.person, a.starts_at, a.ends_at)
        for a in absences_left(
            [away, other], [shift("kari", "sol"), came("kari", "sol", begin=1), came("nils", "sol")]
        )
    ]
    assert stretches == [
        ("kari", NIGHT - HOUR, NIGHT + HOUR),
        ("siri", NIGHT, NIGHT + HOUR),
        ("kari", NIGHT + 4 * HOUR, NIGHT + 9 * HOUR),
    ]
    assert absences_left([other], [came("siri", "sol")]) == []


def test_that_somebody_registered_as_absent_came_all_the_same_is_on_record(
    connection: sqlite3.Connection,
) -> None:
    book = duty(connection)
    book.absent("kari", NIGHT - HOUR, NIGHT + 9 * HOUR, "lise")
    assert isinstance(book.sign_in("kari", "carer", ["sol"], [], NIGHT + 4 * HOUR), Shift)
    assert people(connection, NIGHT + HOUR) == ["kari"]
    (detail,) = connection.execute("SELECT detail FROM audit WHERE what = 'signed in to a shift'").fetchone()
    assert "absent_until" in detail
    later = duty(connection, NIGHT + HOUR)
    later.put(shift("kari", "sol", begin=2, end=9), "lise")
    later.leave("kari")
    assert people(connection, NIGHT + 3 * HOUR) == [], "a slip of the finger ends no absence"
