"""What LoRaWAN devices of many makers say, once decoded, becomes the right measures."""

import pytest

from tests.payloads.lorawan_vectors import outcomes
from tests.payloads.rows import needs_payloads

pytestmark = [pytest.mark.data, needs_payloads]

LEAST_RIGHT = 0.95

# What stays unknown, and why.
NOT_UNDERSTOOD = {
    "r718q": "a capacitive proximity sensor that says only status",
    "ems": "a level of 0 to 255 without a limit at which it is a leak",
}


def test_decoded_objects_become_the_right_measures() -> None:
    every = outcomes()
    assert len(every) > 150
    wrong = [outcome for outcome in every if not outcome.right]
    for outcome in wrong:
        print(outcome.row["vendor"], outcome.row["model"], outcome.found, outcome.expected, outcome.said)
    assert 1 - len(wrong) / len(every) >= LEAST_RIGHT
    assert {outcome.row["model"] for outcome in wrong} == set(NOT_UNDERSTOOD)


def test_nothing_is_invented() -> None:
    for outcome in outcomes():
        for measure, value in outcome.found.items():
            assert outcome.expected.get(measure) == value, (outcome.row["model"], outcome.said)
