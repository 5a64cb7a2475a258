"""Proofs as a page shows them: every time and word settled."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple

from fastapi import Request

from dashboards.views import voice_of
from dashboards.visit import Visit, settings_of
from hub.proving import sending_of
from hub.store import proofs, summonses
from hub.store.proofs import Proof
from hub.watch import state
from hub.watched import watch_is_gone
from rules import wording
from rules.building import Unit
from rules.language import norwegian
from rules.proof import TAKEN_UP_WITHIN, shift_of
from rules.proof_verdict import LEGS, WITHIN, Later, Result, Sending
from rules.receipts import TELL_OF_DELIVERY
from rules.watch import PARTS
from rules.wording.escalation import groups_in_words
from rules.wording.receipts import which_way
from rules.wording.times import length
from rules.wording.undelivered import why_undelivered

FORTNIGHT = timedelta(days=14)


class LegView(NamedTuple):
    """`state`: through, broken, not for all (a phone is silent, a stage not reached), not come to, or not
    told by the ways that were used. `after`: how long after it was asked for; empty where it was not come to.
    """

    word: str
    state: Literal["ok", "broken", "part", "none", "untold"]
    after: str


class MessageView(NamedTuple):
    """How far one message came, each with its time. `device`: which phone. `tells`: its way says when it has
    arrived; of others nothing is known but that it was handed over. `lost`: that phone was not written to.
    """

    person: str
    way: str
    device: str
    tells: bool
    lost: bool
    silent: bool
    sent: str
    delivered: str
    seen: str
    failure: str


class LaterView(NamedTuple):
    """A later stage of the escalation: who would be called, and who of them cannot be reached."""

    after: str
    to: str
    reached: str
    not_reached: str
    state: Literal["well", "none", "gap"]


class UnitView(NamedTuple):
    id: str
    name: str
    result: Result | None
    under_way: bool
    not_taken_up: bool
    when: str
    by: str
    why: str
    legs: list[LegView]
    messages: list[MessageView]
    last_held: str
    later: list[LaterView]
    everybody: bool
    untold: bool
    """Nobody says whether it arrived: it was handed over."""


class Cell(NamedTuple):
    """One unit's proofs in a shift: the worst of them. None: none was made."""

    result: Result | None
    when: str
    why: str
    untold: bool


class ShiftRow(NamedTuple):
    word: str
    cells: list[Cell]


class PartView(NamedTuple):
    """One of Vaka's parts as the watchman last found it."""

    word: str
    is_down: bool


def units_of(visit: Visit) -> list[Unit]:
    return [unit for unit in visit.house.site.units if visit.access.sees_unit(unit.id)]


def view_of_unit(visit: Visit, unit: str) -> UnitView:
    house, site = visit.house, visit.house.site.site
    voice = voice_of(visit.scope, house, visit.now)
    newest = proofs.newest(visit.connection, site, unit)
    held = proofs.last_held(visit.connection, site, unit)
    last_held = wording.at(held.ended_at, voice) if held is not None and held.ended_at is not None else ""
    name = house.unit_name(unit)
    if newest is None:
        return UnitView(unit, name, None, False, False, "", "", "", [], [], last_held, [], False, False)
    waits = newest.begun_at is None and newest.ended_at is None
    return UnitView(
        unit,
        name,
        newest.result,
        newest.ended_at is None,
        waits and visit.now - newest.asked_at > TAKEN_UP_WITHIN,
        wording.at(newest.asked_at, voice),
        house.person_name(newest.asked_by),
        wording.why_broken(newest.reason, voice) if newest.reason is not None else "",
        _legs(visit, newest),
        [_message(visit, one) for one in _sendings(visit, newest)],
        last_held,
        [_later(visit, stage) for stage in newest.record.later],
        newest.everybody,
        _untold(newest),
    )


def _later(visit: Visit, stage: Later) -> LaterView:
    voice, house = voice_of(visit.scope, visit.house, visit.now), visit.house
    missing = [person for person in stage.people if person not in stage.reached]
    return LaterView(
        length(stage.after, visit.language),
        groups_in_words(stage.to, voice),
        ", ".join(house.person_name(person) for person in stage.reached),
        ", ".join(house.person_name(person) for person in missing),
        "well" if stage.reached else "gap" if stage.people else "none",
    )


