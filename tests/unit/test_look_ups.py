"""Which look-ups of residents a leader is asked to look at."""

from datetime import UTC, datetime, timedelta

from rules.look_ups import AGAIN, MANY, Duty, HadAlert, LookUp, unusual

NIGHT = datetime(2026, 3, 2, 22, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SHIFT = Duty("kari", ("sol",), NIGHT, NIGHT + 9 * HOUR)


def look(at: datetime, resident: str = "r1", unit: str = "sol", by: str = "kari") -> LookUp:
    return LookUp(at, by, resident, unit, "/care/residents/" + resident)


def alert_at(*when: datetime) -> HadAlert:
    return lambda _, since, until: any(since <= at <= until for at in when)


NO_ALERT = alert_at()


def reasons(
    look_ups: list[LookUp], *duties: Duty, had_alert: HadAlert = NO_ALERT
) -> list[tuple[str, str, int]]:
    return [(one.by, one.reason, len(one.look_ups)) for one in unusual(look_ups, duties, had_alert)]


def test_whoever_looks_at_a_resident_of_their_unit_on_their_shift_is_asked_nothing() -> None:
    assert reasons([look(NIGHT + n * HOUR, f"r{n}") for n in range(9)], SHIFT) == []


def test_who_is_off_duty_is_asked_once_a_day_and_not_for_reading_up_before_a_shift() -> None:
    day = NIGHT + 14 * HOUR
    assert reasons([look(day), look(day + HOUR)], SHIFT) == [("kari", "off_duty", 2)]
    assert reasons([look(day), look(day + 24 * HOUR)], SHIFT) == [
        ("kari", "off_duty", 1),
        ("kari", "off_duty", 1),
    ]
    assert reasons([look(NIGHT - 50 * MINUTE), look(NIGHT + 9 * HOUR + 50 * MINUTE)], SHIFT) == []


def test_who_looks_next_door_is_asked_unless_there_was_an_alert() -> None:
    next_door = look(NIGHT + HOUR, "r9", "nord")
    assert reasons([next_door], SHIFT) == [("kari", "other_unit", 1)]
    assert reasons([next_door], SHIFT, had_alert=alert_at(NIGHT)) == []
    assert reasons([next_door], SHIFT, had_alert=alert_at(NIGHT - 30 * HOUR)) == [("kari", "other_unit", 1)]
    assert reasons([next_door], Duty("kari", (), NIGHT, NIGHT + 9 * HOUR)) == []


def test_without_a_roster_nobody_can_tell_who_was_off() -> None:
    assert reasons([look(NIGHT + 14 * HOUR)]) == []
    assert reasons([look(NIGHT + 14 * HOUR)], Duty("lise", (), NIGHT, NIGHT + HOUR)) == []


def test_one_who_goes_through_the_whole_house_in_minutes_is_asked() -> None:
    round_of_the_unit = [look(NIGHT + n * MINUTE / 2, f"r{n}") for n in range(MANY)]
    one_more = look(NIGHT + 9 * MINUTE, "r99")
    assert reasons(round_of_the_unit, SHIFT) == []
    assert reasons([*round_of_the_unit, one_more], SHIFT) == [("kari", "many", MANY + 1)]
    slowly = [look(NIGHT + n * 2 * MINUTE, f"r{n}") for n in range(MANY + 5)]
    assert reasons(slowly, SHIFT) == []


def test_one_who_looks_at_the_same_resident_again_and_again_is_asked_unless_there_was_an_alert() -> None:
    often = [look(NIGHT + n * MINUTE) for n in range(AGAIN + 1)]
    assert reasons(often, SHIFT) == [("kari", "again", AGAIN + 1)]
    assert reasons(often[1:], SHIFT) == []
    assert reasons(often, SHIFT, had_alert=alert_at(NIGHT)) == []


def test_each_answers_for_what_they_looked_at_themselves() -> None:
    others = [look(NIGHT + n * MINUTE / 2, f"r{n}", by=f"p{n % 2}") for n in range(MANY + 4)]
    assert reasons(others) == []
