"""What every test may ask for, and the last words of a run."""

import pytest

pytest_plugins = ["tests.servers", "tests.influx_server"]


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """After pytest's own count: which real servers and browsers were absent, and how to get them."""
    from tests.servers import ABSENT  # not above: pytest must be the first to import a plugin

    for what, how_to_get in ABSENT.items():
        print(f"Not tested here, {what} is absent: {how_to_get}")
