"""What a relative may be told, and when a letter leaves: asked again at the moment of sending."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path

import msgspec
import pytest

from hub.history.embedded import EmbeddedHistory
from hub.relatives import forget, invitations, news
from hub.relatives.book import Choices, Newcomer
from hub.relatives.post import Post
from hub.relatives.week import rhythm
from hub.settings import Settings
from hub.store import alerts, credentials, relative_messages
from hub.store import relatives as store
from hub.store.relative_messages import Message
from hub.summoner import configured_ways
from rules.building import LegalBasis
from rules.consent_reviews import reviews
from rules.duration import Window
from rules.pause import Refusal
from rules.relatives import (
    CATEGORIES,
    Bond,
    Category,
    Consent,
    Known,
    Relative,
    Rest,
    last_day_of_need,
    may,
)
from rules.telling_relatives import MOST_A_DAY, departure, digest_due
from rules.usual import band, judged
from tests.unit.relatives import ADDRESS, DAY, GIVEN, MIN, NOON, OSLO, SITE, TODAY, House, house
from tests.ways.receivers import mail_server
from tests.world import World

__all__ = ["house"]  # a fixture


# Letters


def test_a_grave_alert_is_told_after_five_minutes_and_handled_when_it_is_over(house: House) -> None:
    marit = house.relative("alerts")
    alert = house.press()
    assert house.post() == 0
    house.world.passes(5 * MIN)
    assert house.post() == 1
    house.world.desk.accept(alert, "kari")
    assert house.post() == 0
    house.world.desk.close(alert, "kari", "helped")
    assert house.post() == 1
    assert [m.kind for m in house.messages(marit)] == ["handled", "told"]
    for letter in house.mailbox.taken:
        text = letter.as_string() + str(letter.get_payload(decode=True))
        assert letter["to"] == "marit@example.org"
        assert not [word for word in ("Anna", "Kari", "3B", "hjelp", "Haugen") if word in text]
        assert f"{ADDRESS}/relative" in text


def test_what_is_over_before_it_was_told_is_told_as_handled_alone(house: House) -> None:
    house.relative("alerts")
    alert = house.press()
    house.post()
    house.world.desk.close(alert, "kari", "no_help_needed")
    house.world.passes(5 * MIN)
    house.post()
    assert house.letters() == ["Tatt hånd om – Solbakken"]


def test_who_was_told_of_three_alerts_a_day_hears_how_each_of_them_ended(house: House) -> None:
    marit = house.relative("alerts", "digest")
    told = []
    for _ in range(MOST_A_DAY):
        told.append(house.press())
        house.post()
        house.world.passes(5 * MIN)
        assert house.post() == 1
        house.world.desk.accept(told[-1], "kari")
        house.world.passes(MIN)
        house.world.desk.close(told[-1], "kari", "helped")
        assert house.post() == 1, "it is handled, and that is what she waits for"
    house.press()
    house.post()
    house.world.passes(5 * MIN)
    assert house.post() == 0, "a fourth waits"
    kinds = [m.kind for m in house.messages(marit) if m.sent_at is not None]
    assert kinds == ["handled", "told"] * MOST_A_DAY


def test_the_weeks_letter_takes_none_of_the_days_letters(house: House) -> None:
    marit = house.relative("alerts", "digest")
    connection = house.world.connection
    week = Message(0, "test", marit.id, "r-anna", "digest", "2026-11-24", None, NOON, next_at=NOON)
    relative_messages.put_in(connection, week)
    assert house.post() == 1
    assert relative_messages.letters_since(connection, marit.id, NOON - DAY) == []


@pytest.mark.parametrize("outcome", ["false_alarm", "test"])
def test_what_was_nothing_and_not_told_of_is_told_to_nobody(house: House, outcome: str) -> None:
    marit = house.relative("handled")
    alert = house.press()
    house.world.desk.close(alert, "kari", outcome)  # type: ignore[arg-type]
    assert house.post() == 0
    (only,) = house.messages(marit)
    assert only.dropped == "nothing that they were told of"


def _withdrawn(house: House, marit: Relative) -> None:
    house.book.withdraw(marit, "r-anna", [], "kari")


def _resting(house: House, marit: Relative) -> None:
    house.book.rest(marit, "r-anna", None, "kari")


def _parted(house: House, marit: Relative) -> None:
    house.book.part(marit, "r-anna", "kari")


def _left(house: House, marit: Relative) -> None:
    house.book.leave(marit)


def _expired(house: House, marit: Relative) -> None:
    house.world.connection.execute(
        "UPDATE relative_consent SET valid_until = ?", ((TODAY - DAY).isoformat(),)
    )


@pytest.mark.parametrize("ends", [_withdrawn, _resting, _parted, _left, _expired])
def test_a_consent_that_ends_while_a_letter_waits_is_seen_when_it_would_leave(
    house: House, ends: Callable[[House, Relative], None]
) -> None:
    marit = house.relative("alerts")
    house.press()
    house.post()
    (waiting,) = house.messages(marit)
    assert waiting.next_at is not None
    ends(house, marit)
    house.world.passes(5 * MIN)
    assert house.post() == 0
    assert house.letters() == []
    (dropped,) = house.messages(marit)
    assert (dropped.next_at, dropped.sent_at) == (None, None)
    assert dropped.dropped


def test_who_has_not_come_in_is_told_nothing(house: House) -> None:
    marit = house.relative("alerts")
    house.world.connection.execute("DELETE FROM credential")
    house.press()
    house.post()
    assert house.messages(marit) == []


def test_of_another_resident_nothing_is_told(house: House) -> None:
    marit = house.relative(*CATEGORIES)
    house.press("4B")
    house.post()
    assert house.messages(marit) == []


def test_of_two_who_share_a_room_both_must_have_said_yes(house: House) -> None:
    son = house.relative("alerts", resident="r-olav", email="son@example.org")
    house.press("4B")
    house.post()
    assert house.messages(son) == []
    house.book.add(Newcomer("Sønn", "son@example.org", "nb", "r-eva", "Sønn"), "lise")
    house.allow(son, ["alerts"], "r-eva")
    house.world.desk.close(house.world.alerts()[-1].id, "kari", "helped")
    house.post()
    assert [m.kind for m in house.messages(son)] == ["handled"]


def test_what_was_before_the_later_yes_of_two_who_share_a_room_stays_before(house: House) -> None:
    son = house.relative("alerts", resident="r-olav", email="son@example.org")
    house.press("4B")
    house.world.passes(DAY)
    house.book.add(Newcomer("Sønn", "son@example.org", "nb", "r-eva", "Sønn"), "lise")
    today = house.world.clock.now().date()
    for resident, since in (("r-olav", today - 5 * DAY), ("r-eva", today)):
        days = (since, today + 9 * DAY)
        given = house.book.consent(son, resident, ["handled"], days, GIVEN, "lise")  # type: ignore[arg-type]
        assert not isinstance(given, Refusal)
    house.world.desk.close(house.world.alerts()[-1].id, "kari", "helped")
    house.post()
    assert house.messages(son) == []


def test_a_mail_server_that_is_away_is_tried_again_and_the_letter_keeps_its_id(house: House) -> None:
    marit = house.relative("alerts")
    house.press()
    house.world.passes(5 * MIN)
    house.mailbox.answers = ["451 later"]
    assert house.post() == 0
    (waiting,) = house.messages(marit)
    assert waiting.failure is not None
    house.world.passes(MIN)
    assert house.post() == 1
    number = f"{waiting.id}-{waiting.created_at.timestamp():.0f}"
    assert house.mailbox.taken[0]["message-id"] == f"<vaka-test-relative-{number}@example.org>"


def test_an_address_that_is_refused_is_given_up_and_says_why(house: House) -> None:
    marit = house.relative("alerts")
    house.press()
    house.world.passes(5 * MIN)
    house.mailbox.answers = ["550 no such user"]
    house.post()
    (only,) = house.messages(marit)
    assert (only.dropped, only.next_at) == ("could not be sent", None)
    assert "550" in (only.failure or "")


def test_an_invitation_goes_out_once_and_its_link_is_wiped(house: House) -> None:
    marit = house.relative("well")
    now = house.world.clock.now()
    invited = invitations.invite(house.world.connection, marit, ADDRESS, True, "lise", now)
    assert house.post() == 1
    body = house.mailbox.taken[0].get_payload(decode=True)
    assert isinstance(body, bytes)
    assert invited.link in body.decode()
    (sent,) = house.messages(marit)
    assert sent.secret is None
    assert house.post() == 0


def test_a_letter_that_breaks_us_costs_no_other_relative_theirs(house: House) -> None:
    marit, odd = house.relative("alerts"), house.relative("alerts", email="odd@example.org")
    house.press()
    house.post()
    house.world.connection.execute("UPDATE relative_message SET about = 'x' WHERE relative = ?", (marit.id,))
    house.world.passes(5 * MIN)
    house.post()
    assert [message.sent_at is not None for message in house.messages(odd)] == [True]


# The week, and several pieces of news at once

SUNDAY = datetime(2026, 11, 29, 16, 0, tzinfo=UTC)
"""17:00 in Oslo, when Marit wants the week."""


@pytest.fixture
def post_office(house: House, tmp_path: Path) -> Callable[[], Post]:
    """The hub's thread for letters as it is after a start, taken step by step."""
    server, port = house.way._server.host, house.way._server.port
    settings = Settings(
        data=tmp_path, smtp=f"smtp://{server}:{port}", smtp_from="vaka@example.org", web_address=ADDRESS
    )
    return lambda: Post(
        settings, lambda: house.world.site, house.world.clock, configured_ways(settings, house.world.clock)
    )


