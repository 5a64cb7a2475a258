"""What a change of devices means for those who live there, told before it is made."""

from datetime import date

from rules.catalogue import catalogue
from rules.consequences import Consequences, RuleInRoom, Standing, consequences
from rules.rulebook import rulebook
from tests.world import read

TODAY = date(2026, 11, 24)
SITE = """
site: hus
name: Huset
units: [{id: u, name: U}]
rooms: [{id: 3A, unit: u}, {id: 3B, unit: u}]
residents: [{id: r1, name: R, room: 3A}]
devices:
  - {id: 3A stue, room: 3A, role: motion}
rules: [{rule: not-back}, {rule: quiet}]
"""
DOOR = "  - {id: 3A ytterdør, room: 3A, role: outer_door}\n"
WITH_DOOR = SITE.replace("rules:", f"{DOOR}rules:")


def what_comes_of(before: str, after: str, room: str = "3A") -> Consequences:
    books = [rulebook(read(document), catalogue(), TODAY) for document in (before, after)]
    return consequences(books[0], books[1], TODAY, frozenset({room}))


def test_a_door_begins_a_rule_and_makes_its_resident_protected() -> None:
    found = what_comes_of(SITE, WITH_DOOR)
    assert found.begins == (RuleInRoom("3A", "not-back"),)
    assert found.changes == (RuleInRoom("3A", "quiet"),)
    assert found.ends == ()
    assert found.standing == (Standing("3A", "degraded", "protected"),)
    assert found.missing == ()


def test_without_it_the_rule_ends_and_is_missing_and_the_resident_is_partly_protected() -> None:
    found = what_comes_of(WITH_DOOR, SITE)
    assert found.ends == (RuleInRoom("3A", "not-back"),)
    assert found.standing == (Standing("3A", "protected", "degraded"),)
    assert found.missing == (RuleInRoom("3A", "not-back"),)


def test_a_device_that_leaves_a_room_leaves_its_resident_without() -> None:
    found = what_comes_of(SITE, SITE.replace("3A stue, room: 3A", "3A stue, room: 3B"), "3B")
    assert found.standing == (Standing("3A", "degraded", "unprotected"),)
    assert found.begins == ()


def test_a_rule_without_a_legal_basis_stays_off_and_is_named() -> None:
    required = "legal_basis: required\n"
    found = what_comes_of(f"{SITE}{required}", f"{WITH_DOOR}{required}")
    assert found.begins == ()
    assert RuleInRoom("3A", "not-back") in found.without_basis
