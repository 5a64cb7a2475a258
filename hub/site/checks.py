"""What the parts of a site file must agree on: ids, references, rules and their values.

Here: everything that no single part can know. A part that does not fit its model is still known by its id,
so that one mistake does not call forth others. What holds and deserves a look: hub/site/coverage.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import combinations
from typing import Any

from pydantic import ValidationError

from devices.measures import MEASURES
from hub.site.draft import Draft
from hub.site.errors import one_of, sentences
from hub.site.yaml_tree import Path
from rules.building import NATIVE, Resident, RuleUse
from rules.catalogue import catalogue
from rules.rule import RULE_MODELS
from rules.rulebook import settle

SITES_OWN = frozenset(
    {
        "rule",
        "id",
        "kind",
        "rooms",
        "units",
        "name",
        "why",
        "vkp",
        "for_residents",
        "opt_in",
        "about_a_person",
    }
)
"""Keys of a rule that one unit or resident cannot have their own of."""


def check(draft: Draft) -> None:
    """Find all that is wrong between the parts."""
    _check_sections(draft)
    _check_ids(draft)
    _check_gateways(draft)
    _check_references(draft)
    _check_proof(draft)
    _check_addresses(draft)
    _check_stays(draft)
    _check_rules(draft)
    _check_own_rules(draft)
    _check_owners(draft)
    _check_basis(draft)
    _check_shared_rooms(draft)


def _check_basis(draft: Draft) -> None:
    in_use = [*draft.ids("rules"), *catalogue()]
    for position, resident in draft.parts["residents"].items():
        for number, basis in enumerate(resident.legal_basis):
            path: Path = ("residents", position, "legal_basis", number)
            for key, named, known in (("rules", basis.rules, in_use), ("measures", basis.measures, MEASURES)):
                for place, name in enumerate(named):
                    if name not in known:
                        wrong = f"there is no {key.removesuffix('s')} {name!r}"
                        draft.wrong((*path, key, place), wrong, one_of(known, name))


def _check_sections(draft: Draft) -> None:
    for section in ("units", "rooms"):
        if draft.tree.value.get(section) == []:
            draft.wrong((section,), f"{section} is empty", "at least one of them")


def _check_ids(draft: Draft) -> None:
    for section in draft.parts:
        first: dict[str, int] = {}
        for position, item in draft.items(section):
            id = item.get("id") or (item.get("rule") if section == "rules" else None)
            if not isinstance(id, str) or first.setdefault(id, position) == position:
                continue
            line = draft.line((section, first[id]))
            key = "id" if "id" in item else "rule"
            expected = "an id: of its own" if section == "rules" else "another id"
            draft.wrong((section, position, key), f"{id!r} is already on line {line}", expected)


def _check_gateways(draft: Draft) -> None:
    gateways = draft.parts["gateways"]
    for position, gateway in gateways.items():
        if gateway.id == NATIVE:
            draft.wrong(
                ("gateways", position, "id"), f"{NATIVE!r} is always there", "no gateway of that name"
            )
        if _inside(gateway.topic, "vaka"):
            wrong = f"topic {gateway.topic!r} is Vaka's own"
            draft.wrong(("gateways", position, "topic"), wrong, "the topic of the gateway, e.g. zigbee2mqtt")
    for (_, one), (position, other) in combinations(gateways.items(), 2):
        if any(_inside(a, b) or _inside(b, a) for a in one.filters for b in other.filters):
            wrong = f"topic {other.topic!r} is also that of gateway {one.id!r}"
            draft.wrong(("gateways", position, "topic"), wrong, "a topic of its own for each gateway")


def _inside(filter: str, other: str) -> bool:
    """Whether one hears all that the other hears. Only what is below a topic of its own can be told."""
    topic, above = filter.removesuffix("/#"), other.removesuffix("/#")
    return f"{topic}/".startswith(f"{above}/")


def _check_references(draft: Draft) -> None:
    # where the list itself is wrong, who refers to it need not hear of it
    content = draft.tree.value
    units = draft.ids("units") if isinstance(content.get("units"), list) else None
    rooms = draft.ids("rooms") if isinstance(content.get("rooms"), list) else None
    listed = content.get("gateways")
    gateways = {**(draft.ids("gateways") if isinstance(listed, list) else {"zigbee2mqtt": 0}), NATIVE: 0}
    for section, key, word, known in (
        ("rooms", "unit", "unit", units),
        ("units", "neighbours", "unit", units),
        ("residents", "room", "room", rooms),
        ("devices", "room", "room", rooms),
        ("devices", "gateway", "gateway", gateways),
        ("people", "units", "unit", units),
        ("rules", "rooms", "room", rooms),
        ("rules", "units", "unit", units),
        ("health", "rooms", "room", rooms),
        ("health", "units", "unit", units),
    ):
        if known is None:
            continue
        for position, item in draft.items(section):
            named = item.get(key)
            path: Path = (section, position, key)
            for place, id in [(path, named)] if isinstance(named, str) else _numbered(path, named):
                if id not in known:
                    draft.wrong(place, f"there is no {word} {id!r}", one_of(known, id))


def _check_proof(draft: Draft) -> None:
    plan = draft.tree.value.get("proof")
    people = draft.ids("people")
    for path, id in _numbered(("proof", "to"), plan.get("to") if isinstance(plan, dict) else None):
        if id not in people:
            draft.wrong(path, f"there is no person {id!r}", one_of(people, id))


def _numbered(path: Path, named: object) -> list[tuple[Path, str]]:
    items = enumerate(named) if isinstance(named, list) else ()
    return [((*path, n), item) for n, item in items if isinstance(item, str)]


def _check_addresses(draft: Draft) -> None:
    default = next((gateway.id for gateway in draft.parts["gateways"].values()), "zigbee2mqtt")
    if draft.tree.value.get("gateways") == []:
        default = NATIVE
    first: dict[tuple[str, str], int] = {}
    for position, device in draft.parts["devices"].items():
        address = (device.gateway or default, device.address or device.id)
        other = first.setdefault(address, position)
        if other != position and draft.parts["devices"][other].id != device.id:
            line = draft.line(("devices", other))
            id = draft.parts["devices"][other].id
            wrong = f"{address[1]!r} at gateway {address[0]!r} is already {id!r} on line {line}"
            draft.wrong(("devices", position, "address"), wrong, "an address that no other device has")


def _check_stays(draft: Draft) -> None:
    for position, resident in draft.parts["residents"].items():
        if resident.moved_in and resident.moved_out and resident.moved_out < resident.moved_in:
            wrong = f"{resident.id!r} moved out {resident.moved_out} before moving in {resident.moved_in}"
            draft.wrong(("residents", position, "moved_out"), wrong, "a later date")


def _check_rules(draft: Draft) -> None:
    for position, use in draft.parts["rules"].items():
        named = catalogue().get(use.rule)
        kind = use.parameters.get("kind")
        if named is None and kind is None:
            expected = f"{one_of(catalogue(), use.rule)}, or kind: for a rule of your own"
            draft.wrong(
                ("rules", position, "rule"), f"there is no rule {use.rule!r} in the catalogue", expected
            )
        elif named is not None and kind is not None:
            wrong = f"{use.rule!r} of the catalogue already has a kind, {named.kind}"
            draft.wrong(("rules", position, "kind"), wrong, "no kind, or a rule: name of your own")
        else:
            _check_parameters(draft, use, {}, ("rules", position))


def _check_own_rules(draft: Draft) -> None:
    """Values of their own that a unit or a resident has."""
    uses = {use.name: use for use in draft.parts["rules"].values()}
    in_use = draft.ids("rules")
    for section, whose in (("units", "unit"), ("residents", "resident")):
        for position, owner in draft.parts[section].items():
            for name, own in owner.rules.items():
                path = (section, position, "rules", name)
                if name not in in_use:
                    draft.wrong(path, f"rule {name!r} is not used under rules", one_of(in_use, name))
                for key in SITES_OWN & own.keys():
                    wrong = f"{key!r} cannot differ for one {whose}"
                    draft.wrong((*path, key), wrong, "only values of the rule")
                if name in uses and not SITES_OWN & own.keys():
                    _check_parameters(draft, uses[name], own, path)


def _check_owners(draft: Draft) -> None:
    """A device of one resident's own hangs where they live."""
    rooms = {resident.id: resident.room for resident in draft.parts["residents"].values()}
    listed = draft.ids("residents")
    for position, device in draft.parts["devices"].items():
        if device.resident is None:
            continue
        path: Path = ("devices", position, "resident")
        if device.resident not in listed:
            wrong = f"there is no resident {device.resident!r}"
            draft.wrong(path, wrong, one_of(listed, device.resident))
        elif rooms.get(device.resident, device.room) != device.room:
            wrong = f"{device.resident!r} lives in {rooms[device.resident]!r}"
            draft.wrong(path, wrong, f"a resident of {device.room!r}, or the device in that room")