def body_of(letter: EmailMessage) -> str:
    payload = letter.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def test_the_week_comes_on_its_day_and_hour_once_and_leads_straight_to_its_pictures(
    house: House, post_office: Callable[[], Post]
) -> None:
    marit = house.relative("digest")
    connection, world, post = house.world.connection, house.world, post_office()
    world.until(SUNDAY - MIN)
    post.look(connection)
    assert house.letters() == []
    world.until(SUNDAY)
    post.look(connection)
    world.passes(2 * MIN)
    post.look(connection)
    post_office().look(connection)  # after a restart too
    assert house.letters() == ["Uken som var – Solbakken"]
    body = body_of(house.mailbox.taken[0])
    assert f"{ADDRESS}/relative/week" in body
    assert not [word for word in ("Anna", "Haugen", "3B") if word in body]
    world.until(SUNDAY + 7 * DAY)
    post.look(connection)
    assert [(m.kind, m.about) for m in house.messages(marit)] == [
        ("digest", "2026-12-06"),
        ("digest", "2026-11-29"),
    ]
    assert len(house.letters()) == 2


def test_a_week_that_waits_for_the_mail_server_is_not_sent_once_it_may_not_be_told(
    house: House, post_office: Callable[[], Post]
) -> None:
    marit = house.relative("digest")
    house.mailbox.answers = ["451 later"]
    house.world.until(SUNDAY)
    post = post_office()
    post.look(house.world.connection)
    house.book.withdraw(marit, "r-anna", ["digest"], "kari")
    house.world.passes(2 * MIN)
    post.look(house.world.connection)
    assert house.letters() == []
    (dropped,) = house.messages(marit)
    assert (dropped.sent_at, dropped.dropped) == (None, "withdrawn")


