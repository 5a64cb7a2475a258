"""Entries of the audit trail as they are shown: when, who, what and about whom, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from babel.dates import format_date, format_datetime

from dashboards.access import Role, may
from dashboards.audit.withheld import Why, without_others
from dashboards.frame import PLACES
from dashboards.visit import Visit
from hub.site.edits import PartDiff
from hub.site.former import OtherName, other_names
from hub.store import alerts, relatives, site_changes
from hub.store.audit import Entry
from rules.language import norwegian
from rules.reach import REASONS
from rules.relatives import ACCOUNT
from rules.wording import Voice
from rules.wording.audit import SAID_BY_THE_ENTRY, detail_of, to_the_end_of, what_was_done
from rules.wording.names import name_of_rule
from rules.wording.reach import gap_words
from rules.wording.reasons import in_words
from rules.wording.undelivered import why_undelivered

_FAMILIES = {
    "absences": "Away",
    "alerts": "Alerts",
    "devices": "Devices",
    "duty": "Duty roster",
    "erasures": "What is kept",
    "relative": "Relatives",
    "relative-reviews": "Relatives",
    "rooms": "Residents",
    "units": "Alarm quality",
}
"""Of calls and pages that are called otherwise than the place that they belong to."""
PASSED_OVER = frozenset({"residents", "resident", "page", "alerts", "stood_at", "subject"})
"""What another word of the line says, or nobody reads."""
_WITH_NUMBERS = {"erased": "erasure ", "relative": "relative:"}
"""What the trail puts before a number, by the detail's name: for people its word is enough."""
_ONE_OF = re.compile(r"/(?:care|api/v1)/(?:residents|rooms)/[^/]+/(pictures/)?(\w+)")
_RESIDENTS_DAY = re.compile(r"/care/residents/[^/]+")
_PICTURES = {
    "hour": "The last hour",
    "day": "The day",
    "nights": "The nights",
    "trends": "The weeks",
    "month": "The month",
    "year": "The year",
}
LONGEST_DETAIL = 160


class Line(NamedTuple):
    """`place`: what the page that was looked at is called in the navigation, or its address. `picture`: which
    of a resident's or a room's, empty elsewhere. `role`: of who did it; None for the hub. `emergency`: they
    had access then because they had asked for it in an emergency. `goes_on`: the detail ends the sentence.
    `withheld`: why something of it is not shown.
    """

    seq: int
    at: str
    by: str
    role: Role | None
    what: str
    place: str
    residents: tuple[str, ...]
    detail: str
    emergency: bool = False
    picture: str = ""
    goes_on: bool = False
    withheld: Why | None = None


def lines(visit: Visit, entries: Sequence[Entry]) -> list[Line]:
    named = _named_by_alerts(visit, entries)
    return [_line(visit, entry, named) for entry in entries]


def _line(visit: Visit, entry: Entry, named: Mapping[int, tuple[str, ...]]) -> Line:
    entry, withheld = without_others(visit, entry)
    person = visit.house.person(entry.by or "")
    is_relative = (entry.by or "").startswith(ACCOUNT)
    relative = _relatives_name(visit, entry) if is_relative else ""
    return Line(
        entry.seq,
        moment(visit, entry),
        relative or (_as_relative(visit, entry) if is_relative else _who(visit, entry)),
        "relative" if relative else person.role if person is not None else None,
        what_was_done(entry.what, visit.language),
        place_of(page := str(entry.detail.get("page", ""))),
        _residents(visit, _listed(entry.detail, named)),
        _rest(visit, entry),
        picture=picture_of(page),
        goes_on=not SAID_BY_THE_ENTRY.isdisjoint(entry.detail),
        withheld=withheld,
    )


def _who(visit: Visit, entry: Entry) -> str:
    by = entry.by
    if "erased" in entry.detail:
        return "–"
    return visit.house.person_name(by) if by is not None else "Vaka"


def _relatives_name(visit: Visit, entry: Entry) -> str:
    """For who may know whose relative it is; else empty."""
    number = (entry.by or "").removeprefix(ACCOUNT)
    found = relatives.get(visit.connection, visit.house.site.site, int(number)) if number.isdigit() else None
    if found is None or not may(visit.person, "see residents' logs"):
        return ""
    # an entry of their signing in names no resident
    theirs = [bond.resident for bond in relatives.known(visit.connection, found).bonds]
    about = [visit.house.resident(id) for id in {*theirs, *_listed(entry.detail, {})}]
    near = any(one is not None and visit.access.sees_resident(one, visit.house.site) for one in about)
    return found.name if near else ""


def _as_relative(visit: Visit, entry: Entry) -> str:
    """`pårørende 1`: what stands for the name."""
    return detail_of("relative", (entry.by or "").removeprefix(ACCOUNT), visit.language)


def moment(visit: Visit, entry: Entry) -> str:
    return _in_words(visit, entry.at)


def _in_words(visit: Visit, at: datetime) -> str:
    style = "d. MMM y HH.mm.ss" if norwegian(visit.language) else "d MMM y HH:mm:ss"
    return format_datetime(at, style, tzinfo=visit.house.site.zone, locale=visit.language)


def _instant(value: object) -> datetime | None:
    """What programs write an instant as is no word for people. What somebody wrote may look like one that is
    in no calendar.
    """
    if not isinstance(value, str) or "T" not in value:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo is not None and date.min.year < at.year < date.max.year else None


