"""Whatever the roster, the absences and the ways to people are: an open alert that is not low reaches
somebody by a way that exists, within the plan's own time, and goes on reaching somebody.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given
from hypothesis import strategies as st

from hub import summons
from hub.reach import say_usable_ways
from hub.store import contacts, shifts, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.ways.courier import Courier
from hub.ways.way import Failed, Message, NotConfigured
from rules.duration import Window, parse_window
from rules.duty import Shift, StaffAbsence
from rules.summons import Preferences
from tests.world import World

PEOPLE = ("kari", "siri", "nils", "lise", "terje")
SITE = """
site: test
name: Solbakken
units: [{id: sol, name: Solsida, neighbours: [nord]}, {id: nord, name: Nordsida}]
rooms: [{id: 3B, unit: sol}]
residents: [{id: r-anna, name: Anna, room: 3B}]
devices:
  - {id: button, room: 3B, role: help_button, gateway: native}
  - {id: door, room: 3B, role: outer_door, gateway: native}
rules: [{rule: help-button}, {rule: door-open}]
people:
  - {id: kari, name: Kari, role: carer, units: [sol]}
  - {id: siri, name: Siri, role: carer, units: [nord]}
  - {id: nils, name: Nils, role: carer}
  - {id: lise, name: Lise, role: leader}
  - {id: terje, name: Terje, role: technician}
"""
NIGHT = datetime(2026, 10, 24, 23, 50, tzinfo=UTC)  # clocks go back in Oslo an hour later
HOUR = timedelta(hours=1)
WITHIN = {"high": timedelta(minutes=5), "medium": timedelta(minutes=20)}
"""Each course's last stage."""
A_ROUND = timedelta(minutes=1)
"""A repetition counts from its call, which may lie half a second after what it is called for."""
REPEATED = {"high": timedelta(minutes=5), "medium": timedelta(minutes=15)}

WAYS = frozenset({"email", "webhook", "pager"})


class Taking:
    """A way whose other side takes whatever comes."""

    def __init__(self, name: str) -> None:
        self.name = name

    def send(self, _: Message) -> Failed | None:
        return None


ways = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(sorted(WAYS))),
    unique=True,
    max_size=5,
)
hours = st.sampled_from([-9, -4, -1, 0, 1, 4, 9]).map(lambda n: n * HOUR)
planned = st.lists(
    st.builds(
        lambda person, units, function, starts, length, residents, source: Shift(
            0, person, units, function, NIGHT + starts, NIGHT + starts + length, residents, source
        ),
        st.sampled_from(PEOPLE),
        st.sampled_from([(), ("sol",), ("nord",)]),
        st.sampled_from(["carer", "night_patrol", "leader"]),
        hours,
        st.sampled_from([HOUR, 8 * HOUR]),
        st.sampled_from([(), ("r-anna",)]),
        st.sampled_from(["roster", "signed_in"]),
    ),
    max_size=5,
)
absent = st.lists(st.tuples(st.sampled_from(PEOPLE), hours), max_size=2)
quiet = st.sampled_from([None, parse_window("20:00-07:00")])


@example([("kari", "email"), ("kari", "pager")], [], [], None, "medium", True, False)
@given(ways, planned, absent, quiet, st.sampled_from(["high", "medium"]), st.booleans(), st.booleans())
def test_somebody_is_called_by_a_way_that_exists(
    known: list[tuple[str, str]],
    roster: list[Shift],
    away: list[tuple[str, timedelta]],
    wanted: Window | None,
    severity: str,
    mail_is_down: bool,
    hub_was_away: bool,
) -> None:
    usable = set(WAYS - {"email"}) if mail_is_down else set(WAYS)
    with TemporaryDirectory() as folder:
        house = World(Path(folder), SITE, NIGHT)
        try:
            _furnish(house, known, roster, away, wanted, usable)
            house.says("door", open=severity == "medium")
            if severity == "high":
                house.says("button", pressed="single")
            else:
                house.passes(timedelta(minutes=6))
            if hub_was_away:
                house.stop()
                house.clock.at += 6 * HOUR
                house.start()
                house.passes(timedelta(0))
            rule = "help-button" if severity == "high" else "door-open"
            raised = house.clock.now() if hub_was_away else house.alert(rule).raised_at
            _reached(house, rule, usable, raised + WITHIN[severity], bool(known))
            _reached(house, rule, usable, house.clock.now() + REPEATED[severity] + A_ROUND, bool(known))
        finally:
            house.stop()


def _furnish(house, known, roster, away, wanted, usable) -> None:  # type: ignore[no-untyped-def]
    connection = house.connection
    summons.begin(connection, "test")
    with transaction(connection):
        say_usable_ways(connection, "test", usable, NIGHT)
        for person, way in known:
            contacts.put(connection, "test", Contact(person, way, f"{person}-{way}"), NIGHT)
            contacts.put_preferences(connection, "test", person, Preferences(wanted), NIGHT)
        for shift in roster:
            shifts.add(connection, "test", shift)
        for person, since in away:
            absence = StaffAbsence(0, person, NIGHT + since, NIGHT + since + 8 * HOUR, "lise")
            shifts.add_absence(connection, "test", absence)


def _reached(house: World, rule: str, usable: set[str], by: datetime, anybody: bool) -> None:
    """Somebody got a message from now on until then, by a way that there is."""
    since = house.clock.now()
    couriers = [
        Courier(
            house.database,
            lambda: house.site,
            Taking(way) if way in usable else NotConfigured(way),
            house.clock,
        )
        for way in sorted(WAYS)
    ]
    while True:
        while summons.follow(house.connection, house.site, None, house.clock.now()):
            pass
        while sum(courier.deliver(house.connection) for courier in couriers):
            pass
        if house.clock.now() >= by:
            break
        house.until(min(by, house.clock.now() + timedelta(minutes=1)))
    messages = summonses.of_alert(house.connection, house.alert(rule).id)
    got = [m for m in messages if m.sent_at is not None and m.sent_at >= since]
    reachable = {c.way for c in contacts.everything(house.connection, "test")} & usable
    assert got or not (anybody and reachable), [(m.person, m.way, m.failure) for m in messages]