def test_what_waited_for_the_end_of_quiet_hours_goes_as_one_letter_that_says_each_once(
    house: House, post_office: Callable[[], Post]
) -> None:
    marit = house.relative("alerts", "digest")
    house.book.choose(marit, Choices("nb", True, time(12), time(20), 6, 17))
    connection, world, post = house.world.connection, house.world, post_office()
    world.until(SUNDAY - 30 * MIN)
    for outcome in ("helped", "no_help_needed"):
        alert = house.press()
        world.desk.accept(alert, "kari")
        world.desk.close(alert, "kari", outcome)  # type: ignore[arg-type]
        world.passes(2 * MIN)
    house.press()
    world.until(SUNDAY + MIN)
    post.look(connection)
    assert house.letters() == []
    house.mailbox.answers = ["451 later"]
    world.until(datetime(2026, 11, 29, 19, 0, tzinfo=UTC))  # 20:00 in Oslo
    post.look(connection)
    world.passes(MIN)
    post.look(connection)
    assert house.letters() == ["Et varsel – Solbakken"], "what is gravest"
    body = body_of(house.mailbox.taken[0])
    for said in ("Det har vært et varsel.", "Et varsel er tatt hånd om.", "Oversikten over uken er klar"):
        assert body.count(said) == 1, said
    assert f"Logg inn og les: {ADDRESS}/relative" in body.splitlines(), "where all of it stands"
    sent = [m for m in house.messages(marit) if m.sent_at is not None]
    assert sorted(m.kind for m in sent) == ["digest", "handled", "handled", "told"]
    assert len({m.letter for m in sent}) == 1
    since = world.clock.now() - DAY
    assert len(relative_messages.letters_since(connection, marit.id, since)) == 1, "one of the three a day"
    assert {m.dropped for m in house.messages(marit) if m.sent_at is None} == {"over already"}


