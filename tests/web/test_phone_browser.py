"""Vaka as an app in a real Chromium: installed, cut off, back; and a call that becomes a notification."""

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from dashboards import sessions
from hub.settings import read_settings
from hub.store import summonses
from hub.store.db import transaction
from hub.store.summonses import Summons
from hub.ways.push_receipts import Receipt, ReceiptMarks
from tests.patience import PATIENCE, PATIENCE_MS
from tests.servers import free_port
from tests.ways.push_service import PushService, new_device, push_service, text
from tests.web.house import PASSWORD, Heart, House, Web, hub_tries, running
from tests.web.test_browser import axe_finds_nothing, fill, until

pytestmark = pytest.mark.browser

NAMES = ("Anna", "Haugen", "Olav", "Bakke", "Ingrid", "Solvang", "Sverre", "Kari", "Siri")


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(
        locale="nb-NO", timezone_id="Europe/Oslo", permissions=["notifications"],
        viewport={"width": 390, "height": 844},
    )  # fmt: skip
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


def enter(page: Page, web: Web) -> None:
    page.goto(f"{web.address}/sign-in")
    page.get_by_label("Brukernavn").fill("kari")
    page.get_by_label("Passord").fill(PASSWORD)
    page.get_by_label("Passord").press("Enter")
    expect(page.get_by_role("heading", name="Åpne varsler")).to_be_visible()


def in_time(truth: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not truth():
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(0.05)


def kept(page: Page) -> Any:
    return page.evaluate("caches.match('/kept').then((found) => found ? found.json() : null)")


def test_it_is_an_app_and_without_a_connection_says_how_old_what_it_knows_is(
    house: House, heart: Heart, web: Web, context: BrowserContext
) -> None:
    fill(house)
    page = context.new_page()
    enter(page, web)

    # It can be installed, and the worker looks after the page.
    cdp = context.new_cdp_session(page)
    # A page that was on its way when the worker began is its own from the next page on: what follows is that.
    until(
        page,
        "navigator.serviceWorker.getRegistration().then((found) => found?.active?.state === 'activated')",
    )
    manifest = cdp.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert json.loads(manifest["data"])["name"] == "Vaka"
    missing = cdp.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [one["errorId"] for one in missing] == ["in-incognito"], "as every test's browser is"

    # What is kept names rooms and what it is about, and nobody.
    in_time(lambda: kept(page), "keeping the board")
    board = kept(page)
    assert [card["room"] for card in board["cards"]] == ["5C", "1A", "3B", "2A", "4B"]
    assert not any(name in json.dumps(board, ensure_ascii=False) for name in NAMES)

    # Cut off: whatever page is asked for, one that cannot be taken for live.
    web.kill()
    page.goto(f"{web.address}/care/rules")
    expect(page.get_by_text("Frakoblet", exact=True)).to_be_visible()
    expect(page.locator("#updated")).to_have_text(
        re.compile(r"^Sist oppdatert kl\. \d\d\.\d\d \(\d+ s siden\)$")
    )
    expect(page.locator("#kept li")).to_have_count(5)
    expect(page.locator("#kept li").first).to_contain_text("5C")
    expect(page.locator("#kept li").first).to_contain_text("ingen hadde tatt det")
    assert page.locator("a, button, input, form, summary").count() == 0
    said = page.locator("body").inner_text()
    assert not any(name in said for name in NAMES)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe_finds_nothing(page)

    # It gets older by the clock; after some hours it is dropped, from the phone too.
    older = "(by) => caches.open('vaka-kept').then(async (cache) => { const k = await (await cache.match('/kept')).json(); k.at -= by; await cache.put('/kept', new Response(JSON.stringify(k))); })"  # noqa: E501
    page.evaluate(older, 4 * 60 * 1000)
    page.reload()
    expect(page.locator("#updated")).to_have_text(re.compile(r"\(4 min siden\)$"))
    page.evaluate(older, 8 * 3600 * 1000)
    page.reload()
    expect(page.get_by_text("Denne enheten vet ikke hvordan det sto til sist.")).to_be_visible()
    expect(page.locator("#kept li")).to_have_count(0)
    assert kept(page) is None

    # Back again by itself, on the page that was wanted.
    web.start()
    expect(page.get_by_role("heading", level=1, name="Regler")).to_be_visible()

    # Who signs out leaves nothing on the phone.
    page.goto(web.address)
    in_time(lambda: kept(page), "keeping the board")
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Logg ut").click()
    expect(page.get_by_label("Brukernavn")).to_be_visible()
    in_time(lambda: kept(page) is None, "dropping what was kept")

    # Nor does a phone that was signed out from elsewhere, since it was lost; and no step back shows more.
    enter(page, web)
    in_time(lambda: kept(page), "keeping the board")
    sessions.end_others(house.connection, "solbakken", "kari", house.now())
    expect(page.get_by_label("Brukernavn")).to_be_visible()
    in_time(lambda: kept(page) is None, "dropping what was kept")
    page.go_back()
    expect(page.get_by_label("Brukernavn")).to_be_visible()


class Worker:
    """The real service worker, called the way a push service calls it."""

    def __init__(self, context: BrowserContext, page: Page, address: str) -> None:
        self._cdp: CDPSession = context.new_cdp_session(page)
        self._address, self._page, self._registration = address, page, ""
        self._cdp.on("ServiceWorker.workerRegistrationUpdated", self._note)
        self._cdp.send("ServiceWorker.enable")
        while not self._registration:
            page.wait_for_timeout(20)
        self._calls = 0
        [self.running] = context.service_workers
        self.running.evaluate("""() => {
          self.shown = 0;
          const show = registration.showNotification.bind(registration);
          registration.showNotification = async (...said) => { await show(...said); self.shown += 1; };
        }""")

    def _note(self, event: dict[str, Any]) -> None:
        for one in event["registrations"]:
            if one["scopeURL"].startswith(self._address):
                self._registration = one["registrationId"]

    def is_called(self, said: bytes) -> None:
        """Returns when it is shown. A look meanwhile would make Chromium forget it: what it keeps, and does
        not yet see on the screen, it takes for closed.
        """
        self._cdp.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": self._address, "registrationId": self._registration, "data": said.decode()},
        )
        self._calls += 1
        in_time(lambda: self.running.evaluate("self.shown") == self._calls, "showing what came")

    def notifications(self) -> list[dict[str, Any]]:
        found = self._page.evaluate(
            "navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((all) => all.map((n) =>"
            " ({ title: n.title, body: n.body, tag: n.tag, data: n.data, stays: n.requireInteraction })))"
        )
        assert isinstance(found, list)
        return found


