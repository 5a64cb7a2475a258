"""The vendors' own LoRaWAN codecs: `codecs/<model or device>.js` beside the database."""

from __future__ import annotations

import logging
from pathlib import Path

from devices.codec import LARGEST_SOURCE, Codecs

log = logging.getLogger(__name__)


def read_codecs(database: Path) -> Codecs:
    """All there are. One that cannot be read is left out, and the log says so."""
    sources = {}
    for file in sorted((database.parent / "codecs").glob("*.js")):
        try:
            if file.stat().st_size > LARGEST_SOURCE:
                raise ValueError(f"it has more than {LARGEST_SOURCE} bytes")
            sources[file.stem] = file.read_text("utf-8")
        except (OSError, ValueError) as fault:
            log.warning("the codec %s is left out: %s", file, fault)
    return Codecs(sources)
