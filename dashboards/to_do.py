"""What a leader has to see to in the days to come: on their board, each with where it is seen to."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

from dashboards.access import Access
from dashboards.snapshot import Snapshot
from hub.emergency import answers_for
from hub.store.held_rosters import HeldRoster
from rules import wording
from rules.pause import Pause
from rules.wording.relatives import until_when
from rules.wording.voice import Voice


class ToDo(NamedTuple):
    """`unowned`: how many of them are nobody's yet; `first`: when the first is due, or what it is of, in
    words.
    """

    what: Literal[
        "held", "still", "emergencies", "erasures", "pauses", "device_pauses", "gaps", "consents", "report"
    ]
    number: int
    unowned: int
    first: str
    is_late: bool


def to_do(snapshot: Snapshot, access: Access, voice: Voice, answers: str = "") -> list[ToDo]:
    """Of what they see. `answers`: who answers for emergency access, and says yes to what others ask for."""
    return [
        *_emergencies(snapshot, answers, voice),
        *_erasures(snapshot, access, answers, voice),
        *_pauses(snapshot, access, answers, voice),
        *_held(snapshot, access, voice),
        *_gaps(snapshot, access, voice),
        *_ending(snapshot, access, voice),
        *_reports(snapshot, access, voice),
    ]


def concerns(access: Access, held: HeldRoster) -> bool:
    """Whether a roster that was held back is about a unit of theirs."""
    return not held.units or any(access.sees_unit(unit) for unit in held.units.split())


def _held(snapshot: Snapshot, access: Access, voice: Voice) -> list[ToDo]:
    """Rosters from files that were not taken over, and shifts that those in force left on the roster."""
    own = [one for one in snapshot.held if concerns(access, one)]
    held, left = [one for one in own if one.total], [one for one in own if one.still]
    of_held = [ToDo("held", len(held), 0, wording.since(held[0].at, voice), False)] if held else []
    if not left:
        return of_held
    number = sum(len(one.left) for one in left)
    return [*of_held, ToDo("still", number, 0, wording.since(left[0].at, voice), False)]


def _emergencies(snapshot: Snapshot, answers: str, voice: Voice) -> list[ToDo]:
    """What others opened, and nobody has looked at."""
    person = snapshot.house.person(answers)
    own = [one for one in snapshot.unseen if person is not None and answers_for(person, one)]
    return [ToDo("emergencies", len(own), 0, wording.since(own[0].began_at, voice), False)] if own else []


def _erasures(snapshot: Snapshot, access: Access, answers: str, voice: Voice) -> list[ToDo]:
    """What others asked for, and waits for a second person's yes."""
    site = snapshot.house.site
    own = [one for one in snapshot.unconfirmed if one.asked_by != answers and access.sees_erasure(one, site)]
    return [ToDo("erasures", len(own), 0, wording.since(own[0].asked_at, voice), False)] if own else []


def _pauses(snapshot: Snapshot, access: Access, answers: str, voice: Voice) -> list[ToDo]:
    """What others switched off, and wish off for longer than their own word goes."""
    units = {room.id: room.unit for room in snapshot.house.site.rooms}
    waiting = [
        pause
        for off in snapshot.off
        if answers
        and (pause := off.pause) is not None
        and pause.waits_for_yes
        and pause.owner != answers
        and access.sees_unit(units.get(pause.room, ""))
    ]
    of_rules = [one for one in waiting if one.device is None]
    of_devices = [one for one in waiting if one.device is not None]
    kinds: tuple[tuple[Literal["pauses", "device_pauses"], list[Pause]], ...] = (
        ("pauses", of_rules),
        ("device_pauses", of_devices),
    )
    return [
        ToDo(what, len(own), 0, wording.since(min(one.paused_at for one in own), voice), False)
        for what, own in kinds
        if own
    ]


def _gaps(snapshot: Snapshot, access: Access, voice: Voice) -> list[ToDo]:
    own = [task for task in snapshot.gaps if access.sees_unit(task.unit)]
    if not own:
        return []
    first = wording.gap_begins(own[0].next_at, voice)
    late = any(task.due is not None and task.due < voice.now for task in own)
    return [ToDo("gaps", len(own), sum(task.owner is None for task in own), first, late)]


def _ending(snapshot: Snapshot, access: Access, voice: Voice) -> list[ToDo]:
    site, today = snapshot.house.site, voice.now.astimezone(voice.zone).date()
    mine = {r.id for r in site.residents if access.sees_resident(r, site)}
    own = [task for task in snapshot.ending if task.about.resident in mine]
    if not own:
        return []
    first = until_when(own[0].about.on, voice.language)
    late = any(task.due is not None and task.due < today for task in own)
    return [ToDo("consents", len(own), sum(task.owner is None for task in own), first, late)]


def _reports(snapshot: Snapshot, access: Access, voice: Voice) -> list[ToDo]:
    own = [report for report in snapshot.reports if access.sees_unit(report.unit)]
    if not own:
        return []
    return [
        ToDo(
            "report",
            len(own),
            0,
            wording.month(date.fromisoformat(f"{own[0].month}-01"), voice.language),
            False,
        )
    ]
