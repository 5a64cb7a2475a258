"""What README and docs tell people to type is there: commands with their options, make's targets, links."""

import argparse
import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from hub.__main__ import COMMANDS
from tests.servers import ROOT

DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
CALLS = json.loads((ROOT / "docs/openapi.json").read_text("utf-8"))["paths"]
TARGETS = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text("utf-8")))
pytestmark = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def typed(document: Path) -> Iterator[str]:
    """What stands there as code, line by line, without what is said beside it."""
    text = document.read_text("utf-8")
    code = re.findall(r"(?s)```.*?\n(.*?)```", text) + re.findall(r"`([^`\n]+)`", text)
    for block in code:
        for line in block.replace("\\\n", " ").splitlines():
            yield line.partition("  #")[0]


def options(command: str) -> set[str]:
    parser = argparse.ArgumentParser()
    import_module(COMMANDS[command][0]).add_arguments(parser)
    return set(re.findall(r"--[a-z][a-z-]*", parser.format_help()))


def test_every_command_is_one_and_knows_its_options(document: Path) -> None:
    for line in typed(document):
        for command, rest in re.findall(r"(?:^|[\s/;])vaka ([a-z][a-z-]*)([^|;]*)", line):
            assert command in COMMANDS, line
            assert set(re.findall(r"(?<!\S)--[a-z][a-z-]*", rest)) <= options(command), line


def test_every_target_of_make_is_one(document: Path) -> None:
    for line in typed(document):
        for words in re.findall(r"\bmake ((?:[a-z]+(?: |$))+)", line):
            assert set(words.split()) <= TARGETS, line


def test_every_link_leads_somewhere(document: Path) -> None:
    for path, part in re.findall(r"\]\(([^)#\s:]+)(?:#([^)]*))?\)", document.read_text("utf-8")):
        if path.startswith("/"):
            continue  # a page of Vaka's, from its own guides
        target = document.parent / path
        assert target.exists(), path
        if part and target.suffix == ".md":
            headings = re.findall(r"(?m)^#+ (.+)$", target.read_text("utf-8"))
            anchors = {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}
            assert part in anchors, f"{path}#{part}"


def test_every_call_is_one_of_the_api(document: Path) -> None:
    named = re.findall(r"\b(GET|PUT|POST|PATCH|DELETE) (/api/v1/[^\s`?),;|]*)", document.read_text("utf-8"))
    for method, path in named:
        assert any(method.lower() in CALLS[call] and is_at(path, call) for call in CALLS), f"{method} {path}"


def is_at(path: str, call: str) -> bool:
    return re.fullmatch(re.sub(r"\\{.*?\\}", "[^/]+", re.escape(call)), path) is not None
