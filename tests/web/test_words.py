"""The page's own words: every one of them in Norwegian, and none left over."""

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from dashboards.language import LOCALE

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
    with (LOCALE / "nb.po").open("rb") as po:
        catalog = read_po(po, locale="nb")
    said = {(m.context, m.id) for m in catalog if m.id and all(m.string if m.pluralizable else (m.string,))}
    assert used == said


def test_translations_keep_the_placeholders() -> None:
    with (LOCALE / "nb.po").open("rb") as po:
        catalog = read_po(po, locale="nb")
    assert [(m.id, error) for m, errors in catalog.check() for error in errors] == []
