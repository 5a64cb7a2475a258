"""The VAKA_* variables: every mistake is said at once, by name."""

from pathlib import Path

import pytest

from hub.settings import Settings, SettingsError, read_settings


def test_without_any_variable_everything_is_on_this_machine() -> None:
    settings = read_settings({})
    assert str(settings.database) == "data/vaka.db"
    assert settings.broker_address == ("127.0.0.1", 1883, False, None)
    assert (settings.web_host, settings.web_port, settings.clock) == ("127.0.0.1", 8080, "wall")


def test_a_broker_with_tls_and_a_user_is_understood() -> None:
    assert read_settings({"VAKA_BROKER": "mqtts://vaka@broker.lan"}).broker_address == (
        "broker.lan",
        8883,
        True,
        "vaka",
    )


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert read_settings({"VAKA_SITE": "", "VAKA_WEB_PORT": ""}) == Settings()


def test_all_settings_that_cannot_be_used_are_named_at_once_with_what_was_expected() -> None:
    with pytest.raises(SettingsError) as error:
        read_settings(
            {"VAKA_WEB_PORT": "http", "VAKA_CLOCK": "sun", "VAKA_BROKR": "x", "VAKA_BROKER": "tcp://b"}
        )
    assert sorted(str(error.value).splitlines()) == [
        "VAKA_BROKER: 'tcp://b' is no broker's address; expected e.g. mqtt://vaka@broker:1883",
        "VAKA_BROKR is no setting; expected e.g. VAKA_BROKER (all: docs/settings.md)",
        "VAKA_CLOCK is 'sun'; expected 'wall' or 'readings'",
        "VAKA_WEB_PORT is 'http'; expected a valid integer, unable to parse string as an integer",
    ]


def test_a_password_in_the_brokers_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError) as error:
        read_settings({"VAKA_BROKER": "mqtt://vaka:hemmelig1@broker"})
    assert "VAKA_BROKER_PASSWORD_FILE" in str(error.value)
    assert "hemmelig1" not in str(error.value)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("influxdb:8086", "'influxdb:8086' is no web address; expected e.g. http://influxdb:8086"),
        ("http://vaka:hemmelig1@influxdb", "an account stands in it; expected a token in the file of"),
        ("http://influxdb:80860", "Port out of range"),
    ],
)
def test_an_address_of_influxdb_that_cannot_be_one_is_refused(address: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as error:
        read_settings({"VAKA_INFLUX_URL": address})
    assert sentence in str(error.value)
    assert "hemmelig1" not in str(error.value)


def test_every_setting_has_its_line_in_the_docs_with_its_default() -> None:
    text = (Path(__file__).parents[2] / "docs" / "settings.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        default = "none" if field.default is None else f"`{field.default}`"
        assert f"| `VAKA_{name.upper()}` | {default} | {field.description} |" in text
    assert text.count("| `VAKA_") == len(Settings.model_fields)


def test_a_history_in_influxdb_needs_to_know_where_that_is() -> None:
    with pytest.raises(SettingsError, match="VAKA_HISTORY is influxdb and VAKA_INFLUX_URL is not set"):
        read_settings({"VAKA_HISTORY": "influxdb"})
    settings = read_settings({"VAKA_HISTORY": "influxdb", "VAKA_INFLUX_URL": "http://influxdb:8086"})
    assert settings.influx_destination == "http://influxdb:8086/vaka/vaka"
