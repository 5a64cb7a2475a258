"""What there is to see of one resident, for pages and calls: their nights, from the day they moved in and no
earlier. Their day: day_view.py; weeks: weeks_view.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from fastapi import HTTPException, Request

from dashboards.care.day_view import Looked, day_shown, today_of
from dashboards.pictures import Picture
from dashboards.pictures.nights import Night, nights_of, nights_picture
from dashboards.pictures.times import midnight, next_month
from dashboards.views import voice_of
from dashboards.visit import Visit, history_of
from hub.heard import devices_of
from hub.homes import homes_by_room
from hub.night_signs import NightSigns, night_signs
from hub.store import faults
from rules.building import Device, Resident, Room
from rules.homes import Home, others
from rules.nights import night_of
from rules.stretches import Stretch
from rules.wording import Voice
from rules.wording.pictures import words

_BED_IN_DOUBT = frozenset({"chatter", "stuck"})


class ResidentView(NamedTuple):
    """`shared`: others live in the same flat, and sensors do not know whom they see. `homes`: who lived there
    when.
    """

    resident: Resident
    room: Room
    devices: tuple[Device, ...]
    shared: bool
    homes: Sequence[Home]
    voice: Voice

    @property
    def whose(self) -> str:
        return self.resident.id

    @property
    def today(self) -> date:
        return today_of(self.voice)

    @property
    def first(self) -> date:
        """Of the days that are theirs."""
        return self.resident.moved_in or date.min

    def shared_in(self, first: date, last: date) -> bool:
        """Whether others lived in the flat on any of these days, or live there now."""
        zone = self.voice.zone
        shown = Stretch(midnight(max(first, self.first), zone), midnight(last + timedelta(days=1), zone))
        return self.shared or bool(others(self.homes, self.resident.id, shown))

    def nobody_apart(self, first: date, last: date) -> str:
        """What is said where sensors did not know whom they saw; '' where they did."""
        if not self.shared_in(first, last):
            return ""
        return words("nobody apart" if self.shared else "nobody apart then", self.voice.language)


def residents_of(visit: Visit) -> list[Resident]:
    """Who lives here today and is seen by this person, by unit and room as the site lists them."""
    site, today = visit.house.site, visit.now.astimezone(visit.house.site.zone).date()
    return [r for r in site.residents if r.lives_here(today) and visit.access.sees_resident(r, site)]


def resident_in_view(visit: Visit, id: str) -> ResidentView:
    """404 where there is nobody, nobody who lives here today, or not for the visitor."""
    resident = next((r for r in residents_of(visit) if r.id == id), None)
    room = visit.house.room(resident.room) if resident is not None else None
    if resident is None or room is None:
        raise HTTPException(404, "there is nobody here, or not for you")
    site = visit.house.site
    today = visit.now.astimezone(site.zone).date()
    return ResidentView(
        resident,
        room,
        devices_of(site, room.id, resident.id),
        len(site.residents_of(room.id, today)) > 1,
        homes_by_room(visit.connection, site.site).get(room.id, ()),
        voice_of(visit.scope, visit.house, visit.now),
    )


def month_shown(view: Looked, asked: date | None) -> date:
    """The first of the month that is meant."""
    return day_shown(view, asked).replace(day=1)


def month_of_nights(view: Looked, asked: date | None) -> date:
    """The same of nights, which are counted by their evenings: unless asked for, that of the newest night
    that has begun. On the first of a month it began in the one before.
    """
    begun = night_of(view.today, view.voice.zone).since <= view.voice.now
    return month_shown(view, asked or (view.today if begun else view.today - timedelta(days=1)))


def nights_in(month: date) -> tuple[date, date]:
    """The first and the last day of which the nights of a month tell."""
    return month, next_month(month)


class Nights(NamedTuple):
    """`doubtful`: a bed sensor flutters, or has said the same for too long."""

    nights: list[Night]
    signs: NightSigns
    doubtful: bool


def nights_data(request: Request, visit: Visit, view: ResidentView, month: date) -> Nights:
    last = next_month(month) - timedelta(days=1)
    first = max(month, view.first)
    since, until = night_of(first, view.voice.zone).since, night_of(last, view.voice.zone).until
    until = min(until, visit.now)
    signs = night_signs(
        visit.connection, history_of(request, visit), visit.house.site, view.devices, since, until
    )
    own = [one for one in nights_of(month, signs, view.voice) if one.evening >= view.first]
    beds = {device.id for device in view.devices if device.role == "bed"}
    wrong = faults.standing(visit.connection, visit.house.site.site)
    return Nights(
        own, signs, any(one.fault.device in beds and one.fault.kind in _BED_IN_DOUBT for one in wrong)
    )


def nights_drawn(request: Request, visit: Visit, view: ResidentView, month: date) -> Picture:
    data, language = nights_data(request, visit, view, month), view.voice.language
    notes = [words("bed in doubt", language)] if data.doubtful else []
    nobody_apart = view.nobody_apart(*nights_in(month))
    notes += [nobody_apart] if nobody_apart else []
    return nights_picture(month, data.nights, data.signs, notes, view.voice)
