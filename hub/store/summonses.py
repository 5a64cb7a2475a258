"""Messages to people: one to one person by one way, put in with the call that caused it, marked after it was
sent.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from hub.store.instants import from_us, to_us
from rules.receipts import Ladder
from rules.summons import Decision, Held

SPARED = "somebody has it"
"""The `failure` of a message that was not sent any more, since it was not needed."""
IN_STEAD = "in_stead"
"""The `groups` of a message to whoever is called in stead of those whom a stage names."""
CALLED_ANEW = "nobody has it any more"
"""That of one that was made while somebody had it: another call follows."""
OVERTAKEN = "the alert became graver"
"""That of one that was held until then: the graver call took its place."""
_SPARED = (SPARED, CALLED_ANEW, OVERTAKEN)


class Summons(msgspec.Struct, frozen=True):
    """`event`: the step of the alert's trail that caused it. `next_at` None: nothing more is tried. `urgent`:
    high. Without `sent_at` `failure` says why it did not arrive. `delivered_at`, `seen_at`, `accepted_at`:
    how far it came (hub/store/receipts.py). `held`: why it did not go out at once. `bundle`: the one under
    whose id it goes out together with others. `groups`: those of its call that it is for, or
    IN_STEAD; "": that was not written down. `proof`: a test of the alerting, apart from all that is real.
    """

    id: int
    site: str
    alert: int
    event: int
    person: str
    way: str
    address: str
    urgent: bool
    subject: str
    body: str
    created_at: datetime
    attempts: int = 0
    next_at: datetime | None = None
    sent_at: datetime | None = None
    failure: str | None = None
    delivered_at: datetime | None = None
    seen_at: datetime | None = None
    accepted_at: datetime | None = None
    held: Held | None = None
    bundle: int | None = None
    proof: bool = False
    groups: str = ""

    @property
    def spared(self) -> bool:
        """It was not sent any more, since something else came of the alert."""
        return self.failure in _SPARED

    @property
    def overtaken(self) -> bool:
        return self.failure == OVERTAKEN

    @property
    def given_up(self) -> bool:
        """It was refused for good, or for so long that nothing more is tried."""
        not_sent = self.sent_at is None and self.next_at is None
        return not_sent and self.failure is not None and not self.spared

    @property
    def ladder(self) -> Ladder:
        return Ladder(self.sent_at, self.delivered_at, self.seen_at, self.accepted_at)


_FIELDS = tuple(name for name in Summons.__struct_fields__ if name != "id")
_INSTANTS = ("created_at", "next_at", "sent_at", "delivered_at", "seen_at", "accepted_at")


def add(connection: sqlite3.Connection, summons: Summons) -> None:
    """Nothing where this person was called by this way for this step already."""
    marks = ", ".join("?" for _ in _FIELDS)
    connection.execute(
        f"INSERT INTO summons ({', '.join(_FIELDS)}) VALUES ({marks}) ON CONFLICT DO NOTHING", _row(summons)
    )


def put_failure(connection: sqlite3.Connection, summons: Summons) -> bool:
    """After an attempt that failed. False, and nothing is changed, where it no longer waits: a receipt came
    meanwhile, or somebody took the alert.
    """
    return (
        connection.execute(
            "UPDATE summons SET attempts = ?, next_at = ?, failure = ? WHERE id = ? AND next_at IS NOT NULL",
            (summons.attempts, _us(summons.next_at), summons.failure, summons.id),
        ).rowcount
        > 0
    )


def count_attempt(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    connection.executemany("UPDATE summons SET attempts = attempts + 1 WHERE id = ?", [(id,) for id in ids])


class Failing(NamedTuple):
    """What was tried by a way and did not go out yet. `since`: when the oldest was put in; `why`: the
    newest's.
    """

    way: str
    amount: int
    since: datetime
    why: str


def failing(connection: sqlite3.Connection, site: str) -> list[Failing]:
    """By way: messages that were refused or not taken, and are tried again."""
    rows = connection.execute(
        # With one max() SQLite takes the bare column from the row that has it.
        "SELECT way, count(*), min(created_at), failure, max(id) FROM summons"
        " WHERE site = ? AND next_at IS NOT NULL AND failure IS NOT NULL GROUP BY way ORDER BY way",
        (site,),
    )
    return [Failing(way, amount, from_us(since), why) for way, amount, since, why, _ in rows]


def not_getting_through(connection: sqlite3.Connection, site: str, alert: int) -> list[tuple[str, str, str]]:
    """(person, way, address) at which something failed and is tried again, or was spared after that for this
    alert, and which took nothing newer.
    """
    rows = connection.execute(
        "WITH failed AS (SELECT person, way, address, max(id) AS newest FROM"
        " (SELECT person, way, address, id FROM summons"
        " WHERE site = ?1 AND next_at IS NOT NULL AND failure IS NOT NULL"
        " UNION ALL SELECT person, way, address, id FROM summons"
        " WHERE alert = ?2 AND attempts > 0 AND sent_at IS NULL AND failure IN (?3, ?4, ?5))"
        " GROUP BY person, way, address)"
        " SELECT person, way, address FROM failed WHERE NOT EXISTS (SELECT 1 FROM summons AS taken"
        " WHERE taken.site = ?1 AND taken.person = failed.person AND taken.way = failed.way"
        " AND taken.address = failed.address AND taken.id > failed.newest AND taken.sent_at IS NOT NULL)",
        (site, alert, *_SPARED),
    )
    return [(person, way, address) for person, way, address in rows]


def unsettled(
    connection: sqlite3.Connection, site: str, before: datetime
) -> tuple[tuple[int, int, int, int | None], ...]:
    """By step of a trail of which messages failed and are tried again, are held back, or were to leave
    `before`: how many failed, how many were seen all the same, and when the next of what was not tried yet
    goes out.
    """
    rows = connection.execute(
        "SELECT event, count(failure), count(seen_at), min(iif(attempts = 0, next_at, NULL)) FROM summons"
        " WHERE site = ? AND next_at IS NOT NULL AND (failure IS NOT NULL OR held IS NOT NULL OR next_at < ?)"
        " GROUP BY event ORDER BY event",
        (site, to_us(before)),
    )
    return tuple((event, failed, seen, at) for event, failed, seen, at in rows)


def addresses_due(
    connection: sqlite3.Connection,
    site: str,
    way: str,
    urgent: bool,
    proof: bool,
    now: datetime,
    after: str,
    limit: int,
) -> list[str]:
    """Where something is to be sent by now: the next addresses after this one, in a circle."""
    query = (
        "SELECT DISTINCT address FROM summons WHERE site = ? AND way = ? AND urgent = ? AND proof = ?"
        " AND next_at <= ? AND address {} ? ORDER BY address LIMIT ?"
    )
    found: list[str] = []
    for compared in (">", "<="):
        values = (site, way, urgent, proof, to_us(now), after, limit - len(found))
        found += [row[0] for row in connection.execute(query.format(compared), values)]
    return found


def due(
    connection: sqlite3.Connection,
    site: str,
    way: str,
    urgent: bool,
    proof: bool,
    address: str,
    now: datetime,
) -> Summons | None:
    """What is to be sent next to this address: what was never tried before what failed already, the longest
    wait first.
    """
    condition = (
        "way = ? AND urgent = ? AND proof = ? AND address = ? AND next_at <= ? AND site = ?"
        " ORDER BY attempts, next_at, id LIMIT 1"
    )
    found = _many(connection, condition, (way, urgent, proof, address, to_us(now), site))
    return found[0] if found else None


def bundled(connection: sqlite3.Connection, first: Summons, now: datetime) -> list[Summons]:
    """What goes out in one message with `first`: the bundle it is of; of one that is held and of none yet,
    all that is held and due by now for the same person and address, which become one by that. Within a
    transaction.
    """
    if first.bundle is None and first.held is not None:
        connection.execute(
            "UPDATE summons SET bundle = ? WHERE way = ? AND urgent = ? AND address = ? AND person = ?"
            " AND site = ? AND held IS NOT NULL AND bundle IS NULL AND next_at <= ?",
            (first.id, first.way, first.urgent, first.address, first.person, first.site, to_us(now)),
        )
    elif first.bundle is None:
        return [first]
    return _many(
        connection,
        "bundle = (SELECT bundle FROM summons WHERE id = ?) AND next_at IS NOT NULL ORDER BY id",
        (first.id,),
    )


def calls_since(connection: sqlite3.Connection, site: str, person: str, since: datetime) -> int:
    """For how many steps of alerts somebody was called, by however many ways. A test of the alerting is none:
    its alert is of another site.
    """
    row = connection.execute(
        "SELECT count(DISTINCT event) FROM summons JOIN alert ON alert.id = summons.alert"
        " WHERE summons.site = ? AND alert.site = summons.site AND person = ? AND created_at > ?",
        (site, person, to_us(since)),
    ).fetchone()
    return int(row[0])


def groups(connection: sqlite3.Connection, site: str, person: str, since: datetime) -> dict[Held, datetime]:
    """When what is held for this person goes out, by the reason. What failed once is of no group any more."""
    rows = connection.execute(
        "SELECT held, max(next_at) FROM summons WHERE site = ? AND person = ? AND created_at > ?"
        " AND held IS NOT NULL AND next_at IS NOT NULL AND attempts = 0 AND bundle IS NULL GROUP BY held",
        (site, person, to_us(since)),
    )
    return {row[0]: from_us(row[1]) for row in rows}


def held_for(connection: sqlite3.Connection, site: str, person: str) -> list[Summons]:
    """What is held for this person and was never tried."""
    condition = (
        "site = ? AND person = ? AND held IS NOT NULL AND next_at IS NOT NULL AND attempts = 0"
        " AND bundle IS NULL ORDER BY id"
    )
    return _many(connection, condition, (site, person))


def hold(connection: sqlite3.Connection, id: int, decision: Decision) -> None:
    connection.execute(
        "UPDATE summons SET next_at = ?, held = ? WHERE id = ?", (to_us(decision.at), decision.held, id)
    )


def oldest_due(connection: sqlite3.Connection, site: str) -> dict[str, datetime]:
    """By way: the longest time for which a message could have been tried and was not."""
    rows = connection.execute(
        "SELECT way, min(next_at) FROM summons WHERE site = ? AND next_at IS NOT NULL GROUP BY way", (site,)
    )
    return {row[0]: from_us(row[1]) for row in rows}


def oldest_untold(connection: sqlite3.Connection, site: str) -> tuple[str, datetime | None]:
    """The unit and the time of the oldest call that has not been turned into messages; None where there is
    none, or where none ever was to be.
    """
    row = connection.execute(
        "SELECT unit, at FROM alert_event JOIN alert ON alert.id = alert_event.alert"
        " WHERE alert_event.seq > (SELECT seq FROM summons_cursor WHERE summons_cursor.site = ?)"
        " AND alert.site = ? AND event IN ('called', 'called_in_vain') ORDER BY alert_event.seq LIMIT 1",
        (site, site),
    ).fetchone()
    return ("", None) if row is None else (row[0], from_us(row[1]))


def clock_jumped(connection: sqlite3.Connection, site: str, moved: Callable[[datetime], datetime]) -> None:
    """What waits for its next try waits as long as it would have. What waits for the end of quiet hours waits
    for a time of day.
    """
    waiting = "site = ? AND next_at IS NOT NULL AND held IS NOT 'quiet_hours'"
    connection.executemany(
        "UPDATE summons SET created_at = ?, next_at = ? WHERE id = ?",
        [
            (to_us(moved(one.created_at)), _us(moved(one.next_at)), one.id)
            for one in _many(connection, waiting, (site,))
            if one.next_at is not None
        ],
    )


def of_alert(connection: sqlite3.Connection, alert: int) -> list[Summons]:
    """Who was called for it, by which way, and whether it arrived."""
    return _many(connection, "alert = ? ORDER BY id", (alert,))


def get(connection: sqlite3.Connection, site: str, id: int) -> Summons | None:
    return next(iter(_many(connection, "id = ? AND site = ?", (id, site))), None)


def drop_waiting(
    connection: sqlite3.Connection,
    alert: int,
    why: str = SPARED,
    before: int | None = None,
    who: str | None = None,
) -> None:
    """Somebody has the alert or has it no more, or it passed by itself: what was not sent yet is sent no
    more. `before`: only what was called before that step, and what is to `who`.
    """
    connection.execute(
        "UPDATE summons SET next_at = NULL, failure = ?1 WHERE alert = ?2 AND next_at IS NOT NULL"
        " AND (?3 IS NULL OR event < ?3 OR person = ?4)",
        (why, alert, before, who),
    )


def drop_milder(connection: sqlite3.Connection, alert: int, calls: Iterable[int]) -> None:
    """What waits of these calls, to an alert that was milder then: it says less. By their steps."""
    connection.executemany(
        "UPDATE summons SET next_at = NULL, failure = ?"
        " WHERE alert = ? AND event = ? AND next_at IS NOT NULL",
        [(OVERTAKEN, alert, call) for call in calls],
    )


def cursor(connection: sqlite3.Connection, site: str) -> int | None:
    """The last step of the alerts' trail that was turned into messages; None before the very first start."""
    row = connection.execute("SELECT seq FROM summons_cursor WHERE site = ?", (site,)).fetchone()
    return None if row is None else int(row[0])


def put_cursor(connection: sqlite3.Connection, site: str, seq: int) -> None:
    connection.execute(
        "INSERT INTO summons_cursor (site, seq) VALUES (?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq",
        (site, seq),
    )


def _many(connection: sqlite3.Connection, condition: str, values: tuple[Any, ...]) -> list[Summons]:
    rows = connection.execute(f"SELECT id, {', '.join(_FIELDS)} FROM summons WHERE {condition}", values)
    return [_summons(dict(zip(("id", *_FIELDS), row, strict=True))) for row in rows]


def _summons(fields: dict[str, Any]) -> Summons:
    for name in _INSTANTS:
        if fields[name] is not None:
            fields[name] = from_us(fields[name])
    return Summons(**{**fields, "urgent": bool(fields["urgent"]), "proof": bool(fields["proof"])})


def _row(summons: Summons) -> list[Any]:
    return [_us(v) if isinstance(v := getattr(summons, name), datetime) else v for name in _FIELDS]


def _us(at: datetime | None) -> int | None:
    return None if at is None else to_us(at)
