"""What is wrong with the alerting itself: messages that wait, proofs that did not come through, phones that
are not reached, hours in which nobody would be told, and the watchman.

Here: one function for each thing that is looked at. Not here: how it is said (hub/commands/doctor.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from hub import reach
from hub.doctor import NAMED, WAITING_TOO_LONG, Remark, local
from hub.settings import Settings
from hub.store import contacts, outbox, phones, proofs, staff_notices, summonses
from hub.watch import state as watch_state
from hub.watched import watch_is_gone
from rules.building import Site
from rules.reach import HOURS, ROUTING
from rules.wording.alerting import why_broken
from rules.wording.reach import gap_in_words, hours_in_words
from rules.wording.voice import Voice

NOTICES_OF = timedelta(days=7)
"""[default] For so long it is said whom a message did not reach."""


def on_outbox(connection: sqlite3.Connection, site: Site, now: datetime) -> Iterator[Remark]:
    count, oldest = outbox.backlog(connection, site.site)
    if oldest is not None and now - oldest > WAITING_TOO_LONG:
        what = f"{count} messages about alerts wait to be sent, the oldest since {local(oldest, site)}"
        yield Remark("wrong", what, "they go out when hub and broker are at work")
    else:
        yield Remark("ok", "messages about alerts go out")


def on_calls(connection: sqlite3.Connection, site: Site) -> Iterator[Remark]:
    """Messages to people that a way does not take."""
    for one in summonses.failing(connection, site.site):
        what = f"{one.amount} messages to people do not go out by {one.way}, since {local(one.since, site)}"
        yield Remark("wrong", f"{what}: {one.why}", "docs/calls.md; they are tried again until they go out")


def on_proofs(connection: sqlite3.Connection, site: Site) -> Iterator[Remark]:
    """Whether alerts got through when that was last tried."""
    for unit in site.units:
        newest = proofs.newest_ended(connection, site.site, unit.id)
        if newest is None or newest.result is None:
            yield Remark("look", f"the alerting of {unit.id} was never tried", f"vaka prove --unit {unit.id}")
        elif newest.result == "held":
            yield Remark("ok", f"alerts of {unit.id} got through {local(newest.asked_at, site)}")
        else:
            broken, at = newest.result == "broken", local(newest.asked_at, site)
            how = "did not get through" if broken else "got through in part"
            why = why_broken(newest.reason, Voice("en", site.zone, newest.asked_at)) if newest.reason else ""
            todo = "vaka contact, or the page /contacts: note how they are reached"
            if newest.reason not in ("later_stage", "board_only", "no_way"):
                todo = "docs/proof.md; vaka prove tries it again"
            yield Remark("wrong" if broken else "look", f"alerts of {unit.id} {how} {at}: {why}", todo)


def on_phones(connection: sqlite3.Connection, site: Site) -> Iterator[Remark]:
    """Phones that are not reached, each with whose it is."""
    found = phones.in_trouble(connection, site.site)
    for phone in found[:NAMED]:
        named = f"{phone.person}'s phone ({phone.device or phone.id})"
        if phone.state == "silent" and phone.silent_at is not None:
            what = f"{named} did not answer the proof of {local(phone.silent_at, site)}"
            yield Remark("look", what, "is it on, and has it a connection? They send themselves a test")
        elif phone.state == "refused" and phone.refused_at is not None:
            what = f"{named}: its push service refuses us since {local(phone.refused_at, site)}"
            cure = "is this machine's clock right, and push.key the one that it was switched on with?"
            yield Remark("wrong", what, cure)
        else:
            what = f"{named} is lost: it is not called any more"
            yield Remark("wrong", what, "they switch alerts on there again (page /phone), or remove it")
    if len(found) > NAMED:
        yield Remark("wrong", f"and {len(found) - NAMED} more phones that are not reached")


def on_addresses(connection: sqlite3.Connection, site: Site) -> Iterator[Remark]:
    """Addresses that the other side refuses, each with whose it is; never the address."""
    found = list(contacts.refused(connection, site.site).items())
    for one, since in found[:NAMED]:
        what = f"an address of {one.person}'s ({one.way}) is refused since {local(since, site)}"
        cure = "they send a test message there, or put in another (page /contacts)"
        yield Remark("wrong", what, cure)
    if len(found) > NAMED:
        yield Remark("wrong", f"and {len(found) - NAMED} more addresses that are refused")


def on_notices(connection: sqlite3.Connection, site: Site, now: datetime) -> Iterator[Remark]:
    """Messages to staff that are no calls and reached nobody, each with whose it was."""
    people = {person.id for person in site.people}
    lost = staff_notices.lost(connection, site.site, now - NOTICES_OF)
    of_each = {one.person: one for one in lost if one.person in people}
    for one in list(of_each.values())[:NAMED]:
        what = f"a message to {one.person} of {local(one.created_at, site)} did not arrive ({one.way})"
        yield Remark("look", f"{what}: {one.failure}", "another way to reach them (page /contacts)")
    if len(of_each) > NAMED:
        yield Remark("look", f"and {len(of_each) - NAMED} more whom a message did not reach")


def on_reach(connection: sqlite3.Connection, site: Site, now: datetime) -> Iterator[Remark]:
    """Hours of the week to come in which nobody would be told."""
    voice = Voice("en", site.zone, now)
    found = reach.week(connection, site, reach.usable_ways(connection, site.site), now).gaps
    for gap in found[:NAMED]:
        what = f"{gap_in_words(gap, site, voice)}: {hours_in_words(gap, voice)}"
        near = gap.reason in ROUTING and len(gap.hours) < HOURS and gap.begins < now + reach.NEWS
        yield Remark("wrong" if near else "look", what, "vaka prove --week tells of all")
    if len(found) > NAMED:
        yield Remark("look", f"and {len(found) - NAMED} more hours in which somebody would not be told")
    if not found:
        yield Remark("ok", "in every hour of the week to come somebody would be told")


def on_watch(settings: Settings, now: datetime) -> Iterator[Remark]:
    said = watch_state.read(settings.data)
    if said is None or watch_is_gone(said, now):
        state: Literal["look", "wrong"] = "look" if said is None else "wrong"
        last = "was never at work" if said is None else "is silent"
        yield Remark(state, f"the watchman {last}: nobody notices if Vaka stops", "vaka up, or vaka watch")
        return
    yield Remark("ok", "the watchman is at work")
    for part, standing in said.parts.items():
        if standing.is_down:
            yield Remark("wrong", f"the watchman says that {part} is down: {standing.why}", "docs/proof.md")
