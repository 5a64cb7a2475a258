"""The named rules, one file each: what is watched for, why, and the values unless a site says otherwise.

The values and codes come from the field: VKP is the code of the Norwegian national hub for welfare technology
(Velferdsteknologisk knutepunkt, code system vkp-alert-code). A rule stands here only where its kind says
honestly what its name says.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from ruamel.yaml import YAML

from rules.rule import RULE, AnyRule


@cache
def catalogue() -> Mapping[str, AnyRule]:
    """Every named rule by its name. A file that does not fit is our own mistake: ValidationError."""
    found = {}
    for file in sorted(files(__name__).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            name = file.name.removesuffix(".yaml")
            entry = YAML(typ="safe", pure=True).load(file.read_text("utf-8"))
            found[name] = RULE.validate_python({"rule": name, **entry})
    return MappingProxyType(found)
