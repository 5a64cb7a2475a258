"""Which programs an administrator sees, and making, renewing and revoking their tokens. Pages and calls share
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from fastapi import HTTPException, Request

from dashboards.access import access_of, may_be_given, program_of
from dashboards.people.directory import in_view
from dashboards.visit import Visit, address_of_pages, clock_of
from hub import integrations
from hub.integrations import Made
from hub.store import integrations as store
from rules.building import PersonRole
from rules.integration import Integration
from rules.pause import Refusal

ROLES: tuple[PersonRole, ...] = ("technician", "carer", "leader", "administrator", "privacy_officer")
"""In the order of how much they open."""


def everything(visit: Visit) -> list[Integration]:
    """All that this administrator looks after."""
    found = store.everything(visit.connection, visit.house.site.site)
    return [one for one in found if in_view(visit, one.units)]


def one(visit: Visit, id: str) -> Integration:
    """Raises HTTPException 404."""
    found = next((one for one in everything(visit) if one.id == id), None)
    if found is None:
        raise HTTPException(404, "there is no such integration, or not for you")
    return found


def make(
    request: Request,
    visit: Visit,
    id: str,
    name: str,
    purpose: str,
    role: PersonRole,
    acts: Sequence[str],
    units: Sequence[str],
    reads_only: bool,
    ends_at: datetime,
) -> Made | Refusal:
    site, now = visit.house.site, clock_of(request).now()
    if not in_view(visit, units):
        return Refusal("that is more than you look after", "beyond_units")
    if unknown := set(units) - {unit.id for unit in site.units}:
        return Refusal(f"there is no unit {min(unknown)!r}", "no_unit")
    if unknown := set(acts) - set(may_be_given(role)):
        return Refusal(f"a program that works as {role} may not {min(unknown)!r}", "beyond_role")
    wanted = Integration(
        id=id.strip().lower(),
        site=site.site,
        name=" ".join(name.split()),
        purpose=" ".join(purpose.split()),
        role=role,
        acts=tuple(act for act in may_be_given(role) if act in acts),
        units=tuple(unit.id for unit in site.units if unit.id in units),
        reads_only=reads_only,
        created_by=visit.person.id,
        created_at=now,
        ends_at=ends_at,
    )
    if (fault := integrations.why_not(wanted, now)) is not None:
        return fault
    sees = access_of(program_of(wanted)).residents
    return integrations.make(visit.connection, site, wanted, sees, address_of_pages(request), now)


def renew(request: Request, visit: Visit, id: str, ends_at: datetime) -> Made | Refusal:
    site, by = visit.house.site.site, visit.person.id
    return integrations.renew(visit.connection, site, one(visit, id).id, ends_at, by, clock_of(request).now())


def revoke(request: Request, visit: Visit, id: str) -> None:
    site, by = visit.house.site.site, visit.person.id
    integrations.revoke(visit.connection, site, one(visit, id).id, by, clock_of(request).now())


def end_of(visit: Visit, day: date) -> datetime:
    """A token is good through that day, by the house's clock."""
    return datetime.combine(day + timedelta(days=1), time(), visit.house.site.zone)
