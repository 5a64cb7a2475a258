"""The demo's house with its weeks of history, an evening's alerts in every state, things that are off, and
people of every role: what the journeys walk through and what the guides' pictures show.
"""

from __future__ import annotations

import os
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

from devices.reading import Value
from hub.clock import WallClock
from hub.demo.past import live_through
from hub.demo.preparation import plan_roster
from hub.desk import Desk
from hub.store import devices
from hub.store.db import transaction
from rules.protection import Protection, Why
from tests.web.house import House
from tests.web.relatives import EMAIL, relative_of

MINUTE = timedelta(minutes=1)
HISTORY_DAYS = 75 if os.environ.get("PICTURES") else 9
"""As many as the demo has, where every picture is taken."""
SEED = 11


class FurnishedHouse(House):
    def __init__(self, data: Path) -> None:
        self._sensors = 0
        super().__init__(data, (files("hub.demo") / "house.yaml").read_text("utf-8"))
        live_through(self.settings, self.site, self.now(), HISTORY_DAYS, SEED)
        self.hub_says()
        plan_roster(self.settings, self.site)
        self.marit = relative_of(self, "b101", email=EMAIL, name="Marit Myrvang")
        whole = [one.id for one in self.site.residents if one.id not in ("b202", "b105")]
        self.protect(
            *(Protection(one, "protected") for one in whole),
            Protection("b202", "unprotected", (Why("not_heard", "device:2B stue"),)),
            Protection("b105", "degraded", (Why("not_heard", "device:1D bad"),)),
        )

    def evening(self) -> None:
        """Somebody is helped, something waits, and one has been taken."""
        self.act(self.find("help-button", "2A", 6 * MINUTE), "jonas", True)
        self.act(self.night_exit("1D", 3 * MINUTE), "nora")
        self.find("door-open", "gang-2", 2 * MINUTE)

    def calm(self) -> None:
        """Whatever is open is seen to."""
        for number, state in self.rows("SELECT id, state FROM alert WHERE state != 'closed'"):
            self._close(number, state)

    def _close(self, number: int, state: str) -> None:
        desk = Desk(self.connection, self.site.site, WallClock())
        if state == "open":
            desk.accept(number, "jonas")
        desk.arrive(number, "jonas")
        desk.close(number, "jonas", "no_help_needed")

    def a_new_sensor_speaks(self) -> str:
        """Its address: another each time."""
        self._sensors += 1
        address = f"0x00158d0001a2b3{self._sensors:02x}"
        said: dict[str, Value] = {"leak": False, "battery": 91.0, "lqi": 140.0}
        with transaction(self.connection):
            no = devices.add(self.connection, self.site.site, "zigbee", address, self.now())
            devices.put_latest(
                self.connection, [(no, self.now(), {m: (v, self.now()) for m, v in said.items()})]
            )
        return address
