"""What a relative is shown, put together: one function for the relative's own page, for the API, and for the
preview that staff look at. Each part asks rules/relatives.py by itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple

from dashboards.house import House
from dashboards.relative.shown import (
    AlertShown,
    AllowedShown,
    BarShown,
    ResidentShown,
    SeriesShown,
    State,
)
from hub.history import History
from hub.last_sign import last_sign_of
from hub.relatives.told import has_heard, may_hear, was_grave
from hub.relatives.week import Rhythm, rhythm
from hub.store import absences, alerts, health, protection
from rules.absence import away_now
from rules.alert import Alert
from rules.building import Resident
from rules.relatives import CATEGORIES, Category, Known, comes_of_it, consented_since, may, may_of_day
from rules.severity import SEVERITIES
from rules.telling_relatives import has_eased, is_news
from rules.usual import Judged
from rules.wording import relatives as words
from rules.wording.voice import Language, Voice

FRESH = timedelta(minutes=2)
"""The hub says each second that it is alive; without a word for so long nothing is said to be well."""
WEEK = 7
"""Days."""


class Back(NamedTuple):
    """How many days back alerts, and nights and days unlike the others, are told. `dated`: alerts with their
    date, for what is read on another day.
    """

    alerts: int
    odd: int
    dated: bool


PAGE = Back(alerts=30, odd=14, dated=False)
LETTER = Back(alerts=WEEK, odd=WEEK, dated=True)


class _Reading(NamedTuple):
    """Whose page it is, as of when, in which language, and how far it looks back."""

    connection: sqlite3.Connection
    history: History
    house: House
    known: Known
    voice: Voice
    back: Back

    def may(self, category: Category, resident: Resident) -> bool:
        return may(self.known, category, resident.id, self.voice.now, self.house.site).allowed


def shown_to(
    connection: sqlite3.Connection,
    history: History,
    house: House,
    known: Known,
    language: Language,
    now: datetime,
    back: Back = PAGE,
) -> list[ResidentShown]:
    """Each resident to whom they belong, also where nothing may be shown just now. Not within a
    transaction.
    """
    reading = _Reading(connection, history, house, known, Voice(language, house.site.zone, now), back)
    found = (house.resident(id) for id in known.residents)
    return [_resident(reading, resident) for resident in found if resident is not None]


def _resident(reading: _Reading, resident: Resident) -> ResidentShown:
    voice, site = reading.voice, reading.house.site
    allowed = {category: reading.may(category, resident) for category in CATEGORIES}
    state, headline, lines = _today(reading, resident) if allowed["well"] else ("nothing", "", ())
    bond = next(b for b in reading.known.bonds if b.resident == resident.id and b.ended_at is None)
    resting = reading.known.resting(resident.id, voice.now)
    ends = resting.until if resting is not None else None
    of_days: list[Category] = [category for category in ("unusual", "digest") if allowed[category]]
    heard = _rhythm(reading, resident, of_days) if of_days else None
    return ResidentShown(
        id=resident.id,
        name=resident.name,
        relation=bond.relation,
        categories=tuple(category for category, yes in allowed.items() if yes),
        state=state,
        headline=headline,
        lines=lines,
        away=_away(reading, resident) if allowed["away"] else None,
        alerts=_alerts(reading, resident) if allowed["alerts"] or allowed["handled"] else None,
        unusual=_unusual(reading, resident, heard) if heard is not None and allowed["unusual"] else None,
        week=_week(reading, resident, heard) if heard is not None and allowed["digest"] else None,
        allowed=tuple(
            AllowedShown(
                category=category,
                until=words.until_when(until, voice.language),
                allowed=comes.allowed,
                reason=comes.reason,
            )
            for category in CATEGORIES
            if (until := _until(reading, resident, category)) is not None
            for comes in (comes_of_it(reading.known, category, resident.id, voice.now, site),)
        ),
        is_resting=resting is not None,
        resting=words.until_when(ends.astimezone(voice.zone).date(), voice.language) if ends else "",
    )


def _until(reading: _Reading, resident: Resident, category: Category) -> date | None:
    """The last day of a yes that stands."""
    today = reading.voice.now.astimezone(reading.voice.zone).date()
    days = [
        c.valid_until
        for c in reading.known.consents
        if (c.resident, c.category) == (resident.id, category)
        and c.withdrawn_at is None
        and c.valid_until >= today
    ]
    return max(days, default=None)


# Today


def _today(reading: _Reading, resident: Resident) -> tuple[State, str, tuple[str, ...]]:
    """Never that all is well where nobody can know it, or where what stands against it may not be told."""
    voice, site = reading.voice, reading.house.site

    def say(state: State, headline: str, *lines: str) -> tuple[State, str, tuple[str, ...]]:
        said = (line if " " in line else words.today_line(line, voice.language) for line in lines)
        return state, words.today_headline(headline, voice.language), tuple(said)

    if not _is_fresh(reading):
        return say("unclear", "unclear", "not_fresh")
    standing = [
        alert
        for alert in alerts.open_alerts(reading.connection, site.site)
        if resident.id in alert.residents
        and is_news(alert)
        and (alert.severity != "low" or was_grave(reading.connection, alert))
    ]
    if standing:
        told = [alert for alert in standing if _is_shown(reading, alert)]
        if not told:
            return say("nothing", "nothing", "staff")
        gravest = max(told, key=lambda alert: (SEVERITIES.index(alert.severity), alert.raised_at))
        by_state = {"open": "told", "accepted": "taken", "arrived": "there"}
        return say("watch", by_state[gravest.state], *(("eased",) if has_eased(gravest) else ()))
    away = away_now(absences.active(reading.connection, site.site), voice.now)
    if resident.id in away:
        known = reading.may("away", resident)
        return say("nothing", "away") if known else say("nothing", "nothing", "staff")
    covered = protection.now(reading.connection, site.site).get(resident.id)
    if covered is None or covered.protection.state != "protected":
        return say("unclear", "unclear", "gaps")
    sign = last_sign_of(reading.connection, reading.history, site, resident, voice.now)
    if sign is None or sign.at.astimezone(voice.zone).date() != voice.now.astimezone(voice.zone).date():
        return say("nothing", "nothing", "no_sign")
    return say("well", "well", words.last_sign(sign.at, voice), "who")


def _is_fresh(reading: _Reading) -> bool:
    parts = {h.part: h for h in health.everything(reading.connection, reading.house.site.site)}
    hub = parts.get("hub")
    if hub is None or reading.voice.now - hub.seen > FRESH:
        return False
    return all(h.state == "ok" for part, h in parts.items() if part in ("hub", "broker"))


def _away(reading: _Reading, resident: Resident) -> str | None:
    site, voice = reading.house.site.site, reading.voice
    absence = away_now(absences.active(reading.connection, site), voice.now).get(resident.id)
    return words.away_until(absence.back_by, voice) if absence is not None else ""


# Alerts


def _alerts(reading: _Reading, resident: Resident) -> tuple[AlertShown, ...]:
    """What they were told of, or would have been; the newest first."""
    connection, site, voice = reading.connection, reading.house.site, reading.voice
    since = voice.now - timedelta(days=reading.back.alerts)
    stored = (*alerts.open_alerts(connection, site.site)[::-1], *alerts.recent(connection, site.site, since))
    found = [a for a in stored if resident.id in a.residents and _is_shown(reading, a)]
    return tuple(
        AlertShown(
            when=words.when(alert.raised_at, voice, reading.back.dated),
            what=words.alert_happened(alert, site, voice.language),
            now=words.alert_now(alert, voice.language),
            is_over=alert.state == "closed",
        )
        for alert in found
    )


def _is_shown(reading: _Reading, alert: Alert) -> bool:
    connection, known, now = reading.connection, reading.known, reading.voice.now
    categories: tuple[Category, ...] = ("alerts", "handled") if alert.state == "closed" else ("alerts",)
    if not is_news(alert):
        return False
    if not may_hear(connection, known, categories, alert, now, reading.house.site).allowed:
        return False
    if alert.outcome in ("test", "false_alarm"):
        return has_heard(connection, known.relative, alert, now)
    return was_grave(connection, alert)


# Nights and days


def _rhythm(reading: _Reading, resident: Resident, categories: Sequence[Category]) -> Rhythm:
    """As far back as is told; each part looks whether it lies after the yes to it. A day that was shared
    counts where the other said yes to all of these.
    """
    yesterday = reading.voice.now.astimezone(reading.voice.zone).date() - timedelta(days=1)
    days = [yesterday - timedelta(days=n) for n in range(max(reading.back.odd, WEEK) - 1, -1, -1)]
    now, site = reading.voice.now, reading.house.site
    counts = partial(may_of_day, reading.known, categories, resident, at=now, site=site)
    return rhythm(reading.connection, reading.history, site, resident, days, counts)


def _since(reading: _Reading, resident: Resident, category: Category) -> date:
    return consented_since(reading.known, (category,), resident.id) or date.max


def _unusual(reading: _Reading, resident: Resident, heard: Rhythm) -> tuple[str, ...]:
    since, language = _since(reading, resident, "unusual"), reading.voice.language
    odd = [(one, "nights") for one in heard.nights if one.level == "more"]
    odd += [(one, "days") for one in heard.days if one.level == "less"]
    odd.sort(key=lambda found: found[0].day, reverse=True)
    return tuple(words.odd_night(one, sort, language) for one, sort in odd if one.day >= since)


def _week(reading: _Reading, resident: Resident, heard: Rhythm) -> tuple[SeriesShown, ...]:
    since = _since(reading, resident, "digest")
    found = []
    for sort in ("nights", "days", "in_bed"):
        own: list[Judged] = getattr(heard, sort)
        own = [one if one.day >= since else Judged(one.day, None, None, "unknown") for one in own[-WEEK:]]
        if own:
            found.append(_series(sort, own, reading.voice.language))
    return tuple(found)


def _series(sort: str, own: Sequence[Judged], language: Language) -> SeriesShown:
    values = [one.value for one in own if one.value is not None]
    top = 1.1 * max([*values, *(one.band.high for one in own if one.band is not None)], default=0.0) or 1.0
    return SeriesShown(
        sort=sort,
        sentence=words.in_a_sentence(sort, own, language),
        bars=tuple(
            BarShown(
                day=words.named_day(one.day, sort, language),
                short=words.short_weekday(one.day, language),
                level=one.level,
                word=words.level_word(sort, one.level, language),
                height=None if one.value is None else round(one.value / top, 3),
                usual_from=None if one.band is None else round(one.band.low / top, 3),
                usual_to=None if one.band is None else round(one.band.high / top, 3),
            )
            for one in own
        ),
    )
