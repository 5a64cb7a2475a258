"""The lanes of an alert's page: where on the line of time each thing lies."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from dashboards.care.lanes import Lanes, lanes
from hub.explained import Blind, Explained
from hub.more_hands import MoreHands
from rules.alert import Alert
from rules.building import Device
from rules.called import NOTHING_MORE
from rules.confidence import Confidence
from rules.finding import Evidence
from rules.wording import Voice

OSLO = ZoneInfo("Europe/Oslo")
MINUTE = timedelta(minutes=1)
DOOR, BED, BUTTON = (
    Device(id=id, room="3B", role=role)
    for id, role in (("door", "outer_door"), ("bed", "bed"), ("button", "help_button"))
)


def drawn(
    raised: datetime,
    heard: tuple[Evidence, ...] = (),
    stood: tuple[Evidence, ...] = (),
    blind: tuple[Blind, ...] = (),
    length: timedelta = 100 * MINUTE,
) -> Lanes:
    """An alert of the door, drawn from an hour before it on."""
    since = raised - 60 * MINUTE
    told = (Evidence("door", "open", True, raised),)
    alert = Alert(1, "s", "night-exit", "3B", "u", (), "high", "open", raised, raised, raised, "door", told)
    confidence = Confidence("sure", ())
    explained = Explained(
        alert,
        (BED, DOOR, BUTTON),
        since,
        since + length,
        stood,
        heard,
        None,
        blind,
        sensors=(),
        faults=(),
        paused=(),
        confidence=confidence,
        trail=(),
        called=(),
        earlier=(),
        escalation=None,
        calls=NOTHING_MORE,
        hands=MoreHands("", (), (), (), (), nobody=False),
    )
    return lanes(explained, Voice("nb", OSLO, raised))


NIGHT = datetime(2026, 11, 24, 2, 10, tzinfo=OSLO).astimezone(UTC)


def test_what_the_alert_rests_on_comes_first_and_its_moment_is_where_it_was() -> None:
    found = drawn(NIGHT)
    assert [(lane.device, lane.told) for lane in found.lanes] == [
        ("door", True),
        ("bed", False),
        ("button", False),
    ]
    assert (found.alert.x, found.alert.text.replace("\N{NO-BREAK SPACE}", " ")) == (60.0, "kl. 02.10")


def test_a_state_is_a_bar_from_when_it_began_to_when_it_ended_or_to_now() -> None:
    heard = (
        Evidence("bed", "in_bed", False, NIGHT - 10 * MINUTE),
        Evidence("door", "open", True, NIGHT),
        Evidence("bed", "in_bed", True, NIGHT + 20 * MINUTE),
    )
    stood = (Evidence("bed", "in_bed", True, NIGHT - 300 * MINUTE),)
    door, bed, _ = drawn(NIGHT, heard, stood).lanes
    assert bed.bars == ((0.0, 50.0), (80.0, 20.0))
    assert door.bars == ((60.0, 40.0),)


def test_an_event_is_a_tick_and_a_blind_time_is_hatched() -> None:
    heard = (Evidence("button", "pressed", "single", NIGHT - 30 * MINUTE),)
    blind = (Blind("button", NIGHT - 60 * MINUTE, NIGHT - 40 * MINUTE),)
    button = drawn(NIGHT, heard, blind=blind).lanes[2]
    assert (button.ticks, button.bars, button.blind) == ((30.0,), (), ((0.0, 20.0),))


def test_over_the_change_to_winter_time_the_words_jump_and_the_places_do_not() -> None:
    changing = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30, for the first time
    found = drawn(changing, length=180 * MINUTE)
    assert [mark.text for mark in found.marks] == ["02.00", "02.00", "03.00"]
    places = [mark.x for mark in found.marks]
    assert [round(b - a, 1) for a, b in pairwise(places)] == [33.3, 33.3]


moments = st.integers(-200, 2000).map(lambda minutes: NIGHT + minutes * MINUTE)
said = st.builds(Evidence, st.just("bed"), st.just("in_bed"), st.booleans(), moments)


@given(st.lists(said, max_size=20), st.integers(2, 1560))
def test_nothing_ever_lies_outside_the_picture(heard: list[Evidence], minutes: int) -> None:
    in_order = tuple(sorted(heard, key=lambda one: one.at))
    found = drawn(NIGHT, in_order, in_order[:1], length=minutes * MINUTE)
    for lane in found.lanes:
        assert all(bar.x >= 0 and bar.x + bar.width <= 100.01 for bar in lane.bars)
    assert all(0 <= mark.x <= 100 for mark in (*found.marks, found.alert))
    assert len(found.marks) <= 6
