"""The week's letter with its pictures: of what was agreed alone, by a real child to a real mail server, and a
no counts until the last instant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.header import decode_header, make_header
from email.message import Message as Mail

import pytest

from dashboards.house import House as Pages
from dashboards.relative.letter import write
from dashboards.relative.shown import ResidentShown
from dashboards.relative.view import shown_to
from hub.history.embedded import EmbeddedHistory
from hub.relatives.enclosure import Enclosure, Order, by_the_pages
from hub.relatives.news import weekly
from hub.relatives.post import deliver
from hub.relatives.week import rhythm
from hub.settings import Settings
from hub.store import relative_views
from hub.store.relatives import known
from rules.catalogue import catalogue
from rules.relatives import Category, Relative
from rules.rulebook import rulebook
from tests.spoken import bokmål_in
from tests.unit.relatives import ADDRESS, SITE, House
from tests.ways.receivers import mail_server
from tests.world import World

FIRST = datetime(2026, 10, 27, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 29, 16, 0, tzinfo=UTC)
"""17:00 in Oslo, when the relative wants the week."""
MIN, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Anna's 33 days, of which the last night but one was restless, and the week's message waits."""
    world = World(tmp_path_factory.mktemp("month"), SITE, FIRST)
    with mail_server() as (mailbox, port):
        house = House(world, mailbox, port)
        for day in range(33):
            restless = [23, 24, 25, 26, 26.5, 27, 27.5] if day == 31 else [25]
            for hour in sorted([7, 10, 12, 15, 18, *restless]):
                world.until(max(world.clock.now(), FIRST + timedelta(days=day, hours=hour)))
                world.says("3B motion", motion=True)
                world.passes(MIN)
                world.says("3B motion", motion=False)
        world.until(SUNDAY)
        yield house
    world.stop()


@pytest.fixture
def house(month: House) -> Iterator[House]:
    """Each test has relatives of its own."""
    yield month
    month.mailbox.taken.clear()
    for table in ("relative", "credential"):
        month.world.connection.execute(f"DELETE FROM {table}")


def agreed(house: House, *categories: Category) -> Relative:
    """A relative with these, whose week waits to leave."""
    relative = house.relative(*categories)
    connection, site = house.world.connection, house.world.site
    connection.execute("UPDATE relative_consent SET recorded_at = 0, valid_from = '2026-10-01'")
    assert weekly(connection, site, house.world.clock.now()) == 1
    return relative


def parts_of(mail: Mail) -> dict[str, str | bytes]:
    """By type, pictures by what the letter calls them."""
    found: dict[str, str | bytes] = {}
    for part in mail.walk():
        raw = part.get_payload(decode=True)
        if isinstance(raw, bytes):
            image = part.get_content_maintype() == "image"
            found[part["content-id"] if image else part.get_content_type()] = raw if image else raw.decode()
    return found


def test_pictures_and_words_are_in_the_letter_where_the_resident_said_yes_to_that_too(house: House) -> None:
    marit = agreed(house, "digest", "unusual", "mailed")
    assert house.post() == 1
    (mail,) = house.mailbox.taken
    assert str(make_header(decode_header(mail["subject"]))) == "Uken som var – Solbakken"
    assert mail.get_content_type() == "multipart/alternative"
    found = parts_of(mail)
    html, text = str(found["text/html"]), str(found["text/plain"])
    for name in ("week-1-nights", "week-1-days"):
        assert f'src="cid:{name}"' in html
        assert found[f"<{name}>"][:8] == b"\x89PNG\r\n\x1a\n"
    assert len([name for name in found if name.startswith("<")]) == html.count("<img") == 2
    for said in (html, text):
        assert "ikke kryptert" in said
        assert "28. november: mer oppe enn vanlig." in said
        assert f"{ADDRESS}/relative/week" in said
        assert not [word for word in ("Anna", "Haugen", "Bakke", "3B", "Kari", "Hva skjedde") if word in said]
    assert 'alt="Natt til søndag: ' in html
    assert "- natt til lørdag: mer oppe enn vanlig" in text
    on_a_lock_screen = text.replace("\n", " ").lower()[:300]
    assert not [word for word in ("natt ", "oppe", "vanlig", "seng") if word in on_a_lock_screen]
    (look,) = relative_views.by(house.world.connection, marit.id, 9)
    assert (look.page, look.resident, look.shown) == ("letter", "r-anna", "unusual,digest")
    trail = house.world.connection.execute("SELECT detail FROM audit WHERE what = 'relative was sent'")
    assert json.loads(trail.fetchone()[0])["shown"] == ["unusual", "digest"]


