"""Whom the watchman tells, and what the hub makes of the watchman's word."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from hub import watched
from hub.clock import WallClock
from hub.settings import Settings
from hub.watch import state
from hub.watch.state import Reachable, State
from hub.watch.tell import Teller, circles
from rules import wording
from rules.watch import PART_DOWN, PARTS, WATCH_GONE, Heard, News, Part, Standing, Tell
from rules.wording import Voice
from tests.patience import PATIENCE
from tests.ways.receivers import web_address
from tests.world import World, read

NIGHT = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
SITE = """
site: test
name: Solbakken
units: [{id: sol, name: Solsida}]
rooms: [{id: 3B, unit: sol}]
people: [{id: kari, name: Kari, role: carer}]
"""


def reachable(person: str, function: str, on_duty: bool | None = None) -> Reachable:
    """On duty just now, on duty tomorrow, or (None) named by the site."""
    times = {None: (None, None), True: (NIGHT - HOUR, NIGHT + HOUR), False: (NIGHT + HOUR, NIGHT + 9 * HOUR)}
    return Reachable(person, function, "nb", "email", f"{person}@example.org", *times[on_duty])


def told(*known: Reachable) -> set[str]:
    return {one.person for one in next(iter(circles(known, NIGHT)), [])}


def test_the_night_patrol_and_the_leader_on_duty_are_told_and_nobody_at_home() -> None:
    named = (reachable("per", "carer"), reachable("lise", "leader"))
    shifts = (reachable("per", "night_patrol", True), reachable("kari", "carer", True))
    assert told(*named, *shifts) == {"per"}
    assert told(*named, *shifts, reachable("lise", "leader", True)) == {"per", "lise"}


def test_without_a_patrol_the_carers_on_duty_are_and_without_anybody_on_duty_the_leaders() -> None:
    named = (reachable("kari", "carer"), reachable("lise", "leader"))
    assert told(*named, reachable("kari", "carer", True)) == {"kari"}
    assert told(*named, reachable("kari", "carer", False)) == {"lise"}
    assert told(reachable("kari", "carer")) == {"kari"}, "somebody has to know"
    assert told() == set()


def test_whom_it_tells_is_remembered_beside_the_database_for_its_own_eyes(tmp_path: Path) -> None:
    people = [reachable("per", "night_patrol", True)]
    state.write_people(tmp_path, people)
    assert state.read_people(tmp_path) == people
    assert (tmp_path / state.PEOPLE).stat().st_mode & 0o077 == 0
    (tmp_path / state.PEOPLE).write_text("{")
    assert state.read_people(tmp_path) == [], "half a file is no reason to stop"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, SITE, NIGHT)
    yield made
    made.stop()


def says(house: World, down: Part | None = None) -> None:
    now = house.clock.now()
    parts = {part: Standing("x", now, now) if part == down else Standing() for part in PARTS}
    state.write(house.folder, State("test", now, parts))


def follow(house: World) -> None:
    watched.follow(house.connection, "test", house.folder, NIGHT, house.clock.now())


def sentence(house: World, rule: str) -> str:
    voice = Voice("nb", house.site.zone, house.clock.now())
    return wording.what_happened(house.alert(rule), None, house.site, voice)


def test_a_watchman_that_falls_silent_is_an_alert_within_half_a_minute_and_its_return_is_said(
    house: World,
) -> None:
    follow(house)
    assert house.alerts() == [], "there never was one"
    says(house)
    house.passes(timedelta(seconds=15))
    follow(house)
    assert house.alerts() == []
    house.passes(timedelta(seconds=10))
    for _ in range(3):
        follow(house)
    assert house.alert(WATCH_GONE).occurrences == 1
    assert sentence(house, WATCH_GONE).startswith(
        "Ingen merker om Vaka stopper: vaktposten er taus siden kl."
    )
    says(house)
    follow(house)
    assert house.alert(WATCH_GONE).cleared_at == house.clock.now()


def test_what_only_the_watchman_sees_is_told_by_the_hub(house: World) -> None:
    says(house, down="web")
    follow(house)
    assert sentence(house, PART_DOWN).startswith("Tavla og sidene svarer ikke siden kl.")
    assert house.alert(PART_DOWN).room == "web"
    says(house)
    follow(house)
    assert house.alert(PART_DOWN).cleared_at is not None
    says(house, down="broker")
    follow(house)
    assert {alert.room for alert in house.alerts()} == {"web"}, "of the broker the hub tells itself"


def test_where_those_on_duty_cannot_be_reached_the_next_are_and_a_way_that_breaks_stops_no_other(
    tmp_path: Path,
) -> None:
    """The push needs a database, which is what is down here; the patrol's pager is the hub's alone."""
    with web_address() as (receiver, url):
        (tmp_path / "secret").write_text("s" * 32)
        (tmp_path / "vaka.db").write_bytes(b"no database " * 1000)
        settings = Settings(
            data=tmp_path, webhook_secret_file=tmp_path / "secret", webhook_hosts=urlsplit(url).netloc
        )
        patrol = msgspec.structs.replace(
            reachable("per", "night_patrol", True), way="webpush", address="A" * 22
        )
        pager = msgspec.structs.replace(reachable("per", "night_patrol", True), way="pager", address="p-1")
        lise = msgspec.structs.replace(reachable("lise", "leader"), way="webhook", address=url)
        tell = Tell("store", "down", NIGHT, "the database can't be read")
        people = [patrol, pager, lise]
        heard = Teller(settings, WallClock()).tell(read(SITE), News((tell,), blind=True), people)
        assert heard == Heard(people=True, own=True), "there is no address of its own that has not"
        assert len(receiver.requests) == 1


def to_web_addresses(folder: Path, *urls: str) -> Settings:
    (folder / "secret").write_text("s" * 32)
    hosts = " ".join(urlsplit(url).netloc for url in urls)
    return Settings(data=folder, webhook_secret_file=folder / "secret", webhook_hosts=hosts)


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise, on Python 3.11
def test_the_watchmans_own_addresses_are_told_while_somebodys_phone_hangs(tmp_path: Path) -> None:
    with web_address() as (own, its_url), web_address() as (phone, url):
        own_first: list[bool] = []
        phone.on_call = lambda _: own_first.append(own.asked.wait(PATIENCE))
        (tmp_path / "own").write_text(its_url.replace("http:", "json:"))
        settings = to_web_addresses(tmp_path, url).model_copy(update={"watch_to_file": tmp_path / "own"})
        per = msgspec.structs.replace(reachable("per", "leader"), way="webhook", address=url)
        tell = Tell("hub", "down", NIGHT, "x")
        heard = Teller(settings, WallClock()).tell(read(SITE), News((tell,), blind=True), [per])
        assert heard == Heard(people=True, own=True), "the phone answers only once they have been told"
        assert own_first == [True]


def test_nobody_is_tried_twice_for_one_message_though_they_belong_to_several_circles(tmp_path: Path) -> None:
    with web_address() as (refuses, his_url), web_address() as (takes, her_url):
        refuses.default = 500
        settings = to_web_addresses(tmp_path, his_url, her_url)
        per = msgspec.structs.replace(reachable("per", "leader"), way="webhook", address=his_url)
        kari = msgspec.structs.replace(reachable("kari", "carer"), way="webhook", address=her_url)
        tell = Tell("hub", "down", NIGHT, "x")
        teller = Teller(settings, WallClock())
        heard = teller.tell(read(SITE), News((tell,), blind=True), [per, kari])
        assert heard.people
        assert (len(refuses.requests), len(takes.requests)) == (1, 1)


def test_a_watchman_whose_last_word_lies_ahead_is_not_taken_for_alive(house: World) -> None:
    says(house)
    house.clock.at -= timedelta(hours=1)
    watched.follow(house.connection, "test", house.folder, house.clock.now(), house.clock.now())
    assert house.alert(WATCH_GONE).severity == "medium"
