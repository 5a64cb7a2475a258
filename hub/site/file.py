"""A site file: from its text to the site it describes, or to everything that is wrong with it, at once.

Here: reading each part by its model. Not here: YAML itself (hub/site/yaml_tree.py), what the parts must agree
on (hub/site/checks.py, hub/site/coverage.py), how a mistake is said (hub/site/errors.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ValidationError

from hub.site.checks import check
from hub.site.coverage import check_coverage
from hub.site.draft import Draft
from hub.site.errors import Problem, sentences, shown
from hub.site.yaml_tree import Path, read_tree
from rules.building import TRAILS_OWN, Device, Gateway, Person, Resident, Room, RuleUse, Site, Unit
from rules.health.thresholds import HealthUse

SECTIONS: dict[str, type[BaseModel]] = {
    "gateways": Gateway,
    "units": Unit,
    "rooms": Room,
    "residents": Resident,
    "devices": Device,
    "people": Person,
    "rules": RuleUse,
    "health": HealthUse,
}
"""The lists of a site file and what each of their parts is."""

_SECRET = re.compile(
    r"pass(wd|phrase)?|.*(passord|password).*|pwd|pin([ _-]?(code|kode))?|secret|hemmelig(het)?|token|hash"
    r"|(api|access)[ _-]?key|credentials?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SiteFile:
    """A file that can be put in force. `warnings` say where nobody would be told. `content` is what the
    document says, part by part, without defaults; it is only read.
    """

    site: Site
    document: str
    warnings: tuple[Problem, ...]
    content: dict[str, Any]


def read_site_bytes(data: bytes, file: str) -> SiteFile | list[Problem]:
    """`read_site` for the bytes of a file, which must be UTF-8. Nobody new is called as the trail calls Vaka
    itself, or by what nobody reads as a name; whoever is in force by such a name stays.
    """
    try:
        read = read_site(data.decode("utf-8"), file)
        return (_misleading(read, file) or read) if isinstance(read, SiteFile) else read
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = "UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else f"a byte {data[error.start]:#04x}"
        return [Problem(file, line, (), f"{found} that is not UTF-8", "the file saved as UTF-8")]


def _misleading(found: SiteFile, file: str) -> list[Problem]:
    lines = read_tree(found.document).lines

    def problem(path: Path, wrong: str, expected: str) -> Problem:
        return Problem(file, lines.get(path, 1), path, wrong, expected)

    site = found.site
    named: dict[str, Sequence[Person | Resident]] = {"people": site.people, "residents": site.residents}
    return [
        *(
            problem(
                ("people", n, "id"), f"{one.id!r} is what the audit trail calls Vaka itself", "another id"
            )
            for n, one in enumerate(site.people)
            if one.id in TRAILS_OWN
        ),
        *(
            problem((section, n, "name"), f"{one.name!r} holds what cannot be seen", "the name as it is read")
            for section, parts in named.items()
            for n, one in enumerate(parts)
            if not "".join(one.name.split()).isprintable()
        ),
    ]


def read_site(text: str, file: str, coverage: bool = True) -> SiteFile | list[Problem]:
    """The site that a text describes, or all its problems by line. `file` is the name they give it. Without
    `coverage` nobody asks who would not be watched over (most of the time goes there): there are no warnings.
    """
    draft = Draft(file, read_tree(text))
    draft.problems += (Problem(file, *flaw) for flaw in draft.tree.flaws)
    content = draft.tree.value
    if isinstance(content, dict):
        _refuse_secrets(draft, content, ())
        site = _read_parts(draft, content)
        check(draft)
        if site is not None and not draft.problems:
            if coverage:
                check_coverage(draft, site)
            return SiteFile(site, text, tuple(_in_order(draft.problems)), content)
    elif not draft.problems:
        what = "the file is empty" if content is None else f"the file is {shown(content)}"
        draft.wrong((), what, "site:, name:, units: and rooms:")
    return _in_order(draft.problems)


@lru_cache(maxsize=4)
def read_held(document: str) -> SiteFile | list[Problem]:
    """`read_site` for a document that is in force or about to be: it is asked for again and again."""
    return read_site(document, "the site")


def _in_order(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.line, str(problem)))


def _refuse_secrets(draft: Draft, content: Any, path: Path) -> None:
    """Take passwords out of what was read and say so; they are never repeated."""
    if isinstance(content, dict):
        for key in list(content):
            if _SECRET.fullmatch(key):
                draft.wrong(
                    (*path, key),
                    f"{key!r}: a secret does not belong in this file",
                    "none: vaka password PERSON sets one",
                )
                del content[key]
            else:
                _refuse_secrets(draft, content[key], (*path, key))
    elif isinstance(content, list):
        for position, item in enumerate(content):
            _refuse_secrets(draft, item, (*path, position))


def _read_parts(draft: Draft, content: dict[str, Any]) -> Site | None:
    """Each part by its own model, so that one mistake hides no other; then the site of those that fit."""
    whole = {key: value for key, value in content.items() if value is not None or key not in SECTIONS}
    for section, model in SECTIONS.items():
        draft.parts[section] = {}
        items = whole.get(section)
        if isinstance(items, list):
            for position, item in enumerate(items):
                _read_part(draft, section, position, model, item)
            whole[section] = tuple(draft.parts[section].values())
    try:
        return Site.model_validate(whole)
    except ValidationError as error:
        for problem in sentences(error, Site.model_fields):
            draft.wrong(*problem)
        return None


def _read_part(draft: Draft, section: str, position: int, model: type[BaseModel], item: Any) -> None:
    try:
        draft.parts[section][position] = model.model_validate(item)
    except ValidationError as error:
        for problem in sentences(error, model.model_fields, (section, position)):
            draft.wrong(*problem)
