"""How full the battery of each of the demo's devices is: the same before the demo began and while it runs."""

from __future__ import annotations

from datetime import datetime
from zlib import crc32

_SHORTEST, _LONGEST = 160, 700
"""days from full to empty"""
_FULL, _EMPTY = 100.0, 4.0


def level(device: str, at: datetime) -> float:
    """%, whole. It falls evenly, and is changed where it is empty."""
    chance = crc32(device.encode())
    lasts = _SHORTEST + chance % (_LONGEST - _SHORTEST)
    days = at.timestamp() / 86_400 + chance // 1000 % lasts
    return float(round(_FULL - (_FULL - _EMPTY) * (days % lasts) / lasts))
