"""Changing the site from a page of care staff's leaders: what came of it, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import Request

from dashboards.not_theirs import as_seen
from dashboards.pages import render
from dashboards.views import voice_of
from dashboards.visit import Visit, clock_of
from hub.site.change import Changed, Conflict, change_site
from hub.site.edits import Edit, Refused, name_of
from hub.site.file import SiteFile, read_held
from hub.store import sites
from rules import wording
from rules.wording.site_file import fault_in_words


def part_of(visit: Visit, section: str, id: str) -> dict[str, Any]:
    """A part of the site in force, as its document says it."""
    held = read_held(sites.in_force(visit.connection, visit.house.site.site).document)
    assert isinstance(held, SiteFile)
    return dict(next(part for part in held.content.get(section) or () if name_of(section, part) == id))


def change(
    request: Request, visit: Visit, edits: Sequence[Edit], seen: int, exact: bool = False
) -> Changed | Conflict | Refused:
    """`seen`: the version that the change was thought of for; 0: the one in force as this request began, from
    which the edits were made. `exact`: as in `change_site`.
    """
    site, clock = visit.house.site.site, clock_of(request)
    version = seen or visit.house.version
    done = change_site(visit.connection, site, edits, visit.person.id, clock, version, exact)
    return as_seen(visit, done)


def put(request: Request, visit: Visit, edits: Sequence[Edit], seen: int) -> str:
    """The same, in words: empty where it is in force, otherwise why not."""
    outcome = change(request, visit, edits, seen)
    if isinstance(outcome, Changed):
        return ""
    if isinstance(outcome, Conflict):
        other = outcome.others[0]
        when = wording.at(other.at, voice_of(visit.scope, visit.house, visit.now))
        who = visit.house.person_name(other.by)
        return render(visit.language, "care/_conflict.txt", who=who, when=when).strip()
    return " ".join(fault_in_words(one.wrong, one.expected, visit.language) for one in outcome.problems)