def place_of(path: str) -> str:
    """The English word of the place that a page belongs to; templates have it for translation."""
    call = path.removeprefix("/api/v1")
    family = call.removeprefix("/care").strip("/").partition("/")[0]
    if family in _FAMILIES:
        return _FAMILIES[family]
    tried = (call, f"/care{call}") if call != path else (call,)
    above = [
        place
        for place in PLACES
        for one in tried
        if one == place.path or (place.path != "/" and one.startswith(f"{place.path}/"))
    ]
    return max(above, key=lambda place: len(place.path)).word if above else call


def picture_of(path: str) -> str:
    """The English word of a resident's or a room's picture; empty for another page."""
    found = _ONE_OF.match(path)
    if found is None:
        return "The day" if _RESIDENTS_DAY.fullmatch(path) else ""
    return _PICTURES.get(found[2], "The weeks" if found[1] else "")


def residents_shown(visit: Visit, entries: Sequence[Entry]) -> list[str]:
    """Of whom these entries say the name."""
    by_alert = _named_by_alerts(visit, entries)
    named = dict.fromkeys(id for entry in entries for id in _listed(entry.detail, by_alert))
    known = [one for id in named if (one := visit.house.resident(id)) is not None]
    return [one.id for one in known if visit.access.sees_resident(one, visit.house.site)]


def _named_by_alerts(visit: Visit, entries: Iterable[Entry]) -> dict[int, tuple[str, ...]]:
    """Whom the alerts name that were looked at: an entry has the alerts' numbers alone."""
    seen = {id for entry in entries for id in _alerts(entry.detail)}
    return alerts.residents_of(visit.connection, visit.house.site.site, seen)


def _residents(visit: Visit, listed: Iterable[str]) -> tuple[str, ...]:
    """By name where this person may know it, else by pseudonym."""
    found = []
    for id in listed:
        resident = visit.house.resident(id)
        may_know = resident is not None and visit.access.sees_resident(resident, visit.house.site)
        found.append(resident.name if resident is not None and may_know else id)
    return tuple(found)


def _alerts(detail: Mapping[str, Any]) -> list[int]:
    found = detail.get("alerts")
    return [id for id in found if isinstance(id, int)] if isinstance(found, list) else []


def _listed(detail: Mapping[str, Any], by_alert: Mapping[int, tuple[str, ...]]) -> list[str]:
    named = detail.get("residents", [detail["resident"]] if "resident" in detail else [])
    own = [str(id) for id in named] if isinstance(named, list) else []
    return list(dict.fromkeys([*own, *(id for alert in _alerts(detail) for id in by_alert.get(alert, ()))]))


def _rest(visit: Visit, entry: Entry) -> str:
    """In words. Whoever did it to themselves is not named twice."""
    found = []
    for name, value in entry.detail.items():
        if name in PASSED_OVER or (name == "person" and value == entry.by):
            continue
        if name == "person" and str(value).startswith(ACCOUNT):
            name, value = "relative", str(value).removeprefix(ACCOUNT)
        if (name, entry.what) == ("version", "resident renamed") and (names := _other_name(visit, entry)):
            found += [
                detail_of("was", names.was, visit.language),
                detail_of("name", names.name, visit.language),
            ]
            continue
        named = _name_of(visit, name, value) or _reason_of(visit, entry, name, value) or value
        found.append(detail_of(name, named, visit.language, entry.what))
    told = ", ".join(one for one in found if one)
    return told if len(told) <= LONGEST_DETAIL else told[: LONGEST_DETAIL - 1] + "…"


def _other_name(visit: Visit, entry: Entry) -> OtherName | None:
    """Of a resident whom the reader sees, as the record of the site's changes has it."""
    site, seen = visit.house.site.site, residents_shown(visit, [entry])
    for id in _listed(entry.detail, {}):
        told = site_changes.of_part(visit.connection, site, "residents", id)
        now = [c for c in told if c.version == entry.detail.get("version")]
        names = other_names(PartDiff(c.section, c.id, c.before, c.after) for c in now)
        if names and id in seen:
            return names[0]
    return None


def _name_of(visit: Visit, name: str, value: Any) -> object:
    """What people call what the trail knows by its id; None where that is no id."""
    house = visit.house
    if name in ("person", "invited_by", "owner", "opened_by"):
        return house.person_name(str(value))
    if name == "instead_of":
        return [house.person_name(one) for one in value]
    if name == "unit":
        return house.unit_name(str(value))
    if name == "units":
        return [house.unit_name(str(one)) for one in value]
    if name == "room":
        return house.room_name(str(value))
    if name == "rule":
        return name_of_rule(str(value), house.rule_called(str(value)), _voice(visit))
    if name in _WITH_NUMBERS:
        return str(value).removeprefix(_WITH_NUMBERS[name])
    if (at := _instant(value)) is None:
        return None
    local = at.astimezone(visit.house.site.zone)
    if (
        name == "until" and local.time() == time()
    ):  # as pages say it: the last day, and not the midnight after
        style = "d. MMM y" if norwegian(visit.language) else "d MMM y"
        last = format_date(local.date() - timedelta(days=1), style, visit.language)
        return to_the_end_of(last, visit.language)
    return _in_words(visit, at)


def _reason_of(visit: Visit, entry: Entry, name: str, value: Any) -> str | None:
    """What is kept as the hub's own sentence or word, where others have it in the reader's language."""
    if name == "gap" and value in REASONS:
        return gap_words(value, str(entry.detail.get("subject", "")), _voice(visit))
    if (name, entry.what) == ("why", "contact removed"):
        return why_undelivered(str(value), visit.language)
    if (name, entry.what) == ("reason", "quarantine cleared") and value:
        return in_words(str(value), visit.language)
    return None


def _voice(visit: Visit) -> Voice:
    return Voice(visit.language, visit.house.site.zone, visit.now)
