"""docs/site-file.md knows every key, and what it shows is true."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from devices.measures import MEASURES
from hub.site.file import SECTIONS, SiteFile, read_site
from rules.building import ROLES, LegalBasis, Site
from rules.catalogue import catalogue
from rules.rule import RULE, RULE_MODELS, Rule, Signal

DOCS = (Path(__file__).parents[2] / "docs" / "site-file.md").read_text("utf-8")


def chapter(heading: str) -> str:
    """From a heading to the next of any level."""
    found = re.search(rf"^#+ {re.escape(heading)}.*?$(.*?)(?=^#|\Z)", DOCS, re.MULTILINE | re.DOTALL)
    assert found, f"docs/site-file.md has no chapter {heading!r}"
    return found[1]


def keys_of(text: str) -> list[str]:
    """The first column of the tables whose first column is Key."""
    tables = re.findall(r"^\| Key \|.*?\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    return re.findall(r"^\| `([a-z_]+)` \|", "".join(tables), re.MULTILINE)


def names_of(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


CHAPTERS = {
    "The site as a whole": names_of(Site),
    **{section.capitalize(): names_of(model) for section, model in SECTIONS.items()},
    "Values of every rule": names_of(Rule) - {"rule"} | {"kind"},
    **{f"Kind `{kind}`": names_of(model) - names_of(Rule) - {"kind"} for kind, model in RULE_MODELS.items()},
    "Signals": names_of(Signal),
    "Legal basis": names_of(LegalBasis),
}


@pytest.mark.parametrize("heading", CHAPTERS)
def test_each_chapter_has_a_line_for_every_key_and_for_no_other(heading: str) -> None:
    keys = keys_of(chapter(heading))
    assert sorted(keys) == sorted(CHAPTERS[heading])


def test_every_role_and_every_state_and_event_a_rule_can_hear_is_named() -> None:
    for role in ROLES:
        assert f"`{role}`" in chapter("Devices")
    for measure in MEASURES.values():
        assert (f"`{measure.name}`" in chapter("Signals")) == (measure.kind != "number")


def test_the_table_of_rules_says_what_the_catalogue_says() -> None:
    rows = re.findall(
        r"^\| `([a-z-]+)` \| ([a-z-]+) \| .*? \| (low|medium|high) \| ([\d.]*) ?\|$", DOCS, re.MULTILINE
    )
    assert rows == [
        (name, rule.kind, rule.severity, rule.vkp or "") for name, rule in sorted(catalogue().items())
    ]


@pytest.mark.parametrize("kind", RULE_MODELS)
def test_the_least_length_of_time_of_the_docs_is_the_one_that_is_taken(kind: str) -> None:
    rule = next(rule for rule in catalogue().values() if rule.kind == kind).model_dump(by_alias=True)
    rows = re.findall(r"^\| `([a-z_]+)` \| (.*?) \|", chapter(f"Kind `{kind}`"), re.MULTILINE)
    for key, value in rows:
        if "at least 1 s" in value:
            RULE.validate_python({**rule, key: "1 s"})
            with pytest.raises(ValidationError, match="expected at least 1 s"):
                RULE.validate_python({**rule, key: "0.9 s"})


def test_the_examples_of_the_docs_can_be_put_into_a_file() -> None:
    residents = re.findall(r"\| `([^`]*)` \|$", chapter("Residents"), re.MULTILINE)
    devices = re.findall(r"\| `([^`]*)` \|$", chapter("Devices"), re.MULTILINE)
    people = re.findall(r"\| `([^`]*)` \|$", chapter("People"), re.MULTILINE)
    gateway = re.findall(r"\| `([^`]*)` \|$", chapter("Gateways"), re.MULTILINE)
    assert [len(found) for found in (residents, devices, people, gateway)] == [7, 6, 5, 5]
    text = "\n".join(
        [
            "site: donski",
            "name: Dønski",
            f"gateways: [{{{', '.join(gateway)}}}]",
            "units: [{id: solsikka, name: Solsikka}]",
            "rooms: [{id: 3B, unit: solsikka}]",
            f"residents: [{{{', '.join(residents)}}}]",
            f"devices: [{{{', '.join(devices)}}}]",
            f"people: [{{{', '.join(people)}}}]",
            "rules: [{rule: not-up}, {rule: night-exit}]",
        ]
    )
    found = read_site(text, "docs/site-file.md")
    assert isinstance(found, SiteFile), [str(problem) for problem in found]
