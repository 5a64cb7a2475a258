"""A call reaches a phone by Web Push: encrypted for it alone, posted to a real push service, whatever that
answers.
"""

import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from hub.answerable import answerable
from hub.contact_trial import outcome as outcome_of
from hub.inside import is_public
from hub.phones import MOST, Phones, lose_those_of_another_key
from hub.settings import DATABASE, Settings
from hub.store import contacts, phones, summonses
from hub.store.alerts import AlertEvent
from hub.store.contacts import Contact
from hub.store.db import connect, transaction
from hub.store.phones import Phone
from hub.store.summonses import Summons
from hub.ways.courier import Courier
from hub.ways.push_address import OwnServer, destination, why_unusable
from hub.ways.push_key import KEY_FILE, PUBLIC_FILE, PushKey, public_key
from hub.ways.push_receipts import Receipt, ReceiptMarks, claimed
from hub.ways.trials import Trials
from hub.ways.way import Failed, Message
from hub.ways.webpush import FILLED_UP_TO, WebPush, outcome, web_push
from rules.alert import Alert
from rules.pause import Refusal
from tests.ways.push_service import CURVE, Device, PushService, new_device, octets, push_service, vapid
from tests.ways.test_delivery import Clock
from tests.web.house import DOCUMENT, read

NIGHT = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)
SITE = read(DOCUMENT)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PushService]:
    with push_service(tmp_path_factory.mktemp("push")) as service:
        yield service


class Hub:
    """A database, its key, and its way to the push service."""

    def __init__(self, folder: Path, service: PushService) -> None:
        service.taken.clear()
        service.answers.clear()
        settings = Settings(
            data=folder,
            push_server=f"localhost:{service.port}",
            push_server_ca=service.ca,
            smtp_from="vaka@example.org",
        )
        self.clock, self.service = Clock(), service
        self.database = settings.database
        self.connection = connect(settings.database)
        self.key, self.marks = PushKey(folder), ReceiptMarks(folder)
        self.way: WebPush = web_push(settings, self.clock)
        self.own = OwnServer("localhost", service.port, service.ca)
        self.phones = Phones(self.connection, SITE, self.clock)
        self.courier = Courier(settings.database, lambda: SITE, self.way, self.clock)

    def switch_on(self, person: str, name: str, device: Device) -> Phone:
        endpoint = self.service.endpoint(name)
        phone = self.phones.switch_on(person, endpoint, (device.public, device.auth), "Pixel", self.own)
        assert isinstance(phone, Phone)
        return phone

    def deliver(self) -> None:
        self.courier.deliver(self.connection)

    def ways_of(self, person: str) -> list[Contact]:
        return contacts.of(self.connection, SITE.site, person)


@pytest.fixture
def hub(tmp_path: Path, service: PushService) -> Iterator[Hub]:
    hub = Hub(tmp_path, service)
    yield hub
    hub.connection.close()


def message(phone: Phone, urgent: bool = True, alerts: tuple[int, ...] = (12,)) -> Message:
    body = "Åpne Vaka for å se hva det gjelder og ta det.\nhttps://vaka.example.org\n"
    return Message(
        "vaka-solbakken-7", "solbakken", phone.person, phone.id, urgent, "HØYT varsel: 3B", body, NIGHT,
        alerts, (7, 8)[: len(alerts)],
    )  # fmt: skip


def test_the_phone_alone_can_read_what_goes_out_and_it_says_only_where_and_how_urgent(hub: Hub) -> None:
    device = new_device()
    phone = hub.switch_on("kari", "a", device)
    assert hub.way.send(message(phone)) is None
    [(path, headers, body)] = hub.service.taken
    assert path == "/push/a"
    assert headers["content-encoding"] == "aes128gcm"
    assert (headers["ttl"], headers["urgency"]) == ("3600", "high")
    assert headers["host"] == f"localhost:{hub.service.port}"
    read = device.reads(body)
    assert len(read) == FILLED_UP_TO
    said = json.loads(read)
    receipt = said.pop("receipt")
    assert claimed(receipt) == Receipt(phone.id, 7, hub.clock.now())
    assert hub.marks.proves("solbakken", "kari", receipt)
    assert said == {
        "title": "HØYT varsel: 3B",
        "body": "Åpne Vaka for å se hva det gjelder og ta det.",
        "open": "/alerts/12",
        "tag": "alert-12",
        "urgent": True,
        "silent": False,
        "at": "2026-11-24T01:10:00Z",
    }
    assert b"varsel" not in body
    hub.way.send(message(phone))
    assert hub.service.taken[1][2][:86] != body[:86], "each message has a salt and a key of its own"


