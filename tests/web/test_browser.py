"""The board in a real Chromium, on the web process as it is installed."""

import re
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from rules.finding import Evidence
from rules.protection import Protection, Why
from tests.patience import PATIENCE, PATIENCE_MS
from tests.web.house import PASSWORD, Heart, House, Web

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "dashboards" / "node_modules" / "axe-core" / "axe.min.js"
MINUTE = timedelta(minutes=1)


def enter(page: Page, web: Web, person: str = "kari") -> None:
    page.goto(web.address)
    page.get_by_label(re.compile("Brukernavn|User name")).fill(person)
    page.get_by_label(re.compile("Passord|Password")).fill(PASSWORD)
    page.locator("form.in button").click()
    expect(page.get_by_text(re.compile("^(Direkte|Live)$"))).to_be_visible()
    expect(page.locator(".updated")).not_to_be_empty()  # the stream has begun


def until(page: Page, truth: str) -> None:
    """Wait until it holds in the page. Playwright's own waiting evaluates text there: the pages forbid it."""
    deadline = time.monotonic() + PATIENCE
    while not page.evaluate(truth):
        assert time.monotonic() < deadline, f"{truth} did not come true"
        page.wait_for_timeout(50)


def keep_notices(page: Page) -> None:
    """A notice goes away by itself, under load perhaps between two looks: all that are shown are kept."""
    page.evaluate("""() => {
      window.notices = [];
      const notice = document.getElementById('notice');
      const keep = () => window.notices.push(notice.textContent.trim());
      new MutationObserver(keep).observe(notice, { childList: true, subtree: true, characterData: true });
    }""")


def fill(house: House) -> None:
    """Something of everything."""
    house.night_exit("1A", 4 * MINUTE)
    house.night_exit("5C", 20 * MINUTE)
    fall = (Evidence("3B fall", "fall", "confirmed", house.now() - 11 * MINUTE),)
    taken = house.find("fall", "3B", 11 * MINUTE, evidence=fall)
    house.act(taken, "kari")
    door = house.find("door-open", "2A", 23 * MINUTE, evidence=house.door("2A", 28 * MINUTE))
    house.act(door, "sol", arrive=True)
    house.find("quiet", "4B", 2 * MINUTE, "prewarned")
    house.act(house.find("not-back", "1A", 61 * MINUTE), "kari", outcome="false_alarm")
    house.protect(Protection("r2", "unprotected", (Why("not_heard", "gateway:zigbee2mqtt"),)))


@pytest.fixture
def other_page(chromium: Browser) -> Page:
    return chromium.new_context(locale="nb-NO").new_page()


def test_an_alert_comes_in_by_itself_and_is_done_by_one_tap_each(
    house: House, heart: Heart, web: Web, page: Page
) -> None:
    enter(page, web)
    expect(page.get_by_text("Ingen åpne varsler")).to_be_visible()
    house.night_exit("1A")
    card = page.locator(".card")
    expect(card).to_contain_text("Anna Haugen")
    expect(page).to_have_title(re.compile(r"^\(1\) Vaka"))
    keep_notices(page)
    card.get_by_role("button", name="Jeg tar det").click()
    expect(card).to_contain_text("Kari Nordmann tok det")
    until(page, "notices.includes('Du har tatt 1A')")
    card.get_by_role("button", name="Jeg er fremme").click()
    expect(card).to_contain_text("Kari Nordmann har vært der")
    card.get_by_role("button", name="Hjalp til").click()
    expect(page.get_by_text("Ingen åpne varsler")).to_be_visible()
    expect(page.locator("#recent")).to_contain_text("Hjalp til")
    expect(page).to_have_title(re.compile(r"^Vaka"))


