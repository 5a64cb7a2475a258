"""The commands that run an installation: vaka hub, up and doctor, with a real broker and real processes."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

import psutil
import pytest

from tests.end_to_end.house import House
from tests.patience import PATIENCE, until
from tests.servers import ROOT, Mosquitto, free_port

pytestmark = pytest.mark.broker

SITE = """
site: cottage
name: The cottage
language: en
units: [{id: home, name: Home}]
rooms: [{id: "1", name: The room, unit: home}]
residents: [{id: r1, name: Somebody, room: "1"}]
devices: [{id: Button, room: "1", role: help_button}]
people: [{id: ann, name: Ann, role: carer}]
rules: [{rule: help-button}]
"""


@pytest.fixture
def cottage(mosquitto: Mosquitto, tmp_path: Path) -> Iterator[House]:
    """A small house whose hub has heard its one device, and whose one person has a password."""
    house = House(tmp_path / "house", mosquitto, SITE, VAKA_WEB_PORT=str(free_port()))
    yield house
    house.stop_hub(signal.SIGKILL)


def run(house: House, *words: str, stdin: str | None = None) -> tuple[int, str, str]:
    """(exit code, what it said, what it complained of)."""
    done = subprocess.run(
        [sys.executable, "-m", "hub", *words],
        cwd=ROOT,
        env=house.environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    return done.returncode, done.stdout, done.stderr


def hear_the_button(house: House) -> None:
    house.start_hub()
    house.until(house.hub_is_caught_up, "the hub's first words with the broker")
    house.publish([("zigbee2mqtt/Button", b'{"battery": 90}')])
    protected = "SELECT 1 FROM protection WHERE state = 'protected'"
    house.until(lambda: bool(house.rows(protected)), "the resident's protection")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_hub_stops_cleanly_and_says_so_on_the_broker(cottage: House, how: signal.Signals) -> None:
    hub = cottage.start_hub()
    cottage.until(cottage.hub_is_caught_up, "the hub's first words with the broker")
    hub.send_signal(how)
    assert hub.wait(timeout=PATIENCE) == 0
    assert "Traceback" not in cottage.said()
    assert "has stopped" in cottage.said()


def test_a_hub_without_a_site_says_how_to_import_one(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hub", "hub", "--data", tmp_path], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    expected = f"vaka hub: there is no database at {tmp_path}/vaka.db; expected `vaka import FILE` first\n"
    assert done.stderr == expected
    assert list(tmp_path.iterdir()) == []


def test_a_second_hub_in_the_same_folder_is_refused(cottage: House) -> None:
    cottage.start_hub()
    cottage.until(cottage.hub_is_caught_up, "the hub's first words with the broker")
    code, out, err = run(cottage, "hub")
    assert (code, out) == (1, "")
    assert "another hub is at work in" in err


def test_the_doctor_finds_nothing_wrong_where_nothing_is_and_says_what_was_never_tried(
    cottage: House,
) -> None:
    hear_the_button(cottage)
    assert run(cottage, "password", "ann", "--stdin", stdin="long enough\n")[0] == 0
    code, out, err = run(cottage, "doctor")
    assert (code, err) == (0, "")
    assert [line for line in out.splitlines() if line.startswith(("look", "wrong"))] == [
        "look   links in messages and invitations go by whatever address a browser asked for",
        "look   the house has no administrator: nobody can add people, password links or keys of programs",
        "look   the house has no leader: nobody can plan the roster, invite relatives or export a resident",
        "look   the watchman was never at work: nobody notices if Vaka stops",
        "look   the alerting of home was never tried",
        "look   Home: None of those who are to be called can be reached by phone or e-mail: all week",
        "look   no backups are written (VAKA_BACKUP_RECIPIENT is not set)",
    ]
    for said in ("lets us in", "the hub is at work", "every resident is protected", "is whole"):
        assert said in out
    assert run(cottage, "doctor", "--alive")[0] == 0


def test_the_doctor_tells_of_a_silent_sensor_a_missing_password_and_a_message_nobody_understood(
    cottage: House,
) -> None:
    cottage.start_hub()
    cottage.until(cottage.hub_is_caught_up, "the hub's first words with the broker")
    cottage.publish([("zigbee2mqtt/Other", b"{{{")])
    cottage.until(lambda: bool(cottage.rows("SELECT 1 FROM quarantine")), "the quarantine")
    cottage.until(lambda: bool(cottage.rows("SELECT 1 FROM protection")), "the resident's standing")
    code, out, _ = run(cottage, "doctor")
    lines = out.splitlines()
    assert code == 1
    assert any(
        line.startswith("wrong  r1 in 1 is unprotected since ") and line.endswith("Button was never heard")
        for line in lines
    )
    assert "wrong  nobody can sign in" in lines
    assert any(line.startswith("look     zigbee2mqtt/Other: the payload ") for line in lines)


def test_the_doctor_notices_within_seconds_that_the_hub_or_the_broker_is_gone(
    cottage: House, mosquitto: Mosquitto
) -> None:
    hear_the_button(cottage)
    cottage.stop_hub(signal.SIGKILL)
    until(lambda: run(cottage, "doctor", "--alive")[0] == 1, "that the hub is taken for dead")
    assert "wrong  the hub was last at work " in run(cottage, "doctor", "--alive")[1]
    mosquitto.stop()
    _, out, _ = run(cottage, "doctor", "--alive")
    assert f"wrong  mqtt://127.0.0.1:{mosquitto.port}: nobody listens there" in out.splitlines()


def test_the_doctor_says_that_a_file_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "vaka.db").write_text("this is no database, whatever its name says" * 100)
    done = subprocess.run(
        [sys.executable, "-m", "hub", "doctor", "--data", tmp_path], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert f"wrong  the database {tmp_path}/vaka.db can't be read: file is not a database" in done.stdout


@pytest.mark.slow
def test_up_runs_hub_web_and_watchman_starts_again_what_dies_and_stops_all(cottage: House) -> None:
    address = f"http://127.0.0.1:{cottage.environment['VAKA_WEB_PORT']}/healthz"

    def answers() -> bool:
        try:
            with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    with cottage.log.open("ab") as log:
        up = subprocess.Popen(
            [sys.executable, "-m", "hub", "up"], cwd=ROOT, env=cottage.environment, stdout=log, stderr=log
        )
    try:
        until(answers, "the web")
        before = {child.pid for child in psutil.Process(up.pid).children()}
        assert len(before) == 3
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        until(lambda: len({c.pid for c in psutil.Process(up.pid).children()} - before) == 3, "three new ones")
        assert "the hub has ended (by signal 9); it is started again in 1 s" in cottage.said()
        assert "the web has ended (by signal 9); it is started again in 1 s" in cottage.said()
        until(answers, "the web that was started again")
        children = psutil.Process(up.pid).children()
    finally:
        up.send_signal(signal.SIGTERM)
        code = up.wait(timeout=PATIENCE)
    assert code == 0
    assert [child.pid for child in children if child.is_running()] == []
