"""The site's documents without a resident: every version that ever named them, and the record of changes."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec

from hub.erasing.plan import ERASED, Plan, pattern
from hub.erasing.stays import versions
from hub.site.document import PartChange, UnwritableError, with_changes
from hub.store import sites


def erase_from_versions(connection: sqlite3.Connection, plan: Plan) -> int:
    """Take them out of every version; how many were changed. Within a transaction."""
    words, changed = pattern(plan.words or (plan.resident,)), 0
    for version in versions(connection, plan.site):
        before = sites.document(connection, version.id)
        after = before
        if version.file is not None:
            after = _without(before, version.file.content, plan.resident)
        if plan.words:
            after = words.sub(ERASED, after)
        if after != before:
            connection.execute("UPDATE site_version SET document = ? WHERE id = ?", (after, version.id))
            changed += 1
    return changed


def erase_from_changes(connection: sqlite3.Connection, plan: Plan) -> int:
    """The record of what each version changed: their own part goes, elsewhere their pseudonym."""
    gone = connection.execute(
        "DELETE FROM site_change WHERE site = ? AND section = 'residents' AND part = ?",
        (plan.site, plan.resident),
    ).rowcount
    for row in connection.execute(
        "SELECT section, part, version, before, after FROM site_change"
        " WHERE site = ? AND section = 'devices'",
        (plan.site,),
    ).fetchall():
        texts = [None if text is None else _without_owner(text, plan.resident) for text in row[3:5]]
        if texts != list(row[3:5]):
            connection.execute(
                "UPDATE site_change SET before = ?, after = ?"
                " WHERE site = ? AND section = ? AND part = ? AND version = ?",
                (*texts, plan.site, *row[:3]),
            )
    return gone


def _without(document: str, content: dict[str, Any], resident: str) -> str:
    changes: list[PartChange] = []
    for position, part in enumerate(content.get("residents") or ()):
        if part.get("id") == resident:
            changes.append(PartChange("residents", position, part, None))
    for position, part in enumerate(content.get("devices") or ()):
        if part.get("resident") == resident:
            left = {key: value for key, value in part.items() if key != "resident"}
            changes.append(PartChange("devices", position, part, left))
    try:
        return with_changes(document, content, changes) if changes else document
    except UnwritableError:  # names and pseudonym are taken out of it as words
        return document


def _without_owner(text: str, resident: str) -> str:
    part = msgspec.json.decode(text)
    if not isinstance(part, dict) or part.get("resident") != resident:
        return text
    return msgspec.json.encode({k: v for k, v in part.items() if k != "resident"}).decode()
