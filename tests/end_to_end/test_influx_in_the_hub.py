"""A whole installation with InfluxDB: what the hub acknowledged is in the time series, whatever dies."""

import json
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.history.line_protocol import time_ns
from hub.store import readings
from hub.store.db import connect
from tests.end_to_end.house import House
from tests.influx_server import InfluxDB
from tests.servers import Mosquitto

pytestmark = [pytest.mark.broker, pytest.mark.influx]

SITE = {
    "site": "donski",
    "name": "Donskihaugen",
    "units": [{"id": "u", "name": "U"}],
    "rooms": [{"id": "3B", "unit": "u"}],
    "devices": [{"id": f"sensor_{n}", "room": "3B", "role": "outer_door"} for n in range(10)],
}
MESSAGES = 3_000


def messages(start: datetime, first: int, count: int) -> list[tuple[str, bytes]]:
    return [
        (
            f"vaka/donski/readings/sensor_{n % 10}",
            json.dumps(
                {"open": n // 10 % 2 == 0, "at": (start + timedelta(milliseconds=n)).isoformat()}
            ).encode(),
        )
        for n in range(first, first + count)
    ]


@pytest.mark.slow
def test_what_the_hub_acknowledged_is_in_influxdb_though_both_were_killed(
    mosquitto: Mosquitto, influxdb: InfluxDB, tmp_path: Path
) -> None:
    token_file = tmp_path / "token"
    token_file.write_text(influxdb.write_token()[1])
    house = House(
        tmp_path / "house",
        mosquitto,
        json.dumps(SITE),
        VAKA_INFLUX_URL=influxdb.url,
        VAKA_INFLUX_ORG=influxdb.org,
        VAKA_INFLUX_BUCKET=influxdb.bucket,
        VAKA_INFLUX_TOKEN_FILE=str(token_file),
    )
    start = datetime.now(UTC) - timedelta(minutes=2)
    house.start_hub()
    house.until(house.hub_is_caught_up, "the hub's start")
    house.publish(messages(start, 0, MESSAGES))
    house.until(lambda: len(influxdb.points()) > 0, "the first point")
    house.stop_hub(signal.SIGKILL)
    influxdb.kill()
    house.publish(messages(start, MESSAGES, MESSAGES))
    house.start_hub()

    def journal() -> list[int]:
        connection = connect(house.database)
        try:
            return sorted(time_ns(reading) for reading in readings.after(connection, 0, 100_000))
        finally:
            connection.close()

    house.until(lambda: len(journal()) == 2 * MESSAGES, "the last reading")
    house.until(
        lambda: bool(house.rows("SELECT 1 FROM health WHERE part = 'influxdb' AND state = 'down'")),
        "the word that InfluxDB is away",
    )
    influxdb.start()
    house.until(lambda: len(influxdb.points()) >= 2 * MESSAGES, "the last point")
    house.stop_hub()
    assert [point[3] for point in influxdb.points()] == journal()