def _check_parameters(draft: Draft, use: RuleUse, own: Mapping[str, Any], path: Path) -> None:
    """The rule as it would be in force. Of a resident's rule only what the resident's values did to it."""
    try:
        settle(use, own, catalogue())
    except ValidationError as error:
        for place, wrong, expected in sentences(error, _keys(use), path):
            inside = place[len(path) :]
            # pydantic puts the rule's kind before the key
            inside = inside[1:] if inside and inside[0] in RULE_MODELS else inside
            if not own or (inside and inside[0] in own):
                draft.wrong((*path, *inside), wrong, expected)


def _keys(use: RuleUse) -> list[str]:
    """The keys that the rule's kind knows."""
    named = catalogue().get(use.rule)
    model = RULE_MODELS.get(str(named.kind if named else use.parameters.get("kind")))
    fields = model.model_fields if model else {}
    return [
        "id",
        "rooms",
        "units",
        *(f.alias or name for name, f in fields.items() if name not in ("rule", "kind")),
    ]


def _check_shared_rooms(draft: Draft) -> None:
    """Sensors cannot tell two people in one room apart, so a rule has one set of values there."""
    rooms: dict[str, list[tuple[int, Resident]]] = {}
    for position, resident in draft.parts["residents"].items():
        rooms.setdefault(resident.room, []).append((position, resident))
    for residents in rooms.values():
        for (_, one), (position, other) in combinations(residents, 2):
            differing = [n for n in one.rules.keys() & other.rules.keys() if one.rules[n] != other.rules[n]]
            for name in differing if _together(one, other) else ():
                wrong = f"{one.id!r} and {other.id!r} share room {one.room!r} and differ in {name!r}"
                draft.wrong(("residents", position, "rules", name), wrong, "the same values for both")


def _together(one: Resident, other: Resident) -> bool:
    starts = max(one.moved_in or date.min, other.moved_in or date.min)
    return starts < min(one.moved_out or date.max, other.moved_out or date.max)