def test_an_alert_that_somebody_had_and_nobody_has_any_more_is_news(
    house: House, heart: Heart, web: Web, page: Page
) -> None:
    alert = house.night_exit("1A", 15 * MINUTE)
    house.act(alert, "sol")
    enter_filled(page, web)
    expect(page.locator("#open .card.is-accepted")).to_be_visible()
    expect(page.locator(".pulse .when-live")).to_be_visible()
    expect(page.locator("#news")).to_be_empty()
    until(page, "typeof complete === 'boolean' && complete")
    house.nobody_came()
    expect(page.locator("#news")).to_contain_text("Varsel åpent igjen, høy: 1A Anna Haugen")
    card = page.locator(".card.is-open.is-new")
    expect(card).to_contain_text("Ingen kom fram i tide; varselet ble åpnet igjen")
    card.get_by_role("button", name="Jeg tar det").click()
    expect(page.locator(".card")).to_contain_text("Kari Nordmann tok det")


def test_what_one_does_the_other_sees_and_only_one_can_take_it(
    house: House, heart: Heart, web: Web, page: Page, other_page: Page
) -> None:
    enter(page, web)
    enter(other_page, web, "sol")
    house.night_exit("1A")
    expect(other_page.locator(".card")).to_be_visible()
    # Her board hears of nothing while she taps: both tap before either knows.
    other_page.evaluate("source.close()")
    page.get_by_role("button", name="Jeg tar det").click()
    expect(page.locator(".card")).to_contain_text("Kari Nordmann tok det")
    other_page.get_by_role("button", name="Jeg tar det").click()
    expect(other_page.locator("#notice")).to_contain_text("Kari Nordmann tok 1A")
    expect(other_page.locator(".card")).to_contain_text("Kari Nordmann tok det")


def test_who_is_there_is_told_who_closed_it_as_what_until_she_has_read_it(
    house: House, heart: Heart, web: Web, page: Page
) -> None:
    alert = house.night_exit("1A")
    house.act(alert, "kari", arrive=True)
    enter_filled(page, web)
    expect(page.locator(".card.is-arrived")).to_be_visible()
    until(page, "typeof complete === 'boolean' && complete")
    house.act(alert, "sol", outcome="false_alarm")
    told = page.locator("#notice p")
    expect(told).to_contain_text(re.compile(r"Siri Solberg kvitterte ut 1A kl\.\s\d\d\.\d\d: Falsk alarm"))
    page.evaluate("() => { noticeShownAt = -1e9; look(); }")
    expect(told).to_be_visible()
    told.get_by_role("button", name="Greit").click()
    expect(told).to_have_count(0)


def test_who_is_on_the_way_is_told_that_somebody_else_is_there(
    house: House, heart: Heart, web: Web, page: Page, other_page: Page
) -> None:
    alert = house.night_exit("1A")
    house.act(alert, "kari")
    enter_filled(page, web)
    enter_filled(other_page, web, "sol")
    keep_notices(other_page)
    until(page, "typeof complete === 'boolean' && complete")
    other_page.get_by_role("button", name="Jeg er fremme").click()
    expect(page.locator("#notice")).to_contain_text("Siri Solberg er allerede i 1A")
    other_page.get_by_role("button", name="Hjalp til").click()
    expect(page.locator("#notice")).to_contain_text("Siri Solberg kvitterte ut 1A")
    until(other_page, "notices.length > 1")
    assert not other_page.evaluate("notices.some((one) => one.includes('Siri Solberg'))"), "her own doing"


def test_the_answer_to_a_tap_counts_also_when_the_stream_was_quicker(
    house: House, heart: Heart, web: Web, page: Page
) -> None:
    enter(page, web)
    house.night_exit("1A")
    card = page.locator(".card")
    expect(card).to_be_visible()

    def hold_back(route: Route) -> None:
        answer = route.fetch()
        until(page, "document.querySelector('.card').textContent.includes('tok det')")
        route.fulfill(response=answer)

    page.route("**/accept", hold_back)
    card.get_by_role("button", name="Jeg tar det").click()
    expect(page.locator("#notice")).to_have_text("Du har tatt 1A")
    expect(card).to_contain_text("Kari Nordmann tok det")


