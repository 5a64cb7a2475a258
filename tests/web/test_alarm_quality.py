"""Alarm quality on the page, as a document and as a call: the same figures for who may see them."""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from dashboards.care.quality_view import Reader, period
from dashboards.house import read_house
from hub import alerting
from hub.desk import Desk
from hub.store import shifts, trend_reviews
from hub.store.db import transaction
from hub.store.instants import to_us
from rules.alert import Outcome
from rules.duty import Function, Shift
from rules.watch import gone
from tests.web.house import DOCUMENT, House, from_noon_on

SignIn = Callable[..., TestClient]
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


class Then:
    """A clock that stands."""

    def __init__(self, at: Any) -> None:
        self.at = at

    def now(self) -> Any:
        return self.at


def alert(
    house: House,
    rule: str,
    room: str,
    ago: timedelta,
    taken_after: timedelta | None = None,
    outcome: Outcome | None = None,
) -> None:
    """It came, somebody took it after so long, was there a minute later and closed it one after that."""
    came = house.find(rule, room, ago, evidence=house.door(room, ago), found_ago=ago)
    with transaction(house.connection):
        house.connection.execute(
            "UPDATE alert_event SET at = ? WHERE alert = ?", (to_us(house.now() - ago), came.id)
        )
    if taken_after is not None and outcome is not None:
        at = house.now() - ago + taken_after
        for step, moment in (("accept", at), ("arrive", at + MINUTE)):
            getattr(Desk(house.connection, house.site.site, Then(moment)), step)(came.id, "kari")
        Desk(house.connection, house.site.site, Then(at + 2 * MINUTE)).close(came.id, "kari", outcome)


@pytest.fixture
def lived_in(house: House) -> House:
    for number in range(1, 11):
        alert(
            house,
            "night-exit",
            "1A",
            number * DAY,
            number * MINUTE,
            "false_alarm" if number > 4 else "helped",
        )
    alert(house, "help-button", "2A", 3 * DAY, 2 * MINUTE, "no_help_needed")
    alert(house, "fall", "3B", 2 * DAY, 1 * MINUTE, "test")  # a test counts nowhere
    alert(house, "door-open", "4B", 5 * DAY)
    return house


def test_the_page_tells_how_many_came_what_they_were_worth_and_how_soon_somebody_was_there(
    lived_in: House, sign_in: SignIn
) -> None:
    page = sign_in("kari").get("/care/quality").text
    assert '12</span><span class="what">ganger varslet</span><span class="soft">12 varsler' in page
    assert "55 %" in page  # 6 of the 11 that somebody said something of
    assert "av 11 som noen har sagt utfallet av" in page
    assert '<span class="count-big">5 min</span><span class="what">til noen tar det' in page
    assert "Ingen vaktliste: regnet som én" in page
    assert '<a href="/care/rules/night-exit/1A">' in page
    for name in ("Kari", "Anna Haugen"):
        assert name not in page.partition("<main")[2], "of units and rules, never of a person"


def test_whoever_may_not_open_a_rule_reads_its_name_without_a_link(lived_in: House, sign_in: SignIn) -> None:
    lived_in.import_site(
        DOCUMENT.replace("rules:\n", "  - {id: pia, name: Pia Vern, role: privacy_officer}\nrules:\n", 1)
    )
    with transaction(lived_in.connection):
        lived_in.set_password("pia")
    kari, pia = (sign_in(who).get("/care/quality").text for who in ("kari", "pia"))
    assert "For det meste falske varsler" in pia
    assert ('href="/care/rules' in kari, 'href="/care/rules' in pia) == (True, False)


def test_a_rule_that_is_mostly_false_is_pointed_out_and_no_aim_is_made_up(
    lived_in: House, sign_in: SignIn
) -> None:
    page = sign_in("kari").get("/care/quality").text
    said = re.sub(r"\s+", " ", page.partition("For det meste falske varsler")[2].partition("</ul>")[0])
    assert said.count("<li>") == 1
    assert ": 6 av 10 var falske." in said
    assert '<span class="chip warn">60 %</span>' in page
    assert "For falske varsler gir de ikke noe tall: jo lavere, jo bedre." in page


