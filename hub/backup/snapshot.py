"""Copies of the two databases as they stand, made while the hub writes to them.

The history is copied first and its database after it, in one read each: what the history does not have yet is
then still in the journal. Where it is not (the journal gave up readings in between), both are copied again.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from hub.backup.archive import BackupError, Manifest, digest_of
from hub.history import segments
from hub.history.segments import FILE as HISTORY
from hub.history.segments import beside
from hub.settings import DATABASE
from hub.store.sites import sites

TRIES = 3
KEPT_OUT = (".lock", ".part", ".db", ".db-wal", ".db-shm", ".db-journal")
"""Endings of what is no part of it: the databases come as copies."""


def take(database: Path, backups: Path, into: Path) -> list[str]:
    """Copy all that belongs to an installation into an empty folder; returns the names. BackupError where
    that cannot be.
    """
    for _ in range(TRIES):
        for name, source in ((HISTORY, beside(database)), (DATABASE, database)):
            (into / name).unlink(missing_ok=True)
            _copy(source, into / name)
        if _fits(into):
            break
    else:
        raise BackupError("the journal gave up readings each time before the history was copied with them")
    names = [HISTORY, DATABASE]
    for file in sorted(database.parent.rglob("*")):
        if (
            file.is_file()
            and not file.name.endswith(KEPT_OUT)
            and not _hidden(file, database.parent, backups)
        ):
            name = str(file.relative_to(database.parent))
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            (into / name).write_bytes(file.read_bytes())
            names.append(name)
    return names


def describe(folder: Path, names: list[str], at: datetime) -> Manifest:
    """The manifest of what lies there. Raises BackupError where a database is not whole."""
    with closing(_opened(folder / DATABASE)) as database, closing(_opened(folder / HISTORY)) as history:
        for name, connection in ((DATABASE, database), (HISTORY, history)):
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise BackupError(f"{name} is damaged: {found}")
        return Manifest(
            sites(database),
            at,
            int(database.execute("PRAGMA user_version").fetchone()[0]),
            int(history.execute("PRAGMA user_version").fetchone()[0]),
            segments.cursor(history),
            counts(database),
            {name: digest_of(folder / name) for name in names},
        )


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Rows by table."""
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ).fetchall()
    return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for (name,) in tables}


def _copy(source: Path, target: Path) -> None:
    """As it stands at one instant; writers go on meanwhile."""
    if not source.exists():
        if source.name == HISTORY:
            segments.connect_history(target).close()
            _one_file(target)
            return
        raise BackupError(f"there is no database at {source}")
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as there:
        there.execute("PRAGMA busy_timeout = 10000")
        with closing(sqlite3.connect(target)) as here:
            there.backup(here)
    _one_file(target)


def _one_file(database: Path) -> None:
    """Without a write-ahead log beside it."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    database.chmod(0o600)


def _opened(database: Path) -> sqlite3.Connection:
    """Read, and not brought up to date: what is stored is what was there."""
    return sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)


def _fits(folder: Path) -> bool:
    """Whether what the history lacks is in the journal."""
    with closing(_opened(folder / DATABASE)) as database, closing(_opened(folder / HISTORY)) as history:
        first, last = database.execute("SELECT min(seq), max(seq) FROM reading").fetchone()
        cursor = segments.cursor(history)
        return first is None or first <= cursor + 1 or (cursor == 0 and first == last)


def _hidden(file: Path, folder: Path, backups: Path) -> bool:
    return file.is_relative_to(backups) or any(p.startswith(".") for p in file.relative_to(folder).parts)
