"""What the broker refuses, as the hub says it in its health."""

from pathlib import Path

import pytest

from tests.end_to_end.house import House
from tests.servers import Mosquitto
from tests.unit.test_hub_away import SITE

pytestmark = pytest.mark.broker


def test_a_broker_that_refuses_what_the_hub_publishes_is_degraded_in_health(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    house = House(tmp_path / "house", mosquitto, SITE)
    user = mosquitto.gateway_username  # may not publish what a hub does
    house.environment["VAKA_BROKER"] = f"mqtt://{user}@127.0.0.1:{mosquitto.port}"
    (house.folder / "broker-password").write_text(mosquitto.gateway_password)
    house.start_hub()
    try:
        house.until(
            lambda: bool(
                house.rows(
                    "SELECT 1 FROM health WHERE part = 'broker' AND state = 'degraded'"
                    " AND detail LIKE '%does not let us publish to vaka/hjem/hub/%'"
                )
            ),
            "the refusal in health",
            20,
        )
    finally:
        house.stop_hub()
