"""Being told to stop: by a service manager, by Ctrl-C, by a terminal that is closed."""

from __future__ import annotations

import signal
from collections.abc import Callable


def on_stop_signals(stop: Callable[[], object]) -> None:
    """Call `stop` at each. A hang-up that is ignored (nohup) stays ignored."""
    numbers = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    for number in numbers:
        signal.signal(number, lambda *_: stop())
