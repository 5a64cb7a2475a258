"""The guides' text: which there are, and what their Markdown becomes, as HTML and as blocks for a document.

Written in docs/guides, for GitHub and for Vaka's own pages; nothing in them is anybody's data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from dashboards.access import Role
from rules.wording import Language

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
PICTURES = GUIDES / "pictures"
PATH = "/help"
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")

Guide = Literal["carer", "leader", "technician", "administrator", "privacy_officer", "relative"]


class Written(NamedTuple):
    """`nb`, `nn`: the file's name there; in English it is the guide's."""

    nb: str
    nn: str


WRITTEN: dict[Guide, Written] = {
    "carer": Written("pleier", "pleiar"),
    "leader": Written("leder", "leiar"),
    "technician": Written("tekniker", "teknikar"),
    "administrator": Written("administrator", "administrator"),
    "privacy_officer": Written("personvernombud", "personvernombod"),
    "relative": Written("parorende", "parorande"),
}
_BY_FILE = {name: guide for guide, written in WRITTEN.items() for name in (written.nb, written.nn, guide)}


def address_for(role: Role, language: Language) -> str:
    """The guide of a role; all of them for who has none of their own."""
    return f"{PATH}{f'/{role}' if role in WRITTEN else ''}?language={language}"


def file_of(guide: Guide, language: Language) -> Path:
    name = {"nb": WRITTEN[guide].nb, "nn": WRITTEN[guide].nn, "en": guide}[language]
    return GUIDES / language / f"{name}.md"


@cache
def title_of(guide: Guide, language: Language) -> str:
    return file_of(guide, language).read_text("utf-8").partition("\n")[0].removeprefix("# ")


@cache
def html_of(guide: Guide, language: Language) -> str:
    """Without its title. Raises FileNotFoundError where the guides were not installed."""
    tokens = _tokens(guide, language)[3:]
    for token in tokens:
        if token.children is not None:
            token.children = list(_for_the_page(token.children, language))
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def _tokens(guide: Guide, language: Language) -> list[Token]:
    return _MARKDOWN.parse(file_of(guide, language).read_text("utf-8"))


def _for_the_page(children: Sequence[Token], language: Language) -> Iterator[Token]:
    """Pictures and other guides at their addresses here; a link to what is not served is its words alone."""
    open_links: list[bool] = []
    for child in children:
        if child.type == "image":
            child.attrSet("src", f"{PATH}/pictures/{Path(str(child.attrGet('src'))).name}")
            child.attrSet("loading", "lazy")
        elif child.type == "link_open":
            guide = _BY_FILE.get(Path(str(child.attrGet("href"))).stem)
            open_links.append(guide is not None)
            if guide is None:
                continue
            child.attrSet("href", address_for(guide, language))
        elif child.type == "link_close" and not open_links.pop():
            continue
        yield child


Run = tuple[str, str]
"""How it is set (`plain`, `strong`, `em` or `code`), and the words."""


def blocks_of(guide: Guide, language: Language) -> list[dict[str, Any]]:
    """Headings, paragraphs, lists, tables, quotes and pictures, in order; what dashboards/documents sets."""
    blocks: list[dict[str, Any]] = []
    for token in _tokens(guide, language):
        match token.type:
            case "heading_open":
                blocks.append({"is": "heading", "level": int(token.tag[1])})
            case "bullet_list_open" | "ordered_list_open":
                blocks.append({"is": "list", "numbered": token.tag == "ol", "items": []})
            case "table_open":
                blocks.append({"is": "table", "rows": []})
            case "tr_open":
                blocks[-1]["rows"].append([])
            case "blockquote_open":
                blocks.append({"is": "quote"})
            case "inline":
                _put(blocks, token)
    return blocks


def _put(blocks: list[dict[str, Any]], token: Token) -> None:
    """Where the words of `token` belong: the block that was begun last and waits for some, or a new one."""
    runs = _runs(token.children or ())
    last: dict[str, Any] = blocks[-1] if blocks else {"is": ""}
    if token.children and token.children[0].type == "image":
        image = token.children[0]
        name = Path(str(image.attrGet("src"))).name
        blocks.append(
            {"is": "picture", "words": image.content, "bytes": list((PICTURES / name).read_bytes())}
        )
    elif last["is"] == "table" and token.level > 2:
        last["rows"][-1].append(runs)
    elif last["is"] == "list" and token.level > 1:
        last["items"].append(runs)
    elif last["is"] in {"heading", "quote"} and "runs" not in last:
        last["runs"] = runs
    else:
        blocks.append({"is": "paragraph", "runs": runs})


def _runs(children: Sequence[Token]) -> list[Run]:
    runs: list[Run] = []
    how = "plain"
    for child in children:
        match child.type:
            case "strong_open" | "em_open":
                how = child.tag
            case "strong_close" | "em_close":
                how = "plain"
            case "code_inline":
                runs.append(("code", child.content))
            case "softbreak":
                runs.append((how, " "))
            case "text":
                runs.append((how, child.content))
    return runs
