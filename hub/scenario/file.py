"""A file of scenarios: from its text to stories that can be played, or to all its mistakes at once, by line.

A site is named by a path beside the scenario's file, or by its name in the folder `sites` there.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from devices.measures import MEASURES
from hub.scenario.story import LONG_AGO, Expected, ExpectedGoal, Given, Scenario, Step, Told, instant
from hub.site.errors import Problem, one_of, sentences, shown
from hub.site.file import SiteFile, read_site
from hub.site.yaml_tree import Path as Place
from hub.site.yaml_tree import Tree, read_tree, read_trees
from rules.absence import AWAY_ENDS, REASONS, SOMEBODY_IN
from rules.building import Site
from rules.catalogue import catalogue
from rules.pause import PAUSE_ENDS
from rules.protection import NOT_HEARD

_Part = TypeVar("_Part", bound=BaseModel)

_SUBJECTS = ("device", "topic", "hub", "broker", "gateway", "person", "clock", "resident")
_NEEDS: dict[str, tuple[str, ...]] = {
    "gateway": ("state",),
    "person": ("does",),
    "resident": ("protection",),
}
HUBS_OWN = (NOT_HEARD, PAUSE_ENDS, AWAY_ENDS, SOMEBODY_IN)
"""Alerts that come without a rule of the site."""
_TIME = "a time such as 02:10, 02:10:05, 02:30+01:00 or 2026-03-29T10:00"


def read_scenarios(path: Path) -> list[Scenario] | list[Problem]:
    """All scenarios of a file, or all that is wrong with it. OSError where it cannot be read."""
    try:
        trees = read_trees(path.read_bytes().decode("utf-8"))
    except UnicodeDecodeError:
        return [Problem(str(path), 1, (), "the file is not UTF-8", "the file saved as UTF-8")]
    found: list[Scenario] = []
    problems: list[Problem] = []
    for tree in trees:
        reading = _Reading(path, tree)
        scenario = reading.scenario()
        problems += reading.problems
        if scenario is not None:
            found.append(scenario)
    if not trees:
        problems.append(Problem(str(path), 1, (), "the file is empty", "name:, given:, steps: and expect:"))
    return problems or found


class _House(NamedTuple):
    """A site file's content with nothing put in force yet."""

    content: dict[str, Any]
    site: Site


@lru_cache(maxsize=8)
def _house(path: Path, _changed: float) -> _House | str:
    """A site file that holds, or the first thing wrong with it."""
    text = path.read_text("utf-8")
    site = read_site(text, str(path))
    if not isinstance(site, SiteFile):
        more = f" (and {len(site) - 1} more; vaka check {path} lists them)" if len(site) > 1 else ""
        return f"{site[0]}{more}"
    return _House(read_tree(text).value, site.site)


