"""Staff's word on the last week of each trend, a resident's or that of a room in which nobody lives: as the
pages show it, and put down by pages and calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from fastapi import HTTPException

from dashboards.pictures import Picture
from dashboards.visit import Visit
from hub.activity import Trend
from hub.store import audit, trend_reviews
from hub.store.db import transaction
from hub.store.trend_reviews import Of, Opinion, Review
from rules.baseline import Week


class TrendRow(NamedTuple):
    """`week`: the one that may be reviewed, None where nothing was told of the last one, or it is another
    unit's to say. `opinion`: '' for
    none. `useful`, `not_useful`: how many said so of this trend in the whole house.
    """

    trend: Trend
    picture: Picture
    week: date | None
    opinion: str
    useful: int
    not_useful: int


def rows_of(
    visit: Visit,
    of: Of,
    whose: str,
    data: Mapping[Trend, Sequence[Week]],
    drawn: Mapping[Trend, Picture],
) -> list[TrendRow]:
    site = visit.house.site.site
    said = opinions(visit, of, whose)
    counted = trend_reviews.counted(visit.connection, site, of)
    theirs = _is_theirs(visit, of, whose)
    found = []
    for trend, picture in drawn.items():
        last = data[trend][-1] if data[trend] else None
        found.append(
            TrendRow(
                trend,
                picture,
                last.monday if last is not None and last.verdict != "too_little" and theirs else None,
                said.get((trend, last.monday), "") if last is not None else "",
                counted.get((trend, "useful"), 0),
                counted.get((trend, "not_useful"), 0),
            )
        )
    return found


def _is_theirs(visit: Visit, of: Of, whose: str) -> bool:
    """And not open to them in an emergency alone."""
    house, own = visit.house, visit.access.own
    resident = house.resident(whose) if of == "resident" else None
    if resident is not None:
        return own.sees_resident(resident, house.site)
    room = house.room(whose)
    return room is not None and own.sees_room(room.id, room.unit)


def opinions(visit: Visit, of: Of, whose: str) -> dict[tuple[str, date], Opinion]:
    """By trend and Monday."""
    given = trend_reviews.given(visit.connection, visit.house.site.site, of, whose)
    return {(one.trend, one.week): one.opinion for one in given}


def put_review(
    visit: Visit, of: Of, whose: str, told: Sequence[Week], trend: Trend, week: date, opinion: Opinion
) -> None:
    """`told`: the weeks of this trend. 404 for a week that nothing was told of."""
    if not any(one.monday == week and one.verdict != "too_little" for one in told):
        raise HTTPException(404, "nothing was told of that week")
    review = Review(trend, week, opinion, visit.person.id)
    with transaction(visit.connection):
        trend_reviews.put(visit.connection, visit.house.site.site, of, whose, review, visit.now)
        said = {of: whose, "trend": trend, "week": week.isoformat(), "opinion": opinion}
        audit.add(visit.connection, visit.house.site.site, visit.now, visit.person.id, "trend reviewed", said)
