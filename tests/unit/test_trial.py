"""What a technician is asked to do with a device, and what the trial came to."""

from datetime import UTC, datetime, timedelta

from devices.reading import Reading, Value
from rules.building import ROLES
from rules.rehearsal import Reason, Rehearsed
from rules.trial import ASKED, done, outcome

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def said(*told: tuple[str, Value], delay: float = 0.3, **kind: bool) -> list[Reading]:
    return [
        Reading("d", measure, value, at := NOON + timedelta(seconds=20 * n), at + timedelta(seconds=delay),
                own_time=True, **kind)
        for n, (measure, value) in enumerate(told)
    ]  # fmt: skip


def rule(why: Reason, fires: bool = False) -> Rehearsed:
    return Rehearsed("night-exit", "3B", "high", fires, why)


WELL = [rule("raises", fires=True)]
OPENED = [("open", True), ("open", False)]


def test_every_role_has_something_to_be_tried() -> None:
    assert set(ASKED) == set(ROLES)
    assert all(any(step.needed for step in asked) for asked in ASKED.values())


def test_what_is_asked_for_is_to_be_done_in_order() -> None:
    assert done("outer_door", said(("open", False))) == 0
    assert done("outer_door", said(("open", True))) == 1
    assert done("outer_door", said(("open", False), ("battery", 80), ("open", True), ("open", False))) == 2
    assert done("outer_door", said(("open", True), snapshot=True)) == 0
    assert done("bed", said(("in_bed", True), ("in_bed", False))) == 2
    assert done("help_button", said(("pressed", "double"))) == 1


def test_a_device_that_did_all_that_was_asked_passes() -> None:
    assert outcome("outer_door", said(*OPENED, ("battery", 80)), WELL) == ("passed", ())


def test_a_trial_that_was_not_finished_is_incomplete_and_says_what_is_left() -> None:
    assert outcome("outer_door", [], [rule("nothing heard")]) == (
        "incomplete",
        (
            ("nothing heard", ""),
            ("not tried", "open the door"),
            ("not tried", "close the door"),
        ),
    )
    found = outcome("outer_door", said(("open", True)), WELL)
    assert found == ("incomplete", (("not tried", "close the door"),))
    assert outcome("motion", said(("motion", True)), WELL).verdict == "passed"


def test_a_rule_that_would_not_fire_fails_the_device_only_where_it_is_its_own_fault() -> None:
    assert outcome("outer_door", said(*OPENED), [rule("wrong sense")]).verdict == "failed"
    for why in ("paused", "no legal basis", "no other sensor"):
        assert outcome("outer_door", said(*OPENED), [rule(why)]).verdict == "passed"  # type: ignore[arg-type]


def test_what_makes_a_device_unfit_is_named() -> None:
    def why(*told: tuple[str, Value], **more: float) -> tuple[tuple[str, str], ...]:
        found = outcome("outer_door", said(*told, **more), WELL)  # type: ignore[arg-type]
        assert found.verdict == "failed"
        return found.reasons

    assert why(*OPENED, ("battery", 12)) == (("battery", "12"),)
    assert why(*OPENED, ("battery_low", True)) == (("battery", ""),)
    assert why(*OPENED, delay=12.4) == (("slow", "12"),)
    assert why(*OPENED, clock_wrong=True) == (("clock wrong", ""),)
