"""How a device was heard over the last hour, day, month or year: for its page and the call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from fastapi import Request

from dashboards.pictures.device import LinkTold
from dashboards.pictures.spans import AN_HOUR, Span, begins
from dashboards.pictures.times import hour_of, midnight
from dashboards.views import voice_of
from dashboards.visit import Visit, history_of
from hub.heard import unheard
from hub.history import Daily, History, Hourly
from hub.store import placements
from rules.building import Device
from rules.stretches import Stretch, joined, without

LINK = ("lqi", "rssi", "snr")


class Course(NamedTuple):
    """`link`: each word of an hour; by the hour of a day; by the day of more. `deaf`: when not heard; `gone`:
    when it did not hang there.
    """

    link: list[LinkTold]
    deaf: list[Stretch]
    gone: list[Stretch]


def course_of(request: Request, visit: Visit, device: Device, span: Span) -> Course:
    history, site, now = history_of(request, visit), visit.house.site, visit.now
    since = begins(span, voice_of(visit.scope, visit.house, now))
    old = span in ("month", "year")
    deaf = unheard(visit.connection, history, site, [device], since, now, by_hour=old, whole_hours=False)[
        device.id
    ]
    own = placements.of_present(visit.connection, site.site, device.id)
    hung = [Stretch(one.since, one.until or now) for one in own if one.room == device.room]
    gone = without(Stretch(since, now), joined(hung)) if own else []
    deaf = [piece for one in deaf for piece in without(one, gone)]
    began = max(since, own[0].since) if own else since
    return Course(_link(history, device, span, Stretch(began, now), site.zone), deaf, gone)


def _link(history: History, device: Device, span: Span, over: Stretch, zone: ZoneInfo) -> list[LinkTold]:
    """The part in which it was placed is told by its words: what was before them was another's."""
    if span == "hour":
        return _words(history, device, over)
    if span == "day":
        found: Sequence[Hourly | Daily] = history.hourly([device.id], hour_of(over.since), over.until, LINK)
        begun = [hour_of(over.since), hour_of(over.since) + AN_HOUR]
    else:
        first, today = (at.astimezone(zone).date() for at in over)
        found = history.daily([device.id], first, today + timedelta(days=1), LINK, zone)
        begun = [midnight(first, zone), midnight(first + timedelta(days=1), zone)]
    told = [
        LinkTold(one.measure, at, one.times, one.lowest, one.mean, one.highest)
        for one in found
        if one.lowest is not None and one.mean is not None and one.highest is not None
        if (at := one.at if isinstance(one, Hourly) else midnight(one.day, zone)) >= over.since
    ]
    if begun[0] == over.since:
        return told
    cut: dict[str, list[LinkTold]] = {}
    for one in _words(history, device, Stretch(over.since, min(begun[1], over.until))):
        cut.setdefault(one.measure, []).append(one)
    return [_together(begun[0], words) for words in cut.values()] + told


def _words(history: History, device: Device, over: Stretch) -> list[LinkTold]:
    return [
        LinkTold(one.measure, one.at, 1, value, value, value)
        for one in history.readings([device.id], *over, LINK)
        if isinstance(value := one.value, int | float)
    ]


def _together(at: datetime, words: Sequence[LinkTold]) -> LinkTold:
    values = [one.mean for one in words]
    mean = sum(values) / len(values)
    return LinkTold(words[0].measure, at, len(values), min(values), mean, max(values))
