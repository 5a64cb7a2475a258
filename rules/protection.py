"""Whether each resident is watched over: protected, degraded or unprotected, and why.

Computed from the rules in force, the devices that were heard and the parts that cannot be heard now. Nothing
is remembered here; what changed, and since when, is the store's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec

from rules.alert import Concern
from rules.finding import Finding
from rules.rulebook import Rulebook, Watch
from rules.severity import Severity

State = Literal["protected", "degraded", "unprotected"]
Doubt = Literal["chatter", "stuck", "tamper"]
Cause = (
    Literal[
        "no_rule",
        "no_sensor",
        "never_heard",
        "not_heard",
        "paused",
        "no_basis",
        "away",
        "device_tested",
        "device_paused",
    ]
    | Doubt
)

_NOBODY: Mapping[str, datetime] = {}

NOT_HEARD = "not-heard"
"""The hub's own rule: a part that must be heard is silent. Its alerts' room is the part."""

TELL_AFTER = {
    "broker": timedelta(minutes=2),
    "gateway": timedelta(minutes=2),
    "device": timedelta(minutes=10),
}
"""[default] How long a part may be silent before it is an alert: gateway or broker 2 min, a device 10 min."""

TOLD_AGAIN = {
    "broker": timedelta(minutes=10),
    "gateway": timedelta(minutes=10),
    "device": timedelta(hours=1),
}
"""[default] What is silent still after its alert was closed is told again so much later: whoever closed it
knows of it, and cannot always mend it at once. Who is not watched over stands on the board all the while.
"""


class Why(msgspec.Struct, frozen=True, order=True):
    """One reason: `what` is a part ('gateway:z2m', 'device:3B bed'), a device or a rule. Of `away`, which is
    no fault: until when (ISO 8601). What people have done to a device says also who (`by`) and why.
    """

    cause: Cause
    what: str = ""
    by: str = ""
    because: str = ""
    until: datetime | None = None


class Protection(msgspec.Struct, frozen=True):
    resident: str
    state: State
    why: tuple[Why, ...] = ()


def protection(
    book: Rulebook,
    on: date,
    unheard: Collection[str],
    never_heard: Collection[str],
    paused: Collection[tuple[str, str]] = (),
    away: Mapping[str, datetime] = _NOBODY,
    aside: Mapping[str, Why] | None = None,
    untrusted: Collection[tuple[Doubt, str]] = (),
) -> list[Protection]:
    """Every resident who lives here on the date. `unheard`: parts; `never_heard`: ids of devices that never
    spoke; `paused`: (rule, room) that are switched off; `away`: residents, and when each is expected back;
    `aside`: devices under test or paused, and why; `untrusted`: (fault, device) that leave a device's word
    doubtful: a rule that listens to it still works, and not as it should.
    """
    silent = {f"device:{device}" for device in never_heard}
    watches: dict[str, list[Watch]] = {}
    for watch in book.watches.values():
        if watch.rule.goal is not None:
            continue  # it reminds, and watches over nobody
        for resident in watch.residents:
            watches.setdefault(resident, []).append(watch)
    missing: dict[str, list[Why]] = {}
    for uncovered in (one for one in book.uncovered if not one.goal):
        missing.setdefault(uncovered.room, []).append(Why("no_sensor", uncovered.rule))
    for off in (one for one in book.without_basis if not one.goal):
        missing.setdefault(off.room, []).append(Why("no_basis", off.rule))
    doubts: dict[str, list[Why]] = {}
    for doubt, device in untrusted:
        doubts.setdefault(f"device:{device}", []).append(Why(doubt, device))
    return [
        Protection(r.id, "protected", (Why("away", away[r.id].isoformat()),))
        if r.id in away
        else _protection(
            r.id, watches.get(r.id, []), missing.get(r.room, []), unheard, silent, paused, aside or {}, doubts
        )
        for r in book.site.residents
        if r.lives_here(on)
    ]


def _protection(
    resident: str,
    watches: list[Watch],
    missing: list[Why],
    unheard: Collection[str],
    silent: Collection[str],
    paused: Collection[tuple[str, str]],
    aside: Mapping[str, Why],
    doubts: Mapping[str, Collection[Why]],
) -> Protection:
    why = set(missing)
    if not watches:
        off = {reason for reason in why if reason.cause == "no_basis"}
        return Protection(resident, "unprotected", tuple(sorted(off)) or (Why("no_rule"),))
    works = 0
    for watch in watches:
        lost = {Why("not_heard", part) for part in watch.parts if part in unheard}
        lost |= {Why("never_heard", part.partition(":")[2]) for part in watch.parts if part in silent}
        if aside:
            lost |= {aside[device] for device in watch.devices if device in aside}
        if watch.key in paused:
            lost.add(Why("paused", watch.name))
        works += not lost
        why |= lost
        for part in watch.parts & doubts.keys():
            why.update(doubts[part])
    if not why:
        return Protection(resident, "protected")
    return Protection(resident, "degraded" if works else "unprotected", tuple(sorted(why)))


def not_heard(book: Rulebook, part: str, since: datetime) -> tuple[Finding, Concern]:
    """The finding that a part is silent, and whom that leaves without: one alert a part, however many it
    concerns.
    """
    kind, _, name = part.partition(":")
    watches = book.dependents.get(part, ())
    residents = tuple(sorted({resident for watch in watches for resident in watch.residents}))
    units = {watch.unit for watch in watches}
    device = name if kind == "device" else None
    finding = Finding(NOT_HEARD, part, "raised", since, "cannot be heard", device)
    unit = units.pop() if len(units) == 1 else ""
    severity: Severity = "medium" if device else "high"
    return finding, Concern(severity, unit, residents, told_after=TELL_AFTER[kind])
