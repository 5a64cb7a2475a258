"""The way out hangs, answers nonsense, is away for an hour, has ten thousand waiting: what is high goes out
all the same, and when the way is back nothing is missing.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Event, Thread

import msgspec
import pytest

from hub.store import contacts, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.instants import to_us
from hub.store.summonses import Summons
from hub.ways.messenger import Messenger
from hub.ways.webhook import Webhook
from tests.patience import HANGS_FOR, PATIENCE
from tests.ways.receivers import HERE, mail_server, web_address
from tests.ways.test_delivery import NIGHT, Clock, connection, courier, database, email, no_way_gives_up, put
from tests.ways.test_messengers import gotify

DUE = 2_000
__all__ = ["connection", "database", "no_way_gives_up"]  # fixtures


@contextmanager
def nonsense(said: bytes, hangs: bool = False) -> Iterator[tuple[int, Event]]:
    """Whatever one says to it, it says this, and hangs up, or never does; its port, and when it was asked."""
    asked, let_go = Event(), Event()

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            asked.set()
            self.request.sendall(said)
            if hangs:
                let_go.wait(HANGS_FOR)

    class Server(ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1], asked
    finally:
        let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()


def waiting(connection: sqlite3.Connection) -> list[Summons]:
    return [one for one in summonses.of_alert(connection, 1) if one.next_at is not None]


@pytest.mark.parametrize(
    "said", [b"\xff\x00 hei\r\n", b"999 what\r\n", b"", b"HTTP/1.1 abc\r\n\r\n", b"220 "]
)
def test_what_answers_nonsense_is_tried_again(
    connection: sqlite3.Connection, database: Path, said: bytes
) -> None:
    with nonsense(said) as (port, _):
        put(connection, "email", "kari@example.org")
        put(connection, "webhook", f"http://127.0.0.1:{port}/")
        messenger, allowed = gotify(f"http://127.0.0.1:{port}/")
        put(connection, "messenger", messenger)
        courier(database, email(port)).deliver(connection)
        courier(database, Messenger(allowed)).deliver(connection)
        courier(database, Webhook("secret", Clock(), HERE)).deliver(connection)
    after = waiting(connection)
    assert [one.attempts for one in after] == [1, 1, 1]
    assert all(one.failure and one.sent_at is None for one in after)


@pytest.mark.usefixtures("no_way_gives_up")
def test_a_high_message_to_a_dead_server_holds_up_no_other_high_one(
    connection: sqlite3.Connection, database: Path
) -> None:
    with nonsense(b"", hangs=True) as (port, asked), web_address() as (quick, url):
        for number in range(40):
            put(connection, "webhook", f"http://127.0.0.1:{port}/{number}")
        out = courier(database, Webhook("secret", Clock(), HERE))
        out.start()
        assert asked.wait(PATIENCE)
        put(connection, "webhook", url)
        began = time.monotonic()
        out.wake()
        assert quick.asked.wait(PATIENCE), "it waited for forty that hang"
        delay = time.monotonic() - began
        out.stop()
    print(f"beside 40 that hang: {delay * 1000:.0f} ms")


def test_a_way_that_was_away_for_an_hour_gets_all_that_waited_and_once(
    connection: sqlite3.Connection, database: Path
) -> None:
    clock = Clock()
    with mail_server() as (_, port):
        pass
    for number in range(8):
        put(connection, "email", f"kari{number}@example.org", urgent=number % 2 == 0)
    gone, attempts = courier(database, email(port), clock), 0
    while clock.at < NIGHT + timedelta(hours=1):
        attempts += gone.deliver(connection)
        clock.at += timedelta(minutes=1)
    assert len(waiting(connection)) == 8
    assert attempts < 8 * 61, "a dead server is not beaten on"
    with mail_server() as (mailbox, port):
        back = courier(database, email(port), clock)
        while clock.at < NIGHT + timedelta(hours=1, minutes=10):
            back.deliver(connection)
            clock.at += timedelta(minutes=1)
    assert waiting(connection) == []
    assert sorted(mail["to"] for mail in mailbox.taken) == sorted(f"kari{n}@example.org" for n in range(8))


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_behind_ten_thousand_that_wait_a_high_one_goes_out_at_once(
    connection: sqlite3.Connection, database: Path
) -> None:
    words = ("Lavt varsel: 3B", "Åpne Vaka.\n")
    with web_address() as (slow, slow_url), web_address() as (quick, quick_url):
        low = Summons(0, "s", 1, 1, "kari", "webhook", "", False, *words, NIGHT, next_at=NIGHT)
        with transaction(connection):
            for number in range(10_000):
                address = f"{slow_url}/{number % 100}?{number}" if number % 2 else f"{quick_url}?{number}"
                next_at = NIGHT if number < DUE else NIGHT + timedelta(minutes=9)  # tried before, in vain
                contacts.put(connection, "s", Contact("kari", "webhook", address), NIGHT)
                summonses.add(connection, msgspec.structs.replace(low, address=address, next_at=next_at))
        slow.let_go.clear()
        clock = Clock()
        out = courier(database, Webhook("secret", clock, HERE), clock)
        out.start()
        assert slow.asked.wait(PATIENCE)
        put(connection, "webhook", f"{quick_url}/high")
        began = time.monotonic()
        out.wake()
        while not any(b'"urgent":true' in body for _, body in list(quick.requests)):
            assert time.monotonic() - began < PATIENCE, "the high one waits behind the queue"
            time.sleep(0.005)
        delay = time.monotonic() - began
        print(f"behind 10,000: {delay * 1000:.0f} ms")
        slow.let_go.set()
        deadline = time.monotonic() + 240
        left = DUE
        while left > 0:
            assert time.monotonic() < deadline, f"{left} are left"
            time.sleep(0.1)
            clock.at = min(
                clock.at + timedelta(seconds=1), NIGHT + timedelta(minutes=4)
            )  # what failed: again
            query = "SELECT count(*) FROM summons WHERE next_at < ?"
            left = connection.execute(query, (to_us(NIGHT + timedelta(minutes=8)),)).fetchone()[0]
        print(f"all out after {time.monotonic() - began:.0f} s")
        out.stop()
        ids = [headers["webhook-id"] for headers, _ in (*slow.requests, *quick.requests)]
    assert len(set(ids)) == DUE + 1, "each that was due"
