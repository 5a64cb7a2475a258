"""The site's documents, imported or edited: every version is kept, the newest of a site is in force."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from hub.store.instants import from_us, to_us


class SiteVersion(msgspec.Struct, frozen=True):
    """One version. `document` is the YAML text, character for character; `imported_at` is aware UTC."""

    id: int
    site: str
    document: str
    imported_at: datetime
    imported_by: str


def sites(connection: sqlite3.Connection) -> tuple[str, ...]:
    """The ids of the sites that were imported, in order of the alphabet."""
    return tuple(row[0] for row in connection.execute("SELECT DISTINCT site FROM site_version ORDER BY site"))


def newest(connection: sqlite3.Connection, site: str) -> SiteVersion | None:
    """The version in force, None where the site was never imported."""
    row = connection.execute(
        "SELECT id, site, document, imported_at, imported_by FROM site_version WHERE site = ?"
        " ORDER BY id DESC LIMIT 1",
        (site,),
    ).fetchone()
    if row is None:
        return None
    return SiteVersion(row[0], row[1], row[2], from_us(row[3]), row[4])


def newest_id(connection: sqlite3.Connection, site: str) -> int | None:
    """Of the version in force."""
    (id,) = connection.execute("SELECT max(id) FROM site_version WHERE site = ?", (site,)).fetchone()
    return None if id is None else int(id)


def first_imported(connection: sqlite3.Connection, site: str) -> datetime | None:
    """When the hub began to be the site's, None where it never did."""
    (at,) = connection.execute("SELECT min(imported_at) FROM site_version WHERE site = ?", (site,)).fetchone()
    return None if at is None else from_us(at)


def numbers(connection: sqlite3.Connection, after: int = 0) -> list[tuple[int, str, datetime]]:
    """(id, site, imported at) of every version in their order, from the first after the id `after`."""
    rows = connection.execute(
        "SELECT id, site, imported_at FROM site_version WHERE id > ? ORDER BY id", (after,)
    )
    return [(row[0], row[1], from_us(row[2])) for row in rows]


def document(connection: sqlite3.Connection, id: int) -> str:
    """What a version says. KeyError where there is none of that number."""
    row = connection.execute("SELECT document FROM site_version WHERE id = ?", (id,)).fetchone()
    if row is None:
        raise KeyError(id)
    return str(row[0])


def in_force_at(connection: sqlite3.Connection, site: str, at: datetime) -> str:
    """What the version said that was in force just before, or the first. KeyError where there is none."""
    row = connection.execute(
        "SELECT document FROM site_version WHERE site = ?1"
        " ORDER BY imported_at < ?2 DESC, iif(imported_at < ?2, -id, id) LIMIT 1",
        (site, to_us(at)),
    ).fetchone()
    if row is None:
        raise KeyError(site)
    return str(row[0])


def add(connection: sqlite3.Connection, site: str, document: str, at: datetime, by: str) -> SiteVersion:
    """A further version, without a record of what it changes: `hub.site.change.put_in_force` adds that. The
    caller holds the transaction.
    """
    cursor = connection.execute(
        "INSERT INTO site_version (site, document, imported_at, imported_by) VALUES (?, ?, ?, ?)",
        (site, document, to_us(at), by),
    )
    assert cursor.lastrowid is not None
    return SiteVersion(cursor.lastrowid, site, document, at, by)


class NoSiteError(Exception):
    """No site can be served; the message says what to do."""


def in_force(connection: sqlite3.Connection, site: str | None) -> SiteVersion:
    """The newest version of a site, of the only one there is where none is named. Raises NoSiteError."""
    known = sites(connection)
    if site is None and len(known) > 1:
        raise NoSiteError(f"there are several sites; expected VAKA_SITE to be one of {', '.join(known)}")
    version = newest(connection, site or known[0]) if known else None
    if version is None:
        which = "a site" if site is None else f"the site {site!r}"
        raise NoSiteError(f"{which} was never imported; expected `vaka import FILE` first")
    return version
