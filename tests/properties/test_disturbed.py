"""Through floods, pauses, and consents that come and go: an open grave alert has an owner or a call ahead,
and its messages wait for nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given
from hypothesis import strategies as st

from hub import summons
from hub.reach import say_usable_ways
from hub.store import contacts, escalations, shifts, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from rules.duration import parse_window
from rules.duty import Shift
from rules.pause import Pause, Refusal
from rules.summons import FLOOD_OF, GROUPED_EVERY, Preferences
from tests.properties.test_calls import _nobody_keeps_it_for_good, _somebody_comes, _take
from tests.world import World

ROOMS = [f"R{number}" for number in range(FLOOD_OF + 2)]
SITE = f"""
site: house
name: A house
legal_basis: required
units: [{{id: UNIT, name: U}}]
rooms: [{{id: A, unit: UNIT}}{"".join(f", {{id: {room}, unit: UNIT}}" for room in ROOMS)}]
residents:
  - id: r-a
    name: A
    room: A
    BASIS
people:
  - {{id: kari, name: Kari, role: carer}}
  - {{id: ola, name: Ola, role: carer}}
  - {{id: lise, name: Lise, role: leader}}
devices:
  - {{id: door, room: A, role: outer_door, gateway: native}}
  - {{id: button, room: A, role: help_button, gateway: native}}
  - {{id: radar, room: A, role: fall_detector, gateway: native}}
DOORS
rules: [{{rule: help-button}}, {{rule: fall}}, {{rule: night-exit}}, {{rule: door-open}}]
"""
_DOOR = "  - {id: ROOM door, room: ROOM, role: outer_door, gateway: native}"
_DOORS = "\n".join(_DOOR.replace("ROOM", room) for room in ROOMS)
_BASIS = """legal_basis: [{kind: consent, decided_by: A, rules: [fall, night-exit],
      valid_from: 2026-01-01, review: 2027-01-01UNTIL}]"""
CONSENTS = ("", _BASIS.replace("UNTIL", ""), _BASIS.replace("UNTIL", ", valid_until: 2026-10-24"))
"""None, one for long, and one that ends at the midnight to come."""
SITES = [SITE.replace("UNIT", "sol").replace("BASIS", basis).replace("DOORS", _DOORS) for basis in CONSENTS]
NIGHT = datetime(
    2026, 10, 24, 20, 50, tzinfo=UTC
)  # an hour before a midnight, after which the clocks go back
MINUTE = timedelta(minutes=1)

says = st.sampled_from(
    [
        ("says", "button", "pressed", "single"),
        ("says", "radar", "fall", "confirmed"),
        ("says", "radar", "fall", "cleared"),
        ("says", "door", "open", True),
        ("says", "door", "open", False),
    ]
)
acts = st.tuples(
    st.just("acts"),
    st.integers(0, 14),
    st.sampled_from(["accept", "arrive", "hand_back", "close"]),
    st.sampled_from(["kari", "ola"]),
)
passes = st.tuples(
    st.just("passes"), st.sampled_from([1, 59, 301, 601, 3601, 14400]).map(lambda n: timedelta(seconds=n))
)
floods = st.just(("flood",))
pauses = st.tuples(
    st.just("pause"),
    st.sampled_from(["help-button", "fall", "night-exit", "button", "radar", "door"]),
    st.sampled_from([MINUTE, 10 * MINUTE, timedelta(hours=3)]),
)
resumes = st.tuples(st.just("resume"), st.sampled_from(["help-button", "fall", "button", "radar"]))
consents = st.tuples(st.just("imports"), st.sampled_from(SITES))
restarts = st.just(("restart",))
steps = st.lists(
    st.one_of(says, says, acts, passes, floods, pauses, pauses, resumes, consents, restarts), max_size=20
)
FALL = ("says", "radar", "fall", "confirmed")


@given(steps)
@example([FALL, ("imports", SITES[0]), ("passes", 10 * MINUTE)])
@example([("imports", SITES[2]), FALL, ("passes", timedelta(hours=4))])
@example([FALL, ("pause", "fall", timedelta(hours=3)), ("restart",), ("passes", timedelta(hours=4))])
@example([("flood",), ("says", "button", "pressed", "single"), ("passes", MINUTE)])
@example([FALL, ("acts", 0, "accept", "kari"), ("pause", "radar", 10 * MINUTE), ("flood",)])
def test_a_grave_alert_is_somebodys_or_called_for_at_once_whatever_is_off(steps: list[tuple]) -> None:  # type: ignore[type-arg]
    with TemporaryDirectory() as folder:
        house = World(Path(folder), SITES[1], NIGHT)
        try:
            _furnish(house)
            for step in steps:
                _disturb(house, *step)
                _called(house)
                _somebody_comes(house)
                _grave_messages_wait_for_nothing(house)
            _nobody_keeps_it_for_good(house)
        finally:
            house.stop()


def _furnish(house: World) -> None:
    """All can be reached by e-mail, are on duty, and want it quiet at night."""
    connection = house.connection
    summons.begin(connection, "house")
    with transaction(connection):
        say_usable_ways(connection, "house", {"email"}, NIGHT)
        for person in ("kari", "ola", "lise"):
            contacts.put(connection, "house", Contact(person, "email", f"{person}@example.org"), NIGHT)
            quiet = Preferences(parse_window("20:00-07:00"))
            contacts.put_preferences(connection, "house", person, quiet, NIGHT)
            until = NIGHT + timedelta(days=3)
            shifts.add(connection, "house", Shift(0, person, (), "carer", NIGHT, until))
    house.says("door", open=False)
    house.says("radar", fall="cleared")
    for room in ROOMS:
        house.says(f"{room} door", open=False)


def _disturb(house: World, what: str, *how) -> None:  # type: ignore[no-untyped-def]
    if what == "flood":
        for open_ in (False, True):
            for room in ROOMS:
                house.says(f"{room} door", open=open_)
        house.passes(6 * MINUTE)
    elif what == "pause":
        name, length = how
        until = house.clock.now() + length
        done: Pause | Refusal
        if name in ("button", "radar", "door"):
            done = house.pauses.pause_device(name, "kari", "tried out", until)
        else:
            done = house.pauses.pause(name, "A", "kari", "tried out", until)
        assert isinstance(done, Pause) or done.code in ("off_already", "not_in_force"), done
    elif what == "resume":
        (name,) = how
        if name in ("button", "radar"):
            house.pauses.resume_device(name, "ola")
        else:
            house.pauses.resume(name, "A", "ola")
    else:
        _take(house, what, *how)


def _called(house: World) -> None:
    while summons.follow(house.connection, house.site, None, house.clock.now()):
        pass


def _grave_messages_wait_for_nothing(house: World) -> None:
    """Not for quiet hours, nor with others, nor for a flood; and what is not grave waits a bundle at most."""
    calls = escalations.of_open(house.connection, "house")
    for alert in house.alerts():
        messages = summonses.of_alert(house.connection, alert.id)
        if alert.severity == "high" and not alert.prewarning and alert.id in calls:
            assert messages or calls[alert.id].due is not None, f"nobody was ever written to for {alert}"
        for message in messages:
            waits = message.next_at - message.created_at if message.next_at is not None else timedelta(0)
            if message.urgent:
                assert waits <= timedelta(0), f"{message} waits {waits}"
                assert message.bundle is None, message
            elif alert.severity == "medium":
                assert waits <= GROUPED_EVERY, f"{message} waits {waits}"