def test_the_first_day_of_a_month_counts_as_far_as_it_has_come(house: House) -> None:
    now = datetime(2026, 11, 30, 23, 40, tzinfo=UTC)  # December by the house's clock
    reader = Reader(read_house(house.connection, house.site.site, now), "nb", now)
    running, next_year = period(reader, "2026-12"), period(reader, "2027-01")
    assert running is not None
    assert running.until - running.since == 40 * MINUTE
    assert next_year is not None
    assert next_year.until > next_year.since


def test_of_today_no_hour_is_quiet_that_has_not_come(house: House, sign_in: SignIn) -> None:
    house.clock = from_noon_on()
    browser = sign_in("adm")
    call, page = "/api/v1/units/sol/alarm-load", "/care/quality/load?unit=sol"
    assert browser.get(call).json()["slots"] == 12 * 6
    assert browser.get(call, params={"day": "2026-11-24"}).json()["slots"] == 24 * 6
    assert browser.get(call, params={"by": "day"}).json()["slots"] == (27 * 24 + 12) * 6
    assert "Ingen varsler så langt." in browser.get(page).text
    house.night_exit("1A", 60 * MINUTE)
    assert "Så langt kom det høyst ett på ti minutter i 100 % av tida" in browser.get(page).text


def test_alerts_about_vaka_itself_stand_beside_the_figures(lived_in: House, sign_in: SignIn) -> None:
    at, until = lived_in.now() - timedelta(hours=2), lived_in.now()
    between = {"since": (until - 30 * DAY).isoformat(), "until": until.isoformat()}
    before = sign_in("adm").get("/api/v1/alarm-quality", params=between).json()
    with transaction(lived_in.connection):
        alerting.take(lived_in.connection, lived_in.site.site, *gone(lived_in.site.site, at), at)
    session = sign_in("adm")
    after = session.get("/api/v1/alarm-quality", params=between).json()
    assert (before.pop("about_vaka"), after.pop("about_vaka")) == (0, 1)
    assert after == before
    assert "1 varsel om Vaka selv er ikke regnet med her." in session.get("/care/quality").text
    printed = PdfReader(io.BytesIO(session.get("/care/quality/report.pdf").content))
    said = " ".join(" ".join(page.extract_text() for page in printed.pages).split())
    assert "1 varsel om Vaka selv er ikke regnet med her." in said
    assert "Vaktposten er borte" not in said
    day = f"{at.astimezone(lived_in.site.zone):%Y-%m-%d}"
    unit = lived_in.site.units[0].id
    spread = session.get(f"/api/v1/units/{unit}/alarm-load?day={day}&by=hour").json()
    assert [part["medium"] for part in spread["parts"]] == [0] * len(spread["parts"])


def test_the_figures_of_a_call_are_those_of_the_page_and_those_on_duty_share_the_load(
    lived_in: House, sign_in: SignIn
) -> None:
    alone = sign_in("kari").get("/api/v1/alarm-quality").json()
    assert alone["load"]["alarms"] == 12
    assert alone["load"]["stale"] == 1
    assert (alone["told"]["right"], alone["told"]["false"], alone["told"]["unsaid"]) == (5, 6, 1)
    accept = alone["accept"]
    assert (round(accept["median_s"]), accept["missing"], accept["pending"]) == (300, 0, 1)
    assert alone["rules"][0] | {"told": None} == {
        "name": "night-exit", "room": "", "count": 10, "share": pytest.approx(10 / 12), "told": None,
    }  # fmt: skip
    now = lived_in.now()
    with transaction(lived_in.connection):
        for person in ("kari", "sol"):
            for day in range(32):
                start = now - day * DAY
                shifts.add(
                    lived_in.connection,
                    lived_in.site.site,
                    Shift(0, person, (), "carer", start - DAY, start),
                )
    two = sign_in("kari").get("/api/v1/alarm-quality").json()
    assert two["load"]["carers"] == pytest.approx(2, abs=0.05)
    assert two["load"]["per_carer"] == pytest.approx(alone["load"]["per_carer"] / 2, rel=0.05)


