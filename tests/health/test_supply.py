"""What a device announces of its power and its heartbeat, and whether that is believed."""

import json
from datetime import timedelta
from pathlib import Path

from devices.supply import Supply, announced, battery_of
from tests.health.house import HOUR, MINUTE, beats, house, open_rules


def entry(name: str, source: str = "Battery", *intervals: int, model: str = "RTCGQ11LM") -> dict[str, object]:
    reported = [{"cluster": "genPowerCfg", "maximum_report_interval": seconds} for seconds in intervals]
    return {
        "friendly_name": name,
        "power_source": source,
        "definition": {"vendor": "Aqara", "model": model},
        "endpoints": {"1": {"configured_reportings": reported}},
    }


def test_the_shortest_agreed_interval_is_the_heartbeat_and_nonsense_is_none() -> None:
    found = announced(
        json.dumps(
            [entry("a", "Battery", 62_000, 3600, 0, 65_535), entry("b", "Mains (single phase)"), 7]
        ).encode()
    )
    assert found["a"] == Supply(False, timedelta(hours=1), "Aqara RTCGQ11LM", "lithium_coin")
    assert found["b"].mains is True
    assert found["b"].heartbeat is None
    assert announced(b"not json") == announced(b'{"friendly_name": 1}') == {}


def test_models_have_their_batteries_and_unknown_ones_none() -> None:
    assert battery_of("Signify SML001") == "alkaline"
    assert battery_of("Fibargroup FGK101") == "lithium_primary"
    assert battery_of("Somebody Something") == "unknown"


def test_an_announced_heartbeat_counts_after_half_a_day_of_listening(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        world.hears("zigbee2mqtt/bridge/devices", json.dumps([entry("3B bed", "Battery", 3600)]))
        beats(world, {"3B bed": 50 * MINUTE, "3B motion": HOUR}, 14 * HOUR)
        beats(world, {"3B motion": HOUR}, 3 * HOUR)
        assert ("not-heard", "device:3B bed") in open_rules(world)
