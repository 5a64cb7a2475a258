"""The site that an installation serves: the file in force in its database, read; and that database, for the
commands beside the hub, which change nothing of its version.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing

from hub.history.segments import beside, expect_history_not_older
from hub.settings import Settings
from hub.site.file import SiteFile, read_site
from hub.store import sites
from hub.store.db import connect_as_it_is, expect_not_older
from hub.store.sites import NoSiteError
from rules.building import Site


def installed_database(settings: Settings) -> sqlite3.Connection:
    """Open it for a command beside the hub. Raises NoSiteError where there is none, OlderDatabaseError where
    the hub has yet to bring it or its history up to date, and what `connect` raises.
    """
    _expect_it(settings)
    expect_not_older(settings.database)
    expect_history_not_older(beside(settings.database))
    return connect_as_it_is(settings.database)


def _expect_it(settings: Settings) -> None:
    if not settings.database.exists():  # asking makes none
        raise NoSiteError(f"there is no database at {settings.database}; expected `vaka import FILE` first")


def installed_site(settings: Settings) -> Site:
    """The one that VAKA_SITE names, or the only one. Raises NoSiteError, and what `connect` raises."""
    _expect_it(settings)
    with closing(connect_as_it_is(settings.database, older_too=True)) as connection:
        version = sites.in_force(connection, settings.site)
    found = read_site(version.document, f"version {version.id} of {version.site}")
    if isinstance(found, SiteFile):
        return found.site
    problems = "\n".join(str(problem) for problem in found)
    raise NoSiteError(
        f"the site file in force no longer holds; expected it corrected and imported again\n{problems}"
    )