def test_at_night_the_patrol_carries_the_load_and_no_leader_does_and_page_and_report_say_who_counts(
    lived_in: House, sign_in: SignIn
) -> None:
    lived_in.import_site(
        DOCUMENT.replace("rules:\n", "  - {id: leder, name: Lise Leder, role: leader}\nrules:\n", 1)
    )
    now = lived_in.now()
    on_duty: dict[str, tuple[tuple[str, ...], Function]] = {
        "kari": ((), "night_patrol"),  # goes through both units, and is one
        "sol": (("sol",), "carer"),
        "leder": ((), "leader"),
    }
    with transaction(lived_in.connection):
        for person, (units, function) in on_duty.items():
            for day in range(32):
                start = now - day * DAY
                one = Shift(0, person, units, function, start - DAY, start)
                shifts.add(lived_in.connection, lived_in.site.site, one)
    browser = sign_in("kari")
    for unit, carry in (("", 2), ("sol", 2), ("nord", 1)):
        load = browser.get(f"/api/v1/alarm-quality?unit={unit}").json()["load"]
        assert load["carers"] == pytest.approx(carry, abs=0.05), unit
    said = "deles på pleierne og nattpatruljen som var på vakt for avdelingene"
    assert said in browser.get("/care/quality").text
    printed = PdfReader(io.BytesIO(browser.get("/care/quality/report.pdf").content))
    assert said in " ".join(" ".join(one.extract_text() for one in printed.pages).split())


def test_what_staff_said_of_residents_weeks_is_counted_by_trend_for_ones_own_units(
    lived_in: House, sign_in: SignIn
) -> None:
    week = lived_in.now().date()
    opinions: list[tuple[str, trend_reviews.Opinion]] = [
        ("r1", "useful"),
        ("r2", "not_useful"),
        ("r4", "useful"),
    ]
    with transaction(lived_in.connection):
        for resident, opinion in opinions:
            review = trend_reviews.Review("active", week, opinion, "kari")
            trend_reviews.put(
                lived_in.connection, lived_in.site.site, "resident", resident, review, lived_in.now() - DAY
            )
    house, sol = (sign_in(person).get("/api/v1/alarm-quality").json() for person in ("kari", "sol"))
    assert house["reviewed"] == [{"trend": "active", "of": "resident", "useful": 2, "not_useful": 1}]
    assert sol["reviewed"] == [{"trend": "active", "of": "resident", "useful": 1, "not_useful": 1}]
    page = sign_in("sol").get("/care/quality").text
    assert re.search(r"Bevegelse om dagen</th><td[^>]*>1</td><td[^>]*>1</td>", page)


def test_totals_that_are_named_the_same_agree_when_an_alert_came_again(
    lived_in: House, sign_in: SignIn
) -> None:
    again = timedelta(hours=1)
    lived_in.find("door-open", "4B", again, evidence=lived_in.door("4B", again), found_ago=again)
    figures = sign_in("kari").get("/api/v1/alarm-quality").json()
    assert (figures["load"]["alarms"], figures["alerts"]) == (13, 12)
    assert sum(figures["mix"].values()) == 13
    for part in ("rules", "sources"):
        assert sum(one["count"] for one in figures[part]) == 13, part
    assert sum(week["alarms"] for week in figures["weeks"]) == 13
    told = figures["told"]
    assert told["right"] + told["false"] + told["unsaid"] == 12
    page = sign_in("kari").get("/care/quality").text
    assert (
        '13</span><span class="what">ganger varslet</span><span class="soft">12 varsler, noen flere' in page
    )
    printed = PdfReader(io.BytesIO(sign_in("kari").get("/care/quality/report.pdf").content))
    said = " ".join(" ".join(one.extract_text() for one in printed.pages).split())
    assert "Ganger varslet 13" in said
    assert "Varsler 12" in said


