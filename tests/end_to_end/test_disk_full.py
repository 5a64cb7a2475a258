"""The disk fills up and has room again: the hub says so, acknowledges nothing it could not store, and loses
nothing.
"""

import json
import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue

import paho.mqtt.client as mqtt
import pytest

from tests.end_to_end.house import House
from tests.end_to_end.sensors import SITE, Sensors, assert_all_there_once, journal
from tests.patience import PATIENCE
from tests.servers import Mosquitto, absent

pytestmark = [pytest.mark.broker, pytest.mark.slow]

ROOM = 4 * 1024 * 1024


class Disk:
    """What can be filled and freed; `full` says how the hub's own writes end meanwhile."""

    def fill(self, house: House) -> None: ...

    def free(self, house: House) -> None: ...


class SmallFileSystem(Disk):
    """A real one with little room, filled by somebody else's file."""

    def __init__(self, folder: Path) -> None:
        self._ballast = folder / "ballast"

    def fill(self, house: House) -> None:
        with suppress(OSError), self._ballast.open("ab", buffering=0) as ballast:
            while True:
                ballast.write(bytes(4096))

    def free(self, house: House) -> None:
        self._ballast.unlink()


class LimitedProcess(Disk):
    """The kernel lets none of the hub's files grow beyond what they are now."""

    def fill(self, house: House) -> None:
        largest = max(file.stat().st_size for file in house.database.parent.iterdir())
        self._limit(house, largest)

    def free(self, house: House) -> None:
        self._limit(house, resource.RLIM_INFINITY)

    def _limit(self, house: House, size: int) -> None:
        if house.hub is not None:
            resource.prlimit(house.hub.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@contextmanager
def small_file_system(folder: Path) -> Iterator[Disk]:
    folder.mkdir(parents=True)
    words = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(words, capture_output=True).returncode != 0:
        absent("a small file system of one's own", "run the tests as root where mounting is allowed")
    try:
        yield SmallFileSystem(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(params=["a full file system", "a limit on the process"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    if request.param == "a limit on the process":
        yield LimitedProcess()
        return
    with small_file_system(tmp_path / "house" / "data") as made:
        yield made


@pytest.fixture
def house(tmp_path: Path, mosquitto: Mosquitto, disk: Disk) -> Iterator[House]:
    made = House(tmp_path / "house", mosquitto, json.dumps(SITE))
    made.start_hub()
    made.until(made.hub_is_caught_up, "the hub's first look at the broker")
    yield made
    made.stop_hub(signal.SIGKILL)


@contextmanager
def what_the_hub_says_of_its_disk(mosquitto: Mosquitto) -> Iterator[SimpleQueue[str]]:
    """As a lamp in the duty room hears it, also what was retained."""
    heard: SimpleQueue[str] = SimpleQueue()
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.username_pw_set(mosquitto.username, mosquitto.password)
    client.on_message = lambda _client, _data, message: heard.put(message.payload.decode())
    client.on_connect = lambda *_: client.subscribe("vaka/sturdy/hub/disk", qos=1)
    client.connect("127.0.0.1", mosquitto.port)
    client.loop_start()
    yield heard
    client.disconnect()
    client.loop_stop()


def fill_up(house: House, disk: Disk, sensors: Sensors, mosquitto: Mosquitto) -> None:
    """Readings flow, the disk fills up, and the hub has said so, to whoever asks later too."""
    sensors.start()
    house.until(lambda: len(journal(house)) > 200, "the first readings")
    disk.fill(house)
    house.until(lambda: "nothing can be stored" in house.said(), "word of the full disk in the log")
    with what_the_hub_says_of_its_disk(mosquitto) as heard:
        assert "nothing can be stored" in heard.get(timeout=PATIENCE)


def test_a_full_disk_is_told_and_nothing_is_lost_when_there_is_room_again(
    house: House, disk: Disk, mosquitto: Mosquitto
) -> None:
    sensors = Sensors(house)
    fill_up(house, disk, sensors, mosquitto)
    sensors.be_silent(house)
    stored = len(journal(house))
    assert stored < len(sensors.said), "there was room all the same"
    with what_the_hub_says_of_its_disk(mosquitto) as heard:
        assert heard.get(timeout=PATIENCE)
        disk.free(house)
        assert heard.get(timeout=PATIENCE) == ""
    assert_all_there_once(house, set(sensors.said), sensors)
    with what_the_hub_says_of_its_disk(mosquitto) as heard, pytest.raises(Empty):
        heard.get(timeout=0.5)


def test_a_hub_killed_while_the_disk_is_full_had_acknowledged_nothing_it_could_not_store(
    house: House, disk: Disk, mosquitto: Mosquitto
) -> None:
    sensors = Sensors(house)
    fill_up(house, disk, sensors, mosquitto)
    sensors.be_silent(house)
    assert len(journal(house)) < len(sensors.said)
    house.stop_hub(signal.SIGKILL)
    disk.free(house)
    house.start_hub()
    assert_all_there_once(house, set(sensors.said), sensors)
