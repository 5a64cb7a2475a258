"""What other values would have made of the same history: which alerts would not have come, which would have
come in addition, how often and when.

An alert with the values in force and one with the others are the same where their times overlap: a quarter of
an hour instead of ten minutes finds the same open door, later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from rules.alert import CLOSING_WITHIN
from rules.building import RuleUse, Site
from rules.duration import Window
from rules.finding import Evidence, Finding

Place = tuple[str, str]
"""(rule, room)"""


class Episode(NamedTuple):
    """One alert's time, aware UTC. `ended` is None where nothing ended it. `evidence`: why it began."""

    began: datetime
    ended: datetime | None
    evidence: tuple[Evidence, ...] = ()


class Comparison(NamedTuple):
    """One rule in one room. `gone`: alerts that would not have come; `new`: those that would in addition;
    `shift`: how much later (or earlier) the others would have come on average.
    """

    rule: str
    room: str
    before: tuple[Episode, ...]
    after: tuple[Episode, ...]
    gone: tuple[Episode, ...]
    new: tuple[Episode, ...]
    shift: timedelta


def with_values(site: Site, values: Mapping[str, Mapping[str, Any]]) -> Site:
    """The site with other values for some of its rules, by the rule's name. Residents' own values still win.
    KeyError where the site does not use a rule.
    """
    unknown = values.keys() - {use.name for use in site.rules}
    if unknown:
        raise KeyError(min(unknown))
    uses = tuple(
        RuleUse.model_validate({**use.model_dump(exclude_none=True), **values.get(use.name, {})})
        for use in site.rules
    )
    return site.model_copy(update={"rules": uses})


def episodes(findings: Iterable[Finding]) -> dict[Place, list[Episode]]:
    """Each alert's time by rule and room. Found again while it lasts it is the same alert, for an hour: by
    then somebody has been there and closed it.
    """
    found: dict[Place, list[Episode]] = {}
    for finding in findings:
        own = found.setdefault((finding.rule, finding.room), [])
        standing = bool(own) and own[-1].ended is None
        if finding.kind == "raised":
            if standing and not _is_a_word(finding):
                if finding.at - own[-1].began < CLOSING_WITHIN:
                    continue
                own[-1] = own[-1]._replace(ended=finding.at)
            ended = finding.at if _is_a_word(finding) else None
            own.append(Episode(finding.at, ended, finding.evidence))
        elif finding.kind == "cleared" and standing:
            own[-1] = own[-1]._replace(ended=finding.at)
    return {place: own for place, own in found.items() if own}


def compare(before: Iterable[Finding], after: Iterable[Finding]) -> list[Comparison]:
    """Every rule and room in which either found something."""
    now, then = episodes(before), episodes(after)
    return [_compared(place, now.get(place, []), then.get(place, [])) for place in sorted({*now, *then})]


def by_hour(alerts: Iterable[Episode], zone: ZoneInfo) -> tuple[int, ...]:
    """How many began in each hour of the local day, 24 counts."""
    counts = [0] * 24
    for alert in alerts:
        counts[alert.began.astimezone(zone).hour] += 1
    return tuple(counts)


def at_night(alerts: Iterable[Episode], night: Window, zone: ZoneInfo) -> int:
    return sum(night.contains(alert.began, zone) for alert in alerts)


def _is_a_word(finding: Finding) -> bool:
    """A press or a fall is over when it is said: each is an alert of its own."""
    return bool(finding.evidence) and isinstance(finding.evidence[0].value, str)


def _compared(place: Place, before: list[Episode], after: list[Episode]) -> Comparison:
    gone = [one for one in before if not any(overlap(one, other) for other in after)]
    new = [other for other in after if not any(overlap(one, other) for one in before)]
    shifts = [
        other.began - one.began
        for one in before
        for other in [next((other for other in after if overlap(one, other)), None)]
        if other is not None
    ]
    shift = sum(shifts, timedelta(0)) / len(shifts) if shifts else timedelta(0)
    return Comparison(*place, tuple(before), tuple(after), tuple(gone), tuple(new), shift)


def overlap(one: Episode, other: Episode) -> bool:
    """Whether two alerts are the same: their times have an instant in common."""
    return (one.ended is None or other.began <= one.ended) and (
        other.ended is None or one.began <= other.ended
    )
