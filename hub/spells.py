"""What the hub could not hear in its past, and what was switched off: for whoever judges that past anew
(rules/backtest.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from hub.store import absences, pauses, silences, walk_tests
from rules.backtest import Spell
from rules.building import Site

_Stretch = tuple[datetime, datetime | None]
_EVER = datetime.max.replace(tzinfo=UTC)


def spells(connection: sqlite3.Connection, site: Site, since: datetime) -> list[Spell]:
    """All that had not ended by `since`, by their beginning."""
    found = [
        Spell("unheard", silence.part, "", silence.since, silence.until)
        for silence in silences.since(connection, site.site, since)
    ]
    for pause in (*pauses.ended(connection, site.site, since), *pauses.active(connection, site.site)):
        kind, what = ("paused", pause.rule) if pause.device is None else ("aside", pause.device)
        found.append(Spell(kind, what, pause.room, pause.paused_at, pause.ended_at))  # type: ignore[arg-type]
    for test in walk_tests.since(connection, site.site, since):
        found.append(Spell("aside", test.device, "", test.started_at, test.ended_at))
    found += _absences(connection, site, since)
    return sorted(found, key=lambda spell: spell.since)


def _absences(connection: sqlite3.Connection, site: Site, since: datetime) -> Iterator[Spell]:
    """When nobody who lives in a room was at home."""
    away: dict[str, list[_Stretch]] = {}
    known = (*absences.ended(connection, site.site, since), *absences.active(connection, site.site))
    for absence in known:
        away.setdefault(absence.resident, []).append((absence.away_from, absence.ended_at))
    for room in {resident.room for resident in site.residents if resident.id in away}:
        living = [resident.id for resident in site.residents if resident.room == room]
        stretches = away.get(living[0], [])
        for other in living[1:]:
            stretches = list(_in_common(stretches, away.get(other, [])))
        yield from (Spell("away", "", room, began, ended) for began, ended in stretches)


def _in_common(some: Iterable[_Stretch], others: Iterable[_Stretch]) -> Iterator[_Stretch]:
    others = list(others)
    for one in some:
        for other in others:
            began, ended = max(one[0], other[0]), min(one[1] or _EVER, other[1] or _EVER)
            if began < ended:
                yield began, None if ended == _EVER else ended
