"""A receiver that answers in drips, each soon enough and the last never: it is given up like one that is
silent, counts as reached by nobody, and holds up no more hands and not the watchman.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import msgspec
import pytest

from hub.clock import WallClock
from hub.settings import Settings
from hub.store import summonses
from hub.store.db import transaction
from hub.summons import did_not_go_out
from hub.watch.tell import Teller
from hub.ways import deadline
from hub.ways.email import Email, MailServer
from hub.ways.messenger import Messenger
from hub.ways.way import Message, Way
from hub.ways.webhook import Webhook
from rules.watch import Heard, News, Tell
from tests.patience import until
from tests.proof.test_told import SITE as WATCHED
from tests.proof.test_told import reachable
from tests.ways.receivers import HERE
from tests.ways.test_delivery import Clock
from tests.ways.test_messages import messages
from tests.ways.test_messengers import gotify
from tests.ways.test_messengers import message as message_to
from tests.ways.test_open_again import waiting
from tests.ways.test_reach_as_called import house as a_house
from tests.ways.test_refused_calls import arrived
from tests.world import World, read

NIGHT = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)
HTTP = b"HTTP/1.1 200 OK\r\nX: "
TAKEN = b"\r\nContent-Length: 0\r\n\r\n"
MAIL = b"220 here\r\n250-wait\r\n"
MAIL_TAKEN = b"250 OK\r\n" * 3 + b"354 go on\r\n250 OK\r\n221 bye\r\n"
DRIPS = 100
"""So many, then it hangs up: whoever waits for all of them is seen to."""
FOR_EVER = 10**9


class Dripping:
    def __init__(self, port: int) -> None:
        self.port, self.let_go, self.callers = port, Event(), 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/calls"


@contextmanager
def drips(first: bytes, drip: bytes, last: bytes, most: int = DRIPS) -> Iterator[Dripping]:
    """A server that answers whoever comes with `first`, with a `drip` again and again, and with `last`."""
    listener = socket.create_server(("127.0.0.1", 0))
    dripping = Dripping(listener.getsockname()[1])

    def answer(caller: socket.socket) -> None:
        with caller:
            try:
                caller.sendall(first)
                for _ in range(most):
                    if dripping.let_go.wait(0.05):
                        return
                    caller.sendall(drip)
                caller.sendall(last)
                while caller.recv(1 << 16):
                    pass
            except OSError:
                return  # whoever called has gone

    def listen() -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            dripping.callers += 1
            Thread(target=answer, args=(caller,), daemon=True).start()

    Thread(target=listen, daemon=True).start()
    try:
        yield dripping
    finally:
        dripping.let_go.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A send may take a fraction of a second."""
    monkeypatch.setattr(deadline, "LONGEST", 0.3)


def to_web(dripping: Dripping) -> tuple[Way, Message]:
    return Webhook("secret", Clock(), HERE), message_to(dripping.url)


def to_mail(dripping: Dripping) -> tuple[Way, Message]:
    server = MailServer("smtp", "127.0.0.1", dripping.port, None, None, "vaka@example.org")
    return Email(server), message_to("kari@example.org")


def to_messenger(dripping: Dripping) -> tuple[Way, Message]:
    address, allowed = gotify(dripping.url)
    return Messenger(allowed), message_to(address)


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize(
    ("way_to", "first", "drip", "last"),
    [
        (to_web, HTTP, b"x", TAKEN),
        (to_messenger, HTTP, b"x", TAKEN),
        (to_mail, MAIL, b"250-wait\r\n", MAIL_TAKEN),
    ],
    ids=["webhook", "messenger", "email"],
)
def test_who_answers_in_drips_is_given_up_and_tried_again(way_to, first, drip, last) -> None:  # type: ignore[no-untyped-def]
    with drips(first, drip, last) as dripping:
        way, message = way_to(dripping)
        failed = way.send(message)
        assert failed is not None, "it counted as taken"
        assert "could not be reached" in failed.why
        assert not failed.for_good


@pytest.mark.usefixtures("soon")
def test_an_address_that_drips_for_ever_is_not_left_ever_more_sends_to_and_is_tried_when_they_end() -> None:
    with drips(HTTP, b"x", TAKEN, most=FOR_EVER) as dripping:
        way, message = to_web(dripping)
        for _ in range(deadline.MOST_UNENDED + 2):
            assert way.send(message) is not None
        until(lambda: dripping.callers == deadline.MOST_UNENDED, "each of those that were begun comes")
        dripping.let_go.set()
        until(lambda: message.address not in deadline._unended, "the sends that were given up end")
        way.send(message)
        until(lambda: dripping.callers == deadline.MOST_UNENDED + 1, "it is tried anew")


@pytest.mark.usefixtures("soon")
def test_the_watchman_gives_up_who_answers_in_drips_and_says_that_nobody_heard(tmp_path: Path) -> None:
    with drips(HTTP, b"x", TAKEN) as dripping:
        (tmp_path / "secret").write_text("s" * 32)
        (tmp_path / "own").write_text(f"json://127.0.0.1:{dripping.port}/own\n")
        settings = Settings(
            data=tmp_path,
            webhook_secret_file=tmp_path / "secret",
            webhook_hosts=urlsplit(dripping.url).netloc,
            watch_to_file=tmp_path / "own",
        )
        lise = msgspec.structs.replace(reachable("lise", "leader"), way="webhook", address=dripping.url)
        tell = Tell("store", "down", NIGHT, "the database can't be read")
        heard = Teller(settings, WallClock()).tell(read(WATCHED), News((tell,), blind=True), [lise])
        assert heard == Heard(people=False, own=False)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[World]:
    made = a_house(tmp_path, "kari siri nils lise")
    yield made
    made.stop()


def test_help_goes_on_when_what_answered_in_drips_is_given_up(house: World) -> None:
    house.says("3B button", pressed="single")
    for one in waiting(house):
        arrived(house, one)
    id = house.alert("help-button").id
    house.desk.arrive(id, "kari")
    messages(house)
    house.desk.act(id, "assist", "kari")
    [siri] = waiting(house)
    with transaction(house.connection):
        at = house.clock.now() + timedelta(seconds=2)
        later = msgspec.structs.replace(siri, next_at=at, attempts=1, failure="no answer in time")
        assert summonses.put_failure(house.connection, later)
        did_not_go_out(house.connection, later, house.clock.now())
    assert {one.person for one in waiting(house)} == {"siri", "nils"}
