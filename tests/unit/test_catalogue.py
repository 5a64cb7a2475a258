"""The named rules: complete, in both languages, with the values the docs promise."""

from datetime import date, timedelta

import pytest

from rules.building import Site
from rules.catalogue import catalogue
from rules.kinds import KINDS
from rules.rule import RULE_MODELS, parts_of
from rules.rulebook import rulebook


@pytest.mark.parametrize("name", catalogue())
def test_each_rule_says_in_both_languages_what_it_is_and_why_it_matters(name: str) -> None:
    rule = catalogue()[name]
    assert rule.rule == name
    for text in (rule.name, rule.why):
        assert text.nb != text.en
    assert rule.why.nb.endswith(".")
    assert rule.why.en.endswith(".")
    assert all(parts_of(rule).values())


def test_the_rules_and_their_severities_are_those_the_house_agreed_on() -> None:
    assert {name: (rule.kind, rule.severity, rule.vkp) for name, rule in catalogue().items()} == {
        "bathroom": ("stays", "medium", "4.23"),
        "door-open": ("held", "medium", "4.15"),
        "entered": ("event", "low", "4.5"),
        "fall": ("event", "high", "4.1"),
        "fridge": ("not-by", "low", "4.7"),
        "goal-door-locked": ("held", "low", None),
        "goal-stove-off": ("unattended", "low", None),
        "help-button": ("event", "high", None),
        "leak": ("event", "medium", None),
        "medicine": ("not-by", "medium", "4.7"),
        "night-exit": ("event", "high", "4.21"),
        "not-back": ("away", "high", "4.12"),
        "not-up": ("not-by", "medium", "4.19"),
        "out-of-bed": ("held", "medium", "4.2"),
        "quiet": ("quiet", "high", "4.9"),
        "sat-up": ("event", "medium", "4.3"),
        "smoke": ("event", "high", None),
        "stove": ("unattended", "high", None),
        "wandering": ("moves", "low", "4.18"),
    }


def test_what_is_felt_as_invasive_is_only_for_those_who_chose_it() -> None:
    chosen = {name for name, rule in catalogue().items() if rule.opt_in}
    goals = {"goal-door-locked", "goal-stove-off"}
    assert chosen == {"bathroom", "entered", "fridge", "medicine", "out-of-bed", "sat-up"} | goals


def test_a_goal_speaks_to_the_one_whose_goal_it_is_in_both_languages_and_counts_as_no_alarm() -> None:
    goals = {name: rule for name, rule in catalogue().items() if rule.goal is not None}
    assert set(goals) == {name for name in catalogue() if name.startswith("goal-")}
    for rule in goals.values():
        assert rule.goal.reminder.nb != rule.goal.reminder.en
        assert rule.goal.praise.nb != rule.goal.praise.en
        assert (rule.severity, rule.vkp, rule.opt_in) == ("low", None, True)


def test_a_fall_a_call_for_help_smoke_and_a_leak_found_late_are_still_raised() -> None:
    late = {name for name, rule in catalogue().items() if rule.kind == "event" and rule.even_if_late}
    assert late == {"fall", "help-button", "smoke", "leak"}
    assert catalogue()["fall"].severity_when_cleared == "medium"


def test_lengths_and_times_are_those_of_the_field() -> None:
    rules = catalogue()
    assert rules["door-open"].lasts == timedelta(minutes=5)
    assert (rules["quiet"].after, rules["quiet"].prewarning) == (timedelta(hours=12), timedelta(minutes=10))
    assert (rules["not-back"].by_night, rules["not-back"].by_day) == (
        timedelta(minutes=15),
        timedelta(hours=1),
    )
    assert (str(rules["night-exit"].window), str(rules["not-back"].night)) == ("22:00-07:00", "22:00-07:00")
    assert (rules["bathroom"].by_night, rules["bathroom"].by_day) == (
        timedelta(minutes=20),
        timedelta(minutes=45),
    )
    assert (rules["out-of-bed"].lasts, rules["stove"].after) == (timedelta(minutes=15), timedelta(minutes=10))
    assert (rules["wandering"].times, rules["wandering"].within) == (4, timedelta(minutes=15))
    assert f"{rules['not-up'].from_:%H:%M}-{rules['not-up'].by:%H:%M}" == "07:00-10:00"


