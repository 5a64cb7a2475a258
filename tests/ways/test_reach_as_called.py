"""What an hour to come says of who would be called is what the live calls then do."""

from datetime import timedelta
from pathlib import Path

import pytest

from hub import reach, summons
from hub.store import alerts, contacts, escalations, shifts, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from rules.catalogue import catalogue
from rules.duty import Shift
from rules.reach import Route
from rules.rulebook import rulebook
from rules.severity import Severity
from tests.ways.test_messages import NIGHT, SITE
from tests.world import World

Called = list[tuple[int, set[str]]]
"""Stage by stage: after how many minutes, and who of those with a way is called."""


def house(tmp_path: Path, reached: str, refused: str = "") -> World:
    made = World(tmp_path, SITE, NIGHT)
    summons.begin(made.connection, "test")
    with transaction(made.connection):
        for person in reached.split():
            contacts.put(made.connection, "test", Contact(person, "email", f"{person}@example.org"), NIGHT)
        for person in refused.split():
            contact = Contact(person, "email", f"{person}@example.org")
            contacts.note_answer(made.connection, "test", contact, NIGHT)
        for person, unit, own in (("kari", "sol", ("r-anna",)), ("siri", "sol", ()), ("nils", "nord", ())):
            hours = timedelta(hours=5)
            shift = Shift(0, person, (unit,), "carer", NIGHT - hours, NIGHT + hours, own)
            shifts.add(made.connection, "test", shift)
    return made


def raised(there: World, rule: str) -> None:
    if rule == "help-button":
        there.says("3B button", pressed="single")
    else:
        there.says("3B door", open=True)
        while not there.alerts():
            there.passes(timedelta(seconds=1))


def live(house: World, rule: str) -> Called:
    """As the hub calls, until each stage was called once."""
    id = house.alert(rule).id
    for _ in range(40):
        while summons.follow(house.connection, house.site, None, house.clock.now()):
            pass
        escalation = escalations.get(house.connection, id)
        assert escalation is not None
        if escalation.taken == len(escalation.stages):
            break
        due = escalation.due
        assert due is not None
        house.passes(max(due - house.clock.now(), timedelta(seconds=1)))
    sent = summonses.of_alert(house.connection, id)
    steps = [step for step in alerts.events(house.connection, id) if step.event == "called"]
    return [
        (
            round((step.at - steps[0].at) / timedelta(minutes=1)),
            {one.person for one in sent if one.event == step.seq},
        )
        for step in steps
    ]


def foreseen(house: World, severity: Severity) -> Called:
    stages = route_of(house, severity).stages
    return [(round(stage.after / timedelta(minutes=1)), set(stage.reached)) for stage in stages]


def route_of(house: World, severity: Severity) -> Route:
    now = house.clock.now()
    book = rulebook(house.site, catalogue(), now.astimezone(house.site.zone).date())
    usable = reach.usable_ways(house.connection, "test")
    roster = reach.roster(house.connection, house.site, book, usable, now)
    return roster.route("sol", severity, ("r-anna",), now)


def test_a_group_in_which_nobody_is_is_foreseen_as_the_live_call_finds_it(tmp_path: Path) -> None:
    there = house(tmp_path, "kari siri nils lise odd")
    foreseen_in = [stage.nobody_in for stage in route_of(there, "high").stages]
    there.says("3B button", pressed="single")
    live(there, "help-button")
    steps = alerts.events(there.connection, there.alert("help-button").id)
    found = [tuple(step.reason.split(", ")) for step in steps if step.event == "nobody_in"]
    assert found == [groups for groups in foreseen_in if groups] == [("night_patrol",)]
    there.stop()


REACHED = ["kari siri nils lise odd", "siri", "nils", "lise odd", "odd", "kari", ""]


@pytest.mark.parametrize("reached", REACHED)
@pytest.mark.parametrize(("severity", "rule"), [("high", "help-button"), ("medium", "door-open")])
def test_an_hour_to_come_names_whom_the_calls_then_reach_and_when(
    tmp_path: Path, reached: str, severity: Severity, rule: str
) -> None:
    there = house(tmp_path, reached)
    said = foreseen(there, severity)
    raised(there, rule)
    assert live(there, rule) == said
    there.stop()


