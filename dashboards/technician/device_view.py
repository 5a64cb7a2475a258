"""How a device was heard over the last hour, day, month or year: for its page and the call."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from fastapi import Request

from dashboards.pictures.device import LinkTold
from dashboards.pictures.spans import Span, begins
from dashboards.pictures.times import midnight
from dashboards.views import voice_of
from dashboards.visit import Visit, history_of
from hub.heard import not_there, unheard
from rules.building import Device
from rules.stretches import Stretch

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
    deaf = unheard(visit.connection, history, site, [device], since, now, by_hour=span in ("month", "year"))[
        device.id
    ]
    gone = not_there(visit.connection, site, [device], since, now)[device.id]
    if span == "hour":
        told = [
            LinkTold(one.measure, one.at, 1, value, value, value)
            for one in history.readings([device.id], since, now, LINK)
            if isinstance(value := one.value, int | float)
        ]
        return Course(told, deaf, gone)
    if span == "day":
        hours = history.hourly([device.id], since, now, LINK)
        return Course(
            [
                LinkTold(one.measure, one.at, one.times, one.lowest, one.mean, one.highest)
                for one in hours
                if one.lowest is not None and one.mean is not None and one.highest is not None
            ],
            deaf,
            gone,
        )
    first, today = (at.astimezone(site.zone).date() for at in (since, now))
    days = history.daily([device.id], first, today + timedelta(days=1), LINK, site.zone)
    return Course(
        [
            LinkTold(one.measure, midnight(one.day, site.zone), one.times, one.lowest, one.mean, one.highest)
            for one in days
            if one.lowest is not None and one.mean is not None and one.highest is not None
        ],
        deaf,
        gone,
    )
