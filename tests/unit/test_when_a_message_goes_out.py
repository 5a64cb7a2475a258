"""When a message goes out: what is low can wait and is gathered; what is high never is, whatever somebody
wants.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import summons
from hub.contact_book import ContactBook
from hub.settings import Settings
from hub.store import contacts, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.ways.courier import Courier
from hub.ways.way import Failed, Message
from rules.duration import Window, parse_window
from rules.severity import Severity
from rules.summons import FLOOD_OF, GROUPED_EVERY, Decision, Held, History, Preferences, decide, held_anew
from tests.world import World

OSLO = ZoneInfo("Europe/Oslo")
MIN = timedelta(minutes=1)
NIGHT = Window(time(22), time(7))
QUIET = Preferences(quiet=NIGHT)
NOTHING = History()


def oslo(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OSLO).astimezone(UTC)


EVENING = oslo("2026-11-24 23:30")
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
clocks = st.builds(time, st.integers(0, 23), st.integers(0, 59))
wishes = st.builds(
    Preferences,
    st.none() | st.builds(Window, clocks, clocks),
    st.integers(0, 20).map(lambda minutes: minutes * MIN),
)
kinds = st.sampled_from(["quiet_hours", "gathered", "flood"])


@given(instants, st.integers(0, 200), wishes, st.dictionaries(kinds, st.integers(-10, 600)))
def test_what_is_high_goes_out_at_once_and_by_itself_whatever_there_was_and_is_wanted(
    now: datetime, calls: int, wanted: Preferences, held: dict[Held, int]
) -> None:
    history = History(calls, {reason: now + minute * MIN for reason, minute in held.items()})
    decision = decide(now, "high", history, wanted, OSLO)
    assert (decision.at, decision.held) == (now, None)


@given(instants, st.integers(0, 200), wishes, st.dictionaries(kinds, st.integers(-10, 600)))
def test_nothing_waits_for_longer_than_its_reason_and_nothing_low_comes_in_quiet_hours(
    now: datetime, calls: int, wanted: Preferences, held: dict[Held, int]
) -> None:
    history = History(calls, {reason: now + minute * MIN for reason, minute in held.items()})
    medium = decide(now, "medium", history, wanted, OSLO)
    low = decide(now, "low", history, wanted, OSLO)
    assert now <= medium.at <= now + GROUPED_EVERY
    assert medium.held in (None, "flood")
    longest = timedelta(hours=25) if low.held == "quiet_hours" else max(wanted.gathered_for, GROUPED_EVERY)
    assert now <= low.at <= now + longest
    whole_day = wanted.quiet is not None and wanted.quiet.start == wanted.quiet.end
    if wanted.quiet is not None and not whole_day and low.held != "flood":
        assert not wanted.quiet.contains(low.at, OSLO)


@pytest.mark.parametrize(
    ("severity", "now", "history", "wanted", "expected"),
    [
        ("low", EVENING, NOTHING, QUIET, Decision(oslo("2026-11-25 07:00"), "quiet_hours")),
        ("medium", EVENING, NOTHING, QUIET, Decision(EVENING, "at_once")),
        # The clocks go back in this night, and forward in that: the wall shows seven all the same.
        ("low", oslo("2026-10-24 23:30"), NOTHING, QUIET, Decision(oslo("2026-10-25 07:00"), "quiet_hours")),
        ("low", oslo("2026-03-28 23:30"), NOTHING, QUIET, Decision(oslo("2026-03-29 07:00"), "quiet_hours")),
        ("low", oslo("2026-11-25 07:00"), NOTHING, QUIET, Decision(oslo("2026-11-25 07:05"), "gathered")),
        # It would have been gathered until the quiet hours have begun.
        ("low", oslo("2026-11-24 21:57"), NOTHING, QUIET, Decision(oslo("2026-11-25 07:00"), "quiet_hours")),
        ("low", EVENING, NOTHING, Preferences(), Decision(EVENING + 5 * MIN, "gathered")),
        (
            "low",
            EVENING,
            History(1, {"gathered": EVENING + 2 * MIN}),
            Preferences(),
            Decision(EVENING + 2 * MIN, "gathered"),
        ),
        ("low", EVENING, NOTHING, Preferences(gathered_for=timedelta(0)), Decision(EVENING, "at_once")),
        ("medium", EVENING, History(FLOOD_OF - 1), Preferences(), Decision(EVENING, "at_once")),
        ("medium", EVENING, History(FLOOD_OF), Preferences(), Decision(EVENING + 2 * MIN, "flood")),
        (
            "medium",
            EVENING,
            History(FLOOD_OF + 5, {"flood": EVENING + MIN}),
            Preferences(),
            Decision(EVENING + MIN, "flood"),
        ),
        # A group whose time is up already has gone out, or will at once: the next one gathers anew.
        (
            "medium",
            EVENING,
            History(FLOOD_OF, {"flood": EVENING - MIN}),
            Preferences(),
            Decision(EVENING + 2 * MIN, "flood"),
        ),
    ],
)
def test_each_reason_by_name(
    severity: Severity, now: datetime, history: History, wanted: Preferences, expected: Decision
) -> None:
    assert decide(now, severity, history, wanted, OSLO) == expected


# Through the outbox

ROOMS = [str(number) for number in range(1, 16)]
SITE = "\n".join(
    [
        "site: test\nname: Solbakken\nlanguage: nb\nunits: [{id: sol, name: Solsida}]\nrooms:",
        *(f"  - {{id: '{room}', unit: sol}}" for room in ROOMS),
        "devices:",
        *(f"  - {{id: door {room}, room: '{room}', role: outer_door, gateway: native}}" for room in ROOMS),
        *(f"  - {{id: button {room}, room: '{room}', role: help_button, gateway: native}}" for room in ROOMS),
        "people: [{id: kari, name: Kari, role: carer}]",
        f"rules: [{{rule: help-button, rooms: {ROOMS}}}, {{rule: door-open, severity: SEVERITY}}]",
    ]
)


class Phone:
    """A way out of the house that is an end in itself: what it was given, it keeps."""

    name = "email"

    def __init__(self) -> None:
        self.got: list[Message] = []

    def send(self, message: Message) -> Failed | None:
        self.got.append(message)
        return None


class Night:
    """A house, and Kari's phone; the hub's summoner and courier look once a second."""

    def __init__(self, folder: Path, severity: Severity, began: datetime) -> None:
        self.house = World(folder, SITE.replace("SEVERITY", severity), began)
        self.phone = Phone()
        summons.begin(self.house.connection, "test")
        with transaction(self.house.connection):
            contacts.put(self.house.connection, "test", Contact("kari", "email", "k@example.org"), began)
        self._courier = Courier(self.house.database, lambda: self.house.site, self.phone, self.house.clock)

    def passes(self, length: timedelta) -> None:
        until = self.house.clock.now() + length
        while self.house.clock.now() < until:
            self.house.passes(min(10 * timedelta(seconds=1), until - self.house.clock.now()))
            self.look()

    def look(self) -> None:
        connection = self.house.connection
        while summons.follow(connection, self.house.site, None, self.house.clock.now()):
            pass
        while self._courier.deliver(connection):
            pass

    def opens(self, *rooms: str) -> None:
        for room in rooms:
            self.house.says(f"door {room}", open=True)

    def subjects(self) -> list[str]:
        return [message.subject for message in self.phone.got]

    def waiting(self) -> set[str | None]:
        """Why what waits does."""
        return {one.held for one in summonses.held_for(self.house.connection, "test", "kari")}


@pytest.fixture
def nights(tmp_path: Path) -> Iterator[list[Night]]:
    made: list[Night] = []
    yield made
    for night in made:
        night.house.stop()


def night(nights: list[Night], folder: Path, severity: Severity, began: datetime) -> Night:
    nights.append(Night(folder, severity, began))
    return nights[-1]


def test_what_is_low_in_the_night_comes_as_one_message_in_the_morning(
    nights: list[Night], tmp_path: Path
) -> None:
    house = night(nights, tmp_path, "low", oslo("2026-11-24 23:30"))
    with transaction(house.house.connection):
        contacts.put_preferences(house.house.connection, "test", "kari", QUIET, EVENING)
    house.opens("1", "2")
    house.passes(20 * MIN)
    house.house.says("button 3", pressed="single")
    house.look()
    assert house.subjects() == ["HØYT varsel: 3"], "the high one comes at once, and alone"
    house.house.desk.close(house.house.alert("help-button").id, "kari", "helped")
    house.passes(timedelta(hours=8))
    assert len(house.phone.got) == 2
    morning = house.phone.got[-1]
    assert morning.subject == "2 lave varsler", "each was called for more than once in the night"
    assert [line for line in morning.body.splitlines() if "arsel: " in line] == [
        "Ingen har svart. Lavt varsel: 1",
        "Ingen har svart. Lavt varsel: 2",
    ]
    assert all(one.sent_at == oslo("2026-11-25 07:00") for one in sent(house, morning))


def test_who_wants_quiet_from_now_on_is_not_woken_by_what_was_gathering_already(
    nights: list[Night], tmp_path: Path
) -> None:
    house = night(nights, tmp_path, "low", EVENING)
    house.opens("1")
    house.passes(6 * MIN)
    house.look()
    assert house.waiting() == {"gathered"}
    book = ContactBook(house.house.connection, house.house.site, Settings(), house.house.clock)
    assert book.prefer("kari", QUIET, "kari") == QUIET
    assert house.waiting() == {"quiet_hours"}
    house.passes(timedelta(hours=2))
    assert house.subjects() == []
    house.opens("2")
    house.passes(timedelta(hours=6))
    (morning,) = house.phone.got
    told = {line[-1] for line in morning.body.splitlines() if "Lavt varsel: " in line}
    assert told == {"1", "2"}, "with what came later"


def test_who_wants_no_quiet_any_more_is_told_at_once_what_was_held_for_it(
    nights: list[Night], tmp_path: Path
) -> None:
    house = night(nights, tmp_path, "low", EVENING)
    book = ContactBook(house.house.connection, house.house.site, Settings(), house.house.clock)
    book.prefer("kari", QUIET, "kari")
    house.opens("1")
    house.passes(16 * MIN)
    assert (house.subjects(), house.waiting()) == ([], {"quiet_hours"})
    book.prefer("kari", Preferences(), "kari")
    house.look()
    assert house.subjects() == ["Lavt varsel: 1"]


@given(instants, st.integers(0, 20), wishes, st.sampled_from([None, "gathered", "quiet_hours", "flood"]))
def test_held_anew_nothing_low_comes_in_quiet_hours_nor_later_than_it_must(
    now: datetime, minutes: int, wanted: Preferences, held: Held | None
) -> None:
    at = now + minutes * MIN
    decision = held_anew(held, at, now, wanted, OSLO)
    if held in (None, "flood"):
        assert decision is None
        return
    leaves = decision.at if decision is not None else at
    if wanted.quiet is not None and wanted.quiet.start != wanted.quiet.end:
        assert not wanted.quiet.contains(leaves, OSLO)
    if wanted.quiet is None:
        assert leaves <= at


def sent(house: Night, message: Message) -> list[summonses.Summons]:
    rows = [one for a in message.alerts for one in summonses.of_alert(house.house.connection, a)]
    return [one for one in rows if one.id in message.summonses]


def test_a_low_alert_that_passed_in_the_meantime_is_not_told_of(nights: list[Night], tmp_path: Path) -> None:
    house = night(nights, tmp_path, "low", EVENING)
    house.opens("1", "2")
    house.passes(16 * MIN)
    house.look()
    (told,) = house.phone.got
    assert told.subject == "2 lave varsler"
    house.phone.got.clear()
    house.opens("3", "4")
    house.passes(7 * MIN)
    house.house.says("door 3", open=False)
    house.passes(8 * MIN)
    assert "Lavt varsel: 3\n" not in "".join(message.body for message in house.phone.got)
    assert [m.subject for m in house.phone.got] == ["Lavt varsel: 4"]


def test_a_flood_comes_in_groups_and_the_high_one_in_it_at_once_by_itself(
    nights: list[Night], tmp_path: Path
) -> None:
    house = night(nights, tmp_path, "medium", EVENING)
    house.opens(*ROOMS[:14])
    house.passes(5 * MIN)  # the doors have stood open for long enough
    began = len(house.phone.got)
    house.house.says("button 15", pressed="single")
    house.look()
    assert house.subjects()[-1] == "HØYT varsel: 15"
    alone = house.phone.got[-1]
    assert len(alone.summonses) == 1
    assert began == FLOOD_OF, "ten came one by one"
    house.passes(3 * MIN)
    grouped = [message for message in house.phone.got if len(message.summonses) > 1]
    assert [message.subject for message in grouped][:1] == ["4 flere varsler"]
    told = [alert for message in house.phone.got for alert in message.alerts]
    assert {alert.id for alert in house.house.alerts()} == set(told), "each alert is told of"


def test_quiet_hours_that_end_in_the_hour_that_comes_twice_are_no_day_longer() -> None:
    wanted = Preferences(quiet=parse_window("22:00-02:30"))
    again = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10 in Oslo for the second time
    assert decide(again, "low", History(), wanted, OSLO).at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
