"""A scenario as its file tells it: read strictly, played in a World, compared in plain words.

The format is described in tests/scenarios/README.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

from rules.alert import Alert
from rules.building import Site
from rules.catalogue import catalogue
from rules.duration import Duration
from rules.rulebook import rulebook
from tests.world import World, read

FOLDER = Path(__file__).parent
SITES = FOLDER / "sites"
_yaml = YAML(typ="safe", pure=True)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Given(_Strict):
    """`rules`: names of the site's rules that are in force, or rules of the scenario's own."""

    site: str
    now: str
    rules: tuple[str | dict[str, Any], ...]


class Step(BaseModel):
    """One thing that happens at a local time. Unknown keys are measures that `device` says."""

    model_config = ConfigDict(extra="allow", frozen=True)

    at: str
    device: str | None = None
    said_at: str | None = None
    own_time: bool = True
    retained: bool = False
    again: Literal["by the broker", "by the publisher"] | None = None
    topic: str | None = None
    payload: str = ""
    hub: Literal["stops", "starts", "restarts", "restarts without session"] | None = None
    broker: Literal["lost", "back", "back without session"] | None = None
    gateway: str | None = None
    state: Literal["lost", "back"] | None = None
    person: str | None = None
    does: Literal["accept", "arrive", "close"] | None = None
    rule: str | None = None
    outcome: Literal["helped", "no_help_needed", "false_alarm", "test"] | None = None
    clock: Duration | None = None
    back: bool = False
    resident: str | None = None
    protection: Literal["protected", "degraded", "unprotected"] | None = None

    @property
    def said(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class Expected(_Strict):
    """What is known of one alert; what is not given is not compared."""

    at: str
    rule: str
    place: str
    severity: str | None = None
    state: str | None = None
    device: str | None = None
    found: str | None = None
    cleared: str | bool | None = None
    prewarning: bool | None = None
    late: bool | None = None
    occurrences: int | None = None
    outcome: str | None = None
    by: str | None = None


class Scenario(_Strict):
    name: str
    given: Given
    steps: tuple[Step, ...]
    expect: tuple[Expected, ...]
    nothing_else: Literal[True]
    file: str = Field(default="", exclude=True)

    @cached_property
    def site(self) -> Site:
        return read(self.document)

    @property
    def kinds(self) -> set[str]:
        """The kinds of the rules in force."""
        book = rulebook(self.site, catalogue(), self.start.date())
        return {watch.rule.kind for watch in book.watches.values()}

    @property
    def start(self) -> datetime:
        return instant(self.given.now, datetime.min.replace(tzinfo=UTC), self.site.zone)

    @property
    def document(self) -> str:
        """The site file with the scenario's rules in force."""
        path = SITES / f"{self.given.site}.yaml"
        content = _yaml.load(path.read_text("utf-8"))
        by_name = {use.get("id", use["rule"]): use for use in content["rules"]}
        content["rules"] = [by_name[r] if isinstance(r, str) else r for r in self.given.rules]
        used = {use.get("id", use["rule"]) for use in content["rules"]}
        for resident in content["residents"]:
            resident["rules"] = {k: v for k, v in resident.get("rules", {}).items() if k in used}
        text = StringIO()
        YAML(typ="safe", pure=True).dump(content, text)
        return text.getvalue()

    def moments(self) -> Iterator[tuple[Step, datetime]]:
        """Each step with its instant."""
        now = self.start
        for step in self.steps:
            now = instant(step.at, now, self.site.zone)
            yield step, now


def scenarios() -> list[Scenario]:
    found = []
    for file in sorted(FOLDER.glob("*.yaml")):
        for document in _yaml.load_all(file.read_text("utf-8")):
            found.append(Scenario.model_validate({**document, "file": file.stem}))
    return found


def instant(text: str, after: datetime, zone: Any) -> datetime:
    """`02:10`, `02:10:05.250`, `02:10+01:00` → the next such local time at or after `after`; or a whole
    instant.
    """
    if "T" in text or re.match(r"\d{4}-", text):
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    clock = time.fromisoformat(text)
    local = after.astimezone(clock.tzinfo or zone)
    for days in range(3):
        day = local.date() + timedelta(days=days)
        at = datetime.combine(day, clock, clock.tzinfo or zone).astimezone(UTC)
        if at >= after:
            return at
    raise AssertionError("a day has an end")


def play(scenario: Scenario, folder: Path) -> list[str]:
    """Play it; what came out otherwise than expected, in sentences."""
    world = World(folder, scenario.document, scenario.start)
    wrong: list[str] = []
    try:
        for step, at in scenario.moments():
            world.until(at)
            wrong += _do(world, step, at)
        if not world.running:
            return [*wrong, "the scenario ends while the hub is down"]
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
        world.says(step.device, said_at, own_time=step.own_time, retained=step.retained, **step.said)


def _act(world: World, step: Step) -> list[str]:
    assert step.person
    assert step.rule
    alert = world.alert(step.rule)
    if step.does == "close":
        decision = world.desk.close(alert.id, step.person, step.outcome or "helped")
    else:
        decision = (world.desk.accept if step.does == "accept" else world.desk.arrive)(alert.id, step.person)
    return (
        [] if decision.changed else [f"at {step.at} {step.person} could not {step.does}: {decision.reason}"]
    )


def _compare(scenario: Scenario, world: World) -> list[str]:
    came = world.alerts()
    wrong = []
    after = scenario.start
    for expected in scenario.expect:
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
    if wrong:
        wrong.append("All that came:")
        wrong += [f"  {_told(alert, world)}" for alert in world.alerts()] or ["  nothing"]
        wrong.append("What the rules found:")
        wrong += [
            f"  {_said(f.at, world)} {f.rule} in {f.room} {f.kind}: {f.reason}" for f in world.findings()
        ] or ["  nothing"]
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
