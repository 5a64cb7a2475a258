"""What is wrong with a device is found, told once for the unit, kept, and over when it is mended."""

from datetime import timedelta
from pathlib import Path

from tests.health.house import DAY, HOUR, MINUTE, SITE, beats, house, open_rules, wrong
from tests.world import World

ALL = ("3B door", "3B bed", "3B motion", "3B button", "4A door")


def runs_down(world: World, device: str, begin: float, a_day: float, days: int) -> None:
    for day in range(days):
        everybody_speaks(world)
        world.says(device, battery=round(begin - a_day * day, 1))
        world.passes(DAY)


def everybody_speaks(world: World) -> None:
    for device in ALL:
        world.says(device, temperature=20.0)


def test_a_battery_with_two_weeks_left_is_told_once_and_over_with_a_new_one(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        everybody_speaks(world)
        runs_down(world, "3B door", 60, 1.0, 40)
        assert ("battery", "3B door") not in wrong(world), "20 days are left"
        runs_down(world, "3B door", 20, 1.0, 10)
        (kept,) = [kept for kept in world.faults() if kept.fault.kind == "battery"]
        assert kept.fault.reason == "few days left"
        assert 8 <= float(kept.fault.figures["days"]) <= 16
        alert = world.alert("fault-battery")
        assert (alert.room, alert.severity, alert.occurrences) == ("solsiden", "low", 1)
        for _ in range(3):
            world.says("3B door", battery=100)
            world.passes(DAY)
        assert ("battery", "3B door") not in wrong(world)
        assert ("fault-battery", "solsiden") not in open_rules(world)


def test_the_flag_of_a_low_battery_counts_where_no_level_is_told(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        world.says("3B bed", battery_low=True)
        world.passes(2 * MINUTE)
        (kept,) = [kept for kept in world.faults() if kept.fault.kind == "battery"]
        assert (kept.fault.device, kept.fault.reason) == ("3B bed", "it says so itself")
        world.says("3B bed", battery_low=False)
        world.passes(2 * MINUTE)
        assert ("battery", "3B bed") not in wrong(world)


def test_what_two_devices_of_a_unit_have_is_one_alert_that_names_both(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        for device in ("3B bed", "3B door"):
            world.says(device, battery_low=True)
            world.passes(2 * MINUTE)
        alert = world.alert("fault-battery")
        assert (alert.occurrences, [e.device for e in alert.evidence]) == (2, ["3B bed", "3B door"])
        world.says("3B bed", battery_low=False)
        world.passes(2 * MINUTE)
        assert world.alert("fault-battery").cleared_at is None, "the door still has it"


def test_what_would_leave_somebody_unprotected_weighs_more(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        world.says("4A door", battery_low=True)  # all that watches over Bjørn
        world.passes(2 * MINUTE)
        assert world.alert("fault-battery", "annex").severity == "medium"


def test_what_still_stands_a_week_after_its_alert_was_closed_is_told_again(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        world.says("3B bed", battery_low=True)
        world.passes(2 * MINUTE)
        world.desk.close(world.alert("fault-battery").id, "tor", "no_help_needed")
        for _ in range(6):
            world.passes(DAY)
            world.says("3B bed", battery_low=True)
        assert ("fault-battery", "solsiden") not in open_rules(world)
        for _ in range(2):
            world.passes(DAY)
            world.says("3B bed", battery_low=True)
        assert ("fault-battery", "solsiden") in open_rules(world)


def test_a_bed_mat_that_chatters_is_found_and_leaves_the_resident_degraded(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        everybody_speaks(world)
        world.passes(MINUTE)
        assert world.protection("r-anna").protection.state == "protected"
        for _ in range(35):
            for in_bed in (True, False) * 4:
                world.says("3B bed", in_bed=in_bed)
                world.passes(timedelta(seconds=7))
            world.passes(MINUTE)
        assert ("chatter", "3B bed") in wrong(world)
        why = world.protection("r-anna").protection
        assert (why.state, [(w.cause, w.what) for w in why.why]) == ("degraded", [("chatter", "3B bed")])
        everybody_speaks(world)
        world.passes(DAY)
        everybody_speaks(world)
        world.passes(2 * HOUR)
        assert ("chatter", "3B bed") not in wrong(world)


def test_a_door_used_three_times_in_a_minute_now_and_then_does_not_chatter(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        for _ in range(12):
            for is_open in (True, False) * 3:
                world.says("3B door", open=is_open)
                world.passes(timedelta(seconds=8))
            world.passes(2 * HOUR)
        assert ("chatter", "3B door") not in wrong(world)


def test_a_door_open_for_two_days_is_stuck_and_a_window_is_not(tmp_path: Path) -> None:
    with house(
        tmp_path, SITE.replace("people:", "  - {id: 3B window, room: 3B, role: window}\npeople:")
    ) as world:
        for device in ("3B door", "3B window"):
            world.says(device, open=True)
        for _ in range(47):
            world.passes(HOUR)
            world.says("3B door", open=True)
            world.says("3B window", open=True)
        assert ("stuck", "3B door") not in wrong(world)
        world.passes(HOUR + MINUTE)
        assert [f for f in wrong(world) if f[0] == "stuck"] == [("stuck", "3B door")]
        world.says("3B door", open=False)
        world.passes(2 * MINUTE)
        assert ("stuck", "3B door") not in wrong(world)


def test_a_motion_sensor_that_never_clears_is_stuck(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        world.says("3B motion", motion=True)
        beats(world, {"3B motion": HOUR}, 13 * HOUR, lambda _: {"motion": True})
        assert ("stuck", "3B motion") in wrong(world)


def test_an_opened_sensor_is_told_until_it_is_closed(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        world.says("3B door", tamper=True)
        world.passes(2 * MINUTE)
        assert ("tamper", "3B door") in wrong(world)
        assert world.protection("r-anna").protection.state == "degraded"
        world.says("3B door", tamper=False)
        world.passes(2 * MINUTE)
        assert ("tamper", "3B door") not in wrong(world)


def test_a_clock_an_hour_ahead_is_told(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        for _ in range(4):
            world.says("3B door", at=world.clock.at + HOUR, open=True)
            world.passes(10 * MINUTE)
        assert ("clock", "3B door") in wrong(world)
        beats(world, {"3B door": HOUR}, 26 * HOUR)
        assert ("clock", "3B door") not in wrong(world)


def test_a_link_between_weak_and_well_changes_nothing(tmp_path: Path) -> None:
    with house(tmp_path) as world:

        def heard_with(lqi: int) -> None:
            for _ in range(25):
                world.says("3B door", lqi=lqi)
                world.passes(2 * MINUTE)

        heard_with(45)
        assert ("link", "3B door") not in wrong(world)
        heard_with(10)
        assert ("link", "3B door") in wrong(world)
        heard_with(45)
        assert ("link", "3B door") in wrong(world)
        heard_with(90)
        assert ("link", "3B door") not in wrong(world)


def test_what_comes_and_goes_all_day_is_told(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        world.says("3B door", open=False)
        for _ in range(6):
            world.availability("3B door", online=False)
            world.passes(5 * MINUTE)
            world.availability("3B door", online=True)
            world.passes(10 * MINUTE)
        assert ("unsteady", "3B door") in wrong(world)


def test_a_bed_sensor_nobody_has_lain_on_for_two_weeks_is_not_in_use(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        world.says("3B bed", in_bed=False)
        for _ in range(14):
            world.passes(DAY)
            world.says("3B bed", in_bed=False, battery=90)
            world.says("3B button", battery=90)
        world.passes(HOUR)
        assert [f for f in wrong(world) if f[0] == "unused"] == [("unused", "3B bed")]
        world.says("3B bed", in_bed=True)
        world.passes(2 * MINUTE)
        assert ("unused", "3B bed") not in wrong(world)


def test_a_device_never_heard_since_it_was_placed_is_told_after_a_day(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        world.passes(timedelta(hours=23, minutes=59))
        assert wrong(world) == []
        world.passes(5 * MINUTE)
        assert ("never-heard", "3B bed") in wrong(world)
        world.says("3B bed", in_bed=False)
        world.passes(2 * MINUTE)
        assert ("never-heard", "3B bed") not in wrong(world)


def test_faults_and_what_was_counted_survive_a_restart_and_are_told_no_second_time(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        world.says("3B bed", battery_low=True)
        world.says("3B door", open=True)
        world.passes(20 * MINUTE)
        told = world.alert("fault-battery").id
        world.restart()
        world.passes(20 * MINUTE)
        assert world.alert("fault-battery").id == told
        assert world.alert("fault-battery").occurrences == 1
        for _ in range(48):
            world.passes(HOUR)
            world.says("3B door", open=True)
        assert ("stuck", "3B door") in wrong(world), "since before the restart"


def test_a_site_sets_other_values_for_a_room(tmp_path: Path) -> None:
    other = f"{SITE}\nhealth: [{{fault: stuck, open: 6 h, rooms: [4A]}}]"
    with house(tmp_path, other) as world:
        for _ in range(8):
            for door in ("3B door", "4A door"):
                world.says(door, open=True)
            world.passes(HOUR)
        assert [f for f in wrong(world) if f[0] == "stuck"] == [("stuck", "4A door")]


def test_a_device_taken_out_of_the_site_takes_its_faults_along(tmp_path: Path) -> None:
    with house(tmp_path) as world:
        world.says("3B bed", battery_low=True)
        world.passes(2 * MINUTE)
        world.imports(
            SITE.replace("  - {id: 3B bed, room: 3B, role: bed}\n", "")
            .replace(", {rule: out-of-bed}", "")
            .replace(", rules: {out-of-bed: {}}", "")
        )
        world.passes(5 * MINUTE)
        assert "3B bed" not in [device for _, device in wrong(world)]
        assert ("fault-battery", "solsiden") not in open_rules(world)
