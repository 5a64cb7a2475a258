"""Nothing acknowledged is lost and nothing counted twice: a hub that is killed beside one that never was."""

from __future__ import annotations

import json
import random
import signal
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle, product
from pathlib import Path
from threading import Event, Thread
from time import sleep, time_ns
from typing import Any

import pytest

from tests.end_to_end.house import House
from tests.patience import PATIENCE
from tests.servers import Mosquitto, running_mosquitto

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(600)]

FLATS = 6
SITE = {
    "site": "kill-test",
    "name": "Kill test",
    "units": [{"id": "u", "name": "U"}],
    "rooms": [{"id": f"{where}{n}", "unit": "u"} for n in range(FLATS) for where in ("", "bath ")],
    "residents": [{"id": f"r{n}", "name": f"R {n}", "room": f"{n}"} for n in range(FLATS)],
    "devices": [
        device
        for n in range(FLATS)
        for device in (
            {"id": f"door_{n}", "room": f"{n}", "role": "outer_door"},
            {"id": f"motion_{n}", "room": f"{n}", "role": "motion"},
            *({"id": f"button_{n}_{k}", "room": f"bath {n}", "role": "help_button"} for k in range(8)),
        )
    ],
    "rules": [
        {"rule": "night-exit", "window": "00:00-00:00"},
        {"rule": "door-open"},
        {"rule": "quiet", "after": "10 min", "prewarning": "2 min"},
        {"rule": "not-back"},
        {"rule": "help-button", "rooms": [f"bath {n}" for n in range(FLATS)]},
    ],
}


QUICK = {
    **SITE,
    "rules": [
        {"rule": "night-exit", "window": "00:00-00:00"},
        {"rule": "door-open", "lasts": "2 s"},
        {"rule": "quiet", "after": "3 s", "prewarning": "1 s"},
        {"rule": "not-back", "by_day": "2 s", "by_night": "2 s", "exit_delay": "1 s"},
    ],
}
"""The same in quick motion, for readings that come as they happen."""

SOON = 6 * 10**9  # ns; longer than any of QUICK's deadlines
OF_PEOPLE = "rule NOT LIKE 'fault-%'"
Outcome = dict[str, Counter[tuple[object, ...]]]


def messages(count: int, seed: int) -> list[tuple[str, bytes]]:
    """What the devices of two hours said: doors and motion with their own time, presses without one."""
    chance = random.Random(seed)
    start = datetime.now(UTC) - timedelta(hours=3)
    said: list[tuple[str, bytes]] = []
    presses = {n: [f"button_{n}_{k}" for k in range(8)] for n in range(FLATS)}
    is_open = dict.fromkeys(range(FLATS), False)
    for number in range(count):
        at = (start + timedelta(hours=2) * number / count).isoformat(timespec="milliseconds")
        flat = chance.randrange(FLATS)
        kind = chance.random()
        if kind < 0.4:
            is_open[flat] = not is_open[flat]
            state = {"contact": not is_open[flat], "battery": 80 + number % 3, "linkquality": number % 200}
            said.append((f"zigbee2mqtt/door_{flat}", json.dumps({**state, "last_seen": at}).encode()))
        elif kind < 0.95 or not presses[flat]:
            state = {"occupancy": bool(number % 2), "linkquality": number % 200}
            said.append((f"zigbee2mqtt/motion_{flat}", json.dumps({**state, "last_seen": at}).encode()))
        else:
            said.append((f"zigbee2mqtt/{presses[flat].pop()}", b'{"action":"single","battery":90}'))
        if chance.random() < 0.05:
            said.append(said[-1] if b"last_seen" in said[-1][1] else said[0])  # said twice
    return said


def outcome(house: House) -> Outcome:
    """What is in the journal and what was found, as multisets; times of arrival are left out. What is wrong
    with devices is left out too: the hub weighs that on its rounds, by when it was up.
    """
    readings = house.rows(
        "SELECT address, name, value, iif(flags & 4, at, 0), flags & 13 FROM reading"
        " JOIN device ON device.no = device JOIN measure ON measure.no = measure"
    )
    findings = house.rows(
        f"SELECT rule, room, kind, iif(rule = 'help-button', 0, at) FROM finding WHERE {OF_PEOPLE}"
    )
    alerts = house.rows(f"SELECT rule, room, state, occurrences, device FROM alert WHERE {OF_PEOPLE}")
    return {"readings": Counter(readings), "findings": Counter(findings), "alerts": Counter(alerts)}


