"""The watchman's own ways: an Apprise address that is a web hook, and one that is an MQTT topic. Each hears
that Vaka is down, that it still is, and that it is well again.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from hub.clock import WallClock
from hub.settings import Settings
from hub.store import health
from hub.store.db import transaction
from hub.watch.run import Watchman
from rules.watch import Tell
from tests.patience import until
from tests.proof.test_told import NIGHT, SITE
from tests.servers import Mosquitto
from tests.ways.receivers import Address, web_address
from tests.ways.test_signs import Corridor
from tests.world import World

pytestmark = [
    pytest.mark.broker,
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),  # Apprise, on Python 3.11
]
TOPIC = "vaka/test/pagers/watch"
STEP = timedelta(seconds=3)


@contextmanager
def pages(port: int = 0) -> Iterator[int]:
    """Something that answers `/healthz`; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Night:
    """A watchman whose time is the test's, beside a hub that says each time that it lives."""

    def __init__(self, folder: Path, mosquitto: Mosquitto, port: int, address: str) -> None:
        self.at = NIGHT
        self.clock = WallClock(lambda: self.at, lambda: (self.at - NIGHT).total_seconds())
        self.house = World(folder / "house", SITE, NIGHT)
        own = self.own = folder / "own"
        account = f"{mosquitto.username}:{mosquitto.password}"
        own.write_text(
            f"# whoever runs Vaka\n{address.replace('http:', 'json:')}\n"
            f"mqtt://{account}@127.0.0.1:{mosquitto.port}/{TOPIC}\n"
        )
        self.settings = settings = Settings(
            data=folder / "house",
            broker=f"mqtt://{mosquitto.username}@127.0.0.1:{mosquitto.port}",
            broker_password_file=mosquitto.password_file,
            watch_web=f"http://127.0.0.1:{port}",
            watch_to_file=own,
        )
        self.hub_lives = True
        self.watchman = Watchman(settings, self.house.site, self.clock)

    def passes(self, span: timedelta) -> list[Tell]:
        """What was to be told meanwhile."""
        told: list[Tell] = []
        until = self.at + span
        while self.at < until:
            self.at += STEP
            if self.hub_lives:
                with transaction(self.house.connection):
                    health.say(self.house.connection, "test", "hub", "ok", self.at)
            if (news := self.watchman.look()) is not None:
                told += news.tells
        return told

    def until_told(self, truth: Callable[[], bool], what: str) -> None:
        """A message goes out beside the watchman's own looks: time passes until it has."""

        def so() -> bool:
            self.passes(STEP)
            return truth()

        until(so, what)

    def begins_again(self) -> None:
        self.watchman.stop()
        self.watchman.run()
        self.watchman = Watchman(self.settings, self.house.site, self.clock)

    def ends(self) -> None:
        self.watchman.stop()
        self.watchman.run()  # ends at once, and with it the connection
        self.house.stop()