def test_the_push_service_knows_us_by_our_key_and_whom_to_write_to(hub: Hub, tmp_path: Path) -> None:
    hub.way.send(message(hub.switch_on("kari", "a", new_device())))
    claims, key = vapid(hub.service.taken[0][1]["authorization"])
    assert claims == {
        "aud": f"https://localhost:{hub.service.port}",
        "exp": int((NIGHT + timedelta(hours=12)).timestamp()),
        "sub": "mailto:vaka@example.org",
    }
    assert key == hub.key.public == PushKey(tmp_path).public, "made once, the same ever after"
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


def test_less_urgent_messages_wait_longer_and_a_repetition_replaces_the_one_before(hub: Hub) -> None:
    phone = hub.switch_on("kari", "a", new_device())
    for alerts in ((12,), (12,), (13,), (12, 13)):
        hub.way.send(message(phone, urgent=False, alerts=alerts))
    sent = [headers for _, headers, _ in hub.service.taken]
    assert {(h["ttl"], h["urgency"]) for h in sent} == {("14400", "normal")}
    topics = [h["topic"] for h in sent]
    assert topics[0] == topics[1]
    assert len(set(topics)) == 3
    assert all(len(topic) == 32 and octets(topic) for topic in topics)


def test_the_decryption_that_these_tests_trust_reads_the_example_of_the_standard() -> None:
    """RFC 8291, appendix A."""
    key = ec.derive_private_key(
        int.from_bytes(octets("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big"), CURVE
    )
    device = Device(key, octets("BTBZMqHH6r4Tts7J_aSIgg"))
    assert device.public == octets(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    )
    body = octets(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert device.reads(body) == b"When I grow up, I want to be a watermelon"


def put_call(hub: Hub, phone: Phone, urgent: bool) -> None:
    """An alert's first call, to this phone."""
    with transaction(hub.connection):
        hub.connection.execute(
            "INSERT INTO alert (id, site, rule, room, unit, residents, severity, state, raised_at, found_at,"
            " last_at, evidence, occurrences, prewarning, late)"
            " VALUES (1, 'solbakken', 'r', '3B', 'u', '[]', 'high', 'open', 0, 0, 0, '[]', 1, 0, 0)"
        )
        hub.connection.execute(
            "INSERT INTO alert_event (alert, at, event, reason) VALUES (1, 0, 'called', 'unit')"
        )
        words, to = ("HØYT varsel: 3B", "Åpne Vaka.\n"), (phone.person, "webpush", phone.id)
        summonses.add(hub.connection, Summons(0, SITE.site, 1, 1, *to, urgent, *words, NIGHT, next_at=NIGHT))


@pytest.mark.parametrize("status", [404, 410])
def test_a_phone_that_is_gone_is_forgotten_and_the_next_way_taken_at_once(hub: Hub, status: int) -> None:
    phone = hub.switch_on("kari", "a", new_device())
    with transaction(hub.connection):
        contacts.put(
            hub.connection, SITE.site, Contact("kari", "email", "kari@example.org"), NIGHT - timedelta(days=9)
        )
    hub.service.answers.append((status, {}))
    put_call(hub, phone, urgent=False)
    hub.deliver()
    [pushed, mailed] = summonses.of_alert(hub.connection, 1)
    assert (pushed.next_at, pushed.sent_at) == (None, None)
    assert pushed.failure == "the phone takes no messages any more"
    assert (mailed.way, mailed.next_at) == ("email", NIGHT)
    assert hub.ways_of("kari") == [Contact("kari", "email", "kari@example.org")]
    assert [one.lost for one in phones.of(hub.connection, SITE.site, "kari")] == [True]
    audited = hub.connection.execute("SELECT what FROM audit ORDER BY rowid DESC").fetchone()
    assert audited["what"] == "contact removed"


def test_a_phone_whose_push_service_does_not_know_us_is_marked_until_it_takes_something_again(
    hub: Hub,
) -> None:
    phone = hub.switch_on("kari", "kari", new_device())
    put_call(hub, phone, urgent=True)
    hub.service.answers.append((403, {}))
    hub.deliver()
    known = phones.get(hub.connection, SITE.site, phone.id)
    assert known is not None
    assert known.state == "refused"
    assert known.refused_at == hub.clock.now()
    assert [one.id for one in phones.in_trouble(hub.connection, SITE.site)] == [phone.id]
    assert hub.ways_of("kari"), "it may be our clock: each call tries again"
    [row] = hub.connection.execute("SELECT next_at, failure FROM summons").fetchall()
    assert tuple(row) == (None, "the push service does not know us (403)"), "nothing is retried in silence"
    with transaction(hub.connection):  # somebody calls them again
        hub.connection.execute("UPDATE summons SET next_at = created_at")
    hub.deliver()
    known = phones.get(hub.connection, SITE.site, phone.id)
    assert known is not None
    assert known.state == "ok"


def test_phones_of_a_key_that_was_lost_are_lost_at_once_and_nothing_is_posted_for_them(hub: Hub) -> None:
    with_ours = hub.switch_on("kari", "kari", new_device())
    endpoint, device = hub.service.endpoint("sol"), new_device()
    keys = (device.public, device.auth)
    of_before = hub.phones.switch_on("sol", endpoint, keys, "iPhone", hub.own, made_with="another key")
    assert isinstance(of_before, Phone)
    failed = hub.way.send(message(of_before))
    assert failed is not None
    assert failed.gone
    assert hub.service.taken == []
    now = hub.clock.now()
    assert lose_those_of_another_key(hub.connection, SITE.site, hub.way.public_key, now) == 1
    assert lose_those_of_another_key(hub.connection, SITE.site, hub.way.public_key, now) == 0
    assert [(one.id, one.state) for one in phones.in_trouble(hub.connection, SITE.site)] == [
        (of_before.id, "lost")
    ]
    assert hub.ways_of("sol") == []
    assert [c.address for c in hub.ways_of("kari")] == [with_ours.id]


def test_a_test_of_the_alerting_wakes_the_phone_and_makes_no_sound(hub: Hub) -> None:
    device = new_device()
    phone = hub.switch_on("kari", "kari", device)
    assert hub.way.send(msgspec.structs.replace(message(phone), proof=True)) is None
    [(_, headers, body)] = hub.service.taken
    said = json.loads(device.reads(body))
    assert (headers["urgency"], int(headers["ttl"])) == ("high", 120)
    assert (said["silent"], said["urgent"], said["open"], said["tag"]) == (
        True,
        False,
        "/care/proof",
        "proof",
    )


def test_a_push_service_that_is_busy_is_left_alone_for_as_long_as_it_asks(hub: Hub) -> None:
    phone = hub.switch_on("kari", "a", new_device())
    hub.service.answers += [(429, {"Retry-After": "50"}), (503, {})]
    put_call(hub, phone, urgent=True)
    hub.deliver()
    [waiting] = summonses.of_alert(hub.connection, 1)
    assert waiting.next_at == NIGHT + timedelta(seconds=50)
    hub.clock.at += timedelta(seconds=50)
    hub.deliver()
    hub.clock.at += timedelta(seconds=30)
    hub.deliver()
    [sent] = summonses.of_alert(hub.connection, 1)
    assert (sent.attempts, sent.sent_at) == (3, hub.clock.at)
    assert hub.ways_of("kari") != []


def test_what_an_answer_comes_to() -> None:
    def of(status: int, retry_after: str | None = None) -> Failed | None:
        return outcome(status, retry_after)

    assert of(201) is None
    assert of(202) is None
    assert of(410) == Failed("the phone takes no messages any more", True, gone=True)
    assert of(413) == Failed("the push service answered 413", True)
    for status in (401, 403):
        refused = of(status)
        assert refused == Failed(f"the push service does not know us ({status})", True, refused_us=True)
    assert of(301) == Failed("the push service answered 301", True)
    assert of(500) == Failed("the push service answered 500", False)
    assert of(503, "120") == Failed("the push service answered 503", False, after=timedelta(minutes=2))
    assert of(429, "Wed, 21 Oct 2026 07:28:00 GMT") == Failed("the push service answered 429", False)


def test_a_push_service_whose_certificate_is_not_trusted_learns_nothing(hub: Hub, tmp_path: Path) -> None:
    phone = hub.switch_on("kari", "a", new_device())
    not_trusting = OwnServer("localhost", hub.service.port, None)
    failed = WebPush(tmp_path / DATABASE, hub.key, hub.marks, None, not_trusting, hub.clock).send(
        message(phone)
    )
    assert failed is not None
    assert failed.why.startswith("the push service could not be reached")
    assert not failed.for_good
    assert hub.service.taken == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.org/x",
        "https://localhost/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://10.1.2.3/x",
        "https://169.254.169.254/latest/meta-data",
        "https://push.example.org:8443/x",
        "https://kari@push.example.org/x",
        "https://push.example.org/x\r\nHost: inside",
        "https://push.example.org/" + "x" * 3000,
        "file:///etc/passwd",
        "https://[",
        "",
    ],
)
def test_an_address_that_leads_into_the_house_is_refused(hub: Hub, endpoint: str) -> None:
    assert isinstance(destination(endpoint, None), str)
    device = new_device()
    if endpoint != "https://localhost/x":  # its name is looked up when something is sent
        refused = hub.phones.switch_on("kari", endpoint, (device.public, device.auth), "x", None)
        assert isinstance(refused, Refusal)
    assert hub.service.taken == []