def test_new_alerts_are_on_the_screen_without_a_reload(
    house: House, heart: Heart, web: Web, page: Page
) -> None:
    """How soon, with 200 boards: `tests/bench/boards.py`."""
    enter(page, web)
    for shown, room in enumerate(("1A", "2A", "3B"), 1):
        house.night_exit(room)
        expect(page.locator(".card")).to_have_count(shown)


def test_an_alert_of_another_unit_never_reaches_the_browser(
    house: House, heart: Heart, web: Web, page: Page
) -> None:
    enter(page, web, "sol")
    house.night_exit("4B")
    mine = house.night_exit("1A")
    expect(page.locator(".card")).to_have_id(f"alert-{mine.id}")
    assert "Sverre" not in page.content()


def test_a_dead_web_process_is_seen_and_forgotten_when_it_is_back(
    house: House, heart: Heart, web: Web, page: Page
) -> None:
    enter(page, web)
    banner = page.locator("#stale")
    expect(banner).to_be_hidden()
    web.signal(signal.SIGSTOP)
    expect(banner).to_be_visible()
    expect(banner).to_contain_text(re.compile(r"Tavla er ikke oppdatert siden kl\.\s\d\d\.\d\d\.\d\d"))
    expect(banner).to_contain_text("Skjermen har mistet kontakten med Vaka")
    house.night_exit("1A")
    web.signal(signal.SIGCONT)
    expect(banner).to_be_hidden()
    expect(page.locator(".card")).to_be_visible()


def test_a_web_process_that_was_killed_and_started_anew_is_found_again(
    house: House, heart: Heart, web: Web, page: Page
) -> None:
    enter(page, web)
    web.kill()
    expect(page.locator("#stale")).to_be_visible()
    house.night_exit("1A")
    web.start()
    expect(page.locator("#stale")).to_be_hidden()
    expect(page.locator(".card")).to_be_visible()


def test_a_silent_hub_is_seen(house: House, heart: Heart, web: Web, page: Page) -> None:
    enter(page, web)
    heart.stop()
    expect(page.locator("#stale")).to_be_visible()
    expect(page.locator("#stale")).to_contain_text("Vaka svarer ikke")
    heart.start()
    expect(page.locator("#stale")).to_be_hidden()


def test_lost_sensors_are_seen(house: House, heart: Heart, web: Web, page: Page) -> None:
    enter(page, web)
    house.hub_says("broker", "down")
    expect(page.locator("#stale")).to_be_visible()
    expect(page.locator("#stale")).to_contain_text("mistet kontakten med sensorene")
    house.hub_says("broker", "ok")
    expect(page.locator("#stale")).to_be_hidden()


def test_signing_out_in_one_tab_ends_the_board_in_another_and_what_stands_still_there(
    house: House, heart: Heart, web: Web, page: Page
) -> None:
    enter(page, web)
    still = page.context.new_page()
    still.goto(f"{web.address}/care/residents")
    expect(still.locator("main")).to_contain_text("Anna Haugen")
    tab = page.context.new_page()
    tab.goto(web.address)
    tab.locator(".menu summary").click()
    tab.get_by_role("button", name="Logg ut").click()
    expect(page.get_by_role("heading", name="Logg inn")).to_be_visible()
    expect(still.get_by_role("heading", name="Logg inn")).to_be_visible()
    expect(still.locator("body")).not_to_contain_text("Anna Haugen")