# Deciding


def known(**changes: object) -> Known:
    relative = Relative(1, "test", "Marit", "m@example.org", "nb", "lise", NOON)
    consents = [
        Consent(n, "test", 1, "r-anna", c, TODAY, TODAY + 30 * DAY, "resident", "in_person", "lise", NOON)
        for n, c in enumerate(CATEGORIES)
    ]
    bonds = [Bond(1, "test", 1, "r-anna", "Datter", "lise", NOON)]
    return Known(relative, bonds, consents, [], {})._replace(**changes)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, SITE, NOON)
    yield world
    world.stop()


def test_the_end_of_a_consent_is_the_last_minute_of_its_day_where_the_house_is(site: World) -> None:
    last = datetime(2026, 12, 24, 22, 59, tzinfo=UTC)
    assert may(known(), "well", "r-anna", last, site.site).reason == "consented"
    assert may(known(), "well", "r-anna", last + MIN, site.site).reason == "ended"
    assert may(known(), "well", "r-anna", NOON - DAY, site.site).reason == "not_yet"


def test_each_no_has_its_name(site: World) -> None:
    one = known()

    def reason(known: Known, resident: str = "r-anna", category: Category = "well") -> str:
        return may(known, category, resident, NOON, site.site).reason

    assert reason(one, "r-olav") == "not_theirs"
    assert reason(one, "nobody") == "not_theirs"
    assert reason(one._replace(consents=[])) == "no_consent"
    assert reason(one._replace(relative=msgspec.structs.replace(one.relative, left_at=NOON))) == "left"
    rest = Rest(1, "test", 1, "r-anna", NOON - MIN, None, "kari")
    assert reason(one._replace(rests=[rest])) == "paused"
    assert reason(one._replace(rests=[msgspec.structs.replace(rest, until=NOON)])) == "consented"
    withdrawn = [msgspec.structs.replace(c, withdrawn_at=NOON, withdrawn_by="kari") for c in one.consents]
    assert reason(one._replace(consents=withdrawn)) == "withdrawn"
    assert reason(one._replace(bonds=[msgspec.structs.replace(one.bonds[0], ended_at=NOON)])) == "not_theirs"
    shared = [msgspec.structs.replace(c, resident="r-olav") for c in one.consents]
    theirs = [msgspec.structs.replace(one.bonds[0], resident="r-olav")]
    alone = one._replace(bonds=theirs, consents=shared)
    assert reason(alone, "r-olav") == "shared_room"
    mailed = [msgspec.structs.replace(c, category="mailed") for c in shared]
    week = [msgspec.structs.replace(c, category="digest") for c in shared]
    assert reason(alone._replace(consents=[*week, *mailed]), "r-olav", "mailed") == "shared_room"
    assert reason(alone._replace(consents=mailed), "r-olav", "mailed") == "no_week"
    assert reason(alone, "r-olav", "away") == "consented"


def test_where_a_basis_is_required_the_rooms_sensors_say_nothing_without_one(site: World) -> None:
    strict = site.site.model_copy(update={"legal_basis": "required"})
    assert may(known(), "digest", "r-anna", NOON, strict).reason == "no_basis"
    assert may(known(), "away", "r-anna", NOON, strict).reason == "consented"
    basis = LegalBasis(
        kind="consent", rules=("help-button",), decided_by="x", valid_from=TODAY, review=TODAY + 10 * DAY
    )
    anna = site.site.residents[0].model_copy(update={"legal_basis": (basis,)})
    based = strict.model_copy(update={"residents": (anna, *site.site.residents[1:])})
    assert may(known(), "digest", "r-anna", NOON, based).reason == "consented"


