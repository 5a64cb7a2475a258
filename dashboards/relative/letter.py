"""The week's letter with its pictures: what is sent, and what staff look at first, by the same code.

Only what the resident said yes to, category by category, and `mailed` besides. How it is today and who is
away are not in it: a letter is read days later. Nobody is named; of two residents first names tell
them apart.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from dashboards.house import House, read_house
from dashboards.pages import STATIC, render
from dashboards.pictures.files import as_png
from dashboards.relative.shown import ResidentShown, SeriesShown
from dashboards.relative.view import LETTER, shown_to
from dashboards.relative.week_picture import LETTER_WIDTH, week_drawing, week_says
from hub.history import History
from hub.history.embedded import EmbeddedHistory
from hub.relatives.enclosure import Enclosure, Order
from hub.store import relatives as store
from hub.ways.way import Inline
from rules.relatives import Category, Known
from rules.wording import Language
from rules.wording.relatives import letter_lines

TOLD: tuple[Category, ...] = ("alerts", "handled", "unusual", "digest")
"""What of the agreed a letter may hold."""
SHARP = 192.0
"""Pixels to the inch: two for each of the drawing's."""


class Part(NamedTuple):
    """One resident's week. `name`: empty where the letter is of one alone. `pictures`: each with the name it
    is had by, and what it says.
    """

    shown: ResidentShown
    name: str
    pictures: tuple[tuple[str, SeriesShown, str], ...]


class Letter(NamedTuple):
    """All that stands in it. `pages`: where it is read, None where nobody knows."""

    house: str
    reader: str
    parts: Sequence[Part]
    lines: Sequence[str]
    pages: str | None
    language: Language

    def html(self) -> str:
        """The whole mail. Its pictures are called `cid:` and their name."""
        style = Markup((STATIC / "letter.css").read_text("utf-8"))
        body = self.body("cid:", "")
        return render(self.language, "relative/letter_mail.html", style=style, body=body)

    def body(self, source: str, ending: str) -> Markup:
        """What stands in it; `source` and `ending` stand around a picture's name."""
        values = {**self.values(), "source": source, "ending": ending}
        return Markup(render(self.language, "relative/_letter.html", **values))

    def text(self) -> str:
        """The same without pictures."""
        return render(self.language, "relative/letter.txt", **self.values())

    def values(self) -> dict[str, Any]:
        """For the templates."""
        said = {name: value for name, value in self._asdict().items() if name != "language"}
        return {**said, "width": LETTER_WIDTH}


def write(connection: sqlite3.Connection, database: Path, order: Order) -> Enclosure | None:
    """None where nothing of it may be told (any more). Not within a transaction."""
    house = read_house(connection, order.site, order.now)
    relative = store.get(connection, order.site, order.relative)
    if relative is None:
        return None
    history = EmbeddedHistory(connection, database, house.site)
    letter = letter_to(connection, history, house, store.known(connection, relative), order)
    if not letter.parts:
        return None
    return Enclosure(
        text=letter.text(),
        html=letter.html(),
        pictures=tuple(drawn(series, name) for part in letter.parts for name, series, _ in part.pictures),
        shown={part.shown.id: part.shown.categories for part in letter.parts},
    )


def letter_to(
    connection: sqlite3.Connection, history: History, house: House, known: Known, order: Order
) -> Letter:
    """Without parts where nothing of it may be told."""
    language = known.relative.language
    parts = _parts(connection, history, house, known, order)
    lines = letter_lines(order.kinds, language)
    return Letter(house.site.name, known.relative.name, parts, lines, order.pages, language)


def _parts(
    connection: sqlite3.Connection, history: History, house: House, known: Known, order: Order
) -> list[Part]:
    every = shown_to(connection, history, house, known, known.relative.language, order.now, LETTER)
    able = [one for one in every if {"mailed", "digest"} <= {*one.categories}]
    mine = [_told(one) for one in able if one.id in order.residents]
    return [
        Part(
            one,
            one.name.split()[0] if len(mine) > 1 else "",
            tuple((f"week-{number}-{series.sort}", series, week_says(series)) for series in one.week or ()),
        )
        for number, one in enumerate(mine, 1)
    ]


def drawn(series: SeriesShown, name: str) -> Inline:
    return Inline(name, as_png(week_drawing(series).alone(LETTER_WIDTH), LETTER_WIDTH, SHARP))


def _told(one: ResidentShown) -> ResidentShown:
    nothing = {"state": "nothing", "headline": "", "lines": (), "away": None, "allowed": ()}
    categories = tuple(category for category in one.categories if category in TOLD)
    return one.model_copy(update={**nothing, "categories": categories})
