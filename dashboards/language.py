"""The page's own words in the reader's language: gettext catalogs read as they are, without a build step.

English is what stands in the templates; dashboards/locale/nb.po says it in Norwegian. What happened to a
resident is said by rules/wording instead.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import get_args

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from rules.wording import Language

LOCALE = Path(__file__).parent / "locale"
LANGUAGES: tuple[Language, ...] = get_args(Language)


@cache
def translations(language: Language) -> NullTranslations:
    if language == "en":
        return NullTranslations()
    with (LOCALE / f"{language}.po").open("rb") as po:
        catalog = read_po(po, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)


def as_language(text: str | None) -> Language | None:
    return next((known for known in LANGUAGES if known == text), None)
