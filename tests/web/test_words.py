"""The page's own words: every one of them in Norwegian, and none left over."""

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from dashboards.language import LOCALE, catalog

TEMPLATES = LOCALE.parent / "templates"


def test_every_word_of_the_templates_is_translated_and_no_translation_is_left_over() -> None:
    used = {
        (context, message)
        for _, _, message, _, context in extract_from_dir(
            TEMPLATES,
            [("**.*", "jinja2")],
            options_map={"**.*": {"silent": "false", "newstyle_gettext": "true"}},
        )
    }
    said = {
        (m.context, m.id) for m in catalog("nb") if m.id and all(m.string if m.pluralizable else (m.string,))
    }
    assert used == said


def test_translations_keep_the_placeholders() -> None:
    assert [(m.id, error) for m, errors in catalog("nb").check() for error in errors] == []


def test_no_area_says_a_word_in_another_way_than_the_others() -> None:
    said: dict[object, set[object]] = {}
    for file in (LOCALE / "nb").glob("*.po"):
        for message in read_po(file.read_bytes().splitlines(), locale="nb"):
            if message.id:
                said.setdefault((message.context, message.id), set()).add(message.string)
    assert {word: ways for word, ways in said.items() if len(ways) > 1} == {}