def _legs(visit: Visit, proof: Proof) -> list[LegView]:
    voice = voice_of(visit.scope, visit.house, visit.now)
    steps = {step.leg: step for step in proof.record.steps}
    found = []
    for leg in LEGS:
        step = steps.get(leg)
        state: Literal["ok", "broken", "part", "none", "untold"] = "none"
        if step is not None and step.held is not None:
            in_part = proof.result == "in_part" and leg in ("received", "later")
            state = "ok" if step.held else "part" if in_part else "broken"
        after = ""
        if step is not None and step.at is not None and step.held is not None:
            seconds = f"{max(0.0, (step.at - proof.asked_at).total_seconds()):.1f} s"
            after = seconds.replace(".", ",") if norwegian(visit.language) else seconds
        word = wording.leg_words(leg, voice)
        if leg == "received" and _untold(proof):
            word, state = wording.nobody_tells(voice), "untold"
        found.append(LegView(word, state, after))
    return found


def _untold(proof: Proof) -> bool:
    """Whether the message was handed over by ways alone that never say whether it arrived."""
    held = {step.leg: step.held for step in proof.record.steps}
    return held.get("sent") is True and held.get("received") is None and held.get("later") is not None


def _sendings(visit: Visit, proof: Proof) -> list[Sending]:
    """As they stand now: receipts come in after the proof has ended. Old ones as the record keeps them."""
    if proof.alert is not None:
        messages = summonses.of_alert(visit.connection, proof.alert)
        sent = [sending_of(visit.connection, message) for message in messages]
        now = {(one.person, one.way, one.phone): one for one in sent}
        return [
            one if one.lost else now.get((one.person, one.way, one.phone), one)
            for one in proof.record.sendings
        ]
    return list(proof.record.sendings)


def _message(visit: Visit, sending: Sending) -> MessageView:
    voice = voice_of(visit.scope, visit.house, visit.now)

    def said(at: datetime | None) -> str:
        return wording.at(at, voice) if at is not None else ""

    return MessageView(
        visit.house.person_name(sending.person),
        which_way(sending.way, voice),
        sending.device,
        sending.way in TELL_OF_DELIVERY,
        sending.lost,
        sending.silent and visit.now - (sending.sent_at or visit.now) > WITHIN["received"],
        said(sending.sent_at),
        said(sending.delivered_at),
        said(sending.seen_at),
        why_undelivered(sending.failure, voice.language)
        if sending.failure and sending.sent_at is None
        else "",
    )


def fortnight(visit: Visit) -> list[ShiftRow]:
    """Each shift of the last fortnight in which a proof was made, the newest first."""
    site, voice = visit.house.site, voice_of(visit.scope, visit.house, visit.now)
    seen = [unit.id for unit in units_of(visit)]
    rows: dict[tuple[date, str], dict[str, list[Proof]]] = {}
    for proof in proofs.since(visit.connection, site.site, visit.now - FORTNIGHT):
        if proof.ended_at is not None:
            rows.setdefault(shift_of(site, proof.asked_at), {}).setdefault(proof.unit, []).append(proof)
    found = []
    for (on, began), by_unit in rows.items():
        day = wording.day(datetime.combine(on, time(12), site.zone), voice)
        clock = began.replace(":", ".") if norwegian(visit.language) else began
        found.append(ShiftRow(f"{day} {clock}".strip(), [_cell(visit, by_unit.get(u, [])) for u in seen]))
    return found


_ORDER: dict[Result, int] = {"held": 0, "in_part": 1, "broken": 2}


def _cell(visit: Visit, found: list[Proof]) -> Cell:
    voice = voice_of(visit.scope, visit.house, visit.now)
    worst = max(found, key=lambda proof: _ORDER[proof.result or "held"], default=None)
    if worst is None:
        return Cell(None, "", "", untold=False)
    why = wording.why_broken(worst.reason, voice) if worst.reason is not None else ""
    return Cell(worst.result, wording.at(worst.asked_at, voice), why, _untold(worst))


def parts(request: Request, visit: Visit) -> list[PartView] | None:
    """None where nobody watches."""
    said = state.read(settings_of(request).data)
    if watch_is_gone(said, visit.now) or said is None:
        return None
    voice = voice_of(visit.scope, visit.house, visit.now)
    found = []
    for part in PARTS:
        down = part in said.parts and said.parts[part].is_down
        found.append(PartView((wording.part_down if down else wording.part_well)(part, voice), down))
    return found
