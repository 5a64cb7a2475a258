"""A small house for the pages: a site in force, people with passwords, alerts made as the hub makes them."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.error import HTTPError

from argon2 import PasswordHasher
from ruamel.yaml import YAML

from hub.alerting import let_time_pass, take
from hub.clock import WallClock
from hub.desk import Desk
from hub.settings import Settings
from hub.store import health, protection, sites
from hub.store.db import connect, transaction
from hub.store.instants import to_us
from hub.summoner import configured_ways
from hub.ways.trials import Trials
from rules.alert import ARRIVAL_WITHIN, Alert, Outcome, concern_of
from rules.building import Site
from rules.catalogue import catalogue
from rules.finding import Evidence, Finding, FindingKind
from rules.protection import Protection, not_heard
from rules.rulebook import Rulebook, rulebook
from tests.patience import PATIENCE

PASSWORD = "correct horse battery staple"

DOCUMENT = """
site: solbakken
name: Solbakken
language: nb
units:
  - {id: sol, name: Solsida}
  - {id: nord, name: Nordsida}
rooms:
  - {id: 1A, unit: sol}
  - {id: 2A, unit: sol}
  - {id: 3B, unit: sol}
  - {id: 4B, unit: nord}
  - {id: 5C, unit: nord}
residents:
  - {id: r1, name: Anna Haugen, room: 1A}
  - {id: r2, name: Olav Bakke, room: 2A}
  - {id: r3, name: Ingrid Solvang, room: 3B}
  - {id: r4, name: Sverre Lie, room: 4B}
  - {id: r5, name: "<script>alert(1)</script> Åse", room: 5C}
devices:
  - {id: 1A ytterdør, room: 1A, role: outer_door}
  - {id: 1A stue, room: 1A, role: motion}
  - {id: 2A ytterdør, room: 2A, role: outer_door}
  - {id: 2A stue, room: 2A, role: motion}
  - {id: 2A snor, room: 2A, role: help_button}
  - {id: 3B ytterdør, room: 3B, role: outer_door}
  - {id: 3B stue, room: 3B, role: motion}
  - {id: 3B fall, room: 3B, role: fall_detector}
  - {id: 4B ytterdør, room: 4B, role: outer_door}
  - {id: 4B stue, room: 4B, role: motion}
  - {id: 5C ytterdør, room: 5C, role: outer_door}
  - {id: 5C stue, room: 5C, role: motion}
people:
  - {id: kari, name: Kari Nordmann, role: carer}
  - {id: sol, name: Siri Solberg, role: carer, units: [sol]}
  - {id: nord, name: Nils Nordli, role: carer, units: [nord], language: en}
  - {id: tor, name: Tor Teknisk, role: technician}
  - {id: adm, name: Alma Admin, role: administrator}
rules:
  - {rule: night-exit}
  - {rule: door-open}
  - {rule: quiet}
  - {rule: not-up}
  - {rule: help-button}
  - {rule: fall}
  - {rule: not-back}
"""


@cache
def password_hash() -> str:
    """Made to be quick: half of a test of the pages would be the hashing otherwise."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@cache
def read(document: str) -> Site:
    return Site.model_validate(YAML(typ="safe", pure=True).load(document))


def from_noon_on() -> WallClock:
    """Runs as the wall's does, from a Wednesday's noon on: some hours before and after are the same day."""
    noon, began = datetime(2026, 11, 25, 11, tzinfo=UTC), datetime.now(UTC)
    return WallClock(lambda: noon + (datetime.now(UTC) - began))


