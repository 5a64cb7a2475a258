"""Goals in the house: reminders to the one whose goal it is, and what came of each day.

A reminder goes out on `vaka/<site>/goals/<resident>/<goal>` as words that a speaker or a tablet in the flat
says or shows: retained while it stands, followed by praise where the goal is reached after all. No alert.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec

from hub.store import alerts, outbox
from hub.store import goals as store
from hub.store.db import transaction
from rules.building import Site
from rules.finding import Finding
from rules.goal import SPOKEN_WITHIN, GoalDay, day_of, end_of, outcome_of, spoils
from rules.language import LANGUAGES
from rules.rule import Text
from rules.rulebook import Rulebook, Watch

Key = tuple[str, str]


def topic(site: str, resident: str, rule: str) -> str:
    return f"vaka/{site}/goals/{resident}/{rule}"


def take(
    connection: sqlite3.Connection, site: Site, watch: Watch, finding: Finding, found_at: datetime
) -> None:
    """What a finding of a goal does. Within a transaction."""
    alerts.add_finding(connection, site.site, finding)
    goal = watch.rule.goal
    assert goal is not None
    if finding.kind == "cleared":
        day = store.reminded(connection, site.site, *watch.key)
        if day is not None:
            store.put(connection, msgspec.structs.replace(day, reminded_at=None))
            _say(connection, site, watch, "praise", goal.praise, finding.at)
            _hush(connection, site, watch, finding.at)
    elif finding.kind == "raised":
        day = _today(connection, site, watch, finding.at)
        if found_at - finding.at > SPOKEN_WITHIN:  # a reminder in the middle of the night helps nobody
            store.put(connection, msgspec.structs.replace(day, blind=True))
            return
        after = msgspec.structs.replace(day, reminders=day.reminders + 1, reminded_at=finding.at)
        store.put(connection, after)
        _say(connection, site, watch, "reminder", goal.reminder, finding.at)


def note_occasion(connection: sqlite3.Connection, site: Site, watch: Watch, at: datetime) -> None:
    """The thing was used: the day counts. Within a transaction."""
    day = _today(connection, site, watch, at)
    store.put(connection, msgspec.structs.replace(day, occasions=day.occasions + 1))


def goals_of(book: Rulebook) -> dict[Key, Watch]:
    """The goals in force."""
    return {key: watch for key, watch in book.watches.items() if watch.rule.goal is not None}


def let_time_pass(
    connection: sqlite3.Connection,
    book: Rulebook,
    held: Mapping[Key, datetime],
    never_heard: Collection[str],
    now: datetime,
) -> None:
    """What time does to goals by `now`: days begin and end, reminders run out. `held`: goals that cannot hear
    or are switched off, and since when. No transaction where nothing is due.
    """
    goals, site = goals_of(book), book.site.site
    open_days = {(d.rule, d.room, d.day): d for d in store.unsettled(connection, site)}
    changed = []
    today = day_of(now, book.zone)
    for key in goals:
        if (*key, today) not in open_days:
            day = store.of(connection, site, *key, today) or GoalDay(site, *key, today, now)
            open_days[*key, today] = day
            changed.append(day)
    for day in open_days.values():
        watch = goals.get((day.rule, day.room))
        after = _later(day, watch, held, never_heard, book, now)
        if after != day:
            changed.append(after)
    if not changed:
        return
    with transaction(connection):
        for day in changed:
            before = store.of(connection, site, day.rule, day.room, day.day)
            store.put(connection, day)
            watch = goals.get((day.rule, day.room))
            if before is not None and before.reminded_at and not day.reminded_at and watch is not None:
                _hush(connection, book.site, watch, now)


def hub_was_down(connection: sqlite3.Connection, book: Rulebook, since: datetime, now: datetime) -> None:
    """Between the two nobody looked: the days that this spoils are unknown."""
    goals = goals_of(book)
    spoilt = [
        day
        for day in store.unsettled(connection, book.site.site)
        if (watch := goals.get((day.rule, day.room))) is not None
        and spoils(watch.rule, day.day, since, now, book.zone)
    ]
    if spoilt:
        with transaction(connection):
            for day in spoilt:
                store.put(connection, msgspec.structs.replace(day, blind=True))


def next_moments(connection: sqlite3.Connection, book: Rulebook, now: datetime) -> list[datetime]:
    """When time itself has something to do for a goal."""
    goals = goals_of(book)
    if not goals:
        return []
    moments = [end_of(day_of(now, book.zone), book.zone)]
    for day in store.unsettled(connection, book.site.site):
        watch = goals.get((day.rule, day.room))
        if day.reminded_at is not None and watch is not None and watch.rule.goal is not None:
            moments.append(day.reminded_at + watch.rule.goal.within)
    return moments


def _later(
    day: GoalDay,
    watch: Watch | None,
    held: Mapping[Key, datetime],
    never_heard: Collection[str],
    book: Rulebook,
    now: datetime,
) -> GoalDay:
    over = end_of(day.day, book.zone) <= now
    if watch is None or watch.rule.goal is None:  # no goal any more: what was seen of that day says nothing
        return msgspec.structs.replace(day, outcome="unknown", reminded_at=None) if over else day
    if day.reminded_at is not None and day.reminded_at + watch.rule.goal.within <= now:
        day = msgspec.structs.replace(day, missed=day.missed + 1, reminded_at=None)
    day = _listened(day, watch, held.get(watch.key), book, min(now, end_of(day.day, book.zone)))
    if not over:
        return day
    unheard = any(device in never_heard for device in watch.devices)
    outcome = outcome_of(day, watch.rule, unheard, book.zone)
    return msgspec.structs.replace(day, outcome=outcome, reminded_at=None)


def _listened(
    day: GoalDay, watch: Watch, held_since: datetime | None, book: Rulebook, until: datetime
) -> GoalDay:
    """The day with what went unheard of it so far."""
    if held_since is not None and day.blind_from is None:
        day = msgspec.structs.replace(day, blind_from=max(held_since, day.since))
    if (
        day.blind_from is not None
        and not day.blind
        and spoils(watch.rule, day.day, day.blind_from, until, book.zone)
    ):
        day = msgspec.structs.replace(day, blind=True)
    if held_since is None and day.blind_from is not None:
        day = msgspec.structs.replace(day, blind_from=None)
    return day


def _today(connection: sqlite3.Connection, site: Site, watch: Watch, at: datetime) -> GoalDay:
    day = day_of(at, site.zone)
    return store.of(connection, site.site, *watch.key, day) or GoalDay(site.site, *watch.key, day, at)


def _say(
    connection: sqlite3.Connection, site: Site, watch: Watch, what: str, text: Text, at: datetime
) -> None:
    for resident in watch.residents:
        message: dict[str, Any] = {
            "goal": watch.name,
            "resident": resident,
            "place": watch.room,
            "says": what,
            "text": text.said(site.language),
            "texts": {language: text.said(language) for language in LANGUAGES},
            "at": at,
        }
        payload = msgspec.json.encode(message).decode()
        outbox.add(connection, site.site, None, "mqtt", topic(site.site, resident, watch.name), payload, at)


def _hush(connection: sqlite3.Connection, site: Site, watch: Watch, at: datetime) -> None:
    """Take the words off the broker: who connects later must not say them."""
    for resident in watch.residents:
        outbox.add(connection, site.site, None, "mqtt", topic(site.site, resident, watch.name), "", at)
