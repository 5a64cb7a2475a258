"""The 168 hours to come: who would be told, and the hours in which the answer is nobody."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

import msgspec
import pytest

from hub import reach as hub_reach
from hub.store import contacts, gaps, shifts
from hub.store.contacts import Contact
from hub.store.db import connect, transaction
from rules.building import Site
from rules.catalogue import catalogue
from rules.duty import Shift, StaffAbsence
from rules.pause import Refusal
from rules.reach import HOUR, HOURS, Gap, Off, Roster, Week, week
from rules.rulebook import Rulebook, rulebook
from rules.wording.reach import gap_begins, hours_in_words
from rules.wording.voice import Voice
from tests.world import read

MONDAY = datetime(2026, 11, 22, 23, tzinfo=UTC)  # Monday 00:00 in Oslo
SITE_ZONE, STUCK = ZoneInfo("Europe/Oslo"), "\N{NO-BREAK SPACE}"
SITE = """
site: test
name: Solbakken
units: [{id: sol, name: Solsida}]
rooms: [{id: 3B, unit: sol}, {id: 3C, unit: sol}]
residents: [{id: r-anna, name: Anna, room: 3B}, {id: r-bo, name: Bo, room: 3C}]
devices:
  - {id: 3B button, room: 3B, role: help_button, gateway: native}
  - {id: 3B door, room: 3B, role: outer_door, gateway: native}
  - {id: 3C button, room: 3C, role: help_button, gateway: native}
rules: [{rule: help-button, rooms: [3B, 3C]}, {rule: night-exit, rooms: [3B]}]
people:
  - {id: kari, name: Kari, role: carer}
  - {id: siri, name: Siri, role: carer}
  - {id: lise, name: Lise, role: leader}
