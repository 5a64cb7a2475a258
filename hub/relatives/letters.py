"""One letter to a relative of all that may be told now: what each waiting message comes to, at the moment of
sending.

The yes is looked at here again: one that ended, was taken back or rests while a message waited counts at
once. Not here: the thread and the way out (hub/relatives/post.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.relatives.enclosure import Order, Writer
from hub.relatives.told import has_heard, has_letter, may_hear, was_grave
from hub.store import alerts, credentials, invitations, relative_messages
from hub.store import relatives as store
from hub.store.relative_messages import Message
from hub.ways.way import Message as Outgoing
from rules.alert import Alert
from rules.building import Site
from rules.relatives import Category, Known, may
from rules.telling_relatives import GIVEN_UP_AFTER, NEEDS, departure
from rules.wording.relatives import letter_body, letter_subject

PAGE, WEEK_PAGE = "/relative", "/relative/week"


class Verdict(NamedTuple):
    """What becomes of a message now. `drop`: told to nobody, and why; `wait`: not before then; neither: it
    leaves.
    """

    message: Message
    drop: str | None = None
    wait: datetime | None = None


def verdicts(
    connection: sqlite3.Connection, site: Site, messages: Sequence[Message], now: datetime
) -> list[Verdict]:
    """For messages to one relative."""
    relative = store.get(connection, site.site, messages[0].relative)
    assert relative is not None, "messages go with their relative"
    known = store.known(connection, relative)
    inside = relative.account in credentials.people(connection, site.site)
    sent = relative_messages.letters_since(connection, relative.id, now - timedelta(days=1))
    found = []
    for message in messages:
        drop = _why_not(connection, site, known, message, inside, now)
        ends = message.kind == "handled" and has_letter(
            connection, relative.id, message.resident, int(message.about)
        )
        leaves = departure(message.kind, relative.quiet, sent, now, site.zone, ends_what_was_told=ends).at
        found.append(Verdict(message, drop, leaves if drop is None and leaves > now else None))
    return found


def _why_not(
    connection: sqlite3.Connection,
    site: Site,
    known: Known,
    message: Message,
    inside: bool,
    now: datetime,
) -> str | None:
    if message.kind == "invitation":
        own = [i for i in invitations.of(connection, known.relative.id) if str(i.id) == message.about]
        return None if own and own[0].is_open(now) else "the link is good no more"
    if not inside or known.relative.left_at is not None:
        return "left"
    if not known.relative.by_email:
        return "no e-mail wanted"
    if now - message.created_at > GIVEN_UP_AFTER:
        return "too old to be news"
    if message.kind in ("told", "handled"):
        alert = alerts.get(connection, site.site, int(message.about))
        return (
            "no such alert" if alert is None else _why_not_alert(connection, site, known, message, alert, now)
        )
    decision = may(known, NEEDS[message.kind][0], message.resident, now, site)
    return None if decision.allowed else decision.reason


def _why_not_alert(
    connection: sqlite3.Connection, site: Site, known: Known, message: Message, alert: Alert, now: datetime
) -> str | None:
    decision = may_hear(connection, known, NEEDS[message.kind], alert, now, site)
    if not decision.allowed:
        return decision.reason
    if message.kind == "told":
        return "over already" if alert.state == "closed" else None
    was_nothing = alert.outcome in ("test", "false_alarm", "passed") or not was_grave(connection, alert)
    if was_nothing and not has_heard(connection, known.relative, alert, now):
        return "nothing that they were told of"
    return None


class Letter(NamedTuple):
    """`shown`: of which resident it holds which categories itself; none where it only leads there."""

    mail: Outgoing
    shown: Mapping[str, Sequence[Category]]


def may_leave(
    connection: sqlite3.Connection, site: Site, messages: Sequence[Message], written: Letter, now: datetime
) -> bool:
    """Whether a letter may still go where it is addressed with all that it holds: writing takes a moment."""
    relative = store.get(connection, site.site, messages[0].relative)
    if relative is None or relative.email != written.mail.address:
        return False
    if any(verdict.drop is not None for verdict in verdicts(connection, site, messages, now)):
        return False
    known = store.known(connection, relative)
    return all(
        may(known, category, resident, now, site).allowed
        for resident, categories in written.shown.items()
        for category in (*categories, "mailed")
    )


def letter(
    connection: sqlite3.Connection,
    site: Site,
    messages: Sequence[Message],
    web_address: str | None,
    write: Writer,
    now: datetime,
) -> Letter:
    """The messages as one e-mail. It has the same id each time it is tried. Where the resident said yes to
    that too, `write` makes the week itself for it.
    """
    relative = store.get(connection, site.site, messages[0].relative)
    assert relative is not None, "messages go with their relative"
    kinds = [message.kind for message in messages]
    page = WEEK_PAGE if set(kinds) == {"digest"} else PAGE
    pages = messages[0].secret or (f"{web_address.rstrip('/')}{page}" if web_address else None)
    known = store.known(connection, relative)
    weeks = [m.resident for m in messages if m.kind == "digest"]
    mailed = [r for r in dict.fromkeys(weeks) if may(known, "mailed", r, now, site).allowed]
    order = Order(site.site, relative.id, mailed, list(dict.fromkeys(kinds)), pages, now)
    enclosed = write(order) if mailed else None
    mail = Outgoing(
        # The time too: a backup that is put back gives the number again.
        id=f"vaka-{site.site}-relative-{messages[0].id}-{messages[0].created_at.timestamp():.0f}",
        site=site.site,
        person=relative.account,
        address=relative.email,
        urgent=False,
        subject=letter_subject(kinds, site.name, relative.language),
        body=enclosed.text if enclosed else letter_body(relative.name, kinds, pages, relative.language),
        at=messages[0].created_at,
        alerts=(),
        summonses=(),
        html=enclosed.html if enclosed else "",
        pictures=enclosed.pictures if enclosed else (),
    )
    return Letter(mail, enclosed.shown if enclosed else {})
