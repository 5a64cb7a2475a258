"""A broker that is frozen (its machine hangs, its disk does not answer) with ten thousand pages waiting:
calls by other ways go on, and what was given up is not paged when it is back.
"""

import json
import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from hub.store import contacts, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.summonses import Summons
from hub.ways.pager import Pager
from tests.patience import until
from tests.servers import Mosquitto
from tests.ways.receivers import mail_server
from tests.ways.test_delivery import NIGHT, Clock, connection, courier, database, email, put
from tests.ways.test_signs import Corridor, announcer

__all__ = ["connection", "database"]  # fixtures
pytestmark = pytest.mark.broker
PAGERS = 10_000
UNDER_WAY = 20
"""Unconfirmed at the same time: paho's default."""


@contextmanager
def frozen(mosquitto: Mosquitto) -> Iterator[None]:
    assert mosquitto.process is not None
    mosquitto.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        mosquitto.process.send_signal(signal.SIGCONT)


def pages_wait(connection: sqlite3.Connection) -> None:
    one = Summons(0, "s", 1, 1, "kari", "pager", "", True, "HØYT varsel: 3B", "Åpne.\n", NIGHT, next_at=NIGHT)
    with transaction(connection):
        for number in range(PAGERS):
            contacts.put(connection, "s", Contact("kari", "pager", f"pager-{number}"), NIGHT)
            summonses.add(connection, msgspec.structs.replace(one, address=f"pager-{number}"))


def test_with_a_frozen_broker_other_ways_go_on_and_what_was_given_up_is_not_paged_afterwards(
    connection: sqlite3.Connection, database: Path, mosquitto: Mosquitto
) -> None:
    mqtt, clock = announcer(mosquitto), Clock()
    corridor = Corridor(mosquitto)
    mqtt.start()
    until(lambda: mqtt.connected, "the connection")
    pages_wait(connection)
    pagers = courier(database, Pager(mqtt), clock)
    try:
        with frozen(mosquitto), mail_server() as (mailbox, port):
            mails = courier(database, email(port), clock)
            pagers.start()
            mails.start()
            until(lambda: len(pagers._under_way) >= 64, "pages on their way to nowhere")
            put(connection, "email", "kari@example.org")
            mails.wake()
            until(lambda: mailbox.taken, "the high one by mail")
            mails.stop()
            tried = "SELECT count(*) FROM summons WHERE way = 'pager' AND attempts > 0"
            until(lambda: connection.execute(tried).fetchone()[0] >= 64, "the first pages given up for now")
            pagers.stop()
            under_way = list(pagers._under_way.values())
            until(
                lambda: not any(one.is_alive() for one in under_way), "the end of those that were under way"
            )
            sent = "SELECT count(*) FROM summons WHERE way = 'pager' AND sent_at IS NOT NULL"
            assert connection.execute(sent).fetchone()[0] == 0, "nobody confirmed one"
            with transaction(connection):  # somebody took the alert
                summonses.drop_waiting(connection, 1)
        until(lambda: mqtt.connected, "the connection again")
        assert mqtt.publish("vaka/s/pagers/last", json.dumps({"id": "last"}), False, 60) is None
        corridor.until(lambda: "vaka/s/pagers/last" in corridor.shown, "the last page")
        paged = Counter(topic for topic, _ in corridor.heard if "/pagers/" in topic)
        # What the network had taken is beyond anybody's reach: each time as many as may be unconfirmed.
        print(f"{sum(paged.values()) - 1} pages of an alert that somebody had taken")
        assert sum(paged.values()) - 1 <= 2 * UNDER_WAY, "what was given up was kept for later"
        for number in range(2 * UNDER_WAY):
            assert mqtt.publish(f"vaka/s/pagers/after-{number}", "{}", False, 60) is None, (
                "it goes on as before"
            )
    finally:
        pagers.stop()
        mqtt.stop()
        corridor.leave()
