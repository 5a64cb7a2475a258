"""The same faults (test_faults.py) at a phone, a pager and a messenger: the other side hangs, answers 500 or
nonsense, is away for an hour, has ten thousand waiting.
"""

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from hub.phones import Phones
from hub.settings import Settings
from hub.store import contacts, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.phones import Phone
from hub.store.summonses import Summons
from hub.ways.messenger import Messenger
from hub.ways.pager import Pager
from hub.ways.push_address import OwnServer
from hub.ways.way import Way
from hub.ways.webpush import web_push
from tests.patience import until
from tests.servers import Mosquitto
from tests.ways.push_service import new_device, push_service
from tests.ways.receivers import web_address
from tests.ways.test_delivery import NIGHT, SITE, Clock, connection, courier, database, put
from tests.ways.test_faults import nonsense, waiting
from tests.ways.test_messengers import gotify
from tests.ways.test_signs import Corridor, announcer

__all__ = ["connection", "database"]  # fixtures


class Side(NamedTuple):
    """The other side of a way, in a test's hands. `arrived`: how often each message did, by what is the same
    in each repetition; `hangs`: that address, from now on.
    """

    way: Way
    addresses: list[str]
    arrived: Callable[[], Counter[str]]
    goes: Callable[[], None]
    comes: Callable[[], None]
    hangs: Callable[[str], None]


@contextmanager
def messengers(_: sqlite3.Connection, __: Path, ___: Clock) -> Iterator[Side]:
    with web_address() as (receiver, url), web_address() as (slow, slow_url):
        receiver.default = slow.default = 200
        server, allowed = gotify(url)
        slow_server, slow_allowed = gotify(slow_url)

        def comes() -> None:
            receiver.requests.clear()
            receiver.default = 200

        yield Side(
            Messenger(allowed | slow_allowed),
            [f"{server[:-1]}{number}" for number in range(4)] + [slow_server],
            lambda: Counter(headers["x-gotify-key"] for headers, _ in receiver.requests),
            lambda: setattr(receiver, "default", 500),
            comes,
            lambda _: slow.let_go.clear(),
        )


@contextmanager
def phones(connection: sqlite3.Connection, folder: Path, clock: Clock) -> Iterator[Side]:
    with push_service(folder / "push") as service:
        settings = Settings(
            data=folder,
            push_server=f"localhost:{service.port}",
            push_server_ca=service.ca,
            smtp_from="vaka@example.org",
        )
        own = OwnServer("localhost", service.port, service.ca)
        devices = {f"/push/{number}": new_device() for number in range(5)}
        by_phone = {}
        for path, device in devices.items():
            phone = Phones(connection, SITE, clock).switch_on(
                "kari", service.endpoint(path[-1]), (device.public, device.auth), "Pixel", own
            )
            assert isinstance(phone, Phone)
            by_phone[phone.id] = path

        def comes() -> None:
            service.taken.clear()
            service.default = 201

        yield Side(
            web_push(settings, clock),
            list(by_phone),
            lambda: Counter(json.loads(devices[p].reads(body))["receipt"] for p, _, body in service.taken),
            lambda: setattr(service, "default", 500),
            comes,
            lambda address: service.slow.add(by_phone[address]),
        )


WAYS = {"messenger": messengers, "webpush": phones}


@pytest.fixture(params=WAYS)
def side(
    request: pytest.FixtureRequest, connection: sqlite3.Connection, tmp_path: Path, clock: Clock
) -> Iterator[Side]:
    with WAYS[request.param](connection, tmp_path, clock) as side:
        yield side


@pytest.fixture
def clock() -> Clock:
    return Clock()


def pass_until(
    ends: timedelta, clock: Clock, work: Callable[[], int], step: timedelta = timedelta(minutes=1)
) -> int:
    done = 0
    while clock.at < NIGHT + ends:
        done += work()
        clock.at += step
    return done


def test_away_for_an_hour_all_arrives_afterwards_and_once(
    side: Side, connection: sqlite3.Connection, database: Path, clock: Clock
) -> None:
    for number, address in enumerate(side.addresses[:4]):
        put(connection, side.way.name, address, urgent=number % 2 == 0)
    out = courier(database, side.way, clock)
    side.goes()
    attempts = pass_until(timedelta(hours=1), clock, lambda: out.deliver(connection))
    assert len(waiting(connection)) == 4
    assert 4 < attempts < 4 * 61, "tried again, and not beaten on"
    side.comes()
    pass_until(timedelta(hours=1, minutes=11), clock, lambda: out.deliver(connection))
    assert waiting(connection) == []
    arrived = side.arrived()
    assert len(arrived) == 4, "nothing is lost"
    assert set(arrived.values()) == {1}, "nothing comes twice"
    assert all(one.sent_at is not None for one in summonses.of_alert(connection, 1))


