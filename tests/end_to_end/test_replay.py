"""`vaka replay` against a real broker: everything arrives, in order, in time, whatever befalls the broker."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Condition

import paho.mqtt.client as mqtt
import pytest

from hub.demo.preparation import house
from tests.patience import PATIENCE
from tests.servers import ROOT, Mosquitto

pytestmark = pytest.mark.broker

BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=8)


class Listener:
    """Hears everything, with the session kept, and when each message came (monotonic seconds)."""

    def __init__(self, broker: Mosquitto) -> None:
        self.heard: list[tuple[float, str, bytes]] = []
        self._more = Condition()
        self.client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, "listener", clean_session=False, reconnect_on_failure=True
        )
        self.client.username_pw_set(broker.username, broker.password)
        self.client.reconnect_delay_set(1, 1)
        self.client.on_message = self._on_message
        self.client.on_connect = lambda client, *_: client.subscribe([("zigbee2mqtt/#", 1), ("vaka/#", 1)])
        self.client.connect("127.0.0.1", broker.port)
        self.client.loop_start()

    def _on_message(self, _: object, __: object, message: mqtt.MQTTMessage) -> None:
        with self._more:
            self.heard.append((time.monotonic(), message.topic, message.payload))
            self._more.notify()

    def wait_for(self, count: int) -> list[tuple[float, str, bytes]]:
        with self._more:
            self._more.wait_for(lambda: len(self.heard) >= count, timeout=PATIENCE)
            return list(self.heard)


@contextmanager
def listening(broker: Mosquitto) -> Iterator[Listener]:
    listener = Listener(broker)
    try:
        yield listener
    finally:
        listener.client.disconnect()
        listener.client.loop_stop()


def recording(
    folder: Path, count: int, gap: timedelta = timedelta(seconds=1), began: datetime = BEGAN
) -> Path:
    """A made-up door that is opened and shut in turn."""
    rows = ["ts,sensor,room,kind,value"]
    for n in range(count):
        rows.append(f"{(began + n * gap).isoformat()},Front door,hall,contact,{'OFF' if n % 2 else 'ON'}")
    path = folder / "recording.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def start_replay(
    broker: Mosquitto, file: Path, *words: str, password: str | None = None
) -> subprocess.Popen[str]:
    site = file.parent / "site.yaml"
    site.write_text(house().document)
    secret = file.parent / "secret"
    secret.write_text(password or broker.gateway_password)
    told = [
        "--broker",
        f"mqtt://{broker.gateway_username}@127.0.0.1:{broker.port}",
        "--password-file",
        secret,
    ]
    return subprocess.Popen(
        [sys.executable, "-m", "hub", "replay", file, *told, "--site", site, *words],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("VAKA_")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def replay(broker: Mosquitto, file: Path, *words: str, password: str | None = None) -> tuple[int, str, str]:
    """(exit code, what it said, what it complained of)."""
    process = start_replay(broker, file, *words, password=password)
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def test_a_recording_arrives_whole_and_in_order_with_its_own_times(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    with listening(mosquitto) as listener:
        code, out, err = replay(mosquitto, recording(tmp_path, 1000), "--speed", "max")
        assert (code, err) == (0, "")
        assert re.fullmatch(r"1000 readings sent and confirmed in [\d.]+ s \(\d+/s\)\n", out)
        heard = listener.wait_for(1000)
    assert {topic for _, topic, _ in heard} == {"vaka/demo/readings/Front%20door"}
    assert [json.loads(payload) for _, _, payload in heard] == [
        {"open": n % 2 == 0, "at": (BEGAN + timedelta(seconds=n)).isoformat()} for n in range(1000)
    ]


def test_of_a_recording_that_an_ordinary_hub_would_not_believe_it_says_so(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    old = recording(tmp_path, 1, began=datetime(2026, 1, 2, tzinfo=UTC))
    code, out, err = replay(mosquitto, old, "--speed", "max")
    assert code == 0
    assert out.startswith("1 reading sent and confirmed")
    assert err == (
        "the recording begins 2026-01-02: an ordinary hub takes times older than 7 days as wrong; expected a"
        " hub with VAKA_CLOCK=readings, or --from-now\n"
    )
    assert replay(mosquitto, old, "--speed", "max", "--from-now")[2] == ""


def test_played_sixty_times_as_fast_the_gaps_are_a_sixtieth(mosquitto: Mosquitto, tmp_path: Path) -> None:
    began = time.monotonic()
    code, _, err = replay(mosquitto, recording(tmp_path, 4, timedelta(seconds=30)), "--speed", "60")
    took = time.monotonic() - began
    assert (code, err) == (0, "")
    assert 90 / 60 <= took <= 90 / 2


def test_from_now_the_messages_carry_the_instant_of_sending(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with listening(mosquitto) as listener:
        before = datetime.now(UTC)
        code, _, err = replay(mosquitto, recording(tmp_path, 3), "--speed", "max", "--from-now")
        assert (code, err) == (0, "")
        instants = [datetime.fromisoformat(json.loads(p)["at"]) for _, _, p in listener.wait_for(3)]
    assert before <= instants[0] <= instants[1] <= instants[2] <= datetime.now(UTC)


def test_as_zigbee2mqtt_the_door_speaks_by_its_friendly_name(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with listening(mosquitto) as listener:
        code, _, err = replay(mosquitto, recording(tmp_path, 2), "--speed", "max", "--as", "zigbee2mqtt")
        assert (code, err) == (0, "")
        heard = listener.wait_for(2)
    assert [(topic, json.loads(payload)["contact"]) for _, topic, payload in heard] == [
        ("zigbee2mqtt/Front door", False),
        ("zigbee2mqtt/Front door", True),
    ]


@pytest.mark.slow
def test_a_broker_restarted_in_the_midst_loses_nothing(mosquitto: Mosquitto, tmp_path: Path) -> None:
    count = 20_000
    with listening(mosquitto) as listener:
        done = start_replay(mosquitto, recording(tmp_path, count), "--speed", "max")
        assert len(listener.wait_for(200)) >= 200
        mosquitto.restart()
        out, err = done.communicate(timeout=PATIENCE)
        said = [
            line for line in err.splitlines() if " sent, now at " not in line
        ]  # how far it is, where it is slow
        assert (done.returncode, said) == (0, [])
        assert out.startswith(f"{count} readings sent and confirmed")
        deadline = time.monotonic() + PATIENCE
        expected = {(BEGAN + timedelta(seconds=n)).isoformat() for n in range(count)}
        while not expected <= {json.loads(payload)["at"] for _, _, payload in list(listener.heard)}:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_what_stands_in_the_way_is_one_sentence(mosquitto: Mosquitto, tmp_path: Path) -> None:
    file = recording(tmp_path, 3)
    code, out, err = replay(mosquitto, file, "--speed", "max", password="wrong")
    assert (code, out) == (1, "")
    assert re.fullmatch(
        r"mqtt://127\.0\.0\.1:\d+ does not let in the user 'gateway' .*: Not authorized\n", err
    )

    mosquitto.stop()
    code, out, err = replay(mosquitto, file, "--speed", "max")
    assert (code, out) == (1, "")
    assert err == f"mqtt://127.0.0.1:{mosquitto.port}: nobody listens there\n"


def test_a_topic_that_we_may_not_write_to_is_not_taken_for_sent(mosquitto: Mosquitto, tmp_path: Path) -> None:
    acl = mosquitto.folder / "acl"
    acl.write_text(acl.read_text().replace("topic write vaka/+/readings/+\n", ""))
    mosquitto.restart()
    code, out, err = replay(mosquitto, recording(tmp_path, 3), "--speed", "max")
    assert (code, out) == (1, "")
    assert "refuses what it is sent: Not authorized; 0 messages were confirmed before" in err


@pytest.mark.parametrize("speed", ["0", "-1", "fast", "nan", "inf"])
def test_a_speed_that_is_none_is_refused(speed: str, mosquitto: Mosquitto, tmp_path: Path) -> None:
    code, _, err = replay(mosquitto, recording(tmp_path, 1), f"--speed={speed}")
    assert code == 2
    assert f"{speed!r} is no speed; expected a number above 0, or max" in err
