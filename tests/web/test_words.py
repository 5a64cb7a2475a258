"""The pages' own words: every one of them in both written forms of Norwegian, and none left over."""

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from dashboards.language import LOCALE, catalog
from rules.language import Language

TEMPLATES = LOCALE.parent / "templates"


def used() -> set[tuple[object, object]]:
    """(context, message) of every word in the templates."""
    return {
        (context, message)
        for _, _, message, _, context in extract_from_dir(
            TEMPLATES,
            [("**.*", "jinja2")],
            options_map={"**.*": {"silent": "false", "newstyle_gettext": "true"}},
        )
    }


def translated(language: Language) -> set[tuple[object, object]]:
    return {
        (m.context, m.id)
        for m in catalog(language)
        if m.id and all(m.string if m.pluralizable else (m.string,))
    }


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_every_word_of_the_templates_is_translated_and_no_translation_is_left_over(
    language: Language,
) -> None:
    """A word is added in dashboards/locale/nb/<area>.po and in nn/<area>.po: docs/language.md."""
    assert used() == translated(language)


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_translations_keep_the_placeholders(language: Language) -> None:
    assert [(m.id, error) for m, errors in catalog(language).check() for error in errors] == []


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_no_area_says_a_word_in_another_way_than_the_others(language: Language) -> None:
    said: dict[object, set[object]] = {}
    for file in (LOCALE / language).glob("*.po"):
        for message in read_po(file.read_bytes().splitlines(), locale=language):
            if message.id:
                said.setdefault((message.context, message.id), set()).add(message.string)
    assert {word: ways for word, ways in said.items() if len(ways) > 1} == {}
