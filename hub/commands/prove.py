"""`vaka prove`: try the whole chain now, from a sensor's message to the phones of those on duty; or say for
the week to come who would be told.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
from pathlib import Path
from time import sleep

from hub import proving, reach
from hub.clock import WallClock
from hub.commands.pause import opened_site
from hub.store import proofs
from hub.store.proofs import Proof
from rules import wording
from rules.building import Site
from rules.pause import Refusal
from rules.proof import TAKEN_UP_WITHIN
from rules.proof_verdict import LEGS, Sending
from rules.wording import Voice

_LOOK_AGAIN = 0.2  # seconds


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--unit", help="one unit's id; all of them without")
    parser.add_argument(
        "--everybody",
        action="store_true",
        help="the test message also goes to those whom the escalation calls later",
    )
    parser.add_argument("--by", default="", metavar="PERSON", help="who you are: your id in the site file")
    parser.add_argument(
        "--week",
        action="store_true",
        help="no test: the hours of the week to come in which nobody would be told",
    )
    parser.add_argument("--site", help="which site (VAKA_SITE, else the only one)")
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")


def run(arguments: argparse.Namespace) -> int:
    """0: it held, or there is no gap; 1: it did not, and where it broke was said."""
    with opened_site(arguments.data, arguments.site) as (connection, site):
        if arguments.week:
            return _week(connection, site)
        units = [arguments.unit] if arguments.unit else [unit.id for unit in site.units]
        asked: list[Proof] = []
        for unit in units:
            found = proving.ask(connection, site, unit, arguments.by, WallClock().now(), arguments.everybody)
            if isinstance(found, Refusal):
                print(f"vaka prove: {found.why}", file=sys.stderr)
                return 1
            asked.append(found)
        broken = [proof for proof in asked if not _follow(connection, site, proof)]
        return 1 if broken else 0


def _follow(connection: sqlite3.Connection, site: Site, proof: Proof) -> bool:
    """Whether it held. Says each leg, and where it broke."""
    clock = WallClock()
    voice = Voice("en", site.zone, clock.now())
    while proof.ended_at is None:
        found = proofs.get(connection, site.site, proof.id)
        assert found is not None, "what was asked for stays"
        proof = found
        if proof.begun_at is None and clock.now() - proof.asked_at > TAKEN_UP_WITHIN:
            print(
                f"{proof.unit}: {wording.why_broken('not_taken_up', voice)}; is the hub at work? vaka doctor"
            )
            return False
        sleep(_LOOK_AGAIN)
    print(f"{proof.unit}: {_RESULT[proof.result or 'broken']}")
    steps = {step.leg: step for step in proof.record.steps}
    failed = "BROKEN" if proof.result == "broken" else "PART"
    for leg in LEGS:
        step = steps.get(leg)
        mark = "-" if step is None or step.held is None else "ok" if step.held else failed
        after = f"{(step.at - proof.asked_at).total_seconds():.1f} s" if step and step.at else ""
        print(f"  {mark:<7}{wording.leg_words(leg, voice)} {after}".rstrip())
    for sending in proof.record.sendings:
        print(f"         {sending.person} by {sending.device or sending.way}: {_far(sending)}")
    for stage in proof.record.later:
        missing = [person for person in stage.people if person not in stage.reached]
        who = ", ".join(stage.reached) or ("nobody can be reached" if missing else "nobody is on duty")
        more = f" (not reached: {', '.join(missing)})" if stage.reached and missing else ""
        print(f"         after {stage.after.total_seconds() / 60:.0f} min {', '.join(stage.to)}: {who}{more}")
    if proof.reason is not None:
        print(f"  {wording.why_broken(proof.reason, voice)}")
    return proof.result == "held"


def _far(sending: Sending) -> str:
    """What is known of a message: of a way that never tells no more than that it was handed over."""
    if sending.lost:
        return "LOST: its push service knows it no more"
    if sending.answered:
        return "received"
    if sending.sent_at is None:
        return sending.failure or "not sent"
    return "NO ANSWER: the phone did not say that it got it" if sending.silent else "handed over"


_RESULT = {"held": "the chain holds", "in_part": "the chain holds in part", "broken": "the chain is BROKEN"}


def _week(connection: sqlite3.Connection, site: Site) -> int:
    now = WallClock().now()
    found = reach.week(connection, site, reach.usable_ways(connection, site.site), now)
    voice = Voice("en", site.zone, now)
    for gap in found.gaps:
        mark = "look" if gap.warning else "GAP"
        print(f"{mark:<5}{wording.gap_in_words(gap, site, voice)}: {wording.hours_in_words(gap, voice)}")
    if not found.gaps:
        print("Every hour of the week to come somebody would be told, of every resident and rule.")
    return 1 if any(not gap.warning for gap in found.gaps) else 0
