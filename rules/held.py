"""Which rules are held, and since when: what they depend on cannot be heard or is aside (under test, or
paused), or somebody has switched them off.

Here: what is silent, aside or off. What follows for a rule's state: rules/judge.py. Like the judge this is
tied to a transaction by `keep` and `undo`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from rules.rulebook import Watch

Key = tuple[str, str]
"""(rule, room)"""
_NOTHING: Mapping[str, datetime] = {}
_NO_RULE: Mapping[Key, datetime] = {}


class Now(NamedTuple):
    """The parts that cannot be heard, the rules that are off, the devices that are aside: each since when."""

    unheard: dict[str, datetime]
    paused: dict[Key, datetime]
    aside: dict[str, datetime]

    def copy(self) -> Now:
        return Now(dict(self.unheard), dict(self.paused), dict(self.aside))


class Held:
    def __init__(
        self,
        unheard: Mapping[str, datetime] = _NOTHING,
        paused: Mapping[Key, datetime] = _NO_RULE,
        aside: Mapping[str, datetime] = _NOTHING,
    ) -> None:
        self.now = Now(dict(unheard), dict(paused), dict(aside))
        self._kept = self.now.copy()

    def parts(self, watch: Watch) -> frozenset[str]:
        """Those of a watch that cannot be heard now, or are not listened to."""
        silent = {part for part in watch.parts if part in self.now.unheard}
        if self.now.aside:
            silent |= {part for device in self.now.aside if (part := f"device:{device}") in watch.parts}
        return frozenset(silent)

    def since(self, watch: Watch) -> datetime | None:
        """Since when it cannot hear, or is off; None: it is not held."""
        unheard, paused, aside = self.now
        if not (unheard or paused or aside):
            return None
        since = [unheard[part] for part in watch.parts if part in unheard]
        since += [paused[watch.key]] if watch.key in paused else []
        since += [at for device, at in aside.items() if f"device:{device}" in watch.parts]
        return min(since, default=None)

    def move(self, moved: Callable[[datetime], datetime]) -> None:
        """The clock was off and has been set: `moved` tells where an instant that is kept belongs."""
        for since in self.now:
            for held, at in since.items():
                since[held] = moved(at)  # type: ignore[index]

    @property
    def unheard_changed(self) -> bool:
        """Since it was last kept."""
        return self.now.unheard != self._kept.unheard

    @property
    def aside_changed(self) -> bool:
        return self.now.aside != self._kept.aside

    def keep(self) -> None:
        if self.now != self._kept:
            self._kept = self.now.copy()

    def undo(self) -> None:
        self.now = self._kept.copy()
