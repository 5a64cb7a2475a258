"""Whether others are called for those whom a call does not reach, and who: one decision for the live calls
(hub/answerable.py) and for what would be done in an hour to come (rules/reach.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from rules.building import Site
from rules.duty import Shift, instead
from rules.severity import Severity


class InVain(NamedTuple):
    """A call that reaches nobody of those it is for. `told`: who was told of the alert before, and may come;
    `coming`: those of them whose message is just leaving.
    `again`: all stages were called before; `last`: this is the last one. `aside`: who asks for more hands, or
    hands it back, and is not called for that.
    """

    severity: Severity
    told: frozenset[str]
    again: bool
    last: bool
    aside: str | None = None
    coming: frozenset[str] = frozenset()


def called_in_stead(
    call: InVain,
    unit: str,
    site: Site,
    on_duty: Iterable[Shift],
    at: datetime,
    hears: Callable[[str], bool],
) -> tuple[str, ...]:
    """The first circle in which anybody hears of it. Somebody who was told before is enough until the course
    has been gone through: then nobody has answered. With its last stage comes who was not told yet, and
    where none of these hears of it whoever was: a stage that nobody hears of would double the silence. What
    is low waits for its next stage. Who asks for more hands, or hands it back, waits for nobody.
    """
    if call.severity == "low" and call.aside is None:
        return ()
    waits = not call.again and call.aside is None
    told, coming = (call.told, call.coming) if waits else (frozenset[str](), frozenset[str]())
    if told and not call.last:
        return ()
    circles = tuple(instead(unit, site, on_duty, at, lambda person: person != call.aside and hears(person)))
    for but in dict.fromkeys((told, coming)):
        for circle in circles:
            found = tuple(person for person in circle if person not in but and person != call.aside)
            if any(map(hears, found)):
                return found
    return ()
