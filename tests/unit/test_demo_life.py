"""The demo's house: a plausible life that alarms nobody by itself, and scenes that always do."""

from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import pairwise, takewhile
from random import Random

import pytest

from devices.reading import Reading
from hub.demo.life import Happening, life
from hub.demo.preparation import house
from hub.demo.scenes import scenes
from hub.mqtt.sending import Zigbee2Mqtt
from rules.backtest import backtest
from rules.catalogue import catalogue
from rules.finding import Finding

SITE = house().site
NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)


def lived(seed: int, start: datetime, length: timedelta) -> list[Happening]:
    return list(takewhile(lambda h: h.at <= start + length, life(SITE, Random(seed), start)))


def found(happenings: list[Happening]) -> list[Finding]:
    readings = [
        Reading(h.device.id, measure, value, h.at, h.at, own_time=True)
        for h in happenings
        for measure, value in h.said.items()
    ]
    return list(backtest(SITE, catalogue(), readings))


@pytest.mark.parametrize("start", [NOON, MIDNIGHT])
def test_every_device_speaks_at_once_and_the_house_then_lives_in_order_of_time(start: datetime) -> None:
    happenings = lived(1, start, timedelta(days=1))
    assert {h.device.id for h in happenings if h.at == start} == {device.id for device in SITE.devices}
    assert all(one.at <= next.at for one, next in pairwise(happenings))


def test_the_same_seed_is_the_same_life_and_another_one_is_not() -> None:
    one, same, other = (lived(seed, NOON, timedelta(hours=2)) for seed in (1, 1, 2))
    assert one == same
    assert one != other


@pytest.mark.parametrize("seed", range(3))
def test_three_days_of_life_alarm_nobody(seed: int) -> None:
    assert [f for f in found(lived(seed, NOON, timedelta(days=3))) if f.kind != "cleared"] == []


@pytest.mark.parametrize("start", [NOON, MIDNIGHT])
def test_within_30_seconds_and_then_in_every_minute_something_new_is_raised(start: datetime) -> None:
    length = timedelta(minutes=10)
    staged = takewhile(lambda h: h.at <= start + length, scenes(SITE, start))
    happenings = list(merge(lived(4, start, length), staged, key=lambda h: h.at))
    instants = [f.at for f in found(happenings) if f.kind == "raised"]
    assert instants[0] - start <= timedelta(seconds=30)
    assert all(b - a <= timedelta(minutes=1) for a, b in pairwise([*instants, start + length]))
    assert {f.rule for f in found(happenings)} >= {"help-button", "fall", "door-open"}


def test_no_name_of_a_device_has_a_space_in_its_topic() -> None:
    for device in SITE.devices:
        topic = Zigbee2Mqtt().say(device.address or device.id, {"battery": 80.0}, NOON).topic
        assert " " not in topic
