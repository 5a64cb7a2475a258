"""One alert, wholly explained, as plain data for its page, every sentence settled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from dashboards.access import Access
from dashboards.care.called import CalledLine, called_lines
from dashboards.care.lanes import Lanes, lanes
from dashboards.care.resident_now import ResidentNow, resident_now
from dashboards.house import House
from dashboards.views import Card, card
from hub.explained import Explained
from hub.more_hands import asked_before
from rules import wording
from rules.absence import AWAY_ENDS
from rules.alert import Outcome
from rules.building import Site
from rules.called import Calls
from rules.confidence import OF_FAULTS, Level, changes
from rules.finding import Evidence
from rules.health.telling import is_fault_rule
from rules.pause import PAUSE_ENDS
from rules.protection import NOT_HEARD
from rules.wording import Voice
from rules.wording.faults import what_is_wrong

THE_HUBS_OWN = frozenset({NOT_HEARD, PAUSE_ENDS, AWAY_ENDS, *wording.ALERTING})
"""What the hub knows of itself: nobody asks how sure it is."""
HEARD_BEFORE = timedelta(minutes=30)
TOGETHER = timedelta(minutes=5)
"""The same from the same device again within so long is one line."""
MOST_LINES = 60


class Reason(NamedTuple):
    raises: bool
    text: str


class HeardLine(NamedTuple):
    """`times` the same from the same device, the first at `at`."""

    at: datetime
    clock: str
    text: str
    device: str
    times: int


class SensorLine(NamedTuple):
    """`state`: good, warn or bad, as a chip shows it."""

    device: str
    state: Literal["good", "warn", "bad"]
    faults: tuple[str, ...]
    heard: str
    battery: float | None
    lqi: float | None


class Step(NamedTuple):
    at: datetime
    clock: str
    text: str
    times: int = 1


class Earlier(NamedTuple):
    id: int
    at: datetime
    clock: str
    outcome: Outcome
    by: str


class AlertView(NamedTuple):
    """`room`: its id. `real`, `of`: what came of the alerts before it. `blind`: (device, since when)."""

    card: Card
    room: str
    resident: ResidentNow | None
    level: Level
    sure: str
    reasons: tuple[Reason, ...]
    also_heard: tuple[HeardLine, ...]
    left_out: int
    sensors: tuple[SensorLine, ...]
    paused: tuple[str, ...]
    blind: tuple[tuple[str, str], ...]
    lanes: Lanes
    rows: tuple[HeardLine, ...]
    trail: tuple[Step, ...]
    called: tuple[CalledLine, ...]
    earlier: tuple[Earlier, ...]
    real: int
    of: int
    watches_sensors: bool
    the_hubs_own: bool


def alert_view(explained: Explained, house: House, voice: Voice, access: Access) -> AlertView:
    alert, site = explained.alert, house.site_of(explained.alert)
    reopened = next((e for e in reversed(explained.trail) if e.event in wording.OPEN_AGAIN), None)
    reopened = reopened if alert.state == "open" else None
    known, hands = explained.calls, explained.hands
    wanted = asked_before(alert, explained.trail)
    shown = card(
        alert, house, voice, access, reopened, explained.escalation, known, more_hands=hands, wanted=wanted
    )
    told = {(e.device, e.measure, e.value, e.at) for e in alert.evidence}
    news = list(changes(explained.heard, explained.stood))
    around = [
        e
        for e in news
        if e.at >= alert.raised_at - HEARD_BEFORE and (e.device, e.measure, e.value, e.at) not in told
    ]
    also = _lines(around, site, voice)
    closed = [a for a in explained.earlier if a.outcome is not None and access.sees_alert(a)]
    counted = [a for a in closed if a.outcome in ("helped", "no_help_needed", "false_alarm")]
    return AlertView(
        card=shown,
        room=alert.room,
        resident=resident_now(explained, house, voice, access),
        level=explained.confidence.level,
        sure=wording.how_sure(explained.confidence.level, voice),
        reasons=tuple(
            Reason(reason.raises, wording.why_so_sure(reason, voice))
            for reason in explained.confidence.reasons
        ),
        also_heard=tuple(also[-MOST_LINES:]),
        left_out=max(0, len(also) - MOST_LINES),
        sensors=tuple(_sensors(explained, voice)),
        paused=tuple(_paused(explained, house, voice)),
        blind=tuple((b.device, wording.from_when(b.since, voice)) for b in explained.blind),
        lanes=lanes(explained, voice),
        rows=tuple(_lines(news, site, voice)[-MOST_LINES * 2 :]),
        trail=tuple(_trail(explained, known, house, voice)),
        called=tuple(called_lines(explained.called, house, voice)),
        earlier=tuple(
            Earlier(
                a.id, a.raised_at, wording.at(a.raised_at, voice), a.outcome, house.person_name(a.closed_by)
            )
            for a in closed
            if a.outcome is not None
        ),
        real=sum(a.outcome != "false_alarm" for a in counted),
        of=len(counted),
        watches_sensors=alert.rule == NOT_HEARD,
        the_hubs_own=alert.rule in THE_HUBS_OWN or is_fault_rule(alert.rule),
    )


def _lines(heard: Iterable[Evidence], site: Site, voice: Voice) -> list[HeardLine]:
    """In order of time; what one device says again and again is one line with how often."""
    lines: list[HeardLine] = []
    newest: dict[tuple[str, str, object], tuple[int, datetime]] = {}
    for one in heard:
        if one.measure in ("motion", "presence") and one.value is False:
            continue  # that a sensor rests again tells nobody anything
        key = (one.device, one.measure, one.value)
        place, last = newest.get(key, (-1, one.at))
        if place >= 0 and one.at - last <= TOGETHER:
            lines[place] = lines[place]._replace(times=lines[place].times + 1)
        else:
            place = len(lines)
            text = wording.what_was_heard(one, site, voice)
            lines.append(HeardLine(one.at, wording.at(one.at, voice), text, one.device, 1))
        newest[key] = (place, one.at)
    return lines


def _trail(explained: Explained, known: Calls, house: House, voice: Voice) -> list[Step]:
    """What was done, the same thing several times over as one step."""
    steps: list[Step] = []
    told = wording.trail_in_words(explained.trail, house.person_name, voice, known)
    for event, text in zip(explained.trail, told, strict=True):
        if text is None:
            continue
        if steps and steps[-1].text == text:
            steps[-1] = steps[-1]._replace(times=steps[-1].times + 1)
        else:
            steps.append(Step(event.at, wording.at(event.at, voice), text))
    return steps


def _sensors(explained: Explained, voice: Voice) -> Iterable[SensorLine]:
    for sensor in explained.sensors:
        faults = sensor.faults(explained.alert.last_at)
        said = [wording.what_was_wrong(fault, sensor.silent_since, voice) for fault in faults]
        said += [
            what_is_wrong(fault, voice)
            for fault in explained.faults
            if fault.device == sensor.device and OF_FAULTS.get(fault.kind, "") not in ("", *faults)
        ]
        deaf = any(fault in ("not_heard", "never_heard") for fault in faults)
        yield SensorLine(
            sensor.device,
            "bad" if deaf else "warn" if said else "good",
            tuple(said),
            wording.at(sensor.heard_at, voice) if sensor.heard_at is not None else "",
            sensor.battery,
            sensor.lqi,
        )


def _paused(explained: Explained, house: House, voice: Voice) -> Sequence[str]:
    names = house.rule_names
    return [
        names[pause.rule].said(voice.language) if pause.rule in names else pause.subject
        for pause in explained.paused
    ]