class House:
    """`data` is VAKA_DATA; by `clock` goes everything in this process. Alerts come in as from the engine."""

    def __init__(self, data: Path, document: str = DOCUMENT, clock: WallClock | None = None) -> None:
        self.data, self.clock = data, clock or WallClock()
        self.settings = Settings(data=data)
        self.connection = connect(self.settings.database)
        self.import_site(document)
        with transaction(self.connection):
            for person in self.site.people:
                self.set_password(person.id)

    def import_site(self, document: str) -> None:
        self.site = read(document)
        self.book: Rulebook = rulebook(self.site, catalogue(), self.now().astimezone(self.site.zone).date())
        with transaction(self.connection):
            sites.add(self.connection, self.site.site, document, self.now(), "test")

    def now(self) -> datetime:
        return self.clock.now()

    def set_password(self, person: str) -> None:
        self.connection.execute(
            "INSERT INTO credential (site, person, hash, set_at) VALUES (?, ?, ?, ?)",
            (self.site.site, person, password_hash(), to_us(self.now())),
        )

    def find(
        self,
        rule: str,
        room: str,
        ago: timedelta = timedelta(0),
        kind: FindingKind = "raised",
        evidence: tuple[Evidence, ...] = (),
        found_ago: timedelta | None = None,
    ) -> Alert:
        """What the engine found `ago`, put into force as the pipeline does it."""
        now = self.now()
        device = evidence[-1].device if evidence else None
        finding = Finding(rule, room, kind, now - ago, "test", device, evidence)
        watch = self.book.watches[rule, room]
        found_at = now - (ago if found_ago is None else found_ago)
        with transaction(self.connection):
            alert = take(self.connection, self.site.site, finding, concern_of(watch), found_at)
        assert alert is not None
        return alert

    def door(self, room: str, ago: timedelta, is_open: bool = True) -> tuple[Evidence, ...]:
        return (Evidence(f"{room} ytterdør", "open", is_open, self.now() - ago),)

    def night_exit(self, room: str = "1A", ago: timedelta = timedelta(minutes=2)) -> Alert:
        return self.find("night-exit", room, ago, evidence=self.door(room, ago))

    def act(self, alert: Alert, person: str, arrive: bool = False, outcome: Outcome | None = None) -> None:
        """Somebody takes it, goes there, and closes it, as far as asked for."""
        desk = Desk(self.connection, self.site.site, self.clock)
        desk.accept(alert.id, person)
        if arrive:
            desk.arrive(alert.id, person)
        if outcome is not None:
            desk.close(alert.id, person, outcome)

    def nobody_came(self) -> None:
        """Time passes for those who took an alert, as the hub lets it."""
        with transaction(self.connection):
            assert let_time_pass(self.connection, self.site.site, self.now() + ARRIVAL_WITHIN) > 0

    def lose(self, part: str) -> Alert:
        """What the hub makes of a part that it cannot hear any more."""
        finding, concern = not_heard(self.book, part, self.now())
        with transaction(self.connection):
            alert = take(self.connection, self.site.site, finding, concern, self.now())
        assert alert is not None
        return alert

    def protect(self, *states: Protection) -> None:
        with transaction(self.connection):
            protection.put(self.connection, self.site.site, states, self.now())

    def hub_says(self, part: str = "hub", state: health.State = "ok", ago: timedelta = timedelta(0)) -> None:
        with transaction(self.connection):
            health.say(self.connection, self.site.site, part, state, self.now() - ago)

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        return list(self.connection.execute(query, values))


@contextmanager
def hub_tries(house: House) -> Iterator[None]:
    """The hub's part in test messages, by the ways of the house's settings."""
    ways = {way.name: way for way in configured_ways(house.settings, house.clock)}
    trials = Trials(house.settings.database, lambda: house.site, ways, house.clock)
    trials.start()
    try:
        yield
    finally:
        trials.stop()


class Heart:
    """Renews the hub's row each second, as the hub does, until it is told to stop."""

    def __init__(self, house: House) -> None:
        self._house, self._stop = house, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        connection = connect(self._house.settings.database)
        while True:
            with transaction(connection):
                health.say(connection, self._house.site.site, "hub", "ok", self._house.now())
            if self._stop.wait(1):
                connection.close()
                return


class Web:
    """The web process, as it runs in an installation."""

    def __init__(self, house: House, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._environment = {**os.environ, "VAKA_DATA": str(house.data), "VAKA_WEB_PORT": str(port)}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", "dashboards"], env=self._environment)
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None:
                raise RuntimeError(f"the web process ended, with {self._process.returncode}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"the web process did not answer in {PATIENCE:.0f} s")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.address}/healthz", timeout=PATIENCE).close()
        except HTTPError:
            return True  # it answers that the hub is silent
        except OSError:
            return False
        return True

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(PATIENCE)

    def stop(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        finally:
            self._process.kill()


@contextmanager
def running(house: House, port: int) -> Iterator[Web]:
    web = Web(house, port)
    try:
        web.start()
        yield web
    finally:
        web.stop()
