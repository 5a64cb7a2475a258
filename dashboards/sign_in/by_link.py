"""What the pages behind one-time links share: a password of one's own, and guesses at links are slowed down.

Nobody is signed in there, so they say nothing of anybody but whose link it is; a wrong, used or old one
looks the same. Which links there are and what follows: dashboards/people/choose.py, relative/invited.py.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from fastapi import Request, Response

from dashboards.house import House
from dashboards.sign_in.page import address_of, door, waits
from dashboards.visit import clock_of
from hub.store import audit
from hub.store.credentials import SHORTEST
from rules.building import Person
from rules.relatives import Relative


class Links(NamedTuple):
    """One kind of link. `guessed`: what guesses at them count against, by address. `refused`: a wrong one on
    the audit trail.
    """

    template: str
    guessed: str
    refused: str

    def wrong(self, request: Request, connection: sqlite3.Connection, house: House) -> int:
        """Somebody came by a link that is good no more; for how many seconds no further one is heard. A good
        one always is: nobody guesses 256 bits, and whoever tries must not hold up others behind the same
        address.
        """
        brake, address, now = request.app.state.brake, address_of(request), clock_of(request).now()
        if wait := waits(brake, self.guessed, address, request):
            return wait
        brake.failed(self.guessed, address, now)
        audit.add(connection, house.site.site, now, None, self.refused, {"address": address})
        return 0

    def page(
        self,
        request: Request,
        house: House,
        found: Person | Relative | None,
        fault: str = "",
        wait: int = 0,
    ) -> Response:
        """`found`: whose link it is, None where it is good no more. `fault`: of `fault_of`."""
        status = 429 if wait else 404 if found is None else 422 if fault else 200
        values = {"action": request.url.path, "found": found, "fault": fault, "shortest": SHORTEST}
        speaks = found.language if found is not None else None
        return door(request, house, self.template, status, wait, speaks, **values)