def test_the_whole_way_by_keyboard_alone(house: House, heart: Heart, web: Web, page: Page) -> None:
    page.goto(web.address)
    page.keyboard.type("kari")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".updated")).not_to_be_empty()
    house.night_exit("1A")
    card = page.locator(".card")
    expect(card).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Til varslene")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    steps = (
        ("Jeg tar det", "Kari Nordmann tok det"),
        ("På vei", "Kari Nordmann er på vei"),
        ("Jeg er fremme", "har vært der"),
    )
    for button, then in steps:
        expect(card.get_by_role("button", name=button)).to_be_focused()
        expect(page.locator("#open.is-moving")).to_have_count(0)
        page.keyboard.press("Enter")
        expect(card).to_contain_text(then)
    expect(card.get_by_role("button", name="Hjalp til")).to_be_focused()
    expect(page.locator("#open.is-moving")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator("#recent")).to_contain_text("Hjalp til")


def test_an_open_fold_and_the_focus_survive_a_change_of_the_card(
    house: House, heart: Heart, web: Web, page: Page
) -> None:
    enter(page, web)
    house.night_exit("1A", 5 * MINUTE)
    page.get_by_text("Detaljer").click()
    page.get_by_role("button", name="Jeg er fremme").focus()
    house.night_exit("1A", MINUTE)
    expect(page.locator(".card")).to_contain_text("Har skjedd 2 ganger")
    expect(page.locator("details.evidence")).to_have_attribute("open", "")
    expect(page.get_by_role("button", name="Jeg er fremme")).to_be_focused()


def test_what_moves_under_the_thumb_is_not_tapped(house: House, heart: Heart, web: Web, page: Page) -> None:
    enter(page, web)
    house.night_exit("1A", MINUTE)
    expect(page.locator(".card")).to_be_visible()
    tapped = """() => {
      const button = document.querySelector('.card .do');
      moved();
      button.form.requestSubmit(button);
    }"""
    page.evaluate(tapped)
    expect(page.locator("#open.is-moving")).to_have_count(0)
    assert house.rows("SELECT state FROM alert")[0]["state"] == "open"
    page.locator(".card .do").click()
    expect(page.locator(".card")).to_contain_text("Kari Nordmann tok det")


@pytest.mark.parametrize("width", [320, 390, 768, 1440, 1920])
def test_nothing_is_wider_than_the_screen(
    house: House, heart: Heart, web: Web, page: Page, width: int
) -> None:
    fill(house)
    page.set_viewport_size({"width": width, "height": 800})
    enter_filled(page, web)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = """() => [...document.querySelectorAll('button, summary, input:not([type=hidden])')]
      .filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect())
      .filter(r => r.height < 43.9 || r.width < 43.9).length"""
    assert page.evaluate(small) == 0


def enter_filled(page: Page, web: Web, person: str = "kari") -> None:
    page.goto(web.address)
    page.get_by_label(re.compile("Brukernavn|User name")).fill(person)
    page.get_by_label(re.compile("Passord|Password")).fill(PASSWORD)
    page.locator("form.in button").click()
    expect(page.locator(".card").first).to_be_visible()


@pytest.mark.parametrize("language", ["nb", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(
    house: House, heart: Heart, web: Web, page: Page, theme: str, language: str
) -> None:
    fill(house)
    cookies = {"vaka_language": language, "vaka_theme": theme}
    page.context.add_cookies([{"name": n, "value": v, "url": web.address} for n, v in cookies.items()])
    page.goto(web.address)
    axe_finds_nothing(page)
    enter_filled(page, web)
    for fold in page.locator(".folds summary").all():
        fold.click()
    page.locator(".menu summary").click()
    axe_finds_nothing(page)
    heart.stop()
    page.keyboard.press("Escape")
    expect(page.locator("#stale")).to_be_visible()
    axe_finds_nothing(page)


def axe_finds_nothing(page: Page) -> None:
    if not AXE.exists():
        pytest.fail(f"{AXE} is absent: make assets")
    page.wait_for_load_state(timeout=PATIENCE_MS)
    page.evaluate("document.getAnimations().forEach(a => a.finish())")
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run()")["violations"]
    said = [
        f"{v['id']}: {[n['html'][:120] + ' | ' + n['failureSummary'] for n in v['nodes']][:3]}" for v in found
    ]
    assert said == []
