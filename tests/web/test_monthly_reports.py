"""A report of each unit's alarms for each month: made once, kept, and told to its leaders."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from dashboards.monthly import make
from hub.jobs import Jobs, timetable
from hub.quality_reports import missing
from hub.staff_notices import deliver
from hub.store import contacts, quality_reports
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.instants import to_us
from hub.timetable import run_if_due
from hub.ways.email import Email, MailServer
from tests.ways.receivers import mail_server
from tests.web.conftest import csrf_of
from tests.web.house import DOCUMENT, House
from tests.web.test_alarm_quality import alert

SignIn = Callable[..., TestClient]
LEADERS = DOCUMENT.replace(
    "rules:\n",
    "  - {id: leder, name: Lise Leder, role: leader}\n"
    "  - {id: nordleder, name: Nina Nord, role: leader, units: [nord], language: en}\nrules:\n",
    1,
)


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path, LEADERS)
    at_work_since(house, 40)
    return house


def at_work_since(house: House, days: int) -> None:
    began = to_us(house.now() - timedelta(days=days))
    house.connection.execute("UPDATE site_version SET imported_at = ?", (began,))


def last_month(house: House) -> str:
    first = house.now().astimezone(house.site.zone).date().replace(day=1)
    return f"{first - timedelta(days=1):%Y-%m}"


def test_a_month_is_reported_once_for_each_unit_by_whoever_comes_first(house: House) -> None:
    """By the hub's timetable in a real child, also where it was killed before it was done."""
    at_work = Jobs(house.settings)
    job = next(one for one in timetable(house.settings, at_work._child) if one.name == "alarm reports")
    assert run_if_due(house.settings.database, job, house.clock.now)
    made = [(one.unit, one.month) for one in quality_reports.of(house.connection, "solbakken")]
    assert {unit for unit, month in made if month == last_month(house)} == {"sol", "nord"}
    assert len(set(made)) == len(made)
    house.connection.execute("UPDATE job SET due = 0")  # as after a kill: the row still says that it is due
    assert run_if_due(house.settings.database, job, house.clock.now)
    assert [(one.unit, one.month) for one in quality_reports.of(house.connection, "solbakken")] == made
    (row,) = house.rows("SELECT due, said FROM job WHERE name = 'alarm reports'")
    assert row["said"] == "nothing to report"
    assert row["due"] - to_us(house.now()) <= 25 * 3600 * 10**6, "looked at each day"


def test_no_month_is_reported_in_which_the_hub_was_not_at_work(house: House) -> None:
    at_work_since(house, 0)
    assert missing(house.connection, house.site, house.now()) == []
    in_march = datetime.fromisoformat("2031-03-01T05:00:00+01:00")
    found = missing(house.connection, house.site, in_march)
    assert [f"{month:%Y-%m}" for unit, month in found if unit == "sol"] == ["2030-12", "2031-01", "2031-02"]


def test_leaders_are_told_once_where_it_is_and_no_figure(house: House) -> None:
    with transaction(house.connection):
        for person in ("leder", "nordleder", "kari"):
            contact = Contact(person, "email", f"{person}@example.org")
            contacts.put(house.connection, "solbakken", contact, house.now())
    with mail_server() as (mailbox, port):
        ways = {"email": Email(MailServer("smtp", "127.0.0.1", port, None, None, "vaka@example.org"))}
        for _ in range(2):
            make(house.connection, None, "https://vaka.example.org", house.now())
            deliver(house.connection, "solbakken", ways, house.clock)
    assert sorted(mail["to"] for mail in mailbox.taken) == ["leder@example.org", "nordleder@example.org"]
    for mail in mailbox.taken:
        said = mail.get_payload(decode=True)
        assert isinstance(said, bytes)
        assert "https://vaka.example.org/care/quality/reports" in said.decode()
        assert ("Solsida" in said.decode()) == (mail["to"] == "leder@example.org")
        assert "Anna" not in said.decode()


def test_the_archive_keeps_the_report_as_it_was_made_for_who_sees_the_unit(
    house: House, sign_in: SignIn
) -> None:
    month = last_month(house)
    make(house.connection, None, None, house.now())
    before = quality_reports.get(house.connection, "solbakken", "sol", month)
    alert(house, "night-exit", "1A", timedelta(days=28))
    make(house.connection, None, None, house.now())
    leader, nord = sign_in("leder"), sign_in("nordleder")
    page = leader.get("/care/quality/reports").text
    assert "Solsida" in page
    assert "Nordsida" in page
    assert "Solsida" not in nord.get("/care/quality/reports").text
    answer = leader.get(f"/care/quality/reports/sol/{month}.pdf")
    assert before is not None
    assert answer.content == before.pdf
    text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.content)).pages)
    assert "Solsida" in text
    assert not [name for name in ("Anna", "Haugen", "Kari") if name in text]
    for path in (f"/care/quality/reports/sol/{month}.pdf", f"/api/v1/alarm-quality/reports/sol/{month}"):
        assert nord.get(path).status_code == 404
        assert leader.get(path).headers["content-type"] == "application/pdf"
    listed = leader.get("/api/v1/alarm-quality/reports").json()
    assert {(one["unit"], one["month"]) for one in listed} >= {("sol", month), ("nord", month)}
    assert "Varselrapport for" in leader.get("/").text
    assert "Varselrapport for" not in sign_in("kari").get("/").text
    assert csrf_of(leader, "/care/quality")


def test_after_a_week_a_report_is_no_news_on_the_board(house: House, sign_in: SignIn) -> None:
    make(house.connection, None, None, house.now() - timedelta(days=8))
    assert "Varselrapport for" not in sign_in("leder").get("/").text
