"""The end of a send, for every way. A socket's own timeout is for each read: who answers in drips never
reaches it, and would hold up all that waits for the same address.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Lock, Thread
from typing import TypeVar

from hub.ways.way import TIMEOUT

T = TypeVar("T")
L = TypeVar("L")

LONGEST = 3 * TIMEOUT
"""[default] s. A slow server, each of whose answers comes within `TIMEOUT`, is left the time to take it: what
is given up and taken all the same arrives twice.
"""
MOST_UNENDED, MOST_IN_ALL = 8, 256
"""Sends to one address, and to all, that have not ended, those given up included: each has a thread and a
socket. Beyond the second an address has one at most.
"""
_unended: Counter[str] = Counter()
_counting = Lock()


def in_time(to: str, send: Callable[[], T], too_late: L) -> T | L:
    """What `send` to an address returns or raises, or `too_late` where it has not ended within `LONGEST`. It
    is left to itself then, and what it still sends arrives twice, with the same id.
    """
    if not _may_begin(to):
        return too_late
    future: Future[T] = Future()
    try:
        Thread(target=_run, args=(to, send, future), name="sends", daemon=True).start()
    except RuntimeError:  # the machine has no thread left
        _note_ended(to)
        raise
    wait([future], LONGEST)
    return future.result() if future.done() else too_late


def _run(to: str, send: Callable[[], T], future: Future[T]) -> None:
    try:
        result = send()
    except BaseException as error:
        _note_ended(to)
        future.set_exception(error)
    else:
        _note_ended(to)
        future.set_result(result)


def _may_begin(to: str) -> bool:
    with _counting:
        most = MOST_UNENDED if _unended.total() < MOST_IN_ALL else 1
        if _unended[to] >= most:
            return False
        _unended[to] += 1
        return True


def _note_ended(to: str) -> None:
    with _counting:
        _unended[to] -= 1
        if not _unended[to]:
            del _unended[to]
