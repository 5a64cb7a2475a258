"""What the demo needs before it can begin: its house in force, and people who can sign in."""

from __future__ import annotations

from importlib.resources import files

from argon2 import PasswordHasher

from hub import clock
from hub.demo.passphrase import passphrase
from hub.settings import Settings
from hub.site import change
from hub.site.file import SiteFile, read_site
from hub.store import credentials, sites
from hub.store.db import connect, transaction
from hub.store.sites import NoSiteError
from rules.building import Person, Site

COLLEAGUE = "jonas"
"""The one of the house's people who is no newcomer: hub/demo/colleague.py."""


def house() -> SiteFile:
    """The demo's house, as its own file says it."""
    file = read_site((files("hub.demo") / "house.yaml").read_text("utf-8"), "house.yaml")
    assert isinstance(file, SiteFile), file
    return file


def put_in_force(settings: Settings) -> Site:
    """The demo's house. Raises NoSiteError where the folder is another installation's."""
    file = house()
    site, document = file.site, file.document
    connection = connect(settings.database)
    try:
        with transaction(connection):
            others = [name for name in sites.sites(connection) if name != site.site]
            if others:
                raise NoSiteError(
                    f"{settings.data} belongs to {others[0]}; expected an empty folder, or an earlier demo's"
                )
            before = sites.newest(connection, site.site)
            if before is None or before.document != document:
                change.put_in_force(connection, file, clock.now(), "demo", "site imported")
    finally:
        connection.close()
    return site


def set_passwords(settings: Settings, site: Site) -> list[tuple[Person, str]]:
    """A new password for everybody but the colleague."""
    newcomers = [(person, passphrase()) for person in site.people if person.id != COLLEAGUE]
    hashed = [(person.id, PasswordHasher().hash(password)) for person, password in newcomers]
    connection = connect(settings.database)
    try:
        with transaction(connection):
            for person, hash in hashed:
                credentials.put(connection, site.site, person, hash, clock.now())
    finally:
        connection.close()
    return newcomers
