"""What relatives have looked at, as rows for a page: their own, or all of one resident's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from dashboards.house import House
from dashboards.pages import clock_text, day_text
from hub.store.relative_views import BY_LETTER, View
from rules.wording import Language


class Look(NamedTuple):
    """`who` and `whom`: names. `shown`: categories. `by_letter`: they got it by e-mail."""

    at: datetime
    when: str
    who: str
    whom: str
    shown: tuple[str, ...]
    by_letter: bool


def looked_at(
    views: Iterable[View], house: House, names: Mapping[int, str], language: Language
) -> list[Look]:
    """`names`: what the relatives are called, by their number."""
    zone, residents = house.site.zone, {r.id: r.name for r in house.site.residents}
    return [
        Look(
            view.at,
            f"{day_text(view.at, zone, language)}, {clock_text(view.at, zone, language)}",
            names.get(view.relative, ""),
            residents.get(view.resident, view.resident),
            tuple(filter(None, view.shown.split(","))),
            view.page == BY_LETTER,
        )
        for view in views
    ]
