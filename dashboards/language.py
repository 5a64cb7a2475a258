"""The page's own words in the reader's language: gettext catalogs read as they are, without a build step.

English is what stands in the templates; dashboards/locale/nb/ says it in Norwegian, one file for each area.
What happened to a resident is said by rules/wording instead.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import get_args

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from rules.wording import Language

LOCALE = Path(__file__).parent / "locale"
LANGUAGES: tuple[Language, ...] = get_args(Language)


@cache
def translations(language: Language) -> NullTranslations:
    if language == "en":
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalog(language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def catalog(language: Language) -> Catalog:
    """Every area's words together. Two areas may have the same word, and then say the same."""
    whole = Catalog(locale=language)
    for file in sorted((LOCALE / language).glob("*.po")):
        with file.open("rb") as po:
            for message in read_po(po, locale=language):
                if message.id and whole.get(message.id, message.context) is None:
                    whole[message.id] = message
    return whole


def as_language(text: str | None) -> Language | None:
    return next((known for known in LANGUAGES if known == text), None)