class _Reading:
    """One scenario on its way from what stands there to what can be played."""

    def __init__(self, path: Path, tree: Tree) -> None:
        self._path, self._tree = path, tree
        self.problems = [Problem(str(path), *flaw) for flaw in tree.flaws]

    def scenario(self) -> Scenario | None:
        value = self._tree.value
        if not isinstance(value, dict):
            if not self.problems:
                self._wrong((), f"a scenario is {shown(value)}", "name:, given:, steps: and expect:")
            return None
        steps = dict(self._parts(value, "steps", Step))
        expect = dict(self._parts(value, "expect", Expected))
        goals = dict(self._parts(value, "goals", ExpectedGoal))
        self._fits(Told, {key: [] if isinstance(part, list) else part for key, part in value.items()}, ())
        given = self._given(value)
        house = self._house_of(given) if given is not None else None
        made = self._with_rules(given, house) if given is not None and house is not None else None
        if given is None or made is None:
            return None
        site, document = made
        self._check_steps(given, steps, site)
        self._check_expected(expect, site)
        self._check_goals(goals, site)
        if self.problems:
            return None
        line = self._tree.lines.get((), 1)
        told = Told.model_validate(value)
        return Scenario(file=str(self._path), line=line, told=told, site=site, document=document)

    def _wrong(self, place: Place, wrong: str, expected: str) -> None:
        above = place
        while above and above not in self._tree.lines:
            above = above[:-1]
        line = self._tree.lines.get(above, 1)
        self.problems.append(Problem(str(self._path), line, place, wrong, expected))

    # The parts, each by its own model, so that one mistake hides no other

    def _parts(self, value: dict[str, Any], key: str, model: type[_Part]) -> Iterator[tuple[int, _Part]]:
        """Those that fit, with their number."""
        items = value.get(key)
        for number, item in enumerate(items if isinstance(items, list) else ()):
            if self._fits(model, item, (key, number)):
                yield number, model.model_validate(item)

    def _fits(self, model: type[BaseModel], item: Any, place: Place) -> bool:
        try:
            model.model_validate(item)
        except ValidationError as error:
            for at, wrong, expected in sentences(error, model.model_fields, place):
                self._wrong(at, wrong, expected)
            return False
        return True

    @staticmethod
    def _given(value: dict[str, Any]) -> Given | None:
        """None where it does not fit, which has been said."""
        try:
            return Given.model_validate(value.get("given"))
        except ValidationError:
            return None

    # The house it plays in

    def _house_of(self, given: Given) -> _House | None:
        name = given.site
        beside = self._path.parent
        path = beside / name if name.endswith((".yaml", ".yml")) else beside / "sites" / f"{name}.yaml"
        if not path.is_file():
            self._wrong(("given", "site"), f"there is no site file {path}", "a site file beside this file")
            return None
        house = _house(path, path.stat().st_mtime)
        if isinstance(house, str):
            self._wrong(("given", "site"), f"the site file does not hold: {house}", "a site file that holds")
            return None
        return house

    def _with_rules(self, given: Given, house: _House) -> tuple[Site, str] | None:
        """The site with the scenario's rules in force, and its document."""
        content = dict(house.content)
        if given.rules is not None:
            uses = self._uses(given, content.get("rules") or ())
            content["rules"] = uses
            used = {use.get("id", use.get("rule")) for use in uses}
            content["residents"] = [
                {**resident, "rules": {k: v for k, v in (resident.get("rules") or {}).items() if k in used}}
                for resident in content.get("residents") or ()
            ]
        document = json.dumps(content, ensure_ascii=False, indent=1)
        found = read_site(document, str(self._path))
        if isinstance(found, SiteFile):
            return found.site, document
        for problem in found:
            place = ("given", *problem.path) if problem.path[:1] == ("rules",) else ("given",)
            self._wrong(place, problem.wrong, problem.expected)
        return None

    def _uses(self, given: Given, of_site: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        known = {name: {"rule": name} for name in catalogue()}
        known |= {use.get("id") or use["rule"]: use for use in of_site}
        uses = []
        for number, rule in enumerate(given.rules or ()):
            if isinstance(rule, dict):
                uses.append(rule)
            elif rule in known:
                uses.append(known[rule])
            else:
                self._wrong(("given", "rules", number), f"there is no rule {rule!r}", one_of(known, rule))
        return uses

    # What the parts must agree on

    def _check_steps(self, given: Given, steps: dict[int, Step], site: Site) -> None:
        zone = site.zone
        now = self._instant(given.now, LONG_AGO, zone, ("given", "now"))
        running, spoke = True, set[str]()
        for number, step in steps.items():
            place = ("steps", number)
            at = self._instant(step.at, now or LONG_AGO, zone, (*place, "at")) if now else None
            if at is not None and now is not None and at < now:
                self._wrong((*place, "at"), f"at {step.at} lies before what stands above", "a later time")
            now = at or now
            if now is not None and step.clock is not None:
                now += -step.clock if step.back else step.clock
            self._check_subject(step, place)
            self._check_names(step, place, site)
            self._check_said(step, place)
            if step.said_at is not None:
                self._instant(step.said_at, LONG_AGO, zone, (*place, "said_at"))
            if step.again is not None and step.device not in spoke:
                self._wrong((*place, "again"), f"{step.device!r} has said nothing yet", "what it says first")
            if step.device is not None and step.said:
                spoke.add(step.device)
            running = self._check_running(step, place, running)
        if not running:
            self._wrong(("steps",), "the scenario ends while the hub is down", "a step hub: starts")

    def _check_subject(self, step: Step, place: Place) -> None:
        subjects = [name for name in _SUBJECTS if getattr(step, name) is not None]
        if len(subjects) != 1:
            what = f"a step tells of {' and '.join(subjects)}" if subjects else "a step tells of nobody"
            self._wrong(place, what, f"exactly one of {', '.join(_SUBJECTS)}")
            return
        for needed in _NEEDS.get(subjects[0], ()):
            if getattr(step, needed) is None:
                self._wrong(place, f"{needed} is missing", f"{needed}: beside {subjects[0]}:")
        if step.does in ("away", "back"):
            self._check_absence(step, place)
        elif step.person is not None and step.rule is None:
            self._wrong(place, "rule is missing", "rule: beside person:")
        if step.does == "close" and step.outcome is None:
            self._wrong(place, "outcome is missing", "how it ended, e.g. outcome: helped")
        if step.does in ("pause", "confirm", "resume") and step.place is None:
            self._wrong(place, "place is missing", "the room, e.g. place: 3B")
        if step.does == "pause" and (step.lasts is None or not step.reason):
            self._wrong(place, "lasts or reason is missing", "e.g. lasts: 2 h, reason: besøk")
        if subjects[0] == "device" and not step.said and step.state is None and step.again is None:
            self._wrong(place, f"{step.device!r} says nothing", "what it says, e.g. open: true")
        if subjects[0] != "device" and step.said:
            key = next(iter(step.said))
            self._wrong((*place, key), f"{key!r} is not a key of such a step", one_of(Step.model_fields, key))

    def _check_absence(self, step: Step, place: Place) -> None:
        if step.who is None:
            self._wrong(place, "who is missing", "the resident, e.g. who: r-anna")
        if step.does == "away" and (step.lasts is None or step.reason not in REASONS):
            self._wrong(
                place, "lasts or reason is missing", f"e.g. lasts: 2 d, reason: {' or '.join(REASONS)}"
            )
        if step.left is not None:
            self._instant(step.left, LONG_AGO, ZoneInfo("UTC"), (*place, "left"))

    def _check_names(self, step: Step, place: Place, site: Site) -> None:
        for key, known in (
            ("device", [device.id for device in site.devices]),
            ("gateway", [gateway.id for gateway in site.gateways]),
            ("person", [person.id for person in site.people]),
            ("place", [room.id for room in site.rooms]),
            ("resident", [resident.id for resident in site.residents]),
            ("who", [resident.id for resident in site.residents]),
            ("rule", [*(use.name for use in site.rules), *HUBS_OWN]),
        ):
            named = getattr(step, key)
            if named is not None and named not in known:
                self._wrong((*place, key), f"there is no {key} {named!r}", one_of(known, named))

    def _check_said(self, step: Step, place: Place) -> None:
        for key, value in step.said.items() if step.device is not None else ():
            measure = MEASURES.get(key)
            if measure is None:
                known = [*Step.model_fields, *MEASURES]
                self._wrong((*place, key), f"{key!r} is neither a key nor a measure", one_of(known, key))
            elif value is not None and not _SPEAKS[measure.kind](value):
                expected = {"state": "true or false", "number": "a number", "event": "a word"}[measure.kind]
                self._wrong((*place, key), f"{key} is {shown(value)}", expected)

    def _check_running(self, step: Step, place: Place, running: bool) -> bool:
        if step.hub is None:
            if not running and (step.person is not None or step.resident is not None):
                self._wrong(place, "the hub is down here", "a step hub: starts before it")
            return running
        if running == (step.hub == "starts"):
            self._wrong(
                (*place, "hub"), f"the hub {'runs' if running else 'is down'} already", "another step"
            )
        return step.hub != "stops"

    def _check_expected(self, expect: dict[int, Expected], site: Site) -> None:
        rules = [*(use.name for use in site.rules), *HUBS_OWN]
        rooms = [room.id for room in site.rooms]
        for number, expected in expect.items():
            place = ("expect", number)
            for key in ("at", "found", "cleared"):
                text = getattr(expected, key)
                if isinstance(text, str):
                    self._instant(text, LONG_AGO, site.zone, (*place, key))
            if expected.rule not in rules:
                self._wrong(
                    (*place, "rule"), f"no rule {expected.rule!r} is in force", one_of(rules, expected.rule)
                )
            elif expected.rule != NOT_HEARD and expected.place not in rooms:
                self._wrong(
                    (*place, "place"), f"there is no room {expected.place!r}", one_of(rooms, expected.place)
                )

    def _check_goals(self, expect: dict[int, ExpectedGoal], site: Site) -> None:
        for number, expected in expect.items():
            place = ("goals", number)
            for key, known in (
                ("rule", [use.name for use in site.rules]),
                ("place", [room.id for room in site.rooms]),
            ):
                named = getattr(expected, key)
                if named not in known:
                    self._wrong((*place, key), f"there is no {key} {named!r}", one_of(known, named))
            try:
                date.fromisoformat(expected.day)
            except ValueError:
                self._wrong((*place, "day"), f"day is {shown(expected.day)}", "a date, e.g. 2026-11-23")

    def _instant(self, text: str, after: datetime, zone: ZoneInfo, place: Place) -> datetime | None:
        try:
            return instant(text, after, zone)
        except (ValueError, OverflowError):
            self._wrong(place, f"{place[-1]} is {shown(text)}", _TIME)
            return None


def _is_number(value: Any) -> bool:
    try:
        return isinstance(value, str) and math.isfinite(float(value))
    except ValueError:
        return False


_SPEAKS: dict[str, Callable[[Any], bool]] = {
    "state": lambda value: isinstance(value, bool),
    "number": _is_number,
    "event": lambda value: isinstance(value, str),
}