def test_a_relative_who_reads_nynorsk_gets_the_letter_in_it(house: House) -> None:
    marit = agreed(house, "digest", "unusual", "mailed")
    house.world.connection.execute("UPDATE relative SET language = 'nn' WHERE id = ?", (marit.id,))
    assert house.post() == 1
    (mail,) = house.mailbox.taken
    assert str(make_header(decode_header(mail["subject"]))) == "Veka som var – Solbakken"
    found = parts_of(mail)
    html, text = str(found["text/html"]), str(found["text/plain"])
    assert '<html lang="nn"' in html
    assert "- natt til laurdag: meir oppe enn vanleg" in text
    for said in (html.partition("<body")[2], text):
        assert "ikkje kryptert" in said
        assert bokmål_in(re.sub(r"<[^>]*>", " ", said)) == set()


def test_without_that_yes_the_letter_only_leads_there(house: House) -> None:
    marit = agreed(house, "digest", "unusual")
    assert house.post() == 1
    (mail,) = house.mailbox.taken
    assert mail.get_content_type() == "text/plain"
    assert "vanlig" not in str(parts_of(mail)["text/plain"])
    assert relative_views.by(house.world.connection, marit.id, 9) == []


def test_what_was_not_agreed_to_is_not_in_the_letter(house: House) -> None:
    agreed(house, "digest", "mailed")
    house.post()
    found = parts_of(house.mailbox.taken[0])
    assert "Utenom det vanlige" not in str(found["text/html"]) + str(found["text/plain"])


def test_pictures_that_cannot_be_drawn_cost_the_letter_its_pictures_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreed(house, "digest", "mailed")
    monkeypatch.setenv("VAKA_WEB_PORT", "no number")  # the child cannot even start
    world, broken = house.world, by_the_pages(Settings(data=house.world.folder))
    assert deliver(world.connection, lambda: world.site, house.way, ADDRESS, world.clock, broken) == 1
    assert house.mailbox.taken[0].get_content_type() == "text/plain"


@pytest.mark.parametrize("taken_back", ["mailed", "digest", "unusual"])
def test_a_no_that_comes_while_the_letter_is_written_counts(house: House, taken_back: Category) -> None:
    marit = agreed(house, "digest", "unusual", "mailed")
    orders: list[Order] = []

    def slow(order: Order) -> Enclosure | None:
        orders.append(order)
        written = write(house.world.connection, house.world.database, order)
        if len(orders) == 1:
            house.book.withdraw(marit, "r-anna", [taken_back], "kari")
        return written

    world = house.world
    sent = deliver(world.connection, lambda: world.site, house.way, ADDRESS, world.clock, slow)
    assert sent == (taken_back != "digest")
    for mail in house.mailbox.taken:
        assert (mail.get_content_type() == "text/plain") == (taken_back == "mailed")
        assert "28. november: mer oppe enn vanlig." not in str(parts_of(mail))


