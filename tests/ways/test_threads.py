"""A fault in one of the hub's threads: it goes on, or the hub stops loudly; in neither case in silence."""

import logging
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub import audit_round
from hub.clock import WallClock
from hub.doctor import Remark, on_hub
from hub.mqtt.announcer import Announcer
from hub.mqtt.broker import BrokerAccess
from hub.mqtt.gateway import Gateway
from hub.notifier import Notifier
from hub.signs import Signs, alive_topic
from hub.store import health, outbox
from hub.store.db import transaction
from hub.threads import PART, ThreadDied, Threads
from hub.watch import look
from rules import wording
from rules.overdue import OVERDUE
from rules.wording import Voice
from tests.end_to_end.house import House
from tests.patience import PATIENCE, until
from tests.proof.test_overdue import LONG, NIGHT, SITE
from tests.servers import Mosquitto
from tests.ways.test_signs import Corridor
from tests.world import World


@pytest.fixture
def house(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, SITE, NIGHT)
    yield made
    made.stop()


def said(house: World) -> health.Health:
    return next(h for h in health.everything(house.connection, "test") if h.part == PART)


def test_a_look_that_fails_is_said_until_one_goes_well(
    house: World, caplog: pytest.LogCaptureFixture
) -> None:
    threads, now = Threads(), house.clock.now
    threads.say(house.connection, "test", now())
    assert said(house).state == "ok"
    caplog.set_level(logging.ERROR)
    assert not threads.tried("signs", lambda: {}["a resident's name"])
    threads.say(house.connection, "test", now())
    assert (said(house).state, said(house).detail) == ("degraded", "signs: KeyError")
    assert "signs: a look failed" in caplog.text
    assert any("threads is degraded" in remark.what for remark in doctor(house))
    assert threads.tried("signs", lambda: None)
    threads.say(house.connection, "test", now())
    assert said(house).state == "ok"


def doctor(house: World) -> list[Remark]:
    with transaction(house.connection):
        health.say(house.connection, "test", "hub", "ok", house.clock.now())
    return list(on_hub(house.connection, house.site, house.clock.now()))


def test_a_disk_that_is_full_for_a_while_is_no_fault_of_a_thread(house: World) -> None:
    threads = Threads()

    def full() -> None:
        raise sqlite3.OperationalError("database or disk is full")

    assert not threads.tried("notifier", full)
    threads.say(house.connection, "test", house.clock.now())
    assert said(house).state == "ok"


def test_a_thread_that_fails_for_half_a_minute_is_an_alert_and_the_watchman_sees_it_too(house: World) -> None:
    threads = Threads()
    threads.tried("notifier", lambda: {}[1])
    threads.say(house.connection, "test", house.clock.now())
    house.clock.at += LONG
    assert "thread" in {
        late.reason for late in audit_round.go(house.connection, house.site, house.clock.now())
    }
    alert = house.alert(OVERDUE)
    voice = Voice("nb", house.site.zone, house.clock.now())
    assert "En del av Vaka feiler igjen og igjen" in wording.what_happened(alert, None, house.site, voice)
    house.clock.at += timedelta(minutes=1)
    trouble = look.alerting_trouble(house.connection, house.site, house.clock.now())
    assert trouble == "a thread of the hub fails (notifier: KeyError)"
    threads.tried("notifier", lambda: None)
    threads.say(house.connection, "test", house.clock.now())
    audit_round.go(house.connection, house.site, house.clock.now())
    assert house.alert(OVERDUE).cleared_at is not None


def test_a_thread_that_ends_stops_the_hub_with_its_name(house: World) -> None:
    threads = Threads()
    thread = threads.thread("signs", lambda: {}[1])
    thread.start()
    thread.join()
    with pytest.raises(ThreadDied, match=r"the thread signs has ended \(KeyError\)"):
        threads.say(house.connection, "test", house.clock.now())
    assert said(house).state == "down"


@pytest.mark.broker
def test_lamps_are_set_again_after_rows_that_could_not_be_read(house: World, mosquitto: Mosquitto) -> None:
    """Rows in the database that no version of the hub wrote: the real fault of a damaged file."""
    house.says("3B button", pressed="single")
    with transaction(house.connection):
        house.connection.execute("UPDATE alert SET evidence = 'torn'")
    access = BrokerAccess("127.0.0.1", mosquitto.port, False, mosquitto.username, mosquitto.password_file)
    announcer, threads = Announcer(access, "vaka-threads-signs", alive_topic("test")), Threads()
    working = Signs(house.database, lambda: house.site, announcer, threads)
    corridor = Corridor(mosquitto)
    announcer.start()
    working.start()

    def state(wanted: str) -> bool:
        threads.say(house.connection, "test", house.clock.now())
        return said(house).state == wanted

    until(lambda: state("degraded"), "the fault of the signs")
    with transaction(house.connection):
        house.connection.execute("UPDATE alert SET evidence = '[]'")
    corridor.until_sign("rooms/3B", "high", "high")
    until(lambda: state("ok"), "that all is well again")
    working.stop()
    announcer.stop()
    corridor.leave()


@pytest.mark.broker
def test_a_notification_that_cannot_be_given_to_the_broker_holds_up_no_other(
    house: World, mosquitto: Mosquitto
) -> None:
    house.says("3B button", pressed="single")
    [alert] = house.alerts()
    with transaction(house.connection):
        house.connection.execute("DELETE FROM notification")
        for address in ("vaka/test/alerts/#", "vaka/test/alerts/2"):  # the first is no topic to publish on
            outbox.add(house.connection, "test", alert.id, "mqtt", address, "{}", house.clock.now())
    access = BrokerAccess("127.0.0.1", mosquitto.port, False, mosquitto.username, mosquitto.password_file)
    gateway = Gateway(
        access, site="test", client_id="vaka-threads", filters=["vaka/test/readings/+"], now=WallClock().now
    )
    threads = Threads()
    working = Notifier(house.database, "test", gateway, house.clock, threads)
    gateway.start()
    working.start()

    def left() -> list[str]:
        return [note.address for note in outbox.waiting(house.connection, "test", 10)]

    until(lambda: left() == ["vaka/test/alerts/#"], "that the other is sent")

    def named() -> bool:
        threads.say(house.connection, "test", house.clock.now())
        return said(house).detail == "notifier: ValueError"

    until(named, "that the thread is named")
    working.stop()
    gateway.stop()


@pytest.mark.broker
def test_a_hub_one_of_whose_threads_ends_stops_with_its_name_so_that_it_is_started_anew(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    """The thread of the lamps finds no database to open: the file is put away before it begins."""
    house = House(tmp_path / "house", mosquitto, SITE)
    hub = house.start_hub("tests.ways.hub_without_lamps")
    assert hub.wait(PATIENCE) == 1
    assert "the thread signs has ended (OperationalError): the hub stops" in house.said()
    rows = house.rows("SELECT state, detail FROM health WHERE part = 'threads'")
    assert rows == [("down", "signs: OperationalError")]