def assert_same(came: Outcome, expected: Outcome) -> None:
    for what, rows in expected.items():
        assert came[what] - rows == Counter(), f"{what} that a hub never killed does not have"
        assert rows - came[what] == Counter(), f"{what} that were lost"


def run_to_the_end(house: House) -> None:
    """A hub that is left alone until everything is taken and all deadlines of the past have fired."""
    house.start_hub()
    expect_end(house)
    house.stop_hub()


def expect_end(*houses: House) -> None:
    """All that was published is taken, every deadline of these minutes fired, every notification sent."""
    houses[0].publish([("zigbee2mqtt/the_end", b'{"battery":1}')])
    for house in houses:
        house.until(partial(is_at_the_end, house), "the end of the messages")


def is_at_the_end(house: House) -> bool:
    return bool(
        house.rows("SELECT 1 FROM device WHERE address = 'the_end'")
        and not house.rows("SELECT 1 FROM rule_state WHERE due <= ?", (time_ns() + SOON) // 1000)
        and not house.rows("SELECT 1 FROM notification WHERE sent_at IS NULL")
    )


def prepare(folder: Path, broker: Mosquitto, site: dict[str, Any] = SITE, **settings: str) -> House:
    """An installation whose hub has been at the broker once, so that the broker keeps its messages."""
    house = House(folder, broker, json.dumps(site), **settings)
    house.start_hub()
    house.until(house.hub_is_caught_up, "the hub's first look at the broker")
    house.stop_hub()
    return house


def never_killed(folder: Path, said: list[tuple[str, bytes]]) -> Outcome:
    with running_mosquitto(folder / "mosquitto") as broker:
        house = prepare(folder / "house", broker)
        house.publish(said)
        run_to_the_end(house)
        return outcome(house)


def test_a_hub_killed_at_every_commit_ends_like_one_that_never_was(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    said = messages(1600, seed=1)
    expected = never_killed(tmp_path / "calm", said)
    house = prepare(tmp_path / "killed", mosquitto)
    house.publish(said)
    moments = cycle(product(range(1, 6), ("before_commit", "after_commit", "after_acknowledgement")))
    deaths = 0
    while deaths < 45:
        count, moment = next(moments)
        hub = house.start_hub("tests.end_to_end.dying_hub", moment, str(count))
        hub.wait(timeout=PATIENCE)
        assert hub.returncode == -signal.SIGKILL, house.said()
        deaths += 1
    run_to_the_end(house)
    assert_same(outcome(house), expected)


def test_a_hub_killed_at_random_under_load_ends_like_its_twin_that_never_was(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    calm = prepare(tmp_path / "calm", mosquitto, QUICK, VAKA_CLIENT_ID="calm")
    killed = prepare(tmp_path / "killed", mosquitto, QUICK, VAKA_CLIENT_ID="killed")
    calm.start_hub()
    killed.start_hub()
    chance = random.Random(3)
    stopped = Event()
    devices = Thread(target=speak, args=(killed, chance, stopped))
    devices.start()
    deaths = 0
    try:
        while deaths < 12:
            sleep(chance.random() * 1.2)  # any moment is as good as another: that is what is tested
            killed.stop_hub(signal.SIGKILL)
            killed.start_hub()
            deaths += 1
    finally:
        stopped.set()
        devices.join()
    expect_end(calm, killed)
    calm.stop_hub()
    killed.stop_hub()
    assert sum(outcome(calm)["findings"].values()) > 50
    assert_same(outcome(killed), outcome(calm))


def speak(house: House, chance: random.Random, stopped: Event) -> None:
    """Doors and motion, some 300 messages a second, as they happen."""
    client = house.publisher()
    is_open = dict.fromkeys(range(FLATS), False)
    busy = list(range(FLATS))
    number = 0
    while not stopped.is_set():
        number += 1
        if (
            number % 600 == 0
        ):  # now and then a flat falls silent for a while, so that time itself has to speak
            busy = chance.sample(range(FLATS), FLATS // 2)
        flat = chance.choice(busy)
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        if chance.random() < 0.2:
            is_open[flat] = not is_open[flat]
            state = {"contact": not is_open[flat], "linkquality": number % 200, "last_seen": at}
            client.publish(f"zigbee2mqtt/door_{flat}", json.dumps(state), qos=1)
        else:
            state = {"occupancy": bool(number % 2), "linkquality": number % 200, "last_seen": at}
            client.publish(f"zigbee2mqtt/motion_{flat}", json.dumps(state), qos=1)
        sleep(0.003)
    client.disconnect()
    client.loop_stop()
