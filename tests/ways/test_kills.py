"""A summoner that is killed at every commit, and before and after every send: nothing is lost, nothing is
sent under another id, and what is marked as sent has arrived.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from hub import summons
from hub.store import contacts
from hub.store.contacts import Contact
from hub.store.db import transaction
from rules.summons import Preferences
from tests.patience import PATIENCE
from tests.servers import ROOT, free_port
from tests.ways.receivers import Address, Mailbox, mail_server, web_address
from tests.world import World

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SITE = """
site: test
name: Solbakken
units: [{id: sol, name: Solsida}]
rooms: [{id: 1, unit: sol}, {id: 2, unit: sol}]
devices:
  - {id: button 1, room: 1, role: help_button, gateway: native}
  - {id: button 2, room: 2, role: help_button, gateway: native}
  - {id: door 1, room: 1, role: outer_door, gateway: native}
  - {id: door 2, room: 2, role: outer_door, gateway: native}
people: [{id: kari, name: Kari, role: carer}, {id: ola, name: Ola, role: carer}]
rules: [{rule: help-button, rooms: [1, 2]}, {rule: door-open, severity: low}]
"""
EXPECTED = Counter({"HØYT varsel: 1": 4, "HØYT varsel: 2": 4, "Lavt varsel: 1": 2, "Lavt varsel: 2": 2})
"""High ones by both ways to both people, low ones by the first."""


def prepare(folder: Path, url: str) -> Path:
    """A database with four alerts, for which nobody was written to yet."""
    began = datetime.now(UTC) - timedelta(minutes=6)
    house = World(folder, SITE, began)
    summons.begin(house.connection, "test")
    with transaction(house.connection):
        for person in ("kari", "ola"):
            for way, address in (("email", f"{person}@example.org"), ("webhook", f"{url}?{person}")):
                contacts.put(house.connection, "test", Contact(person, way, address), began)
            now = Preferences(gathered_for=timedelta(0))
            contacts.put_preferences(house.connection, "test", person, now, began)
    house.says("door 1", open=True)
    house.says("door 2", open=True)
    house.passes(timedelta(minutes=6) - timedelta(seconds=5))
    house.says("button 1", pressed="single")
    house.says("button 2", pressed="single")
    assert len(house.alerts()) == 4
    house.stop()
    return house.database


class Summoners:
    """Processes that call people from the database in a folder, until they die or nothing waits."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.ways.dying_summoner"],
            env=environment,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, folder: Path, moment: str, count: int) -> bool:
        """Whether it was killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{folder} {moment} {count}\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        assert code in (0, -signal.SIGKILL)
        return code != 0

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.mark.parametrize("moment", ["before_commit", "after_commit", "before_send", "after_send"])
def test_killed_at_each_moment_nothing_is_lost_and_a_repetition_has_the_same_id(
    tmp_path: Path, moment: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    with mail_server() as (mailbox, port), web_address() as (address, url):
        (tmp_path / "first").mkdir()
        first = prepare(tmp_path / "first", url)
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("VAKA_")},
            "VAKA_BROKER": f"mqtt://127.0.0.1:{free_port()}",
            "VAKA_SMTP": f"smtp://127.0.0.1:{port}",
            "VAKA_SMTP_FROM": "vaka@example.org",
            "VAKA_WEBHOOK_SECRET_FILE": str(secret),
            "VAKA_WEBHOOK_HOSTS": urlsplit(url).netloc,
        }
        summoners = Summoners(environment)
        kills = repeated = 0
        while True:
            folder = tmp_path / f"{moment}-{kills + 1}"
            folder.mkdir()
            shutil.copy(first, folder / "vaka.db")
            mailbox.taken.clear()
            address.requests.clear()
            if not summoners.run(folder, moment, kills + 1):
                break
            kills += 1
            assert not summoners.run(folder, moment, 0)
            repeated += nothing_is_lost(folder / "vaka.db", mailbox, address)
        summoners.end()
        assert kills >= 4, "there are more moments than that"
        print(f"{moment}: killed {kills} times, {repeated} messages came twice, with their id")
        assert repeated > 0 or moment != "after_send", "what was sent and not marked comes again"


def nothing_is_lost(database: Path, mailbox: Mailbox, address: Address) -> int:
    """Returns how many came more than once."""
    connection = sqlite3.connect(database)
    rows = connection.execute("SELECT id, subject, way, address, sent_at FROM summons").fetchall()
    connection.close()
    assert Counter(row[1] for row in rows) == EXPECTED
    assert all(row[4] is not None for row in rows)
    mails = Counter((mail["message-id"], mail["to"]) for mail in mailbox.taken)
    calls = Counter(headers["webhook-id"] for headers, _ in address.requests)
    assert set(mails) == {(f"<vaka-test-{r[0]}@example.org>", r[3]) for r in rows if r[2] == "email"}
    assert set(calls) == {f"vaka-test-{r[0]}" for r in rows if r[2] == "webhook"}
    return sum(times - 1 for times in (*mails.values(), *calls.values()))