@pytest.mark.parametrize("low", [1, 10_000])
def test_a_high_one_goes_out_at_once_beside_low_ones_that_hang(
    side: Side, connection: sqlite3.Connection, database: Path, clock: Clock, low: int
) -> None:
    quick, taken, slow = side.addresses[0], side.addresses[1], side.addresses[-1]
    side.hangs(slow)
    one = Summons(0, "s", 1, 1, "kari", side.way.name, slow, False, "Lavt", "Åpne.\n", NIGHT, next_at=NIGHT)
    with transaction(connection):
        for address in (slow, taken):
            contacts.put(connection, "s", Contact("kari", side.way.name, address), NIGHT)
        for number in range(low):
            called = "INSERT INTO alert_event (alert, at, event, reason) VALUES (1, 0, 'called', 'unit')"
            event = connection.execute(called).lastrowid or 0
            address = taken if number % 2 else slow
            summonses.add(connection, msgspec.structs.replace(one, event=event, address=address))
    out, sent = courier(database, side.way, clock), "SELECT count(sent_at) FROM summons WHERE urgent"
    out.start()
    try:
        until(lambda: out._under_way, "one that hangs")
        put(connection, side.way.name, quick)
        began = time.monotonic()
        out.wake()
        until(lambda: connection.execute(sent).fetchone()[0] == 1, "the high one")
        delay = time.monotonic() - began
    finally:
        out.stop()
    print(f"{side.way.name} behind {low}: {delay * 1000:.0f} ms")
    query = "SELECT count(*) FROM summons WHERE NOT urgent AND (next_at IS NOT NULL OR sent_at IS NOT NULL)"
    assert connection.execute(query).fetchone()[0] == low, "nothing is lost"


@pytest.mark.parametrize("said", [b"\xff\x00 hei\r\n", b"HTTP/1.1 abc\r\n\r\n", b""])
def test_a_push_service_that_speaks_nonsense_is_tried_again(
    connection: sqlite3.Connection, database: Path, tmp_path: Path, clock: Clock, said: bytes
) -> None:
    with push_service(tmp_path / "push") as service, nonsense(said) as (port, _):
        own = OwnServer("localhost", port, service.ca)
        device = new_device()
        phone = Phones(connection, SITE, clock).switch_on(
            "kari", f"https://localhost:{port}/push/a", (device.public, device.auth), "Pixel", own
        )
        assert isinstance(phone, Phone)
        put(connection, "webpush", phone.id)
        settings = Settings(
            data=tmp_path,
            push_server=f"localhost:{port}",
            push_server_ca=service.ca,
            smtp_from="vaka@example.org",
        )
        courier(database, web_push(settings, clock), clock).deliver(connection)
    (after,) = waiting(connection)
    assert (after.attempts, after.sent_at) == (1, None)
    assert after.failure


@pytest.mark.broker
def test_a_pager_whose_broker_is_away_for_an_hour_gets_all_that_waited(
    connection: sqlite3.Connection, database: Path, mosquitto: Mosquitto, clock: Clock
) -> None:
    mqtt = announcer(mosquitto)
    mqtt.start()
    with ExitStack() as at_the_end:
        at_the_end.callback(mqtt.stop)
        until(lambda: mqtt.connected, "the connection")
        mosquitto.stop()
        until(lambda: not mqtt.connected, "its end")
        out = courier(database, Pager(mqtt), clock)
        for number in range(4):
            put(connection, "pager", f"pager-{number}", urgent=number % 2 == 0)
        attempts = pass_until(timedelta(hours=1), clock, lambda: out.deliver(connection))
        assert len(waiting(connection)) == 4
        assert 4 < attempts < 4 * 61
        mosquitto.start()
        corridor = Corridor(mosquitto)
        at_the_end.callback(corridor.leave)
        until(lambda: mqtt.connected, "the connection")
        pass_until(timedelta(hours=1, minutes=11), clock, lambda: out.deliver(connection))
        assert waiting(connection) == []

        def pages() -> Counter[str]:
            paged = [payload for topic, payload in corridor.heard if "/pagers/" in topic]
            return Counter(json.loads(payload)["id"] for payload in paged)

        corridor.until(lambda: len(pages()) == 4, "the pagers")
        assert set(pages().values()) == {1}
