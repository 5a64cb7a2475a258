"""Whatever the addresses of people answer, for good or for now, and whatever people do meanwhile: once they
can be reached again they are, and nothing is ever said to have reached anybody that did not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from hub import summons
from hub.calls import calls_of
from hub.duty import Duty
from hub.reach import say_usable_ways
from hub.store import contacts, shifts, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.summonses import IN_STEAD
from hub.ways.courier import Courier
from hub.ways.way import Failed, Message
from rules.alert import Act, Alert
from rules.duration import parse_window
from rules.duty import Shift
from rules.summons import Preferences
from tests.world import World

SITE = """
site: test
name: Solbakken
units: [{id: sol, name: Solsida, neighbours: [nord]}, {id: nord, name: Nordsida}]
rooms: [{id: 3B, unit: sol}]
residents: [{id: r-anna, name: Anna, room: 3B}]
devices:
  - {id: button, room: 3B, role: help_button, gateway: native}
  - {id: radar, room: 3B, role: fall_detector, gateway: native}
rules: [{rule: help-button}, {rule: fall, severity_when_cleared: low}]
people:
  - {id: kari, name: Kari, role: carer, units: [sol]}
  - {id: siri, name: Siri, role: carer, units: [sol]}
  - {id: nils, name: Nils, role: carer, units: [nord]}
  - {id: lise, name: Lise, role: leader}
  - {id: odd, name: Odd, role: carer, units: [sol]}
"""
ONE_STAGE = "escalation: {high: {steps: [{after: 0 s, to: [assigned]}], repeat: 10 min}}\n"
TWO_AT_ONCE = """
escalation:
  high: {steps: [{after: 0 s, to: [assigned, leaders]}, {after: 5 min, to: [neighbours]}], repeat: 10 min}
"""
PLANS = ("", ONE_STAGE, TWO_AT_ONCE)
PEOPLE = ("kari", "siri", "nils", "lise", "odd")
ON_DUTY = (("kari", "sol", ("r-anna",)), ("siri", "sol", ()), ("nils", "nord", ()))
NIGHT = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)
A_LOOK, MIN, HOUR = timedelta(seconds=10), timedelta(minutes=1), timedelta(hours=1)
ANSWERS: dict[str, Failed | None] = {
    "takes": None,
    "not now": Failed("451 try again later", for_good=False),
    "never": Failed("550 no such mailbox", for_good=True, refused_address=True),
}
ACTS: list[Act] = ["accept", "arrive", "assist", "hand_back"]

at_once = st.sampled_from([0, 1])
"""Whether the hub looks before the next thing happens."""
says = st.tuples(st.just("says"), st.sampled_from(["pressed", "confirmed", "cleared"]), at_once)
acts = st.tuples(st.just("acts"), st.sampled_from(ACTS), st.sampled_from(["kari", "siri", "lise"]), at_once)
answers = st.tuples(
    st.just("answers"),
    st.sets(st.sampled_from(PEOPLE), min_size=1),
    st.sampled_from(sorted(ANSWERS)),
    st.just(0),
)
passes = st.tuples(st.just("passes"), st.sampled_from([1, 3, 6, 12, 31, 60]))
goes = st.tuples(
    st.just("goes"),
    st.sampled_from(["comes", "leaves", "absent", "quiet"]),
    st.sampled_from(PEOPLE),
    at_once,
)
steps = st.lists(st.one_of(says, acts, acts, answers, passes, goes), max_size=14)


class Fickle:
    """A way whose other side answers for each address as it is told to."""

    name = "email"

    def __init__(self) -> None:
        self.answers = dict.fromkeys(PEOPLE, "takes")
        self.taken: list[Message] = []

    def send(self, message: Message) -> Failed | None:
        failed = ANSWERS[self.answers[message.address]]
        if failed is None:
            self.taken.append(message)
        return failed


class House:
    def __init__(self, folder: Path, plan: str) -> None:
        self.world, self.way = World(folder, SITE + plan, NIGHT), Fickle()
        self.courier = Courier(self.world.database, lambda: self.world.site, self.way, self.world.clock)
        connection = self.world.connection
        summons.begin(connection, "test")
        with transaction(connection):
            say_usable_ways(connection, "test", ["email"], NIGHT)
            for person in PEOPLE:
                contacts.put(connection, "test", Contact(person, "email", person), NIGHT)
            for person, unit, own in ON_DUTY:
                shift = Shift(0, person, (unit,), "carer", NIGHT - 9 * HOUR, NIGHT + 9 * HOUR, own)
                shifts.add(connection, "test", shift)

    def takes(self, what: str, *how) -> None:  # type: ignore[no-untyped-def]
        if what == "says" and how[0] == "pressed":
            self.world.says("button", pressed="single")
        elif what == "says":
            self.world.says("radar", fall=how[0])
        elif what == "acts":
            for alert in self.standing():
                self.world.desk.act(alert.id, *how[:2])
        elif what == "answers":
            self.way.answers |= dict.fromkeys(*how[:2])
        elif what == "goes":
            self.goes(*how[:2])
        self.looks(how[0] if what == "passes" else how[-1])

    def goes(self, how: str, person: str) -> None:
        world, now = self.world, self.world.clock.now()
        duty = Duty(world.connection, world.site, world.clock)
        if how == "comes":
            duty.sign_in(person, "leader" if person == "lise" else "carer", ["sol"], [], now + 8 * HOUR)
        elif how == "leaves":
            duty.leave(person)
        elif how == "absent":
            duty.absent(person, now, now + 8 * HOUR, "lise")
        else:
            with transaction(world.connection):
                wanted = Preferences(parse_window("20:00-07:00"))
                contacts.put_preferences(world.connection, "test", person, wanted, now)

    def standing(self) -> list[Alert]:
        return [alert for alert in self.world.alerts() if alert.state != "closed"]

    def looks(self, times: int) -> None:
        for _ in range(times):
            self.rounds()
            self.world.passes(A_LOOK)
            self.rounds()
            self.says_the_truth()

    def rounds(self) -> None:
        world, connection = self.world, self.world.connection
        while summons.follow(connection, world.site, None, world.clock.now()) + self.courier.deliver(
            connection
        ):
            pass

    def says_the_truth(self) -> None:
        for alert in self.standing():
            messages = summonses.of_alert(self.world.connection, alert.id)
            calls = calls_of(self.world.connection, "test", alert.id, self.world.clock.now())
            story = self.story(alert)
            for step, groups in calls.each.items():
                for group, came in groups.items():
                    theirs = [m for m in messages if m.event == step and group in m.groups.split(", ")]
                    reached = any(m.sent_at is not None for m in theirs)
                    assert (came.what == "called") == reached, (step, group, came, story)
            told = {m.person for m in messages if m.groups == IN_STEAD and m.sent_at is not None}
            assert set(calls.instead) <= told, story

    def only_these_answer(self, people: set[str]) -> None:
        """And that they do is known of those whose address was mended."""
        self.way.answers = dict.fromkeys(PEOPLE, "never") | dict.fromkeys(people, "takes")
        with transaction(self.world.connection):
            for person in people:
                contact = Contact(person, "email", person)
                contacts.note_answer(self.world.connection, "test", contact, None)

    def told_within(self, alert: Alert, wait: timedelta) -> set[str]:
        """Who gets a message about the alert from now on until then."""
        before = len(self.way.taken)
        self.looks(wait // A_LOOK)
        ids = {m.id for m in summonses.of_alert(self.world.connection, alert.id)}
        return {one.person for one in self.way.taken[before:] if ids & {*one.summonses}}

    def story(self, alert: Alert) -> list[object]:
        return [
            *self.world.trail(alert),
            *(
                (m.event, m.person, m.groups, m.sent_at, m.next_at, m.failure)
                for m in summonses.of_alert(self.world.connection, alert.id)
            ),
        ]


@contextmanager
def lived_through(plan: str, steps: Iterable[tuple], heard: set[str]) -> Iterator[House]:  # type: ignore[type-arg]
    """After all of these steps; from then on only those people's addresses answer."""
    with TemporaryDirectory() as folder:
        house = House(Path(folder), plan)
        try:
            for step in steps:
                house.takes(*step)
            house.only_these_answer(heard)
            yield house
        finally:
            house.world.stop()


