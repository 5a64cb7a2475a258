"""The engine alone, whatever is said: when time passes, what is taken back and what is written down in
between never changes what is found.
"""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.store import rule_states
from hub.store.db import connect, transaction
from rules.backtest import backtest
from rules.catalogue import catalogue
from rules.finding import Finding
from rules.judge import Judge
from tests.properties.houses import Said, book, delayed, house, reading, sayings, starts, zones

PARTS = ("broker", "gateway:zigbee2mqtt", "gateway:annex", "device:A motion", "device:B door")


def in_order(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda f: (f.at, f.rule, f.room, f.kind))


@given(zones, starts, st.lists(sayings(), max_size=60), st.data())
def test_it_does_not_matter_when_the_clock_is_looked_at(
    zone: str, start: datetime, said: list[Said], data: st.DataObject
) -> None:
    at, readings = start, []
    for saying in said:
        at += saying.gap
        readings.append(reading(saying, at))
    judge, now = Judge(book(zone)), start
    found: list[Finding] = []
    for one in readings:
        for _ in range(data.draw(st.integers(0, 2))):
            now += (one.at - now) * data.draw(st.sampled_from([0.1, 0.5, 1.0]))
            found += judge.tick(now)
        now = one.at
        found += judge.judge(one)[1]
    found += judge.tick(now)
    assert in_order(found) == in_order(list(backtest(house(zone), catalogue(), readings)))


class Player:
    """Plays anything that can happen to an engine, and remembers how."""

    def __init__(self, zone: str, start: datetime) -> None:
        self.judge, self.now = Judge(book(zone)), start

    def play(self, event: Any) -> list[Finding]:
        if isinstance(event, Said):
            self.now += event.gap
            found = self.judge.tick(self.now)
            return found + self.judge.judge(reading(event, self.now))[1]
        gap, part, seen = event
        self.now += gap
        found = self.judge.tick(self.now)
        return found + (self.judge.regained_sight if seen else self.judge.lost_sight)(part, self.now)

    def standing(self) -> Any:
        judge = self.judge
        return copy.deepcopy((judge._kept, judge._held.now, judge.latest._values, self.now))


sights = st.tuples(
    st.integers(1, 40_000).map(lambda s: timedelta(seconds=s)), st.sampled_from(PARTS), st.booleans()
)
events = sayings(delayed) | sights
batches = st.lists(st.tuples(st.lists(events, min_size=1, max_size=8), st.booleans()), max_size=12)


@given(zones, starts, batches)
def test_what_is_taken_back_leaves_no_trace(zone: str, start: datetime, batches: Any) -> None:
    straight, disturbed = Player(zone, start), Player(zone, start)
    for batch, is_taken_back in batches:
        if is_taken_back:
            before = disturbed.standing()
            for event in batch:
                disturbed.play(event)
            disturbed.judge.undo()
            disturbed.now = before[-1]
            assert disturbed.standing() == before
            assert not disturbed.judge.changed
            assert not disturbed.judge.unheard_changed
        found = [finding for event in batch for finding in straight.play(event)]
        assert [finding for event in batch for finding in disturbed.play(event)] == found
        disturbed.judge.keep()
    end = straight.now + timedelta(days=3)
    assert in_order(disturbed.judge.tick(end)) == in_order(straight.judge.tick(end))


@given(zones, starts, batches)
def test_what_was_written_down_is_all_there_is_to_know(zone: str, start: datetime, batches: Any) -> None:
    connection = connect(Path(":memory:"))
    straight, disturbed = Player(zone, start), Player(zone, start)
    for batch, _ in batches:
        found = [finding for event in batch for finding in straight.play(event)]
        assert in_order([finding for event in batch for finding in disturbed.play(event)]) == in_order(found)
        with transaction(connection):
            rule_states.put(connection, "house", disturbed.judge)
        disturbed.judge.keep()
        again = Judge(disturbed.judge.rulebook, disturbed.judge.latest)
        rule_states.load(connection, "house", again)
        assert again._kept == disturbed.judge._kept
        assert again.unheard == disturbed.judge.unheard
        disturbed.judge = again
    end = straight.now + timedelta(days=3)
    assert in_order(disturbed.judge.tick(end)) == in_order(straight.judge.tick(end))
    connection.close()


@given(zones, starts, st.lists(sayings(delayed), max_size=60))
def test_a_late_reading_neither_clears_nor_raises_but_a_call_for_help(
    zone: str, start: datetime, said: list[Said]
) -> None:
    judge, now = Judge(book(zone)), start
    for one in said:
        now += one.gap
        judge.tick(now)
        standing, found = judge.judge(reading(one, now))
        if standing == "late":
            assert {f.rule for f in found} <= {"fall", "help-button"}
            assert all(f.kind == "raised" and f.late and f.at == now - one.age for f in found)


@given(zones, starts, st.lists(events, max_size=60))
def test_alerts_begin_before_they_end_and_only_what_began_ends(
    zone: str, start: datetime, events: list[Any]
) -> None:
    player, raised = Player(zone, start), set()
    for event in events:
        for found in player.play(event):
            key = (found.rule, found.room)
            if found.kind == "cleared":
                assert key in raised, f"{found} clears what was never raised"
                raised.remove(key)
            else:
                raised.add(key)


@given(zones, starts, st.lists(events, max_size=60))
def test_while_a_part_is_silent_no_deadline_of_its_rules_fires(
    zone: str, start: datetime, events: list[Any]
) -> None:
    player = Player(zone, start)
    for event in events:
        silent = player.judge.unheard
        found = player.judge.tick(player.now + event[0])
        for finding in found:
            watch = player.judge.rulebook.watches[finding.rule, finding.room]
            assert not (watch.parts & silent.keys()), f"{finding} while {silent} cannot be heard"
        player.play(event)