def test_a_consent_is_up_for_review_thirty_days_before_unless_another_follows() -> None:
    consents = list(known().consents)[:1]
    assert reviews(consents, TODAY - DAY) == []
    assert [r.on for r in reviews(consents, TODAY)] == [TODAY + 30 * DAY]
    longer = msgspec.structs.replace(consents[0], id=9, valid_until=TODAY + 90 * DAY)
    assert reviews([*consents, longer], TODAY) == []


def test_a_letter_waits_for_the_end_of_quiet_hours_and_for_its_turn() -> None:
    night = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)  # 23:00 in Oslo
    quiet = Window(time(21), time(8))
    assert departure("told", quiet, [], night, OSLO).at == datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
    assert departure("told", None, [], night, OSLO) == (night, "now")
    assert departure("invitation", quiet, [], night, OSLO).reason == "now"
    sent = [NOON - timedelta(hours=n) for n in range(1, MOST_A_DAY + 1)]
    held = departure("handled", None, sent, NOON, OSLO)
    assert held == (NOON + DAY - timedelta(hours=MOST_A_DAY), "enough_for_today")
    assert departure("handled", None, sent[1:], NOON, OSLO).reason == "now"
    assert departure("handled", None, sent, NOON, OSLO, ends_what_was_told=True) == (NOON, "now")
    assert departure("handled", quiet, sent, night, OSLO, ends_what_was_told=True).reason == "quiet_hours"


@pytest.mark.parametrize(
    ("day", "last", "hours"),
    [(date(2026, 10, 25), "2026-10-25T22:59", 25), (date(2027, 3, 28), "2027-03-28T21:59", 23)],
)
def test_a_yes_and_quiet_hours_keep_to_the_wall_clock_in_a_night_in_which_it_changes(
    site: World, day: date, last: str, hours: int
) -> None:
    ends = datetime.fromisoformat(last).replace(tzinfo=UTC)
    consents = [
        msgspec.structs.replace(c, valid_from=day, valid_until=day)
        for c in known().consents
        if c.category == "well"
    ]
    one = known(consents=consents)
    minutes = [ends - n * MIN for n in range(26 * 60)]
    allowed = [at for at in minutes if may(one, "well", "r-anna", at, site.site).allowed]
    assert (len(allowed), allowed[0]) == (hours * 60, ends), "the whole of the day, however long it is"
    assert may(one, "well", "r-anna", ends + MIN, site.site).reason == "ended"

    quiet = Window(time(22), time(7))
    evening = datetime.combine(day - DAY, time(22), OSLO)
    morning = datetime.combine(day, time(7), OSLO)
    for minute in range(0, int((morning.astimezone(UTC) - evening.astimezone(UTC)) / MIN), 15):
        at = evening.astimezone(UTC) + minute * MIN
        assert departure("told", quiet, [], at, OSLO) == (morning.astimezone(UTC), "quiet_hours")
    assert departure("told", quiet, [], morning.astimezone(UTC), OSLO).reason == "now"
    inside = Window(time(2, 30), time(2, 45))  # comes twice in October, and not at all in March
    at = datetime.combine(day, time(0), OSLO).astimezone(UTC)
    found = departure("told", inside, [], at, OSLO)
    assert found == (at, "now")
    held = [
        m for m in range(6 * 60) if departure("told", inside, [], at + m * MIN, OSLO).reason == "quiet_hours"
    ]
    assert len(held) == (30 if hours == 25 else 0)
    for minute in held:
        leaves = departure("told", inside, [], at + minute * MIN, OSLO).at
        assert at + minute * MIN < leaves <= at + (minute + 15) * MIN


def test_the_week_is_due_on_its_day_and_hour_also_when_the_clocks_change() -> None:
    sunday = date(2026, 10, 25)  # the clocks go back this night
    due = datetime(2026, 10, 25, 16, 0, tzinfo=UTC)  # 17:00 in Oslo, in winter time
    long_ago = due - 30 * DAY
    assert digest_due(6, 17, long_ago, due - MIN, OSLO) is None
    assert digest_due(6, 17, long_ago, due, OSLO) == sunday
    assert digest_due(6, 17, long_ago, due + DAY, OSLO) == sunday
    assert digest_due(6, 17, long_ago, due + DAY + MIN, OSLO) is None, "too late to be news"
    assert digest_due(6, 17, due + MIN, due + 2 * MIN, OSLO) is None, "they knew of none then"


# Usual


