"""What a program is told as it happens: its address chosen, changed, tried and taken away. The page and the
calls share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fastapi import HTTPException, Request

from dashboards.access import access_of, may_hear, program_of
from dashboards.integrations import desk
from dashboards.visit import Visit, clock_of, settings_of
from hub import events
from hub.store import audit
from hub.store import events as store
from hub.store.db import transaction
from hub.store.events import EventMessage
from hub.ways.events import secret_of, shown
from hub.ways.webhook import why_not_to_be_noted, why_unusable
from rules.event import EVENTS, EventType, Subscription
from rules.integration import Integration, why_not_in_force
from rules.pause import Refusal


class Subscribed(NamedTuple):
    """`secret`: to be shown once."""

    subscription: Subscription
    secret: str


def may_be_told(integration: Integration) -> list[EventType]:
    return [event for event in EVENTS if may_hear(program_of(integration), event)]


def subscribe(
    request: Request, visit: Visit, id: str, address: str, wanted: Sequence[EventType]
) -> Subscribed | Refusal:
    """In place of what was: with a new secret, and begun again where it was stopped."""
    known = desk.one(visit, id)
    settings, now, site = settings_of(request), clock_of(request).now(), visit.house.site.site
    if (gone := why_not_in_force(known, now)) is not None:
        return gone
    if (why := why_unusable(address)) is not None:
        return Refusal(why, "unusable_address")
    if (why := why_not_to_be_noted(address, settings.webhooks_inside)) is not None:
        return Refusal(why, "webhook_not_named")
    if not wanted:
        return Refusal("choose at least one event", "no_events")
    if beyond := [event for event in wanted if event not in may_be_told(known)]:
        return Refusal(f"the program may not see what {beyond[0]!r} tells", "beyond_acts")
    before = store.subscription(visit.connection, site, id)
    made = Subscription(
        site=site,
        integration=id,
        address=address,
        events=tuple(dict.fromkeys(wanted)),
        residents=access_of(program_of(known)).residents,
        turn=before.turn + 1 if before is not None else int(now.timestamp()),
        created_by=visit.person.id,
        created_at=now,
    )
    try:
        secret = shown(secret_of(settings.data, made))
    except (OSError, ValueError):
        return Refusal("the key for events can't be read or made", "no_key")
    with transaction(visit.connection):
        store.drop_waiting(visit.connection, site, id, "its address was changed")
        store.subscribe(visit.connection, made)
        said = {"integration": id, "events": list(made.events)}
        audit.add(visit.connection, site, now, visit.person.id, "events subscribed", said)
    return Subscribed(made, secret)


def unsubscribe(visit: Visit, id: str) -> None:
    """Raises HTTPException 404."""
    subscription(visit, id)
    site = visit.house.site.site
    with transaction(visit.connection):
        store.unsubscribe(visit.connection, site, id)
        said = {"integration": id}
        audit.add(visit.connection, site, visit.now, visit.person.id, "events unsubscribed", said)


def ping(request: Request, visit: Visit, id: str) -> EventMessage | Refusal:
    """Raises HTTPException 404."""
    now = clock_of(request).now()
    gone = why_not_in_force(desk.one(visit, id), now)
    return gone or events.ping(visit.connection, subscription(visit, id), now)


def subscription(visit: Visit, id: str) -> Subscription:
    """Raises HTTPException 404."""
    found = store.subscription(visit.connection, visit.house.site.site, desk.one(visit, id).id)
    if found is None:
        raise HTTPException(404, "it is told of nothing yet")
    return found
