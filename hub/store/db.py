"""Opening the database: settings of a connection, the schema brought up to date, and transactions.

Here: nothing of any table. The schema is schema/000N_*.sql, applied in order; `PRAGMA user_version` is
the last N. The history is a file of its own, opened the same way with a schema of its own.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

BUSY_TIMEOUT_MS = 10_000
PAGE_BYTES = 4096
LOG_PAGES = 8_192
"""32 MiB of write-ahead log: beyond that the job that moves it into the database makes writers wait."""
LOG_PAGES_AT_MOST = 4 * LOG_PAGES
"""Where that job does not come to it, whoever writes moves the log."""

LARGEST_ID = 2**63 - 1
"""SQLite has no larger integer: asked for one, it raises."""


class NewerDatabaseError(Exception):
    """The file was written by a newer Vaka; this one would not know what it means."""


class OlderDatabaseError(Exception):
    """The file is as an older Vaka left it, and whoever opens it is not to bring it up to date."""


SCHEMA = files("hub.store") / "schema"


def connect(
    path: Path,
    schema: Traversable = SCHEMA,
    page_bytes: int = PAGE_BYTES,
    *,
    leave_older: bool = False,
) -> sqlite3.Connection:
    """Open the database at `path`, made if absent (its folder too), with the schema up to date.

    Autocommit outside `transaction`. The connection may be handed between threads, not used by two at once.
    Raises NewerDatabaseError, with `leave_older` OlderDatabaseError instead of bringing one up to date, and
    sqlite3.Error where the file is not a database or cannot be opened.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        steps = _steps(schema)
        _refuse_newer(connection, path, max(steps))  # before anything is set in it
        if leave_older and _version(connection):  # one without any is only being made
            _refuse_older(connection, path, max(steps))
        connection.execute(f"PRAGMA page_size = {page_bytes}")
        connection.execute("PRAGMA journal_mode = WAL")
        _settle(connection)
        _migrate(connection, path, steps)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_as_it_is(path: Path, older_too: bool = False) -> sqlite3.Connection:
    """The same for who stands beside the hub: nothing is made or brought up to date, for a hub of the older
    version may be at work on it, and could not start again. Raises OlderDatabaseError as well, unless
    an older one will do.
    """
    try:
        expect_not_older(path)
    except OlderDatabaseError:
        if not older_too:
            raise
    connection = sqlite3.connect(_uri(path, "rw"), uri=True, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        _settle(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def expect_not_older(path: Path, schema: Traversable = SCHEMA) -> None:
    """Raises OlderDatabaseError, NewerDatabaseError, and sqlite3.Error where there is none."""
    with closing(sqlite3.connect(_uri(path, "ro"), uri=True, timeout=BUSY_TIMEOUT_MS / 1000)) as connection:
        newest = max(_steps(schema))
        _refuse_newer(connection, path, newest)
        _refuse_older(connection, path, newest)


def _uri(path: Path, mode: Literal["ro", "rw"]) -> str:
    return f"{path.resolve().as_uri()}?mode={mode}"


def _settle(connection: sqlite3.Connection) -> None:
    """What each connection is told of its own."""
    connection.execute(
        "PRAGMA synchronous = FULL"
    )  # committed means on the disk: only then is a message acknowledged
    connection.execute("PRAGMA foreign_keys = ON")
    # Moving the log takes much longer than a commit: hub/jobs.py does it beside the readings.
    connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES_AT_MOST}")
    connection.execute(f"PRAGMA journal_size_limit = {LOG_PAGES * PAGE_BYTES}")
    connection.create_function("chained", 2, chained, deterministic=True)


def chained(before: bytes | None, digest: bytes) -> bytes:
    """The next value of a chain of entries, each tied to the one before it (hub/store/audit.py)."""
    return hashlib.sha256((before or b"") + digest).digest()


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """BEGIN IMMEDIATE … COMMIT; rolled back whole by any exception. Not nested."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite itself ends it where the disk is full
            connection.execute("ROLLBACK")
        raise


def checkpoint(connection: sqlite3.Connection, mode: Literal["PASSIVE", "RESTART"]) -> int:
    """Move the write-ahead log into the database file; returns the pages in the log. PASSIVE holds nobody up
    and moves what it can; RESTART waits for writers and readers, then has the log begin anew.
    """
    _, pages, _ = connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
    return int(pages)


def _migrate(connection: sqlite3.Connection, path: Path, steps: dict[int, str]) -> None:
    newest = max(steps)
    if _version(connection) == newest:
        return
    with transaction(connection):
        _refuse_newer(connection, path, newest)  # another process may have been quicker
        version = _version(connection)
        for number in range(version + 1, newest + 1):
            for statement in _statements(steps[number]):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")


def _refuse_newer(connection: sqlite3.Connection, path: Path, newest: int) -> None:
    version = _version(connection)
    if version > newest:
        raise NewerDatabaseError(
            f"{path} was written by a newer Vaka (its schema is {version}, this one knows {newest});"
            " run that one"
        )


def _refuse_older(connection: sqlite3.Connection, path: Path, newest: int) -> None:
    version = _version(connection)
    if version < newest:
        raise OlderDatabaseError(
            f"the database {path} is of an older version (its schema is {version}, this Vaka's {newest});"
            " the hub brings it up to date when it starts"
        )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _steps(schema: Traversable) -> dict[int, str]:
    """The number of each schema file and its SQL."""
    steps = [(int(f.name[:4]), f.read_text("utf-8")) for f in schema.iterdir() if f.name.endswith(".sql")]
    assert len(dict(steps)) == len(steps), "two schema files have one number"
    return dict(steps)


def _statements(script: str) -> Iterator[str]:
    """The script's statements one by one: sqlite3's own executescript would commit the transaction first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement
