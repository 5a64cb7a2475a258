"""Nynorsk of the sentences that stand in bokmål and English in this folder: gettext catalogs in nn/, one for
each module, keyed by the bokmål. Not here: the pages' own words (dashboards/locale), the named rules' (their
YAML).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from io import BytesIO
from types import MappingProxyType

from babel.messages.pofile import read_po


def nynorsk(bokmål: str) -> str:
    """The bokmål itself where nobody has said it in nynorsk yet."""
    return _words().get(bokmål, bokmål)


@cache
def _words() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for file in sorted((files(__package__) / "nn").iterdir(), key=lambda file: file.name):
        for message in read_po(BytesIO(file.read_bytes()), locale="nn"):
            if message.id and message.string:
                found[str(message.id)] = str(message.string)
    return MappingProxyType(found)
