"""What a site file that holds together would leave untold, or tell all day long: warnings.

Here: what somebody should look at. Not here: what keeps a file from being put in force (hub/site/checks.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from hub.site.draft import Draft
from hub.site.yaml_tree import Path
from rules.building import Site
from rules.catalogue import catalogue
from rules.duration import write_duration
from rules.legal_basis import covers
from rules.rule import AnyRule, QuietRule, only_if_chosen, parts_of
from rules.rulebook import Rulebook, rulebook, settle

MUST_BE_HEARD = {
    "help_button": ("help-button", ("pressed",)),
    "fall_detector": ("fall", ("fall",)),
    "smoke_detector": ("smoke", ("smoke", "gas", "co")),
    "leak_detector": ("leak", ("leak",)),
}
"""Roles of devices that are there for nothing but an alert: the rule that gives it, and upon what."""

RAISING_PARTS = {"event": "when", "held": "when", "unattended": "when"}
"""Kinds of rule that tell what they hear. To any other it is a sign of life: somebody is well."""

SHORT = {
    "quiet": {"after": timedelta(hours=1)},
    "away": {"by_day": timedelta(minutes=1), "by_night": timedelta(minutes=1)},
    "stays": {"by_day": timedelta(minutes=1), "by_night": timedelta(minutes=1)},
}
"""[default] Of these kinds of rule, what is possible (in a test) but would raise all day long in a house."""


def check_coverage(draft: Draft, site: Site) -> None:
    """Warn of what would be told to nobody. All who ever live here are taken to live here now."""
    everyone = tuple(r.model_copy(update={"moved_in": None, "moved_out": None}) for r in site.residents)
    always = site.model_copy(update={"residents": everyone, "legal_basis": None})
    book = rulebook(always, catalogue(), date.max)
    _check_basis_covers(draft, site, book)
    in_force = {name for name, _ in book.watches}
    for position, use in enumerate(site.rules):
        if use.name in in_force:
            continue
        rule = settle(use, {}, catalogue())
        if (
            only_if_chosen(rule)
            and use.rooms is None
            and not any(use.name in r.rules for r in site.residents)
        ):
            wrong = f"rule {use.name!r} is in force for nobody: it is for those who chose it"
            draft.warn(("rules", position), wrong, f"rules: {{{use.name}: {{}}}} at a resident, or rooms:")
            continue
        missing = sorted({u.part for u in book.uncovered if u.rule == use.name})
        if missing or (use.rooms is None and use.units is None and not rule.for_residents):
            wrong = f"rule {use.name!r} finds no sensor in any of its rooms"
            draft.warn(("rules", position), wrong, _sensors(rule, missing or parts_of(rule)))
        else:
            draft.warn(("rules", position), f"rule {use.name!r} is in force in no room", "a room for it")
    _check_is_heard(draft, site, book)
    _check_storms(draft, site)
    _check_is_confirmable(draft, site, book)
    for position, resident in enumerate(site.residents):
        for name in resident.rules:
            if (name, resident.room) not in book.watches:
                room = f"room {resident.room!r}"
                wrong = f"{resident.id!r} has own values for {name!r}, which is not in force in {room}"
                draft.warn(("residents", position, "rules", name), wrong, "none, or the rule in that room")


def _check_is_heard(draft: Draft, site: Site, book: Rulebook) -> None:
    for position, device in enumerate(site.devices):
        name, measures = MUST_BE_HEARD.get(device.role, ("", ()))
        listeners = [one for measure in measures for one in book.listeners.get((device.id, measure), ())]
        if name and not any(RAISING_PARTS.get(one.watch.rule.kind) == one.part for one in listeners):
            wrong = f"nobody is told when {device.id!r} ({device.role}) has something to say"
            draft.warn(("devices", position), wrong, f"a rule that listens to it, e.g. {name}")


def _check_storms(draft: Draft, site: Site) -> None:
    """Warn of lengths of time that are over again and again on any ordinary day."""
    for position, use in enumerate(site.rules):
        rule = settle(use, {}, catalogue())
        _check_lengths(draft, ("rules", position), rule, use.parameters)
        for place, resident in enumerate(site.residents):
            if own := resident.rules.get(use.name):
                path = ("residents", place, "rules", use.name)
                _check_lengths(draft, path, settle(use, own, catalogue()), own)


def _check_is_confirmable(draft: Draft, site: Site, book: Rulebook) -> None:
    """Warn where one sensor alone would have to be confirmed by another."""
    for position, use in enumerate(site.rules):
        alone = [
            watch.room
            for watch in book.watches.values()
            if watch.name == use.name
            and isinstance(watch.rule, QuietRule)
            and watch.rule.confirmed_within is not None
            and len(watch.devices) < 2
        ]
        if alone:
            wrong = f"confirmed_within in {', '.join(alone)}, where there is one sensor only"
            draft.warn(("rules", position), wrong, "two sensors that can confirm each other")


def _check_lengths(draft: Draft, path: Path, rule: AnyRule, given: Mapping[str, Any]) -> None:
    for key, least in SHORT.get(rule.kind, {}).items():
        length = getattr(rule, key)
        if key in given and length < least:
            wrong = f"{key} is {write_duration(length)}: an alert storm"
            draft.warn((*path, key), wrong, f"at least {write_duration(least)}")


def _check_basis_covers(draft: Draft, site: Site, book: Rulebook) -> None:
    """Warn of rules that no basis of a resident names, whatever its dates, and of one nobody looks at."""
    for position, resident in enumerate(site.residents):
        path: Path = ("residents", position, "legal_basis")
        if site.legal_basis != "required":
            if resident.legal_basis:
                wrong = f"the legal basis of {resident.id!r} is not looked at"
                draft.warn(path, wrong, "legal_basis: required for the site as a whole")
            continue
        for watch in book.watches.values():
            if resident.room != watch.room or not watch.rule.about_a_person:
                continue
            use = next(use for use in site.rules if use.name == watch.name)
            measures = {m for (_, m), found in book.listeners.items() for one in found if one.watch is watch}
            names = (use.name, use.rule)
            if not any(covers(basis, names, measures) for basis in resident.legal_basis):
                wrong = f"rule {watch.name!r} is off for {resident.id!r}: no legal basis"
                draft.warn(path, wrong, f"legal_basis: with {watch.name} in its rules")


def _sensors(rule: AnyRule, missing: Iterable[str]) -> str:
    signals = [signal for part in missing for signal in parts_of(rule)[part]]
    roles = list(dict.fromkeys(role for signal in signals for role in signal.roles or ()))
    if roles:
        return f"a device in one of its rooms with role {' or '.join(roles)}"
    measures = dict.fromkeys(signal.measure for signal in signals)
    return f"a device in one of its rooms that tells {' or '.join(measures)}"
