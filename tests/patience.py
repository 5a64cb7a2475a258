"""How tests wait for what other threads and processes do: until it is true, with an end that only a fault
reaches. Never a measure of speed: this machine may be slow. Speed is measured by `make bench`, or here in
processor time.
"""

import time
from collections.abc import Callable

PATIENCE = 120.0
"""Seconds, for whatever takes them: a wait, an answer, a process that ends."""
PATIENCE_MS = int(PATIENCE * 1000)
HANGS_FOR = 10 * PATIENCE
"""Longer than any test may take: what is over before, did not wait for what hangs."""


def until(holds: Callable[[], object], what: str) -> None:
    """Returns when it holds; `what` says what did not come."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"in {PATIENCE:.0f} s it did not come: {what}"
        time.sleep(0.01)
