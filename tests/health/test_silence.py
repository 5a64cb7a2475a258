"""A device that dies is known by its own rhythm; one that is only rarely used is not cried over."""

from datetime import timedelta
from pathlib import Path

from tests.health.house import DAY, HOUR, MINUTE, SITE, beats, house, open_rules, wrong

ALIVE = {"3B door": HOUR, "3B bed": HOUR, "3B motion": 30 * MINUTE, "3B button": 12 * HOUR}
FORTY = "\n".join(f"  - {{id: s{n}, room: 3C, role: motion}}" for n in range(40))


def test_a_device_that_spoke_every_hour_is_known_to_be_dead_after_two_hours_and_three_minutes(
    tmp_path: Path,
) -> None:
    with house(tmp_path) as world:
        beats(world, ALIVE, 3 * DAY)
        others = {device: gap for device, gap in ALIVE.items() if device != "3B bed"}
        died = world.clock.at
        beats(world, others, 2 * HOUR)
        assert ("not-heard", "device:3B bed") not in open_rules(world)
        beats(world, others, 30 * MINUTE)
        alert = world.alert("not-heard", "device:3B bed")
        assert timedelta(hours=2, minutes=3) <= alert.found_at - died <= timedelta(hours=2, minutes=20)
        assert ("silent", "3B bed") in wrong(world)
        assert world.protection("r-anna").protection.state == "degraded"


def test_it_is_told_once_and_cleared_when_it_speaks_again(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        beats(world, ALIVE, 3 * DAY)
        beats(world, {d: g for d, g in ALIVE.items() if d != "3B bed"}, 6 * HOUR)
        beats(world, ALIVE, 3 * HOUR)
        told = [a for a in world.alerts() if a.rule == "not-heard"]
        assert [(a.room, a.occurrences) for a in told] == [("device:3B bed", 1)]
        assert told[0].cleared_at is not None
        assert ("silent", "3B bed") not in wrong(world)
        assert world.protection("r-anna").protection.state == "protected"


def test_closed_while_it_is_silent_still_it_is_told_again_after_an_hour_and_not_at_once(
    tmp_path: Path,
) -> None:
    with house(tmp_path) as world:
        beats(world, ALIVE, 3 * DAY)
        others = {device: gap for device, gap in ALIVE.items() if device != "3B bed"}
        beats(world, others, 3 * HOUR)
        alert = world.alert("not-heard", "device:3B bed")
        world.desk.accept(alert.id, "kari")
        world.desk.arrive(alert.id, "kari")
        world.desk.close(alert.id, "kari", "no_help_needed")
        beats(world, others, 59 * MINUTE)
        assert ("not-heard", "device:3B bed") not in open_rules(world)
        assert world.protection("r-anna").protection.state == "degraded", "the board says it all the while"
        beats(world, others, 2 * MINUTE)
        again = world.alert("not-heard", "device:3B bed")
        assert again.id != alert.id
        # Heard, and silent again: that is news, and waits for nothing.
        world.desk.close(again.id, "kari", "no_help_needed")
        beats(world, ALIVE, 2 * HOUR)
        beats(world, others, 3 * HOUR)
        assert world.alert("not-heard", "device:3B bed").id not in (alert.id, again.id)


def test_a_device_not_yet_learned_has_25_hours(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        world.says("3B bed", in_bed=False)
        beats(world, {"3B motion": 30 * MINUTE}, timedelta(hours=24, minutes=59))
        assert ("not-heard", "device:3B bed") not in open_rules(world)
        beats(world, {"3B motion": 30 * MINUTE}, 2 * MINUTE)
        assert ("not-heard", "device:3B bed") in open_rules(world)


def test_a_button_pressed_every_few_days_is_not_mourned_again_and_again(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        for _ in range(12):
            world.says("3B button", pressed="single")
            beats(world, {"3B motion": 4 * HOUR}, 3 * DAY)
        mourned = [f for f in world.findings() if f.room == "device:3B button" and f.kind == "raised"]
        assert len(mourned) <= 2, "learned after it has come back twice"


def test_what_is_heard_at_once_after_a_restart_is_not_taken_to_be_dead(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        beats(world, ALIVE, 3 * DAY)
        world.stop()
        world.until(world.clock.at + 9 * HOUR)
        world.start()
        beats(world, ALIVE, 5 * HOUR)
        assert [a for a in world.alerts() if a.rule == "not-heard" and "button" not in a.room] == []


def test_what_was_learned_survives_a_restart(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        beats(world, ALIVE, 3 * DAY)
        world.restart()
        died = world.clock.at
        beats(world, {d: g for d, g in ALIVE.items() if d != "3B bed"}, 3 * HOUR)
        assert world.alert("not-heard", "device:3B bed").found_at - died < timedelta(hours=2, minutes=20)


def test_while_the_gateway_is_away_nobody_behind_it_grows_silent(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        beats(world, ALIVE, 3 * DAY)
        world.gateway("zigbee2mqtt", online=False)
        beats(world, {"4A door": HOUR}, 7 * HOUR)
        world.gateway("zigbee2mqtt", online=True)
        beats(world, ALIVE, 5 * HOUR)
        told = {a.room for a in world.alerts() if a.rule == "not-heard"}
        assert told - {"device:4A door"} == {"gateway:zigbee2mqtt"}


def test_a_gateway_that_dies_without_a_word_is_one_alert_with_its_residents_not_forty(tmp_path: Path) -> None:
    many = SITE.replace("people:", f"{FORTY}\npeople:")
    sensors = {f"s{n}": HOUR + n * timedelta(seconds=20) for n in range(40)}
    with house(tmp_path, many) as world:
        beats(world, {**sensors, "3B door": HOUR, "3B bed": HOUR, "4A door": HOUR}, 3 * DAY)
        died = world.clock.at
        beats(world, {"4A door": HOUR}, 12 * HOUR)
        told = [a for a in world.alerts() if a.rule == "not-heard"]
        assert [a.room for a in told] == ["gateway:zigbee2mqtt"]
        assert told[0].residents == ("r-anna",)
        assert told[0].severity == "high"
        assert told[0].found_at - died < 2 * HOUR
        assert world.protection("r-anna").protection.state == "unprotected"


def test_what_the_gateway_repeats_from_memory_is_no_sign_of_life(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        beats(world, ALIVE, 3 * DAY)
        died = world.clock.at
        others = {d: g for d, g in ALIVE.items() if d != "3B bed"}
        for _ in range(3):
            world.says("3B bed", at=died, temperature=21.0)  # as at each start of Zigbee2MQTT
            beats(world, others, HOUR)
        assert ("not-heard", "device:3B bed") in open_rules(world)


def test_a_clock_that_is_set_kills_no_device(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        beats(world, ALIVE, 3 * DAY)
        world.clock_is_moved(timedelta(days=2))
        beats(world, ALIVE, 4 * HOUR)
        world.clock_is_moved(timedelta(days=-2))
        beats(world, ALIVE, 4 * HOUR)
        told = [a.room for a in world.alerts() if a.rule == "not-heard"]
        assert [part for part in told if "button" not in part] == []
