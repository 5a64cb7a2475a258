"""Whole recordings through a real broker and a real hub: the findings of a backtest, and no reading lost."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.history.upkeep import Retention, keep
from tests.end_to_end.house import House
from tests.recordings.real_homes import AL_HOME, HOUSE_C, MIT, TM000, Home, backtested
from tests.servers import Mosquitto

pytestmark = [pytest.mark.data, pytest.mark.broker, pytest.mark.slow]


def findings(house: House) -> list[dict[str, str]]:
    """What the hub has found, in the form and order of a backtest: without pre-warnings and their ends."""
    found, standing = [], set()
    of_people = "SELECT rule, room, kind, at FROM finding WHERE rule NOT LIKE 'fault-%' ORDER BY seq"
    for rule, room, kind, at in house.rows(of_people):  # a backtest weighs no devices
        if kind == "raised":
            standing.add((rule, room))
        elif kind == "prewarned" or (rule, room) not in standing:
            continue
        else:
            standing.discard((rule, room))
        instant = datetime.fromtimestamp(int(str(at)) / 1_000_000, UTC)
        found.append({"rule": rule, "place": room, "kind": kind, "at": instant.isoformat()})
    return found  # type: ignore[return-value]


def news(home: Home) -> int:
    """How many rows tell something: the same sensor's same value at the same instant is told once."""
    latest: dict[tuple[str, str], tuple[datetime, bool]] = {}
    count = 0
    for at, sensor, kind, on in home.rows():
        count += latest.get((sensor, kind)) != (at, on)
        latest[sensor, kind] = (at, on)
    return count


@pytest.mark.timeout(300)
@pytest.mark.parametrize("home", [TM000, HOUSE_C, MIT, AL_HOME], ids=lambda home: home.recording)
def test_a_whole_recording_through_the_broker_leads_to_the_findings_of_its_backtest(
    home: Home, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    recording = home.file()
    house = House(tmp_path / "house", mosquitto, home.site.read_text(), VAKA_CLOCK="readings")
    house.start_hub()
    house.until(house.hub_is_caught_up, "the hub's first words with the broker")
    secret = tmp_path / "gateway-password"
    secret.write_text(mosquitto.gateway_password)
    gateway = ["--user", mosquitto.gateway_username, "--password-file", str(secret)]
    said = house.vaka(
        "replay",
        str(recording),
        "--broker",
        mosquitto.url,
        *gateway,
        "--speed",
        "max",
        "--site",
        str(home.site),
    )
    sent = re.match(r"(\d+) readings sent and confirmed", said)
    assert sent is not None
    assert int(sent[1]) == len(home.rows())

    house.until(lambda: house.rows("SELECT count(*) FROM reading") >= [(news(home),)], "every reading")
    house.stop_hub()
    assert house.rows("SELECT count(*) FROM reading") == [(news(home),)]
    assert house.rows("SELECT reason, topic FROM quarantine") == []
    expected = [
        {**finding, "at": datetime.fromisoformat(finding["at"]).astimezone(UTC).isoformat()}
        for finding in backtested(home)
    ]
    assert findings(house) == expected
    assert own_history_backtested(house) == backtested(home), "out of the journal"
    keep(house.database, datetime.now(UTC), Retention(None, None))
    assert own_history_backtested(house) == backtested(home), "out of the history it was moved into"


def own_history_backtested(house: House) -> list[dict[str, str]]:
    """What `vaka backtest` finds in what the hub itself has heard."""
    said = house.vaka("backtest", "--json", "--days", "9000")
    return [json.loads(line) for line in said.splitlines()]
