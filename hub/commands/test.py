"""`vaka test FILE…`: play scenarios and say, for each, whether what came is what was expected."""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from hub.scenario.file import read_scenarios
from hub.scenario.play import play
from hub.scenario.story import Scenario
from hub.site.errors import Problem


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="scenarios (YAML)")


def run(arguments: argparse.Namespace) -> int:
    """0: all came out as told; 1: one did not, or a file cannot be understood: then nothing was played."""
    scenarios: list[Scenario] = []
    problems: list[Problem] = []
    for file in arguments.files:
        for found in read_scenarios(file):
            if isinstance(found, Problem):
                problems.append(found)
            else:
                scenarios.append(found)
    if problems:
        print(*problems, sep="\n")
        print(f"{len(problems)} {'problem' if len(problems) == 1 else 'problems'}; nothing was played")
        return 1
    failed = sum(not _tell(scenario) for scenario in scenarios)
    count = f"{len(scenarios)} {'scenario' if len(scenarios) == 1 else 'scenarios'}"
    print(f"\n{count}: {len(scenarios) - failed} as told, {failed} not")
    return 1 if failed else 0


def _tell(scenario: Scenario) -> bool:
    """Play one and say how it went; whether all came as told."""
    with TemporaryDirectory(prefix="vaka-test-") as folder:
        wrong = play(scenario, Path(folder))
    print(f"{'NOT OK' if wrong else 'ok    '}  {scenario.name}", flush=True)
    if wrong:
        print(f"        {scenario.file}:{scenario.line}")
        print(*(f"        {line}" for line in wrong), sep="\n")
    return not wrong
