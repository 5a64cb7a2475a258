"""A rule tried on a room's own history: what is kept of the room, put to the engine with other values.

Here: which readings, alerts and silences belong to the question, and why there may be no answer. What the
answer is made of: rules/dry_run.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, NamedTuple

import msgspec
from pydantic import ValidationError

from devices.reading import Reading
from hub.history import History
from hub.history.embedded import EmbeddedHistory
from hub.settings import Settings
from hub.site.errors import sentences
from hub.spells import spells
from hub.store import alerts
from hub.store import readings as journal
from rules.alert import Alert
from rules.backtest import Spell
from rules.building import Resident, Site
from rules.catalogue import catalogue
from rules.dry_run import NOW, WARM_UP, Came, DryRun, came_of, dry_run, judged, variants
from rules.legal_basis import days_of_change, lacking
from rules.rule import AnyRule
from rules.rulebook import Rulebook, Watch, rulebook
from rules.tuning import Tuning, candidates, effects, suggested

TRIED = "tried"
DAYS, DAYS_AT_MOST, TUNING_DAYS = 14, 90, 28
_PLAIN = {"true": True, "false": False}


class Refusal(msgspec.Struct, frozen=True):
    """Why there is no answer. `unknown`: there is no such rule or room; `value`: a value can't be;
    `nothing_tells`: no sensor there does; `no_basis`: nobody may evaluate that; `no_history`: nothing is
    kept. `wrong`: of values, each (key, what is wrong, what was expected).
    """

    reason: Literal["unknown", "value", "nothing_tells", "no_basis", "no_history"]
    why: str
    wrong: tuple[tuple[str, str, str], ...] = ()


class Past(NamedTuple):
    """A room's past for one rule: from when on it may be judged, and what is to be judged."""

    alone: Site
    values: dict[str, dict[str, Any]]
    in_force: bool
    since: datetime
    until: datetime
    readings: list[Reading]
    spells: list[Spell]
    came: list[Came]


