"""What could not be understood: why, what was sent, what it would become now, and clearing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.frame import page
from dashboards.pages import clock_text, day_text, render
from dashboards.technician.devices import is_topic_of_others
from dashboards.visit import OurForm, Visit, Visitor, clock_of, needs, settings_of
from hub import quarantine
from hub.quarantine import Now, Sent
from hub.store import quarantine as store
from hub.store.quarantine import Quarantined
from rules.wording.devices import measure_name, value_text
from rules.wording.reasons import Sort, in_words, sort_of

pages = APIRouter(
    prefix="/technician/quarantine",
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see quarantine")],
)

SHOWN = 200
ORDER: tuple[Sort, ...] = (
    "unknown",
    "codec",
    "value",
    "time",
    "unreadable",
    "announcement",
    "topic",
    "size",
    "other",
)
"""What a technician can do something about comes first."""


class Row(NamedTuple):
    """One topic and reason. `key` names it in an address."""

    key: str
    topic: str
    why: str
    times: int
    first: str
    last: str


class Group(NamedTuple):
    sort: Sort
    rows: tuple[Row, ...]


class Tried(NamedTuple):
    """What it would become now. `place`: the address at which an unknown device is placed."""

    values: tuple[tuple[str, str, str], ...]
    why: str
    cut: bool
    place: str
    quiet: bool


@pages.get("")
def show_quarantine(request: Request, visit: Visitor, sort: str = "", notice: str = "") -> str:
    rows = in_view(visit)
    groups = [group for group in _groups(visit, rows[:SHOWN]) if not sort or group.sort == sort]
    return page(
        request,
        visit,
        "technician/quarantine.html",
        groups=groups,
        total=size_in_view(visit),
        shown=min(len(rows), SHOWN),
        notice=render(visit.language, "technician/_quarantine_notice.txt", said=notice).strip(),
    )


@pages.get("/{key}")
def show_one(request: Request, visit: Visitor, key: str, again: bool = False) -> str:
    row = find_in_view(visit, key)
    tried = None
    if again:
        now = quarantine.understood_now(
            visit.connection, settings_of(request).database, visit.house.site, row
        )
        tried = _tried(visit, now)
    sent: Sent = quarantine.sent(row)
    return page(
        request,
        visit,
        "technician/set_aside.html",
        row=_row(visit, row),
        sort=sort_of(row.reason),
        size=row.payload_size,
        sent=sent,
        tried=tried,
    )


@pages.post("/clear", dependencies=[OurForm])
def clear(request: Request, visit: Visitor, key: Annotated[str, Form()] = "") -> Response:
    """One of them, or all where none is named."""
    clear_in_view(request, visit, [find_in_view(visit, key)] if key else None)
    return RedirectResponse("/technician/quarantine?notice=cleared", 303)


def in_view(visit: Visit) -> list[Quarantined]:
    """The newest first, without what was sent: of no device of a unit that they do not see."""
    rows = store.rows(visit.connection, visit.house.site.site, store.TOPICS_KEPT)
    return [row for row in rows if not is_topic_of_others(visit, row.topic)]


def size_in_view(visit: Visit) -> int:
    if visit.access.units is None:
        return store.size(visit.connection, visit.house.site.site)
    return len(in_view(visit))


def clear_in_view(request: Request, visit: Visit, rows: Sequence[Quarantined] | None) -> int:
    """These, or without any all that they see; returns how many."""
    site, by, clock = visit.house.site.site, visit.person.id, clock_of(request)
    if rows is None and visit.access.units is None:
        return quarantine.clear(visit.connection, site, by, clock)
    chosen = in_view(visit) if rows is None else rows
    return sum(quarantine.clear(visit.connection, site, by, clock, row.topic, row.reason) for row in chosen)


def find_in_view(visit: Visit, key: str) -> Quarantined:
    found = quarantine.find(visit.connection, visit.house.site.site, key)
    if found is None or is_topic_of_others(visit, found.topic):
        raise HTTPException(404, "there is nothing here, or not for you")
    return found


def _groups(visit: Visit, rows: list[Quarantined]) -> list[Group]:
    sorted_out: dict[Sort, list[Quarantined]] = {}
    for row in rows:
        sorted_out.setdefault(sort_of(row.reason), []).append(row)
    return [
        Group(sort, tuple(_row(visit, row) for row in found))
        for sort in ORDER
        if (found := sorted_out.get(sort))
    ]


def _row(visit: Visit, row: Quarantined) -> Row:
    return Row(
        quarantine.key_of(row),
        row.topic,
        _sentence(row.reason, visit),
        row.count,
        _when(visit, row.first_received_at),
        _when(visit, row.last_received_at),
    )


def _sentence(reason: str, visit: Visit) -> str:
    """With a capital letter, except where it begins with a property's own name."""
    text = in_words(reason, visit.language)
    return text if sort_of(reason) in ("value", "time") else text[:1].upper() + text[1:]


def _when(visit: Visit, at: datetime) -> str:
    zone, language = visit.house.site.zone, visit.language
    clock = clock_text(at, zone, language)
    if at.astimezone(zone).date() == visit.now.astimezone(zone).date():
        return clock
    return f"{day_text(at, zone, language)} {clock}"


def _tried(visit: Visit, now: Now) -> Tried:
    values = tuple(
        (r.device, measure_name(r.measure, visit.language), value_text(r.measure, r.value, visit.language))
        for r in now.decoded.readings
    )
    place = ""
    if now.unknown:
        query = urlencode({"gateway": now.decoded.gateway, "address": now.unknown[0]})
        place = f"/technician/place?{query}"
    why = _sentence(now.decoded.error, visit) if now.decoded.error else ""
    return Tried(values, why, now.cut, place, not (values or why))
