"""The proofs of the alerting at each change of shift of the weeks before the demo began: all went well, to
the pagers of those who were on duty then.

Not here: those since, which walk the real chain (hub/proving.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from random import Random

from hub.answerable import whom_to_prove
from hub.demo.preparation import PAGED
from hub.settings import Settings
from hub.store import proofs, shifts
from hub.store.db import connect, transaction
from hub.store.proofs import Proof, Record
from hub.ways.pager import Pager
from rules.building import Site
from rules.duration import next_local
from rules.proof import later_stages
from rules.proof_verdict import Facts, Sending, verdict


def prove_each_shift(settings: Settings, site: Site, now: datetime, days: int) -> int:
    """Returns how many that were; none where the house was proven before."""
    made, random = 0, Random(days)
    with closing(connect(settings.database)) as connection, transaction(connection):
        if proofs.since(connection, site.site, now - timedelta(days=max(1, days))):
            return 0
        for at in _changes(site, now - timedelta(days=days), now):
            for unit in site.units:
                proofs.add(connection, _proof(connection, site, unit.id, at, random))
                made += 1
    return made


def _changes(site: Site, since: datetime, until: datetime) -> Iterator[datetime]:
    """Each planned time that a proof was over by then."""
    at = since
    while site.proof.at:
        at = min(next_local(clock, at, site.zone) for clock in site.proof.at)
        if at > until - timedelta(minutes=1):
            return
        yield at


def _proof(connection: sqlite3.Connection, site: Site, unit: str, at: datetime, random: Random) -> Proof:
    def later() -> datetime:
        nonlocal at
        at += timedelta(seconds=random.uniform(0.05, 0.6))
        return at

    asked, people = at, whom_to_prove(connection, site, unit, at)
    on_duty = shifts.on_duty(connection, site, asked)
    seen = Facts(
        asked,
        published_at=later(),
        heard_at=later(),
        called_at=later(),
        announced_at=later(),
        addressed_at=later(),
        sendings=tuple(Sending(one, Pager.name, later()) for one in people if one in PAGED),
        later=later_stages(site, unit, on_duty, PAGED, asked),
    )
    found = verdict(seen, at)
    record = Record(found.steps, seen.sendings, seen.later)
    return Proof(
        0,
        site.site,
        unit,
        asked,
        begun_at=asked,
        published_at=seen.published_at,
        ended_at=at,
        result=found.result,
        leg=found.leg,
        reason=found.reason,
        record=record,
    )
