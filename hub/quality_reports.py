"""The monthly reports of alarm quality: which are missing, and kept and told of in one go.

Here: that each month is reported once for each unit, and that its leaders hear of it. Not here: the document
(dashboards/care/quality_report.py), when it is looked at (hub/jobs.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from hub.staff_notices import tell
from hub.store import audit, quality_reports, sites
from hub.store.db import transaction
from hub.store.quality_reports import Document, Report
from rules.building import Person, Site
from rules.telling_relatives import at_local
from rules.wording import quality_report as words

PAGE = "/care/quality/reports"
MONTHS_BACK = 3
"""[default] A hub that was off longer than that is not asked for all it missed."""
NEWS = timedelta(days=7)
"""[default] So long a new report is shown on the leaders' board."""


def missing(connection: sqlite3.Connection, site: Site, now: datetime) -> list[tuple[str, date]]:
    """Units and the first days of whole months that are over, in which the hub was at work, and of which
    there is no report; the oldest first.
    """
    made = {(report.unit, report.month) for report in quality_reports.of(connection, site.site)}
    began = sites.first_imported(connection, site.site)
    first = now.astimezone(site.zone).date().replace(day=1)
    months = []
    for _ in range(MONTHS_BACK):
        first = (first - timedelta(days=1)).replace(day=1)
        ends = at_local((first + timedelta(days=32)).replace(day=1), time(), site.zone)
        if began is not None and began < ends:
            months.append(first)
    return [
        (unit.id, month)
        for month in sorted(months)
        for unit in site.units
        if (unit.id, f"{month:%Y-%m}") not in made
    ]


def keep(
    connection: sqlite3.Connection,
    site: Site,
    made: Sequence[Document],
    web_address: str | None,
    now: datetime,
) -> list[Report]:
    """What was made comes into the archive, and leaders are told of it once; returns what is new."""
    with transaction(connection):
        new = [document for document in made if quality_reports.put_in(connection, document)]
        for document in new:
            said = {"unit": document.unit, "month": document.month}
            audit.add(connection, site.site, now, None, "alarm report made", said)
        tell(connection, site.site, _letters(site, new, web_address), now)
    return list(new)


def answers_for(person: Person, unit: str) -> bool:
    return person.role == "leader" and (not person.units or unit in person.units)


def _letters(site: Site, new: Sequence[Report], web_address: str | None) -> Iterable[tuple[str, str, str]]:
    """One to each leader of all that is theirs: where it is, and no figure."""
    names = {unit.id: unit.name for unit in site.units}
    address = f"{web_address.rstrip('/')}{PAGE}" if web_address else None
    for person in site.people:
        own = [report for report in new if answers_for(person, report.unit)]
        if own:
            units = list(dict.fromkeys(names[report.unit] for report in own))
            language = person.language or site.language
            body = words.body(units, max(report.month for report in own), address, language)
            yield person.id, words.subject(language), body
