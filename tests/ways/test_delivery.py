"""Messages go out to a real mail server and a real web address, whatever those do."""

import base64
import hmac
import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import msgspec
import pytest

from hub.store import contacts, summonses
from hub.store.contacts import Contact
from hub.store.db import connect, transaction
from hub.store.summonses import Summons
from hub.ways import deadline, destination
from hub.ways.courier import Courier, outcome
from hub.ways.email import Email, MailServer
from hub.ways.way import Failed, Way, message_of
from hub.ways.webhook import Webhook, why_unusable
from rules.building import Site
from tests.patience import HANGS_FOR, PATIENCE
from tests.ways.receivers import HERE, mail_server, web_address

NIGHT = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)
KARI = {"id": "kari", "name": "Kari", "role": "carer"}
SITE = Site.model_validate({"site": "s", "name": "S", "units": [], "rooms": [], "people": [KARI]})


class Clock:
    def __init__(self) -> None:
        self.at = NIGHT

    def now(self) -> datetime:
        return self.at

    @property
    def follows_readings(self) -> bool:
        return False


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "vaka.db"


@pytest.fixture
def connection(database: Path) -> Iterator[sqlite3.Connection]:
    connection = connect(database)
    connection.execute(
        "INSERT INTO alert (id, site, rule, room, unit, residents, severity, state, raised_at, found_at,"
        " last_at, evidence, occurrences, prewarning, late)"
        " VALUES (1, 's', 'r', '3B', 'u', '[]', 'high', 'open', 0, 0, 0, '[]', 1, 0, 0)"
    )
    connection.execute("INSERT INTO alert_event (alert, at, event, reason) VALUES (1, 0, 'called', 'unit')")
    yield connection
    connection.close()


def put(
    connection: sqlite3.Connection,
    way: str,
    address: str,
    urgent: bool = True,
    *,
    event: int = 1,
    proof: bool = False,
) -> None:
    words = ("HØYT varsel: 3B", "Åpne Vaka.\n")
    summons = Summons(
        0, "s", 1, event, "kari", way, address, urgent, *words, NIGHT, next_at=NIGHT, proof=proof
    )
    with transaction(connection):
        contacts.put(connection, "s", Contact("kari", way, address), NIGHT)
        summonses.add(connection, summons)


def courier(database: Path, way: Way, clock: Clock | None = None) -> Courier:
    return Courier(database, lambda: SITE, way, clock or Clock())


def stored(connection: sqlite3.Connection) -> Summons:
    return summonses.of_alert(connection, 1)[-1]


def email(port: int) -> Email:
    return Email(MailServer("smtp", "127.0.0.1", port, None, None, "vaka@example.org"))


def test_an_email_arrives_with_its_words_and_the_same_id_each_time(
    connection: sqlite3.Connection, database: Path
) -> None:
    with mail_server() as (mailbox, port):
        put(connection, "email", "kari@example.org")
        out = courier(database, email(port))
        assert out.deliver(connection) == 1
        assert out.deliver(connection) == 0
        email(port).send(message_of(stored(connection)))
    first, again = mailbox.taken
    assert str(first["subject"]) != ""
    assert first["message-id"] == again["message-id"] == "<vaka-s-1@example.org>"
    assert first["importance"] == "high"
    payload = first.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().strip() == "Åpne Vaka."
    assert stored(connection).sent_at == NIGHT


def test_a_mail_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not(
    connection: sqlite3.Connection, database: Path
) -> None:
    clock = Clock()
    with mail_server() as (mailbox, port):
        out = courier(database, email(port), clock)
        put(connection, "email", "kari@example.org")
        mailbox.answers = ["451 later", "550 no such person"]
        out.deliver(connection)
        waiting = stored(connection)
        assert (waiting.attempts, waiting.next_at) == (1, NIGHT + timedelta(seconds=2))
        clock.at = NIGHT + timedelta(seconds=2)
        out.deliver(connection)
    given_up = stored(connection)
    assert (given_up.next_at, given_up.sent_at) == (None, None)
    assert given_up.failure == "the mail server said 550 no such person"


