"""Which store the pages ask, what is said where InfluxDB is away, and what a technician sees of the copy."""

import socket
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
from hub.history.embedded import EmbeddedHistory
from hub.store import devices, health, history_cursor, readings
from hub.store.db import transaction
from hub.store.instants import to_us
from tests.end_to_end.relaying import relaying, until_written
from tests.influx_server import InfluxDB
from tests.servers import free_port
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import PASSWORD, House
from tests.web.lived_in import DAY, HOUR, LivedInHouse

SAID = "Langtidshistorikken svarer ikke"


def ask_nobody(house: House, folder: Path) -> str:
    """From now on the house asks an InfluxDB that is not there."""
    token = folder / "influx_token"
    token.write_text("any\n")
    url = f"http://127.0.0.1:{free_port()}"
    house.settings = house.settings.model_copy(
        update={"influx_url": url, "influx_token_file": token, "history": "influxdb"}
    )
    return url


@pytest.fixture
def nobody(house: House, tmp_path: Path) -> str:
    return ask_nobody(house, tmp_path)


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
    app = create_app(house.settings, house.clock)

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
        page = browser.get(f"/alerts/{alert.id}").text
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


def test_what_is_kept_here_needs_no_other_machine(tmp_path: Path) -> None:
    house = LivedInHouse(tmp_path / "lived in", 5, ("1A",))
    ask_nobody(house, tmp_path)
    history = Stores(house.settings).history(house.connection, house.site)
    assert isinstance(history, HistoryInStead)
    now, own = house.now(), ["1A stue", "1A ytterdør"]
    today = now.date()
    assert list(history.readings(own, now - 2 * DAY, now))
    assert history.hourly(own, now - 2 * DAY, now)
    assert history.daily(own, today - 2 * DAY, today, zone=house.site.zone)
    assert history.why_not is None
    assert history.daily(own, today - 9 * DAY, today, zone=house.site.zone)
    assert history.why_not is not None
    house.connection.close()


def test_at_the_border_between_the_two_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    house = LivedInHouse(tmp_path / "lived in", 6, ("1A",))
    whole = EmbeddedHistory(house.connection, house.settings.database, house.site)
    both = HistoryInStead(whole, whole)
    now, zone, own = house.now(), house.site.zone, ["1A stue", "1A ytterdør"]
    today = now.astimezone(zone).date()
    for n in range(9):
        since, first = now - n * DAY - 3 * HOUR, today - n * DAY
        assert list(both.readings(own, since, now)) == list(whole.readings(own, since, now))
        assert both.hourly(own, since, now) == whole.hourly(own, since, now)
        assert both.daily(own, first, today, zone=zone) == whole.daily(own, first, today, zone=zone)
    house.connection.close()
