"""What fields of messages mean, as data: the trade's own words, and small files for vendors that use others.

A vendor's file: which devices it speaks of, which of their fields are which measures, and examples that a
test reads. It wins over the general words; a field of it set to `null` is not what its name seems to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

_OF_ALL = ("general.yaml", "batteries.yaml")


@cache
def load(name: str) -> Mapping[str, Any]:
    """One file. What is wrong in it is our own mistake, and raises."""
    found: Mapping[str, Any] = YAML(typ="safe", pure=True).load(
        files(__name__).joinpath(f"{name}.yaml").read_text("utf-8")
    )
    return found


@cache
def vendors() -> tuple[str, ...]:
    """The names of the vendors' files."""
    names = (file.name for file in files(__name__).iterdir() if file.name.endswith(".yaml"))
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name not in _OF_ALL))
