"""Residents who have to be asked anew before a yes to a relative ends, as tasks: somebody's, by a day.

Nobody can tick one off: it is done when a longer yes is recorded, or the yes is taken back.
"""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from typing import NamedTuple

from hub.store import audit, relative_reviews
from hub.store import relatives as store
from hub.store.db import transaction
from hub.store.relative_reviews import Assignment
from rules.building import Site
from rules.consent_reviews import RunsOut, running_out
from rules.pause import Refusal
from rules.relatives import Relative


class Task(NamedTuple):
    """`owner` None: nobody sees to it yet."""

    about: RunsOut
    relative: Relative
    owner: str | None
    due: date | None


def standing(connection: sqlite3.Connection, site: Site, now: datetime) -> list[Task]:
    """Of residents who live here and relatives who have not left, the first that ends first."""
    today = now.astimezone(site.zone).date()
    assigned = {
        (a.relative, a.resident, a.ends_on): a for a in relative_reviews.everything(connection, site.site)
    }
    here = {resident.id for resident in site.residents if resident.lives_here(today)}
    found = []
    for relative in store.everybody(connection, site.site):
        if relative.left_at is not None:
            continue
        known = store.known(connection, relative)
        for about in running_out(known.consents, today):
            if about.resident in here and about.resident in known.residents:
                own = assigned.get((about.relative, about.resident, about.on))
                found.append(Task(about, relative, own.owner if own else None, own.due if own else None))
    return sorted(found, key=lambda task: (task.about.on, task.relative.name))


def assign(
    connection: sqlite3.Connection,
    site: Site,
    about: tuple[int, str],
    owner: str,
    due: date,
    by: str,
    now: datetime,
) -> Task | Refusal:
    """Somebody asks the resident by then. `about`: the relative's number, the resident."""
    if owner not in {person.id for person in site.people}:
        return Refusal(f"{site.site} has no person {owner!r}", "no_person")
    if due < now.astimezone(site.zone).date():
        return Refusal("the day lies in the past; expected a later one", "end_past")
    task = next((t for t in standing(connection, site, now) if about == t.about[:2]), None)
    if task is None:
        return Refusal("nothing ends there any more", "no_review")
    with transaction(connection):
        place = (site.site, *about, task.about.on)
        relative_reviews.keep(connection, Assignment(0, *place, owner, due, by, now))
        said = {"relative": task.relative.account, "resident": about[1], "owner": owner, "due": due}
        audit.add(connection, site.site, now, by, "relative review assigned", said)
    return task._replace(owner=owner, due=due)
