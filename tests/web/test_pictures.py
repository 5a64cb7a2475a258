"""A resident's pictures: what they show, to whom, and that what nobody heard is never drawn as quiet."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient

from dashboards.care.resident_view import ResidentView, month_of_nights
from dashboards.pictures.drawing import Axis
from dashboards.pictures.times import day_of
from hub.alerting import take
from hub.heard import heard, unheard
from hub.history.embedded import EmbeddedHistory
from hub.site.file import SiteFile, read_site
from hub.store import sites
from hub.store.db import transaction
from rules.protection import not_heard
from rules.stretches import Stretch
from rules.wording import Voice
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import House
from tests.web.lived_in import DAY, HOUR, LIVED_IN, MINUTE, LivedInHouse, keep_in_history

OSLO = ZoneInfo("Europe/Oslo")
PAGES = ("", "/hour", "/nights", "/trends", "/year")


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivedInHouse]:
    house = LivedInHouse(tmp_path_factory.mktemp("lived-in"), 100, ("1A", "2A"))
    house.hub_says()
    yield house
    house.connection.close()


@pytest.fixture
def house(lived_in: LivedInHouse) -> LivedInHouse:
    return lived_in


def seen(house: LivedInHouse) -> list[str]:
    return [row["detail"] for row in house.rows("SELECT detail FROM audit WHERE what = 'residents seen'")]


def told(client: TestClient, resident: str, day: date) -> dict[str, list[dict[str, str]]]:
    answer = client.get(f"/api/v1/residents/{resident}/day?day={day}")
    assert answer.status_code == 200
    return {lane["device"]: lane["unheard"] for lane in answer.json()["lanes"]}


def test_a_carer_sees_the_residents_of_their_unit_and_each_look_is_on_the_audit_trail(
    house: LivedInHouse, sign_in: SignIn
) -> None:
    sol = sign_in("sol")
    listed = sol.get("/care/residents").text
    assert "Anna Haugen" in listed
    assert "Sverre Lie" not in listed
    for page in PAGES:
        before = len(seen(house))
        answer = sol.get(f"/care/residents/r1{page}")
        assert answer.status_code == 200
        assert "Anna Haugen" in answer.text
        assert len(seen(house)) == before + 1
        assert '"r1"' in seen(house)[-1]
        assert sol.get(f"/care/residents/r4{page}").status_code == 404


def test_the_last_hour_ends_now_and_is_one_look_however_often_it_is_fetched_anew(
    house: LivedInHouse, sign_in: SignIn
) -> None:
    kari = sign_in("kari")
    before = len(seen(house))
    for _ in range(3):
        page = kari.get("/care/residents/r3/hour").text
    assert 'hx-trigger="every 15s"' in page
    assert "Siste time, " in page
    assert len(seen(house)) == before + 1
    told = kari.get("/api/v1/residents/r3/hour").json()
    since, until = (datetime.fromisoformat(told[key]) for key in ("since", "until"))
    assert until - since == HOUR
    assert abs(house.now() - until) < MINUTE
    assert "Siste time" in kari.get("/care/residents/r3/hour.svg").text


def test_technicians_see_devices_and_no_resident(house: LivedInHouse, sign_in: SignIn) -> None:
    tor = sign_in("tor")
    for page in PAGES:
        assert tor.get(f"/care/residents/r1{page}").status_code == 404
    shown = tor.get("/technician/devices/1A bad").text
    assert "Batterinivå dag for dag" in shown
    assert "Signal de siste 30 dagene" in shown
    assert "Haugen" not in shown


def test_what_could_not_be_heard_is_drawn_and_said_as_not_heard(house: LivedInHouse, sign_in: SignIn) -> None:
    kari, day = sign_in("kari"), (house.now() - 3 * DAY).astimezone(OSLO).date()
    began = day_of(day, OSLO).since.astimezone(UTC) + 9 * HOUR
    house.silence("1A stue", began, began + 2 * HOUR)
    unheard = told(kari, "r1", day)
    assert unheard["1A bad"] == []
    (silence,) = unheard["1A stue"]
    # It is noticed after a while. From its last word on nobody could have heard it: it is not drawn as quiet.
    history = EmbeddedHistory(house.connection, house.settings.database, house.site)
    last = max(one.at for one in history.readings(["1A stue"], began - 2 * HOUR, began))
    assert datetime.fromisoformat(silence["since"]) == last < began
    assert datetime.fromisoformat(silence["until"]) == began + 2 * HOUR
    page = kari.get(f"/care/residents/r1?day={day}").text
    assert re.search(r"I til sammen 2 t \d+ min kunne minst én sensor ikke høres", page)
    since = last.astimezone(OSLO)
    assert re.search(
        rf'<rect class="unheard m"[^>]*><title>{since:%H\.%M}–11\.00 1A stue: Ikke hørt</title>', page
    )


def test_a_device_that_never_spoke_was_never_heard(house: LivedInHouse, sign_in: SignIn) -> None:
    day = (house.now() - 3 * DAY).astimezone(OSLO).date()
    for own in told(sign_in("kari"), "r4", day).values():
        (silence,) = own
        assert datetime.fromisoformat(silence["since"]) == day_of(day, OSLO).since
        assert datetime.fromisoformat(silence["until"]) == day_of(day, OSLO).until


def test_a_sensor_that_was_hung_up_later_was_not_heard_before_its_first_word(tmp_path: Path) -> None:
    house = House(tmp_path, LIVED_IN)
    today = day_of(house.now().astimezone(OSLO).date(), OSLO).since.astimezone(UTC)
    since, hung_up = today - 3 * DAY, today - 2 * DAY + 10.5 * HOUR
    bad = [(since + n * HOUR, "1A bad", "motion", n % 2 == 0) for n in range(72)]
    stue = [(hung_up + n * HOUR, "1A stue", "motion", n % 2 == 0) for n in range(10)]
    keep_in_history(house, sorted([*bad, *stue]))
    history = EmbeddedHistory(house.connection, house.settings.database, house.site)
    devices = [one for one in house.site.devices if one.id in ("1A bad", "1A stue")]
    for by_hour, first in ((False, hung_up), (True, hung_up - 0.5 * HOUR)):
        found = unheard(house.connection, history, house.site, devices, since, today, by_hour)
        assert found == {"1A bad": [], "1A stue": [Stretch(since, first)]}
    drawn = heard(house.connection, history, house.site, devices, since, today - 2 * DAY)
    assert {lane.device.id: lane.unheard for lane in drawn.lanes} == {
        "1A bad": [],
        "1A stue": [Stretch(since, today - 2 * DAY)],
    }
    house.connection.close()


def test_an_alert_stands_in_the_day_with_who_came(house: LivedInHouse, sign_in: SignIn) -> None:
    alert = house.night_exit("1A", 2 * MINUTE)
    house.act(alert, "kari", arrive=True, outcome="helped")
    page = sign_in("kari").get("/care/residents/r1").text
    assert re.search(r'class="shape-high m"[^>]*><title>[\d.]+: [^<]*Kari Nordmann tok varselet', page)
    assert re.search(r'class="shape-seen m"[^>]*><title>[\d.]+ Noen var fremme', page)
    assert "Kari Nordmann" not in sign_in("kari").get("/care/residents/r3").text.split('class="figure"')[1]


def test_that_a_sensor_fell_silent_stands_among_the_alerts_of_those_it_left_without(
    house: LivedInHouse, sign_in: SignIn
) -> None:
    finding, concern = not_heard(house.book, "device:2A snor", house.now() - 5 * MINUTE)
    assert concern.residents == ("r2", "r6")
    with transaction(house.connection):
        alert = take(house.connection, house.site.site, finding, concern, house.now())
    assert alert is not None
    kari = sign_in("kari")
    assert re.search(r'class="shape-medium m"', kari.get("/care/residents/r2").text)
    assert 'class="shape-medium m"' not in kari.get("/care/residents/r1").text
    house.act(alert, "kari", arrive=True, outcome="no_help_needed")


def test_days_on_which_two_lived_in_the_flat_are_said_to_be_of_both_when_one_has_moved_out(
    house: LivedInHouse, sign_in: SignIn
) -> None:
    today = house.now().astimezone(OSLO).date()
    yesterday, kari = today - timedelta(days=1), sign_in("kari")
    now, then = "Flere bor her. Sensorene vet ikke", "Flere bodde her i tida som vises. Sensorene visste ikke"
    pages = (f"?day={yesterday}", f"/nights?month={yesterday}", "/trends", "/year")
    calls = (f"nights?month={yesterday}", "trends", "year")

    def says(sentence: str, page: str) -> bool:
        return sentence in kari.get(f"/care/residents/r2{page}").text

    assert all(says(now, page) for page in ("", *pages))
    document = LIVED_IN.replace(
        "{id: r6, name: Marit Bakke, room: 2A}",
        f"{{id: r6, name: Marit Bakke, room: 2A, moved_out: {today}}}",
    )
    with transaction(house.connection):
        sites.add(house.connection, "solbakken", document, house.now(), "test")
    try:
        assert [page for page in pages if not says(then, page)] == []
        assert [page for page in ("", *pages) if says(now, page)] == []
        assert not says(then, f"?day={today}")
        assert all(kari.get(f"/api/v1/residents/r2/{call}").json()["shared"] for call in calls)
        assert not kari.get("/api/v1/residents/r2").json()["shared"]
        assert not kari.get("/api/v1/residents/r1/trends").json()["shared"]
    finally:
        with transaction(house.connection):
            sites.add(house.connection, "solbakken", LIVED_IN, house.now(), "test")


def test_pictures_begin_with_the_day_somebody_moved_in(house: LivedInHouse, sign_in: SignIn) -> None:
    moved = (house.now() - 20 * DAY).astimezone(OSLO).date()
    document = LIVED_IN.replace(
        "{id: r1, name: Anna Haugen, room: 1A}", f"{{id: r1, name: Ny Beboer, room: 1A, moved_in: {moved}}}"
    )
    with transaction(house.connection):
        sites.add(house.connection, "solbakken", document, house.now(), "test")
    try:
        kari = sign_in("kari")
        early, ahead = moved - timedelta(days=40), moved + timedelta(days=70)
        for asked in (early, ahead):
            for call in (f"day?day={asked}", f"nights?month={asked}", f"year?month={asked}"):
                refused = kari.get(f"/api/v1/residents/r1/{call}")
                assert (refused.status_code, refused.json()["reason"]) == (422, "no_such_day"), call
            for page in (f"?day={asked}", f"/nights?month={asked}", f"/year?month={asked}"):
                assert "Dette er det nærmeste." in kari.get(f"/care/residents/r1{page}").text, page
        for page in ("", f"?day={moved}", f"/nights?month={moved}", f"/year?month={moved}"):
            assert "Dette er det nærmeste." not in kari.get(f"/care/residents/r1{page}").text, page
        assert kari.get(f"/api/v1/residents/r1/day?day={moved}").json()["day"] == str(moved)
        assert kari.get(f"/api/v1/residents/r1/year?month={moved}").status_code == 200
        nights = kari.get(f"/api/v1/residents/r1/nights?month={moved}").json()["nights"]
        assert nights[0]["evening"] == str(moved)
        weeks = kari.get("/api/v1/residents/r1/trends").json()["trends"][0]["weeks"]
        assert date.fromisoformat(weeks[0]["monday"]) >= moved - timedelta(days=6)
    finally:
        with transaction(house.connection):
            sites.add(house.connection, "solbakken", LIVED_IN, house.now(), "test")


def test_the_year_of_who_moved_in_today_says_that_no_whole_day_was_heard_yet(
    house: LivedInHouse, sign_in: SignIn
) -> None:
    kari, today = sign_in("kari"), house.now().astimezone(OSLO).date()
    document = LIVED_IN.replace("name: Anna Haugen, room: 1A}", f"name: Ny, room: 1A, moved_in: {today}}}")
    without = document.replace("room: 1A, role:", "room: 2A, role:")
    assert len({LIVED_IN, document, without}) == 3
    try:
        for written, whats in ((document, ["movement", "in_bed", "bathroom_hours"]), (without, [])):
            with transaction(house.connection):
                sites.add(house.connection, "solbakken", written, house.now(), "test")
            told = kari.get("/api/v1/residents/r1/year").json()["yearly"]
            assert [(one["what"], one["days"], one["months"]) for one in told] == [(w, [], []) for w in whats]
            page = kari.get("/care/residents/r1/year").text
            assert ("Ingen hele døgn er hørt ennå." in page) == bool(whats)
            assert ("Ingen sensor i leiligheten" in page) == (not whats)
            assert kari.get("/care/residents/r1/year/days-movement.svg").status_code == 404
    finally:
        with transaction(house.connection):
            sites.add(house.connection, "solbakken", LIVED_IN, house.now(), "test")


def test_a_trend_is_no_diagnosis_and_no_alert_and_says_who_cannot_be_told_apart(
    house: LivedInHouse, sign_in: SignIn
) -> None:
    before = len(house.rows("SELECT 1 FROM alert"))
    kari = sign_in("kari")
    page = kari.get("/care/residents/r1/trends").text
    assert "Ikke en diagnose" in page
    assert "lavere enn vanlig for personen" in page  # the last weeks were made slow
    assert "vet ikke hvem de ser" not in page
    for page in PAGES:
        assert "vet ikke hvem de ser" in kari.get(f"/care/residents/r2{page}").text
    assert len(house.rows("SELECT 1 FROM alert")) == before


def test_staff_say_whether_a_week_was_of_use_and_the_newest_word_counts(
    house: LivedInHouse, sign_in: SignIn
) -> None:
    kari = sign_in("kari")
    trend = kari.get("/api/v1/residents/r1/trends").json()["trends"][0]
    assert trend["trend"] == "active"
    week = trend["weeks"][-1]
    said = {"csrf": csrf_of(kari), "trend": "active", "week": week["monday"]}
    assert kari.post("/care/residents/r1/trends", data={**said, "opinion": "useful"}).status_code == 303
    ours = {"X-CSRF-Token": kari.get("/api/v1/session").json()["csrf"]}
    at = f"/api/v1/residents/r1/trends/active/{week['monday']}"
    assert kari.put(at, json={"opinion": "not_useful"}, headers=ours).status_code == 200
    again = kari.get("/api/v1/residents/r1/trends").json()["trends"][0]["weeks"][-1]
    assert again["opinion"] == "not_useful"
    assert "I hele huset: 0 nyttige, 1 ikke nyttige." in kari.get("/care/residents/r1/trends").text
    said_of = [row["detail"] for row in house.rows("SELECT detail FROM audit WHERE what = 'trend reviewed'")]
    assert ['"opinion":"useful"' in said_of[0], '"opinion":"not_useful"' in said_of[1]] == [True, True]
    assert all('"r1"' in one and week["monday"] in one for one in said_of)
    unknown = kari.put(at.replace(week["monday"], "2020-01-06"), json={"opinion": "useful"}, headers=ours)
    assert unknown.status_code == 404


def test_in_an_emergency_the_weeks_are_looked_at_and_the_units_own_people_say_if_they_were_of_use(
    house: LivedInHouse, sign_in: SignIn
) -> None:
    nord = sign_in("nord")
    ours = {"X-CSRF-Token": nord.get("/api/v1/session").json()["csrf"]}
    opened = nord.post("/api/v1/emergency", json={"room": "1A", "reason": "fell in the hall"}, headers=ours)
    assert opened.status_code == 201
    page, own = (one.get("/care/residents/r1/trends").text for one in (nord, sign_in("sol")))
    assert 'id="active"' in page
    assert ('name="opinion"' in page, 'name="opinion"' in own) == (False, True)
    week = nord.get("/api/v1/residents/r1/trends").json()["trends"][0]["weeks"][-1]["monday"]
    ours = {"X-CSRF-Token": nord.get("/api/v1/session").json()["csrf"]}
    before = house.rows("SELECT * FROM trend_review")
    said = {"csrf": csrf_of(nord), "trend": "active", "week": week, "opinion": "useful"}
    assert nord.post("/care/residents/r1/trends", data=said).status_code == 404
    at = f"/api/v1/residents/r1/trends/active/{week}"
    assert nord.put(at, json={"opinion": "useful"}, headers=ours).status_code == 404
    assert house.rows("SELECT * FROM trend_review") == before
    assert nord.delete("/api/v1/emergency", headers=ours).status_code == 204


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 23), 24)]
)
def test_the_days_of_the_clock_change_are_as_long_as_they_are(day: date, hours: int) -> None:
    whole = day_of(day, OSLO)
    axis = Axis(whole.since, whole.until)
    places = [(x, local.hour) for x, local in axis.hours(OSLO)]
    assert len(places) == hours + 1
    steps = [round(b[0] - a[0], 2) for a, b in pairwise(places)]
    assert max(steps) - min(steps) < 0.02
    hours_told = [hour for _, hour in places]
    assert hours_told.count(2) == {23: 0, 24: 1, 25: 2}[hours]


@pytest.mark.parametrize("picture", ["day", "nights", "active", "bed"])
def test_a_picture_is_had_as_a_file_that_names_the_room_and_nobody(
    house: LivedInHouse, sign_in: SignIn, picture: str
) -> None:
    kari, at = sign_in("kari"), f"/care/residents/r1/pictures/{picture}"
    svg = kari.get(f"{at}.svg")
    assert svg.headers["content-type"].startswith("image/svg+xml")
    assert ">1A: " in svg.text
    assert "Haugen" not in svg.text
    assert "var(--" not in svg.text
    assert "<script" not in svg.text
    png = kari.get(f"{at}.png").content
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20], "big") == 1500
    assert kari.get(f"{at}.gif").status_code == 404


def test_each_file_is_named_by_what_it_shows_and_when_and_by_nobody(
    house: LivedInHouse, sign_in: SignIn
) -> None:
    kari, today = sign_in("kari"), house.now().astimezone(OSLO).date()

    def name_of(path: str) -> str:
        said = kari.get(f"/care/residents/{path}").headers["content-disposition"]
        return said.partition('filename="')[2].rstrip('"')

    yesterday = today - timedelta(days=1)
    assert name_of(f"r1/pictures/day.svg?day={yesterday}") == f"vaka-1A-day-{yesterday}.svg"
    files = [
        f"{who}/{what}" for who in ("r1", "r2") for what in ("pictures/day.svg", "month.pdf", "hour.svg")
    ]
    files += [f"r1/pictures/day.svg?day={yesterday}", "r1/pictures/nights.svg", "r1/year/days-movement.svg"]
    names = [name_of(path) for path in files]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"vaka-[12]A-[\w-]+-\d{4}-\d\d-\d\d(-\d{4})?\.\w+", name) for name in names), (
        names
    )
    assert not any("r1" in name or "r2" in name for name in names)


def test_the_month_is_had_as_a_tagged_pdf(house: LivedInHouse, sign_in: SignIn) -> None:
    answer = sign_in("kari").get("/care/residents/r1/month.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert b"pdfuaid" in answer.content


def test_a_name_with_markup_is_only_ever_text(house: LivedInHouse, sign_in: SignIn) -> None:
    page = sign_in("kari").get("/care/residents/r5").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_every_picture_has_the_same_as_a_table(house: LivedInHouse, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    for path in ("/care/residents/r1", "/care/residents/r1/nights", "/care/residents/r1/trends"):
        page = kari.get(path).text
        figures = page.split('<figure class="figure"')[1:]
        assert figures
        for figure in figures:
            assert "Som tabell" in figure
            assert figure.count("<tr>") > 1
            assert ' style="' not in figure


@pytest.mark.parametrize(
    ("now", "month"),
    [
        ("2028-03-01 03:00", "2028-02-01"),  # a leap day's night goes on
        ("2028-03-01 20:30", "2028-03-01"),
        ("2027-01-01 00:00", "2026-12-01"),
        ("2026-10-25 02:30", "2026-10-01"),
    ],
)
def test_on_the_first_of_a_month_the_night_that_goes_on_is_shown(now: str, month: str) -> None:
    found = read_site(LIVED_IN, "site.yaml")
    assert isinstance(found, SiteFile)
    at = datetime.fromisoformat(now).replace(tzinfo=OSLO).astimezone(UTC)
    anna, home = found.site.residents[0], found.site.rooms[0]
    view = ResidentView(anna, home, (), shared=False, homes=(), voice=Voice("nb", OSLO, at))
    assert month_of_nights(view, None) == date.fromisoformat(month)
    assert month_of_nights(view, date(2026, 2, 28)) == date(2026, 2, 1), "what is asked for is shown"
