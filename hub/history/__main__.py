"""The hub's child that keeps the history: `python -m hub.history DATABASE …` does what is due, and ends.

A process of its own, at the lowest priority, so that no reading waits for it; killed at any time it has done
what it has committed. Two at once wait for each other.
"""

from __future__ import annotations

import argparse
import os
from datetime import timedelta
from pathlib import Path

from hub.clock import WallClock
from hub.history.upkeep import Retention, keep


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m hub.history")
    parser.add_argument("database", type=Path)
    parser.add_argument("--relay", help="what must have a reading before the journal gives it up")
    parser.add_argument("--readings-kept", type=int, metavar="DAYS", help="without it: for ever")
    parser.add_argument("--hours-kept", type=int, metavar="DAYS", help="without it: for ever")
    parser.add_argument("--days-kept", type=int, metavar="DAYS", help="without it: for ever")
    arguments = parser.parse_args()
    os.nice(19)
    retention = Retention(
        _days(arguments.readings_kept), _days(arguments.hours_kept), _days(arguments.days_kept)
    )
    keep(arguments.database, WallClock().now(), retention, arguments.relay)


def _days(count: int | None) -> timedelta | None:
    return None if count is None else timedelta(days=count)


if __name__ == "__main__":
    main()