"""
EVERYBODY = dict.fromkeys(("kari", "siri", "lise"), ("email",))


def book(document: str = SITE) -> Rulebook:
    return rulebook(read(document), catalogue(), date(2026, 11, 23))


def shift(person: str, start: float, length: float, *residents: str, id: int = 0) -> Shift:
    begins = MONDAY + timedelta(hours=start)
    return Shift(id, person, (), "carer", begins, begins + timedelta(hours=length), residents)


def planned(*people: str, hours: int = HOURS + 24) -> list[Shift]:
    """They are on duty all the time."""
    return [shift(person, start, 24) for person in people for start in range(0, hours, 24)]


def looked(
    shifts: list[Shift],
    ways: dict[str, tuple[str, ...]] = EVERYBODY,
    off: tuple[Off, ...] = (),
    document: str = SITE,
    now: datetime = MONDAY,
) -> Week:
    return week([(MONDAY, book(document))], shifts, ways, off, now)


def hours_of(gap: Gap) -> list[int]:
    return [int((hour - MONDAY) / HOUR) for hour in gap.hours]


def test_of_the_hour_that_runs_only_what_is_left_counts() -> None:
    late = [shift("kari", 0.5, 200), shift("siri", 0.5, 200)]
    assert [gap.reason for gap in looked(late).gaps] == ["nobody_on_duty"]
    assert looked(late, now=MONDAY + HOUR / 2).gaps == ()


def test_a_week_in_which_two_are_always_there_has_no_gap() -> None:
    found = looked(planned("kari", "siri"))
    assert len(found.hours) == HOURS
    assert found.gaps == ()
    assert set(found.cells["sol"]) == {frozenset()}


def test_an_hour_that_nobody_is_planned_for_is_a_gap_also_where_it_is_ten_minutes() -> None:
    hole = [s for s in planned("kari", "siri") if s.starts_at != MONDAY + timedelta(hours=48)]
    late = [shift(p, 48 + 5 + 1 / 6, 24 - 5 - 1 / 6) for p in ("kari", "siri")]
    [gap] = looked(hole + late).gaps
    assert (gap.unit, gap.reason, gap.residents) == ("sol", "nobody_on_duty", ("r-anna", "r-bo"))
    assert hours_of(gap) == [48, 49, 50, 51, 52, 53], "05:10 is within the hour that begins at 05"
    assert gap.stretches == ((MONDAY + 48 * HOUR, MONDAY + (53 + 1 / 6) * HOUR),)


@pytest.mark.parametrize("now", [4, 4.3, 4.9])
def test_a_gap_begins_and_ends_with_the_shifts_themselves_within_their_hours(now: float) -> None:
    leaves = [shift("kari", 0, 4.5), shift("siri", 0, 4.5)]
    back = [shift("kari", 7, 400), shift("siri", 7.25, 400)]
    gaps = {gap.reason: gap for gap in looked([*leaves, *back], now=MONDAY + now * HOUR).gaps}
    gap = gaps["nobody_on_duty"]
    assert gap.stretches == ((MONDAY + 4.5 * HOUR, MONDAY + 7 * HOUR),)
    assert gap.begins == MONDAY + 4.5 * HOUR
    assert hours_of(gap) == [4, 5, 6]
    voice = Voice("nb", SITE_ZONE, MONDAY + now * HOUR)
    assert hours_in_words(gap, voice).replace(STUCK, " ") == "ma 23.11. 04.30–07.00"
    said = "fra kl. 04.30" if now < 4.5 else "denne timen"
    assert gap_begins(gap.begins, voice).replace(STUCK, " ") == said


def test_a_house_without_a_roster_is_told_by_the_people_it_names() -> None:
    assert looked([]).gaps == ()


def signed_in(person: str, start: float, length: float, *instead_of: str) -> Shift:
    came = msgspec.structs.replace(shift(person, start, length), source="signed_in", instead_of=instead_of)
    return msgspec.structs.replace(came, id=9)


def test_whoever_signed_in_is_told_until_their_end_and_says_nothing_of_the_days_to_come() -> None:
    rest = [s for s in planned("kari", "siri") if s.starts_at >= MONDAY + timedelta(hours=24)]
    gaps = {gap.reason: gap for gap in looked([signed_in("kari", 0, 9), *rest]).gaps}
    assert hours_of(gaps["nobody_on_duty"]) == list(range(9, 24))


def test_in_whose_place_somebody_came_is_not_told_in_the_week_ahead_until_that_one_goes() -> None:
    shifts = [shift("siri", 2, 8, id=1), signed_in("kari", 0, 6, "siri")]
    roster = Roster(book(), shifts, EVERYBODY)
    told = {
        hour: roster.route("sol", "high", (), MONDAY + hour * HOUR).stages[0].people for hour in (1, 3, 7)
    }
    assert told == {1: ("kari",), 3: ("kari",), 7: ("siri",)}


def test_whoever_has_left_a_shift_or_is_absent_from_it_is_not_told_in_its_hours_to_come() -> None:
    day = [shift("kari", 0, 8, id=1), shift("siri", 0, 8, id=2)]
    left = signed_in("siri", 0, 2)
    away = [StaffAbsence(1, "kari", MONDAY + 4 * HOUR, MONDAY + 9 * HOUR, "lise")]
    roster = Roster(book(), [*day, left], EVERYBODY, away)
    on_duty = {hour: roster.route("sol", "high", (), MONDAY + hour * HOUR).stages[0] for hour in (1, 3, 5)}
    assert [stage.people for stage in on_duty.values()][:2] == [("kari", "siri"), ("kari",)]
    assert on_duty[5].why == ("nobody_on_duty",)


@pytest.mark.parametrize(
    ("ways", "reason", "warning"),
    [
        ({}, "no_way", False),
        ({"lise": ("email",)}, "one_person", True),
        ({"kari": ("email",)}, "one_person", True),
        ({"kari": ("email",), "siri": ("webhook",)}, "later_stage", True),
        ({"kari": ("email",), "siri": ("webhook",), "lise": ("email",)}, None, False),
    ],
)
def test_those_on_duty_need_a_way_and_a_deputy(
    ways: dict[str, tuple[str, ...]], reason: str | None, warning: bool
) -> None:
    found = looked(planned("kari", "siri"), ways).gaps
    assert [(g.reason, g.warning, len(g.hours)) for g in found] == (
        [(reason, warning, HOURS)] if reason else []
    )


def test_a_first_call_after_twenty_minutes_is_a_gap_but_not_for_what_is_low() -> None:
    slow = SITE.replace("name: Solbakken\n", "name: Solbakken\n" + PLAN)
    ways = {"lise": ("email",), "kari": ()}
    late = looked(planned("kari", "siri"), ways, document=slow).gaps
    assert [(g.reason, len(g.hours)) for g in late] == [("late", HOURS)]
    low = slow.replace(
        "{rule: help-button, rooms: [3B, 3C]}", "{rule: help-button, rooms: [3B], severity: low}"
    )
    low = low.replace("{rule: night-exit, rooms: [3B]}", "{rule: door-open, severity: low}")
    plan_low = low.replace("  high:", "  low:")
    assert [
        g.reason for g in looked(planned("kari", "siri"), ways, document=plan_low).gaps if not g.warning
    ] == []


PLAN = """escalation:
  high:
    steps: [{after: 0 s, to: [unit]}, {after: 20 min, to: [leaders]}]
    repeat: 5 min
