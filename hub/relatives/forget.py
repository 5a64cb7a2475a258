"""Nobody is known for longer than there is a reason: a relative is deleted, with their sign-in and all that
they were told and shown, so many days after the last yes has ended or the resident has moved out.

That they looked stays on the audit trail, under their number alone. What an erased resident's relatives knew
goes with the resident (hub/erasing).
"""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, timedelta

from hub.store import audit
from hub.store import relatives as store
from hub.store.db import transaction
from rules.building import Site
from rules.relatives import Known, last_day_of_need


def forget(connection: sqlite3.Connection, site: Site, kept: timedelta, now: datetime) -> int:
    """Delete those whose time is up; returns how many."""
    today = now.astimezone(site.zone).date()
    known = [store.known(connection, relative) for relative in store.everybody(connection, site.site)]
    gone = [one for one in known if _needed_until(one, site) + kept < today]
    for one in gone:
        with transaction(connection):
            store.delete(connection, one.relative)
            said = {"relative": one.relative.account}
            audit.add(connection, site.site, now, None, "relative forgotten", said)
    return len(gone)


def _needed_until(known: Known, site: Site) -> date:
    """Somebody who was written down and never consented to counts from that day."""
    return last_day_of_need(known, site) or known.relative.added_at.astimezone(site.zone).date()
