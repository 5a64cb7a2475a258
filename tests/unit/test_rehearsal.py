"""Would each rule that needs a device fire, by what it really said? Asked of the one engine."""

from datetime import UTC, datetime, timedelta

import pytest

from devices.reading import Reading, Value
from rules.building import Site
from rules.catalogue import catalogue
from rules.rehearsal import Rehearsal, Rehearsed, rehearse
from rules.rulebook import rulebook
from tests.world import read

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)

HOUSE = """
site: house
name: A house
units: [{id: u, name: U}]
rooms: [{id: 3B, unit: u}, {id: 4A, unit: u}]
residents:
  - {id: r-anna, name: Anna, room: 3B, rules: {bathroom: {}, out-of-bed: {}, stove: {}, medicine: {}}}
  - {id: r-olav, name: Olav, room: 4A}
devices:
  - {id: door, room: 3B, role: outer_door}
  - {id: motion, room: 3B, role: motion}
  - {id: bath, room: 3B, role: bathroom_motion}
  - {id: kitchen, room: 3B, role: kitchen_motion}
  - {id: bed, room: 3B, role: bed}
  - {id: stove, room: 3B, role: stove}
  - {id: cabinet, room: 3B, role: medicine_cabinet}
  - {id: fall, room: 3B, role: fall_detector}
  - {id: cord, room: 3B, role: help_button}
  - {id: smoke, room: 3B, role: smoke_detector}
  - {id: lonely, room: 4A, role: motion}
rules:
  - {rule: night-exit}
  - {rule: door-open}
  - {rule: not-back}
  - {rule: quiet}
  - {rule: not-up}
  - {rule: fall}
  - {rule: help-button}
  - {rule: smoke}
  - {rule: bathroom}
  - {rule: out-of-bed}
  - {rule: stove}
  - {rule: medicine}
  - {rule: wandering, rooms: [3B]}
"""
SITE = read(HOUSE)


def said(device: str, *told: tuple[str, Value], **kind: bool) -> list[Reading]:
    """One after the other, twenty seconds apart."""
    return [
        Reading(
            device, measure, value, at := NOON + timedelta(seconds=20 * number), at, own_time=True, **kind
        )
        for number, (measure, value) in enumerate(told)
    ]


def of(device: str, heard: list[Reading], site: Site = SITE, **more: object) -> Rehearsal:
    book = rulebook(site, catalogue(), NOON.date())
    placed = next(one for one in site.devices if one.id == device)
    return rehearse(book, catalogue(), placed, heard, NOON, **more)  # type: ignore[arg-type]


def by_rule(rehearsal: Rehearsal) -> dict[str, Rehearsed]:
    assert len({one.rule for one in rehearsal.rules}) == len(rehearsal.rules)
    return {one.rule: one for one in rehearsal.rules}


def short(rehearsal: Rehearsal) -> dict[str, str]:
    return {one.rule: one.why for one in rehearsal.rules}


def test_a_door_that_opens_and_closes_starts_its_rules_and_is_a_sign_of_life() -> None:
    found = by_rule(of("door", said("door", ("open", True), ("open", False))))
    assert {name: (one.fires, one.why) for name, one in found.items()} == {
        "night-exit": (True, "raises"),
        "door-open": (True, "raises"),
        "not-back": (True, "raises"),
        "quiet": (True, "calls off"),
        "not-up": (True, "calls off"),
        "bathroom": (True, "calls off"),
        "wandering": (False, "never told"),
    }
    assert not found["wandering"].of_the_device
    assert (found["night-exit"].severity, found["night-exit"].after) == ("high", timedelta(0))
    assert found["door-open"].after == timedelta(minutes=5)
    assert found["not-back"].after == timedelta(minutes=15)
    assert found["quiet"].after == timedelta(hours=12, minutes=10)


def test_a_door_that_only_tells_that_it_is_shut_raises_nothing_and_says_why() -> None:
    found = by_rule(of("door", said("door", ("open", False), ("open", False))))
    assert {name: one.why for name, one in found.items() if name in ("night-exit", "door-open")} == {
        "night-exit": "wrong sense",
        "door-open": "wrong sense",
    }
    assert found["night-exit"].of_the_device
    assert [run.raised_at for run in found["night-exit"].runs] == [None]


def test_what_the_gateway_only_kept_from_earlier_proves_nothing() -> None:
    found = short(of("door", said("door", ("open", True), snapshot=True)))
    assert found["night-exit"] == "only from memory"


def test_what_never_came_is_named() -> None:
    assert set(short(of("door", [])).values()) == {"nothing heard"}
    found = by_rule(of("door", said("door", ("vibration", True))))
    assert (found["night-exit"].why, found["night-exit"].about) == ("never told", ("open",))


@pytest.mark.parametrize(
    ("device", "told", "rule", "why"),
    [
        ("motion", [("motion", True)], "not-back", "calls off"),
        ("motion", [("motion", False)], "not-back", "wrong sense"),
        ("motion", [("motion", True)], "wandering", "raises"),
        ("bath", [("motion", True)], "bathroom", "raises"),
        ("motion", [("motion", True)], "bathroom", "calls off"),
        ("bed", [("in_bed", True), ("in_bed", False)], "out-of-bed", "raises"),
        ("bed", [("in_bed", False)], "out-of-bed", "begin not seen"),
        ("stove", [("on", True)], "stove", "raises"),
        ("kitchen", [("motion", True)], "stove", "calls off"),
        ("cabinet", [("open", True)], "medicine", "calls off"),
        ("fall", [("fall", "confirmed")], "fall", "raises"),
        ("fall", [("fall", "cleared")], "fall", "wrong sense"),
        ("cord", [("pressed", "single")], "help-button", "raises"),
        ("smoke", [("smoke", True)], "smoke", "raises"),
    ],
)
def test_each_kind_of_rule_is_tried_in_its_own_way(
    device: str, told: list[tuple[str, Value]], rule: str, why: str
) -> None:
    assert short(of(device, said(device, *told)))[rule] == why


def test_a_button_that_a_radar_does_not_have_is_not_held_against_it() -> None:
    found = by_rule(of("fall", said("fall", ("fall", "confirmed"))))
    assert (found["help-button"].why, found["help-button"].of_the_device) == ("never told", False)


def test_the_only_sensor_of_a_rule_is_tried_against_what_it_said_before() -> None:
    found = by_rule(of("lonely", said("lonely", ("motion", True))))
    assert (found["quiet"].why, found["not-up"].why) == ("calls off", "calls off")


def test_a_rule_that_is_off_says_why() -> None:
    heard = said("door", ("open", True))
    paused = of("door", heard, paused={("night-exit", "3B")})
    assert short(paused)["night-exit"] == "paused"
    required = SITE.model_copy(update={"legal_basis": "required"})
    found = by_rule(of("door", heard, required))
    assert (found["night-exit"].why, found["night-exit"].about) == ("no legal basis", ("r-anna",))
    assert not found["night-exit"].of_the_device
    alone = by_rule(of("lonely", said("lonely", ("motion", True))))
    assert (alone["not-back"].why, alone["not-back"].about) == ("no other sensor", ("doors",))


def test_a_measure_that_no_rule_takes_from_the_role_is_named() -> None:
    found = of("motion", said("motion", ("motion", True), ("leak", True)))
    assert (found.unused, found.wrong_role) == (("leak",), ("leak",))
