"""The real thing: hub, broker, pages, mail server and watchman as processes, each of which is stopped."""

import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path

import pytest

from hub.run import ROUND
from hub.watch.look import ANSWER_WITHIN, HUB_SILENT_AFTER
from hub.watch.run import LOOK_EVERY
from hub.watch.state import read
from rules.watch import DOWN_AFTER, PARTS, SILENT_AFTER, Part
from tests.end_to_end.house import House
from tests.servers import ROOT, Mosquitto, free_port
from tests.ways.receivers import Mailbox, mail_server, web_address

pytestmark = pytest.mark.broker

SITE = """
site: test
name: Solbakken
units: [{id: sol, name: Solsida}]
rooms: [{id: 3B, unit: sol}]
people:
  - {id: kari, name: Kari, role: carer}
  - {id: lise, name: Lise, role: leader}
"""


def text(mail: Message) -> str:
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    return f"{make_header(decode_header(mail['subject']))}\n{body.decode()}"


def test_a_proof_walks_the_real_chain_and_its_mail_says_that_it_is_a_test(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    with mail_server() as (mailbox, port):
        mail = {"VAKA_SMTP": f"smtp://127.0.0.1:{port}", "VAKA_SMTP_FROM": "vaka@example.org"}
        house = House(tmp_path / "house", mosquitto, SITE, **mail)
        house.vaka("contact", "kari", "email", "kari@example.org")
        house.vaka("contact", "lise", "email", "lise@example.org")  # called later, and not written to
        house.start_hub()
        house.until(house.hub_is_caught_up, "the hub's first look at the broker")
        began = time.monotonic()
        said = house.vaka("prove", "--by", "lise")
        took = time.monotonic() - began
        house.stop_hub()
    assert said.startswith("sol: the chain holds\n"), said
    assert "kari by email: handed over" in said
    assert "BROKEN" not in said
    [mail_to_kari] = mailbox.taken
    assert text(mail_to_kari).startswith("PRØVE av varslingen: Solsida. Ingen handling nødvendig\n")
    assert house.rows("SELECT count(*) FROM alert WHERE site = 'test'") == [(0,)]
    assert house.rows("SELECT count(*) FROM quarantine") == [(0,)]
    print(f"a proof from asking to the mail server's word: {took:.1f} s, the command's own start included")


class Watched:
    """The processes of one house, each told alone."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        with self.house.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *words],
                env=self.house.environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        self.processes[words[-1]] = process
        return process

    def is_down(self, part: Part) -> bool:
        said = read(self.house.database.parent)
        return said is not None and part in said.parts and said.parts[part].is_down

    def all_is_well(self) -> bool:
        said = read(self.house.database.parent)
        return said is not None and all(
            part in said.parts and said.parts[part].failing_since is None and not said.parts[part].is_down
            for part in PARTS
        )


@contextmanager
def watched(house: House) -> Iterator[Watched]:
    made = Watched(house)
    try:
        for words in (("hub", "hub"), ("dashboards",), ("hub", "watch")):
            made.start(*words)
        yield made
    finally:
        for process in made.processes.values():
            process.kill()
            process.wait()


def told_of(mailbox: Mailbox, words: str) -> bool:
    return any("VAKA VIRKER IKKE" in text(mail) and words in text(mail) for mail in mailbox.taken)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_whatever_stops_is_shown_and_told(tmp_path: Path, mosquitto: Mosquitto) -> None:
    with mail_server() as (mailbox, port), web_address() as (outside, heartbeat):
        house = House(
            tmp_path / "house",
            mosquitto,
            SITE,
            VAKA_SMTP=f"smtp://127.0.0.1:{port}",
            VAKA_SMTP_FROM="vaka@example.org",
            VAKA_WEB_PORT=str(free_port()),
            VAKA_WATCH_TELL_AFTER="12",
            VAKA_HEARTBEAT_URL=heartbeat,
        )
        house.vaka("contact", "lise", "email", "lise@example.org")
        with watched(house) as parts:
            hub = parts.processes["hub"]
            house.until(parts.all_is_well, "a look at which all is well")
            house.until(lambda: len(outside.requests) >= 2, "the heartbeat outside")
            shown: dict[str, float] = {}
            told: dict[str, float] = {}

            def measure(since: float, *expected: tuple[Part, str]) -> None:
                for part, _ in expected:
                    house.until(lambda part=part: parts.is_down(part), f"that {part} is down")
                    shown[part] = time.monotonic() - since
                for part, words in expected:
                    house.until(lambda words=words: told_of(mailbox, words), f"the mail of {part}")
                    told[part] = time.monotonic() - since

            began = time.monotonic()
            hub.send_signal(signal.SIGSTOP)
            parts.processes["dashboards"].kill()
            mosquitto.stop()
            measure(
                began,
                ("hub", "Vaka svarer ikke"),
                ("web", "Tavla og sidene svarer ikke"),
                ("broker", "Sensorene når ikke fram"),
            )
            mosquitto.start()
            hub.send_signal(signal.SIGCONT)
            parts.processes["dashboards"].wait()
            parts.start("dashboards")
            began = time.monotonic()
            no_file_grows(hub.pid)
            measure(began, ("store", "Disken tar ikke imot"))
            no_file_grows(hub.pid, resource.RLIM_INFINITY)
            parts.processes["watch"].kill()
            began = time.monotonic()
            gone = "SELECT 1 FROM alert WHERE rule = 'watch-gone' AND state = 'open'"
            house.until(lambda: bool(house.rows(gone)), "the alert that the watchman is gone")
            shown["watch"] = time.monotonic() - began
    failures = [headers for headers, body in outside.requests if body]
    assert failures, "the outside watchman was told that something is down"
    print("shown after", {part: f"{s:.0f} s" for part, s in shown.items()})
    print("told after", {part: f"{s:.0f} s" for part, s in told.items()}, "of which 12 s are the setting")


def test_what_the_watch_waits_for_adds_up_to_half_a_minute_at_most() -> None:
    a_look = timedelta(seconds=LOOK_EVERY + ANSWER_WITHIN)
    assert HUB_SILENT_AFTER + DOWN_AFTER + 2 * a_look <= timedelta(seconds=30)
    assert SILENT_AFTER + timedelta(seconds=LOOK_EVERY + ROUND) <= timedelta(seconds=30)


def no_file_grows(pid: int, limit: int = 4096) -> None:
    """The kernel lets none of the hub's files grow: its disk fails."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
