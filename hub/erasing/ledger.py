"""Who was erased, known by a digest alone, beside the backups that still hold them: a backup that is put back
brings nobody back.

The digest is keyed with the hub's seal, which is in the backup too; without it the ledger tells nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from datetime import datetime
from pathlib import Path

import msgspec

from hub import seal
from hub.erasing.plan import Plan, encoded, plan_for
from hub.erasing.request import JOB
from hub.key_file import write_anew
from hub.seal import KEY_FILE
from hub.settings import Settings
from hub.site.file import SiteFile, read_held
from hub.store import erasures, jobs, sites
from hub.store.erasures import Erasure, Why

FILE = "erased.json"


class Entry(msgspec.Struct, frozen=True):
    site: str
    digest: str
    why: Why
    asked_by: str
    confirmed_by: str
    at: datetime


def add(settings: Settings, plan: Plan, erasure: Erasure, at: datetime) -> None:
    """Within the erasure; once. Without a folder of backups there is nothing to be put back."""
    if not settings.backups.is_dir():
        return
    seal.ready(settings.data)
    entry = Entry(
        plan.site,
        _digest(settings.data, plan.site, plan.resident),
        erasure.why,
        erasure.asked_by,
        erasure.confirmed_by or "",
        at,
    )
    known = read(settings.backups)
    if all(one.digest != entry.digest for one in known):
        text = msgspec.json.format(msgspec.json.encode([*known, entry]).decode(), indent=1)
        write_anew(settings.backups / FILE, text)


def read(folder: Path) -> list[Entry]:
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=list[Entry])
    except FileNotFoundError:
        return []


def erase_again(connection: sqlite3.Connection, data: Path, folder: Path, at: datetime) -> int:
    """Have those be erased again who came back with a backup; how many. The caller holds the transaction."""
    entries = {(entry.site, entry.digest): entry for entry in read(folder)}
    count = 0
    for site in sites.sites(connection) if entries else ():
        version = sites.newest(connection, site)
        file = read_held(version.document) if version is not None else None
        if not isinstance(file, SiteFile):
            continue
        for resident in file.site.residents:
            entry = entries.get((site, _digest(data, site, resident.id)))
            if entry is not None:
                plan = encoded(plan_for(connection, file.site, resident.id))
                again = erasures.add(connection, site, entry.why, entry.asked_by, at, plan)
                erasures.confirm(connection, again.number, entry.confirmed_by, at)
                jobs.due(connection, JOB, at)
                count += 1
    return count


def _digest(data: Path, site: str, resident: str) -> str:
    try:
        key = (data / KEY_FILE).read_bytes()
    except FileNotFoundError:
        key = b""
    return hmac.new(key, f"{site}\0{resident}".encode(), hashlib.sha256).hexdigest()
