"""The technician's guide says the words that stand on the buttons, in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards.language import catalog
from rules.wording import Language

DOCS = Path(__file__).parents[2] / "docs"


def words_of_the_pages(language: Language) -> Iterator[str]:
    for message in catalog("nb"):
        said = message.id if language == "en" else message.string
        yield from said if isinstance(said, list | tuple) else (said,)


@pytest.mark.parametrize(("guide", "language"), [("technician.md", "en"), ("tekniker.md", "nb")])
def test_every_bold_word_of_the_guide_stands_on_a_page(guide: str, language: Language) -> None:
    bold = re.findall(r"\*\*(.+?)\*\*", (DOCS / guide).read_text("utf-8"))
    assert len(bold) > 15
    known = set(words_of_the_pages(language))
    assert [word for word in bold if word.rstrip(".") not in known] == []
