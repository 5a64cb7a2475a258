"""A site file: what it says becomes a site, and all that is wrong with it is said at once, by line."""

from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from ruamel.yaml import YAML

from hub.site.file import SiteFile, read_site, read_site_bytes
from rules.building import MOST_DEVICES, ROLES, Site
from rules.catalogue import catalogue
from rules.rulebook import rulebook

ROOT = Path(__file__).parents[2]
LENGTHS = "expected e.g. 30 s, 5 min, 12 h or 1 h 30 min"
EXAMPLE = ROOT / "sites" / "donski-small.yaml"
SMALL = """\
site: donski
name: Dønski
units:
  - {id: solsikka, name: Solsikka}
rooms:
  - {id: 1A, unit: solsikka}
  - {id: 302, unit: solsikka}
residents:
  - {id: b1, name: Kari, room: 1A}
devices:
  - {id: 1A door, room: 1A, role: outer_door}
people:
  - {id: kari, name: Kari Østby, role: carer}
rules:
  - rule: night-exit
"""


def site_of(text: str) -> Site:
    found = read_site(text, "site.yaml")
    assert isinstance(found, SiteFile), [str(problem) for problem in found]
    return found.site


def problems_of(text: str) -> list[str]:
    found = read_site(text, "site.yaml")
    assert isinstance(found, list)
    return [str(problem) for problem in found]


def test_the_example_site_holds_together_without_a_warning() -> None:
    found = read_site_bytes(EXAMPLE.read_bytes(), str(EXAMPLE))
    assert isinstance(found, SiteFile), [str(problem) for problem in found]
    assert found.warnings == ()
    assert found.document == EXAMPLE.read_text("utf-8")
    assert (len(found.site.units), len(found.site.rooms), len(found.site.residents)) == (2, 13, 12)


def test_each_resident_of_the_example_has_the_rules_with_their_own_values() -> None:
    book = rulebook(site_of(EXAMPLE.read_text("utf-8")), catalogue(), date(2026, 11, 23))
    window = {room: str(rule.window) for room, rule in _rules_named(book.watches, "night-exit").items()}
    assert window["1A"] == "22:00-07:00"
    assert window["1D"] == "20:00-08:00"
    assert book.watches[("quiet", "1E")].residents == ("b105", "b106")
    assert book.watches[("quiet", "2C")].residents == ("b204",)
    assert ("quiet", "2E") not in book.watches
    assert ("main-entrance-open", "gang-2") in book.watches
    assert ("night-exit", "gang-2") in book.watches


def _rules_named(watches, name):  # type: ignore[no-untyped-def]
    return {room: watch.rule for (rule, room), watch in watches.items() if rule == name}


def test_what_looks_like_a_number_a_time_or_a_boolean_of_old_yaml_stays_as_it_is_written() -> None:
    text = SMALL.replace("id: 302", "id: 0302").replace("name: Kari,", "name: on,")
    text = text.replace("- rule: night-exit", "- rule: not-up\n    from: 07:00\n    by: 10:00")
    site = site_of(text.replace("name: Dønski", "name: 1.10"))
    assert site.name == "1.10"
    assert site.rooms[1].id == "0302"
    assert site.residents[0].name == "on"
    assert site.rules[0].parameters == {"from": "07:00", "by": "10:00"}


def test_without_gateways_there_is_zigbee2mqtt_and_with_none_listed_the_native_way() -> None:
    site = site_of(SMALL)
    assert site.gateway_of(site.devices[0]) == "zigbee2mqtt"
    site = site_of(SMALL + "gateways: []\n")
    assert site.gateway_of(site.devices[0]) == "native"


def test_all_mistakes_of_a_file_are_said_at_once_in_the_order_of_their_lines() -> None:
    text = """\
site: Donski
name: Dønski
time_zone: Europe/Osloo
units:
  - {id: a, name: A}
  - {id: a, name: B}
rooms:
  - {id: 1A, unit: b}
residents:
  - {id: b1, name: Kari, room: 2A, moved_in: 2026-05-01, moved_out: 2026-04-01}
devices:
  - {id: door, room: 1A, role: outerdoor}
rules:
  - rule: nite-exit
  - rule: quiet
    after: 5 minutes
"""
    roles = f"outer_door (perhaps), or one of {', '.join(ROLES)}"
    rules = f"night-exit (perhaps), or one of {', '.join(catalogue())}, or kind: for a rule of your own"
    assert problems_of(text) == [
        "site.yaml:1: site is 'Donski'; expected small letters, digits, - and _, the first a letter or digit",
        "site.yaml:3: time_zone: 'Europe/Osloo' is not a time zone; expected e.g. Europe/Oslo",
        "site.yaml:6: 'a' is already on line 5; expected another id",
        "site.yaml:8: there is no unit 'b'; expected 'a'",
        "site.yaml:10: 'b1' moved out 2026-04-01 before moving in 2026-05-01; expected a later date",
        "site.yaml:10: there is no room '2A'; expected '1A'",
        f"site.yaml:12: role is 'outerdoor'; expected {roles}",
        f"site.yaml:14: there is no rule 'nite-exit' in the catalogue; expected {rules}",
        f"site.yaml:16: after: '5 minutes' is not a length of time; {LENGTHS}",
    ]


