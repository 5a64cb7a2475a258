"""The named rules: complete, in both languages, with the values the docs promise."""

from datetime import timedelta

import pytest

from rules.catalogue import catalogue
from rules.kinds import KINDS
from rules.rule import RULE_MODELS, parts_of


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
        "door-open": ("held", "medium", "4.15"),
        "fall": ("event", "high", "4.1"),
        "help-button": ("event", "high", None),
        "leak": ("event", "medium", None),
        "night-exit": ("event", "high", "4.21"),
        "not-back": ("away", "high", "4.12"),
        "not-up": ("not-by", "medium", "4.19"),
        "quiet": ("quiet", "high", "4.9"),
        "smoke": ("event", "high", None),
    }


def test_a_fall_and_a_call_for_help_found_late_are_still_raised() -> None:
    late = {name for name, rule in catalogue().items() if rule.kind == "event" and rule.even_if_late}
    assert late == {"fall", "help-button"}
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
    assert f"{rules['not-up'].from_:%H:%M}-{rules['not-up'].by:%H:%M}" == "07:00-10:00"


def test_the_catalogue_cannot_be_changed_by_who_reads_it() -> None:
    with pytest.raises(TypeError):
        catalogue()["quiet"] = catalogue()["fall"]


def test_every_kind_of_rule_has_a_model_and_a_judge() -> None:
    assert RULE_MODELS.keys() == KINDS.keys()
    assert {rule.kind for rule in catalogue().values()} == KINDS.keys()