SUBSCRIBED = """
  // The push service of the browser's maker is out of reach: the test has its own. All else is the browser's.
  let mine = null;
  const one = (key) => ({
    endpoint: GIVEN.endpoint, options: { applicationServerKey: key },
    toJSON: () => ({ endpoint: GIVEN.endpoint, expirationTime: null, keys: GIVEN.keys }),
    unsubscribe: async () => { mine = null; sessionStorage.removeItem("subscribed"); return true; },
  });
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    sessionStorage.setItem("subscribed", JSON.stringify([...applicationServerKey]));
    return one(applicationServerKey.buffer);
  };
  PushManager.prototype.getSubscription = async () => {
    const key = sessionStorage.getItem("subscribed");
    return key ? one(new Uint8Array(JSON.parse(key)).buffer) : null;
  };
"""


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    with push_service(tmp_path / "push") as service:
        monkeypatch.setenv("VAKA_PUSH_SERVER", f"localhost:{service.port}")
        monkeypatch.setenv("VAKA_PUSH_SERVER_CA", str(service.ca))
        yield service


def test_who_looks_at_the_board_for_a_moment_has_it_kept(
    house: House, heart: Heart, web: Web, context: BrowserContext
) -> None:
    """No timer of the page runs: what came with its first beat is kept, not what a later tick would find."""
    fill(house)
    page = context.new_page()
    page.add_init_script("window.setInterval = () => 0")
    enter(page, web)
    in_time(lambda: kept(page), "keeping the board")
    assert len(kept(page)["cards"]) == 5


