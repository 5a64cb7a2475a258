"""One connection from a browser, with an end to patience: whoever opens many and asks nothing, asks a letter
at a time or never takes the answer, keeps no board from being served.

uvicorn waits for ever for the rest of a request. Not here: what is asked and answered (app.py), how much
(body_limit.py).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


class Connection(H11Protocol):
    """HTTP/1.1. It asks from when it opens, or a next request begins, until the whole request is here."""

    head_within_s: ClassVar[float] = 15
    """[default] A phone at the edge of its net; a request's head is one or two packets."""
    body_within_s: ClassVar[float] = 180
    """[default] The largest upload (body_limit.py) at half a megabit a second."""
    taken_within_s: ClassVar[float] = 60
    """[default] How long nothing of an answer is taken. A board that slept so long connects anew."""
    asking_at_most: ClassVar[int] = 1000
    """[default] Beyond that the one that has been asking longest goes: a true request takes milliseconds."""
    _asking: ClassVar[OrderedDict[H11Protocol, None]] = OrderedDict()

    _patience: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None
    _of: type[h11.SEND_BODY] | type[h11.IDLE] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._look()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_for(None)
        self._taken()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._stalled is None:
            self._stalled = self.loop.call_later(self.taken_within_s, self.transport.abort)

    def resume_writing(self) -> None:
        self._taken()
        super().resume_writing()

    def _look(self) -> None:
        """What it still owes us; nothing while it is answered."""
        theirs = self.conn.their_state
        self._wait_for(theirs if theirs in (h11.IDLE, h11.SEND_BODY) else None)

    def _wait_for(self, part: type[h11.SEND_BODY] | type[h11.IDLE] | None) -> None:
        if part is self._of:
            return
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        self._of = part
        if part is None:
            self._asking.pop(self, None)
            return
        within = self.head_within_s if part is h11.IDLE else self.body_within_s
        self._patience = self.loop.call_later(within, self.transport.abort)
        self._asking[self] = None
        if len(self._asking) > self.asking_at_most:
            longest, _ = self._asking.popitem(last=False)
            longest.transport.abort()

    def _taken(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
