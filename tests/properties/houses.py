"""A house with every kind of rule, and whatever may be said in it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import available_timezones

from hypothesis import strategies as st

from devices.reading import Reading, Value
from rules.building import Site
from rules.catalogue import catalogue
from rules.rulebook import Rulebook, rulebook
from tests.world import read

SITE = """
site: house
name: A house
gateways: [{id: zigbee2mqtt, topic: zigbee2mqtt}, {id: annex, topic: annex}]
units: [{id: u, name: U}]
rooms: [{id: A, unit: u}, {id: B, unit: u}]
residents:
  - {id: r-a, name: A, room: A}
  - id: r-b
    name: B
    room: B
    rules: {quiet: {after: 2 h, prewarning: 0 s, confirmed_within: 5 min}, not-back: {by_day: 10 min}}
devices:
  - {id: A door, room: A, role: outer_door}
  - {id: A motion, room: A, role: motion}
  - {id: A bed, room: A, role: bed, gateway: native}
  - {id: A button, room: A, role: help_button}
  - {id: A radar, room: A, role: fall_detector, gateway: native}
  - {id: B door, room: B, role: outer_door, gateway: annex}
  - {id: B back door, room: B, role: outer_door}
  - {id: B motion, room: B, role: motion, gateway: annex}
rules:
  - {rule: night-exit}
  - {rule: help-button}
  - {rule: fall}
  - {rule: door-open}
  - {rule: door-open, id: door-open-at-night, lasts: 2 min, window: "23:30-04:00"}
  - {rule: in-bed-by-day, kind: held, name: Bed, why: Why, lasts: 3 h, window: "10:00-20:00",
      when: [{measure: in_bed, value: true}]}
  - {rule: quiet, after: 5 h, prewarning: 10 min}
  - {rule: not-up}
  - {rule: not-up, id: not-in-bed, from: "22:00", by: "02:30"}
  - {rule: not-back}
  - {rule: out-of-bed, rooms: [A]}
  - {rule: in-there, kind: stays, name: There, why: Why, by_day: 30 min, by_night: 5 min,
      place: [{measure: presence, value: true}],
      elsewhere: [{measure: motion, value: true}, {measure: in_bed}]}
  - {rule: to-and-fro, kind: moves, name: To and fro, why: Why, times: 3, within: 10 min,
      window: "21:00-06:00"}
  - {rule: open-alone, kind: unattended, name: Open, why: Why, after: 10 min,
      when: [{measure: open, roles: [outer_door], value: true}],
      signs: [{measure: motion, value: true}, {measure: presence, value: true}]}
"""
_HOUSE = read(SITE)

SAYINGS: list[tuple[str, str, tuple[Value, ...]]] = [
    ("A door", "open", (True, False)),
    ("A motion", "motion", (True, False)),
    ("A bed", "in_bed", (True, False)),
    ("A button", "pressed", ("single", "double")),
    ("A radar", "fall", ("suspected", "confirmed", "cleared")),
    ("A radar", "presence", (True, False)),
    ("B door", "open", (True, False)),
    ("B back door", "open", (True, False)),
    ("B motion", "motion", (True, False)),
]
BY_ZIGBEE2MQTT = {"A door", "A motion", "A button", "B door", "B back door", "B motion"}

zones = st.sampled_from(["Europe/Oslo", "UTC", *sorted(available_timezones() - {"localtime"})])
starts = st.one_of(
    st.sampled_from([datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)]),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(  # noqa: DTZ001 whole seconds, in UTC
        lambda at: at.replace(microsecond=0, tzinfo=UTC)
    ),
)
gaps = st.sampled_from(
    [timedelta(milliseconds=ms) for ms in (1, 400, 1_999, 2_000, 2_001, 29_999, 30_000, 30_001)]
    + [timedelta(minutes=m) for m in (1, 2, 5, 10, 15, 59, 60, 61, 120, 181, 300, 310, 600, 1000, 1440, 3000)]
) | st.integers(1, 20_000).map(lambda s: timedelta(seconds=s))


class Said(NamedTuple):
    """`device` says so `gap` after what was said before, and it was so `age` earlier."""

    gap: timedelta
    device: str
    measure: str
    value: Value
    age: timedelta = timedelta(0)


punctual = st.just(timedelta(0))
delayed = punctual | st.integers(1, 10_000).map(lambda seconds: timedelta(seconds=seconds))


def sayings(ages: st.SearchStrategy[timedelta] = punctual) -> st.SearchStrategy[Said]:
    each = [(device, measure, value) for device, measure, values in SAYINGS for value in values]
    return st.builds(
        lambda gap, what, age: Said(gap, what[0], what[1], what[2], age), gaps, st.sampled_from(each), ages
    )


@cache
def house(zone: str) -> Site:
    return _HOUSE.model_copy(update={"time_zone": zone})


@cache
def book(zone: str) -> Rulebook:
    return rulebook(house(zone), catalogue(), date(2026, 1, 1))


def reading(said: Said, at: datetime, **changes: Any) -> Reading:
    """What comes in when it is said at `at`, whoever carries it."""
    was = at - said.age
    cached = said.device in BY_ZIGBEE2MQTT and said.measure != "pressed"
    return Reading(said.device, said.measure, said.value, was, at, own_time=True, cached=cached, **changes)
