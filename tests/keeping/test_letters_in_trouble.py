"""What goes out beside the calls (letters to relatives, notices to staff, test messages, monthly reports):
killed at each commit, or with a full disk, nothing is lost, half done or sent over and over.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from dashboards.monthly import make
from hub import staff_notices
from hub.doctor_of_alerting import on_notices
from hub.relatives.post import deliver
from hub.store import contact_trials, contacts, quality_reports
from hub.store.contact_trials import Trial
from hub.store.contacts import Contact
from hub.store.db import chained, transaction
from hub.timetable import AGAIN_AFTER, Job, run_if_due
from hub.ways.trials import Trials
from hub.ways.webhook import Webhook
from tests.keeping.small_disk import files_of_at_most
from tests.unit.relatives import ADDRESS, MIN, NOON, House, house
from tests.ways.receivers import HERE, Mailbox, web_address
from tests.ways.test_delivery import Clock
from tests.web import test_monthly_reports as monthly
from tests.web.house import House as WebHouse

__all__ = ["house"]  # a fixture
MOMENTS = pytest.mark.parametrize("moment", ["before_commit", "after_commit"])


class Killed(BaseException):
    """Nobody catches it, and what was begun is rolled back: as a kill leaves it."""


@contextmanager
def dying(database: Path, moment: str, number: int) -> Iterator[sqlite3.Connection]:
    """A connection that is killed at its commit of that number; with 0 it lives."""
    commits = 0

    class Dying(sqlite3.Connection):
        def execute(self, sql: str, parameters: object = (), /) -> sqlite3.Cursor:
            nonlocal commits
            commits += sql == "COMMIT"
            due = sql == "COMMIT" and commits == number
            if due and moment == "before_commit":
                raise Killed
            done = super().execute(sql, parameters)  # type: ignore[arg-type]
            if due:
                raise Killed
            return done

    with closing(sqlite3.connect(database, isolation_level=None, factory=Dying)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        connection.create_function("chained", 2, chained, deterministic=True)
        yield connection


def killed(database: Path, moment: str, number: int, work: Callable[[sqlite3.Connection], object]) -> bool:
    """Whether it was; if not, it came to its end."""
    with dying(database, moment, number) as connection:
        try:
            work(connection)
        except Killed:
            return True
    return False


@contextmanager
def full_disk(database: Path) -> Iterator[None]:
    """No file of this process grows beyond the write-ahead log as it is."""
    with files_of_at_most(database.with_name(f"{database.name}-wal").stat().st_size):
        yield


def notice(house: House) -> None:
    connection, now = house.world.connection, house.world.clock.now()
    with transaction(connection):
        contacts.put(connection, "test", Contact("lise", "email", "lise@example.org"), now)
        staff_notices.tell(connection, "test", [("lise", "Noe å se på", "Åpne Vaka.\n")], now)


def address(house: House, name: str, minutes: int) -> Contact:
    added = Contact("lise", "email", f"{name}@example.org")
    contacts.put(house.world.connection, "test", added, house.world.clock.now() + minutes * MIN)
    return added


def tell(house: House) -> None:
    with transaction(house.world.connection):
        now = house.world.clock.now()
        staff_notices.tell(house.world.connection, "test", [("lise", "Noe å se på", "Åpne Vaka.\n")], now)


def receivers(house: House) -> list[str]:
    return [str(mail["to"]) for mail in house.mailbox.taken]


def test_an_address_that_is_refused_for_good_is_passed_over_for_one_that_works(house: House) -> None:
    connection = house.world.connection
    with transaction(connection):
        gone, _ = address(house, "gone", 0), address(house, "lise", 1)
        contacts.note_answer(connection, "test", gone, house.world.clock.now())
    tell(house)
    assert deliver_notices(house, connection) == 1
    assert receivers(house) == ["lise@example.org"]


def test_what_is_refused_for_good_as_it_goes_out_goes_by_the_next_way_and_the_address_is_marked(
    house: House,
) -> None:
    connection = house.world.connection
    with transaction(connection):
        gone, _ = address(house, "gone", 0), address(house, "lise", 1)
    house.mailbox.unknown.add("gone@example.org")
    tell(house)
    assert deliver_notices(house, connection) == 0
    assert list(contacts.refused(connection, "test")) == [gone]
    assert deliver_notices(house, connection) == 1
    assert receivers(house) == ["lise@example.org"]


def test_where_every_address_is_refused_it_is_tried_all_the_same_and_the_doctor_says_whom_it_did_not_reach(
    house: House,
) -> None:
    connection, world = house.world.connection, house.world
    with transaction(connection):
        for one in (address(house, "gone", 0), address(house, "away", 1)):
            contacts.note_answer(connection, "test", one, world.clock.now())
    house.mailbox.unknown |= {"gone@example.org", "away@example.org"}
    tell(house)
    assert deliver_notices(house, connection) == deliver_notices(house, connection) == 0
    (remark,) = on_notices(connection, world.site, world.clock.now())
    assert remark.state == "look"
    assert remark.what.startswith("a message to lise of ")
    house.mailbox.unknown.clear()
    tell(house)
    assert deliver_notices(house, connection) == 1, "it may work again"
    assert len(contacts.refused(connection, "test")) == 1


def letter(house: House) -> None:
    house.relative("alerts")
    house.press()
    house.post()
    house.world.passes(5 * MIN)


def deliver_notices(house: House, connection: sqlite3.Connection) -> int:
    return staff_notices.deliver(connection, "test", {"email": house.way}, house.world.clock)


def deliver_letters(house: House, connection: sqlite3.Connection) -> int:
    world = house.world
    return deliver(connection, lambda: world.site, house.way, ADDRESS, world.clock, house.write)


KINDS = pytest.mark.parametrize(
    ("put", "out", "table"),
    [(letter, deliver_letters, "relative_message"), (notice, deliver_notices, "staff_notice")],
)


def ids(mailbox: Mailbox) -> set[str]:
    return {str(mail["message-id"]) for mail in mailbox.taken}


@MOMENTS
@KINDS
def test_killed_at_each_commit_a_letter_arrives_all_the_same_and_under_one_id(
    house: House,
    put: Callable[[House], None],
    out: Callable[[House, sqlite3.Connection], int],
    table: str,
    moment: str,
) -> None:
    number = 1
    put(house)
    while killed(house.world.database, moment, number, lambda connection: out(house, connection)):
        number += 1
        assert number < 9
        house.world.clock.at += timedelta(hours=1)
        rows = house.world.connection.execute(f"SELECT sent_at, next_at, attempts FROM {table}").fetchall()
        assert all((row["sent_at"] is None) == (row["next_at"] is not None) for row in rows), "sent, or waits"
        if all(row["sent_at"] for row in rows):
            break
    assert number >= 3
    assert len(ids(house.mailbox)) == 1
    assert 1 <= len(house.mailbox.taken) <= number
    again = len(house.mailbox.taken)
    house.world.clock.at += timedelta(hours=1)
    assert out(house, house.world.connection) == 0
    assert len(house.mailbox.taken) == again


@KINDS
def test_with_a_full_disk_it_does_not_go_out_with_every_look(
    house: House,
    put: Callable[[House], None],
    out: Callable[[House, sqlite3.Connection], int],
    table: str,
) -> None:
    put(house)
    connection, refused = house.world.connection, 0
    with ExitStack() as while_full:

        def fills(_: object) -> None:
            if not refused:
                while_full.enter_context(full_disk(house.world.database))

        house.mailbox.on_mail = fills
        for _ in range(60):  # the thread's looks of a minute
            try:
                out(house, connection)
            except sqlite3.OperationalError:
                refused += 1
            house.world.clock.at += timedelta(seconds=1)
    assert refused >= 1, "the disk was not full"
    assert len(house.mailbox.taken) == 1
    house.world.clock.at += timedelta(hours=1)
    out(house, connection)
    assert len(ids(house.mailbox)) == 1, "twice beats never, under the same id"
    (row,) = connection.execute(f"SELECT sent_at, next_at FROM {table}").fetchall()
    assert row["sent_at"] is not None
    assert row["next_at"] is None


@MOMENTS
def test_killed_at_each_commit_a_test_message_goes_out_at_most_once_and_who_asked_is_answered(
    house: House, moment: str
) -> None:
    database, clock = house.world.database, Clock()
    number, dead = 0, True
    with web_address() as (receiver, url):
        while dead:
            number += 1
            assert number < 9
            receiver.requests.clear()
            with transaction(house.world.connection):
                trial = Trial(
                    0, "test", "kari", "webhook", url, "Prøve", "Dette er en prøve.\n", "kari", NOON
                )
                asked = contact_trials.add(house.world.connection, trial)

            def work(connection: sqlite3.Connection) -> None:
                trials = Trials(
                    database, lambda: house.world.site, {"webhook": Webhook("secret", clock, HERE)}, clock
                )
                try:
                    trials._begin(connection)
                    trials._out.shutdown()
                    trials._look(connection)
                finally:
                    trials._out.shutdown()

            dead = killed(database, moment, number, work)
            if dead:
                work(house.world.connection)
            found = contact_trials.get(house.world.connection, asked)
            assert found is not None
            assert found.ended_at is not None
            assert len(receiver.requests) <= 1
            assert found.failure is not None or len(receiver.requests) == 1
    assert number >= 3


def test_a_disk_that_fills_up_while_a_test_message_is_sent_costs_no_second_one_and_who_asked_is_answered(
    house: House,
) -> None:
    database, connection, clock = house.world.database, house.world.connection, Clock()
    with web_address() as (receiver, url):
        ways = {"webhook": Webhook("secret", clock, HERE)}
        trials = Trials(database, lambda: house.world.site, ways, clock)
        with transaction(connection):
            words = ("Prøve", "Dette er en prøve.\n", "kari", NOON)
            asked = contact_trials.add(connection, Trial(0, "test", "kari", "webhook", url, *words))
        with full_disk(database), pytest.raises(sqlite3.OperationalError):
            trials._look(connection)
        assert receiver.requests == [], "nothing goes out that cannot be written down first"
        trials._look(connection)
        trials._out.shutdown()
        with full_disk(database), pytest.raises(sqlite3.OperationalError):
            trials._look(connection)
        assert len(receiver.requests) == 1
        found = contact_trials.get(connection, asked)
        assert found is not None
        assert found.ended_at is None
        trials._look(connection)
        found = contact_trials.get(connection, asked)
        assert found is not None
        assert (found.ended_at is not None, found.failure) == (True, None)
        assert len(receiver.requests) == 1


def test_a_month_for_which_there_is_no_room_is_reported_and_told_of_when_there_is(tmp_path: Path) -> None:
    house = WebHouse(tmp_path, monthly.LEADERS)
    monthly.at_work_since(house, 40)
    with transaction(house.connection):
        contacts.put(house.connection, "solbakken", Contact("leder", "email", "l@example.org"), house.now())
    with full_disk(house.settings.database), pytest.raises(sqlite3.OperationalError):
        make(house.connection, None, None, house.now())
    assert quality_reports.of(house.connection, "solbakken") == []
    assert house.rows("SELECT person FROM staff_notice") == []
    assert len(make(house.connection, None, None, house.now())) >= 2
    assert [row["person"] for row in house.rows("SELECT person FROM staff_notice")] == ["leder"]
    house.connection.close()


@MOMENTS
def test_killed_at_each_commit_a_month_is_reported_and_told_of_once(tmp_path: Path, moment: str) -> None:
    house = WebHouse(tmp_path, monthly.LEADERS)
    monthly.at_work_since(house, 40)
    with transaction(house.connection):
        contacts.put(house.connection, "solbakken", Contact("leder", "email", "l@example.org"), house.now())
    number = 1
    while killed(house.settings.database, moment, number, lambda c: make(c, None, None, house.now())):
        number += 1
        assert number < 9
        reports = quality_reports.of(house.connection, "solbakken")
        told = house.rows("SELECT person FROM staff_notice")
        assert bool(reports) == bool(told), "both or neither"
        if reports:
            assert make(house.connection, None, None, house.now()) == []
            break
    reports = quality_reports.of(house.connection, "solbakken")
    assert len({(one.unit, one.month) for one in reports}) == len(reports) >= 2
    assert [row["person"] for row in house.rows("SELECT person FROM staff_notice")] == ["leder"]
    house.connection.close()


def test_our_own_mistake_in_a_job_is_told_of_and_keeps_no_other_from_its_turn(tmp_path: Path) -> None:
    database, done = tmp_path / "vaka.db", []

    def breaks(_: object) -> str:
        raise ZeroDivisionError

    broken = Job("retention", lambda at: at + timedelta(days=1), breaks)
    other = Job("backup", lambda at: at + timedelta(days=1), lambda at: done.append(at) or "done")
    for job in (broken, other):
        run_if_due(database, job, lambda: NOON)
    assert done == [NOON]
    with closing(sqlite3.connect(database)) as connection:
        query = "SELECT said, due FROM job WHERE name = 'retention'"
        said, due = connection.execute(query).fetchone()
    assert said == "ZeroDivisionError; the hub's log says more"
    assert due == int((NOON + AGAIN_AFTER).timestamp()) * 10**6
