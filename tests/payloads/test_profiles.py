"""Every vendor's file has an example of all that it says, and the examples mean what they say."""

from typing import Any

import pytest

from devices.lorawan import meaning_of_object
from devices.measures import MEASURES
from devices.profiles import load, vendors
from devices.vendors import Profile, own_fields, profiles
from devices.vocabulary import field_of, meaning, squeezed

EXAMPLES = [(profile, example) for profile in profiles() for example in profile.examples]


@pytest.mark.parametrize("vendor", vendors())
def test_a_vendors_file_has_an_example_for_each_of_its_kinds_of_device(vendor: str) -> None:
    for entry in load(vendor)["devices"]:
        assert entry.get("examples"), (
            f"{vendor}.yaml: {entry.get('models') or entry.get('when')} has no example"
        )
        assert entry.get("models") or entry.get("when")
        assert entry["fields"]
        measures = {measure for example in entry["examples"] for measure in example["means"]}
        assert measures <= MEASURES.keys()


@pytest.mark.parametrize(("profile", "example"), EXAMPLES)
def test_an_example_means_what_its_vendors_file_says(profile: Profile, example: dict[str, Any]) -> None:
    errors: list[str] = []
    assert meaning_of_object(example["said"], example.get("model", ""), errors) == example["means"]
    assert errors == []


def test_a_vendors_file_speaks_of_no_other_vendors_devices() -> None:
    assert own_fields("another status-sensor", {"status": 1})[1] == {}
    assert squeezed("status") in own_fields("browan tbdw100", {"status": 1})[1]
    assert own_fields("", {"Device": "R311A", "OnOff": 1})[1]
    assert own_fields("", {"Device": "R999", "OnOff": 1})[1] == {}


# The general words


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ({"DOOR_OPEN_STATUS": 1}, {"open": True}),
        ({"doorStatus": "CLOSED"}, {"open": False}),
        ({"contact": "opened"}, {"open": True}),
        ({"magnet_status": "close"}, {"open": False}),
        ({"seatOccupied": True, "lightIntensity": 120}, {"presence": True, "illuminance": 120}),
        ({"call_button": 1}, {"pressed": "emergency"}),
        ({"pir": "trigger"}, {"motion": True}),
        ({"pir": "normal"}, {"motion": False}),
        ({"motion": 6}, {"motion": True}),
        ({"people_count": 0}, {"presence": False}),
        ({"occupancy": "vacant"}, {"presence": False}),
        ({"leakage_status": "leak"}, {"leak": True}),
        ({"WaterLeak_1": "NoLeak", "WaterLeak_2": "Leak"}, {"leak": True}),
        ({"smokeAlarm": "Alarm", "lowBatteryAlarm": "Normal"}, {"smoke": True, "battery_low": False}),
        ({"tamper_status": "uninstalled"}, {"tamper": True}),
        ({"bed_status": "out_of_bed"}, {"in_bed": False}),
        ({"out_of_bed": True}, {"in_bed": False}),
        ({"TempC1": 0, "TempC_SHT": 25.2}, {"temperature": 25.2}),
        ({"tempf": 70.7, "tempc": 21.5}, {"temperature": 21.5}),
        ({"tempf": 68}, {"temperature": 20.0}),
        ({"air": {"temperature": {"value": 20.5, "unit": "°C"}}}, {"temperature": 20.5}),
        ({"temperatureSensor": {"3": 19.5}}, {"temperature": 19.5}),
        ({"batteryLevel": "76%"}, {"battery": 76.0}),
        ({"battery": 3.6}, {}),
        ({"BatV": 3.1, "battery_volt": 3}, {}),
        ({"batteryCapacity": "80-100%"}, {}),
        ({"sos": True, "button": 1}, {"pressed": "emergency"}),
        ({"sos": False, "button": 0}, {}),
        ({"button": "double"}, {"pressed": "double"}),
        ({"fall_status": "suspected"}, {"fall": "suspected"}),
        ({"fall": False}, {"fall": "cleared"}),
        # what only looks like it
        ({"co2": 1, "CO2_ppm": 500, "CO": 20, "gas": 3, "moisture": 40}, {}),
        ({"temperature_alarm": "high", "targetTemperature": 21, "temperatureBoard": 30, "tempMax": 50}, {}),
        (
            {
                "smokeEventEnabled": 1,
                "openWindow": False,
                "humidityChanged": 0,
                "testButtonPressed": "Pushed",
            },
            {},
        ),
        (
            {"config": {"temperature": 30}, "history": [{"temperature": 12}], "threshold": {"humidity": 80}},
            {},
        ),
    ],
)
def test_a_name_of_the_trade_means_what_everybody_means_by_it(
    said: dict[str, Any], means: dict[str, Any]
) -> None:
    errors: list[str] = []
    assert meaning(said, errors) == means
    assert errors == []


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"contact": True}, "contact is true; expected a word for open"),
        ({"battery": 3}, "battery is 3, which may be % or volts"),
        ({"door": "perhaps"}, "door is 'perhaps'; expected a word for open"),
        ({"temperature": 327.67}, "temperature is 327.67; expected a number from -60 to 150 °C"),
    ],
)
def test_what_could_mean_two_things_is_not_guessed(said: dict[str, Any], error: str) -> None:
    errors: list[str] = []
    assert meaning(said, errors) == {}
    assert errors[0].startswith(error)


def test_a_state_beside_a_sign_for_no_value_is_not_believed_but_smoke_is() -> None:
    errors: list[str] = []
    assert meaning({"temperature": 999, "open": True, "smoke": True}, errors) == {"smoke": True}
    assert "open sent together with a sign for «no value» is not believed" in errors


def test_names_without_end_are_no_burden() -> None:
    assert field_of("x" * 100_000) is None
    assert field_of("") is None
    assert meaning({f"temperature_{n}": n % 50 for n in range(10_000)}, []) == {"temperature": 0}
