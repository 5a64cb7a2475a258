"""A calendar that is well formed and nearly empty does not empty the roster."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from hub.roster_import import take_over, try_import
from hub.store import audit, held_rosters, shifts
from hub.store.db import connect
from rules.building import Site
from rules.duty import Shift
from rules.roster_loss import Loss, loss
from tests.world import read

SITE: Site = read("""
site: test
name: Test
units: [{id: sol, name: Solsida}, {id: nord, name: Nordsida}]
rooms: [{id: 3B, unit: sol}]
people:
  - {id: kari, name: Kari Østby, role: carer, units: [sol]}
  - {id: per, name: Per Ås, role: carer, units: [sol, nord]}
  - {id: lise, name: Lise Leder, role: leader}
""")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FAR = timedelta(days=90)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    opened = connect(tmp_path / "vaka.db")
    yield opened
    opened.close()


def calendar(*events: str, name: str = "Turnus") -> bytes:
    body = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    called = f"X-WR-CALNAME:{name}\n" if name else ""
    return f"BEGIN:VCALENDAR\n{called}{body}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def night(uid: int, day: int, who: str = "per", more: str = "", hour: str = "220000") -> str:
    """`day`: of November, counted on into December."""
    at = date(2026, 11, 1) + timedelta(days=day - 1)
    ends = at + timedelta(days=1)
    times = f"DTSTART;TZID=Europe/Oslo:{at:%Y%m%d}T{hour}\nDTEND;TZID=Europe/Oslo:{ends:%Y%m%d}T073000"
    return f"UID:{uid}\nSUMMARY:{who}\nX-VAKA-UNITS:sol\n{times}{more}"


FORTY = [night(day, day) for day in range(25, 65)]
LAST = FORTY[-1]


def on_roster(connection: sqlite3.Connection) -> list[Shift]:
    return shifts.between(connection, "test", NOW, NOW + FAR)


CUT = {
    "only the first and the last are left": [FORTY[0], LAST],
    "six of the forty are left": [FORTY[0], *FORTY[35:]],
    "all but one are called off": [*(one + "\nSTATUS:CANCELLED" for one in FORTY[:-1]), LAST],
    "all are in another unit": [one.replace("UNITS:sol", "UNITS:nord") for one in FORTY],
}


@pytest.mark.parametrize("left", list(CUT))
def test_what_empties_the_days_to_come_is_held_back_and_is_a_task(
    connection: sqlite3.Connection, left: str
) -> None:
    take_over(connection, SITE, calendar(*FORTY), "v.ics", NOW, "lise")
    before = on_roster(connection)
    found = take_over(connection, SITE, calendar(*CUT[left]), "v.ics", NOW, None)
    assert found.held
    assert on_roster(connection) == before
    (held,) = held_rosters.of(connection, "test")
    assert (held.lost, held.total, held.by, held.units) == (found.loss.lost, found.loss.of, None, "sol")
    assert [entry.what for entry in audit.newest(connection, "test", 1)] == ["roster held back"]


def test_a_recurrence_that_lost_its_rule_is_held_back(connection: sqlite3.Connection) -> None:
    every_night = night(1, 25, more="\nRRULE:FREQ=DAILY;COUNT=30")
    take_over(connection, SITE, calendar(every_night), "v.ics", NOW, "lise")
    found = take_over(connection, SITE, calendar(night(1, 25)), "v.ics", NOW, "lise")
    assert (found.held, found.loss) == (True, Loss(29, 29, ("sol",)))
    assert len(on_roster(connection)) == 30


def test_a_yes_to_just_that_many_takes_it_over_and_the_task_is_gone(connection: sqlite3.Connection) -> None:
    take_over(connection, SITE, calendar(*FORTY), "v.ics", NOW, "lise")
    few = calendar(FORTY[0], LAST)
    assert try_import(connection, SITE, few, "v.ics", NOW).loss == Loss(38, 38, ("sol",))
    assert take_over(connection, SITE, few, "v.ics", NOW, "lise", confirmed=37).held
    assert not take_over(connection, SITE, few, "v.ics", NOW, "lise", confirmed=38).held
    assert len(on_roster(connection)) == 2
    assert held_rosters.of(connection, "test") == []


def test_the_whole_calendar_again_takes_the_task_away(connection: sqlite3.Connection) -> None:
    take_over(connection, SITE, calendar(*FORTY), "v.ics", NOW, "lise")
    take_over(connection, SITE, calendar(FORTY[0], LAST), "v.ics", NOW, None)
    take_over(connection, SITE, calendar(FORTY[0], name="Andre"), "v.ics", NOW, None)
    assert len(held_rosters.of(connection, "test")) == 1, "another calendar says nothing of it"
    take_over(connection, SITE, calendar(*FORTY), "v.ics", NOW, None)
    assert held_rosters.of(connection, "test") == []


@pytest.mark.parametrize("name", ["", "Turnus"])
def test_what_was_held_back_is_seen_to_by_whoever_plans_for_its_units_and_the_trail_says_so(
    connection: sqlite3.Connection, name: str
) -> None:
    def sols(shift: Shift) -> bool:
        return {*shift.units} == {"sol"}

    def nords(shift: Shift) -> bool:
        return {*shift.units} == {"nord"}

    there = [one.replace("UNITS:sol", "UNITS:nord") for one in FORTY]
    take_over(connection, SITE, calendar(*there, name=name), "v.ics", NOW, "lise", nords)
    few = calendar(there[0], there[-1], name=name)
    assert take_over(connection, SITE, few, "v.ics", NOW, "lise", nords).held
    (held,) = held_rosters.of(connection, "test")
    here = [night(300 + day, day, "kari") for day in range(25, 65)]
    for events in (here, [here[0], here[-1]]):
        take_over(connection, SITE, calendar(*events, name=name), "v.ics", NOW, "sol", sols)
    kept, sols_own = sorted(held_rosters.of(connection, "test"), key=lambda one: one.id)
    assert (kept, sols_own.units) == (held, "sol")
    take_over(connection, SITE, calendar(*here, name=name), "v.ics", NOW, "sol", sols)
    assert held_rosters.of(connection, "test") == [held]
    assert take_over(connection, SITE, few, "v.ics", NOW, "lise", nords).held
    assert len(held_rosters.of(connection, "test")) == 1
    take_over(connection, SITE, calendar(*there, name=name), "v.ics", NOW, "lise", nords)
    assert held_rosters.of(connection, "test") == []
    told = [(e.by, e.what) for e in audit.newest(connection, "test", 99) if e.what == "held roster over"]
    assert told == [("lise", "held roster over"), ("sol", "held roster over")]


def test_a_calendar_without_a_name_is_held_back_too(connection: sqlite3.Connection) -> None:
    karis = [night(100 + day, day, "kari") for day in range(25, 65)]
    for who in (FORTY, karis):
        take_over(connection, SITE, calendar(*who, name=""), "v.ics", NOW, "lise")
    found = take_over(connection, SITE, calendar(FORTY[0], LAST, name=""), "v.ics", NOW, None)
    assert (found.held, found.loss.lost, found.loss.of) == (True, 38, 38)


@pytest.mark.parametrize(
    ("what", "events"),
    [
        ("others take the nights", [night(200 + day, day, "kari") for day in range(25, 65)]),
        ("they begin an hour later", [night(day, day, hour="230000") for day in range(25, 65)]),
        ("a third of them go", [one for n, one in enumerate(FORTY) if n % 3]),
        ("five go", FORTY[:10] + FORTY[15:]),
    ],
)
def test_an_ordinary_change_is_taken_over_without_a_question(
    connection: sqlite3.Connection, what: str, events: list[str]
) -> None:
    take_over(connection, SITE, calendar(*FORTY), "v.ics", NOW, "lise")
    found = take_over(connection, SITE, calendar(*events), "v.ics", NOW, "lise")
    assert found.changes_something, what
    assert not found.held, what


def test_a_short_week_may_go_whole() -> None:
    def shift(id: int, until: int = 8) -> Shift:
        starts = NOW + timedelta(days=id)
        return Shift(id, "per", ("sol",), "carer", starts, starts + timedelta(hours=until))

    five, six = [shift(n) for n in range(1, 6)], [shift(n) for n in range(1, 7)]
    assert loss(five, five, [], [], SITE.zone).held() is None
    assert loss(six, six, [], [], SITE.zone).held() == "takes_out_most"
    shortened = [(one, shift(one.id, 1)) for one in six]
    assert loss(six, [], shortened, [], SITE.zone).held() == "takes_out_most"
    assert loss(six, six, [], six, SITE.zone).held() is None
    one_comes = [*six[:1]] * 6
    assert loss(six, six, [], one_comes, SITE.zone).lost == 5, "one cannot stand in for six days"
