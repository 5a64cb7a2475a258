"""Why a message did not get through is said in the reader's language, and in words for who looks after it."""

from __future__ import annotations

from typing import get_args

import pytest

from rules.relatives import Reason
from rules.wording.undelivered import why_undelivered

OF_THE_WAYS = {
    "no mail server is configured": "E-post er ikke satt opp her. Spør den som drifter Vaka.",
    "pager is not set up on this hub": "Denne kanalen er ikke satt opp her. Spør den som drifter Vaka.",
    "the mail server could not be reached (timed out)": "E-postserveren svarer ikke.",
    "the mail server said 451 later\nor never": "E-postserveren tar ikke imot akkurat nå.",
    "the mail server said 550 no such user": "E-postserveren avviste den. Se om adressen er riktig.",
    "the phone takes no messages any more": (
        "Telefonen tar ikke imot varsler lenger. Slå dem på igjen på den."
    ),
    "the address could not be reached (ReadTimeout)": "Mottakeren svarer ikke.",
    "the address answered 500": "Mottakeren svarte med feil 500.",
    "Pushover could not be reached": "Mottakeren svarer ikke.",
    "mqtt://localhost:1883 can't be reached": "Personsøkerne kan ikke nås.",
    "something that nobody foresaw": "Den kunne ikke sendes.",
}


@pytest.mark.parametrize(("reason", "said"), OF_THE_WAYS.items())
def test_what_a_way_out_said_is_said_as_staff_speak(reason: str, said: str) -> None:
    assert why_undelivered(reason, "nb") == said


@pytest.mark.parametrize("reason", sorted({*get_args(Reason)} - {"consented", "own_sensors"}))
def test_each_reason_why_a_relative_may_not_know_has_words_of_its_own(reason: str) -> None:
    for language in ("nb", "nn", "en"):
        said = why_undelivered(reason, language)  # type: ignore[arg-type]
        assert said != why_undelivered("", language)  # type: ignore[arg-type]
        assert reason not in said.split()
