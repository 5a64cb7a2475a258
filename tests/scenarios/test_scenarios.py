"""Every scenario, played; and every kind of rule has the scenarios that it must have."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.scenario.file import read_scenarios
from hub.scenario.play import play
from hub.scenario.story import Scenario
from rules.catalogue import catalogue
from rules.kinds import KINDS

FILES = sorted(Path(__file__).parent.glob("*.yaml"))


def _read(file: Path) -> list[Scenario]:
    found = read_scenarios(file)
    assert all(isinstance(scenario, Scenario) for scenario in found), "\n".join(str(p) for p in found)
    return found


SCENARIOS = [scenario for file in FILES for scenario in _read(file)]
FORWARD = datetime(2026, 3, 29, 1, tzinfo=UTC)
BACK = datetime(2026, 10, 25, 1, tzinfo=UTC)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: f"{Path(s.file).stem}: {s.name}")
def test_scenario(scenario: Scenario, tmp_path: Path) -> None:
    wrong = play(scenario, tmp_path)
    if wrong:
        pytest.fail("\n".join([scenario.name, *wrong]), pytrace=False)


def _spans(scenario: Scenario, instant: datetime) -> bool:
    *_, (_, end) = scenario.moments()
    return scenario.start < instant < end


def _speaks(scenario: Scenario) -> bool:
    """Whether it tells of an alert, or of a reminder of a goal."""
    told = scenario.told
    return bool(told.expect) or any(goal.outcome in ("reminded", "missed") for goal in told.goals)


RESTARTED = "is restarted in between, and raises"
NEEDED = {
    "raises": lambda s: _speaks(s),
    "stays silent": lambda s: not _speaks(s),
    RESTARTED: lambda s: _speaks(s) and any(step.hub for step in s.told.steps),
    "goes over the change to summer time": lambda s: _spans(s, FORWARD),
    "goes over the change to winter time": lambda s: _spans(s, BACK),
    "goes over a change of the clock": lambda s: _spans(s, FORWARD) or _spans(s, BACK),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("needed", NEEDED)
def test_every_kind_of_rule_has_a_scenario_that(needed: str, kind: str) -> None:
    own = [scenario for scenario in SCENARIOS if scenario.kinds == {kind}]
    assert any(NEEDED[needed](scenario) for scenario in own), f"no scenario of {kind} alone that {needed}"


@pytest.mark.parametrize("rule", catalogue())
@pytest.mark.parametrize("needed", ["raises", "stays silent", RESTARTED, "goes over a change of the clock"])
def test_every_rule_of_the_catalogue_has_a_scenario_that(needed: str, rule: str) -> None:
    own = [scenario for scenario in SCENARIOS if scenario.rules == {rule}]
    assert any(NEEDED[needed](scenario) for scenario in own), f"no scenario of {rule} alone that {needed}"


def test_names_of_scenarios_say_what_happens_and_are_their_own() -> None:
    names = [scenario.name for scenario in SCENARIOS]
    assert len(names) == len(set(names))
    assert all(len(name.split()) > 4 for name in names)
