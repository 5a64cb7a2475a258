"""In which language, zone and at what time something is said."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

Language = Literal["nb", "en"]


class Voice(NamedTuple):
    """In which language and zone to speak, and the instant (aware UTC) that "yesterday" is counted from."""

    language: Language
    zone: ZoneInfo
    now: datetime