@pytest.mark.parametrize("goodbye", ["421 closing", "500 what?"])
def test_what_a_mail_server_has_taken_is_sent_whatever_it_says_to_goodbye(
    connection: sqlite3.Connection, database: Path, goodbye: str
) -> None:
    with mail_server() as (mailbox, port):
        mailbox.goodbye = goodbye
        put(connection, "email", "kari@example.org")
        courier(database, email(port)).deliver(connection)
    assert len(mailbox.taken) == 1
    assert stored(connection).sent_at == NIGHT


def test_a_mail_server_that_is_away_is_asked_again(connection: sqlite3.Connection, database: Path) -> None:
    with mail_server() as (_, port):
        pass
    put(connection, "email", "kari@example.org")
    courier(database, email(port)).deliver(connection)
    assert stored(connection).next_at is not None
    assert str(stored(connection).failure).startswith("the mail server could not be reached")


def test_a_webhook_is_signed_so_that_the_receiver_can_tell_it_from_anybody_elses() -> None:
    call = Summons(7, "s", 1, 1, "kari", "webhook", "", True, "HØYT varsel: 3B", "", NIGHT)
    with web_address() as (address, url):
        assert (
            Webhook("secret", Clock(), HERE).send(message_of(msgspec.structs.replace(call, address=url)))
            is None
        )
    headers, body = address.requests[0]
    assert headers["webhook-id"] == "vaka-s-7"
    signed = f"vaka-s-7.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(b"secret", signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(body)["subject"] == "HØYT varsel: 3B"


@pytest.mark.parametrize(
    ("status", "for_good"),
    [
        (200, None),
        (301, True),
        (400, True),
        (404, True),
        (410, True),
        (429, False),
        (500, False),
        (503, False),
    ],
)
def test_what_a_web_address_answers_says_whether_to_try_again(status: int, for_good: bool | None) -> None:
    with web_address() as (address, url):
        address.statuses = [status]
        failed = Webhook("secret", Clock(), HERE).send(
            message_of(Summons(7, "s", 1, 1, "kari", "webhook", url, True, "", "", NIGHT))
        )
    assert (failed.for_good if failed is not None else None) == for_good


