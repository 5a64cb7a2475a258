"""The rooms exist, can be imported alone, and their rules bite."""

import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUFF = Path(sys.executable).with_name("ruff")
CLOCKS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]["flake8-tidy-imports"]


def refused(code: str, *, where: str) -> bool:
    """Whether the check refuses this code for asking a clock, were it in that file."""
    command = [RUFF, "check", "--no-cache", "--select", "TID251", "--stdin-filename", where, "-"]
    done = subprocess.run(command, input=code, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode == 1


@pytest.mark.parametrize("room", ["devices", "rules", "hub", "dashboards"])
def test_each_room_says_in_its_docstring_what_it_is_for(room: str) -> None:
    assert importlib.import_module(room).__doc__


@pytest.mark.parametrize("clock", CLOCKS["banned-api"])
def test_nobody_but_the_hubs_clock_asks_what_time_it_is(clock: str) -> None:
    module, _, name = clock.partition(".")
    for code in (
        f"import {module}\n{clock}()\n",
        f"from {module} import {name.partition('.')[0]}\n{name}()\n",
    ):
        for room in ("devices/reading.py", "rules/judge.py", "hub/pipeline.py", "dashboards/staff.py"):
            assert refused(code, where=room), (code, room)
        assert not refused(code, where="hub/clock.py")