@pytest.mark.parametrize("meanwhile", ["by_email = 0", "left_at = 1", "email = 'right@example.org'"])
def test_who_leaves_wants_no_mail_or_has_another_address_while_it_is_written_counts_too(
    house: House, meanwhile: str
) -> None:
    marit = agreed(house, "digest", "mailed")
    world = house.world

    def slow(order: Order) -> Enclosure | None:
        written = write(world.connection, world.database, order)
        world.connection.execute(f"UPDATE relative SET {meanwhile} WHERE id = ?", (marit.id,))
        return written

    sent = deliver(world.connection, lambda: world.site, house.way, ADDRESS, world.clock, slow)
    assert [mail["to"] for mail in house.mailbox.taken] == (["right@example.org"] if "@" in meanwhile else [])
    assert sent == len(house.mailbox.taken)


def test_who_moves_out_while_their_letter_is_written_is_told_of_no_more(house: House) -> None:
    agreed(house, "digest", "mailed")
    world, sites = house.world, [house.world.site]

    def slow(order: Order) -> Enclosure | None:
        written = write(world.connection, world.database, order)
        today = world.clock.now().date()
        left = [r.model_copy(update={"moved_out": today}) for r in world.site.residents]
        sites.append(world.site.model_copy(update={"residents": left}))
        return written

    assert deliver(world.connection, lambda: sites[-1], house.way, ADDRESS, world.clock, slow) == 0
    assert house.mailbox.taken == []
    (message,) = world.connection.execute("SELECT dropped, next_at FROM relative_message").fetchall()
    assert tuple(message) == ("moved_out", None)


def test_a_relative_who_is_erased_while_their_letter_is_written_gets_none(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    marit = agreed(house, "digest", "mailed")
    world = house.world

    def slow(order: Order) -> Enclosure | None:
        written = write(world.connection, world.database, order)
        world.connection.execute("DELETE FROM relative WHERE id = ?", (marit.id,))
        return written

    assert deliver(world.connection, lambda: world.site, house.way, ADDRESS, world.clock, slow) == 0
    assert (house.mailbox.taken, caplog.text) == ([], "")


def test_nights_of_whoever_lived_in_the_room_before_are_in_no_week_and_in_no_ones_usual(house: House) -> None:
    world, days = house.world, [date(2026, 11, 22) + n * DAY for n in range(7)]
    history = EmbeddedHistory(world.connection, world.database, world.site)
    anna = world.site.residents[0]

    def nights_of(moved_in: date | None) -> list[date]:
        newcomer = anna.model_copy(update={"moved_in": moved_in})
        found = rhythm(world.connection, history, world.site, newcomer, days, lambda _: True)
        assert [one.day for one in found.nights] == [one.day for one in found.days] == days
        assert moved_in is None or all(one.band is None for one in (*found.nights, *found.days))
        return [one.day for one in found.nights if one.value is not None]

    assert nights_of(None) == days
    assert nights_of(date(2026, 11, 25)) == days[4:], "from the first night that was all theirs"


def test_what_was_heard_while_two_lived_in_the_room_is_not_told_once_one_of_them_has_moved_out(
    house: House,
) -> None:
    world, now = house.world, house.world.clock.now()
    marit = agreed(house, "digest", "unusual")
    anna, olav, _ = world.site.residents
    history = EmbeddedHistory(world.connection, world.database, world.site)

    def page(moved_out: date | None) -> ResidentShown:
        there = olav.model_copy(update={"room": anna.room, "moved_in": None, "moved_out": moved_out})
        residents = (anna,) if moved_out is None else (anna, there)
        site = world.site.model_copy(update={"residents": residents})
        pages = Pages(1, site, rulebook(site, catalogue(), now.date()))
        (shown,) = shown_to(world.connection, history, pages, known(world.connection, marit), "nb", now)
        return shown

    def heard(shown: ResidentShown) -> list[bool]:
        return [bar.height is not None for bar in (shown.week or ())[0].bars]

    alone = page(None)
    assert alone.unusual
    assert heard(alone) == [True] * 7
    after = page(date(2026, 11, 26))
    assert after.unusual == (), "what is usual was worked out of both"
    assert heard(after) == [False] * 5 + [True] * 2
    assert "unusual" not in page(now.date()).categories, "on the day itself nobody knows the hour"
