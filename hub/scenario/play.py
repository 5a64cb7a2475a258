"""Playing a scenario: its steps in a small world, and what came of them beside what was expected, in plain
sentences.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from devices.measures import MEASURES
from devices.reading import Value
from hub.scenario.story import Expected, Scenario, Step, instant
from hub.scenario.world import World
from hub.store import goals
from rules.absence import REASONS
from rules.alert import Alert
from rules.pause import Refusal


def play(scenario: Scenario, folder: Path) -> list[str]:
    """Play it in a database of its own in `folder`; what came out otherwise than expected, in sentences."""
    world = World(folder, scenario.document, scenario.start)
    wrong: list[str] = []
    try:
        for step, at in scenario.moments():
            world.until(at)
            wrong += _do(world, step, at)
        return wrong + _compare(scenario, world)
    finally:
        if world.running:
            world.stop()


def _do(world: World, step: Step, at: datetime) -> list[str]:
    if step.hub is not None:
        _run(world, step.hub)
    elif step.broker == "lost":
        world.broker_lost()
    elif step.broker is not None:
        world.broker_back(session=step.broker == "back")
    elif step.gateway is not None:
        world.gateway(step.gateway, step.state == "back")
    elif step.person is not None:
        return _act(world, step)
    elif step.clock is not None:
        world.clock_is_moved(-step.clock if step.back else step.clock)
    elif step.topic is not None:
        world.hears(step.topic, step.payload, step.retained)
    elif step.device is not None:
        _speak(world, step, at)
    elif step.resident is not None:
        found = world.protection(step.resident).protection
        if found.state != step.protection:
            why = ", ".join(f"{w.cause} {w.what}" for w in found.why)
            return [f"at {step.at} {step.resident} was {found.state} ({why}), expected {step.protection}"]
    return []


def _run(world: World, what: str) -> None:
    if what != "starts":
        world.stop()
    if what != "stops":
        world.start(session=what != "restarts without session")


def _speak(world: World, step: Step, at: datetime) -> None:
    assert step.device is not None
    if step.state is not None:
        world.availability(step.device, step.state == "back")
    elif step.again == "by the broker":
        world.hears_again(step.device)
    elif step.again == "by the publisher":
        world.says_again(step.device)
    else:
        said_at = at
        if step.said_at is not None:
            said_at = instant(step.said_at, at - timedelta(hours=23, minutes=59), world.site.zone)
        said = {measure: _value(measure, value) for measure, value in step.said.items()}
        world.says(step.device, said_at, own_time=step.own_time, retained=step.retained, **said)


def _value(measure: str, value: Any) -> Value | None:
    if MEASURES[measure].kind == "number" and value is not None:
        number = float(value)
        return int(number) if number.is_integer() else number
    return value  # type: ignore[no-any-return]


def _act(world: World, step: Step) -> list[str]:
    assert step.person is not None
    if step.does in ("pause", "confirm", "resume"):
        return _switch(world, step)
    if step.does in ("away", "back"):
        return _leave(world, step)
    waiting = [a for a in world.alerts() if a.rule == step.rule and a.state != "closed"]
    if len(waiting) != 1:
        return [f"at {step.at} {step.person} found {len(waiting)} open alerts of {step.rule}, expected one"]
    alert = waiting[0].id
    if step.does == "close":
        assert step.outcome is not None
        decision = world.desk.close(alert, step.person, step.outcome)
    else:
        decision = (world.desk.accept if step.does == "accept" else world.desk.arrive)(alert, step.person)
    return (
        [] if decision.changed else [f"at {step.at} {step.person} could not {step.does}: {decision.reason}"]
    )


def _switch(world: World, step: Step) -> list[str]:
    assert step.person is not None
    assert step.rule is not None
    assert step.place is not None
    if step.does == "pause":
        assert step.lasts is not None
        until = world.clock.now() + step.lasts
        done = world.pauses.pause(step.rule, step.place, step.person, step.reason, until)
    else:
        does = world.pauses.confirm if step.does == "confirm" else world.pauses.resume
        done = does(step.rule, step.place, step.person)
    world.until(world.clock.now())
    return (
        [f"at {step.at} {step.person} could not {step.does}: {done.why}"] if isinstance(done, Refusal) else []
    )


def _leave(world: World, step: Step) -> list[str]:
    assert step.person is not None
    assert step.who is not None
    if step.does == "away":
        assert step.lasts is not None
        now = world.clock.now()
        left = None
        if step.left is not None:
            left = instant(step.left, now - timedelta(hours=23, minutes=59), world.site.zone)
        reason = next(reason for reason in REASONS if reason == step.reason)
        done = world.absences.away(step.who, reason, now + step.lasts, step.person, left)
    else:
        done = world.absences.back(step.who, step.person)
    world.until(world.clock.now())
    return (
        [f"at {step.at} {step.person} could not say {step.does}: {done.why}"]
        if isinstance(done, Refusal)
        else []
    )


def _compare(scenario: Scenario, world: World) -> list[str]:
    came = world.alerts()
    wrong = []
    after = scenario.start
    for expected in scenario.told.expect:
        at = after = instant(expected.at, after, world.site.zone)
        same = [a for a in came if (a.rule, a.room, a.raised_at) == (expected.rule, expected.place, at)]
        if not same:
            wrong.append(
                f"expected, but did not come: {expected.rule} in {expected.place} at {_said(at, world)}"
            )
            continue
        came.remove(same[0])
        wrong += _differences(expected, same[0], at, world)
    wrong += [f"came, but was not expected: {_told(alert, world)}" for alert in came]
    wrong += _compare_goals(scenario, world)
    if wrong:
        wrong.append("All that came:")
        wrong += [f"  {_told(alert, world)}" for alert in world.alerts()] or ["  nothing"]
        wrong.append("What the rules found:")
        wrong += [
            f"  {_said(f.at, world)} {f.rule} in {f.room} {f.kind}: {f.reason}" for f in world.findings()
        ] or ["  nothing"]
    return wrong


def _compare_goals(scenario: Scenario, world: World) -> list[str]:
    wrong = []
    for expected in scenario.told.goals:
        day = date.fromisoformat(expected.day)
        found = goals.of(world.connection, world.site.site, expected.rule, expected.place, day)
        came = found.outcome if found is not None else None
        if came != expected.outcome:
            told = f"{expected.rule} in {expected.place} on {expected.day}"
            wrong.append(f"{told} is {came}, expected {expected.outcome}")
    return wrong


def _differences(expected: Expected, alert: Alert, at: datetime, world: World) -> list[str]:
    said: dict[str, Any] = {
        "severity": alert.severity,
        "state": alert.state,
        "device": alert.device,
        "prewarning": alert.prewarning,
        "late": alert.late,
        "occurrences": alert.occurrences,
        "outcome": alert.outcome,
        "by": alert.closed_by or alert.arrived_by or alert.accepted_by,
        "several": any(e.measure != "staff" for e in alert.others),
        "residents": alert.residents,
        "staff": next((e.value for e in alert.others if e.measure == "staff"), None),
        "found": alert.found_at,
        "cleared": alert.cleared_at,
    }
    wrong = []
    for name in expected.model_fields_set - {"at", "rule", "place"}:
        wanted, came = getattr(expected, name), said[name]
        if name == "found" or (name == "cleared" and isinstance(wanted, str)):
            wanted = instant(wanted, at, world.site.zone)
        elif name == "cleared":
            came = came is not None
        if wanted != came:
            wanted, came = (_said(v, world) if isinstance(v, datetime) else v for v in (wanted, came))
            wrong.append(
                f"{expected.rule} in {expected.place} at {expected.at}: {name} is {came}, expected {wanted}"
            )
    return wrong


def _told(alert: Alert, world: World) -> str:
    cleared = f", cleared {_said(alert.cleared_at, world)}" if alert.cleared_at else ""
    more = f", {alert.occurrences} times" if alert.occurrences > 1 else ""
    notes = "".join(f", {name}" for name in ("late", "prewarning") if getattr(alert, name))
    found = f", found {_said(alert.found_at, world)}"
    return (
        f"{alert.rule} in {alert.room} at {_said(alert.raised_at, world)}, {alert.severity}, {alert.state}"
        f"{more}{notes}{found}{cleared}"
    )


def _said(at: datetime, world: World) -> str:
    local = at.astimezone(world.site.zone)
    return local.isoformat(sep=" ", timespec="milliseconds" if local.microsecond else "seconds")
