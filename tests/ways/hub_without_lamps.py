"""A real hub whose thread of the lamps cannot open the database: `python -m tests.ways.hub_without_lamps`."""

import sqlite3
import sys
from pathlib import Path

from hub import signs
from hub.__main__ import main


def unopened(_: Path) -> sqlite3.Connection:
    return sqlite3.connect("file:/no/such/folder/vaka.db?mode=rw", uri=True)


if __name__ == "__main__":
    signs.connect = unopened  # type: ignore[attr-defined]
    sys.exit(main(["hub"]))
