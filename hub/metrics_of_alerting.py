"""What Prometheus is told of the alerting itself: proofs, hours in which nobody would be told, phones and
addresses that are not reached, and the watchman. Families of hub/metrics.py, where the rules of naming stand.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import get_args

from prometheus_client.core import GaugeMetricFamily, Metric

from hub.store import contacts, gaps, phones, proofs
from hub.watch import state
from rules.building import Site
from rules.proof_verdict import Result
from rules.reach import Reason
from rules.watch import PARTS

HELD: dict[Result, float] = {"held": 1.0, "in_part": 0.5, "broken": 0.0}
TROUBLES: tuple[phones.State, ...] = ("silent", "refused", "lost")


def of_proofs(connection: sqlite3.Connection, site: Site) -> Iterator[Metric]:
    """By unit. One that was never tried has no verdict, and 0 for when."""
    asked = GaugeMetricFamily(
        "vaka_proof_timestamp_seconds",
        "When the last proof that has ended was asked for; 0: never.",
        labels=["unit"],
    )
    verdict = GaugeMetricFamily(
        "vaka_proof_held", "Its verdict. 1: held; 0.5: in part; 0: broken.", labels=["unit"]
    )
    held = GaugeMetricFamily(
        "vaka_proof_last_held_timestamp_seconds", "When one last held; 0: never.", labels=["unit"]
    )
    for unit in site.units:
        newest = proofs.newest_ended(connection, site.site, unit.id)
        good = proofs.last_held(connection, site.site, unit.id)
        asked.add_metric([unit.id], _s(newest.asked_at if newest is not None else None))
        held.add_metric([unit.id], _s(good.ended_at if good is not None else None))
        if newest is not None and newest.result is not None:
            verdict.add_metric([unit.id], HELD[newest.result])
    yield from (asked, verdict, held)


def of_reach(connection: sqlite3.Connection, site: Site) -> Iterator[Metric]:
    standing = Counter(task.reason for task in gaps.standing(connection, site.site))
    family = GaugeMetricFamily(
        "vaka_reach_gaps", "Gaps in who would be told in the week to come, as tasks.", labels=["reason"]
    )
    reasons: tuple[Reason, ...] = get_args(Reason)
    for reason in reasons:
        family.add_metric([reason], standing[reason])
    yield family
    states = Counter(phone.state for phone in phones.in_trouble(connection, site.site))
    family = GaugeMetricFamily("vaka_phones_not_reached", "Phones that calls do not reach.", labels=["state"])
    for trouble in TROUBLES:
        family.add_metric([trouble], states[trouble])
    yield family
    family = GaugeMetricFamily("vaka_addresses_refused", "Addresses of staff that refuse calls for good.")
    family.add_metric([], len(contacts.refused(connection, site.site)))
    yield family


def of_the_watchman(folder: Path, site: Site) -> Iterator[Metric]:
    """Where there was never one only that is told."""
    said = state.read(folder)
    if said is not None and said.site != site.site:
        said = None
    seen = GaugeMetricFamily("vaka_watch_seen_timestamp_seconds", "When the watchman last looked; 0: never.")
    seen.add_metric([], _s(said.at if said is not None else None))
    yield seen
    parts = GaugeMetricFamily(
        "vaka_watch_part_up",
        "What the watchman says of a part. 1: well; 0: down.",
        labels=["part"],
    )
    for part in PARTS:
        if said is not None and part in said.parts:
            parts.add_metric([part], not said.parts[part].is_down)
    yield parts


def _s(at: datetime | None) -> float:
    return 0.0 if at is None else at.timestamp()
