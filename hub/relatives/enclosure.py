"""What a week's letter holds beside the way to it, where the resident said yes to that too: words and
pictures, made at the moment of sending, and kept nowhere.

They are drawn in the pages' own room (dashboards/relative/letter.py), in a child of the hub: a picture that
hangs or breaks costs the letter its pictures, and never the letter.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from hub.settings import Settings
from hub.ways.way import Inline
from rules.relatives import Category
from rules.telling_relatives import Kind

log = logging.getLogger(__name__)

WITHIN_S = 60.0
"""[default] A busy machine takes some seconds; after this the letter goes with the way to it alone."""


class Order(msgspec.Struct, frozen=True):
    """A letter to be written. `residents`: those whose week it holds; `kinds`: all that it tells; `pages`:
    where it is read, None where nobody knows.
    """

    site: str
    relative: int
    residents: Sequence[str]
    kinds: Sequence[Kind]
    pages: str | None
    now: datetime


class Enclosure(msgspec.Struct, frozen=True):
    """The letter. `shown`: of whom it holds which categories: it is written down as a look."""

    text: str
    html: str
    pictures: tuple[Inline, ...]
    shown: dict[str, tuple[Category, ...]]


Writer = Callable[[Order], Enclosure | None]
"""None where it could not be written, or where there is nothing that may be told."""


def by_the_pages(settings: Settings) -> Writer:
    """The pages' room as a child, at the lowest priority."""
    environment = {**os.environ, "VAKA_DATA": str(settings.data)}
    command = [sys.executable, "-m", "dashboards.relative"]

    def write(order: Order) -> Enclosure | None:
        asked = msgspec.json.encode(order)
        try:
            done = subprocess.run(
                command, input=asked, capture_output=True, timeout=WITHIN_S, env=environment
            )
            if done.returncode == 0:
                return msgspec.json.decode(done.stdout, type=Enclosure | None)
            said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
            why = said or f"its process ended with code {done.returncode}"
        except (OSError, subprocess.SubprocessError, msgspec.DecodeError) as error:
            why = str(error)
        log.warning("the pictures of a letter to relative:%s were left out: %s", order.relative, why)
        return None

    return write
