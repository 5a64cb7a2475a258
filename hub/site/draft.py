"""A site file while it is being read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hub.site.errors import Problem
from hub.site.yaml_tree import Path, Tree


@dataclass(slots=True)
class Draft:
    """A file while it is being read: what is understood so far, and what is wrong so far.

    `parts`: by section and position, the parts that fit their models. `tree`: all that stands there.
    """

    file: str
    tree: Tree
    parts: dict[str, dict[int, Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of the path, or of the nearest part above it."""
        while path and path not in self.tree.lines:
            path = path[:-1]
        return self.tree.lines.get(path, 1)

    def wrong(self, path: Path, wrong: str, expected: str) -> None:
        self.problems.append(Problem(self.file, self.line(path), path, wrong, expected))

    def items(self, section: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """The parts of a section as they stand there, whether they fit or not."""
        found = self.tree.value.get(section)
        for position, item in enumerate(found if isinstance(found, list) else ()):
            if isinstance(item, dict):
                yield position, item

    def ids(self, section: str) -> dict[str, int]:
        """Every id of a section and where it stands first. A rule's id is its name."""
        found: dict[str, int] = {}
        for position, item in self.items(section):
            id = item.get("id") or (item.get("rule") if section == "rules" else None)
            if isinstance(id, str):
                found.setdefault(id, position)
        return found

    def warn(self, path: Path, wrong: str, expected: str) -> None:
        self.problems.append(Problem(self.file, self.line(path), path, wrong, expected, "warning"))