def test_the_watchmans_own_ways_hear_of_a_loss_and_of_the_all_clear(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    (tmp_path / "house").mkdir()
    corridor = Corridor(mosquitto)
    with web_address() as (receiver, url), pages() as port:
        night = Night(tmp_path, mosquitto, port, url)
        assert night.passes(timedelta(minutes=2)) == []
        night.hub_lives = False
        [lost] = night.passes(timedelta(minutes=1))
        assert (lost.part, lost.kind, lost.again) == ("hub", "down", False)
        both_heard(receiver, corridor, 1, "VAKA VIRKER IKKE: Solbakken", "Gå runden og se til beboerne")
        [still] = night.passes(timedelta(minutes=5))
        assert still.again
        both_heard(receiver, corridor, 2, "FORTSATT: VAKA VIRKER IKKE: Solbakken", "Vaka svarer ikke")
        night.hub_lives = True
        assert night.passes(timedelta(seconds=30)) == [], "coming back for a moment is not being well"
        [well] = night.passes(timedelta(minutes=1))
        assert (well.part, well.kind) == ("hub", "well")
        both_heard(receiver, corridor, 3, "Vaka virker igjen: Solbakken", "Vaka svarer igjen")
        assert night.passes(timedelta(minutes=10)) == [], "once"
        night.watchman.stop()
        night.watchman.run()  # ends at once, and with it the connection
        night.house.stop()
    assert (len(receiver.requests), len(paged(corridor))) == (3, 3)
    corridor.leave()


def test_an_own_way_that_is_broken_stops_no_other_and_pages_that_come_back_are_told_too(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    (tmp_path / "house").mkdir()
    corridor = Corridor(mosquitto)
    with web_address() as (receiver, url):
        with pages() as port:
            night = Night(tmp_path, mosquitto, port, url)
            assert night.passes(timedelta(minutes=1)) == []
        receiver.default = 500
        [lost] = night.passes(timedelta(minutes=1))
        assert (lost.part, lost.kind) == ("web", "down")
        until(lambda: len(paged(corridor)) == 1, "the page on the topic")
        assert "Tavla og sidene svarer ikke" in paged(corridor)[0]
        receiver.default = 200
        with pages(port):
            assert [tell.kind for tell in night.passes(timedelta(minutes=2))] == ["well"]
            until(lambda: len(paged(corridor)) == 2, "the all-clear on the topic")
            assert "Tavla og sidene svarer igjen" in paged(corridor)[1]
            until(lambda: len(receiver.requests) >= 2, "the all-clear by the other")
            assert "Vaka virker igjen" in str(json.loads(receiver.requests[-1][1])["title"])
        night.watchman.stop()
        night.watchman.run()
        night.house.stop()
    corridor.leave()


def test_a_hub_that_stands_still_is_not_called_well_while_the_database_cannot_be_read(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    (tmp_path / "house").mkdir()
    with web_address() as (receiver, url), pages() as port:
        night = Night(tmp_path, mosquitto, port, url)
        assert night.passes(timedelta(minutes=1)) == []
        night.hub_lives = False
        assert [tell.part for tell in night.passes(timedelta(minutes=1))] == ["hub"]
        database, aside = tmp_path / "house" / "vaka.db", tmp_path / "aside.db"
        database.rename(aside)
        told = night.passes(timedelta(minutes=4))
        assert [(tell.part, tell.kind, tell.again) for tell in told] == [
            ("hub", "down", True),
            ("store", "down", False),
        ], "one message names both, and the hub is not called well unseen"
        aside.rename(database)
        night.hub_lives = True
        assert [(tell.part, tell.kind) for tell in night.passes(timedelta(minutes=2))] == [
            ("hub", "well"),
            ("store", "well"),
        ]
        until(lambda: len(receiver.requests) == 3, "three messages")
        night.watchman.stop()
        night.watchman.run()
        night.house.stop()


def test_an_all_clear_that_nobody_takes_is_tried_again_until_somebody_does(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    (tmp_path / "house").mkdir()
    with web_address() as (receiver, url), pages() as port:
        night = Night(tmp_path, mosquitto, port, url)
        night.own.write_text(url.replace("http:", "json:"))
        assert night.passes(timedelta(minutes=1)) == []
        night.hub_lives = False
        assert [tell.kind for tell in night.passes(timedelta(minutes=1))] == ["down"]
        until(lambda: len(receiver.requests) == 1, "that it is down")
        receiver.default, night.hub_lives = 500, True
        assert [tell.kind for tell in night.passes(timedelta(minutes=2))] == ["well"]
        until(lambda: said_well(receiver) >= 1, "the all-clear, which is not taken")
        night.until_told(lambda: said_well(receiver) >= 2, "it is tried again")
        night.begins_again()
        tried, receiver.default = said_well(receiver), 200
        night.until_told(lambda: said_well(receiver) > tried, "and by the next watchman too")
        taken = len(receiver.requests)
        assert night.passes(timedelta(minutes=10)) == []
        assert len(receiver.requests) == taken, "once it was taken no more"
        night.ends()


def test_an_all_clear_that_is_not_true_any_more_is_not_said(tmp_path: Path, mosquitto: Mosquitto) -> None:
    (tmp_path / "house").mkdir()
    with web_address() as (receiver, url), pages() as port:
        night = Night(tmp_path, mosquitto, port, url)
        night.own.write_text(url.replace("http:", "json:"))
        night.passes(timedelta(minutes=1))
        night.hub_lives = False
        night.passes(timedelta(minutes=1))
        receiver.default, night.hub_lives = 500, True
        assert [tell.kind for tell in night.passes(timedelta(minutes=2))] == ["well"]
        until(lambda: said_well(receiver) >= 1, "the all-clear, which is not taken")
        night.hub_lives = False
        assert [tell.kind for tell in night.passes(timedelta(minutes=4))] == ["down"]
        until(lambda: b"VAKA VIRKER IKKE" in receiver.requests[-1][1], "that it is down, which is not taken")
        so_far, receiver.default = said_well(receiver), 200
        assert [tell.again for tell in night.passes(timedelta(minutes=5))] == [True]
        until(lambda: b"FORTSATT" in receiver.requests[-1][1], "that it still is")
        assert said_well(receiver) == so_far, "and nothing of being well since"
        night.ends()


def said_well(receiver: Address) -> int:
    """How many of the messages said that all is well."""
    return sum(b"Vaka virker igjen" in body for _, body in receiver.requests)


def both_heard(receiver: Address, corridor: Corridor, times: int, title: str, words: str) -> None:
    until(lambda: len(receiver.requests) == times, f"{title} as JSON")
    said = json.loads(receiver.requests[-1][1])
    assert said["title"] == title
    assert words in said["message"]
    until(lambda: len(paged(corridor)) == times, f"{title} on {TOPIC}")
    assert title in paged(corridor)[-1]
    assert words in paged(corridor)[-1]


def paged(corridor: Corridor) -> list[str]:
    return [payload for topic, payload in corridor.heard if topic == TOPIC]