class DryRuns:
    """`book`: the rules in force. `now`: where the history ends. Not for two threads at once."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        history: History,
        book: Rulebook,
        catalogue: Mapping[str, AnyRule],
        now: datetime,
    ) -> None:
        self._connection, self._history, self._book, self._site = connection, history, book, book.site
        self._catalogue, self._now = catalogue, now

    def run(self, rule: str, room: str, values: Mapping[str, Any], days: int = DAYS) -> DryRun | Refusal:
        """What the rule would have done in the room with other values. Texts as in a site file."""
        past = self.past(rule, room, {TRIED: plain(values)}, days)
        if isinstance(past, Refusal):
            return past
        found = judged(past.alone, self._catalogue, past.readings, past.spells, past.since, past.until)
        return dry_run(
            past.alone,
            TRIED,
            found,
            past.came,
            rule=rule,
            room=room,
            since=past.since,
            until=past.until,
            in_force=past.in_force,
            values=past.values[TRIED],
            now_values=past.values.get(NOW, {}),
            readings=sum(reading.at >= past.since for reading in past.readings),
            spells=tuple(past.spells),
        )

    def past(
        self, rule: str, room: str, others: Mapping[str, Mapping[str, Any]], days: int = DAYS
    ) -> Past | Refusal:
        """What is to be judged: the values in force (where it is) under the name NOW, and others."""
        today = self._day(self._now)
        in_force = (rule, room) in self._book.watches
        try:
            names = {NOW: {}, **others} if in_force else others
            alone = variants(self._site, self._catalogue, rule, room, names)
        except KeyError as unknown:
            return Refusal("unknown", f"there is no rule or room {unknown.args[0]!r}")
        except ValidationError as error:
            found = sentences(error, ())
            said = [(str(path[-1]) if path else "", wrong, right) for path, wrong, right in found]
            why = "; ".join(f"{wrong}; expected {expected}" for _, wrong, expected in said)
            return Refusal("value", why, tuple(said))
        book = rulebook(alone, self._catalogue, today)
        watch = book.watches.get((next(iter(names)), room))
        if watch is None:
            return Refusal("nothing_tells", f"no sensor in {room} tells what {rule} listens for")
        measures = {measure for _, measure in book.listeners}
        may_from = self._may_from(rule, watch, measures, today)
        if may_from is None:
            return Refusal("no_basis", f"{rule} is off in {room}: no legal basis")
        begins = self._history.begins()
        if begins is None:
            return Refusal("no_history", "nothing is kept yet")
        wanted = self._now - timedelta(days=min(max(days, 1), DAYS_AT_MOST))
        since = max(wanted, may_from, begins)
        from_ = max(wanted - WARM_UP, may_from, begins)
        readings = list(self._history.readings(watch.devices, from_, self._now, measures))
        if not readings:
            return Refusal("no_history", f"nothing was heard in {room} in the last {days} days")
        return Past(
            alone,
            {name: _parameters(book.watches[name, room].rule) for name in names},
            in_force,
            max(since, readings[0].at),
            self._now,
            readings,
            self._spells(rule, room, watch, from_),
            self._came(rule, room, since),
        )

    def tuning(self, rule: str, room: str, days: int = TUNING_DAYS) -> Tuning | Refusal:
        """Whether another value would have spared false alarms, by the outcomes that staff gave."""
        watch = self._book.watches.get((rule, room))
        if watch is None:
            return Refusal("unknown", f"{rule} is not in force in {room}")
        tried = candidates(watch.rule)
        names = {f"step-{number}": {one.key: one.value} for number, one in enumerate(tried)}
        past = self.past(rule, room, names, days)
        if isinstance(past, Refusal):
            return past
        found = judged(past.alone, self._catalogue, past.readings, past.spells, past.since, past.until)
        outcomes, known = effects(tried, [found[name] for name in names], found[NOW], past.came)
        best, why = suggested(outcomes, known)
        return Tuning(rule, room, past.since, past.until, dict(past.values[NOW]), outcomes, known, best, why)

    # How

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._site.zone).date()

    def _may_from(self, rule: str, watch: Watch, measures: Collection[str], today: date) -> datetime | None:
        """Since when what was heard there is about those who live there now, and may be evaluated."""
        living = self._site.residents_of(watch.room, today)
        moved_in = [resident.moved_in for resident in living if resident.moved_in is not None]
        first = max(moved_in, default=date.min)
        if self._site.legal_basis == "required" and watch.rule.about_a_person:
            basis = self._basis_since(rule, measures, living, today)
            if basis is None:
                return None
            first = max(first, basis)
        if first == date.min:
            return datetime.min.replace(tzinfo=self._now.tzinfo)
        return datetime.combine(first, time(), self._site.zone).astimezone(self._now.tzinfo)

    def _basis_since(
        self, rule: str, measures: Collection[str], living: Sequence[Resident], today: date
    ) -> date | None:
        """The first day since which all of them had a legal basis for it without a break; None: not today."""
        use = next((use.rule for use in self._site.rules if use.name == rule), rule)
        since = None
        for day in sorted({date.min, today, *(d for d in days_of_change(self._site) if d <= today)}):
            without = lacking(living, (rule, use), measures, day)
            since = None if without else since or day
        return since

    def _spells(self, rule: str, room: str, watch: Watch, since: datetime) -> list[Spell]:
        def concerns(spell: Spell) -> bool:
            match spell.kind:
                case "unheard":
                    return spell.what in watch.parts
                case "aside":
                    return spell.what in watch.devices
                case "paused":
                    return (spell.what, spell.room) == (rule, room)
                case _:
                    return spell.room == room

        return [spell for spell in spells(self._connection, self._site, since) if concerns(spell)]

    def _came(self, rule: str, room: str, since: datetime) -> list[Came]:
        found = alerts.of_rule_and_room(self._connection, self._site.site, rule, room, since, self._now)
        return [self._came_of(alert) for alert in found if not alert.prewarning]

    def _came_of(self, alert: Alert) -> Came:
        first = alerts.first_there(alerts.events(self._connection, alert.id))
        return came_of(alert, first.at if first is not None else None)


def dry_runs(connection: sqlite3.Connection, settings: Settings, book: Rulebook, now: datetime) -> DryRuns:
    """Over the history of an installation. Where time passes only with readings it ends with the newest."""
    if settings.clock == "readings":
        now = journal.newest_at(connection) or now
    history = EmbeddedHistory(connection, settings.database, book.site)
    return DryRuns(connection, history, book, catalogue(), now)


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in an address or on a command line, as a site file would say it."""
    return {
        key: _PLAIN.get(value, value) if isinstance(value, str) else value for key, value in values.items()
    }


def _parameters(rule: AnyRule) -> dict[str, Any]:
    """What can be set of it by one value, as a site file says it."""
    said = rule.model_dump(mode="json", by_alias=True, exclude={"rule", "kind", "vkp"})
    return {name: value for name, value in said.items() if isinstance(value, str | int | float)}
