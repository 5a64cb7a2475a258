"""Relatives for tests of the pages: written down, consented to and signed in as staff and relatives do it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from hub.relatives import invitations
from hub.relatives.book import Book, Newcomer
from hub.store import relatives as store
from rules.pause import Refusal
from rules.relatives import CATEGORIES, Category, Relative
from tests.web.house import House, password_hash

EMAIL = "marit@example.org"


def book_of(house: House) -> Book:
    return Book(house.connection, house.site, house.clock)


def relative_of(
    house: House,
    resident: str = "r1",
    categories: Collection[Category] = CATEGORIES,
    email: str = EMAIL,
    name: str = "Marit Dahl",
    days: int = 300,
    language: str = "nb",
    came_in: bool = True,
) -> Relative:
    """Marit, Anna's daughter, who was invited and came in."""
    newcomer = Newcomer(name, email, language, resident, "Datter")  # type: ignore[arg-type]
    relative = book_of(house).add(newcomer, "kari")
    assert isinstance(relative, Relative), relative
    if categories:
        allow(house, relative, resident, categories, days)
    if came_in:
        link = invitations.invite(house.connection, relative, "http://x", False, "kari", house.now()).link
        token = link.rpartition("/")[2]
        done = invitations.accept(house.connection, relative.site, token, password_hash(), house.now())
        assert done is not None
    return relative


def allow(
    house: House, relative: Relative, resident: str, categories: Collection[Category], days: int = 300
) -> None:
    today = house.now().astimezone(house.site.zone).date()
    span = (today - timedelta(days=40), today + timedelta(days=days))
    given = book_of(house).consent(relative, resident, categories, span, ("resident", "in_person"), "kari")
    assert not isinstance(given, Refusal), given


def known(house: House, relative: Relative) -> object:
    return store.known(house.connection, relative)
