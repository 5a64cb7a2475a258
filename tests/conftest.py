"""What every test may ask for, how long properties are searched for a counterexample, and the last words of a
run.

`HYPOTHESIS_PROFILE`: `short` in `make fast`, `thorough` in `make properties`, otherwise `whole`.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.servers", "tests.influx_server"]

_ALL = {"deadline": None, "suppress_health_check": list(HealthCheck), "print_blob": True}
for _name, _examples in {"short": 10, "whole": 40, "thorough": 3000}.items():
    settings.register_profile(_name, max_examples=_examples, derandomize="CI" in os.environ, **_ALL)  # type: ignore[arg-type]
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "whole")
settings.load_profile(PROFILE)


OTHER_PROCESSES = ("broker", "browser", "influx", "slow")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if PROFILE == "thorough" and Path(__file__).parent / "properties" in item.path.parents:
            item.add_marker(pytest.mark.timeout(4 * 3600))
        # What may race with a broker, a browser or a database: docs/adr/0027.
        if "CI" in os.environ and any(item.get_closest_marker(mark) for mark in OTHER_PROCESSES):
            item.add_marker(pytest.mark.flaky(reruns=1))


class OnTwoProcesses:
    """What a worker of pytest-xdist found absent is told by the process that people see."""

    def pytest_testnodedown(self, node: Any) -> None:
        from tests.servers import ABSENT

        ABSENT.update(getattr(node, "workeroutput", {}).get("absent", {}))


def pytest_configure(config: pytest.Config) -> None:
    if config.pluginmanager.hasplugin("dsession"):
        config.pluginmanager.register(OnTwoProcesses())


def pytest_sessionfinish(session: pytest.Session) -> None:
    from tests.servers import ABSENT

    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["absent"] = ABSENT


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """After pytest's own count: which real servers and browsers were absent, and how to get them."""
    from tests.servers import ABSENT  # not above: pytest must be the first to import a plugin

    if not hasattr(config, "workeroutput"):
        for what, how_to_get in ABSENT.items():
            print(f"Not tested here, {what} is absent: {how_to_get}")