class Mistake(NamedTuple):
    mistake: str
    instead_of: str
    stands: str
    said: str

    @property
    def text(self) -> str:
        assert self.instead_of in SMALL
        return SMALL.replace(self.instead_of, self.stands, 1)


_TABLE = YAML(typ="safe", pure=True).load(Path(__file__).with_name("site_mistakes.yaml"))
PROBLEMS = [Mistake(**row) for row in _TABLE["problems"]]
WARNINGS = [Mistake(**row) for row in _TABLE["warnings"]]
CALLS_FORTH_OTHERS = {"no rooms", "two documents"}


@pytest.mark.parametrize("mistake", PROBLEMS, ids=lambda m: m.mistake)
def test_a_mistake_is_said_with_its_line_and_what_was_expected(mistake: Mistake) -> None:
    assert f"site.yaml:{mistake.said}" in problems_of(mistake.text)


ALONE = [mistake for mistake in PROBLEMS if mistake.mistake not in CALLS_FORTH_OTHERS]


@pytest.mark.parametrize("mistake", ALONE, ids=lambda m: m.mistake)
def test_one_mistake_does_not_call_forth_others(mistake: Mistake) -> None:
    assert len(problems_of(mistake.text)) == 1


def test_a_password_is_never_repeated() -> None:
    text = SMALL.replace("role: carer", "role: carer, passord: hunter22") + "api_key: hunter22\n"
    said = "\n".join(problems_of(text))
    assert "passord" in said
    assert "api_key" in said
    assert "hunter22" not in said


def test_two_residents_who_follow_each_other_in_a_room_may_differ() -> None:
    text = SMALL.replace(
        "  - {id: b1, name: Kari, room: 1A}\n",
        "  - {id: b1, name: Kari, room: 1A, moved_out: 2026-05-01, rules: {night-exit: {severity: low}}}\n"
        "  - {id: b2, name: Ola, room: 1A, moved_in: 2026-05-01, rules: {night-exit: {severity: medium}}}\n",
    )
    assert len(site_of(text).residents) == 2


@pytest.mark.parametrize("mistake", WARNINGS, ids=lambda m: m.mistake)
def test_where_nobody_would_be_told_there_is_a_warning_and_the_file_can_be_used(mistake: Mistake) -> None:
    found = read_site(mistake.text, "site.yaml")
    assert isinstance(found, SiteFile)
    assert [str(warning) for warning in found.warnings] == [f"site.yaml:{mistake.said}"]


def test_a_file_that_is_not_utf_8_is_refused_with_the_line_of_the_first_strange_byte() -> None:
    found = read_site_bytes(SMALL.encode("latin-1"), "site.yaml")
    assert isinstance(found, list)
    assert [str(p) for p in found] == [
        "site.yaml:2: a byte 0xf8 that is not UTF-8; expected the file saved as UTF-8"
    ]
    found = read_site_bytes(SMALL.encode("utf-16"), "site.yaml")
    assert isinstance(found, list)
    assert "UTF-16" in str(found[0])


def test_a_byte_order_mark_and_windows_line_ends_change_nothing_but_are_kept() -> None:
    data = b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode()
    found = read_site_bytes(data, "site.yaml")
    assert isinstance(found, SiteFile)
    assert found.site == site_of(SMALL)
    assert found.document.encode() == data


def test_a_file_too_large_to_be_a_site_is_refused_at_once() -> None:
    assert problems_of("#" * 5_000_000) == [
        "site.yaml:1: the file has 5,000,000 characters; expected at most 4,194,304"
    ]


def test_more_devices_than_a_hub_can_carry_are_refused_with_the_number_that_it_can() -> None:
    more = "".join(f"\n  - {{id: d{n}, room: 1A, role: motion}}" for n in range(MOST_DEVICES))
    [said] = problems_of(EXAMPLE.read_text("utf-8").replace("\ndevices:", f"\ndevices:{more}", 1))
    assert said.endswith("devices is a list; expected at most 10,000 of them")


def test_a_file_that_would_unfold_to_billions_of_values_is_refused_at_its_lines() -> None:
    rows = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    rows += [
        f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}]"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    found = problems_of("\n".join(rows))
    assert "site.yaml:1: an anchor &a; expected none: values are written out" in found
    assert "site.yaml:9: *h points to another place; expected the value itself, written out" in found


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n"])
def test_an_empty_file_says_so(text: str) -> None:
    assert problems_of(text) == ["site.yaml:1: the file is empty; expected site:, name:, units: and rooms:"]


@pytest.mark.parametrize("text", ["- a\n- b\n", "just text\n"])
def test_a_file_that_is_no_group_of_keys_says_so(text: str) -> None:
    assert problems_of(text)[0].endswith("; expected site:, name:, units: and rooms:")
