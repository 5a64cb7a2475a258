"""A month on paper, of a resident or of a room in which nobody lives: its pictures, for a meeting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fastapi import Response

from dashboards.care.day_view import Looked
from dashboards.pdf import pdf
from dashboards.pictures import Picture
from dashboards.pictures.files import file_name, svg
from dashboards.pictures.times import month_name
from dashboards.visit import Visit
from rules import wording


def month_as_pdf(
    visit: Visit, view: Looked, name: str, month: date, drawn: Sequence[Picture], notes: Sequence[str]
) -> Response:
    """`name`: whose month it is; `notes`: what must be said of all of it. What has nothing is left out."""
    room = visit.house.room_name(view.room.id)
    title = f"{name}, {month_name(month, visit.language)}"
    where = [visit.house.site.name, visit.house.unit_name(view.room.unit), room]
    said = {
        "language": visit.language,
        "title": title,
        "house": " · ".join(where if view.whose is not None else where[:2]),
        "foot": f"{title} · {wording.at(visit.now, view.voice)} · {visit.person.name}",
        "notes": list(notes),
        "pictures": [
            {"title": one.title, "says": one.says, "svg": svg(one, room), "alt": f"{one.title}. {one.says}"}
            for one in drawn
            if one.rows
        ],
    }
    kept = {"Content-Disposition": f'inline; filename="{file_name(view.room.id, "month", month)}.pdf"'}
    return Response(pdf("month", said, visit.now), media_type="application/pdf", headers=kept)
