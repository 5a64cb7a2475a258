"""A rule tried on what really happened in one room: how often it would have come with other values, when, on
which evidence, beside what it finds with today's values and what staff said of the alerts that came.

The engine judges both in one pass; nothing of a rule is worked out here. Alerts that came are told from those
that would have by rule, room and time: they are the same where their times overlap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from devices.reading import Reading
from rules.alert import Alert, Outcome
from rules.backtest import Spell, backtest
from rules.building import RuleUse, Site
from rules.comparison import Episode, by_hour, episodes, overlap
from rules.duration import parse_window
from rules.finding import Evidence, Finding
from rules.rule import AnyRule
from rules.rulebook import settle

NIGHT = parse_window("22:00-07:00")
WARM_UP = timedelta(days=2)
"""[default] How long before the period judging begins: a rule must know how things stand."""
NOW = "now"
SAID: tuple[Outcome, ...] = ("helped", "no_help_needed", "false_alarm")
"""The outcomes that tell whether an alert was right."""


class Came(msgspec.Struct, frozen=True):
    """An alert that really came. `ended`: when it was over, or was closed. `staff_there`: somebody had come
    before it was over, so that nobody knows how long it would have lasted.
    """

    id: int
    began: datetime
    ended: datetime | None
    outcome: Outcome | None
    staff_there: bool


class WouldCome(msgspec.Struct, frozen=True):
    """An alert as it would have come. `comes_now`: with today's values too. `came`: the one that really came
    then, None where none did.
    """

    began: datetime
    ended: datetime | None
    at_night: bool
    evidence: tuple[Evidence, ...]
    comes_now: bool
    came: Came | None


class Night(msgspec.Struct, frozen=True):
    """From noon to noon: `day` is the evening's. How many would have come, and how many come with today's
    values.
    """

    day: date
    tried: int
    now: int


class DryRun(msgspec.Struct, frozen=True):
    """`in_force`: whether the rule is in force in the room today; where it is not there are none `now`.
    `tried` and `now` are in order of time; `gone` come now and would not have. `readings`: how many were
    judged. `spells`: what the hub could not hear, or was switched off, in the period.
    """

    rule: str
    room: str
    since: datetime
    until: datetime
    in_force: bool
    values: dict[str, Any]
    now_values: dict[str, Any]
    tried: tuple[WouldCome, ...]
    now: tuple[WouldCome, ...]
    gone: tuple[WouldCome, ...]
    came: tuple[Came, ...]
    nights: tuple[Night, ...]
    by_hour: tuple[int, ...]
    now_by_hour: tuple[int, ...]
    readings: int
    spells: tuple[Spell, ...]

    @property
    def besides(self) -> tuple[WouldCome, ...]:
        """Those that would have come in addition."""
        return tuple(one for one in self.tried if not one.comes_now)

    def said(self, alerts: Iterable[WouldCome]) -> Counter[Outcome]:
        """What staff said of those that came; each alert counts once."""
        came = {one.came.id: one.came for one in alerts if one.came is not None}
        return Counter(one.outcome for one in came.values() if one.outcome in SAID)


def variants(
    site: Site,
    catalogue: Mapping[str, AnyRule],
    rule: str,
    room: str,
    values: Mapping[str, Mapping[str, Any]],
) -> Site:
    """The room alone, with one rule under several names: each name's values laid over what is in force there.
    The rule need not be in force, only known: to the site or the catalogue. KeyError where it, or the room,
    is not; pydantic's ValidationError where a value can't be.
    """
    alone = only_room(site, room)
    use = next((use for use in site.rules if use.name == rule), None)
    if use is None:
        if rule not in catalogue:
            raise KeyError(rule)
        use = RuleUse(rule=rule)
    (unit,) = alone.units
    own = dict(unit.rules.get(use.name, {}))
    for resident in alone.residents:
        own |= resident.rules.get(use.name, {})
    uses = [
        RuleUse.model_validate(
            {"rule": use.rule, "id": name, "rooms": (room,), **use.parameters, **own, **other}
        )
        for name, other in values.items()
    ]
    for one in uses:
        settle(one, {}, catalogue)
    return alone.model_copy(
        update={
            "legal_basis": None,  # whether there is one is asked before (hub/dry_run.py)
            "units": (unit.model_copy(update={"rules": {}}),),
            "residents": tuple(resident.model_copy(update={"rules": {}}) for resident in alone.residents),
            "rules": tuple(uses),
        }
    )


def only_room(site: Site, room: str) -> Site:
    """The site as if it were one room, with all of its rules. KeyError where it has no such room."""
    place = next((r for r in site.rooms if r.id == room), None)
    if place is None:
        raise KeyError(room)
    return site.model_copy(
        update={
            "units": tuple(unit for unit in site.units if unit.id == place.unit),
            "rooms": (place,),
            "residents": tuple(resident for resident in site.residents if resident.room == room),
            "devices": tuple(device for device in site.devices if device.room == room),
        }
    )


def judged(
    alone: Site,
    catalogue: Mapping[str, AnyRule],
    readings: Iterable[Reading],
    spells: Sequence[Spell],
    since: datetime,
    until: datetime,
) -> dict[str, list[Episode]]:
    """What each variant would have found in the period, by its name. `readings` begin before it."""
    (room,) = alone.rooms
    names = [use.name for use in alone.rules]
    own = [spell for spell in spells if spell.kind != "paused"]
    own += [spell._replace(what=name) for spell in spells if spell.kind == "paused" for name in names]
    found = episodes(_raised(backtest(alone, catalogue, readings, own, until)))
    return {name: [e for e in found.get((name, room.id), []) if e.began >= since] for name in names}


def dry_run(
    alone: Site,
    tried: str,
    found: Mapping[str, list[Episode]],
    came: Sequence[Came],
    **known: Any,
) -> DryRun:
    """The answer for one variant, from what was judged. `known`: the other fields of DryRun that are not
    worked out here.
    """
    zone = alone.zone
    before, after = found.get(NOW, []), found[tried]
    now = tuple(_would_come(one, before, came, alone) for one in before)
    then = tuple(_would_come(one, before, came, alone) for one in after)
    return DryRun(
        tried=then,
        now=now,
        gone=tuple(
            one
            for one, own in zip(now, before, strict=True)
            if not any(overlap(own, other) for other in after)
        ),
        came=tuple(came),
        nights=_nights(before, after, known["since"], known["until"], alone),
        by_hour=by_hour(after, zone),
        now_by_hour=by_hour(before, zone),
        **known,
    )


def came_of(alert: Alert, first_there: datetime | None) -> Came:
    """A stored alert as the dry run needs it. `first_there`: when somebody was there first, by its trail: the
    alert itself forgets that where it is handed back or open again.
    """
    over = alert.cleared_at or alert.closed_at
    there = first_there is not None and (alert.cleared_at is None or first_there <= alert.cleared_at)
    return Came(alert.id, alert.raised_at, over, alert.outcome, there)


def match(one: Episode, came: Iterable[Came]) -> Came | None:
    """The alert that really came at the time of an episode."""
    return next((alert for alert in came if overlap(one, Episode(alert.began, alert.ended))), None)


def _would_come(one: Episode, before: list[Episode], came: Sequence[Came], site: Site) -> WouldCome:
    return WouldCome(
        one.began,
        one.ended,
        NIGHT.contains(one.began, site.zone),
        one.evidence,
        any(overlap(one, other) for other in before),
        match(one, came),
    )


def _nights(
    before: Iterable[Episode], after: Iterable[Episode], since: datetime, until: datetime, site: Site
) -> tuple[Night, ...]:
    def evening(at: datetime) -> date:
        return (at.astimezone(site.zone) - timedelta(hours=12)).date()

    then = Counter(evening(one.began) for one in after)
    now = Counter(evening(one.began) for one in before)
    first, last = evening(since), evening(until)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return tuple(Night(day, then[day], now[day]) for day in days)


def _raised(findings: Iterable[Finding]) -> Iterable[Finding]:
    """Without pre-warnings: they are no alerts yet."""
    return (finding for finding in findings if finding.kind != "prewarned")
