"""A house with relatives, for tests of what they are told: the world, Anna's daughter Marit, and a mail
server.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from email.header import decode_header, make_header
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dashboards.house import House as Pages
from dashboards.relative.shown import ResidentShown
from dashboards.relative.view import shown_to
from hub.history.embedded import EmbeddedHistory
from hub.relatives import news
from hub.relatives.book import Book, Choices, Newcomer
from hub.relatives.enclosure import by_the_pages
from hub.relatives.post import deliver
from hub.settings import Settings
from hub.store import relative_messages, relative_views
from hub.store import relatives as store
from hub.store.relative_messages import Message
from hub.store.relative_views import View
from hub.ways.email import Email, MailServer
from rules.catalogue import catalogue
from rules.pause import Refusal
from rules.relatives import Category, Relative
from rules.rulebook import rulebook
from tests.ways.receivers import Mailbox, mail_server
from tests.world import World

SITE = """
site: test
name: Solbakken
units: [{id: sol, name: Solsida}]
rooms: [{id: 3B, unit: sol}, {id: 4B, unit: sol}]
residents:
  - {id: r-anna, name: Anna Haugen, room: 3B}
  - {id: r-olav, name: Olav Bakke, room: 4B}
  - {id: r-eva, name: Eva Bakke, room: 4B}
devices:
  - {id: 3B button, room: 3B, role: help_button, gateway: native}
  - {id: 3B motion, room: 3B, role: motion, gateway: native}
  - {id: 3B fall, room: 3B, role: fall_detector, gateway: native}
  - {id: 4B button, room: 4B, role: help_button, gateway: native}
  - {id: Olavs knapp, room: 4B, role: help_button, gateway: native, resident: r-olav}
  - {id: Evas knapp, room: 4B, role: help_button, gateway: native, resident: r-eva}
rules: [{rule: help-button}, {rule: fall}]
people: [{id: kari, name: Kari Nordmann, role: carer}, {id: lise, name: Lise, role: leader}]
"""
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
OSLO = ZoneInfo("Europe/Oslo")
TODAY = date(2026, 11, 24)
MIN = timedelta(minutes=1)
DAY = timedelta(days=1)
ADDRESS = "https://vaka.example.org"
GIVEN = ("resident", "in_person")


class House:
    """The world, Anna's daughter Marit, and a mail server."""

    def __init__(self, world: World, mailbox: Mailbox, port: int) -> None:
        self.write = by_the_pages(Settings(data=world.folder))
        self.world, self.mailbox = world, mailbox
        self.way = Email(MailServer("smtp", "127.0.0.1", port, None, None, "vaka@example.org"))
        self.book = Book(world.connection, world.site, world.clock)
        news.begin(world.connection, "test")

    def relative(
        self, *categories: Category, resident: str = "r-anna", email: str = "marit@example.org"
    ) -> Relative:
        added = self.book.add(Newcomer("Marit Dahl", email, "nb", resident, "Datter"), "lise")
        assert isinstance(added, Relative)
        if categories:
            self.allow(added, categories, resident)
        with_password = (
            "INSERT OR IGNORE INTO credential (site, person, hash, set_at) VALUES ('test', ?, 'x', 0)"
        )
        self.world.connection.execute(with_password, (added.account,))
        self.book.choose(added, Choices("nb", True, time(0), time(0), 6, 17))
        return added

    def allow(self, relative: Relative, categories: Sequence[Category], resident: str = "r-anna") -> None:
        days = (TODAY - DAY, TODAY + 100 * DAY)
        done = self.book.consent(relative, resident, categories, days, GIVEN, "lise")  # type: ignore[arg-type]
        assert not isinstance(done, Refusal), done

    def press(self, room: str = "3B") -> int:
        self.world.says(f"{room} button", pressed="single")
        return self.world.alerts()[-1].id

    def post(self) -> int:
        """The hub's thread looks once, as of now."""
        world = self.world
        while news.follow(world.connection, world.site, world.clock.now()):
            pass
        return deliver(world.connection, lambda: world.site, self.way, ADDRESS, world.clock, self.write)

    def letters(self) -> list[str]:
        return [str(make_header(decode_header(letter["subject"]))) for letter in self.mailbox.taken]

    def messages(self, relative: Relative) -> list[Message]:
        return relative_messages.of(self.world.connection, relative.id)

    def page(self, relative: Relative, resident: str = "r-anna") -> ResidentShown:
        """What stands on her page of a resident just now."""
        world, now = self.world, self.world.clock.now()
        rules = rulebook(world.site, catalogue(), now.date())
        history = EmbeddedHistory(world.connection, world.database, world.site)
        known = store.known(world.connection, relative)
        shown = shown_to(world.connection, history, Pages(1, world.site, rules), known, "nb", now)
        return next(one for one in shown if one.id == resident)

    def looks(self, relative: Relative, resident: str = "r-anna") -> ResidentShown:
        """She looks at her page, which is written down."""
        page, now = self.page(relative, resident), self.world.clock.now()
        look = View(0, "test", relative.id, resident, now, "/relative", ",".join(page.categories))
        relative_views.note(self.world.connection, look)
        return page


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    world = World(tmp_path, SITE, NOON)
    with mail_server() as (mailbox, port):
        yield House(world, mailbox, port)
    world.stop()
