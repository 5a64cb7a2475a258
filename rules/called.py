"""What became of the calls of an alert: decided once for each of them (hub/calls.py), and said in the same
words by card, wall, page, trail and API (rules/wording/escalation.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal, NamedTuple, get_args

from rules.summons import Held

Became = Literal["called", "seen", "calling", "trying", "waits", "overtaken", "not_needed", "lost", "in_vain"]
"""Called: a way took a message. Seen: none did, but somebody has had the alert before them since. Calling:
one is on its way for the first time, mostly for less than a second. Trying: what was tried has failed and is
tried again, or has not left within ten seconds. Waits: held back until its time. Overtaken: held back until
the alert became graver, and that call took its place. Not needed: somebody had it before it was sent. Lost:
tried, and not any more. In vain: nobody could be reached.
"""
BEST_FIRST: tuple[Became, ...] = get_args(Became)


class Came(NamedTuple):
    """Of one call. `by`: who has seen it. `held`: why what waits does, until `at`. `nobody_in`: its groups in
    which there was nobody, beside others who were called.
    """

    what: Became = "called"
    by: tuple[str, ...] = ()
    held: Held | None = None
    at: datetime | None = None
    nobody_in: tuple[str, ...] = ()


CALLED = Came()


class Calls(NamedTuple):
    """`steps`: by number of the trail's step. `groups`: of the calls since somebody last took the alert or
    had it no more. `instead`: who was called, since nobody has it, for those who could not be reached.
    `instead_next`: who is being called or tried for them, and whom no message has reached yet; who has seen
    it all the same, too. `each`: by step of a call, of each group in which there was somebody. `newest`: of
    the groups, what became of the last call to each.
    """

    steps: Mapping[int, Came] = MappingProxyType({})
    groups: Mapping[str, Came] = MappingProxyType({})
    instead: tuple[str, ...] = ()
    instead_next: tuple[Came, ...] = ()
    each: Mapping[int, Mapping[str, Came]] = MappingProxyType({})
    newest: Mapping[str, Came] = MappingProxyType({})

    def whose(self, *what: Became) -> list[str]:
        """The groups of whose calls this became."""
        return [group for group, came in self.groups.items() if came.what in what]


NOTHING_MORE = Calls()
