"""A rule tried on a room's own history: what would have come, beside what came and what staff said of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.dry_run import DryRuns, Refusal
from hub.history.embedded import EmbeddedHistory
from hub.history.upkeep import Retention, keep
from rules.alert import Outcome
from rules.catalogue import catalogue
from rules.dry_run import DryRun
from rules.rulebook import rulebook
from rules.tuning import Tuning
from tests.world import World

SITE = (Path(__file__).parents[1] / "scenarios" / "sites" / "donski-small.yaml").read_text()
MONDAY = datetime(2026, 11, 2, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, SITE, MONDAY)


def dry_runs(world: World) -> DryRuns:
    today = world.clock.at.astimezone(world.site.zone).date()
    book = rulebook(world.site, catalogue(), today)
    history = EmbeddedHistory(world.connection, world.database, world.site)
    return DryRuns(world.connection, history, book, catalogue(), world.clock.at)


def tried(world: World, rule: str, room: str = "3B", days: int = 14, **values: object) -> DryRun:
    found = dry_runs(world).run(rule, room, values, days)
    assert isinstance(found, DryRun), found
    return found


def refused(world: World, rule: str, room: str = "3B", **values: object) -> Refusal:
    found = dry_runs(world).run(rule, room, values)
    assert isinstance(found, Refusal)
    return found


def tuned(world: World, rule: str, room: str = "3B") -> Tuning:
    found = dry_runs(world).tuning(rule, room)
    assert isinstance(found, Tuning), found
    return found


def stands_open(world: World, length: timedelta, outcome: Outcome | None = None) -> None:
    """Somebody opens the outer door of 3B and shuts it again; what came of it is said afterwards."""
    world.says("3B outer door", open=True)
    world.passes(length)
    world.says("3B outer door", open=False)
    world.passes(MINUTE)
    for alert in world.alerts():
        if alert.state != "closed":
            closing = outcome if outcome is not None and alert.rule == "door-open" else "test"
            world.desk.close(alert.id, "kari", closing)


def at(world: World, day: int, hour: int, minute: int = 0) -> None:
    """The clock on the wall in Oslo shows that time, so many days after the beginning."""
    local = MONDAY.astimezone(world.site.zone) + day * DAY
    world.until(local.replace(hour=hour, minute=minute))


def test_other_values_say_how_often_when_and_which_of_them_come_now_too(world: World) -> None:
    stands_open(world, 2 * MINUTE)
    at(world, 1, 5, 10)
    stands_open(world, 7 * MINUTE)
    at(world, 2, 5, 20)
    stands_open(world, 12 * MINUTE)
    at(world, 3, 14)
    stands_open(world, 30 * MINUTE)
    at(world, 4, 12)
    found = tried(world, "door-open", lasts="10 min")
    assert found.in_force
    assert (found.values["lasts"], found.now_values["lasts"]) == ("10 min", "5 min")
    assert [len(found.tried), len(found.now), len(found.gone), len(found.besides)] == [2, 3, 1, 0]
    assert [hour for hour, count in enumerate(found.by_hour) if count] == [5, 14]
    assert [hour for hour, count in enumerate(found.now_by_hour) if count] == [5, 14]
    assert found.now_by_hour[5] == 2
    assert [one.at_night for one in found.tried] == [True, False]
    assert [(e.device, e.measure, e.value) for e in found.tried[0].evidence] == [
        ("3B outer door", "open", True)
    ]
    assert [(n.day.day, n.tried, n.now) for n in found.nights if n.now] == [(2, 0, 1), (3, 1, 1), (5, 1, 1)]
    shorter = tried(world, "door-open", lasts="1 min")
    assert [len(shorter.tried), len(shorter.gone), len(shorter.besides)] == [4, 0, 1]


def test_it_finds_what_the_hub_itself_found_with_the_values_in_force(world: World) -> None:
    for day in range(1, 8):
        at(world, day, 5, 10)
        stands_open(world, timedelta(minutes=2 * day))
        at(world, day, 16)
        world.says("3B motion", motion=True)
    at(world, 8, 12)
    for rule in ("door-open", "night-exit", "not-back", "quiet", "not-up"):
        live = [f.at for f in world.findings() if (f.rule, f.room, f.kind) == (rule, "3B", "raised")]
        found = tried(world, rule)
        assert [one.began for one in found.now] == live, rule
        assert [one.began for one in found.tried] == live, rule
        assert all(one.came is not None for one in found.now), rule


def test_what_staff_said_is_told_of_those_that_would_still_come(world: World) -> None:
    for day, (minutes, outcome) in enumerate(((7, "false_alarm"), (20, "helped"), (8, "false_alarm")), 1):
        at(world, day, 15)
        stands_open(world, minutes * MINUTE, outcome)  # type: ignore[arg-type]
    at(world, 4, 12)
    found = tried(world, "door-open", lasts="10 min")
    assert found.said(found.now) == {"false_alarm": 2, "helped": 1}
    assert found.said(found.tried) == {"helped": 1}
    assert found.said(found.gone) == {"false_alarm": 2}


def test_a_rule_that_is_not_in_force_there_can_be_tried_before_it_is_switched_on(world: World) -> None:
    for day in (1, 2):
        at(world, day, 1)
        world.says("3B bed", in_bed=True)
        at(world, day, 3)
        world.says("3B bed", in_bed=False)
        at(world, day, 4)
        world.says("3B bed", in_bed=True)
    at(world, 3, 12)
    found = tried(world, "out-of-bed", lasts="30 min")
    assert not found.in_force
    assert (found.now, len(found.tried), len(found.besides)) == ((), 2, 2)
    assert len(tried(world, "out-of-bed", lasts="2 h").tried) == 0


def test_time_in_which_nobody_could_hear_is_no_quiet_in_hindsight_either(world: World) -> None:
    world.says("3B motion", motion=True)
    world.passes(2 * HOUR)
    world.gateway("zigbee2mqtt", online=False)
    world.passes(20 * HOUR)
    world.gateway("zigbee2mqtt", online=True)
    world.says("3B motion", motion=False)
    world.says("3B motion", motion=True)
    world.passes(HOUR)
    found = tried(world, "quiet", after="4 h", prewarning="0 s")
    assert found.tried == ()
    (spell,) = found.spells
    assert (spell.kind, spell.what, spell.until - spell.since) == (
        "unheard",
        "gateway:zigbee2mqtt",
        20 * HOUR,
    )  # type: ignore[operator]


def test_what_was_paused_would_not_have_come(world: World) -> None:
    at(world, 1, 14)
    world.pauses.pause("door-open", "3B", "kari", "the door is painted", world.clock.at + 6 * HOUR)
    stands_open(world, HOUR)
    at(world, 1, 22)
    stands_open(world, HOUR)
    at(world, 2, 12)
    found = tried(world, "door-open", lasts="10 min")
    assert len(found.tried) == 1
    assert [(s.kind, s.what, s.room) for s in found.spells] == [("paused", "door-open", "3B")]


def test_what_was_heard_before_somebody_moved_in_is_not_looked_at(tmp_path: Path) -> None:
    moved = SITE.replace("name: Anna Berg, room: 3B", "name: Anna Berg, room: 3B, moved_in: 2026-11-05")
    world = World(tmp_path, moved, MONDAY)
    at(world, 1, 14)
    stands_open(world, HOUR)
    at(world, 4, 14)
    stands_open(world, HOUR)
    at(world, 5, 12)
    found = tried(world, "door-open", lasts="10 min")
    assert len(found.tried) == 1
    assert found.since.astimezone(world.site.zone).date().day >= 5


def test_nothing_is_worked_out_without_a_legal_basis(tmp_path: Path) -> None:
    world = World(tmp_path, SITE.replace("time_zone:", "legal_basis: required\ntime_zone:"), MONDAY)
    world.says("3B outer door", open=True)
    world.passes(HOUR)
    assert refused(world, "not-back").reason == "no_basis"


@pytest.mark.parametrize(
    ("rule", "room", "values", "reason", "said"),
    [
        ("door-opn", "3B", {}, "unknown", "'door-opn'"),
        ("door-open", "3C", {}, "unknown", "'3C'"),
        ("door-open", "3B", {"lasts": "long"}, "value", "'long' is not a length of time"),
        ("door-open", "3B", {"last": "1 min"}, "value", "last"),
        ("stove", "3B", {}, "nothing_tells", "no sensor in 3B"),
        ("door-open", "3B", {}, "no_history", "nothing is kept yet"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_a_sentence(
    world: World, rule: str, room: str, values: dict[str, object], reason: str, said: str
) -> None:
    found = refused(world, rule, room, **values)
    assert found.reason == reason
    assert said in found.why


def test_the_answer_is_the_same_when_the_journal_has_been_moved(world: World) -> None:
    for day in range(1, 6):
        at(world, day, 5, 10)
        stands_open(world, timedelta(minutes=4 * day))
    at(world, 6, 12)
    before = tried(world, "door-open", lasts="10 min")
    keep(world.database, world.clock.at, Retention(None, None))
    assert tried(world, "door-open", lasts="10 min") == before


# --- suggestions


def a_month(world: World, alerts: list[tuple[int, Outcome]]) -> None:
    for day, (minutes, outcome) in enumerate(alerts, 1):
        at(world, day, 15)
        stands_open(world, minutes * MINUTE, outcome)
    at(world, len(alerts) + 1, 12)


def test_a_value_is_suggested_that_would_have_spared_most_and_missed_none(world: World) -> None:
    a_month(
        world, [(6, "false_alarm")] * 5 + [(9, "false_alarm")] * 3 + [(40, "helped"), (12, "no_help_needed")]
    )
    found = tuned(world, "door-open")
    assert found.outcomes == {"helped": 1, "no_help_needed": 1, "false_alarm": 8}
    assert found.suggested is not None
    best = found.suggested
    assert (best.key, best.value, best.spared, best.missed, best.later) == (
        "lasts",
        "10 min",
        8,
        0,
        5 * MINUTE,
    )
    assert [(e.value, e.spared, e.missed) for e in found.effects] == [
        ("7 min", 5, 0),
        ("10 min", 8, 0),
        ("15 min", 8, 1),
        ("20 min", 8, 1),
    ]


def test_nothing_is_suggested_that_would_have_missed_one_that_was_right(world: World) -> None:
    a_month(world, [(9, "false_alarm")] * 9 + [(6, "helped")])
    found = tuned(world, "door-open")
    assert (found.suggested, found.why) == (None, "would_miss")


def test_nothing_is_suggested_from_a_handful_of_outcomes(world: World) -> None:
    a_month(world, [(6, "false_alarm")] * 9)
    found = tuned(world, "door-open")
    assert (found.suggested, found.why) == (None, "few_outcomes")


def test_a_false_alarm_that_somebody_ended_by_coming_is_not_counted_as_spared(world: World) -> None:
    for day in range(1, 12):
        at(world, day, 15)
        world.says("3B outer door", open=True)
        world.passes(6 * MINUTE)
        alert = world.alert("door-open")
        world.desk.arrive(alert.id, "kari")
        world.says("3B outer door", open=False)  # it is the carer who shuts it
        world.passes(MINUTE)
        world.desk.close(alert.id, "kari", "false_alarm")
    at(world, 12, 12)
    found = tuned(world, "door-open")
    assert {(e.spared, e.unsure) for e in found.effects} == {(0, 11)}
    assert (found.suggested, found.why) == (None, "few_false_alarms")


def test_who_was_there_first_counts_although_they_handed_it_back_or_another_came_when_it_was_over(
    world: World,
) -> None:
    for day in range(1, 12):
        at(world, day, 15)
        world.says("3B outer door", open=True)
        world.passes(6 * MINUTE)
        alert = world.alert("door-open")
        world.desk.arrive(alert.id, "kari")
        world.desk.act(alert.id, "hand_back", "kari")
        world.says("3B outer door", open=False)  # as she left
        world.passes(MINUTE)
        if day % 2:
            world.desk.arrive(alert.id, "kari")
        world.desk.close(alert.id, "kari", "false_alarm")
    at(world, 12, 12)
    found = tuned(world, "door-open")
    assert {(e.spared, e.unsure) for e in found.effects} == {(0, 11)}
    assert (found.suggested, found.why) == (None, "few_false_alarms")


def test_a_rule_without_anything_to_set_says_so(world: World) -> None:
    at(world, 1, 3)
    stands_open(world, MINUTE)
    found = tuned(world, "night-exit")
    assert (found.suggested, found.why) == (None, "nothing_to_set")
