"""What the sensors of a flat told, drawn: a lane each, states as bars, events as ticks, blind times hatched.

Here: where on the line of time each thing lies, in percent. Not here: shapes
(dashboards/pictures/drawing.py), colours (static/picture.css), words (the template).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from markupsafe import Markup

from dashboards.pictures.drawing import Drawing
from devices.measures import MEASURES
from hub.explained import Explained
from rules.finding import Evidence
from rules.language import norwegian
from rules.wording import Voice, at

LEAST_WIDTH = 0.5
"""%; what lasted a moment is still seen."""
_STEPS = tuple(timedelta(minutes=m) for m in (5, 10, 15, 30, 60, 120, 180, 360, 720))
_MOST_STEPS = 5


class Bar(NamedTuple):
    """From and how long, in % of the stretch."""

    x: float
    width: float


class Lane(NamedTuple):
    """`y`: where it lies from above, in px. `told`: the alert rests on this device."""

    device: str
    y: int
    told: bool
    bars: tuple[Bar, ...]
    ticks: tuple[float, ...]
    blind: tuple[Bar, ...]


class Mark(NamedTuple):
    """A time of the day on the axis. `anchor`: how its text stands to the mark."""

    x: float
    text: str
    anchor: str


class Lanes(NamedTuple):
    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...]
    alert: Mark
    height: int

    def drawn(self, alert: str, title: str) -> Markup:
        """`alert`: the word at its moment; `title`: what the whole shows."""
        drawing = Drawing("lanes", self.height)
        for mark in self.marks:
            drawing.line("grid", mark.x, TOP, mark.x, self.height - BOTTOM + 4)
            drawing.text("axis", mark.x, self.height - 6, mark.text, mark.anchor)
        for lane in self.lanes:
            look = "rests-on" if lane.told else "beside"
            drawing.text(f"name {look}", 0, lane.y + 14, lane.device, "start")
            drawing.rect("ground", 0, 100, lane.y + 20, BAR, round_=4)
            for bar in lane.bars:
                drawing.rect(f"bar {look}", bar.x, bar.width, lane.y + 20, BAR, round_=2)
            for x in lane.ticks:
                drawing.line(f"tick {look}", x, lane.y + 17, x, lane.y + 41)
            for bar in lane.blind:
                drawing.rect("unheard", bar.x, bar.width, lane.y + 20, BAR)
        drawing.line("alert-line", self.alert.x, 20, self.alert.x, self.height - BOTTOM + 4)
        # Long words: on a phone they would reach out of the picture from its middle.
        anchor = "start" if self.alert.x < 35 else "end" if self.alert.x > 60 else "middle"
        drawing.text("alert-word", self.alert.x, 14, f"{alert} {self.alert.text}", anchor)
        return drawing.inline(title)


TOP, EACH, BAR, BOTTOM = 30, 46, 18, 26
"""px: above the lanes for the alert's word, for each lane with its name, of its bar, below for the axis."""


def lanes(explained: Explained, voice: Voice) -> Lanes:
    told = {e.device for e in explained.alert.evidence}
    devices = sorted(explained.devices, key=lambda device: device.id not in told)
    place = _Place(explained.since, explained.until)
    drawn = tuple(
        Lane(
            device.id,
            TOP + number * EACH,
            device.id in told,
            tuple(_bars(explained, device.id, place)),
            tuple(_ticks(explained, device.id, place)),
            tuple(place.bar(b.since, b.until) for b in explained.blind if b.device == device.id),
        )
        for number, device in enumerate(devices)
    )
    raised = explained.alert.raised_at
    return Lanes(
        drawn,
        tuple(_marks(explained, place, voice)),
        Mark(place.x(raised), at(raised, voice), _anchor(place.x(raised))),
        TOP + len(drawn) * EACH + BOTTOM,
    )


class _Place:
    """Instants as % of the stretch."""

    def __init__(self, since: datetime, until: datetime) -> None:
        self._since, self._length = since, until - since

    def x(self, instant: datetime) -> float:
        return round(100 * min(max((instant - self._since) / self._length, 0.0), 1.0), 2)

    def bar(self, since: datetime, until: datetime) -> Bar:
        x = min(self.x(since), 100 - LEAST_WIDTH)
        return Bar(x, round(max(self.x(until) - x, LEAST_WIDTH), 2))


def _bars(explained: Explained, device: str, place: _Place) -> Iterable[Bar]:
    """How long each state was true; of several measures of one device all, in one lane."""
    for measure in sorted({e.measure for e in (*explained.stood, *explained.heard) if _is_state(e, device)}):
        since = None
        if any(e.value is True for e in explained.stood if (e.device, e.measure) == (device, measure)):
            since = explained.since
        for one in explained.heard:
            if (one.device, one.measure) != (device, measure):
                continue
            if one.value is True:
                since = since or one.at
            elif since is not None:
                yield place.bar(since, one.at)
                since = None
        if since is not None:
            yield place.bar(since, explained.until)


def _is_state(one: Evidence, device: str) -> bool:
    return one.device == device and MEASURES[one.measure].kind == "state"


def _ticks(explained: Explained, device: str, place: _Place) -> Iterable[float]:
    for one in explained.heard:
        if one.device == device and MEASURES[one.measure].kind == "event":
            yield place.x(one.at)


def _marks(explained: Explained, place: _Place, voice: Voice) -> Iterable[Mark]:
    length = explained.until - explained.since
    step = next((s for s in _STEPS if length / s <= _MOST_STEPS), _STEPS[-1])
    local = explained.since.astimezone(voice.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    # Steps are real time: over a change of the clock the words jump, the places do not.
    instant = midnight.astimezone(UTC)
    while instant < explained.until:
        x = place.x(instant)
        text = instant.astimezone(voice.zone).strftime("%H.%M" if norwegian(voice.language) else "%H:%M")
        if instant > explained.since:
            yield Mark(x, text, _anchor(x))
        instant += step


def _anchor(x: float) -> str:
    return "start" if x < 8 else "end" if x > 92 else "middle"
