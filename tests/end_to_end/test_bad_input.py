"""What a sensor should never say, said through the real broker: readings, or a sentence for the technician,
and a hub that goes on.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from hub.store.readings import CLOCK_WRONG, OWN_TIME, SNAPSHOT
from tests.end_to_end.house import House
from tests.servers import running_mosquitto

pytestmark = pytest.mark.broker

DOORS = (
    "cut_off", "not_json", "wrong_types", "nan", "huge", "retained", "milliseconds", "local_time", "future",
    "long_ago", "good",
)  # fmt: skip
SITE = {
    "site": "bad-input",
    "name": "Bad input",
    "units": [{"id": "u", "name": "U"}],
    "rooms": [{"id": door, "unit": "u"} for door in DOORS],
    "residents": [{"id": door, "name": door, "room": door} for door in DOORS],
    "devices": [{"id": door, "room": door, "role": "outer_door"} for door in DOORS],
    "rules": [{"rule": "night-exit", "window": "00:00-00:00"}],
}
NOW = datetime.now(UTC).replace(microsecond=0)
LAST_MONTH = (NOW - timedelta(days=30)).isoformat()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A broker that has kept a door's state of last month, and a hub that came after it."""
    folder = tmp_path_factory.mktemp("bad-input")
    with running_mosquitto(folder / "mosquitto") as broker:
        made = House(folder / "house", broker, json.dumps(SITE))
        client = made.publisher()
        kept = f'{{"contact":false,"last_seen":"{LAST_MONTH}"}}'
        client.publish("zigbee2mqtt/retained", kept, qos=1, retain=True).wait_for_publish(10)
        client.disconnect()
        client.loop_stop()
        made.start_hub()
        made.until(made.hub_is_caught_up, "the hub's first look at the broker")
        yield made
        made.stop_hub()


@pytest.fixture(autouse=True)
def hub_goes_on(house: House) -> Iterator[None]:
    """After each of these: the hub is alive and takes a good message; nothing of it is in its log as ours."""
    yield
    before = len(readings(house, "good"))
    battery = 10 + before % 80
    house.publish([("zigbee2mqtt/good", f'{{"battery":{battery}}}'.encode())])
    house.until(lambda: len(readings(house, "good")) > before, "a good message after the bad one")
    assert house.hub is not None
    assert house.hub.poll() is None
    assert "Traceback" not in house.said()


def readings(house: House, device: str) -> list[tuple[object, ...]]:
    """(measure, value, at µs, received at µs, flags) of a device."""
    return house.rows(
        "SELECT name, value, at, received_at, flags FROM reading JOIN device ON device.no = device"
        " JOIN measure ON measure.no = measure WHERE address = ? ORDER BY seq",
        device,
    )


def values(house: House, device: str) -> list[tuple[object, ...]]:
    return [row[:2] for row in readings(house, device)]


def reasons(house: House, device: str) -> list[str]:
    topic = f"zigbee2mqtt/{device}"
    return [str(row[0]) for row in house.rows("SELECT reason FROM quarantine WHERE topic = ?", topic)]


def alerts(house: House, device: str) -> list[tuple[object, ...]]:
    return house.rows("SELECT rule FROM alert WHERE room = ?", device)


def say(house: House, device: str, payload: bytes) -> None:
    house.publish([(f"zigbee2mqtt/{device}", payload)])


def to_instant(us: object) -> datetime:
    return datetime.fromtimestamp(int(str(us)) / 1e6, UTC)


def test_a_message_cut_off_on_its_way_is_set_aside_with_its_reason(house: House) -> None:
    say(house, "cut_off", b'{"contact":false,"batt')
    house.until(lambda: bool(reasons(house, "cut_off")), "the reason")
    (reason,) = reasons(house, "cut_off")
    assert "JSON that is cut off after 22 characters" in reason
    assert not readings(house, "cut_off")


def test_what_is_no_json_at_all_is_set_aside_with_what_it_is(house: House) -> None:
    say(house, "not_json", b"\x00\xff\xfe\x80 hello")
    house.until(lambda: bool(reasons(house, "not_json")), "the reason")
    (reason,) = reasons(house, "not_json")
    assert "JSON" in reason
    assert "hello" in reason


