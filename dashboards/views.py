"""What a board shows, as plain data: cards, in order, with every word settled but for the page's own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal, NamedTuple

from dashboards.access import Access
from dashboards.house import House
from dashboards.snapshot import Snapshot
from dashboards.to_do import ToDo, to_do
from hub.more_hands import MoreHands
from hub.off import Off
from hub.reach import coming
from hub.store.alerts import AlertEvent
from hub.store.protection import Standing
from rules import wording
from rules.absence import AWAY_ENDS, SOMEBODY_IN, Absence
from rules.alert import Alert, Outcome, State
from rules.building import Resident
from rules.called import NOTHING_MORE, Calls
from rules.escalation import Escalation
from rules.health.telling import is_fault_rule, waits_for_a_technician
from rules.legal_basis import reviews
from rules.outcomes import outcomes_of
from rules.protection import NOT_HEARD
from rules.rule import Text
from rules.severity import SEVERITIES, Severity
from rules.wording import Language, Voice

View = Literal["board", "wall", "floor"]
"""The list of alerts, the screen on the duty room's wall, or a floor plan."""


class Scope(NamedTuple):
    """All who share a scope are shown the same."""

    language: Language
    access: Access
    view: View = "board"
    leads: bool = False
    """Whether what has to be seen to in the days to come is theirs (leaders, administrators)."""
    answers: str = ""
    """Who answers for emergency access; nobody does for their own."""


class Line(NamedTuple):
    """One line of evidence."""

    at: datetime
    clock: str
    text: str
    device: str


class Card(NamedTuple):
    """One alert. Sentences are in the reader's language and the site's zone."""

    id: int
    severity: Severity
    state: State
    prewarning: bool
    rule: str
    why: str
    room: str
    unit: str
    residents: tuple[str, ...]
    raised_at: datetime
    age: str
    what: str
    coming: str | None
    late: str | None
    often: str | None
    reopened: str | None
    called: str | None
    later: str | None
    """Whose message is held back, and until when."""
    unreached: str | None
    """Of whom nobody could be reached, and who is tried next."""
    calls: str | None
    """All of that in a line, and who is next: for the wall."""
    ended: str | None
    taken: tuple[str, str] | None
    on_the_way: tuple[str, str] | None
    hands: bool
    """Whether there is somebody to call to whoever has it."""
    assistance: str | None
    """Since when somebody asks for more hands."""
    asks: str
    """Who does."""
    more_hands: str | None
    """Who was called to them."""
    asks_again: bool
    """Nobody was reached: they can be called once more."""
    wanted: tuple[str, str] | None
    """Who asked for them and has it no more, and when."""
    arrived: tuple[str, str] | None
    closed: tuple[str, str] | None
    owners: tuple[str, ...]
    """Who took it and who is there, by id."""
    last_by: str
    """Who closed it, else who is there."""
    outcome: Outcome | None
    outcomes: tuple[Outcome, ...]
    """What may be said of how it ended."""
    company: str | None
    """Who else was there, or lives there: it lowers how sure the alert is of whom it names."""
    away: tuple[str, ...]
    """Of those it names, who is registered as away, in a sentence each."""
    home: tuple[tuple[str, str], ...]
    """Who may have come home, by id and name: one tap says so."""
    evidence: tuple[Line, ...]


class Uncovered(NamedTuple):
    """A resident whom the sensors do not watch over, or only in part."""

    name: str
    room: str
    state: Literal["degraded", "unprotected"]
    why: tuple[str, ...]
    since: str


class Silent(NamedTuple):
    """A part of the house that cannot be heard."""

    what: str
    since: str


class AwayNow(NamedTuple):
    """A resident who is not at home."""

    name: str
    room: str
    until: str


class OffNow(NamedTuple):
    """A rule or device that is switched off."""

    what: str
    room: str
    until: str
    reason: str
    by: str


class NearGap(NamedTuple):
    """Within the coming shift somebody would not be told. `now`: in the hour that runs."""

    unit: str
    what: str
    since: str
    now: bool


class UnitOnDuty(NamedTuple):
    """Who is on duty in a unit now. `gap`: no carer is; `patrol`: the night patrol goes by."""

    unit: str
    names: tuple[str, ...]
    gap: bool
    patrol: bool
    not_called: tuple[str, ...]
    """Who is planned, and somebody came in their place."""
    not_called_here: tuple[str, ...]
    """The same, and they are still called in other units."""


class Board(NamedTuple):
    """`covered` of `living`: residents in view who are wholly watched over; None where nothing is known of
    it.
    """

    cards: list[Card]
    closed: list[Card]
    uncovered: list[Uncovered]
    silent: list[Silent]
    covered: int | None
    living: int
    sees_residents: bool
    away: list[AwayNow]
    off: list[OffNow]
    gaps: list[NearGap]
    """Within the coming shift."""
    to_do: list[ToDo]
    reviews: int
    """Legal bases that have to be looked at again within 30 days."""
    on_duty: list[UnitOnDuty]


def voice_of(scope: Scope, house: House, now: datetime) -> Voice:
    return Voice(scope.language, house.site.zone, now)


