"""The page of one alert: what, where, who and how sure at once, and below it all that is known of it."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from starlette.testclient import TestClient

from hub.alerting import take
from hub.clock import WallClock
from hub.site.change import Changed, change_site
from hub.site.edits import Edit, PlaceDevice, RemoveDevice
from hub.store.db import transaction
from rules.absence import AWAY_ENDS, SOMEBODY_IN
from rules.alert import Concern
from rules.finding import Evidence, Finding
from rules.pause import PAUSE_ENDS
from rules.protection import NOT_HEARD
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import DOCUMENT, Heart, House, Web
from tests.web.test_browser import AXE, enter_filled, until
from tests.world import World

MINUTE = timedelta(minutes=1)
FLAT = DOCUMENT.replace(
    "  - {id: 3B fall, room: 3B, role: fall_detector}\n",
    """\
  - {id: 3B fall, room: 3B, role: fall_detector}
  - {id: 3B seng, room: 3B, role: bed}
  - {id: 3B bad, room: 3B, role: bathroom_motion}
  - {id: 3B snor, room: 3B, role: help_button}
""",
)


def lived(folder: Path) -> None:
    """The last two hours in 3B, through the whole hub: to bed, a gateway that was away, movement in the room
    and the bath, and a fall while somebody lies in the bed.
    """
    world = World(folder, FLAT, datetime.now(UTC) - 120 * MINUTE)
    world.says("3B ytterdør", open=False, battery=88, lqi=132)
    world.says("3B bad", motion=False, battery=64, lqi=41)
    world.says("3B stue", motion=True)
    world.says("3B seng", in_bed=True)
    world.passes(MINUTE)
    world.says("3B stue", motion=False)
    world.passes(60 * MINUTE)
    world.gateway("zigbee2mqtt", online=False)
    world.passes(9 * MINUTE)
    world.gateway("zigbee2mqtt", online=True)
    world.passes(20 * MINUTE)
    for _ in range(3):
        world.says("3B stue", motion=True)
        world.passes(MINUTE)
        world.says("3B stue", motion=False)
        world.passes(MINUTE)
    world.says("3B bad", motion=True)
    world.passes(2 * MINUTE)
    world.says("3B fall", fall="confirmed")
    world.passes(MINUTE)
    world.says("3B snor", pressed="single")
    world.passes(timedelta(seconds=20))
    world.stop()


VIEWS = [(1280, "light", "nb"), (390, "light", "nb"), (1280, "dark", "en"), (360, "dark", "en")]


@pytest.fixture
def night(house: House) -> House:
    lived(house.data)
    house.import_site(FLAT)
    return house


def alert_of(house: House, rule: str) -> int:
    (row,) = house.rows("SELECT id FROM alert WHERE rule = ?", rule)
    return int(row[0])


# What it says, without a browser


def test_the_page_says_what_where_who_and_how_sure(house: House, sign_in: SignIn) -> None:
    alert = house.night_exit("1A")
    text = sign_in("kari").get(f"/alerts/{alert.id}").text
    assert "Anna Haugen" in text
    assert "Ytterdøra ble åpnet" in text
    assert re.search(r"Hvor sikkert:</span> Sikkert</h2>", text)
    assert "Noen må ha rørt ved den" in text
    assert "varselet er like alvorlig" in text


def test_who_may_not_see_an_alert_is_not_told_that_there_is_one(house: House, sign_in: SignIn) -> None:
    alert = house.night_exit("1A")
    for person in ("nord", "tor", "adm"):
        client = sign_in(person)
        for path in (f"/alerts/{alert.id}", f"/alerts/{alert.id}/now", f"/api/v1/alerts/{alert.id}"):
            assert client.get(path).status_code == 404, (person, path)
    kari = sign_in("kari")
    for id in (0, -1, alert.id + 1, 2**63, 10**40):
        assert kari.get(f"/alerts/{id}").status_code == 404, id


def test_nobody_sees_it_without_signing_in(house: House, visitor: TestClient) -> None:
    alert = house.night_exit("1A")
    assert visitor.get(f"/alerts/{alert.id}").headers["location"] == "/sign-in"
    assert visitor.get(f"/api/v1/alerts/{alert.id}").status_code == 401


def test_each_look_is_written_down_with_the_earlier_alerts_it_showed(house: House, sign_in: SignIn) -> None:
    first = house.night_exit("1A", 50 * MINUTE)
    house.act(first, "kari", arrive=True, outcome="false_alarm")
    second = house.night_exit("1A")
    sol = sign_in("sol")
    assert "Falsk alarm" in sol.get(f"/alerts/{second.id}").text
    sol.get(f"/api/v1/alerts/{second.id}")
    seen = [
        json.loads(row[0])
        for row in house.rows("SELECT detail FROM audit WHERE what = 'alerts seen' AND by = 'sol'")
    ]
    page, call = seen[-2:]
    assert page == {"page": f"/alerts/{second.id}", "alerts": [second.id], "earlier": [first.id]}
    assert call["alerts"] == [second.id]


def test_what_staff_did_is_told_in_order_and_a_closed_alert_has_no_buttons(
    house: House, sign_in: SignIn
) -> None:
    alert = house.night_exit("1A", 10 * MINUTE)
    house.act(alert, "kari", arrive=True, outcome="helped")
    text = sign_in("sol").get(f"/alerts/{alert.id}").text
    done = re.search(r'id="trail-title".*?</section>', text, re.DOTALL)
    assert done is not None
    steps = re.findall(r"<time [^>]*>[^<]*</time> <span>(.*?)</span>", done[0])
    assert steps[:2] == ["Varselet kom", "Varslet: ansvarlig pleier"]
    assert steps[-3:] == [
        "Kari Nordmann tok varselet",
        "Kari Nordmann var fremme",
        "Kari Nordmann kvitterte ut",
    ]
    assert 'action="/alerts/' not in text
    assert "Hjalp til." in text


def test_without_javascript_a_tap_on_the_page_works(house: House, sign_in: SignIn) -> None:
    alert, kari = house.night_exit("1A"), sign_in("kari")
    token = csrf_of(kari, f"/alerts/{alert.id}")
    assert kari.post(f"/alerts/{alert.id}/accept", data={"csrf": token}).status_code == 303
    assert "Kari Nordmann tok det" in kari.get(f"/alerts/{alert.id}").text


def test_several_people_are_said_on_the_card_and_the_fall_stays_high(night: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    board = kari.get("/").text
    assert "Flere ser ut til å være der" in board
    text = kari.get(f"/alerts/{alert_of(night, 'fall')}").text
    assert "Ikke alene" in text
    assert re.search(r'<li class="card high is-open"', text)
    assert re.search(r"Hvor sikkert:</span> Sannsynlig</h2>", text)


def test_what_a_sensor_is_called_cannot_break_out_of_the_picture(house: House, sign_in: SignIn) -> None:
    evil = '{id: "\'><script>alert(1)</script>", room: 1A, role: motion}'
    house.import_site(DOCUMENT.replace("{id: 1A stue, room: 1A, role: motion}", evil))
    alert = house.night_exit("1A")
    text = sign_in("kari").get(f"/alerts/{alert.id}").text
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_all_of_it_as_json(night: House, sign_in: SignIn) -> None:
    found = sign_in("kari").get(f"/api/v1/alerts/{alert_of(night, 'fall')}").json()
    assert found["alert"]["rule"] == "fall"
    assert found["confidence"]["level"] == "probable"
    reasons = {reason["name"]: reason for reason in found["confidence"]["reasons"]}
    assert {"fall_confirmed", "not_alone"} <= set(reasons)
    assert reasons["fall_confirmed"]["raises"] is True
    assert [s["device"] for s in found["sensors"]] == ["3B fall"]
    assert {one["device"] for one in found["heard"]} >= {"3B bad", "3B stue", "3B snor"}
    assert found["heard"] == sorted(found["heard"], key=lambda one: one["at"])
    assert {one["device"] for one in found["not_heard"]} >= {"3B stue", "3B bad"}
    assert found["trail"][0]["event"] == "raised"
    assert found["earlier"] == []
    assert "Ingrid" not in json.dumps(found)


def test_every_kind_of_alert_has_its_page_and_its_json(house: House, sign_in: SignIn) -> None:
    ago = 2 * MINUTE
    found = [
        house.find(rule, "3B", ago, evidence=house.door("3B", ago))
        for rule, room in house.book.watches
        if room == "3B"
    ]
    found.append(house.find("quiet", "4B", ago, "prewarned"))
    found += [house.lose("gateway:zigbee2mqtt"), house.lose("device:3B stue"), house.lose("broker")]
    with transaction(house.connection):
        for rule in (PAUSE_ENDS, AWAY_ENDS, SOMEBODY_IN):
            told = (Evidence("quiet", "pause", "kari", house.now() + 60 * MINUTE),)
            finding = Finding(rule, "3B", "raised", house.now(), "test", None, told)
            alert = take(house.connection, "solbakken", finding, Concern("low", "sol", ("r3",)), house.now())
            assert alert is not None
            found.append(alert)
    kari = sign_in("kari")
    for alert in found:
        answer = kari.get(f"/alerts/{alert.id}")
        assert answer.status_code == 200, alert.rule
        of_itself = alert.rule in (NOT_HEARD, PAUSE_ENDS, AWAY_ENDS)
        assert ("Hvor sikkert:" in answer.text) is not of_itself, alert.rule
        assert kari.get(f"/api/v1/alerts/{alert.id}").json()["alert"]["id"] == alert.id


def test_a_technician_sees_what_cannot_be_heard_and_nothing_of_anybodys_doing(
    night: House, sign_in: SignIn
) -> None:
    alert = night.lose("device:3B stue")
    text = sign_in("tor").get(f"/alerts/{alert.id}").text
    assert "Ingen kontakt med sensoren" in text
    assert "Bevegelse" not in text
    assert "Ingrid" not in text


# In a real Chromium


def open_alert(page: Page, web: Web, alert: int) -> None:
    enter_filled(page, web)
    page.locator(f"#alert-{alert} a.whole").click()
    expect(page.locator(".sure h2")).to_be_visible()
    until(page, "typeof seen !== 'undefined'")  # the stream has begun


@pytest.mark.browser
def test_what_others_do_shows_by_itself_and_a_tap_works_here_too(
    house: House, heart: Heart, web: Web, page: Page
) -> None:
    alert = house.night_exit("1A")
    open_alert(page, web, alert.id)
    page.get_by_text("Som liste").click()
    house.act(alert, "sol")
    expect(page.locator(".card")).to_contain_text("Siri Solberg tok det")
    expect(page.locator("#trail-title + ol")).to_contain_text("Siri Solberg tok varselet")
    expect(page.locator("#lanes-table")).to_have_attribute("open", "")  # what was unfolded stays so
    page.get_by_role("button", name="Jeg er fremme").click()
    expect(page.locator("#trail-title + ol")).to_contain_text("Kari Nordmann var fremme")
    page.get_by_role("button", name="Falsk alarm").click()
    expect(page.locator(".card.is-closed")).to_contain_text("Falsk alarm.")
    expect(page.get_by_role("button", name="Falsk alarm")).to_have_count(0)


@pytest.mark.browser
def test_a_page_that_is_no_longer_live_says_so_and_comes_back(
    house: House, heart: Heart, web: Web, page: Page
) -> None:
    alert = house.night_exit("1A")
    open_alert(page, web, alert.id)
    expect(page.get_by_role("alert")).to_be_hidden()
    heart.stop()
    expect(page.get_by_role("alert")).to_contain_text("Denne siden er ikke oppdatert")
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"Sist oppdatert kl\. \d\d\.\d\d\.\d\d"))
    heart.start()
    expect(page.get_by_role("alert")).to_be_hidden()


@pytest.mark.browser
def test_what_the_page_asks_for_by_itself_does_not_call_back_who_is_signing_out(
    house: House, heart: Heart, web: Web, chromium: Browser
) -> None:
    context = chromium.new_context(service_workers="block")
    page = context.new_page()
    alert = house.night_exit("1A")
    open_alert(page, web, alert.id)

    def answered_late(route: Route) -> None:
        with page.expect_response(lambda said: said.status == 401 and said.url.endswith("/now")):
            route.fetch(max_redirects=0)
        route.fulfill(content_type="text/html", body="<h1>The directory</h1>")

    page.evaluate("addEventListener('submit', () => setInterval(fresh, 300))")  # not only every 20 s
    page.route("**/sign-out", answered_late)
    page.locator(".menu > summary").click()
    page.get_by_role("button", name="Logg ut").click()
    expect(page.get_by_role("heading", name="The directory")).to_be_visible()
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme", "language"), VIEWS)
def test_the_page_is_accessible_and_fits_every_screen(
    night: House, heart: Heart, web: Web, chromium: Browser, width: int, scheme: str, language: str
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,  # type: ignore[arg-type]
        bypass_csp=True,  # axe is put into the page from outside
    )
    context.add_cookies([{"name": "vaka_language", "value": language, "url": web.address}])
    page = context.new_page()
    open_alert(page, web, alert_of(night, "fall"))
    page.get_by_text(re.compile("Som liste|As a list")).click()
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run(document)")
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    lanes = page.locator("svg.picture .ground")
    expect(lanes).to_have_count(6)
    expect(page.locator("svg.picture rect.unheard").first).to_be_attached()
    context.close()


def test_closed_alerts_never_speak_of_another_device_that_has_the_name_now(
    house: House, sign_in: SignIn
) -> None:
    def edit(*edits: Edit) -> None:
        done = change_site(house.connection, "solbakken", edits, "tor", WallClock())
        assert isinstance(done, Changed), done

    pressed = (Evidence("2A snor", "pressed", "single", house.now() - MINUTE),)
    help, lost = house.find("help-button", "2A", MINUTE, evidence=pressed), house.lose("device:2A snor")
    house.act(help, "kari", arrive=True, outcome="helped")
    house.act(lost, "tor", outcome="false_alarm")
    kari, tor = sign_in("kari"), sign_in("tor")

    def told() -> tuple[set[str], set[str]]:
        """What is said of the button, and where the devices of both alerts are said to hang."""
        text = [kari.get(f"/alerts/{help.id}").text, tor.get(f"/alerts/{lost.id}").text]
        summary = kari.get(f"/api/v1/alerts/{help.id}").json()["alert"]["summary"]
        said = {*re.findall(r"(\w+) ble trykket inn", " ".join([*text, summary]))}
        return said, {*re.findall(r"<title>[^<]*?\b(\d[AB])\b", " ".join(text))}

    before = told()
    assert before == ({"Hjelpeknappen"}, {"2A"})
    edit(RemoveDevice("2A snor"))
    edit(PlaceDevice("2A snor", "4B", "window", address="0x9"))
    assert told() == before