def test_months_are_offered_back_to_when_the_hub_came_to_the_house(house: House, sign_in: SignIn) -> None:
    def offered() -> int:
        chosen = (
            sign_in("kari").get("/care/quality").text.partition('name="month"')[2].partition("</select")[0]
        )
        return chosen.count("<option") - 1  # the first is the last 30 days

    assert offered() == 1
    house.connection.execute(
        "UPDATE site_version SET imported_at = ?", (to_us(house.now().replace(day=1) - 40 * DAY),)
    )
    assert offered() == 3
    house.connection.execute("UPDATE site_version SET imported_at = ?", (to_us(house.now() - 900 * DAY),))
    assert offered() == 12


def test_each_sees_the_units_that_are_theirs(lived_in: House, sign_in: SignIn) -> None:
    nord = sign_in("nord")
    assert nord.get("/api/v1/alarm-quality").json()["load"]["alarms"] == 1
    assert nord.get("/api/v1/alarm-quality?unit=nord").json()["load"]["alarms"] == 1
    for address in (
        "/care/quality?unit=sol",
        "/care/quality/report.pdf?unit=sol",
        "/api/v1/alarm-quality?unit=sol",
    ):
        assert nord.get(address).status_code == 404
    assert sign_in("kari").get("/api/v1/alarm-quality?unit=sol").json()["load"]["alarms"] == 11


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ("kari", ("Varselkvalitet", "falske", "55 %")),
        ("nord", ("Alarm quality", "false", "Against the standards")),
    ],
)
def test_the_report_is_printed_in_the_readers_language(
    lived_in: House, sign_in: SignIn, person: str, words: tuple[str, ...]
) -> None:
    answer = sign_in(person).get("/care/quality/report.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert [word for word in words if word not in text] == []


def test_a_month_is_from_its_first_day_in_the_houses_own_time(lived_in: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    months = [
        kari.get(f"/care/quality?month={month}").status_code
        for month in ("2026-10", "2026-13", "x", "0001-01")
    ]
    assert months == [200, 422, 422, 422]
    assert "Ingen varsler i denne perioden" in kari.get("/care/quality?month=2020-02").text


def test_a_period_that_cannot_be_is_refused_with_what_was_expected(lived_in: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    backwards = kari.get("/api/v1/alarm-quality?since=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z")
    assert backwards.status_code == 422
    assert backwards.json()["reason"] == "since_until"
    assert kari.get("/api/v1/alarm-quality?since=2020-01-01T00:00:00Z").status_code == 422
    assert kari.get("/api/v1/alarm-quality?since=2026-01-01T00:00:00").status_code == 422


def test_the_weeks_are_whole_from_monday_on_and_the_running_one_is_marked(
    lived_in: House, sign_in: SignIn
) -> None:
    kari, zone = sign_in("kari"), lived_in.site.zone
    now = lived_in.now().astimezone(zone)
    looked = [
        kari.get("/api/v1/alarm-quality", params={"since": (now - ago).isoformat()}).json()["weeks"]
        for ago in (30 * DAY, 29 * DAY - MINUTE)
    ]
    begins = [datetime.fromisoformat(week["since"]).astimezone(zone) for week in looked[0]]
    assert {(at.weekday(), at.hour, at.minute) for at in begins} == {(0, 0, 0)}
    assert [week["running"] for week in looked[0]] == [False] * (len(begins) - 1) + [True]
    assert looked[1] == looked[0][-len(looked[1]) :], "the same weeks, whenever the time looked at begins"
    page = " ".join(re.sub("<[^>]+>", " ", kari.get("/care/quality").text).split())
    assert f"Uke {now.isocalendar().week}, fra {begins[-1].day}. " in page
    assert page.count("hittil") == 1
