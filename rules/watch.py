"""What an independent watchman makes of what it sees of Vaka's parts: when one counts as down, who is told
and when again, and when it is well.

Here: decisions on values. Not here: looking at the parts and telling people (hub/watch).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Literal, get_args

import msgspec

from rules.alert import Concern
from rules.finding import Finding

Part = Literal["hub", "broker", "store", "web", "alerting"]
"""Hub: it judges and calls. Broker: it passes a message on. Store: what is written stays. Web: the pages.
Alerting: no step of it is overdue.
"""
PARTS: tuple[Part, ...] = get_args(Part)
BLIND: frozenset[Part] = frozenset({"hub", "broker", "store", "alerting"})
"""Without any of these an alert may reach nobody."""

WATCH_GONE = "watch-gone"
"""The hub's own rule: the watchman itself is silent. Its alerts' room is the site."""
PART_DOWN = "part-down"
"""The hub's own rule: the watchman says that a part beside the hub is down. Its alerts' room is the part."""

DOWN_AFTER = timedelta(seconds=9)
"""[default] A part that fails for so long is down, and not just slow."""
STARTING_FOR = timedelta(seconds=24)
"""[default] The same of a part that was not well yet since the watchman began: hub, pages and watchman start
together, and on a busy machine the pages take some 20 s. The board still has it within 30 s.
"""
TELL_AFTER = timedelta(seconds=45)
"""[default] From then on the night patrol is told; a restart after an upgrade takes less."""
REPEAT = timedelta(minutes=5)
"""[default] They are told again so often, until it is well."""
WELL_AFTER = timedelta(seconds=60)
"""[default] A part that comes back for less is not well: one that comes and goes is one outage."""
ALL_CLEAR_AGAIN, ALL_CLEAR_RARELY = timedelta(minutes=1), timedelta(minutes=30)
"""[default] That all is well again, where nobody took it, is tried again so soon, then ever later."""
ALL_CLEAR_FOR = timedelta(days=1)
"""[default] After that nobody waits for it any more."""
SILENT_AFTER = timedelta(seconds=20)
"""[default] A watchman that has said nothing for so long is gone: it speaks every three seconds."""


class Standing(msgspec.Struct, frozen=True):
    """One part. `failing_since`: since when each look has failed. `down_since`: the beginning of the outage,
    of which short recoveries are a part. `well_since`: since when it has been well in an outage.
    """

    why: str = ""
    failing_since: datetime | None = None
    down_since: datetime | None = None
    well_since: datetime | None = None
    told_at: datetime | None = None

    @property
    def is_down(self) -> bool:
        return self.down_since is not None


class Tell(msgspec.Struct, frozen=True):
    """What people are to be told of a part. `again`: they were told before and it is down still."""

    part: Part
    kind: Literal["down", "well"]
    since: datetime
    why: str = ""
    again: bool = False


class News(msgspec.Struct, frozen=True):
    """One message: all that is down, and not only what is new, and what is well again. `blind`: an alert may
    reach nobody, for all that is known.
    """

    tells: tuple[Tell, ...]
    blind: bool


class Heard(msgspec.Struct, frozen=True):
    """Who has taken a message: somebody of the house, one of the watchman's own addresses. Where there is
    nobody on a side it is as if they had.
    """

    people: bool = False
    own: bool = False


NOBODY = Heard()


class AllClear(msgspec.Struct, frozen=True):
    """That all is well again, as long as somebody was not reached who may believe that something is down."""

    news: News
    since: datetime
    next_at: datetime
    heard: Heard = NOBODY
    tries: int = 0

    def is_due(self, now: datetime) -> bool:
        """Also where the clock was set back."""
        return self.next_at <= now or self.next_at - now > ALL_CLEAR_RARELY


def all_clear(news: News, now: datetime) -> AllClear | None:
    """None where something is still down: that is told again anyway."""
    return None if any(tell.kind == "down" for tell in news.tells) else AllClear(news, now, now)


def told(before: AllClear, heard: Heard, now: datetime) -> AllClear | None:
    """After a try: when it is tried again, for those who have not taken it."""
    if (heard.people and heard.own) or now - before.since > ALL_CLEAR_FOR:
        return None
    wait = min(ALL_CLEAR_AGAIN * 2 ** min(before.tries, 10), ALL_CLEAR_RARELY)
    return AllClear(before.news, before.since, now + wait, heard, before.tries + 1)


def looked_round(
    before: Mapping[Part, Standing],
    seen: Mapping[Part, str | None],
    now: datetime,
    tell_after: timedelta = TELL_AFTER,
    *,
    starting: Collection[Part] = (),
) -> tuple[dict[Part, Standing], News | None]:
    """After a look at every part: how each stands, and what people are told. Whoever reads the newest message
    alone knows the worst: it names each part that is down, and such a part counts as told.
    `seen`: why a part fails, None where it is well; missing where it could not be looked at.
    """
    settled = not any(_unsettled(before.get(part, Standing()), why, now) for part, why in seen.items())
    after: dict[Part, Standing] = {}
    tells: dict[Part, Tell] = {}
    for part in PARTS:
        standing = before.get(part, Standing())
        if part not in seen and standing.failing_since is None:
            after[part] = msgspec.structs.replace(_not_ahead(standing, now), well_since=None)
            continue
        trouble = seen.get(part, standing.why)  # what failed and can't be looked at has not come back
        after[part], tell = looked(
            part, standing, trouble, now, tell_after, starting=part in starting, settled=settled
        )
        if tell is not None:
            tells[part] = tell
    if not tells:
        return after, None
    for part, standing in after.items():
        if standing.down_since is not None and part not in tells:
            again = standing.told_at is not None
            tells[part] = Tell(part, "down", standing.down_since, standing.why, again)
            after[part] = msgspec.structs.replace(standing, told_at=now)
    blind = any(after[part].is_down or after[part].failing_since is not None for part in BLIND)
    worst_first = sorted(tells.values(), key=lambda tell: (tell.kind == "well", PARTS.index(tell.part)))
    return after, News(tuple(worst_first), blind)


def begun_again(parts: Mapping[Part, Standing]) -> dict[Part, Standing]:
    """As the watchman before this one left them. Nobody looked in between: being well counts from now."""
    return {part: msgspec.structs.replace(standing, well_since=None) for part, standing in parts.items()}


def _unsettled(before: Standing, trouble: str | None, now: datetime) -> bool:
    """On its way down or up: whether it is an outage, or over, is not known yet."""
    before = _not_ahead(before, now)
    if trouble is not None:
        return not before.is_down
    return before.is_down and now - (before.well_since or now) < WELL_AFTER


def looked(
    part: Part,
    before: Standing,
    trouble: str | None,
    now: datetime,
    tell_after: timedelta = TELL_AFTER,
    *,
    starting: bool = False,
    settled: bool = True,
) -> tuple[Standing, Tell | None]:
    """After a look at a part: how it stands, and what is to be told. `trouble`: None where it is well.
    `starting`: it was not well yet since the watchman began. `settled`: no other part is on its way down or
    up; until then nothing is called well, for the same message says how the others stand.
    """
    before = _not_ahead(before, now)
    if trouble is None:
        return _well(part, before, now, settled=settled)
    failing_since = before.failing_since or now
    down_since = before.down_since
    if down_since is None and now - failing_since >= (STARTING_FOR if starting else DOWN_AFTER):
        down_since = failing_since
    after = Standing(trouble, failing_since, down_since, None, before.told_at)
    if down_since is None or now - down_since < tell_after:
        return after, None
    if before.told_at is not None and now - before.told_at < REPEAT:
        return after, None
    told = msgspec.structs.replace(after, told_at=now)
    return told, Tell(part, "down", down_since, trouble, before.told_at is not None)


def _not_ahead(before: Standing, now: datetime) -> Standing:
    """The clock may have been set back: what seems to lie ahead is no older than now, and whoever was told
    then is told again.
    """

    def clamped(at: datetime | None) -> datetime | None:
        return None if at is None else min(at, now)

    told_at = None if before.told_at is None or before.told_at > now else before.told_at
    if told_at is None and before.told_at is not None:
        told_at = now - REPEAT
    return Standing(
        before.why,
        clamped(before.failing_since),
        clamped(before.down_since),
        clamped(before.well_since),
        told_at,
    )


def _well(part: Part, before: Standing, now: datetime, *, settled: bool) -> tuple[Standing, Tell | None]:
    if before.down_since is None:
        return Standing(), None
    well_since = before.well_since or now
    if now - well_since < WELL_AFTER or not settled:
        return msgspec.structs.replace(before, failing_since=None, well_since=well_since), None
    told = Tell(part, "well", before.down_since) if before.told_at is not None else None
    return Standing(), told


def all_well(standings: Mapping[Part, Standing]) -> bool:
    """Whether an outside watchman may be told that all is well: every part, and not in the middle of coming
    and going.
    """
    return all(
        part in standings and standings[part].failing_since is None and not standings[part].is_down
        for part in PARTS
    )


def gone(site: str, since: datetime) -> tuple[Finding, Concern]:
    """The watchman itself is silent: nobody would notice if Vaka stopped."""
    return Finding(WATCH_GONE, site, "raised", since, "the watchman is silent"), _CONCERN


def back(site: str, at: datetime) -> tuple[Finding, Concern]:
    return Finding(WATCH_GONE, site, "cleared", at, "the watchman is back"), _CONCERN


def part_down(part: Part, standing: Standing, at: datetime) -> tuple[Finding, Concern]:
    """What the watchman says of a part that the hub itself cannot see."""
    since = standing.down_since or at
    return Finding(PART_DOWN, part, "raised", since, standing.why), _CONCERN


def part_well(part: Part, at: datetime) -> tuple[Finding, Concern]:
    return Finding(PART_DOWN, part, "cleared", at, "it is well again"), _CONCERN


_CONCERN = Concern("medium", "", (), told_after=SILENT_AFTER + TELL_AFTER)
