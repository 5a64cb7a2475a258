"""A technician reads what to do and what came of it, in Norwegian and English."""

from datetime import timedelta
from typing import get_args

from rules.rehearsal import Reason
from rules.rule import Text
from rules.trial import ASKED
from rules.wording.walk_test import asked, shortcoming, verdict, would


def test_everything_that_is_asked_for_has_its_words() -> None:
    for steps in ASKED.values():
        for step in steps:
            assert asked(step.name, "nb") != asked(step.name, "en")


def test_every_reason_has_its_words() -> None:
    for why in get_args(Reason):
        fires = why in ("raises", "calls off")
        said = {would(fires, why, "high", ("open",), None, language) for language in ("nb", "en")}
        assert len(said) == 2
        assert all("{}" not in one for one in said)


def test_what_a_rule_would_do_is_said_in_plain_words() -> None:
    quarter = timedelta(minutes=15)
    assert would(True, "raises", "high", (), quarter, "nb") == "Gir høyt varsel etter 15 min"
    assert would(True, "raises", "high", (), timedelta(0), "en") == "Raises a high alert at once"
    assert would(True, "calls off", "medium", (), quarter, "nb") == (
        "Holder middels varsel borte, som ellers kommer etter 15 min"
    )
    assert would(False, "wrong sense", "high", ("open",), None, "nb") == "Meldte bare det motsatte av døra"
    assert would(False, "paused", "low", (), None, "en") == "Off now: paused"


def test_what_is_missing_is_said_in_a_sentence() -> None:
    names = {"night-exit": Text(nb="Ytterdør åpnet om natten", en="Outer door opened at night")}
    assert verdict("incomplete", "nb") == "Ikke fullført"
    assert shortcoming(("not tried", "close the door"), names, "nb") == "Ikke prøvd: Lukk døra"
    assert shortcoming(("rule", "night-exit: wrong sense"), names, "en") == (
        "A rule that would not fire: Outer door opened at night"
    )
    assert shortcoming(("battery", "12"), names, "nb") == "Lite batteri: 12 %"
    assert shortcoming(("battery", ""), names, "nb") == "Lite batteri"
    assert shortcoming(("slow", "14"), names, "en") == "Up to 14 s from the device to Vaka"
    assert shortcoming(("nothing heard", ""), names, "en") == "Nothing was heard from the device"
