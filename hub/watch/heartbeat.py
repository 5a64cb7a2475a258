"""The outgoing heartbeat: an outside watchman is told each minute that all is well, and hears nothing
otherwise.

As healthchecks.io and its kin expect it: the address itself for success, `/start` at the beginning, `/fail`
with a sentence where something is down.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import urllib3

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)
ANSWER_WITHIN = 5.0  # seconds


class Heartbeat:
    """Not for two threads at once. `url` None: there is no outside watchman."""

    def __init__(self, url: str | None) -> None:
        self._url, self._pool = url, urllib3.PoolManager(retries=False)
        self._next: datetime | None = None
        self._failed = False

    def begin(self) -> None:
        self._post("/start", "")

    def beat(self, well: bool, why: str, now: datetime) -> None:
        """All is well, or something is down: success once a minute, failure once when it begins."""
        if well:
            if self._failed or self._next is None or now >= self._next:
                self._next, self._failed = now + EVERY, False
                self._post("", "")
        elif why and not self._failed:
            self._failed = True
            self._post("/fail", why)

    def _post(self, what: str, said: str) -> None:
        if self._url is None:
            return
        try:
            self._pool.request("POST", self._url + what, body=said.encode(), timeout=ANSWER_WITHIN)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            log.warning("the outside watchman could not be reached: %s", type(error).__name__)
