"""Who was called for an alert, by which way, and how far that came: as lines for its page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from dashboards.house import House
from hub.store.summonses import Summons
from hub.ways.messenger import NAME as MESSENGER
from hub.ways.messenger import shown
from rules import wording
from rules.receipts import RECEIPTS, Receipt, Rung
from rules.wording import Voice
from rules.wording.receipts import how_far, which_way, why_not_out

OF_THE_WAY: tuple[Receipt, ...] = ("sent", "delivered")
OF_PEOPLE: tuple[Receipt, ...] = ("seen", "accepted")


class WayLine(NamedTuple):
    """What went out to one address, or how it is with what did not: the newest of the `times` that it was so.
    `steps`: how far the way took it, with the times of day.
    """

    way: str
    steps: tuple[tuple[str, str], ...]
    waits: str
    times: int


class CalledLine(NamedTuple):
    """One person. `state` of the chip beside `how_far`: good, warn or bad. `steps`: what they did, with the
    times of day.
    """

    name: str
    state: Literal["good", "warn", "bad"]
    how_far: str
    steps: tuple[tuple[str, str], ...]
    ways: tuple[WayLine, ...]


def called_lines(messages: Iterable[Summons], house: House, voice: Voice) -> list[CalledLine]:
    """By person, in the order in which they were called."""
    by_person: dict[str, list[Summons]] = {}
    for one in messages:
        by_person.setdefault(one.person, []).append(one)
    return [_line(house.person_name(person), sent, voice) for person, sent in by_person.items()]


def _line(name: str, messages: Sequence[Summons], voice: Voice) -> CalledLine:
    by_address: dict[tuple[str, str], list[Summons]] = {}
    for one in messages:
        by_address.setdefault((one.way, one.address), []).append(one)
    ways = tuple(_way(sent, voice) for sent in by_address.values())
    order: tuple[Rung, ...] = ("queued", *RECEIPTS)
    furthest = max(messages, key=lambda one: (order.index(one.ladder.rung), one.id))
    rung, theirs = furthest.ladder.rung, _steps(furthest, OF_PEOPLE, voice)
    if rung != "queued":
        return CalledLine(name, "warn" if rung == "sent" else "good", how_far(rung, voice), theirs, ways)
    lost = all(one.next_at is None and not one.spared for one in messages)
    return CalledLine(name, "bad" if lost else "warn", _waits(furthest, voice), theirs, ways)


def _way(messages: Sequence[Summons], voice: Voice) -> WayLine:
    sent = [one for one in messages if one.sent_at is not None]
    alike = sent or [one for one in messages if _waits(one, voice) == _waits(messages[-1], voice)]
    newest = alike[-1]
    steps = _steps(newest, OF_THE_WAY, voice)
    way = shown(newest.address) if newest.way == MESSENGER else which_way(newest.way, voice)
    return WayLine(way, steps, "" if sent else _waits(newest, voice), len(alike))


def _steps(one: Summons, receipts: tuple[Receipt, ...], voice: Voice) -> tuple[tuple[str, str], ...]:
    instants = [(receipt, getattr(one.ladder, receipt)) for receipt in receipts]
    return tuple((how_far(r, voice), wording.at(at, voice)) for r, at in instants if at is not None)


def _waits(one: Summons, voice: Voice) -> str:
    waiting, tried = one.next_at is not None, one.attempts > 0
    return why_not_out(one.held, tried, waiting, one.spared, one.overtaken, voice)