def test_the_catalogue_cannot_be_changed_by_who_reads_it() -> None:
    with pytest.raises(TypeError):
        catalogue()["quiet"] = catalogue()["fall"]


def test_every_kind_of_rule_has_a_model_and_a_judge() -> None:
    assert RULE_MODELS.keys() == KINDS.keys()
    assert {rule.kind for rule in catalogue().values()} == KINDS.keys()


def test_an_opt_in_rule_is_in_force_only_where_somebody_chose_it_or_a_room_is_named() -> None:
    site = Site.model_validate(
        {
            "site": "s",
            "name": "S",
            "units": [{"id": "u", "name": "U"}],
            "rooms": [{"id": room, "unit": "u"} for room in ("1", "2", "3")],
            "residents": [
                {"id": "a", "name": "A", "room": "1", "rules": {"sat-up": {}}},
                {"id": "b", "name": "B", "room": "2"},
            ],
            "devices": [{"id": f"bed {room}", "room": room, "role": "bed"} for room in ("1", "2", "3")],
            "rules": [{"rule": "sat-up"}, {"rule": "sat-up", "id": "named", "rooms": ["3"]}],
        }
    )
    book = rulebook(site, catalogue(), date(2026, 11, 23))
    assert set(book.watches) == {("sat-up", "1"), ("named", "3")}
    assert book.uncovered == ()


def test_a_rule_of_ones_own_about_the_bed_the_bathroom_or_the_fridge_is_for_those_who_chose_it_too() -> None:
    watches = {"kind": "held", "name": "N", "why": "W", "lasts": "1 h"}

    def in_force(*uses: dict[str, object], chosen: str = "") -> set[str]:
        site = Site.model_validate(
            {
                "site": "s",
                "name": "S",
                "units": [{"id": "u", "name": "U"}],
                "rooms": [{"id": "1", "unit": "u"}],
                "residents": [
                    {"id": "a", "name": "A", "room": "1", "rules": {chosen: {}} if chosen else {}},
                ],
                "devices": [
                    {"id": "bed", "room": "1", "role": "bed"},
                    {"id": "door", "room": "1", "role": "outer_door"},
                    {"id": "fridge", "room": "1", "role": "fridge"},
                ],
                "rules": list(uses),
            }
        )
        return {name for name, _ in rulebook(site, catalogue(), date(2026, 11, 23)).watches}

    long_in_bed = {"rule": "long-in-bed", "when": [{"measure": "in_bed", "roles": ["bed"], "value": True}]}
    doors = {"rule": "doors", "when": [{"measure": "open", "roles": ["outer_door", "fridge"], "value": True}]}
    assert in_force(watches | long_in_bed) == set()
    assert in_force(watches | long_in_bed, chosen="long-in-bed") == {"long-in-bed"}
    assert in_force(watches | long_in_bed | {"rooms": ["1"]}) == {"long-in-bed"}
    assert in_force(watches | doors) == {"doors"}
    assert in_force({"rule": "fridge", "opt_in": False}) == set()


def test_from_place_to_place_takes_two_sensors_and_a_stay_takes_one_elsewhere() -> None:
    def in_force(*roles: str) -> set[str]:
        site = Site.model_validate(
            {
                "site": "s",
                "name": "S",
                "units": [{"id": "u", "name": "U"}],
                "rooms": [{"id": "1", "unit": "u"}],
                "residents": [{"id": "a", "name": "A", "room": "1", "rules": {"bathroom": {}}}],
                "devices": [{"id": f"d{n}", "room": "1", "role": role} for n, role in enumerate(roles)],
                "rules": [{"rule": "wandering"}, {"rule": "bathroom"}],
            }
        )
        return {name for name, _ in rulebook(site, catalogue(), date(2026, 11, 23)).watches}

    assert in_force("bathroom_motion") == set()
    assert in_force("bathroom_motion", "bathroom_motion") == {"wandering"}
    assert in_force("bathroom_motion", "help_button", "fall_detector") == {"wandering"}
    assert in_force("bathroom_motion", "kitchen_motion") == {"wandering", "bathroom"}
