"""Whose history a reading is: the journal knows devices by number, the site by place.

A device that was replaced has had several numbers, and one that was moved from place to place has been
several devices of the site: each reading is that one's who had the address when it came.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from typing import NamedTuple

from hub.registry import device_ids
from hub.store import devices as spoken
from hub.store import placements
from hub.store.instants import to_us
from rules.building import NATIVE, Site

FOR_EVER = 2**63


class _Home(NamedTuple):
    """`since` and `until`: µs."""

    device: str
    since: int
    until: int


class Whose:
    """As things stand when it is made. `now`: the site's devices of today by number."""

    def __init__(self, connection: sqlite3.Connection, site: Site) -> None:
        numbers = {
            (gateway, address): no
            for no, of_site, gateway, address in spoken.names(connection)
            if of_site == site.site
        }
        ids = device_ids(site)
        self.now = {numbers[name]: id for name, id in ids.items() if name in numbers}
        self._homes: dict[int, list[_Home]] = {}
        for placed in placements.everything(connection, site.site):
            until = FOR_EVER if placed.until is None else to_us(placed.until)
            home = _Home(placed.device, to_us(placed.since), until)
            for gateway in {placed.gateway, *([NATIVE] if placed.also_native else [])}:
                if (no := numbers.get((gateway, placed.address))) is not None:
                    self._homes.setdefault(no, []).append(home)
        for no, id in self.now.items():  # placed before that was written down
            if not any(home.device == id for home in self._homes.get(no, ())):
                self._homes.setdefault(no, []).append(_Home(id, 0, FOR_EVER))
        self._always = {
            no: homes[0].device
            for no, homes in self._homes.items()
            if len(homes) == 1 and homes[0][1:] == (0, FOR_EVER)
        }

    def numbers(self, names: Collection[str]) -> list[int]:
        """Under which numbers these devices ever spoke."""
        wanted = set(names)
        return [no for no, homes in self._homes.items() if any(home.device in wanted for home in homes)]

    def spoke(self, first_heard: Mapping[int, int]) -> dict[str, list[tuple[int, int]]]:
        """From when until when (µs) there was a device of each name that speaks. `first_heard`: by number."""
        found: dict[str, list[tuple[int, int]]] = {}
        for no, own in first_heard.items():
            for home in self._homes.get(no, ()):
                if (first := max(home.since, own)) < home.until:
                    found.setdefault(home.device, []).append((first, home.until))
        return found

    def at(self, no: int, at: int) -> str | None:
        """Whose reading it was at an instant (µs); None: nobody's of the site."""
        if (device := self._always.get(no)) is not None:
            return device
        return next((h.device for h in reversed(self._homes[no]) if h.since <= at < h.until), None)

    def within(self, no: int, first: int, last: int) -> str | None:
        """Whose it was from `first` up to `last` (µs); None where it was nobody's, or changed hands."""
        if (device := self._always.get(no)) is not None:
            return device
        found = {h.device for h in self._homes[no] if h.since < last and first < h.until}
        return found.pop() if len(found) == 1 else None
