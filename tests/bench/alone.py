"""Two parts without the rest: the engine over readings in memory, and decoding a typical message."""

from __future__ import annotations

import json
import random
import time
from datetime import UTC, datetime, timedelta

from devices.decode import NATIVE, Decoder, GatewayTopic
from devices.message import Message
from devices.reading import Reading
from hub.site.file import SiteFile, read_site
from rules.backtest import backtest
from rules.catalogue import catalogue
from tests.bench.houses import door, house, motion

BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)


def engine(readings: int, devices: int = 200) -> float:
    """Readings/s through ten rules a resident, one thread."""
    read = read_site(json.dumps(house(devices)), "the bench's house")
    assert isinstance(read, SiteFile)
    said = _readings(readings, devices)
    began = time.perf_counter()
    findings = sum(1 for _ in backtest(read.site, catalogue(), said))
    seconds = time.perf_counter() - began
    assert findings > readings / 200, "the rules have found too little to have been at work"
    return readings / seconds


def decoding(messages: int) -> float:
    """µs to decode a door's message."""
    decoder = Decoder([GatewayTopic("zigbee2mqtt", "zigbee2mqtt", "zigbee2mqtt"), NATIVE])
    payload = (
        b'{"battery":87,"contact":true,"device_temperature":21,"linkquality":120,"voltage":3000,'
        b'"last_seen":"2026-03-02T07:59:59.123Z"}'
    )
    message = Message("zigbee2mqtt/3B outer door", payload, BEGIN, mid=1)
    assert len(decoder.decode(message).readings) == 3
    began = time.perf_counter()
    for _ in range(messages):
        decoder.decode(message)
    return 1e6 * (time.perf_counter() - began) / messages


def _readings(count: int, devices: int) -> list[Reading]:
    """100 readings/s: motion that comes and goes, and doors of which each tenth visit opens one."""
    chance = random.Random(1)
    is_open = dict.fromkeys(range(devices // 2), False)
    moves = dict.fromkeys(range(devices // 2), False)
    said = []
    for number in range(count):
        at = BEGIN + timedelta(milliseconds=10 * number)
        flat = chance.randrange(devices // 2)
        if chance.random() < 0.5:
            is_open[flat] = not is_open[flat] and chance.random() < 0.1
            said.append(Reading(door(flat), "open", is_open[flat], at, at, own_time=True, cached=True))
        else:
            moves[flat] = not moves[flat]
            said.append(Reading(motion(flat), "motion", moves[flat], at, at, own_time=True, cached=True))
    return said
