"""`vaka decode` as people and scripts use it: through the real command line."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hub.__main__ import main
from tests.patience import PATIENCE


def vaka_decode(lines: bytes, *arguments: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "hub", "decode", *arguments],
        input=lines,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_line_is_answered_with_what_it_says() -> None:
    lines = [
        {"topic": "zigbee2mqtt/door", "payload": '{"contact":false}', "received_at": "2026-11-23T02:10:00Z"},
        {"topic": "zigbee2mqtt/door", "payload": {"contact": False}, "received_at": "2026-11-23T02:10:00Z"},
        {
            "topic": "vaka/hus/readings/door",
            "payload_hex": b'{"open":true}'.hex(),
            "received_at": "2026-11-23T02:10:00Z",
        },
    ]
    reading = {"device": "door", "measure": "open", "value": True, "at": "2026-11-23T02:10:00Z"}
    assert (
        vaka_decode("\n".join(map(json.dumps, lines)).encode())
        == [{"readings": [reading], "error": None}] * 3
    )


def test_a_line_that_brings_no_reading_says_why_and_never_traces() -> None:
    bad = [
        b"rubbish", b"", b"\xff\xfe", b"[]", b"{}", b'{"topic":3,"payload":""}',
        b'{"topic":"zigbee2mqtt/x","payload":{}}', b'{"topic":"zigbee2mqtt/x","payload":[1]}',
        b'{"topic":"zigbee2mqtt/x","payload":{"contact":fals}}', b'{"topic":"zigbee2mqtt/x","payload":null}',
        b'{"topic":"zigbee2mqtt/x","payload":{},"payload_hex":""}',
        b'{"topic":"zigbee2mqtt/x","payload":' + b'{"a":' * 100_000 + b"}" * 100_000 + b"}",
        b'{"topic":"zigbee2mqtt/x","payload_hex":"8"}',
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


def test_the_gateways_of_a_site_file_are_used_instead(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(
        "site: donski\nname: Dønski\ngateways: [{id: second, topic: house/second}]\n"
        "units: [{id: a, name: A}]\nrooms: [{id: 1A, unit: a}]\n",
        "utf-8",
    )
    lines = (
        b'{"topic":"house/second/door","payload":{"contact":true}}\n'
        b'{"topic":"zigbee2mqtt/door","payload":{"contact":true}}\n'
    )
    own, other = vaka_decode(lines, "--site", str(site))
    assert [(r["device"], r["value"]) for r in own["readings"]] == [("door", False)]
    assert (other["readings"], bool(other["error"])) == ([], True)


def test_a_site_file_that_cannot_be_used_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["decode", "--site", str(tmp_path / "none.yaml")]) == 1
    assert capsys.readouterr().err.endswith("none.yaml can't be read: there is no such file\n")


def test_the_example_of_the_help_is_true(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["decode", "--help"])
    line, answer = [text for text in capsys.readouterr().out.splitlines() if text.startswith("  {")]
    assert vaka_decode(line.encode()) == [json.loads(answer)]
