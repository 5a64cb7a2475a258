"""Whatever happened before and during an absence, no rule fires for it once the resident is home."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rules.absence import Absence, empty_rooms, resting
from rules.duration import next_local
from rules.finding import Finding
from rules.judge import Judge
from tests.properties.houses import Said, book, delayed, reading, sayings, starts, zones

AWAY = ("A", "r-a")
lengths = st.integers(1, 400_000).map(lambda seconds: timedelta(seconds=seconds))


def away(since: datetime) -> dict[str, Absence]:
    resident = AWAY[1]
    absence = Absence(1, "house", resident, "hospital", "kari", since, since, since + timedelta(days=90))
    return {resident: absence}


def play(judge: Judge, now: datetime, said: list[Said]) -> tuple[datetime, list[Finding]]:
    found: list[Finding] = []
    for one in said:
        now += one.gap
        found += judge.tick(now)
        found += judge.judge(reading(one, now))[1]
    return now, found


@given(
    zones,
    starts,
    st.lists(sayings(delayed), max_size=40),
    st.lists(sayings(delayed), max_size=20),
    lengths,
    st.booleans(),
)
def test_nothing_of_before_the_return_counts_against_who_came_home(
    zone: str, start: datetime, before: list[Said], during: list[Said], length: timedelta, again: bool
) -> None:
    rules = book(zone)
    judge = Judge(rules)
    left, _ = play(judge, start, before)
    off = resting(rules, empty_rooms(rules, away(left)))
    assert {key for key in off if key[1] != AWAY[0]} == set()
    judge.put_pauses(off, left)
    now, found = play(judge, left, during)
    home = now + length
    found += judge.tick(home)
    assert not [f for f in found if (f.rule, f.room) in off and f.kind != "cleared" and f.at >= left]
    if again:  # the hub was restarted meanwhile: what was written down is all there is to know
        kept, judge = judge._kept, Judge(rules, judge.latest)
        judge.load(kept, {})
        judge.put_pauses(off, home)
    judge.put_pauses({}, home, dict.fromkeys(off, home))
    for finding in judge.tick(home + timedelta(days=3)):
        if (finding.rule, finding.room) in off and finding.kind != "cleared":
            assert finding.at >= home + least(
                rules.watches[finding.rule, finding.room].rule, home, rules.zone
            )


def least(rule: Any, home: datetime, zone: Any) -> timedelta:
    """How long after a return a rule may speak at the earliest, with nothing said since."""
    if rule.kind == "not-by":
        opens = next_local(rule.from_, home, zone)
        return next_local(rule.by, opens, zone) - home
    return {
        "quiet": lambda: rule.after,
        "away": lambda: min(rule.by_day, rule.by_night),
        "stays": lambda: min(rule.by_day, rule.by_night),
        "held": lambda: rule.lasts,
        "unattended": lambda: rule.after,
    }[rule.kind]()
