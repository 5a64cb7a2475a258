"""`vaka erase`: ask for a resident's data to be deleted, a second person's yes, and the receipt."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hub.clock import WallClock
from hub.commands.pause import opened_site
from hub.erasing.receipt import exported, verified
from hub.erasing.request import WHYS, Requests
from hub.erasing.work import go_on
from hub.settings import read_settings
from hub.site.installed import installed_database
from hub.store import erasures
from hub.store.erasures import Erasure
from hub.timetable import JobError
from rules.pause import Refusal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("resident", nargs="?", help="whom: the pseudonym in the site file")
    parser.add_argument("--why", choices=WHYS, help="why it is done")
    parser.add_argument("--by", metavar="PERSON", help="who you are: your id in the site file")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--confirm", type=int, metavar="NUMBER", help="a second person's yes: it is done")
    what.add_argument("--take-back", type=int, metavar="NUMBER", help="it is not done after all")
    what.add_argument("--list", action="store_true", help="what was asked for, and what came of it")
    what.add_argument("--receipt", type=int, metavar="NUMBER", help="print a sealed receipt")
    what.add_argument("--verify", type=Path, metavar="FILE", help="whether a receipt is what was sealed")
    what.add_argument("--go-on", action="store_true", help="do what was confirmed and is not done yet")
    parser.add_argument("--site", help="which site (VAKA_SITE, else the only one)")
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")


def run(arguments: argparse.Namespace) -> int:
    """0: done; 1: it was not, and why was said."""
    if arguments.verify is not None:
        return _verify(arguments.verify)
    if arguments.go_on:
        return _go_on(arguments)
    with opened_site(arguments.data, arguments.site) as (connection, site):
        if arguments.list:
            for one in erasures.everything(connection, site.site):
                print(_line(one))
            return 0
        if arguments.receipt is not None:
            found = erasures.get(connection, site.site, arguments.receipt)
            if found is None or found.document is None:
                return _say(Refusal(f"{site.site} has no receipt {arguments.receipt}"))
            print(exported(found).decode())
            return 0
        requests, by = Requests(connection, site, WallClock()), arguments.by or ""
        if arguments.take_back is not None:
            return _say(requests.take_back(arguments.take_back, by))
        if arguments.confirm is None:
            if arguments.resident is None or arguments.why is None:
                return _say(Refusal("expected RESIDENT --why … --by PERSON, or --confirm NUMBER --by PERSON"))
            return _say(requests.ask(arguments.resident, arguments.why, by))
        confirmed = requests.confirm(arguments.confirm, by)
        if isinstance(confirmed, Refusal):
            return _say(confirmed)
    return _go_on(arguments)


def _go_on(arguments: argparse.Namespace) -> int:
    settings = read_settings().with_data(arguments.data)
    installed_database(settings).close()  # not of an older version
    try:
        done = go_on(settings, WallClock())
    except JobError as error:
        print(f"it is not finished, and goes on by itself: {error}", file=sys.stderr)
        return 1
    for one in done:
        print(_line(one))
    return 0


def _verify(file: Path) -> int:
    found = verified(file.read_bytes())
    if isinstance(found, str):
        print(found, file=sys.stderr)
        return 1
    receipt, seal = found
    print(f"the seal fits: receipt {receipt.number} of {receipt.site}, key {seal.fingerprint}")
    until = f"gone from all backups by {receipt.gone_by:%Y-%m-%d}"
    print(f"finished {receipt.finished_at:%Y-%m-%d %H:%M} UTC; {until}")
    return 0


def _say(said: Erasure | Refusal) -> int:
    if isinstance(said, Refusal):
        print(said.why, file=sys.stderr)
        return 1
    print(_line(said))
    return 0


def _line(one: Erasure) -> str:
    who = f"asked for by {one.asked_by} at {one.asked_at:%Y-%m-%d %H:%M} UTC ({one.why})"
    if one.document is not None:
        yes = f"with the yes of {one.confirmed_by}"
        return f"erasure {one.number}: done, {who}, {yes}; vaka erase --receipt {one.number}"
    if one.ended_at is not None:
        return f"erasure {one.number}: taken back, {who}"
    if one.confirmed_at is not None:
        return f"erasure {one.number}: under way, {who}, with the yes of {one.confirmed_by}"
    return f"erasure {one.number}: {who}; a second person: vaka erase --confirm {one.number} --by PERSON"
