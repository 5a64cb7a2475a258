"""Which store the pages ask, what is said where InfluxDB is away, and what a technician sees of the copy."""

from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hub.history.chosen import HistoryInStead, Stores
from hub.store import devices, health, history_cursor, readings
from hub.store.db import transaction
from hub.store.instants import to_us
from tests.end_to_end.relaying import relaying, until_written
from tests.influx_server import InfluxDB
from tests.servers import free_port
from tests.web.conftest import SignIn
from tests.web.house import House

SAID = "Langtidshistorikken svarer ikke"


@pytest.fixture
def nobody(house: House, tmp_path: Path) -> str:
    """The house asks an InfluxDB that is not there."""
    token = tmp_path / "influx_token"
    token.write_text("any\n")
    url = f"http://127.0.0.1:{free_port()}"
    house.settings = house.settings.model_copy(
        update={"influx_url": url, "influx_token_file": token, "history": "influxdb"}
    )
    return url


def heard(house: House, count: int = 3) -> None:
    with transaction(house.connection):
        numbers = readings.measure_numbers(house.connection)
        at = house.now() - timedelta(hours=2)
        no = devices.add(house.connection, house.site.site, "zigbee2mqtt", "1A ytterdør", at)
        rows = [
            (no, numbers["open"], n % 2, to_us(at) + n * 1000, to_us(at) + n * 1000, 0) for n in range(count)
        ]
        readings.append(house.connection, rows)


def test_the_page_of_an_alert_is_whole_while_influxdb_is_away_and_says_so(
    house: House, sign_in: SignIn, nobody: str
) -> None:
    alert = house.night_exit()
    heard(house)
    page = sign_in("kari").get(f"/alerts/{alert.id}").text
    assert SAID in page
    assert nobody not in page, "why is no matter of care staff"


def test_where_the_embedded_history_is_set_nothing_is_said(house: House, sign_in: SignIn) -> None:
    alert = house.night_exit()
    assert SAID not in sign_in("kari").get(f"/alerts/{alert.id}").text


def test_whoever_asks_gets_the_embedded_answer_and_the_reason(house: House, nobody: str) -> None:
    heard(house)
    history = Stores(house.settings).history(house.connection, house.site)
    assert isinstance(history, HistoryInStead)
    now = house.now()
    found = list(history.readings(["1A ytterdør"], now - timedelta(days=1), now))
    assert [reading.value for reading in found] == [False, True, False]
    assert history.hourly(["1A ytterdør"], now - timedelta(days=1), now)
    assert history.begins() is not None
    assert history.why_not == f"{nobody} can't be reached: nobody listens there"


@pytest.mark.influx
def test_influxdb_answers_where_it_is_set_and_the_embedded_history_when_it_goes(
    house: House, influxdb: InfluxDB, tmp_path: Path
) -> None:
    heard(house)
    with relaying(house.settings.database, influxdb, tmp_path, house.site.site) as token:
        until_written(house.settings.database, influxdb)
    stores = Stores(
        house.settings.model_copy(
            update={"influx_url": influxdb.url, "influx_token_file": token, "history": "influxdb"}
        )
    )
    now = house.now()

    def asked() -> tuple[list[object], str | None]:
        history = stores.history(house.connection, house.site)
        assert isinstance(history, HistoryInStead)
        found = [r.value for r in history.readings(["1A ytterdør"], now - timedelta(days=1), now)]
        return found, history.why_not

    with transaction(house.connection):
        house.connection.execute("DELETE FROM reading WHERE seq < 3")  # known to InfluxDB alone
    assert asked() == ([False, True, False], None)
    influxdb.kill()
    found, why = asked()
    assert found == [False]
    assert why is not None
    assert "nobody listens there" in why


def test_a_technician_sees_what_waits_for_influxdb_since_when_and_why(
    house: House, sign_in: SignIn, nobody: str
) -> None:
    heard(house, 1200)
    destination = house.settings.influx_destination
    assert destination is not None
    with transaction(house.connection):
        why = f"{nobody} can't be reached: nobody listens there"
        health.say(
            house.connection, house.site.site, "influxdb", "down", house.now(), f"{why}; readings waiting: 9"
        )
    browser = sign_in("tor")
    page = browser.get("/technician").text
    assert "Ingenting kommer fram til InfluxDB" in page
    assert "1200 målinger venter" in page
    assert "den eldste i 2 t" in page
    assert why.replace("'", "&#39;") in page
    told = browser.get("/api/v1/copying").json()
    assert (told["state"], told["readings"], told["alert_steps"], told["why"]) == ("down", 1200, 0, why)
    with transaction(house.connection):
        history_cursor.move(house.connection, destination, 1200)
        health.say(house.connection, house.site.site, "influxdb", "ok", house.now())
    page = browser.get("/technician").text
    assert "Har fått alt som er registrert" in page
    assert browser.get("/api/v1/copying").json()["readings"] == 0


def test_a_house_without_influxdb_says_nothing_of_it(house: House, sign_in: SignIn) -> None:
    browser: TestClient = sign_in("tor")
    assert "InfluxDB" not in browser.get("/technician").text
    assert browser.get("/api/v1/copying").json()["configured"] is False
