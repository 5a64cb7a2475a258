"""Who may see and do what, by role: the whole table, written down a second time on purpose."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from dashboards.access import ACTS, Act, may
from rules.building import Person, PersonRole
from rules.relatives import Relative

MAY: dict[PersonRole, set[Act]] = {
    "carer": {
        "keep own account",
        "ask for emergency access",
        "see alerts",
        "answer alerts",
        "see wall",
        "see floor plans",
        "see rules",
        "try rules",
        "pause rules",
        "say who is away",
        "see goals",
        "see residents",
        "see legal basis",
        "hand over",
        "see roster",
        "say which staff are absent",
        "see escalation",
        "see relatives",
        "stop relatives",
        "see alarm quality",
        "see proof",
        "see reach",
    },
    "leader": {
        "keep own account",
        "ask for emergency access",
        "review emergency access",
        "see alerts",
        "answer alerts",
        "change floor plans",
        "see wall",
        "see floor plans",
        "see rules",
        "try rules",
        "pause rules",
        "say who is away",
        "see goals",
        "see residents",
        "see legal basis",
        "hand over",
        "see devices",
        "pause devices",
        "change rules",
        "change legal basis",
        "see roster",
        "plan roster",
        "say which staff are absent",
        "see escalation",
        "change escalation",
        "see relatives",
        "stop relatives",
        "invite relatives",
        "see what is kept",
        "see erasures",
        "erase residents",
        "export residents",
        "see alarm quality",
        "change contacts",
        "see audit",
        "see residents' logs",
        "review look-ups",
        "see proof",
        "see reach",
        "assign gaps",
    },
    "technician": {
        "see floor plans",
        "change floor plans",
        "keep own account",
        "see alerts",
        "answer alerts",
        "see devices",
        "place devices",
        "test devices",
        "pause devices",
        "control gateways",
        "see quarantine",
        "upload codecs",
        "see proof",
    },
    "administrator": {
        "see floor plans",
        "change floor plans",
        "keep own account",
        "manage people",
        "manage integrations",
        "see alerts",
        "answer alerts",
        "see devices",
        "place devices",
        "test devices",
        "pause devices",
        "control gateways",
        "see quarantine",
        "upload codecs",
        "see rules",
        "change rules",
        "see legal basis",
        "change legal basis",
        "see escalation",
        "change escalation",
        "see what is kept",
        "see erasures",
        "erase residents",
        "see alarm quality",
        "change contacts",
        "see audit",
        "see proof",
        "see reach",
        "assign gaps",
    },
    "privacy_officer": {
        "keep own account",
        "review emergency access",
        "see legal basis",
        "see what is kept",
        "see erasures",
        "see alarm quality",
        "see audit",
        "see residents' logs",
        "review look-ups",
    },
}


@pytest.mark.parametrize("role", get_args(PersonRole))
def test_each_role_may_do_what_the_table_says_and_nothing_else(role: PersonRole) -> None:
    person = Person(id="somebody", name="Somebody", role=role)
    assert {act for act in ACTS if may(person, act)} == MAY[role]


def test_a_relative_follows_residents_and_does_nothing_else() -> None:
    relative = Relative(1, "x", "X", "x@example.org", "nb", "kari", datetime(2026, 11, 23, tzinfo=UTC))
    assert {act for act in ACTS if may(relative, act)} == {"follow residents"}


def test_the_table_names_every_act() -> None:
    assert set(get_args(Act)) == set(ACTS)
