"""A reading as InfluxDB's line protocol, told apart by instant and by place in the journal."""

from datetime import UTC, datetime, timedelta

import pytest

from devices.reading import Value
from hub.history.line_protocol import as_kept, line, point, tag_set, time_ns
from hub.store.readings import Stored

AT = datetime(2026, 11, 23, 2, 10, 0, 123_456, tzinfo=UTC)


def reading(value: Value = True, at: datetime = AT, seq: int = 7) -> Stored:
    return Stored(seq, 1, "open", value, at, at, 0)


@pytest.mark.parametrize(
    ("value", "written"),
    [(True, "true"), (False, "false"), (87, "87.0"), (-0.5, "-0.5"), ("hold", '"hold"'), ('"\\', r'"\"\\"')],
)
def test_a_value_is_written_as_what_it_is(value: Value, written: str) -> None:
    assert line(reading(value), "site=a") == (
        f"open,site=a value={written},seq=7i,delay=456i,flags=0i 1795399800123000007"
    )


def test_whole_numbers_of_the_hub_itself_stay_whole() -> None:
    fields = {"alert": 3, "after_s": 2.0, "severity": "high", "late": True}
    assert point("alert_step", "site=a", fields, AT, 1_000_002) == (
        'alert_step,site=a alert=3i,after_s=2.0,severity="high",late=true 1795399800123000002'
    )


def test_a_tag_is_asked_for_as_influxdb_has_it() -> None:
    assert as_kept("3B, bed=1\n\\") == "3B, bed=1 /"


def test_tags_stand_in_the_order_of_the_alphabet_and_empty_ones_are_left_out() -> None:
    assert tag_set({"unit": "sør", "room": "", "device": "3B, bed=1\n"}) == r"device=3B\,\ bed\=1\ ,unit=sør"


def test_the_instant_is_the_readings_own_to_the_millisecond() -> None:
    assert time_ns(reading()) // 1_000_000 == 1795399800123


def test_readings_of_one_instant_stay_apart_and_in_the_order_of_the_journal() -> None:
    instants = [time_ns(reading(seq=seq)) for seq in range(40_000, 50_000)]
    assert instants == sorted(set(instants))


def test_a_later_millisecond_stays_later_whatever_its_place_in_the_journal() -> None:
    assert time_ns(reading(seq=999_999)) < time_ns(reading(at=AT + timedelta(milliseconds=1), seq=1_000_000))
