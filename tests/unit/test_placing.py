"""Where a device may belong, by what it tells: suggested, never decided."""

from typing import get_args

import pytest

from devices.measures import MEASURES
from rules.building import MEASURES_OF_ROLE, Role
from rules.placing import fits, sign_of, suggested_id, suggested_roles
from rules.wording.devices import measure_name, role_name, value_text
from tests.world import read

SITE = """
site: hus
name: Huset
units: [{id: u, name: U}]
rooms: [{id: 3B, unit: u}]
devices: [{id: 3B ytterdør, room: 3B, role: outer_door}]
"""


@pytest.mark.parametrize(
    ("measures", "words", "role", "sign"),
    [
        ({"open", "battery", "temperature"}, "Door and window sensor", "outer_door", "door"),
        ({"open", "battery"}, "Window sensor", "window", "door"),
        ({"open", "battery"}, "", "outer_door", "door"),
        ({"motion", "illuminance"}, "Motion sensor", "motion", "motion"),
        ({"presence", "fall"}, "", "fall_detector", "fall"),
        ({"pressed", "battery"}, "", "help_button", "button"),
        ({"leak"}, "", "leak_detector", "leak"),
        ({"smoke", "temperature"}, "", "smoke_detector", "smoke"),
        ({"in_bed"}, "", "bed", "bed"),
        ({"temperature", "humidity"}, "", "climate", "climate"),
        ({"battery", "rssi"}, "", "other", "unknown"),
        (set[str](), "", "other", "unknown"),
    ],
)
def test_what_a_device_tells_suggests_its_role(measures: set[str], words: str, role: Role, sign: str) -> None:
    assert suggested_roles(measures, words)[0] == role
    assert sign_of(measures) == sign


@pytest.mark.parametrize("measure", sorted(set().union(*MEASURES_OF_ROLE.values())))
def test_every_role_that_is_suggested_can_use_what_is_told(measure: str) -> None:
    roles = [role for role in suggested_roles({measure}) if role != "other"]
    assert all(fits(role, {measure}) for role in roles)


def test_a_name_is_suggested_that_is_not_taken() -> None:
    site = read(SITE)
    assert suggested_id(site, "3B", "window", "nb") == "3B vindu"
    assert suggested_id(site, "3B", "outer_door", "nb") == "3B ytterdør 2"
    assert suggested_id(site, "3B", "bathroom_motion", "en") == "3B bathroom"


def test_every_role_and_every_measure_has_its_words_in_both_languages() -> None:
    for role in get_args(Role):
        assert role_name(role, "nb")
        assert role_name(role, "en")
    for measure in MEASURES:
        assert measure_name(measure, "nb") != measure


@pytest.mark.parametrize(
    ("measure", "value", "nb", "en"),
    [
        ("open", True, "åpen", "open"),
        ("motion", False, "nei", "no"),
        ("temperature", 21.46, "21,5 °C", "21.5 °C"),
        ("battery", 91.0, "91 %", "91 %"),
        ("fall", "suspected", "mulig fall", "possible fall"),
        ("pressed", "single", "single", "single"),
    ],
)
def test_a_value_is_said_in_words(measure: str, value: bool | float | str, nb: str, en: str) -> None:
    assert (value_text(measure, value, "nb"), value_text(measure, value, "en")) == (nb, en)
