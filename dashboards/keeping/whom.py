"""Whom somebody may export or erase, and the erasures that they see. Administrators see pseudonyms."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from fastapi import HTTPException

from dashboards.visit import Visit
from hub.erasing.plan import decoded
from hub.erasing.request import JOB
from hub.store import erasures, jobs
from hub.store.db import LARGEST_ID
from hub.store.erasures import Erasure
from rules import wording
from rules.building import Resident

STUCK_AFTER = timedelta(days=1)
"""[default] An erasure takes minutes, and is tried again every ten: something stands in its way."""
State = Literal["waiting", "at work", "stuck", "done", "taken back"]


class Somebody(NamedTuple):
    id: str
    name: str
    room: str


class Asked(NamedTuple):
    """`resident`: the pseudonym while it is not done; then nobody knows any more. `in_its_way`: of one that
    is stuck, why the last try failed, in the hub's words.
    """

    number: int
    state: State
    why: str
    resident: str
    asked_by: str
    asked_at: str
    mine: bool
    in_its_way: str


def people_of(visit: Visit) -> list[Somebody]:
    """Everybody in the site's document, also who moved out, as far as this person looks after them."""
    units = {room.id: room.unit for room in visit.house.site.rooms}
    return [
        Somebody(r.id, shown_name(visit, r), visit.house.room_name(r.room))
        for r in sorted(visit.house.site.residents, key=lambda r: (r.room, r.id))
        if visit.access.sees_unit(units[r.room])
    ]


def resident_in_view(visit: Visit, id: str) -> Resident:
    """404 where there is none, or not for them."""
    if all(somebody.id != id for somebody in people_of(visit)):
        raise HTTPException(404, "there is no such resident, or not for you")
    return next(resident for resident in visit.house.site.residents if resident.id == id)


def shown_name(visit: Visit, resident: Resident) -> str:
    return resident.name if visit.access.residents else resident.id


def asked_of(visit: Visit) -> list[Asked]:
    """The newest first."""
    found = erasures.everything(visit.connection, visit.house.site.site)
    return [line_of(visit, one) for one in found if visit.access.sees_erasure(one, visit.house.site)]


def erasure_in_view(visit: Visit, number: int) -> Erasure:
    site = visit.house.site.site
    found = erasures.get(visit.connection, site, number) if 0 < number <= LARGEST_ID else None
    if found is None or not visit.access.sees_erasure(found, visit.house.site):
        raise HTTPException(404, "there is no such erasure, or not for you")
    return found


def line_of(visit: Visit, one: Erasure) -> Asked:
    voice = wording.Voice(visit.language, visit.house.site.zone, visit.now)
    state = state_of(one, visit.now)
    tried = jobs.get(visit.connection, JOB) if state == "stuck" else None
    return Asked(
        one.number,
        state,
        one.why,
        decoded(one.plan).resident if one.plan is not None else "",
        visit.house.person_name(one.asked_by),
        wording.at(one.asked_at, voice),
        one.asked_by == visit.person.id,
        tried.said if tried is not None and tried.failed_at is not None else "",
    )


def state_of(one: Erasure, now: datetime) -> State:
    if one.ended_at is not None:
        return "done" if one.document is not None else "taken back"
    if one.confirmed_at is None:
        return "waiting"
    return "stuck" if now - one.confirmed_at > STUCK_AFTER else "at work"


def thousands(count: int) -> str:
    """`11 425`, in every language."""
    return f"{count:,}".replace(",", "\N{NO-BREAK SPACE}")
