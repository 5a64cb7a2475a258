"""The site that an installation serves: the file in force in its database, read."""

from __future__ import annotations

from hub.settings import Settings
from hub.site.file import SiteFile, read_site
from hub.store import sites
from hub.store.db import connect
from hub.store.sites import NoSiteError
from rules.building import Site


def installed_site(settings: Settings) -> Site:
    """The one that VAKA_SITE names, or the only one. Raises NoSiteError, and what `connect` raises."""
    if not settings.database.exists():  # asking makes none
        raise NoSiteError(f"there is no database at {settings.database}; expected `vaka import FILE` first")
    connection = connect(settings.database)
    try:
        version = sites.in_force(connection, settings.site)
    finally:
        connection.close()
    found = read_site(version.document, f"version {version.id} of {version.site}")
    if isinstance(found, SiteFile):
        return found.site
    problems = "\n".join(str(problem) for problem in found)
    raise NoSiteError(
        f"the site file in force no longer holds; expected it corrected and imported again\n{problems}"
    )