def test_the_operators_own_push_server_is_let_through_by_name_and_port_alone(hub: Hub) -> None:
    own = OwnServer("localhost", 8443, None)
    assert why_unusable("https://localhost:8443/x", own) is None
    assert why_unusable("https://localhost:8444/x", own) is not None
    assert isinstance(destination("https://localhost/x", own), str)


def test_what_is_public() -> None:
    from ipaddress import ip_address

    inside = ("10.0.0.1", "192.168.1.1", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1", "fd00::1",
              "::ffff:192.168.0.1", "2002:0a00:0001::1", "64:ff9b::a00:1", "2001::1")  # fmt: skip
    outside = ("142.250.74.10", "2a00:1450:4010:c0f::bc", "64:ff9b::8efa:4a0a")
    assert [a for a in inside if is_public(ip_address(a))] == []
    assert [a for a in outside if not is_public(ip_address(a))] == []


def test_a_phone_calls_one_person_and_goes_with_their_contact(hub: Hub) -> None:
    device = new_device()
    phone = hub.switch_on("kari", "shared", device)
    assert hub.ways_of("kari") == [Contact("kari", "webpush", phone.id)]
    hub.switch_on("sol", "shared", device)
    assert hub.ways_of("kari") == []
    assert hub.ways_of("sol") == [Contact("sol", "webpush", phone.id)]
    refused = hub.way.send(message(phone))
    assert refused == Failed("the phone is not theirs any more", True, gone=True)
    assert hub.service.taken == []
    assert not hub.phones.switch_off("kari", phone.id)
    with transaction(hub.connection):
        contacts.delete(hub.connection, SITE.site, Contact("kari", "webpush", phone.id))
    assert [one.lost for one in phones.of(hub.connection, SITE.site, "sol")] == [False]
    with transaction(hub.connection):
        contacts.delete(hub.connection, SITE.site, Contact("sol", "webpush", phone.id))
    assert [one.lost for one in phones.of(hub.connection, SITE.site, "sol")] == [True], "and she is told"
    hub.switch_on("sol", "shared", device)
    assert [one.lost for one in phones.of(hub.connection, SITE.site, "sol")] == [False]
    assert hub.phones.switch_off("sol", phone.id)
    assert phones.of(hub.connection, SITE.site, "sol") == []