def test_a_phone_is_switched_on_and_a_call_comes_all_the_way_to_its_lock_screen(
    house: House, heart: Heart, service: PushService, context: BrowserContext
) -> None:
    device = new_device()
    given = {
        "endpoint": service.endpoint("kari"),
        "keys": {"p256dh": text(device.public), "auth": text(device.auth)},
    }
    context.add_init_script(f"{{ const GIVEN = {json.dumps(given)}; {SUBSCRIBED} }}")
    house.settings = read_settings(os.environ).with_data(house.data)
    with running(house, free_port()) as web, hub_tries(house):
        page = context.new_page()
        enter(page, web)
        page.locator(".menu summary").click()
        page.get_by_role("link", name="Varsler på telefonen").click()

        # Switched on by one tap; the page says so, and which of the devices it is.
        expect(page.get_by_text("Varsler er av", exact=True)).to_be_visible()
        axe_finds_nothing(page)
        page.get_by_role("button", name="Slå på varsler her").click()
        expect(page.get_by_text("Varsler er på", exact=True)).to_be_visible()
        row = page.locator("li[data-phone]")
        expect(row).to_have_count(1)
        expect(row.get_by_text("Denne enheten")).to_be_visible()
        expect(row).to_contain_text("Ingen melding har kommet fram ennå")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        axe_finds_nothing(page)

        # A test message: out of the house, encrypted, and into the worker, which says that it came.
        worker = Worker(context, page, web.address)
        page.locator("#test-here").click()
        in_time(lambda: (page.wait_for_timeout(20), service.taken)[1], "sending the test message")
        worker.is_called(device.reads(service.taken[0][2]))
        expect(page.locator("#says")).to_have_text("Prøvemeldingen kom fram.")
        [shown] = worker.notifications()
        assert (shown["title"], shown["tag"]) == ("Prøvemelding fra Vaka", "test")

        # A call: where and how urgent, it stays until somebody minds it, and the ladder knows that it came.
        alert = house.night_exit(ago=timedelta(minutes=1))
        called = put_call(house, alert.id, page.evaluate("myId"))
        about = Receipt(called.address, called.id, called.created_at)
        token = ReceiptMarks(house.data).token("solbakken", called.person, about)
        said = {"title": called.subject, "body": "Åpne Vaka.", "open": f"/alerts/{alert.id}",
                "tag": f"alert-{alert.id}", "urgent": True, "receipt": token,
                "at": called.created_at.isoformat()}  # fmt: skip
        worker.is_called(json.dumps(said).encode())
        in_time(lambda: again(house, called).delivered_at, "telling that it was delivered")
        [shown] = [one for one in worker.notifications() if one["tag"] != "test"]
        assert shown["title"] == "HØYT varsel: 1A"
        assert shown["stays"] is True
        assert shown["data"]["open"] == f"/alerts/{alert.id}"
        assert not any(name in json.dumps(shown, ensure_ascii=False) for name in NAMES)

        # The same again takes its place; what cannot be read still calls.
        worker.is_called(json.dumps({**said, "title": "Ingen har svart. HØYT varsel: 1A"}).encode())
        titles = [n["title"] for n in worker.notifications() if n["tag"] != "test"]
        assert titles == ["Ingen har svart. HØYT varsel: 1A"]
        worker.is_called(b"not ours")
        assert "Vaka" in [n["title"] for n in worker.notifications()]

        # A test of the alerting is shown without a sound, and the hub knows that it came.
        test = {
            "title": "PRØVE",
            "open": "/care/proof",
            "tag": "proof",
            "urgent": False,
            "silent": True,
            "receipt": token,
        }
        worker.is_called(json.dumps(test).encode())
        assert "PRØVE" in [n["title"] for n in worker.notifications()]

        # Tapped on: it is seen, with nobody signed in for it.
        worker.running.evaluate("(token) => tell(token, 'seen')", token)
        assert again(house, called).seen_at is not None

        # Switched off: nobody is called there any more.
        page.reload()
        expect(page.locator("li[data-phone]")).to_contain_text("Siste melding kom fram")
        page.get_by_role("button", name="Slå av her").click()
        expect(page.get_by_text("Varsler er av", exact=True)).to_be_visible()
        expect(page.locator("li[data-phone]")).to_have_count(0)
        assert house.rows("SELECT * FROM contact") == []


def put_call(house: House, alert: int, phone: str) -> Summons:
    """What the hub puts into the outbox when it calls Kari for the alert."""
    step, now = house.rows("SELECT max(seq) AS seq FROM alert_event")[0]["seq"], house.now()
    words = ("HØYT varsel: 1A", "Åpne Vaka.")
    with transaction(house.connection):
        to = ("kari", "webpush", phone)
        summonses.add(
            house.connection, Summons(0, "solbakken", alert, step, *to, True, *words, now, next_at=now)
        )
    return summonses.of_alert(house.connection, alert)[0]


def again(house: House, called: Summons) -> Summons:
    found = summonses.get(house.connection, "solbakken", called.id)
    assert found is not None
    return found
