"""What whoever is on their way needs to know of a resident just now: where they were seen last, whether they
are in bed, whether the door is open, and how often it was so lately. From what the alert's page knows anyway.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from dashboards.access import Access
from dashboards.house import House
from hub.explained import Explained
from rules import wording
from rules.confidence import changes
from rules.finding import Evidence
from rules.wording import Voice

LATELY = timedelta(hours=24)
_STANDS = {"bed": "in_bed", "outer_door": "open"}
"""Of whose state one wants to know, whatever was heard last."""


class NowLine(NamedTuple):
    text: str
    clock: str
    at: datetime


class ResidentNow(NamedTuple):
    """`who`: id and name of each whom the alert names. `seen`: the last sign of life. `lately`: how many
    alerts of this kind there were here within 24 hours.
    """

    who: tuple[tuple[str, str], ...]
    seen: NowLine | None
    stands: tuple[NowLine, ...]
    lately: int


def resident_now(explained: Explained, house: House, voice: Voice, access: Access) -> ResidentNow | None:
    """None for who sees no residents, and where the alert names nobody or is closed."""
    alert = explained.alert
    if alert.state == "closed" or not access.residents or not alert.residents:
        return None
    names = {one.id: one.name for one in house.site.residents}
    sign = explained.last_sign
    news = (*explained.stood, *changes(explained.heard, explained.stood))
    heard = sorted(news, key=lambda one: one.at)
    return ResidentNow(
        tuple((id, names[id]) for id in alert.residents if id in names),
        _line(sign, house, voice) if sign is not None else None,
        tuple(_line(one, house, voice) for one in _standing(explained, heard) if one != sign),
        sum(voice.now - one.raised_at <= LATELY for one in explained.earlier),
    )


def _standing(explained: Explained, heard: Iterable[Evidence]) -> list[Evidence]:
    """The newest change of each bed and outer door."""
    wanted = {one.id: _STANDS[one.role] for one in explained.devices if one.role in _STANDS}
    return list({one.device: one for one in heard if wanted.get(one.device) == one.measure}.values())


def _line(one: Evidence, house: House, voice: Voice) -> NowLine:
    return NowLine(wording.what_was_heard(one, house.site, voice), wording.at(one.at, voice), one.at)
