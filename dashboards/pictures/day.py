"""A day of a resident or a shared room, from midnight to midnight: a lane for each sensor, and the alerts
with who came.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from dashboards.access import Access
from dashboards.house import House
from dashboards.pictures import Picture
from dashboards.pictures.drawing import Axis, Drawing
from dashboards.pictures.times import clock, day_name, hour_of, span
from hub.heard import Heard, Lane
from hub.store import alerts
from rules import wording
from rules.alert import Alert
from rules.stretches import Stretch, joined, length, without
from rules.wording import Language, Voice
from rules.wording.devices import role_name
from rules.wording.pictures import words

TOP, EACH, BAR, BOTTOM = 24, 54, 22, 26
"""px: above the lanes, of each lane with its name, of its bar, below for the axis."""
SHORT = timedelta(hours=2)
"""A stretch so long has minutes along its bottom, and says from when to when it is."""
TOGETHER = timedelta(minutes=3)
"""Movement again within so long is drawn as one."""
_FIRST = ("outer_door", "bed", "bathroom_motion", "bedroom_motion", "motion", "kitchen_motion")
_LOOKS = {"open": "door", "in_bed": "bed", "sitting_up": "bed"}
_IN_KEY = ("open", "in_bed", "sitting_up", "motion", "presence", "vibration", "on")


class Came(NamedTuple):
    """An alert in the day: from when to when, who was there when, and the same in a sentence."""

    alert: Alert
    stood: Stretch
    arrived: tuple[datetime, ...]
    sentence: str


def alerts_of(
    connection: sqlite3.Connection,
    house: House,
    access: Access,
    room: str,
    resident: str | None,
    over: Stretch,
) -> list[Alert]:
    """A resident's alerts that stood in this time: another's of the same flat are theirs alone. Of a room in
    which nobody lives (no `resident`): those raised there that name nobody.
    """
    places = {room, *(f"device:{d.id}" for d in house.site.devices if d.room == room)}
    return [
        alert
        for alert in alerts.around_room(connection, house.site.site, room, over.since, over.until)
        if (resident in alert.residents if resident else alert.room in places and not alert.residents)
        and access.sees_alert(alert)
    ]


def came_of(
    connection: sqlite3.Connection,
    house: House,
    access: Access,
    voice: Voice,
    room: str,
    resident: str | None,
    over: Stretch,
) -> list[Came]:
    """The alerts of this time, from their trails."""
    found = []
    for alert in alerts_of(connection, house, access, room, resident, over):
        trail = alerts.events(connection, alert.id)
        arrived = tuple(e.at for e in trail if e.event == "arrive")
        told = [wording.name_of(alert, house.rule_of(alert), voice)]
        for event in trail:
            if event.by is not None and event.event in ("accept", "set_out", "arrive", "close"):
                text = wording.what_was_done(event.event, house.person_name(event.by), event.reason, voice)
                told.append(f"{text} {clock(event.at, voice)}")
        if alert.closed_at is None:
            told.append(words("still open", voice.language))
        until = min(alert.closed_at or over.until, over.until)
        stood = Stretch(max(alert.raised_at, over.since), max(until, over.since))
        sentence = f"{clock(alert.raised_at, voice)}: {'. '.join(told)}"
        found.append(Came(alert, stood, arrived, sentence))
    return found


def day_picture(heard: Heard, came: list[Came], whole: Stretch, voice: Voice) -> Picture:
    """`whole`: the day, or an hour of it; what was heard ends now, where it is today."""
    language = voice.language
    lanes = sorted(heard.lanes, key=lambda lane: (_order(lane), lane.device.id))
    axis = Axis(whole.since, whole.until)
    drawing = Drawing("day", TOP + EACH * (len(lanes) + 1) + BOTTOM)
    short = whole.until - whole.since <= SHORT
    if short:
        drawing.minutes(axis, voice, TOP)
    else:
        drawing.hours(axis, voice.zone, TOP)
    if heard.until < whole.until:
        _draw_now(drawing, axis, heard.until, whole, voice)
    rows = [*_draw_alerts(drawing, axis, came, whole, voice)]
    for number, lane in enumerate(lanes, 1):
        rows += _draw_lane(drawing, axis, lane, number, heard, voice)
    for away in heard.away:
        say = f"{span(away, voice)} {words('away', language)}"
        x = axis.x(away.since)
        drawing.rect("away", x, axis.x(away.until) - x, TOP + EACH, EACH * len(lanes), say, 1)
        rows.append((away.since, span(away, voice), "", words("away", language)))
    rows.sort(key=lambda row: row[0])
    day = whole.since.astimezone(voice.zone).date()
    return Picture(
        drawing,
        words("hour", language, span=span(whole, voice))
        if short
        else words("day", language, day=day_name(day, language)),
        _says(heard, came, voice),
        tuple(_key(lanes, came, heard, language)),
        (words("when", language), words("where", language), words("what", language)),
        tuple(row[1:] for row in rows),
    )


_Row = tuple[datetime, str, str, str]


def _order(lane: Lane) -> int:
    return _FIRST.index(lane.device.role) if lane.device.role in _FIRST else len(_FIRST)


def _draw_alerts(
    drawing: Drawing, axis: Axis, came: list[Came], whole: Stretch, voice: Voice
) -> Iterable[_Row]:
    y, name = TOP + 22, words("alerts", voice.language)
    drawing.text("name", 0, TOP + 14, name, "start")
    drawing.rect("ground", 0, 100, y, BAR, round_=4)
    for one in came:
        x = axis.x(one.stood.since)
        drawing.rect("alert", x, axis.x(one.stood.until) - x, y + 4, BAR - 8)
    for one in came:
        drawing.shape(one.alert.severity, axis.x(one.stood.since), y + BAR / 2, one.sentence, 0)
        for at in one.arrived:
            if whole.since <= at < whole.until:
                say = f"{clock(at, voice)} {words('seen', voice.language)}. {one.sentence}"
                drawing.shape("seen", axis.x(at), y + BAR / 2, say, 0)
        yield one.stood.since, clock(one.alert.raised_at, voice), name, one.sentence


def _draw_lane(
    drawing: Drawing, axis: Axis, lane: Lane, number: int, heard: Heard, voice: Voice
) -> Iterable[_Row]:
    language, id = voice.language, lane.device.id
    top = TOP + EACH * number
    y = top + 22
    drawing.text("name", 0, top + 14, f"{id} · {role_name(lane.device.role, language)}", "start")
    for there in without(Stretch(heard.since, heard.until), lane.not_there):
        x = axis.x(there.since)
        drawing.rect("ground", x, axis.x(there.until) - x, y, BAR, round_=4)
    for measure, stretches in lane.states.items():
        moving = measure in ("motion", "vibration")
        for one in joined(stretches, TOGETHER if moving else timedelta(0)):
            times = sum(one.since <= s.since < one.until or s.since == one.since for s in stretches)
            often = f" ({words('times', language, n=times)})" if times > 1 else ""
            what = f"{words(measure, language)}{often}"
            x = axis.x(one.since)
            when = _when(one, heard, voice)
            say = f"{when} {id}: {what}"
            high, thin = (BAR, 0) if measure != "sitting_up" else (BAR / 2, BAR / 4)
            drawing.rect(
                _LOOKS.get(measure, "moved"), x, axis.x(one.until) - x, y + thin, high, say, number, 2
            )
            yield one.since, when, id, what
    for measure, value, at in lane.moments:
        what = words(measure if measure == "pressed" or not value else f"{measure} {value}", language)
        drawing.tick(
            "tick",
            axis.x(at),
            y - 3,
            y + BAR + 3,
            f"{_when(Stretch(at, at), heard, voice)} {id}: {what}",
            number,
        )
        yield at, _when(Stretch(at, at), heard, voice), id, what
    for one in lane.unheard:
        x = axis.x(one.since)
        say = f"{span(one, voice)} {id}: {words('unheard', language)}"
        drawing.rect("unheard", x, axis.x(one.until) - x, y, BAR, say, number)
        yield one.since, span(one, voice), id, words("unheard", language)


def _when(one: Stretch, heard: Heard, voice: Voice) -> str:
    if not heard.by_hour:
        return span(one, voice)
    return words("by hour", voice.language, at=clock(hour_of(one.since), voice))


def _draw_now(drawing: Drawing, axis: Axis, now: datetime, whole: Stretch, voice: Voice) -> None:
    x, bottom = axis.x(max(now, whole.since)), drawing.height - BOTTOM + 4
    drawing.line("now-line", x, 18, x, bottom)
    anchor = "start" if x < 8 else "end" if x > 92 else "middle"
    drawing.text("now-word", x, 13, f"{words('now', voice.language)} {clock(now, voice)}", anchor)


def _says(heard: Heard, came: list[Came], voice: Voice) -> str:
    language = voice.language
    if not heard.lanes:
        return words("no sensors", language)
    deaf = length(joined(one for lane in heard.lanes for one in lane.unheard))
    many = {0: "day no alerts", 1: "day one alert"}.get(len(came), "day alerts")
    said = [words(many, language, n=len(came))]
    if deaf:
        said.append(words("day unheard", language, length=wording.length(deaf, language)))
    if heard.by_hour:
        said.append(words("day by hour", language))
    elif not deaf:
        said.append(words("day heard", language))
    return " ".join(said)


def _key(lanes: list[Lane], came: list[Came], heard: Heard, language: Language) -> Iterable[tuple[str, str]]:
    shown = {m for lane in lanes for m, own in lane.states.items() if own}
    by_look: dict[str, list[str]] = {"door": [], "bed": [], "moved": []}
    for measure in _IN_KEY:
        if measure in shown:
            by_look[_LOOKS.get(measure, "moved")].append(words(measure, language))
    for look, names in by_look.items():
        if names:
            yield look, ", ".join([names[0], *(name.lower() for name in names[1:])])
    for severity in ("high", "medium", "low"):
        if any(one.alert.severity == severity for one in came):
            yield f"shape-{severity}", words(severity, language)
    if any(one.arrived for one in came):
        yield "shape-seen", words("seen", language)
    if heard.away:
        yield "away", words("away", language)
    yield "unheard", words("unheard", language)
