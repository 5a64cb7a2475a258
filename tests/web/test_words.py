"""The page's own words: every one of them in Norwegian, and none left over."""

from babel.messages.extract import extract_from_dir

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
