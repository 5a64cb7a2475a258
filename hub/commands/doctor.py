"""`vaka doctor`: what is wrong with this installation and what to do, in plain words."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from hub import clock, doctor, doctor_of_alerting, doctor_of_keeping
from hub.doctor import Remark
from hub.settings import Settings, SettingsError, read_settings
from hub.site.file import SiteFile, read_site
from hub.site.installed import installed_database
from hub.store import sites
from hub.store.db import NewerDatabaseError, OlderDatabaseError
from hub.store.sites import NoSiteError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")
    parser.add_argument(
        "--alive", action="store_true", help="only whether broker and hub are at work, for a health check"
    )


def run(arguments: argparse.Namespace) -> int:
    """0: nothing is wrong; 1: something is."""
    wrong = 0
    for remark in _remarks(arguments):
        print(f"{remark.state:<5}  {remark.what}", flush=True)
        if remark.cure:
            print(f"       → {remark.cure}", flush=True)
        wrong += remark.state == "wrong"
    return 1 if wrong else 0


def _remarks(arguments: argparse.Namespace) -> Iterator[Remark]:
    """What cannot be looked at because something before it is wrong is passed over."""
    try:
        settings = read_settings().with_data(arguments.data)
    except SettingsError as error:
        yield from (
            Remark("wrong", line, "docs/settings.md lists them all") for line in str(error).split("\n")
        )
        return
    yield from doctor.on_clock(settings)
    yield from doctor.on_web_address(settings)
    yield from doctor.on_broker(settings)
    if not settings.database.exists():
        yield Remark("wrong", f"there is no database at {settings.database}", "vaka import FILE makes one")
        return
    try:
        yield from _on_what_is_stored(settings, arguments.alive)
    except OlderDatabaseError as error:
        yield Remark("wrong", str(error), "start this version's hub, or ask its own doctor")
    except (NewerDatabaseError, NoSiteError) as error:
        yield Remark("wrong", str(error))
    except sqlite3.DatabaseError as error:
        yield Remark("wrong", f"the database {settings.database} can't be read: {error}")


def _on_what_is_stored(settings: Settings, only_alive: bool) -> Iterator[Remark]:
    connection = installed_database(settings)
    try:
        version = sites.in_force(connection, settings.site)
        file = read_site(version.document, "the site file")
        if not isinstance(file, SiteFile):
            for problem in file:
                yield Remark("wrong", str(problem), "correct it and import it again")
            return
        site, now = file.site, clock.now()
        yield from doctor.on_hub(connection, site, now)
        if only_alive:
            return
        yield from doctor.on_site(file)
        yield from doctor.on_residents(connection, site, now)
        yield from doctor.on_pauses(connection, site, now)
        yield from doctor.on_absences(connection, site, now)
        yield from doctor.on_legal_basis(site, now)
        yield from doctor.on_passwords(connection, site)
        yield from doctor.on_who_decides(site)
        yield from doctor_of_alerting.on_outbox(connection, site, now)
        yield from doctor_of_alerting.on_calls(connection, site)
        yield from doctor_of_alerting.on_watch(settings, now)
        yield from doctor_of_alerting.on_proofs(connection, site)
        yield from doctor_of_alerting.on_phones(connection, site)
        yield from doctor_of_alerting.on_addresses(connection, site)
        yield from doctor_of_alerting.on_notices(connection, site, now)
        yield from doctor_of_alerting.on_reach(connection, site, now)
        yield from doctor.on_quarantine(connection, site, now)
        yield from doctor_of_keeping.on_jobs(connection, site, now)
        yield from doctor_of_keeping.on_history(settings, site, now)
        yield from doctor_of_keeping.on_backups(connection, settings, site, now)
        yield from doctor_of_keeping.on_certificates(connection, site, now)
        yield from doctor_of_keeping.on_erasures(connection, site, now)
        yield from doctor_of_keeping.on_integrations(connection, site, now)
        yield from doctor.on_disk(settings)
        yield from doctor.on_database(connection, settings)
    finally:
        connection.close()