heard = st.sets(st.sampled_from(PEOPLE), min_size=1)


@given(st.sampled_from(PLANS), steps, heard)
def test_who_can_be_reached_again_is_and_nothing_is_said_to_have_arrived_that_did_not(
    plan: str,
    steps: list[tuple],  # type: ignore[type-arg]
    heard: set[str],
) -> None:
    with lived_through(plan, steps, heard) as house:
        for alert in house.standing():
            if alert.severity == "high" and alert.state == "open":
                told = house.told_within(alert, 10 * MIN + A_LOOK)
                assert told, house.story(alert)


@given(st.sampled_from(PLANS), steps, heard, st.sampled_from(["kari", "siri", "lise"]))
def test_who_asks_for_more_hands_gets_them_where_anybody_else_can_be_reached(
    plan: str,
    steps: list[tuple],  # type: ignore[type-arg]
    heard: set[str],
    person: str,
) -> None:
    with lived_through(plan, steps, heard) as house:
        for alert in house.standing():
            owner = alert.owner or person
            if alert.state == "open":
                house.world.desk.accept(alert.id, owner)
            house.world.desk.act(alert.id, "assist", owner)
            told = house.told_within(alert, MIN + 2 * A_LOOK)
            assert told - {owner} or not heard - {owner}, (owner, told, house.story(alert))


@given(st.sampled_from(PLANS), steps, heard)
def test_what_is_handed_back_is_told_to_others_who_can_be_reached_by_the_next_stage_at_the_latest(
    plan: str,
    steps: list[tuple],  # type: ignore[type-arg]
    heard: set[str],
) -> None:
    with lived_through(plan, steps, heard) as house:
        for alert in house.standing():
            owner = alert.owner
            if alert.severity == "high" and owner is not None:
                house.world.desk.act(alert.id, "hand_back", owner)
                told = house.told_within(alert, 3 * MIN)
                assert told - {owner} or not heard - {owner}, (owner, told, house.story(alert))