def test_who_would_be_called_instead_is_named_with_the_stage_that_reaches_nobody(tmp_path: Path) -> None:
    there = house(tmp_path, "nils lise")
    first, second, neighbours, leaders = foreseen(there, "high")
    assert first == (0, {"nils", "lise"}), "nobody of the unit has a way: who is near, and who may open it"
    assert second == (1, set())
    assert neighbours == (1, {"nils"}), "nobody was called for the unit: the next stage comes at once"
    assert leaders == (3, {"lise"})
    there.stop()


@pytest.mark.parametrize(("severity", "rule"), [("high", "help-button"), ("medium", "door-open")])
@pytest.mark.parametrize("refused", ["kari", "siri", "kari siri", "nils", "lise odd"])
def test_whose_address_is_refused_counts_as_not_reached_in_the_hour_and_in_the_live_calls_alike(
    tmp_path: Path, refused: str, severity: Severity, rule: str
) -> None:
    there = house(tmp_path, "kari siri nils lise odd", refused)
    said = foreseen(there, severity)
    assert not {person for _, people in said for person in people} & set(refused.split())
    raised(there, rule)
    called = [(after, people - set(refused.split())) for after, people in live(there, rule)]
    assert called == said
    there.stop()


def test_what_is_not_high_goes_by_the_address_that_works_and_what_is_high_by_all(tmp_path: Path) -> None:
    there = house(tmp_path, "kari siri", "kari")
    with transaction(there.connection):
        contacts.put(there.connection, "test", Contact("kari", "pager", "12"), NIGHT + timedelta(hours=1))
    there.says("3B door", open=True)
    while not there.alerts():
        there.passes(timedelta(seconds=1))
    live(there, "door-open")
    ways = [m.way for m in summonses.of_alert(there.connection, 1) if m.person == "kari"]
    assert set(ways) == {"pager"}
    there.says("3B button", pressed="single")
    live(there, "help-button")
    id = there.alert("help-button").id
    assert {m.way for m in summonses.of_alert(there.connection, id) if m.person == "kari"} == {
        "email",
        "pager",
    }
    there.stop()


def test_whoever_may_open_it_is_called_where_the_one_near_who_may_is_not_reached(tmp_path: Path) -> None:
    there = house(tmp_path, "nils siri lise")
    one_stage = "escalation: {high: {steps: [{after: 0 s, to: [assigned]}], repeat: 10 min}}\n"
    own = "{id: odd, name: Odd, role: carer, units: [sol]}"
    there.imports(SITE.replace(own, own.replace("[sol]", "[sol, nord]")) + one_stage)
    with transaction(there.connection):
        for shift in shifts.between(there.connection, "test", NIGHT, NIGHT):
            if shift.person == "siri":
                shifts.delete(there.connection, "test", shift.id)
        hours = timedelta(hours=5)
        odd = Shift(0, "odd", ("nord",), "carer", NIGHT - hours, NIGHT + hours)
        shifts.add(there.connection, "test", odd)
    said = foreseen(there, "high")
    there.says("3B button", pressed="single")
    assert live(there, "help-button") == said == [(0, {"nils", "siri", "lise"})]
    there.stop()


def test_a_call_to_all_of_the_last_stage_and_more_is_the_last_in_the_hour_and_in_the_live_calls_alike(
    tmp_path: Path,
) -> None:
    there = house(tmp_path, "kari odd")
    first, second = "{after: 0 s, to: [assigned]}", "{after: 1 min, to: [neighbours, leaders]}"
    steps = f"[{first}, {second}, {{after: 2 min, to: [leaders]}}]"
    there.imports(SITE + f"escalation: {{high: {{steps: {steps}, repeat: 5 min}}}}\n")
    said = foreseen(there, "high")
    there.says("3B button", pressed="single")
    assert live(there, "help-button") == said
    assert said[1] == (1, {"odd"}), "with the last stage comes who was not told yet"
    there.stop()
