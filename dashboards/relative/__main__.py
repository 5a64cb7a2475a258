"""The hub's child that writes one letter to a relative: an order on the way in, the letter on the way out, as
JSON (hub/relatives/enclosure.py). It changes nothing.
"""

from __future__ import annotations

import os
import sys
from contextlib import closing

import msgspec

from dashboards.relative.letter import write
from hub.relatives.enclosure import Order
from hub.settings import read_settings
from hub.store.db import connect


def main() -> None:
    os.nice(19)
    database = read_settings().database
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    with closing(connect(database)) as connection:
        letter = write(connection, database, order)
    sys.stdout.buffer.write(msgspec.json.encode(letter))


if __name__ == "__main__":
    main()