@pytest.fixture
def no_way_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A send that hangs is under way until the test ends: what came out meanwhile did not wait for it."""
    for module in (destination, deadline):
        monkeypatch.setattr(module, "TIMEOUT", HANGS_FOR)


@pytest.mark.usefixtures("no_way_gives_up")
def test_a_low_message_that_hangs_does_not_hold_up_a_high_one(
    connection: sqlite3.Connection, database: Path
) -> None:
    with web_address() as (slow, slow_url), web_address() as (quick, quick_url):
        slow.let_go.clear()
        put(connection, "webhook", slow_url, urgent=False)
        way = Webhook("secret", Clock(), HERE)
        out = courier(database, way)
        out.start()
        assert slow.asked.wait(PATIENCE)
        put(connection, "webhook", quick_url)
        out.wake()
        assert quick.asked.wait(PATIENCE), "the high one waited for the low one"
        slow.let_go.set()
        out.stop()


@pytest.mark.usefixtures("no_way_gives_up")
def test_a_test_message_that_hangs_does_not_hold_up_a_high_alert_to_the_same_address(
    connection: sqlite3.Connection, database: Path
) -> None:
    connection.execute("INSERT INTO alert_event (alert, at, event, reason) VALUES (1, 1, 'called', 'unit')")
    with web_address() as (address, url):
        address.let_go.clear()
        put(connection, "webhook", url, proof=True)
        out = courier(database, Webhook("secret", Clock(), HERE))
        out.start()
        assert address.asked.wait(PATIENCE)
        address.asked.clear()
        put(connection, "webhook", url, event=2)
        out.wake()
        assert address.asked.wait(PATIENCE), "the real one waited for the test"
        assert [json.loads(body)["test"] for _, body in address.requests] == [True, False]
        address.let_go.set()
        out.stop()


def test_where_an_address_is_refused_for_good_the_next_way_is_taken_at_once(
    connection: sqlite3.Connection, database: Path
) -> None:
    with mail_server() as (mailbox, port), web_address() as (address, url):
        with transaction(connection):
            contacts.put(connection, "s", Contact("kari", "email", "gone@example.org"), NIGHT)
            contacts.put(connection, "s", Contact("kari", "webhook", url), NIGHT + timedelta(seconds=1))
        put(connection, "email", "gone@example.org", urgent=False)
        mailbox.answers = ["550 no such person"]
        courier(database, email(port)).deliver(connection)
        courier(database, Webhook("secret", Clock(), HERE)).deliver(connection)
    assert len(address.requests) == 1
    assert stored(connection).sent_at == NIGHT


REFUSALS_OF_AN_ADDRESS = [
    "550 no such person",
    "550 5.1.1 <kari@example.org>: Recipient address rejected: User unknown",
    "550 5.2.1 The account that you tried to reach is disabled",
    "551 user not local",
    "556 5.1.10 the domain takes no mail",
]


@pytest.mark.parametrize("answer", REFUSALS_OF_AN_ADDRESS)
def test_an_address_that_is_refused_for_good_is_marked_until_it_takes_something_again(
    connection: sqlite3.Connection, database: Path, answer: str
) -> None:
    clock, kari = Clock(), Contact("kari", "email", "kari@example.org")
    with mail_server() as (mailbox, port):
        out = courier(database, email(port), clock)
        put(connection, *kari[1:])
        contacts.put(connection, "s", Contact("kari", "email", "other@example.org"), NIGHT)
        mailbox.answers = [answer, answer]
        out.deliver(connection)
        assert contacts.refused(connection, "s") == {kari: NIGHT}
        for later, refused in ((1, {kari: NIGHT}), (2, {})):  # still; and then it takes one
            clock.at = NIGHT + timedelta(hours=later)
            connection.execute("UPDATE summons SET next_at = created_at")
            out.deliver(connection)
            assert contacts.refused(connection, "s") == refused


@pytest.mark.parametrize(
    "answer",
    [
        "451 later",
        "452 4.2.2 mailbox full just now",
        "500 what?",
        "535 5.7.8 authentication failed",
        "550 relay not permitted",
        "550 5.7.1 Relaying denied",
        "550 5.1.8 sender's domain does not exist",
        "552 5.3.4 message too big",
        "554 5.7.1 looks like spam",
    ],
)
def test_an_address_is_not_to_blame_for_what_the_house_or_the_mail_server_did(
    connection: sqlite3.Connection, database: Path, answer: str
) -> None:
    with mail_server() as (mailbox, port):
        put(connection, "email", "kari@example.org")
        mailbox.answers = [answer]
        courier(database, email(port)).deliver(connection)
        assert stored(connection).failure is not None
    assert contacts.refused(connection, "s") == {}


def test_a_recipient_that_the_mail_server_does_not_know_is_marked_before_any_message_was_sent(
    connection: sqlite3.Connection, database: Path
) -> None:
    with mail_server() as (mailbox, port):
        put(connection, "email", "kari@example.org")
        mailbox.unknown.add("kari@example.org")
        courier(database, email(port)).deliver(connection)
        assert mailbox.taken == []
    assert list(contacts.refused(connection, "s")) == [Contact("kari", "email", "kari@example.org")]


@pytest.mark.parametrize(
    ("status", "is_marked"),
    [(404, True), (410, True), (400, False), (401, False), (429, False), (503, False)],
)
def test_a_web_address_that_is_not_there_is_marked(
    connection: sqlite3.Connection, database: Path, status: int, is_marked: bool
) -> None:
    with web_address() as (address, url):
        address.statuses = [status]
        put(connection, "webhook", url)
        courier(database, Webhook("secret", Clock(), HERE)).deliver(connection)
    marked = [Contact("kari", "webhook", url)] if is_marked else []
    assert list(contacts.refused(connection, "s")) == marked


def test_an_address_that_is_taken_away_and_put_in_again_is_not_held_to_be_refused(
    connection: sqlite3.Connection,
) -> None:
    kari = Contact("kari", "email", "kari@example.org")
    contacts.put(connection, "s", kari, NIGHT)
    contacts.note_answer(connection, "s", kari, NIGHT)
    contacts.put(connection, "s", kari, NIGHT)
    assert contacts.refused(connection, "s") == {kari: NIGHT}, "the same again changes nothing"
    contacts.delete(connection, "s", kari)
    contacts.put(connection, "s", kari, NIGHT)
    assert contacts.refused(connection, "s") == {}


def test_it_is_tried_ever_later_and_given_up_after_a_day_with_the_reason() -> None:
    summons = Summons(1, "s", 1, 1, "kari", "email", "a@b", True, "", "", NIGHT, next_at=NIGHT)
    failed, waits, now = Failed("away", False), [], NIGHT
    while summons.next_at is not None:
        now = summons.next_at
        summons = outcome(summons, failed, now)
        waits.append(None if summons.next_at is None else int((summons.next_at - now).total_seconds()))
    assert waits[:7] == [2, 4, 8, 16, 32, 60, 60]
    assert summons.failure == "given up after a day: away"
    assert now - NIGHT >= timedelta(hours=24)


@pytest.mark.parametrize(("urgent", "longest"), [(True, 1), (False, 10)])
def test_what_a_push_service_asks_to_wait_holds_nothing_urgent_for_more_than_a_minute(
    urgent: bool, longest: int
) -> None:
    summons = Summons(1, "s", 1, 1, "kari", "webpush", "p1", urgent, "", "", NIGHT, next_at=NIGHT)
    busy = Failed("the push service answered 429", False, after=timedelta(hours=1))
    assert outcome(summons, busy, NIGHT).next_at == NIGHT + timedelta(minutes=longest)


def test_a_hub_that_dies_between_sending_and_marking_sends_again_with_the_same_id(
    connection: sqlite3.Connection, database: Path
) -> None:
    with web_address() as (address, url):
        put(connection, "webhook", url)
        way = Webhook("secret", Clock(), HERE)
        dying = Thread(target=way.send, args=(message_of(stored(connection)),))  # it sends, and never marks
        dying.start()
        dying.join()
        courier(database, way).deliver(connection)
    ids = [headers["webhook-id"] for headers, _ in address.requests]
    assert ids == ["vaka-s-1", "vaka-s-1"]


@pytest.mark.parametrize("why", ["address removed", "left"])
def test_what_waits_for_an_address_that_is_no_longer_theirs_goes_there_no_more(
    connection: sqlite3.Connection, database: Path, why: str
) -> None:
    with web_address() as (receiver, url), mail_server() as (mailbox, port):
        put(connection, "webhook", url, urgent=False)
        with transaction(connection):
            contacts.put(connection, "s", Contact("kari", "email", "kari@example.org"), NIGHT)
            if why == "address removed":
                contacts.delete(connection, "s", Contact("kari", "webhook", url))
        site = SITE if why == "address removed" else SITE.model_copy(update={"people": ()})
        for way in (Webhook("secret", Clock(), HERE), email(port)):
            Courier(database, lambda: site, way, Clock()).deliver(connection)
        assert receiver.requests == []
        assert [mail["to"] for mail in mailbox.taken] == (
            ["kari@example.org"] if why == "address removed" else []
        )


def test_an_email_goes_out_whatever_a_room_is_called(connection: sqlite3.Connection, database: Path) -> None:
    with mail_server() as (mailbox, port):
        put(connection, "email", "kari@example.org")
        connection.execute("UPDATE summons SET subject = 'HØYT varsel: 3B\u2028Bcc: a@b.example\x85x'")
        assert courier(database, email(port)).deliver(connection) == 1
        assert [mail["to"] for mail in mailbox.taken] == ["kari@example.org"]
        assert stored(connection).failure is None


@pytest.mark.parametrize(
    "address",
    [
        "http://[",
        "http://[::1",
        "https://h:port/x",
        "https://h:99999/",
        "ftp://h/",
        "https://h/\r\nX: y",
        "ht\ttps://h/",
        "https://h/\0",
        "https://h/a b",
        "https://h\u200b/",
    ],
)
def test_what_is_no_web_address_is_said_in_a_sentence(address: str) -> None:
    assert "is no web address" in (why_unusable(address) or "")
