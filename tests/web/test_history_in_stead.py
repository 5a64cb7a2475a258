"""Which store the pages ask, what is said where InfluxDB is away, and what a technician sees of the copy."""

import socket
import time
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import Request
from fastapi.responses import HTMLResponse
from starlette.testclient import TestClient

from dashboards.app import create_app
from dashboards.frame import page
from dashboards.visit import Visitor, history_of
from hub.history.chosen import HistoryInStead, Stores
from hub.history.flux import ANSWER_WITHIN_S
from hub.store import devices, health, history_cursor, readings
from hub.store.db import transaction
from hub.store.instants import to_us
from tests.end_to_end.relaying import relaying, until_written
from tests.influx_server import InfluxDB
from tests.servers import free_port
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import PASSWORD, House

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


def page_with_history(house: House) -> str:
    """A page that asks for a year, as charts do, and then for the newest values."""
    app = create_app(house.settings)

    @app.get("/charts-of-a-year")
    def show(request: Request, visit: Visitor) -> HTMLResponse:
        now = visit.now
        list(history_of(request, visit).readings(["1A ytterdør"], now - timedelta(days=365), now))
        history_of(request, visit).last_values(["1A ytterdør"])
        return HTMLResponse(page(request, visit, "_page.html"))

    with TestClient(app, follow_redirects=False) as client:
        given = {"person": "tor", "password": PASSWORD, "csrf": csrf_of(client, "/sign-in")}
        client.post("/sign-in", data=given)
        return client.get("/charts-of-a-year").text


def test_a_page_whose_long_history_is_away_shows_what_is_kept_here_and_says_so(
    house: House, nobody: str
) -> None:
    heard(house)
    shown = page_with_history(house)
    assert shown.count(SAID) == 1
    assert nobody not in shown, "why is no matter of whoever looks at a chart"


def test_where_the_embedded_history_is_set_nothing_is_said(house: House) -> None:
    heard(house)
    assert SAID not in page_with_history(house)


def test_the_page_of_an_alert_does_not_wait_for_influxdb(
    house: House, sign_in: SignIn, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hanging:  # takes the call and never says a word
        token = tmp_path / "influx_token"
        token.write_text("any\n")
        house.settings = house.settings.model_copy(
            update={
                "influx_url": f"http://127.0.0.1:{hanging.getsockname()[1]}",
                "influx_token_file": token,
                "history": "influxdb",
            }
        )
        alert = house.night_exit()
        browser = sign_in("kari")
        began = time.monotonic()
        page = browser.get(f"/alerts/{alert.id}").text
        assert time.monotonic() - began < ANSWER_WITHIN_S
        assert SAID not in page
        hanging.setblocking(False)
        with pytest.raises(BlockingIOError):
            hanging.accept()


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