def test_usual_is_the_persons_own_and_nothing_is_usual_before_there_is_enough() -> None:
    assert band([5.0] * 9) is None
    found = band([10.0] * 28)
    assert found is not None
    assert (found.low, found.middle, found.high) == (7.5, 10.0, 12.5)
    before = {TODAY - n * DAY: 10.0 for n in range(1, 29)}
    days = [TODAY, TODAY + DAY, TODAY + 2 * DAY]
    values = {**before, TODAY: 20.0, TODAY + DAY: 2.0, TODAY + 2 * DAY: None}
    assert [one.level for one in judged(values, days)] == ["more", "less", "unknown"]


def test_a_night_with_more_and_a_day_with_less_are_told_in_the_morning_once(
    tmp_path: Path,
) -> None:
    start = datetime(2026, 11, 1, 5, 0, tzinfo=UTC)
    world = World(tmp_path, SITE, start)
    with mail_server() as (mailbox, port):
        house = House(world, mailbox, port)
        marit = house.relative()
        for day in range(16):
            stirrings = [10, 12, 15, 18] + ([23, 24, 25, 26] if day == 15 else [25])
            stirrings += [25.2, 25.4, 26.3, 26.5, 27.2] if day == 15 else []
            for hour in sorted(stirrings):
                world.until(start.replace(hour=0) + day * DAY + timedelta(hours=hour))
                world.says("3B motion", motion=True)
                world.passes(2 * MIN)
                world.says("3B motion", motion=False)
        world.until(datetime(2026, 11, 17, 7, 30, tzinfo=UTC))
        morning = date(2026, 11, 17)
        now = world.clock.now()
        days = (morning - 10 * DAY, morning + 100 * DAY)
        given = house.book.consent(marit, "r-anna", ["unusual"], days, GIVEN, "lise")  # type: ignore[arg-type]
        assert not isinstance(given, Refusal), given
        history = EmbeddedHistory(world.connection, tmp_path / "vaka.db", world.site)
        (night,) = rhythm(
            world.connection, history, world.site, world.site.residents[0], [morning], lambda _: True
        ).nights
        assert night.level == "more"
        nights = news.Unusual()
        assert nights.tell(world.connection, history, world.site, now) == 1
        assert nights.tell(world.connection, history, world.site, now) == 0
        assert news.Unusual().tell(world.connection, history, world.site, now) == 0, "after a restart too"
        assert house.post() == 1
        world.until(datetime(2026, 11, 17, 10, tzinfo=UTC))
        world.says("3B motion", motion=True)  # once, on a day that is like the others four times
        world.says("3B motion", motion=False)
        world.until(datetime(2026, 11, 18, 7, 30, tzinfo=UTC))
        assert news.Unusual().tell(world.connection, history, world.site, world.clock.now()) == 1
        assert [m.about for m in house.messages(marit)] == ["day 2026-11-17", "night 2026-11-17"]
    world.stop()


# Forgetting


def test_a_relative_is_forgotten_so_long_after_the_last_yes_and_with_all_of_theirs(house: House) -> None:
    marit = house.relative("well")
    connection, site = house.world.connection, house.world.site
    end = TODAY + 100 * DAY
    assert last_day_of_need(store.known(connection, marit), site) == end
    kept = 90 * DAY
    at = datetime.combine(end + kept, time(12), UTC)
    assert forget.forget(connection, site, kept, at) == 0
    assert forget.forget(connection, site, kept, at + DAY) == 1
    assert store.everybody(connection, "test") == []
    assert marit.account not in credentials.people(connection, "test")
    for table in ("bond", "consent", "rest", "invitation", "message", "view"):
        assert connection.execute(f"SELECT count(*) FROM relative_{table}").fetchone()[0] == 0
    assert alerts.open_alerts(connection, "test") == []


def test_the_need_ends_when_the_resident_moves_out_or_the_relative_leaves(house: House) -> None:
    marit = house.relative("well")
    connection, site = house.world.connection, house.world.site
    anna = site.residents[0].model_copy(update={"moved_out": TODAY + 5 * DAY})
    moved = site.model_copy(update={"residents": (anna, *site.residents[1:])})
    assert last_day_of_need(store.known(connection, marit), moved) == TODAY + 5 * DAY
    house.book.leave(marit)
    left = store.get(connection, "test", marit.id)
    assert left is not None
    assert last_day_of_need(store.known(connection, left), site) == TODAY
