"""What stands in tags: the house's own ids, and no more series than the house has reasons for."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from devices.measures import MEASURES
from hub import alerting
from hub.history.feeds import ALERT_STEP
from hub.history.hub_points import HUB_PART, HUB_WAITING
from hub.store.db import transaction
from rules.alert import Concern
from rules.finding import Evidence, Finding
from tests.bench.houses import door, house, motion
from tests.end_to_end.relaying import IN_JUNE, Journal, relaying, until, until_written
from tests.influx_server import InfluxDB

pytestmark = pytest.mark.influx

DEVICES = 2_000
MARK = "HEMMELIG"
"""Stands in everything that a person may write."""


def written_by_people() -> dict[str, Any]:
    site = house(DEVICES)
    site["name"] = f"{MARK} bo"
    for unit in site["units"]:
        unit["name"] = f"{MARK} avdeling"
    for room in site["rooms"]:
        room["name"] = f"{MARK} rom"
    for resident in site["residents"]:
        resident["name"] = f"{MARK} {resident['id']}"
    site["people"] = [{"id": "kari", "name": f"{MARK} Kari", "role": "carer"}]
    return site


def test_two_thousand_devices_are_as_many_series_as_they_have_measures_and_nothing_free_is_in_a_tag(
    influxdb: InfluxDB, tmp_path: Path
) -> None:
    journal = Journal(tmp_path, json.dumps(written_by_people()), "bench")
    flats = range(DEVICES // 2)
    for day in range(3):
        at = IN_JUNE + timedelta(days=day)
        journal.commit(
            *(
                (("zigbee2mqtt", door(n)), measure, value, at)
                for n in flats
                for measure, value in said("open")
            ),
            *(
                (("zigbee2mqtt", motion(n)), measure, value, at)
                for n in flats
                for measure, value in said("motion")
            ),
            (("zigbee2mqtt", f"{MARK} lampe"), "pressed", f"{MARK} ord", at),
        )
        raise_and_close(journal, flats, at)
    with relaying(journal.path, influxdb, tmp_path, "bench"):
        until_written(journal.path, influxdb)
        until(lambda: influxdb.rows(HUB_WAITING), "what the hub tells of itself")
    series = influxdb.series()
    assert not [name for name in series if MARK in name]
    of = {name: [s for s in series if s.split(",")[0] == name] for name in {s.split(",")[0] for s in series}}
    readings = sum(len(found) for name, found in of.items() if name in MEASURES)
    assert readings == DEVICES * len(said("open")) + 1, "one each, and the stranger's"
    assert len(of[ALERT_STEP]) == len(flats) * 2, "a room, a rule, an event"
    assert len(of[HUB_WAITING]) == 2
    assert set(of) <= {*MEASURES, ALERT_STEP, HUB_PART, HUB_WAITING}
    tags = {tag.split("=")[0] for s in series for tag in s.replace("\\ ", "").split(",")[1:]}
    assert tags == {"site", "unit", "room", "device", "resident", "rule", "event", "what", "part"} - (
        set() if HUB_PART in of else {"part"}
    )


def said(main: str) -> list[tuple[str, Any]]:
    return [(main, True), ("battery", 80), ("lqi", 120), ("temperature", 21.5)]


def raise_and_close(journal: Journal, flats: range, at: Any) -> None:
    with transaction(journal.connection):
        for n in flats:
            finding = Finding("night-exit", f"flat {n}", "raised", at, f"{MARK} grunn", f"{MARK} dør")
            concern = Concern("high", "u", (f"r{n}",), others=(Evidence(door(n), "open", True, at),))
            alert = alerting.take(journal.connection, "bench", finding, concern, at)
            assert alert is not None
            journal.connection.execute(
                "UPDATE alert SET state = 'closed', outcome = 'helped' WHERE id = ?", (alert.id,)
            )


def test_no_measure_is_called_like_a_measurement_of_another_kind() -> None:
    assert not {ALERT_STEP, HUB_PART, HUB_WAITING} & set(MEASURES)