def test_keys_that_are_none_and_too_many_phones_are_refused(hub: Hub) -> None:
    device = new_device()
    for keys in ((b"", device.auth), (device.public, b"short"), (b"\x04" + bytes(64), device.auth)):
        refused = hub.phones.switch_on("kari", hub.service.endpoint("a"), keys, "x", hub.own)
        assert isinstance(refused, Refusal)
    for n in range(MOST):
        hub.switch_on("kari", str(n), device)
    keys = (device.public, device.auth)
    one_more = hub.phones.switch_on("kari", hub.service.endpoint("more"), keys, "x", hub.own)
    assert isinstance(one_more, Refusal)
    hub.switch_on("kari", "0", device)


def test_what_is_not_high_goes_to_all_of_somebodys_phones_and_by_no_other_way(hub: Hub) -> None:
    with transaction(hub.connection):
        contacts.put(hub.connection, SITE.site, Contact("kari", "email", "kari@example.org"), NIGHT)
    hub.clock.at += timedelta(days=1)
    switched_on = {hub.switch_on("kari", name, new_device()).id for name in "ab"}
    step = AlertEvent(1, 1, NIGHT, "called", None, "unit")
    at = (NIGHT, NIGHT, NIGHT)
    low = Alert(1, SITE.site, "quiet", "3B", "sol", ("r3",), "low", "open", *at, None, ())
    found = answerable(hub.connection, SITE, low, step, lambda _: True, step.at)
    assert {one.address for one in found if one.person == "kari"} == switched_on
    high = answerable(
        hub.connection, SITE, msgspec.structs.replace(low, severity="high"), step, lambda _: True, step.at
    )
    assert {one.way for one in high if one.person == "kari"} == {"webpush", "email"}