def _place(alert: Alert, house: House) -> str:
    """What stands on the door. Of a part that cannot be heard: the room of the device, or the whole house."""
    id = alert.room
    if is_fault_rule(alert.rule):
        return house.unit_name(alert.unit)
    if alert.rule in wording.ALERTING:
        return house.unit_name(alert.unit) or house.site.name
    if alert.rule == NOT_HEARD:
        device = id.removeprefix("device:")
        id = next((d.room for d in house.site_of(alert).devices if d.id == device), "")
        if not id:
            return house.site.name
    return house.room_name(id)


def order(alert: Alert) -> tuple[bool, int, bool, datetime, int]:
    """High before low, then those that nobody has taken or that need more hands, then the longest wait;
    pre-warnings below it all.
    """
    severity = -SEVERITIES.index(alert.severity)
    taken = alert.state != "open" and alert.assistance_at is None
    return (alert.prewarning, severity, taken, alert.raised_at, alert.id)


def card(
    alert: Alert,
    house: House,
    voice: Voice,
    access: Access,
    reopened: AlertEvent | None = None,
    escalation: Escalation | None = None,
    calls: Calls = NOTHING_MORE,
    away: Mapping[str, Absence] = MappingProxyType({}),
    more_hands: MoreHands | None = None,
    wanted: AlertEvent | None = None,
) -> Card:
    """`reopened`: what made an alert open again that somebody had taken. `escalation`, `calls`: who was
    called. `away`: by resident, who is not at home now (that they are back, their own unit says).
    `more_hands`: who asked for them and who was called. `wanted`: who asked for them and has it no more.
    """
    rule, site = house.rule_of(alert), house.site_of(alert)
    found = (house.resident(id) for id in alert.residents)
    residents = [r for r in found if r is not None and access.sees_resident(r, house.site)]
    own_talk = alert.rule in (SOMEBODY_IN, AWAY_ENDS)
    assistance_at = alert.assistance_at if alert.state != "closed" else None

    def act(by: str | None, at: datetime | None) -> tuple[str, str] | None:
        return (house.person_name(by), wording.at(at, voice)) if at is not None else None

    def arrived() -> tuple[str, str] | None:
        at = alert.arrived_at
        return (house.person_name(alert.arrived_by), wording.since(at, voice)) if at is not None else None

    return Card(
        id=alert.id,
        severity=alert.severity,
        state=alert.state,
        prewarning=alert.prewarning,
        rule=wording.name_of(alert, rule, voice),
        why=rule.why.said(voice.language) if rule is not None else "",
        room=_place(alert, house),
        unit=house.unit_name(alert.unit),
        residents=tuple(r.name for r in residents),
        raised_at=alert.raised_at,
        age=wording.length(voice.now - alert.raised_at, voice.language),
        what=wording.what_happened(alert, rule, site, voice),
        coming=wording.what_is_coming(alert, rule, voice),
        late=wording.how_late(alert, voice),
        often=wording.how_often(alert, voice),
        reopened=wording.why_open_again(reopened.event, reopened.at, voice) if reopened is not None else None,
        called=wording.who_was_called(escalation, calls, house.person_name, voice),
        later=wording.who_is_called_later(escalation, calls, house.person_name, voice),
        unreached=wording.who_was_not_reached(escalation, calls, house.person_name, voice),
        calls=wording.the_calls_in_a_line(escalation, calls, house.person_name, voice),
        ended=wording.how_it_ended(alert, rule, site, voice),
        taken=act(alert.accepted_by, alert.accepted_at),
        on_the_way=act(alert.accepted_by, alert.on_the_way_at),
        hands=not waits_for_a_technician(alert),
        assistance=wording.since(assistance_at, voice) if assistance_at is not None else None,
        asks=house.person_name(more_hands.by) if more_hands is not None and assistance_at is not None else "",
        more_hands=_more_hands(more_hands, house, voice) if assistance_at is not None else None,
        asks_again=more_hands is not None and more_hands.nobody and assistance_at is not None,
        wanted=act(wanted.by, wanted.at) if wanted is not None else None,
        arrived=arrived(),
        closed=act(alert.closed_by, alert.closed_at),
        owners=tuple(dict.fromkeys(by for by in (alert.accepted_by, alert.arrived_by) if by is not None)),
        last_by=(alert.closed_by if alert.state == "closed" else alert.arrived_by) or "",
        outcome=alert.outcome,
        outcomes=outcomes_of(alert),
        company=None if own_talk else wording.who_else(alert, voice),
        away=()
        if own_talk
        else tuple(wording.is_away(r.name, away[r.id].back_by, voice) for r in residents if r.id in away),
        home=tuple(
            (r.id, r.name)
            for r in residents
            if own_talk and r.id in away and alert.cleared_at is None
            if access.own.sees_resident(r, house.site)
        ),
        evidence=tuple(
            Line(e.at, wording.at(e.at, voice), wording.what_was_heard(e, site, voice), e.device)
            for e in alert.evidence
            if e.measure != "away"
        ),
    )


