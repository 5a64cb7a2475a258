"""The promise: a run with outages, restarts, mishaps and duplicates ends with the same findings as a run
that was never down.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from devices.reading import Reading
from rules.backtest import backtest
from rules.catalogue import catalogue
from rules.finding import Finding
from rules.judge import Judge
from tests.properties.houses import SITE, Said, book, delayed, house, reading, sayings, starts, zones
from tests.world import Found, World

Happening = Literal[
    "nothing",
    "a restart",
    "the hub goes down",
    "the hub comes up",
    "the disk is full",
    "the disk has room",
    "the broker sends the last again",
    "the publisher sends the last again",
    "a message breaks the batch",
]
LONGEST_OUTAGE = timedelta(days=6)  # what is older is not believed


class Event(NamedTuple):
    """Something is said, and right before it something happens."""

    happens: Happening
    said: Said


def events(ages: st.SearchStrategy[timedelta], *happenings: Happening) -> st.SearchStrategy[list[Event]]:
    quiet: Happening = "nothing"
    one = st.builds(Event, st.sampled_from([quiet, quiet, *happenings]), sayings(ages))
    return st.lists(one, max_size=25)


@contextmanager
def world(zone: str, now: datetime) -> Iterator[World]:
    """A world whose database refuses one device's messages, for good."""
    with TemporaryDirectory() as folder:
        made = World(Path(folder), f"{SITE}\ntime_zone: {zone}", now)
        made.connection.execute(
            "CREATE TRIGGER refusal BEFORE INSERT ON device WHEN new.address = 'refused'"
            " BEGIN SELECT RAISE(ABORT, 'refused by the test'); END"
        )
        try:
            yield made
        finally:
            if made.running:
                made.stop()


def play(made: World, events: Sequence[Event]) -> list[Reading]:
    """What was said, in order of arrival."""
    said, spoke, at = [], set(), made.clock.now()
    away_since = None
    for happens, one in events:
        at += one.gap
        made.until(at)
        if away_since is not None and at - away_since > LONGEST_OUTAGE:
            happens = "the hub comes up" if not made.running else "the disk has room"
        if happens in ("the hub goes down", "the disk is full"):
            away_since = away_since or at
        elif happens in ("the hub comes up", "the disk has room", "a restart"):
            away_since = None
        is_broken = happens == "a message breaks the batch"
        if is_broken and made.running:
            made.stuck()
        else:
            _let(made, happens, one.device if one.device in spoke else None)
        made.says(one.device, at - one.age, **{one.measure: one.value})
        spoke.add(one.device)
        said.append(reading(one, at))
        if is_broken:
            made.hears("vaka/house/readings/refused", '{"open": true}')
            if made.running:
                made.goes_on()
    if not made.running:
        made.start()
    made.goes_on()
    return said


def _let(made: World, happens: Happening, device: str | None) -> None:
    if not made.running:
        if happens in ("the hub comes up", "a restart"):
            made.start()
    elif happens in ("the hub goes down", "a restart"):
        made.stop()
        if happens == "a restart":
            made.start()
    elif happens == "the disk is full":
        made.stuck()
    elif happens == "the disk has room":
        made.goes_on()
    if device is not None and happens == "the broker sends the last again":
        made.hears_again(device)
    if device is not None and happens == "the publisher sends the last again":
        made.says_again(device)


def in_order(findings: Sequence[Finding]) -> list[Found]:
    return sorted(Found(f.rule, f.room, f.kind, f.at, f.reason, f.device) for f in findings)


def journal(made: World) -> list[tuple[str, str, object, datetime]]:
    names = {row[0]: row[1] for row in made.connection.execute("SELECT no, address FROM device")}
    return sorted(
        (names[r.device], r.measure, r.value, r.at) for r in made.readings() if names[r.device] != "refused"
    )


@given(
    zones,
    starts,
    events(
        st.just(timedelta(0)),
        "a restart",
        "the hub goes down",
        "the hub comes up",
        "the disk is full",
        "the disk has room",
        "the broker sends the last again",
        "the publisher sends the last again",
        "a message breaks the batch",
    ),
)
def test_whatever_happens_to_the_hub_the_findings_are_those_of_a_backtest(
    zone: str, start: datetime, events: list[Event]
) -> None:
    with world(zone, start) as made:
        said = play(made, events)
        assert sorted(made.findings()) == in_order(list(backtest(house(zone), catalogue(), said)))
        assert journal(made) == _kept(said)


@given(
    zones,
    starts,
    events(
        delayed,
        "a restart",
        "the broker sends the last again",
        "the publisher sends the last again",
        "a message breaks the batch",
    ),
)
def test_with_messages_out_of_order_too_the_findings_are_those_of_an_engine_that_heard_the_same(
    zone: str, start: datetime, events: list[Event]
) -> None:
    with world(zone, start) as made:
        said = play(made, events)
        judge = Judge(book(zone))
        found = [f for one in said for f in (*judge.tick(one.received_at), *judge.judge(one)[1])]
        found += judge.tick(made.clock.now())
        assert sorted(made.findings()) == in_order(found)
        assert journal(made) == _kept(said)


def _kept(said: Sequence[Reading]) -> list[tuple[str, str, object, datetime]]:
    """What the journal has to hold: each reading once, but for a state that a gateway repeats."""
    latest = Judge(book("UTC")).latest
    standings = [(one, latest.note(one)) for one in said]
    return sorted(
        (one.device, one.measure, one.value, one.at)
        for one, standing in standings
        if standing != "duplicate" and not (standing == "repeat" and one.cached)
    )
