"""ARCHITECTURE.md is the map of the house: what it draws and names is there. Decisions are told one way."""

import re

from rules.alert import TRANSITIONS
from tests.servers import ROOT

MAP = (ROOT / "ARCHITECTURE.md").read_text()


def drawn() -> str:
    """The alert's life as the table has it; what leaves the state as it is, is left out."""
    moves = [f"    {a} --> {b}: {event}" for (a, event), b in TRANSITIONS.items() if a != b]
    return "\n".join(["stateDiagram-v2", "    [*] --> open", *moves, "    closed --> [*]"])


def test_the_drawing_of_an_alerts_life_is_the_table_itself() -> None:
    found = re.search(r"```mermaid\n(.*?)\n```", MAP, re.DOTALL)
    assert found is not None
    assert found.group(1) == drawn()


def test_every_file_that_the_map_names_exists() -> None:
    named = {name for name in re.findall(r"`([\w./-]+/[\w./*-]*)`", MAP) if "<" not in name}
    missing = [name for name in sorted(named) if name.split("/")[0] in ROOMS and not list(ROOT.glob(name))]
    assert missing == []


def test_the_map_looks_for_each_thing_once() -> None:
    asked = re.findall(r"(?m)^\| ([^|]+) \|", MAP.partition("## Where is …?")[2].partition("\n## ")[0])
    assert len(asked) > 100
    assert sorted(asked) == sorted(set(asked))


ROOMS = {"devices", "rules", "hub", "dashboards", "tests", "docs"}


def test_every_decision_says_what_why_and_what_else_was_weighed() -> None:
    for file in sorted((ROOT / "docs" / "adr").glob("*.md")):
        said = file.read_text("utf-8")
        assert re.match(r"# \D", said), f"{file.name}: its number stands in its name alone"
        wanted = (r"\*\*Decided\*\*:", r"\*\*Why\b", r"\*\*Weighed and left\.\*\*")
        found = [re.search(f"(?m)^{part}", said) for part in wanted]
        assert all(found), f"{file.name}: it wants {wanted}"
