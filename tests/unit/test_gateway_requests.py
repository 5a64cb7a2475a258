"""A request to a gateway: its course as a table, its wording, and what gateways say, within bounds."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

from devices.asking import (
    ACTS,
    WORDINGS,
    Answer,
    Ask,
    Interview,
    Joining,
    Named,
    PairingState,
    Remove,
    Rename,
    SetOptions,
    StartPairing,
    StopPairing,
    Talk,
    act_of,
    can,
)
from devices.decode import LARGEST_ANNOUNCEMENT, Decoder, GatewayTopic
from devices.message import Message
from devices.ways_in import KINDS
from hub.gateway_requests import STEPS
from hub.store import gateway_news
from hub.store.db import connect, transaction

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DECODER = Decoder([GatewayTopic("zigbee", "zigbee2mqtt", "huset/zigbee")])


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with closing(connect(tmp_path / "vaka.db")) as connection:
        yield connection


def said(rest: str, payload: object) -> Talk | None:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    decoded = DECODER.decode(Message(f"huset/zigbee/bridge/{rest}", raw, NOON))
    assert decoded.error is None, decoded.error
    return decoded.talk


@pytest.mark.parametrize(
    ("ask", "topic", "payload"),
    [
        (StartPairing(60), "permit_join", {"value": True, "time": 60}),
        (StartPairing(60, "lampe"), "permit_join", {"value": True, "time": 60, "device": "lampe"}),
        (StopPairing(), "permit_join", {"value": False, "time": 0}),
        (Rename("a", "b"), "device/rename", {"from": "a", "to": "b", "homeassistant_rename": False}),
        (Remove("a", True), "device/remove", {"id": "a", "force": True, "block": False}),
        (Interview("a"), "device/interview", {"id": "a"}),
        (SetOptions("a", {"retain": True}), "device/options", {"id": "a", "options": {"retain": True}}),
    ],
)
def test_zigbee2mqtt_is_asked_in_its_own_words(ask: Ask, topic: str, payload: dict[str, object]) -> None:
    wanted = WORDINGS["zigbee2mqtt"][0]("huset/zigbee", ask, "t1")
    assert wanted.topic == f"huset/zigbee/bridge/request/{topic}"
    assert json.loads(wanted.payload) == {**payload, "transaction": "t1"}
    assert act_of(ask) in can("zigbee2mqtt")


def test_which_kinds_of_gateways_can_be_asked_for_what() -> None:
    assert {kind: can(kind) for kind in KINDS if can(kind)} == {"zigbee2mqtt": frozenset(ACTS)}


def test_a_request_that_is_over_stays_as_it_is() -> None:
    assert {state for state, _ in STEPS} == {"waiting", "sent", "silent"}
    assert ("silent", "time_up") not in STEPS
    assert STEPS["silent", "answered"] == "done"


@pytest.mark.parametrize(
    ("info", "state"),
    [
        ({"permit_join": False}, PairingState(False)),
        ({"permit_join": True}, PairingState(True)),
        ({"permit_join": True, "permit_join_timeout": 90}, PairingState(True, NOON + timedelta(seconds=90))),
        (
            {"permit_join": True, "permit_join_end": int((NOON.timestamp() + 30) * 1000)},
            PairingState(True, NOON + timedelta(seconds=30)),
        ),
        # a gateway whose clock is an hour ahead cannot be open for longer than Zigbee knows
        (
            {"permit_join": True, "permit_join_end": int((NOON.timestamp() + 3600) * 1000)},
            PairingState(True, NOON + timedelta(seconds=254)),
        ),
    ],
)
def test_the_gateway_tells_how_long_it_is_open(info: dict[str, object], state: PairingState) -> None:
    assert said("info", {**info, "config": {"a": [1] * 1000}}) == state


def test_the_settings_beside_it_may_be_large_and_other_talk_is_never_read() -> None:
    assert said("info", {"permit_join": False, "config_schema": "x" * 1_000_000}) == PairingState(False)
    assert said("response/backup", b"x" * (LARGEST_ANNOUNCEMENT + 1)) is None
    assert said("logging", b"[" * 100) is None


def test_answers_and_news_are_read_and_those_for_others_passed_over() -> None:
    answer = {"status": "ok", "data": {}, "transaction": "t1"}
    assert said("response/device/rename", answer) == Answer("t1", True)
    refused = {**answer, "status": "error", "error": "already in use\n"}
    assert said("response/device/rename", refused) == Answer("t1", False, "already in use")
    assert said("response/device/rename", {"status": "ok", "data": {}}) is None
    who = {"friendly_name": "0x1", "ieee_address": "0x1"}
    assert said("event", {"type": "device_joined", "data": who}) == Joining("joined", "0x1", "0x1")
    assert said("event", {"type": "group_added", "data": 7}) is None


def test_names_and_news_take_a_bounded_place(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_news, "NAMES_KEPT", 30)
    monkeypatch.setattr(gateway_news, "JOININGS_KEPT", 30)
    with transaction(connection):
        for n in range(10):
            devices = [Named(f"0x{m}", f"name {n}") for m in range(10)]
            gateway_news.put_names(connection, "hjem", "zigbee", devices, NOON + timedelta(seconds=n))
            for m in range(10):
                gateway_news.add_joining(connection, "hjem", "zigbee", Joining("joined", f"{m}", "x"), NOON)
    assert len(gateway_news.names(connection, "hjem")) == 30
    assert len(gateway_news.joinings(connection, "hjem", NOON)) == 30


def test_a_name_that_a_device_had_before_is_its_newest_again(connection: Connection) -> None:
    with transaction(connection):
        for n, name in enumerate(["a", "b", "a"]):
            at = NOON + timedelta(seconds=n)
            gateway_news.put_names(connection, "hjem", "zigbee", [Named("0x1", name)], at)
    assert gateway_news.names(connection, "hjem") == [("zigbee", "0x1", "b"), ("zigbee", "0x1", "a")]
