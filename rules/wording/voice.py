"""In which language, zone and at what time something is said."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rules.language import Language, norwegian
from rules.wording.nynorsk import nynorsk

__all__ = ["Language", "Voice", "Words", "norwegian", "say"]

Words = tuple[str, str]
"""The same words in bokmål and English. Nynorsk is found by the bokmål: rules/wording/nn/."""


class Voice(NamedTuple):
    """In which language and zone to speak, and the instant (aware UTC) that "yesterday" is counted from."""

    language: Language
    zone: ZoneInfo
    now: datetime


def say(words: Words, language: Language, /, *numbers: object, **values: object) -> str:
    """The words in a language, with what belongs in their {}; as they stand where nothing is given."""
    bokmål, english = words
    chosen = english if language == "en" else nynorsk(bokmål) if language == "nn" else bokmål
    return chosen.format(*numbers, **values) if numbers or values else chosen
