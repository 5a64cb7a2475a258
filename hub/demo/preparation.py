"""What the demo needs before it can begin: its house in force, people who can sign in, and who is on duty."""

from __future__ import annotations

from datetime import UTC, timedelta
from importlib.resources import files

from argon2 import PasswordHasher

from hub import clock
from hub.demo.passphrase import passphrase
from hub.demo.past import StoryClock
from hub.relatives.book import Book, Newcomer
from hub.settings import Settings
from hub.site import change
from hub.site.file import SiteFile, read_site
from hub.store import contacts, credentials, shifts, sites
from hub.store import relatives as store
from hub.store.contacts import Contact
from hub.store.db import connect, transaction
from hub.store.sites import NoSiteError
from rules.building import Person, Site
from rules.duty import Function, Shift
from rules.relatives import CATEGORIES, LONGEST, Relative
from rules.wording import Language

COLLEAGUE = "jonas"
"""The one of the house's people who is no newcomer: hub/demo/colleague.py."""
RELATIVE: tuple[str, str, Language, str, str] = (
    "Marit Myrvang",
    "marit@example.org",
    "nb",
    "b101",
    "Datter",
)
LEADER = "lise"
"""Who recorded it."""
AGREED = timedelta(days=70)
"""Before today it was recorded: what was before a consent is not shown, and a week is shown beside the weeks
before it.
"""


def house() -> SiteFile:
    """The demo's house, as its own file says it."""
    file = read_site((files("hub.demo") / "house.yaml").read_text("utf-8"), "house.yaml")
    assert isinstance(file, SiteFile), file
    return file


def put_in_force(settings: Settings, days: int = 0) -> Site:
    """The demo's house, as of so many days ago. Raises NoSiteError where the folder is another
    installation's.
    """
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
                since = clock.now() - timedelta(days=days if before is None else 0)
                change.put_in_force(connection, file, since, "demo", "site imported")
    finally:
        connection.close()
    return site


def bring_a_relative(settings: Settings, site: Site, days: int = 0) -> tuple[str, str]:
    """Somebody's daughter, with the resident's yes to all there is, in a house that was lived in for so many
    days; her address and a new password.
    """
    password, connection = passphrase(), connect(settings.database)
    agreed = clock.now() - min(AGREED, timedelta(days=days))
    try:
        marit = store.of_email(connection, site.site, RELATIVE[1])
        if marit is None:
            book = Book(connection, site, StoryClock(agreed))
            added = book.add(Newcomer(*RELATIVE), LEADER)
            assert isinstance(added, Relative), added
            marit = added
            first = agreed.astimezone(site.zone).date()
            year = (first, first + LONGEST - timedelta(days=1))
            book.consent(marit, RELATIVE[3], CATEGORIES, year, ("resident", "in_person"), LEADER)
        hash = PasswordHasher().hash(password)
        with transaction(connection):
            credentials.put(connection, site.site, marit.account, hash, clock.now())
    finally:
        connection.close()
    return marit.email, password


ROSTER: tuple[tuple[str, Function, tuple[str, ...], int, int], ...] = (
    ("kari", "carer", ("solsikka",), 7, 15),
    ("amina", "carer", ("bjorka",), 7, 15),
    ("lise", "leader", (), 8, 16),
    ("jonas", "carer", ("solsikka", "bjorka"), 15, 22),
    ("nora", "night_patrol", (), 22, 31),
)
"""Who works from which hour to which, day after day. Nobody but the night patrol is there at night."""
WEEK_BACK, DAYS_AHEAD = 7, 14
UNFILLED_NIGHT = 3
"""In so many days nobody is found yet for the night: a gap for the leader to see to."""
PAGED = ("kari", "amina", "nora", "jonas", "lise")
"""Who has a pager: the demo's own broker takes what is sent to it, so that calls and proofs get through."""


def plan_roster(settings: Settings, site: Site, days: int = 0) -> None:
    """As far back as the house was lived in, a week at least, and two weeks ahead; those that are there stay
    as they are.
    """
    today = clock.now().astimezone(site.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    planned = []
    for day in range(-max(days, WEEK_BACK), DAYS_AHEAD):
        midnight = today + timedelta(days=day)  # on the wall: right on both days of the clock change
        planned += [
            Shift(
                0,
                person,
                units,
                function,
                (midnight + timedelta(hours=start)).astimezone(UTC),
                (midnight + timedelta(hours=end)).astimezone(UTC),
            )
            for person, function, units, start, end in ROSTER
            if not (function == "night_patrol" and day == UNFILLED_NIGHT)
        ]
    connection = connect(settings.database)
    try:
        there = shifts.between(connection, site.site, planned[0].starts_at, planned[-1].ends_at)
        known = {(shift.person, shift.starts_at) for shift in there}
        with transaction(connection):
            for shift in planned:
                if (shift.person, shift.starts_at) not in known:
                    shifts.add(connection, site.site, shift)
    finally:
        connection.close()


def give_pagers(settings: Settings, site: Site) -> None:
    """Only where nobody has a way yet: what somebody changed stays."""
    connection = connect(settings.database)
    try:
        with transaction(connection):
            if not contacts.everything(connection, site.site):
                for person in PAGED:
                    contacts.put(connection, site.site, Contact(person, "pager", person), clock.now())
    finally:
        connection.close()


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
