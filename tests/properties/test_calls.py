"""Whatever happens in the house, a grave alert is somebody's, or somebody will be called for it, and is: also
where its unit, its owner or its plan are there no more, and all have gone home.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from hub import summons
from hub.duty import Duty
from hub.reach import say_usable_ways
from hub.store import contacts, escalations, receipts, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from rules.alert import Act
from tests.world import World

SITE = """
site: house
name: A house
units: [{id: UNIT, name: U}]
rooms: [{id: A, unit: UNIT}]
residents: [{id: r-a, name: A, room: A}]
people:
  - {id: kari, name: Kari, role: carer}
  - {id: ola, name: Ola, role: carer}
devices:
  - {id: door, room: A, role: outer_door, gateway: native}
  - {id: button, room: A, role: help_button, gateway: native}
  - {id: radar, room: A, role: fall_detector, gateway: native}
rules: [{rule: help-button}, {rule: fall}, {rule: night-exit}, {rule: door-open}]
"""
HOURS_APART = """
escalation:
  high: {steps: [{after: 0 s, to: [leaders]}, {after: 3 h, to: [unit]}], repeat: 4 h}
"""
NOBODY_THERE = """
escalation:
  high: {steps: [{after: 0 s, to: [neighbours]}], repeat: 1 h}
"""
KARI, OLA = ("  - {id: kari, name: Kari, role: carer}\n", "  - {id: ola, name: Ola, role: carer}\n")
SITES = [
    *(
        SITE.replace("UNIT", unit) + plan
        for unit in ("sol", "maane")
        for plan in ("", HOURS_APART, NOBODY_THERE)
    ),
    SITE.replace("UNIT", "sol").replace(KARI, ""),
    SITE.replace("UNIT", "sol").replace(OLA, "") + NOBODY_THERE,
]
LONGEST_WAIT = timedelta(hours=4)
NIGHT = datetime(2026, 10, 24, 23, 50, tzinfo=UTC)  # clocks go back in Oslo an hour later
ACTS: list[Act] = ["accept", "set_out", "arrive", "assist", "hand_back"]

says = st.sampled_from(
    [
        ("says", "button", "pressed", "single"),
        ("says", "door", "open", True),
        ("says", "door", "open", False),
        ("says", "radar", "fall", "suspected"),
        ("says", "radar", "fall", "confirmed"),
        ("says", "radar", "fall", "cleared"),
    ]
)
acts = st.tuples(
    st.just("acts"), st.integers(0, 2), st.sampled_from([*ACTS, "close"]), st.sampled_from(["kari", "ola"])
)
lengths = st.sampled_from([1, 30, 59, 60, 61, 180, 599, 600, 601, 3599, 3600, 3601, 14400]).map(
    lambda seconds: timedelta(seconds=seconds)
)
passes = st.tuples(st.just("passes"), lengths)
moves = st.tuples(st.just("clock"), lengths | lengths.map(lambda length: -length))
imports = st.tuples(st.just("imports"), st.sampled_from(SITES))
restarts = st.just(("restart",))
duties = st.tuples(
    st.just("duty"), st.sampled_from(["comes", "leaves", "absent"]), st.sampled_from(["kari", "ola"])
)
steps = st.lists(
    st.one_of(says, says, acts, acts, passes, passes, moves, imports, restarts, duties), max_size=25
)


@given(steps)
def test_a_grave_alert_is_somebodys_or_somebody_is_called_for_it(steps: list[tuple]) -> None:  # type: ignore[type-arg]
    with TemporaryDirectory() as folder:
        house = World(Path(folder), SITES[0], NIGHT)
        house.says("door", open=False)
        house.says("radar", fall="cleared")
        _reached_by_mail(house)
        try:
            for step in steps:
                _take(house, *step)
                _somebody_comes(house)
                _told(house)
            _nobody_keeps_it_for_good(house)
            _somebody_here_is_told(house)
        finally:
            house.stop()


def _take(house: World, what: str, *how) -> None:  # type: ignore[no-untyped-def]
    if what == "says":
        device, measure, value = how
        house.says(device, **{measure: value})
    elif what == "acts":
        number, act, person = how
        standing = [alert for alert in house.alerts() if alert.state != "closed"]
        if standing:
            alert = standing[number % len(standing)]
            if act == "close":
                house.desk.close(alert.id, person, "helped")
            else:
                house.desk.act(alert.id, act, person)
    elif what == "passes":
        house.passes(*how)
    elif what == "clock":
        house.clock_is_moved(*how)
    elif what == "imports":
        house.imports(*how)
    elif what == "duty":
        _duty(house, *how)
    else:
        house.restart()


def _duty(house: World, what: str, person: str) -> None:
    duty, now = Duty(house.connection, house.site, house.clock), house.clock.now()
    if what == "comes":
        duty.sign_in(person, "carer", [house.site.units[0].id], [], now + timedelta(hours=8))
    elif what == "leaves":
        duty.leave(person)
    else:
        duty.absent(person, now, now + timedelta(hours=8), "ola")


def _reached_by_mail(house: World) -> None:
    summons.begin(house.connection, "house")
    with transaction(house.connection):
        say_usable_ways(house.connection, "house", ["email"], NIGHT)
        for person in ("kari", "ola"):
            contact = Contact(person, "email", f"{person}@example.org")
            contacts.put(house.connection, "house", contact, NIGHT)


def _told(house: World) -> list[str]:
    """Turns calls into messages, all of which leave; to whom."""
    now = house.clock.now()
    while summons.follow(house.connection, house.site, None, now):
        pass
    rows = house.connection.execute("SELECT id, person FROM summons WHERE sent_at IS NULL").fetchall()
    with transaction(house.connection):
        receipts.note_sent(house.connection, [row[0] for row in rows], now)
    return [row[1] for row in rows]


def _somebody_here_is_told(house: World) -> None:
    """Each grave alert that is open is told to somebody of the house by its next calls, whoever is left."""
    grave = [a for a in house.alerts() if a.severity == "high" and a.state == "open" and not a.prewarning]
    for alert in grave:
        here, told = {person.id for person in house.site.people}, set[str]()
        before = max((m.id for m in summonses.of_alert(house.connection, alert.id)), default=0)
        for _ in range(6):  # the last stage's call, and one that says that nobody answered
            call = escalations.get(house.connection, alert.id)
            assert call is not None
            assert call.due is not None
            if call.due > house.clock.now():
                house.until(call.due)
            else:
                house.passes(timedelta(seconds=1))  # the hub's next round takes what is due
            _told(house)
            told |= {m.person for m in summonses.of_alert(house.connection, alert.id) if m.id > before}
            if told & here:
                break
        assert told & here, f"{alert} in {alert.unit}: {house.trail(alert)}"


def _somebody_comes(house: World) -> None:
    now = house.clock.now()
    calls = escalations.of_open(house.connection, "house")
    for alert in house.alerts():
        call = calls.pop(alert.id, None)
        if alert.state == "closed":
            assert call is None, f"{alert} is closed, and somebody is called for it: {call}"
        elif alert.state == "open":
            assert alert.due is None, alert
            if alert.severity == "high" and not alert.prewarning:
                assert call is not None, f"nobody is ever called for {alert}"
                assert call.due is not None, f"nobody is called any more for {alert}"
                # Due now, where the stage before reached nobody: the hub's next round makes the call.
                assert now <= call.due <= now + LONGEST_WAIT, f"{call.due} at {now} for {alert}"
        else:
            assert alert.due is not None, f"{alert} is its owner's for good"
            assert now < alert.due <= now + timedelta(hours=1), f"{alert} at {now}"
            assert call is None or call.due is None, f"{alert} has an owner, others are called: {call}"
    assert calls == {}


def _nobody_keeps_it_for_good(house: World) -> None:
    """Whoever took it says nothing more: when their time is up it is open, and called at that instant."""
    taken = [alert for alert in house.alerts() if alert.state in ("accepted", "arrived")]
    taken.sort(key=lambda alert: alert.due or NIGHT)
    for due, together in groupby(taken, key=lambda alert: alert.due):
        assert due is not None
        trails = [(alert, len(house.trail(alert))) for alert in together]
        house.until(due)
        states = {alert.id: alert.state for alert in house.alerts()}
        for alert, trail in trails:
            assert states[alert.id] == "open"
            overdue, *called = house.trail(alert)[trail:]
            in_time = "closing_overdue" if alert.state == "arrived" else "arrival_overdue"
            absent = house.connection.execute("SELECT 1 FROM staff_absence WHERE person = ?", (alert.owner,))
            assert overdue == in_time or (overdue == "owner_absent" and absent.fetchone()), house.trail(alert)
            assert "called" in called or "called_in_vain" in called, house.trail(alert)
        _somebody_comes(house)
