"""Amounts as pictures write them, and the words of what is usual: for a person, or for a room."""

from __future__ import annotations

from functools import lru_cache

from babel.numbers import format_decimal

from rules.wording import Language
from rules.wording.pictures import words


def number(value: float, language: Language) -> str:
    """Below 20 with one decimal."""
    return _written(round(value, 1) if value < 20 else float(round(value)), language)


def own_words(what: str, of_room: bool, language: Language, **values: object) -> str:
    return words(f"{what} of room" if of_room else what, language, **values)


@lru_cache(2048)  # a year has a thousand of them, and the library takes a tenth of a millisecond for each
def _written(value: float, language: Language) -> str:
    return format_decimal(value, "#,##0.#" if value < 20 else "#,##0", locale=language)