def _more_hands(called: MoreHands | None, house: House, voice: Voice) -> str | None:
    if called is None:
        return None
    names = [house.person_name(person) for person in called.people]
    calling = [house.person_name(person) for person in called.calling]
    held_up = [house.person_name(person) for person in called.held_up]
    return wording.who_was_called_to_help(names, calling, held_up, called.groups, called.nobody, voice)


def _uncovered(resident: Resident, found: Standing, house: House, voice: Voice) -> Uncovered:
    state: Literal["degraded", "unprotected"]
    state = "unprotected" if found.protection.state == "unprotected" else "degraded"
    why = dict.fromkeys(
        wording.why_not_covered(why, house.rule_names, voice, house.people) for why in found.protection.why
    )
    since = wording.since(found.since, voice)
    return Uncovered(resident.name, house.room_name(resident.room), state, tuple(why), since)


def _is_switched_off(off: Off, house: House, access: Access) -> bool:
    """What somebody put off for a while; what lacks a basis or a sensor stands with the residents."""
    unit = next((room.unit for room in house.site.rooms if room.id == off.room), "")
    of_devices = off.cause in ("device_paused", "device_tested")
    return (of_devices or (off.cause == "paused" and access.residents)) and access.sees_unit(unit)


def _off(off: Off, house: House, names: Mapping[str, Text], voice: Voice) -> OffNow:
    what = ", ".join(
        names[name].said(voice.language) if off.cause == "paused" and name in names else name
        for name in off.names
    )
    until = wording.at(off.until, voice) if off.until is not None else ""
    return OffNow(what, house.room_name(off.room), until, off.reason, house.person_name(off.owner))


def _on_duty(snapshot: Snapshot, access: Access) -> list[UnitOnDuty]:
    """For care staff, unit by unit; whoever goes through the whole house stands in each."""
    found, house = [], snapshot.house
    for unit in house.site.units:
        if access.residents and access.sees_unit(unit.id):
            here = [s for s in snapshot.on_duty if not s.units or unit.id in s.units]
            names = tuple(dict.fromkeys(house.person_name(s.person) for s in here))
            functions = {s.function for s in here}
            gone = [r for r in snapshot.stood_in_for if unit.id in r.units]
            found.append(
                UnitOnDuty(
                    unit.name,
                    names,
                    "carer" not in functions,
                    "night_patrol" in functions,
                    tuple(house.person_name(r.person) for r in gone if not r.elsewhere),
                    tuple(house.person_name(r.person) for r in gone if r.elsewhere),
                )
            )
    return found


def visible(alerts: list[Alert], access: Access) -> list[Alert]:
    return [alert for alert in alerts if access.sees_alert(alert)]


def board(snapshot: Snapshot, scope: Scope) -> Board:
    house, access, own = snapshot.house, scope.access, scope.access.own
    voice = voice_of(scope, house, snapshot.now)
    today = snapshot.now.astimezone(house.site.zone).date()
    living = {
        r.id: r for r in house.site.residents if r.lives_here(today) and access.sees_resident(r, house.site)
    }
    standing = {id: found for id, found in snapshot.protection.items() if id in living}
    uncovered = [
        _uncovered(living[id], found, house, voice)
        for id, found in standing.items()
        if found.protection.state != "protected"
    ]
    known = len(standing) == len(living)
    names = house.rule_names if snapshot.off else {}
    away = {id: absence for id, absence in snapshot.away.items() if id in living}
    return Board(
        cards=[
            card(
                a,
                house,
                voice,
                access,
                snapshot.reopened.get(a.id),
                snapshot.called.get(a.id),
                snapshot.calls.get(a.id, NOTHING_MORE),
                away,
                snapshot.more_hands.get(a.id),
                snapshot.wanted.get(a.id),
            )
            for a in sorted(visible(snapshot.open, access), key=order)
        ],
        closed=[card(a, house, voice, access) for a in visible(snapshot.recent, access)],
        uncovered=sorted(uncovered, key=lambda one: (one.state != "unprotected", one.room)),
        silent=[
            Silent(wording.who_is_silent(part, voice), wording.since(since, voice))
            for part, since in snapshot.unheard
            if access.sees_part(part, house.site)
        ],
        covered=len(standing) - len(uncovered) - len(away) if known else None,
        living=len(living) - len(away),
        sees_residents=access.residents,
        away=[
            AwayNow(living[id].name, house.room_name(living[id].room), wording.at(absence.back_by, voice))
            for id, absence in away.items()
        ],
        gaps=[
            NearGap(
                house.unit_name(task.unit),
                wording.gap_words(task.reason, task.subject, voice),
                wording.gap_begins(task.next_at, voice),
                task.next_at <= snapshot.now,
            )
            for task in coming(snapshot.gaps, snapshot.now)
            if own.residents and own.sees_unit(task.unit)
        ],
        to_do=to_do(snapshot, own, voice, scope.answers) if scope.leads else [],
        reviews=sum(
            one.resident in living and own.sees_resident(living[one.resident], house.site)
            for one in reviews(house.site, today)
        )
        if house.site.legal_basis == "required"
        else 0,
        on_duty=_on_duty(snapshot, access),
        off=[_off(off, house, names, voice) for off in snapshot.off if _is_switched_off(off, house, access)],
    )
