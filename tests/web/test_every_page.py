"""Every page in a real Chromium: nothing that axe finds, nothing wider than a small phone, all by keyboard. A
page that is not in the table fails the test, so that somebody decides how it is looked at.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from msgspec.structs import replace
from playwright.sync_api import Browser, ConsoleMessage, Page
from starlette.testclient import TestClient

from dashboards import sessions
from dashboards.app import create_app
from dashboards.sign_in import pins
from hub import emergency, password_links
from hub.events import ping
from hub.relatives import invitations
from hub.settings import Settings
from hub.store import events, quarantine
from hub.store.db import transaction
from rules.event import Subscription
from tests.patience import PATIENCE_MS
from tests.servers import free_port
from tests.web.house import PASSWORD, House, Web, running
from tests.web.relatives import relative_of
from tests.web.test_browser import AXE
from tests.web.test_every_route import WITH_ALL_ROLES
from tests.web.test_integrations import token_of

NO_PAGE = re.compile(
    r"\.(pdf|json|png|zip|\{format\}|\{form\})$|^/(api/|healthz|metrics|live|session|icons|manifest|service-worker|static)|/now$|/live$|/list$|^/technician/inbox/ignore$|^/care/reach/hour$"
)
"""Files, streams, and pieces that a page fetches into itself."""
ELSEWHERE = {
    "/": "test_browser.py",
    "/alerts/{id}": "test_alert_page.py",
    "/wall": "test_wall_browser.py",
    "/floor": "test_floor.py",
    "/floor/{number}": "test_floor.py",
    "/phone": "test_phone_browser.py",
    "/care/residents/{resident}": "test_pictures_browser.py",
    "/care/residents/{resident}/nights": "test_pictures_browser.py",
    "/care/rules/{rule}/rooms/{room}/dry-run": "test_dry_run_browser.py",
    "/care/rules/{rule}/rooms/{room}/tuning": "test_dry_run_browser.py",
    "/care/relatives/{number}/letter": "test_relatives.py",
    "/technician/scan": "test_technician_browser.py",
    "/technician/place": "test_technician_browser.py",
    "/technician/placed": "test_technician_browser.py",
    "/technician/replace": "test_technician_browser.py",
    "/technician/pairing/device": "test_gateway_browser.py",
    "/technician/devices/{id:path}/test": "test_walk_test_in_the_browser.py",
    "/keeping/erasures/{number}": "test_keeping_browser.py",
    "/sign-in/openid/back": "test_openid.py",
    "/sign-in/code": "test_second_factors.py",
    "/help/{guide}": "test_guides.py",
}
"""In the states that matter there, by which test."""
PAGES: dict[str, tuple[str, str]] = {
    "/account": ("kari", "/account"),
    "/account/app": ("kari", "/account/app"),
    "/audit": ("leder", "/audit"),
    "/audit/chain": ("leder", "/audit/chain"),
    "/audit/emergencies": ("leder", "/audit/emergencies"),
    "/audit/residents": ("leder", "/audit/residents"),
    "/audit/residents/{id}": ("leder", "/audit/residents/r1"),
    "/audit/review": ("leder", "/audit/review"),
    "/care/away": ("leder", "/care/away"),
    "/care/duty": ("leder", "/care/duty"),
    "/care/duty/import": ("leder", "/care/duty/import"),
    "/care/duty/shift": ("leder", "/care/duty/shift"),
    "/care/escalation": ("leder", "/care/escalation"),
    "/care/escalation/edit": ("leder", "/care/escalation/edit?unit=sol"),
    "/care/goals": ("leder", "/care/goals"),
    "/care/handover": ("leder", "/care/handover"),
    "/care/legal-basis": ("leder", "/care/legal-basis"),
    "/care/legal-basis/{resident}": ("leder", "/care/legal-basis/r1"),
    "/care/off": ("leder", "/care/off"),
    "/care/proof": ("leder", "/care/proof"),
    "/care/quality": ("leder", "/care/quality"),
    "/care/quality/load": ("leder", "/care/quality/load"),
    "/care/quality/reports": ("leder", "/care/quality/reports"),
    "/care/reach": ("leder", "/care/reach"),
    "/care/relatives": ("leder", "/care/relatives"),
    "/care/relatives/reviews": ("leder", "/care/relatives/reviews"),
    "/care/relatives/seen/{resident}": ("leder", "/care/relatives/seen/r1"),
    "/care/relatives/{number}": ("leder", "/care/relatives/1"),
    "/care/relatives/{number}/preview": ("leder", "/care/relatives/1/preview"),
    "/care/residents": ("leder", "/care/residents"),
    "/care/residents/{resident}/trends": ("leder", "/care/residents/r1/trends"),
    "/care/residents/{resident}/hour": ("leder", "/care/residents/r1/hour"),
    "/care/residents/{resident}/year": ("leder", "/care/residents/r1/year"),
    "/care/rooms/{room}": ("leder", "/care/rooms/gang"),
    "/care/rooms/{room}/hour": ("leder", "/care/rooms/gang/hour"),
    "/care/rooms/{room}/month": ("leder", "/care/rooms/gang/month"),
    "/care/rooms/{room}/trends": ("leder", "/care/rooms/gang/trends"),
    "/care/rooms/{room}/year": ("leder", "/care/rooms/gang/year"),
    "/care/rules": ("leder", "/care/rules"),
    "/care/rules/{rule}/{room}": ("leder", "/care/rules/night-exit/1A"),
    "/choose-password/{link}": ("", "/choose-password/{link}"),
    "/contacts": ("leder", "/contacts"),
    "/design": ("kari", "/design"),
    "/emergency": ("sol", "/emergency"),
    "/help": ("kari", "/help"),
    "/help/api": ("adm", "/help/api"),
    "/integrations": ("adm", "/integrations"),
    "/integrations/new": ("adm", "/integrations/new"),
    "/integrations/{id}": ("adm", "/integrations/journal"),
    "/invited/{invitation}": ("", "/invited/{invitation}"),
    "/keeping": ("leder", "/keeping"),
    "/keeping/residents/{resident}": ("leder", "/keeping/residents/r1"),
    "/offline": ("kari", "/offline"),
    "/people": ("adm", "/people"),
    "/people/new": ("adm", "/people/new"),
    "/people/{who}": ("adm", "/people/kari"),
    "/relative": ("marit", "/relative"),
    "/relative/leave": ("marit", "/relative/leave"),
    "/relative/log": ("marit", "/relative/log"),
    "/relative/settings": ("marit", "/relative/settings"),
    "/relative/week": ("marit", "/relative/week"),
    "/sign-in": ("", "/sign-in"),
    "/switch": ("shared", "/switch"),
    "/technician": ("tor", "/technician"),
    "/technician/bulk": ("tor", "/technician/bulk"),
    "/technician/change": ("tor", "/technician/change?device=1A%20stue"),
    "/technician/codecs": ("tor", "/technician/codecs"),
    "/technician/codecs/new": ("tor", "/technician/codecs/new"),
    "/technician/codecs/versions": ("tor", "/technician/codecs/versions?name=X1"),
    "/technician/devices": ("tor", "/technician/devices"),
    "/technician/devices/{id:path}": ("tor", "/technician/devices/1A%20stue"),
    "/technician/faults": ("tor", "/technician/faults"),
    "/technician/inbox": ("tor", "/technician/inbox"),
    "/technician/pairing": ("tor", "/technician/pairing"),
    "/technician/pauses": ("tor", "/technician/pauses"),
    "/technician/quarantine": ("tor", "/technician/quarantine"),
    "/technician/quarantine/{key}": ("tor", "/technician/quarantine/{key}"),
    "/technician/remove": ("tor", "/technician/remove?device=1A%20stue"),
    "/technician/tests": ("tor", "/technician/tests"),
    "/technician/tests/{number}": ("tor", "/technician/tests/1"),
    "/today": ("adm", "/today"),
}
BY_KEYBOARD = (
    "/people",
    "/emergency",
    "/switch",
    "/account",
    "/audit",
    "/keeping",
    "/integrations",
    "/sign-in",
    "/choose",
)
"""Where every control is gone to by Tab; of the rest axe says that nothing stands in the way of it."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """With something on every page."""
    house = House(tmp_path, WITH_ALL_ROLES)
    house.hub_says()
    house.act(house.night_exit("2A"), "sol", arrive=True)
    house.night_exit()
    with transaction(house.connection):
        quarantine.add(house.connection, "solbakken", "zigbee2mqtt/x", "no JSON", b"hei", house.now())
    sol = next(one for one in house.site.people if one.id == "sol")
    emergency.begin(
        house.connection, house.site, sol, "", "4B", "fall i gangen, ingen andre", None, house.now()
    )
    token_of(house, "carer")
    told = Subscription(
        "solbakken", "journal", "https://x.example.org/", ("alert.opened",), True, 1, "adm", house.now()
    )
    with transaction(house.connection):
        events.subscribe(house.connection, replace(told, failing_since=house.now()))
    ping(house.connection, told, house.now())
    yield house
    house.connection.close()


def test_every_page_is_in_the_table() -> None:
    found = iter_route_contexts(create_app(Settings(data=Path("/nowhere"))).routes)
    pages = {
        route.path for route in found if "GET" in (route.methods or ()) and not NO_PAGE.search(route.path)
    }
    assert pages == set(PAGES) | set(ELSEWHERE)
    assert set(PAGES) & set(ELSEWHERE) == set()
    here = Path(__file__).parent
    assert [file for file in ELSEWHERE.values() if not (here / file).exists()] == []


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_axe_finds_nothing_on_any_page_and_everything_is_reached_by_keyboard(
    house: House, chromium: Browser
) -> None:
    known = prepared(house)
    with running(house, free_port()) as web:
        context = chromium.new_context(locale="nb-NO", viewport={"width": 390, "height": 844})
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        wrong: list[str] = []
        page.on("console", lambda said: wrong.extend(complaint(page, said)))
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
        by_person = sorted(PAGES.items(), key=lambda one: one[1][0])
        for n, (route, (person, address)) in enumerate(by_person):
            enter(house, web, page, person, known, "dark" if n % 2 else "light", ("nb", "nn", "en")[n % 3])
            at = re.sub(r"\{(\w+)\}", lambda name: known[name[1]], address)
            answer = page.goto(f"{web.address}{at}", wait_until="load")
            assert answer is not None
            if answer.status != 200:
                wrong.append(f"{route}: {answer.status}")
            wrong += [f"{route}: {one}" for one in looked_at(page, route)]
        enter(house, web, page, "adm", known, "light", "nb")
        for state in (refused_sign_in, a_person_with_a_link, a_person_refused, a_pin_refused, not_here):
            state(house, web, page, known)
            wrong += [f"{state.__name__}: {one}" for one in looked_at(page, "/people")]
        context.close()
    assert not wrong, "\n".join(wrong)


def complaint(page: Page, said: ConsoleMessage) -> list[str]:
    """What the browser was not allowed (the policy, CSP) or could not do; that a page is refused is none."""
    is_one = said.type == "error" and "Failed to load resource" not in said.text
    return [f"{page.url}: {said.text}"] if is_one else []


def prepared(house: House) -> dict[str, str]:
    marit = relative_of(house)
    siv = relative_of(house, "r2", email="siv@example.org", name="Siv Bakke", came_in=False)
    invited = invitations.invite(house.connection, siv, "", False, "leder", house.now()).link
    link = password_links.make(house.connection, "solbakken", "sol", "", "adm", house.now())
    known = {
        "link": link.rpartition("/")[2],
        "invitation": invited.rpartition("/")[2],
        "marit": marit.account,
    }
    app = create_app(house.settings, house.clock)
    with TestClient(app, follow_redirects=False) as tor:
        tor.cookies.set("vaka_session", sessions.start(house.connection, "solbakken", "tor", house.now()))
        ours = {"X-CSRF-Token": tor.get("/api/v1/session").json()["csrf"]}
        assert tor.post("/api/v1/devices/1A stue/test", headers=ours).status_code == 201
        assert tor.post("/api/v1/devices/1A stue/test/sign", headers=ours, json={}).status_code == 201
        codec = {"name": "X1", "source": "function decodeUplink(input) { return {data: {}}; }"}
        assert tor.post("/api/v1/codecs", headers=ours, json=codec).status_code < 300
        known["key"] = tor.get("/api/v1/quarantine").json()[0]["key"]
    return known


def enter(
    house: House, web: Web, page: Page, person: str, known: dict[str, str], theme: str, language: str
) -> None:
    """Without the time that a password takes; `shared`: at a screen that somebody opened for the shift."""
    page.context.clear_cookies()
    cookies = {"vaka_theme": theme, "vaka_language": language}
    if person == "shared":
        pins.put(house.connection, "solbakken", "kari", "2847", house.now())
        cookies["vaka_device"] = "screen"
        pins.open_device(house.connection, house.site, "screen", "sol", house.now())
    elif person:
        account = known.get(person, person)
        cookies["vaka_session"] = sessions.start(house.connection, "solbakken", account, house.now())
    page.context.add_cookies([{"name": n, "value": v, "url": web.address} for n, v in cookies.items()])


def looked_at(page: Page, route: str) -> list[str]:
    """What is wrong with the page as it stands."""
    page.evaluate("document.getAnimations().forEach(a => a.finish())")
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run({rules: {'target-size': {enabled: true}}})")["violations"]
    wrong = [f"{v['id']}: {[n['html'][:140] for n in v['nodes']][:3]}" for v in found]
    page.set_viewport_size({"width": 320, "height": 700})
    if (width := page.evaluate("document.documentElement.scrollWidth")) > 320:
        wide = page.evaluate("""[...document.querySelectorAll('main *')]
          .filter((one) => one.getBoundingClientRect().right > 321)
          .map((one) => one.outerHTML.slice(0, 90))""")
        wrong.append(f"is {width} wide on a phone of 320: {wide[:3]} … {wide[-2:]}")
    page.set_viewport_size({"width": 390, "height": 844})
    if route.startswith(BY_KEYBOARD):
        wrong += [f"not by keyboard: {one}" for one in missed_by_tab(page)]
    return wrong


def missed_by_tab(page: Page) -> list[str]:
    """Controls that Tab does not come to, or comes to without showing it."""
    waiting = page.evaluate("""() => {
      const groups = new Set();
      const kinds = 'a[href], button, input, select, textarea, summary';
      const all = [...document.querySelectorAll(kinds)].filter((one) => {
        if (one.disabled || one.type === 'hidden') return false;
        if (!one.checkVisibility({checkVisibilityCSS: true})) return false;
        if (one.type !== 'radio') return true;
        if (groups.has(one.name + one.form)) return false;
        groups.add(one.name + one.form);
        return true;
      });
      window.missed = new Set(all);
      document.activeElement.blur();
      return all.length;
    }""")
    for _ in range(3 * waiting + 10):
        page.keyboard.press("Tab")
        left = page.evaluate("""() => {
          const here = document.activeElement;
          const group = (one) => one.type === 'radio' && one.name === here.name;
          for (const one of window.missed) {
            if (one !== here && !group(one)) continue;
            const shown = [here, here.closest('label') ?? here].map((on) => getComputedStyle(on));
            const seen = (on) => on.outlineStyle !== 'none' || on.boxShadow !== 'none';
            if (shown.some(seen)) window.missed.delete(one);
          }
          return window.missed.size;
        }""")
        if not left:
            return []
    found: list[str] = page.evaluate("[...window.missed].map((one) => one.outerHTML.slice(0, 140))")
    return found


def refused_sign_in(house: House, web: Web, page: Page, known: dict[str, str]) -> None:
    page.context.clear_cookies()
    page.goto(f"{web.address}/sign-in")
    page.locator("[name=person]").fill("kari")
    page.locator("[name=password]").fill("wrong")
    page.locator("[name=password]").press("Enter")
    page.locator("[role=alert]:visible").first.wait_for()


def a_person_with_a_link(house: House, web: Web, page: Page, known: dict[str, str]) -> None:
    enter(house, web, page, "adm", known, "light", "nb")
    page.goto(f"{web.address}/people/kari")
    page.locator("form[action$='/link'] button").click()
    page.locator("[role=status] .code").wait_for()


def a_person_refused(house: House, web: Web, page: Page, known: dict[str, str]) -> None:
    page.goto(f"{web.address}/people/new")
    page.locator("[name=id]").fill("kari")
    page.locator("main [name=name]").fill("Kari")
    page.locator("main form button").last.click()
    page.locator("[role=alert]:visible").first.wait_for()


def a_pin_refused(house: House, web: Web, page: Page, known: dict[str, str]) -> None:
    page.goto(f"{web.address}/account")
    form = page.locator("form[action='/account/pin']")
    form.locator("[name=pin]").fill("1234")
    form.locator("[name=again]").fill("1234")
    form.locator("[name=password]").fill(PASSWORD)
    form.locator("button").click()
    page.locator("[role=alert]:visible").first.wait_for()


def not_here(house: House, web: Web, page: Page, known: dict[str, str]) -> None:
    page.goto(f"{web.address}/people/nobody")
