"""Which vendor's file speaks of a device, and what that vendor's fields mean (devices/profiles)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

from devices.profiles import load, vendors
from devices.vocabulary import Field, reader, squeezed

_LONGEST_NAME = 200


class Profile(NamedTuple):
    """Devices of one vendor. `models`: parts of the names of models or device profiles, squeezed.

    `when`: fields of the message that must have one of these values.
    """

    vendor: str
    models: tuple[str, ...]
    when: Mapping[str, tuple[str, ...]]
    fields: Mapping[str, tuple[Field, ...]]
    pairs: tuple[str, str, str, str] | None
    examples: tuple[Mapping[str, Any], ...]


@cache
def profiles() -> tuple[Profile, ...]:
    """All that the vendors' files hold."""
    return tuple(profile for name in vendors() for profile in _read(load(name)))


def _read(data: Mapping[str, Any]) -> Iterator[Profile]:
    for entry in data["devices"]:
        fields = {
            squeezed(str(name)): tuple(
                Field(each["measure"], reader(each["measure"], each))
                for each in (field if isinstance(field, list) else [field] if field else [])
            )
            for name, field in entry["fields"].items()
        }
        pairs = entry.get("pairs")
        yield Profile(
            data["vendor"],
            tuple(squeezed(model) for model in entry.get("models", ())),
            {name: tuple(map(str, values)) for name, values in entry.get("when", {}).items()},
            fields,
            (pairs["list"], pairs["name"], pairs["value"], pairs.get("inside", "")) if pairs else None,
            tuple(entry.get("examples", ())),
        )


@lru_cache(maxsize=1024)
def _of_model(model: str) -> tuple[Profile, ...]:
    name = squeezed(model[:_LONGEST_NAME])
    return tuple(p for p in profiles() if not p.models or any(part in name for part in p.models))


def own_fields(model: str, said: Mapping[str, Any]) -> tuple[Mapping[str, Any], dict[str, tuple[Field, ...]]]:
    """(what is said, with pairs of name and value put together; the vendor's fields that apply to it).

    `model`: all that is known of vendor and model, as text.
    """
    fields: dict[str, tuple[Field, ...]] = {}
    for profile in _of_model(model):
        if not profile.models and not profile.when:
            continue
        if all(str(said.get(name)) in values for name, values in profile.when.items()):
            fields |= profile.fields
            if profile.pairs:
                said = _paired(said, profile.pairs)
    return said, fields


def _paired(said: Mapping[str, Any], pairs: tuple[str, str, str, str]) -> Mapping[str, Any]:
    """`pairs`: the list, the keys of name and value, and what of a value that is a list itself."""
    entries = said.get(pairs[0])
    if not isinstance(entries, list):
        return said
    found = dict(said)
    for entry in _one_by_one(entries):
        name, value = entry.get(pairs[1]), entry.get(pairs[2])
        if not isinstance(name, str | int | float):
            found |= entry
            continue
        if isinstance(value, list) and value and isinstance(value[0], dict):
            value = value[0].get(pairs[3])
        found[f"{name:g}" if isinstance(name, float) else str(name)] = value
    return found


def _one_by_one(entries: list[Any]) -> Iterator[dict[str, Any]]:
    """Some put the list in a list."""
    for entry in entries[:50]:
        for inner in entry[:50] if isinstance(entry, list) else [entry]:
            if isinstance(inner, dict):
                yield inner
