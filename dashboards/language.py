"""The page's own words in the reader's language: gettext catalogs read as they are, without a build step.

English is what stands in the templates; dashboards/locale/nb/ says it in bokmål and nn/ in nynorsk, one file
for each area. What happened to a resident is said by rules/wording instead.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from rules.language import LANGUAGES, Language

LOCALE = Path(__file__).parent / "locale"
NAMES: dict[Language, str] = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
"""What each is called by those who read it."""


@cache
def translations(language: Language) -> NullTranslations:
    """In nynorsk what nobody has said yet is in bokmål: still Norwegian."""
    if language == "en":
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalog(language))
    compiled.seek(0)
    said = GNUTranslations(compiled)
    if language == "nn":
        said.add_fallback(translations("nb"))
    return said


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


def asked_for(header: str) -> Language | None:
    """What an Accept-Language header likes best of what is spoken here: `nn-NO,nn;q=0.9,en;q=0.5` is nynorsk.
    `no` says Norwegian and not which: bokmål. What cannot be read is passed over.
    """
    liked: list[tuple[float, Language]] = []
    for part in header.lower().split(","):
        name, _, weight = part.strip().partition(";q=")
        known = as_language({"no": "nb"}.get(name[:2], name[:2]))
        try:
            share = float(weight or 1)
        except ValueError:
            continue
        if known is not None and share > 0:
            liked.append((share, known))
    return max(liked, key=lambda one: one[0])[1] if liked else None
