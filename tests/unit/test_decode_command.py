"""`vaka decode` as people and scripts use it: through the real command line."""

import json
import subprocess
import sys
from typing import Any


def vaka_decode(lines: bytes, *arguments: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "hub", "decode", *arguments],
        input=lines,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_line_is_answered_with_what_it_says() -> None:
    lines = [
        {"topic": "zigbee2mqtt/door", "payload": '{"contact":false}', "received_at": "2026-11-23T02:10:00Z"},
        {
            "topic": "vaka/hus/readings/door",
            "payload_hex": b'{"open":true}'.hex(),
            "received_at": "2026-11-23T02:10:00Z",
        },
    ]
    reading = {"device": "door", "measure": "open", "value": True, "at": "2026-11-23T02:10:00Z"}
    assert (
        vaka_decode("\n".join(map(json.dumps, lines)).encode())
        == [{"readings": [reading], "error": None}] * 2
    )


def test_a_line_that_brings_no_reading_says_why_and_never_traces() -> None:
    bad = [
        b"rubbish", b"", b"\xff\xfe", b"[]", b"{}", b'{"topic":3,"payload":""}',
        b'{"topic":"zigbee2mqtt/x","payload":{}}', b'{"topic":"zigbee2mqtt/x","payload_hex":"8"}',
        b'{"topic":"zigbee2mqtt/x","payload":"","payload_hex":""}',
        b'{"topic":"zigbee2mqtt/x","payload":"","received_at":"2026-11-23T02:10:00"}',
        b'{"topic":"zigbee2mqtt/x","payload":"","received_at":"soon"}',
        b'{"topic":"zigbee2mqtt/x","payload":"' + b"[" * 100_000 + b'"}', b"[" * 100_000,
        b'{"topic":"zigbee2mqtt/bridge/state","payload":"online"}', b'{"topic":"other","payload":"{}"}',
        b'{"topic":"zigbee2mqtt/x/set","payload":"{}"}', b'{"topic":"\\ud800","payload":"{}"}',
    ]  # fmt: skip
    answers = vaka_decode(b"\n".join(bad) + b"\n")
    assert len(answers) == len(bad)
    for answer in answers:
        assert answer["readings"] == []
        assert answer["error"]


def test_without_a_time_of_arrival_it_is_now() -> None:
    (answer,) = vaka_decode(
        b'{"topic":"home/zigbee/door","payload":"{\\"contact\\":true}"}', "--zigbee2mqtt", "home/zigbee"
    )
    assert answer["readings"][0]["at"].endswith("Z")
    assert answer["readings"][0]["value"] is False
