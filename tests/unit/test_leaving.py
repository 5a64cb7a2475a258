"""Who is removed leaves nothing behind that somebody else could have of theirs, in any table."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.site.leaving import CHANGED, DELETED, ENDED, end_links, see_off
from hub.store.credentials import OF_A_PERSON
from hub.store.db import connect, transaction
from hub.store.instants import to_us

THEIRS = ("person", "owner", "unit", "resident", "device", "subject")
NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
HISTORY = {
    "who did what": (
        "absence.registered_by", "absence.ended_by", "alert_event.by", "audit.by", "codec.uploaded_by",
        "contact_trial.asked_by", "emergency_access.seen_by", "erasure.asked_by", "erasure.confirmed_by",
        "event_subscription.created_by", "floor_plan.put_by", "gateway_request.asked_by",
        "hand_over_note.written_by", "hand_over_note.ended_by", "hand_over_receipt.person", "held_roster.by",
        "identity.linked_by", "ignored_device.ignored_by", "integration.created_by", "integration.revoked_by",
        "pause.confirmed_by", "pause.ended_by", "proof.asked_by",
        "relative.added_by", "relative_bond.added_by", "relative_bond.ended_by", "relative_consent.given_by",
        "relative_consent.recorded_by", "relative_consent.withdrawn_by",
        "relative_rest.asked_by", "relative_rest.ended_by", "relative_review.assigned_by",
        "room_trend_review.by", "site_version.imported_by", "staff_absence.said_by", "trend_review.by",
        "walk_test.ended_by",
    ),
    "the links that they made end (end_links)": (
        "password_link.created_by", "relative_invitation.created_by",
    ),
    "the hub lets it go as it takes up the site without them (hub/alerting.py: let_go)": (
        "alert.accepted_by", "alert.arrived_by", "alert.closed_by",
    ),
    "the courier sends nothing to who works here no more": ("summons.person",),
    "it ends by itself, and anybody may end it": ("pause.owner",),
    "shut with their emergency access, however they are removed (shut)": ("shared_device.opened_by",),
    "how often others were guessed at on screens that they opened: forgotten by itself": (
        "pin_guess.opened_by",
    ),
    "whose place somebody took: it says nothing once that shift is over": ("shift.instead_of",),
}  # fmt: skip
"""What stays, and why."""
PERSON = re.compile(r"(^|_)(by|person|owner|instead_of)$")
NOBODY = frozenset((
    "about", "acts", "address", "after", "ask", "before", "body", "calendar", "category", "channel",
    "day", "destination", "detail", "device", "digest", "document", "done", "dropped", "due", "email",
    "endpoint", "ends_on", "event", "events", "evidence", "failure", "figures", "file", "function",
    "gateway", "groups", "hash", "held", "how", "id", "integration", "issuer", "key", "kind", "language",
    "leg", "made_with", "measure", "model", "month", "name", "news", "of", "opinion", "others", "outcome",
    "page", "part", "payload", "plan", "purpose", "quiet_from", "quiet_until", "reason", "record",
    "refused", "relation", "resident", "residents", "result", "role", "room", "rule", "said", "secret",
    "section", "sensors", "severity", "shown", "site", "source", "state", "still", "subject", "topic",
    "transaction_id", "trend", "type", "unit", "units", "used_from", "valid_from", "valid_until",
    "value", "way", "week", "what", "why", "words",
))  # fmt: skip
"""Names of columns that say of nobody that something is theirs."""


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(tmp_path / "vaka.db")) as opened:
        yield opened


def columns(connection: sqlite3.Connection, table: str) -> list[sqlite3.Row]:
    return connection.execute(f"PRAGMA table_info({table})").fetchall()


def test_of_every_column_that_names_a_person_it_is_decided_what_becomes_of_it(
    connection: sqlite3.Connection,
) -> None:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    texts = [
        (table, one["name"])
        for (table,) in connection.execute(query).fetchall()
        for one in columns(connection, table)
        if one["type"] in ("TEXT", "ANY") and one["name"] not in NOBODY
    ]
    unclear = [f"{table}.{column}" for table, column in texts if PERSON.search(column) is None]
    assert unclear == [], "does it name a person? then it is called so; else its name belongs in NOBODY"
    going = {*OF_A_PERSON, *DELETED, *CHANGED, *ENDED}
    theirs = {f"{table}.{column}" for table, column in texts}
    goes = {one for one in theirs if one.split(".")[0] in going and one.split(".")[1] in ("person", "owner")}
    stays = [one for of in HISTORY.values() for one in of]
    assert len(stays) == len(set(stays))
    assert theirs - goes == set(stays)


def put(connection: sqlite3.Connection, table: str, **given: object) -> None:
    """A row with anything where nothing is given."""
    anything = {"TEXT": "[]", "INTEGER": 1, "BLOB": b"x"}
    needed = [c for c in columns(connection, table) if c["notnull"] and c["dflt_value"] is None]
    row = {c["name"]: anything[c["type"]] for c in needed if c["pk"] == 0 or c["type"] != "INTEGER"}
    row |= {
        name: value
        for name, value in given.items()
        if name in {c["name"] for c in columns(connection, table)}
    }
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))


def test_nothing_by_which_they_came_in_acted_or_were_called_is_left(connection: sqlite3.Connection) -> None:
    soon, ago = to_us(NOW) + 3_600_000_000, to_us(NOW) - 3_600_000_000
    runs = {"starts_at": ago, "ends_at": soon, "function": "carer", "source": "roster", "next_at": soon}
    put(connection, "shared_device", site="s", token_hash=b"x")
    put(connection, "relative", id=1, site="s", language="nb", digest_weekday=1, digest_hour=1)
    for table in sorted({*OF_A_PERSON, *DELETED, *CHANGED, *ENDED} - {"emergency_access"}):
        for n, person in enumerate(("eva", "per")):
            own: dict[str, object] = dict.fromkeys(THEIRS, person)
            own |= {"site": "s", "relative": 1, "token_hash": bytes([n])}
            own |= {"id": person} if table == "phone" else {"id": bytes([n])} if table == "passkey" else {}
            own |= {"device": b"x"} if table == "pin_failure" else {}
            put(connection, table, **{**runs, **own})
    with transaction(connection):
        assert see_off(connection, "s", "eva", "adm", NOW) == 1
        assert see_off(connection, "s", "eva", "adm", NOW) == 0
    for table in {*OF_A_PERSON, *DELETED}:
        column = "owner" if table == "relative_review" else "person"
        assert [row[0] for row in connection.execute(f"SELECT {column} FROM {table}")] == ["per"], table
    for table, end in (("shift", "ends_at"), ("staff_absence", "ends_at"), ("session", "ended_at")):
        ended = connection.execute(f"SELECT {end} FROM {table} WHERE person = 'eva'").fetchone()
        assert ended[0] == to_us(NOW), table
        assert connection.execute(f"SELECT {end} FROM {table} WHERE person = 'per'").fetchone()[0] != to_us(
            NOW
        )
    assert [row[0] for row in connection.execute("SELECT owner FROM gap ORDER BY id")] == [None, "per"]
    waiting = connection.execute("SELECT person FROM staff_notice WHERE next_at IS NOT NULL")
    assert [row[0] for row in waiting] == ["per"]
    tests = connection.execute("SELECT person, ended_by FROM walk_test ORDER BY id")
    assert [tuple(row) for row in tests] == [("eva", "adm"), ("per", None)]


def test_links_that_they_made_lead_nowhere_and_those_of_others_go_on(connection: sqlite3.Connection) -> None:
    """Whoever made one knows it: staff's and relatives' accounts open by it."""
    soon = to_us(NOW) + 3_600_000_000
    for n, by in enumerate(("eva", "per"), 1):
        own: dict[str, object] = {"site": "s", "created_by": by, "token_hash": bytes([n]), "expires_at": soon}
        put(connection, "password_link", **own, person=f"ny{n}")
        put(connection, "relative", id=n, site="s", email=by, language="nb", digest_weekday=1, digest_hour=1)
        put(connection, "relative_invitation", **own, id=n, relative=n)
        put(connection, "relative_message", site="s", relative=n, kind="invitation", key=str(n), next_at=soon,
            secret="link", resident="")  # fmt: skip
    with transaction(connection):
        end_links(connection, "s", "eva", "adm", NOW)
        end_links(connection, "s", "eva", "adm", NOW)
    assert [row[0] for row in connection.execute("SELECT created_by FROM password_link")] == ["per"]
    out = connection.execute("SELECT created_by FROM relative_invitation WHERE revoked_at IS NULL")
    assert [row[0] for row in out] == ["per"]
    waiting = connection.execute("SELECT relative FROM relative_message WHERE next_at IS NOT NULL")
    assert [row[0] for row in waiting] == [2]
    noted = connection.execute("SELECT by, what, detail FROM audit").fetchall()
    assert [tuple(row) for row in noted] == [("adm", "links ended", '{"person":"eva","links":2}')]