"""


def test_a_rule_counts_in_the_hours_in_which_it_can_raise_an_alert() -> None:
    only_at_night = SITE.replace("{rule: help-button, rooms: [3B, 3C]}, ", "").replace(
        "{id: r-bo, name: Bo, room: 3C}", "{id: r-bo, name: Bo, room: 3C, moved_out: 2026-01-01}"
    )
    nobody = [shift("kari", HOURS + 30, 8)]
    [gap] = looked(nobody, document=only_at_night).gaps
    assert {hour % 24 for hour in hours_of(gap)} == {22, 23, 0, 1, 2, 3, 4, 5, 6}
    assert gap.residents == ("r-anna",)


def test_what_is_paused_without_basis_or_without_sensor_is_listed_with_its_hours_and_people() -> None:
    off = (Off("night-exit", "3B", MONDAY, MONDAY + timedelta(hours=30)),)
    [gap] = looked(planned("kari", "siri"), off=off).gaps
    assert (gap.reason, gap.subject, gap.residents) == ("paused", "night-exit 3B", ("r-anna",))
    assert hours_of(gap) == [0, 1, 2, 3, 4, 5, 6, 22, 23, 24, 25, 26, 27, 28, 29]
    required = SITE.replace("name: Solbakken\n", "name: Solbakken\nlegal_basis: required\n")
    required = required.replace("night-exit, rooms: [3B]", "night-exit, rooms: [3B, 3C]")
    found = looked(planned("kari", "siri"), document=required).gaps
    assert [(g.reason, g.subject, g.residents, len(g.hours)) for g in found] == [
        ("no_basis", "night-exit", ("r-anna",), HOURS),
        ("no_sensor", "night-exit", ("r-bo",), HOURS),
    ]


def test_a_pause_is_a_gap_from_when_it_began_and_within_the_hours_at_which_its_rule_watches() -> None:
    begins, ends, now = (MONDAY + h * HOUR for h in (0.75, 30.5, 0.9))
    there = planned("kari", "siri")
    [gap] = looked(there, off=(Off("night-exit", "3B", begins, ends),), now=now).gaps
    assert (gap.begins, gap.stretches[-1][1]) == (begins, ends)
    late = SITE.replace("night-exit, rooms: [3B]", 'night-exit, rooms: [3B], window: "22:30-06:45"')
    [gap] = looked(there, off=(Off("night-exit", "3B", begins, ends),), document=late, now=now).gaps
    assert [((a - MONDAY) / HOUR, (b - MONDAY) / HOUR) for a, b in gap.stretches] == [
        (0.75, 6.75),
        (22.5, 30.5),
    ]
    over = looked(there, off=(Off("night-exit", "3B", MONDAY, MONDAY + HOUR / 2),), now=now)
    assert over.gaps == ()


def test_it_says_who_would_be_told_by_which_way_and_by_when() -> None:
    shifts = [shift("kari", 0, 24, "r-anna", id=1), shift("siri", 0, 24, id=2)]
    route = Roster(book(), shifts, {**EVERYBODY, "siri": ()}).route("sol", "high", ("r-anna",), MONDAY)
    assert [(s.after.seconds // 60, s.people, s.ways) for s in route.stages] == [
        (0, ("kari",), (("email",),)),
        (1, ("kari", "siri"), (("email",), ())),
        (3, (), ()),
        (3, ("lise",), (("email",),)),
    ]
    other = Roster(book(), shifts, EVERYBODY).route("sol", "high", ("r-bo",), MONDAY)
    assert other.stages[0].people == ("kari", "siri"), "nobody looks after Bo: the unit does"


def test_each_stage_is_asked_at_its_own_time() -> None:
    leaves = [shift("kari", 0, 1, id=1), shift("siri", 1, 23, id=2)]
    at = MONDAY + timedelta(minutes=59, seconds=30)
    route = Roster(book(), leaves, EVERYBODY).route("sol", "high", ("r-anna",), at)
    assert [s.people for s in route.stages[:2]] == [("kari",), ("siri",)]


def test_the_week_has_168_hours_also_when_the_clocks_change() -> None:
    start = datetime(2026, 10, 22, 22, tzinfo=UTC)
    shifts = [
        Shift(n, "kari", (), "carer", start + n * 24 * HOUR, start + (n + 1) * 24 * HOUR) for n in range(9)
    ]
    found = week([(start, book())], shifts, EVERYBODY, (), start)
    assert len(set(found.hours)) == HOURS
    assert [(g.reason, len(g.hours)) for g in found.gaps] == []


# As tasks


@pytest.fixture
def site() -> Site:
    return read(SITE)


def test_a_gap_is_a_task_that_only_its_going_closes(tmp_path: Path, site: Site) -> None:
    connection = connect(tmp_path / "vaka.db")
    with transaction(connection):
        for person in EVERYBODY:
            contacts.put(connection, "test", Contact(person, "email", f"{person}@example.org"), MONDAY)
        for s in planned("kari", "siri", hours=HOURS):
            if s.starts_at != MONDAY + timedelta(hours=72):
                shifts.add(connection, "test", s)
    reach = hub_reach.Reach({"email"})
    assert reach.follow(connection, site, MONDAY)
    assert not reach.follow(connection, site, MONDAY), "nothing has changed"
    [task] = gaps.standing(connection, "test")
    assert (task.reason, task.hours, task.next_at) == ("nobody_on_duty", 24, MONDAY + 72 * HOUR)
    assert hub_reach.near([task], MONDAY) == []
    assert hub_reach.near([task], MONDAY + 49 * HOUR) == [task]
    due = MONDAY + 24 * HOUR
    refused = hub_reach.assign(connection, site, task.id, "nobody", due, "lise", MONDAY)
    assert isinstance(refused, Refusal)
    taken = hub_reach.assign(connection, site, task.id, "lise", due, "lise", MONDAY)
    assert not isinstance(taken, Refusal)
    with transaction(connection):
        shifts.add(connection, "test", shift("kari", 72, 20))
    assert reach.follow(connection, site, MONDAY), "the roster has changed"
    smaller = gaps.standing(connection, "test")
    assert [(t.id, t.reason, t.owner, t.hours) for t in smaller] == [
        (task.id, "nobody_on_duty", "lise", 4),
    ], "one leader and one carer can be reached: two"
    with transaction(connection):
        shifts.add(connection, "test", shift("siri", 91, 6))
    assert reach.follow(connection, site, MONDAY)
    assert gaps.standing(connection, "test") == []
    [gone] = gaps.gone_since(connection, "test", MONDAY)
    assert (gone.owner, gone.due, gone.gone_at) == ("lise", due, MONDAY)
    lise = Contact("lise", "email", "lise@example.org")
    with transaction(connection):
        contacts.note_answer(connection, "test", lise, MONDAY)
    assert reach.follow(connection, site, MONDAY), "an address was refused"
    assert {t.reason for t in gaps.standing(connection, "test")} == {"later_stage"}
    with transaction(connection):
        contacts.note_answer(connection, "test", lise, None)
    assert reach.follow(connection, site, MONDAY), "and takes messages again"
    assert gaps.standing(connection, "test") == []
    connection.close()


@pytest.mark.slow
def test_a_house_of_158_residents_with_twelve_rules_takes_a_few_seconds_at_most() -> None:
    units = [f"u{n}" for n in range(10)]
    flats = range(158)
    roles = ("outer_door", "motion", "help_button", "bed", "fall_detector", "smoke_detector", "stove")
    rules = (
        "night-exit", "door-open", "quiet", "not-up", "not-back", "help-button", "fall", "smoke", "stove",
        "entered",
    )  # fmt: skip
    twice = ({"rule": "quiet", "id": "quiet-2"}, {"rule": "not-back", "id": "not-back-2"})
    large = Site.model_validate(
        {
            "site": "large",
            "name": "Large",
            "units": [{"id": u, "name": u} for u in units],
            "rooms": [{"id": f"f{n}", "unit": units[n % 10]} for n in flats],
            "residents": [{"id": f"r{n}", "name": f"R{n}", "room": f"f{n}"} for n in flats],
            "devices": [{"id": f"{r}{n}", "room": f"f{n}", "role": r} for n in flats for r in roles],
            "people": [
                {"id": f"p{n}", "name": f"P{n}", "role": "carer", "units": [units[n % 10]]} for n in range(60)
            ],
            "rules": [*({"rule": rule} for rule in rules), *twice],
        }
    )
    rota = [
        Shift(
            id=1000 * day + 10 * n + turn,
            person=f"p{n}",
            units=(units[n % 10],),
            function="carer",
            starts_at=MONDAY + timedelta(days=day, hours=begins),
            ends_at=MONDAY + timedelta(days=day, hours=begins + length),
            residents=tuple(f"r{m}" for m in flats if m % 10 == n % 10 and m // 10 % 3 == n // 10 % 3),
        )
        for day in range(8)
        for n in range(60)
        for turn, (begins, length) in enumerate(((6.5, 8), (14, 8), (21.5, 9.5)))
        if (n // 10 + turn) % 3 == 0
    ]
    its_book = rulebook(large, catalogue(), date(2026, 11, 23))
    assert len(its_book.watches) > 1500
    began = process_time()
    found = week([(MONDAY, its_book)], rota, {f"p{n}": ("email",) for n in range(60)}, (), MONDAY)
    took = process_time() - began
    print(f"{len(its_book.watches)} rules x {HOURS} hours: {took:.2f} s, {len(found.gaps)} gaps")
    assert took < 10
