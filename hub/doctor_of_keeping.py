"""What the doctor says of all that is done by the clock: jobs, backups, certificates, the history, erasures;
and of keys that end.

Not here: what is looked at on the spot (hub/doctor.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta

from hub.certificates import EXPIRES_SOON
from hub.doctor import Remark
from hub.history.upkeep import waiting
from hub.settings import Settings
from hub.store import backups, certificates, erasures, integrations, jobs
from rules.building import Site

OVERDUE_AFTER = timedelta(hours=1)
BACKUP_TOO_OLD = timedelta(hours=36)
"""[default] One night was missed."""
HISTORY_BEHIND = timedelta(hours=1)
YES_WAITS_TOO_LONG = timedelta(days=7)
"""[default] Somebody asked to be erased; by law without undue delay (GDPR art. 17)."""
EXPECTED = ("retention",)


def on_jobs(connection: sqlite3.Connection, site: Site, now: datetime) -> Iterator[Remark]:
    known = {job.name: job for job in jobs.everything(connection)}
    for name in EXPECTED:
        if name not in known:
            yield Remark("look", f"{name} has not run yet", "the hub does that: start it")
    well = True
    for job in known.values():
        if job.failed_at is not None:
            well = False
            yield Remark(
                "wrong",
                f"{job.name} failed at {_local(job.failed_at, site)}: {job.said}",
                "mend that; it is tried again every ten minutes",
            )
        elif now - job.due > OVERDUE_AFTER:
            well = False
            yield Remark(
                "wrong",
                f"{job.name} was due at {_local(job.due, site)} and has not run",
                "the hub does that: start it",
            )
    if known and well:
        yield Remark("ok", f"jobs are done in time: {', '.join(sorted(known))}")


def on_backups(
    connection: sqlite3.Connection, settings: Settings, site: Site, now: datetime
) -> Iterator[Remark]:
    found = backups.everything(connection)
    if settings.backup_recipient is None:
        yield Remark(
            "look",
            "no backups are written (VAKA_BACKUP_RECIPIENT is not set)",
            "vaka backup --new-key FILE makes a pair of keys; docs/backup.md",
        )
    elif not found:
        yield Remark("wrong", "there is no backup", "vaka backup writes one; the hub does it every night")
    elif now - found[0].verified_at > BACKUP_TOO_OLD:
        yield Remark(
            "wrong",
            f"the last good backup is of {_local(found[0].made_at, site)}",
            "vaka backup writes one now and says what stands in the way",
        )
    else:
        yield Remark("ok", f"the last backup, verified, is of {_local(found[0].made_at, site)}")
    missing = [backup.file for backup in found if not (settings.backups / backup.file).exists()]
    if missing:
        yield Remark(
            "look",
            f"{len(missing)} backups are no longer in {settings.backups}, the newest {missing[0]}",
            "put the disk back, or leave it: they are forgotten with the next backup",
        )


def on_certificates(connection: sqlite3.Connection, site: Site, now: datetime) -> Iterator[Remark]:
    for certificate in certificates.everything(connection):
        what = f"the certificate of the {certificate.name}"
        if certificate.expires_at <= now:
            yield Remark("wrong", f"{what} ended {_local(certificate.expires_at, site)}", "renew it at once")
        elif certificate.expires_at - now <= EXPIRES_SOON:
            yield Remark(
                "look", f"{what} ends {_local(certificate.expires_at, site)}", "renew it before that"
            )
        else:
            yield Remark("ok", f"{what} is good until {_local(certificate.expires_at, site)}")


def on_history(settings: Settings, site: Site, now: datetime) -> Iterator[Remark]:
    count, since = waiting(settings.database)
    if since is not None and now - since > HISTORY_BEHIND:
        yield Remark(
            "wrong",
            f"{count} readings wait for the history, the oldest since {_local(since, site)}",
            "the hub moves them: start it, and look for its words on the history",
        )
    else:
        yield Remark("ok", "the history keeps up")


def on_erasures(connection: sqlite3.Connection, site: Site, now: datetime) -> Iterator[Remark]:
    for one in erasures.not_ended(connection, site.site):
        if one.confirmed_at is None:
            what = f"erasure {one.number} waits for a second person since {_local(one.asked_at, site)}"
            late = now - one.asked_at > YES_WAITS_TOO_LONG
            yield Remark("wrong" if late else "look", what, f"vaka erase --confirm {one.number} --by PERSON")
        elif now - one.confirmed_at > OVERDUE_AFTER:
            yield Remark(
                "wrong",
                f"erasure {one.number} is not finished since {_local(one.confirmed_at, site)}",
                "vaka erase --go-on says what stands in the way",
            )


def on_integrations(connection: sqlite3.Connection, site: Site, now: datetime) -> Iterator[Remark]:
    """Keys of other programs that end soon, or have ended and were not put away."""
    for one in integrations.everything(connection, site.site):
        standing = one.standing(now)
        if standing == "ends_soon":
            what = f"the key of the integration {one.id} ends {_local(one.ends_at, site)}"
            yield Remark("look", what, "an administrator makes a new one under /integrations")
        elif standing == "ended":
            what = f"the key of the integration {one.id} has ended {_local(one.ends_at, site)}"
            yield Remark("look", what, "make a new one under /integrations, or revoke it")


def _local(at: datetime, site: Site) -> str:
    return f"{at.astimezone(site.zone):%Y-%m-%d %H:%M}"