def test_a_test_message_calls_nobody_to_anything(hub: Hub) -> None:
    device = new_device()
    phone = hub.switch_on("kari", "a", device)
    trials = Trials(hub.database, lambda: SITE, {"webpush": hub.way}, hub.clock)
    trials.start()

    def tried(person: str = "kari") -> Failed | Refusal | None:
        asked = hub.phones.test(person, phone.id, "nb")
        return asked if isinstance(asked, Refusal) else outcome_of(hub.connection, asked, hub.clock)

    assert tried() is None
    [(_, headers, body)] = hub.service.taken
    said = json.loads(device.reads(body))
    assert (said["title"], said["open"]) == ("Prøvemelding fra Vaka", "/phone")
    assert headers["urgency"] == "high"
    assert "topic" not in headers
    assert claimed(said["receipt"]) == Receipt(phone.id, 0, hub.clock.now())
    assert tried() == Refusal("a test message was sent just now", "too_soon")
    assert isinstance(tried("sol"), Refusal)
    hub.clock.at += timedelta(minutes=1)
    hub.service.answers.append((410, {}))
    assert isinstance(tried(), Failed)
    trials.stop()
    assert hub.ways_of("kari") == []


def test_a_receipt_cannot_be_made_up(hub: Hub) -> None:
    token = hub.marks.token("solbakken", "kari", Receipt("abc", 7, NIGHT))
    assert claimed(token) == Receipt("abc", 7, NIGHT)
    assert hub.marks.proves("solbakken", "kari", token)
    assert not hub.marks.proves("other", "kari", token)
    assert not hub.marks.proves("solbakken", "sol", token)
    head, _, mark = token.rpartition(".")
    sent_at = head.rpartition(".")[2]
    wrong = (
        "",
        "...",
        f"abc.7.{sent_at}.",
        f"abc.8.{sent_at}.{mark}",
        f"abd.7.{sent_at}.{mark}",
        f"abc.7.{int(sent_at) + 1}.{mark}",
        f"abc.07.{sent_at}.{mark}",
        f"abc.7.{'9' * 18}.{mark}",
        head,
        token + "x",
        f"abc.٧.{sent_at}.{mark}",
        f"abc.-7.{sent_at}.{mark}",
    )
    assert [t for t in wrong if hub.marks.proves("solbakken", "kari", t)] == []


def test_the_pages_need_the_public_half_of_the_key_alone_and_one_kept_elsewhere_moves_there(
    tmp_path: Path,
) -> None:
    data, keys = tmp_path / "data", tmp_path / "keys"
    data.mkdir()
    keys.mkdir()
    assert public_key(data) is None
    before = PushKey(data).public
    (data / KEY_FILE).chmod(0o600)
    assert public_key(data) == before
    moved = PushKey(data, keys / KEY_FILE)
    assert (moved.public, public_key(data)) == (before, before), "no phone has to be switched on anew"
    assert sorted(path.name for path in data.iterdir()) == [PUBLIC_FILE]
    assert stat.S_IMODE((keys / KEY_FILE).stat().st_mode) == 0o600
    (data / PUBLIC_FILE).write_text("an old one")
    assert PushKey(data, keys / KEY_FILE).public == public_key(data) == before
    other = tmp_path / "other"
    other.mkdir()
    assert PushKey(other, keys / "made.key").public == public_key(other) != before