def test_a_value_of_the_wrong_type_silences_no_other(house: House) -> None:
    say(house, "wrong_types", b'{"contact":{"open":1},"battery":80,"linkquality":"very good"}')
    house.until(lambda: bool(readings(house, "wrong_types")), "the battery")
    assert values(house, "wrong_types") == [("battery", 80)]
    (reason,) = reasons(house, "wrong_types")
    assert "contact is an object; expected true or false" in reason
    assert "linkquality is 'very good'; expected a number" in reason
    assert not alerts(house, "wrong_types")


def test_nan_is_no_temperature_and_silences_no_other(house: House) -> None:
    say(house, "nan", b'{"temperature":NaN,"humidity":-Infinity,"battery":80}')
    house.until(lambda: bool(readings(house, "nan")), "the battery")
    assert values(house, "nan") == [("battery", 80)]
    (reason,) = reasons(house, "nan")
    assert "temperature is nan; expected a number" in reason
    assert "humidity is nan" in reason


def test_a_huge_payload_is_not_read_and_kept_as_an_example_of_4_kib(house: House) -> None:
    say(house, "huge", b'{"contact":false,"note":"' + b"x" * (300 * 1024) + b'"}')
    house.until(lambda: bool(reasons(house, "huge")), "the reason")
    query = "SELECT reason, length(payload), payload_size FROM quarantine WHERE topic = 'zigbee2mqtt/huge'"
    size = 300 * 1024 + 27
    assert house.rows(query) == [(f"the payload has {size} bytes; at most 262144 are read", 4096, size)]
    assert not readings(house, "huge")


def test_a_device_that_the_site_does_not_name_is_kept_and_told_and_judged_by_no_rule(house: House) -> None:
    say(house, "a_stranger", b'{"contact":false}')
    house.until(lambda: bool(readings(house, "a_stranger")), "the reading")
    assert values(house, "a_stranger") == [("open", 1)]
    assert reasons(house, "a_stranger") == ["the site names no device 'a_stranger' at zigbee2mqtt"]
    assert not house.rows("SELECT 1 FROM alert WHERE device LIKE '%stranger%'")


def test_a_state_the_broker_had_kept_since_last_month_stands_and_happened_to_nobody(house: House) -> None:
    house.until(lambda: bool(readings(house, "retained")), "the retained state")
    ((measure, value, _, _, flags),) = readings(house, "retained")
    assert (measure, value) == ("open", 1)
    assert int(str(flags)) & SNAPSHOT
    assert not alerts(house, "retained")


def test_a_time_in_milliseconds_is_the_time_it_says(house: House) -> None:
    at = NOW - timedelta(minutes=3)
    said = {"contact": False, "last_seen": int(at.timestamp() * 1000) + 123}
    say(house, "milliseconds", json.dumps(said).encode())
    house.until(lambda: bool(readings(house, "milliseconds")), "the reading")
    ((_, _, us, _, flags),) = readings(house, "milliseconds")
    assert to_instant(us) == at + timedelta(milliseconds=123)
    assert flags == OWN_TIME
    assert not reasons(house, "milliseconds")
    house.until(lambda: bool(alerts(house, "milliseconds")), "the alert")


def arrived(house: House, device: str, flag: int) -> None:
    """The reading's time is that of its arrival, and the alert came all the same."""
    house.until(lambda: bool(readings(house, device)), "the reading")
    ((_, _, at, received_at, flags),) = readings(house, device)
    assert at == received_at
    assert abs(to_instant(at) - datetime.now(UTC)) < timedelta(minutes=1)
    assert flags == flag
    house.until(lambda: bool(alerts(house, device)), "the alert")


@pytest.mark.parametrize(
    ("device", "last_seen", "flag", "reason"),
    [
        ("local_time", lambda: f"{NOW:%Y-%m-%dT%H:%M:%S}", 0, "a local time without zone"),
        ("future", lambda: (NOW + timedelta(days=3)).isoformat(), CLOCK_WRONG, ""),
        ("long_ago", lambda: LAST_MONTH, CLOCK_WRONG, ""),
    ],
    ids=["local time", "in the future", "last month"],
)
def test_a_time_that_cannot_be_believed_gives_way_to_the_time_of_arrival(
    house: House, device: str, last_seen: Callable[[], str], flag: int, reason: str
) -> None:
    say(house, device, json.dumps({"contact": False, "last_seen": last_seen()}).encode())
    arrived(house, device, flag)
    told = reasons(house, device)
    assert [reason in one for one in told] == [True] if reason else not told
