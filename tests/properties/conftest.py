"""How long the property tests search: `HYPOTHESIS_PROFILE=thorough` for long, otherwise a few seconds."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

_ALL = {"deadline": None, "suppress_health_check": list(HealthCheck), "print_blob": True}
settings.register_profile("quick", max_examples=40, derandomize="CI" in os.environ, **_ALL)  # type: ignore[arg-type]
settings.register_profile("thorough", max_examples=3000, **_ALL)  # type: ignore[arg-type]
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")
settings.load_profile(PROFILE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if PROFILE == "thorough":
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.timeout(4 * 3600))
