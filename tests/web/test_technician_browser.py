"""A technician with a phone, at a real hub and a real broker: from the box to a device in its place."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import segno
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, expect

from tests.end_to_end.house import House as Installation
from tests.patience import PATIENCE_MS
from tests.servers import CHROMIUM, CHROMIUM_FLAGS, Mosquitto, free_port
from tests.web.house import DOCUMENT, PASSWORD, House, Web, running
from tests.web.test_browser import axe_finds_nothing
from tests.web.test_technician import devices_of, spoke

pytestmark = [pytest.mark.browser, pytest.mark.broker]

PHONE = {"width": 390, "height": 844}
ADDRESS = "0x00158d0001a2b3c4"
LABEL = "Z:00158D0001A2B3C4$I:83FED3407A939723A5C639B26916D505C3B5"

SIGN_IN = {"nb": ("Brukernavn", "Passord", "Logg inn"), "en": ("User name", "Password", "Sign in")}


class Phone:
    """A browser on a phone, signed in as the technician or somebody else. What the page complains about is
    kept.
    """

    def __init__(self, context: BrowserContext, web: Web, language: str, person: str = "tor") -> None:
        context.add_cookies([{"name": "vaka_language", "value": language, "url": web.address}])
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.address = web.address
        self.complaints: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(web.address)
        name, password, enter = SIGN_IN[language]
        self.page.get_by_label(name).fill(person)
        self.page.get_by_label(password).fill(PASSWORD)
        self.page.get_by_role("button", name=enter).click()

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "net::ERR_" not in message.text:
            self.complaints.append(message.text)

    def tap(self, *words: str) -> None:
        """The button or link with one of these words on it."""
        page = self.page
        found = [page.get_by_role(role, name=word) for word in words for role in ("link", "button")]  # type: ignore[arg-type]
        either = found[0]
        for one in found[1:]:
            either = either.or_(one)
        either.first.click()

    def goes_to(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")


@pytest.fixture
def installation(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[tuple[House, Installation]]:
    """The pages' house, and the hub and the broker around it."""
    document = DOCUMENT + "  - {rule: leak}\n"
    house = House(tmp_path / "data", document)
    installation = Installation(tmp_path, mosquitto, document)
    installation.start_hub()
    installation.until(installation.hub_is_caught_up, "the hub's first look at the broker")
    yield house, installation
    installation.stop_hub()
    house.connection.close()


@pytest.mark.parametrize("language", ["nb", "en"])
def test_an_unknown_device_speaks_is_placed_and_its_next_word_is_an_alert(
    installation: tuple[House, Installation], chromium: Browser, language: str
) -> None:
    house, hub = installation
    with running(house, free_port()) as web:
        context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="nb-NO")
        phone = Phone(context, web, language)
        page = phone.page
        expect(page).to_have_url(f"{web.address}/technician")
        axe_finds_nothing(page)
        phone.goes_to("/technician/inbox")
        expect(page.locator(".empty")).to_be_visible()
        axe_finds_nothing(page)

        hub.publish([(f"zigbee2mqtt/{ADDRESS}", b'{"water_leak":false,"battery":91,"linkquality":140}')])
        waiting = page.locator(f"li[data-address='{ADDRESS}']")
        expect(waiting).to_contain_text("91 %")
        expect(waiting).to_contain_text({"nb": "Nå nettopp", "en": "Just now"}[language])
        axe_finds_nothing(page)

        phone.tap("Sett på plass", "Give it a place")
        expect(page.locator("select[name=role]")).to_have_value("leak_detector")
        page.locator("select[name=room]").select_option("3B")
        expect(page.locator("input[name=id]")).to_have_value("3B vannsensor")
        expect(page.locator(".callout.good").first).to_contain_text("3B")
        axe_finds_nothing(page)
        phone.tap("Sett på plass nå", "Place it here")
        expect(page.get_by_role("heading", level=1)).to_contain_text("3B vannsensor")
        axe_finds_nothing(page)
        assert devices_of(house)["3B vannsensor"]["address"] == ADDRESS

        hub.until(partial(judges, hub), "the alert of a device that was placed a moment ago")
        assert hub.rows("SELECT rule, room, device FROM alert") == [("leak", "3B", "3B vannsensor")]
        phone.goes_to("/technician/inbox")
        expect(page.locator(".empty")).to_be_visible()
        assert phone.complaints == []
        context.close()


def judges(hub: Installation) -> bool:
    """The hub takes a new site over within a second or two: until then the leak says so again and again, and
    that it only repeats itself afterwards does not keep it silent.
    """
    hub.publish([(f"zigbee2mqtt/{ADDRESS}", b'{"water_leak":true}')])
    return bool(hub.rows("SELECT 1 FROM alert"))


@pytest.mark.parametrize(
    ("path", "room", "came"),
    [
        (
            f"/technician/place?gateway=zigbee2mqtt&address={ADDRESS}",
            "3B",
            "input[name=suggested][value^='3B']",
        ),
        ("/technician/change?device=3B+stue", "4B", "#changing h2:text('Hva det betyr')"),
    ],
)
def test_a_name_that_was_typed_before_a_slow_answer_came_stands_and_is_what_is_saved(
    house: House, web: Web, chromium: Browser, path: str, room: str, came: str
) -> None:
    spoke(house, ADDRESS, open=True)
    context = chromium.new_context(viewport=PHONE, has_touch=True)
    phone = Phone(context, web, "nb")
    page = phone.page
    held: list[Route] = []
    phone.goes_to(path)
    page.route(re.compile(r"/technician/(place|change)\?.*room="), lambda route: held.append(route))
    with page.expect_request(re.compile(f"room={room}")):
        page.locator("select[name=room]").select_option(room)
    page.locator("input[name=id]").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("Ved vind")
    held.pop().continue_()
    expect(page.locator(came)).to_be_attached()
    page.keyboard.type("uet")
    expect(page.locator("input[name=id]")).to_have_value("Ved vinduet")
    page.unroute_all()
    page.locator("form button.do").click()
    page.wait_for_url(re.compile("/technician/(placed|devices)"))
    assert devices_of(house)["Ved vinduet"]["room"] == room
    assert phone.complaints == []
    context.close()


def film_of(label: str, file: Path) -> None:
    """A film for Chromium's fake camera: a label with a QR code, held still in front of it."""
    width, height, scale = 640, 480, 8
    rows = [bytes(row) for row in segno.make(label, error="m").matrix]
    left, top = (width - len(rows[0]) * scale) // 2, (height - len(rows) * scale) // 2
    picture = bytearray(b"\xeb" * width * height)
    for y, row in enumerate(rows):
        line = bytearray(b"\xeb" * width)
        for x, dark in enumerate(row):
            if dark:
                line[left + x * scale : left + (x + 1) * scale] = b"\x10" * scale
        for n in range(scale):
            start = (top + y * scale + n) * width
            picture[start : start + width] = line
    grey = b"\x80" * (width * height // 2)
    frame = b"FRAME\n" + bytes(picture) + grey
    file.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + frame * 5)


@pytest.fixture
def camera_phone(house: House, web: Web, chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., Phone]]:
    """A phone whose camera sees a label."""
    opened: list[Browser] = []

    def take_out(sees: str, allowed: bool = True) -> Phone:
        film = tmp_path / "label.y4m"
        film_of(sees, film)
        flags = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
        browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*CHROMIUM_FLAGS, *flags])
        opened.append(browser)
        rights = ["camera"] if allowed else []
        context = browser.new_context(viewport=PHONE, has_touch=True, permissions=rights)
        return Phone(context, web, "nb")

    yield take_out
    for browser in opened:
        browser.close()


def test_the_camera_reads_the_label_and_leads_to_the_device(
    house: House, camera_phone: Callable[..., Phone]
) -> None:
    spoke(house, ADDRESS, open=True)
    phone = camera_phone(sees="00:15:8D:00:01:A2:B3:C4")
    phone.goes_to("/technician/scan")
    axe_finds_nothing(phone.page)
    phone.tap("Bruk kameraet")
    expect(phone.page.locator("#answer")).to_contain_text(ADDRESS)
    axe_finds_nothing(phone.page)
    phone.tap("Sett på plass")
    expect(phone.page.locator(".page-head h1")).to_have_text("Sett på plass")
    assert phone.complaints == []


def test_a_photo_does_where_the_camera_is_not_allowed(
    house: House, camera_phone: Callable[..., Phone], tmp_path: Path
) -> None:
    spoke(house, ADDRESS, open=True)
    phone = camera_phone(sees="x", allowed=False)
    phone.goes_to("/technician/scan")
    phone.tap("Bruk kameraet")
    expect(phone.page.locator("#scanner-says")).to_contain_text("Ta et bilde")
    photo = tmp_path / "photo.png"
    segno.make("LW:D0::00158D0001A2B3C4:FFFF0001").save(str(photo), scale=6)
    phone.page.locator("#photo").set_input_files(photo)
    expect(phone.page.locator("#answer")).to_contain_text(ADDRESS)
    blank = tmp_path / "blank.png"
    segno.make("x", micro=False).save(str(blank), scale=6, dark="#ffffff")
    phone.page.locator("#photo").set_input_files(blank)
    expect(phone.page.locator("#scanner-says")).to_contain_text("Fant ingen kode")
    assert phone.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_a_device(
    house: House, web: Web, chromium: Browser, theme: str
) -> None:
    spoke(house, ADDRESS, open=True, battery=91.0)
    spoke(house, "3B stue", motion=True, battery=4.0)
    context = chromium.new_context(viewport=PHONE, has_touch=True)
    context.add_cookies([{"name": "vaka_theme", "value": theme, "url": web.address}])
    phone = Phone(context, web, "nb")
    for path in (
        "/technician",
        "/technician/devices",
        "/technician/devices?q=nothing",
        "/technician/inbox",
        f"/technician/inbox/ignore?gateway=zigbee2mqtt&address={ADDRESS}",
        "/technician/scan?code=4006381333931",
        "/technician/scan?code=0011223344556677",
        f"/technician/place?gateway=zigbee2mqtt&address={ADDRESS}&room=3B",
        "/technician/change?device=3B+stue&room=4B",
        "/technician/replace?device=3B+stue",
        "/technician/remove?device=3B+stue",
        "/technician/bulk",
    ):
        phone.goes_to(path)
        axe_finds_nothing(phone.page)
        wider = phone.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0, f"{path} is {wider} px wider than the phone"
    assert phone.complaints == []
    context.close()
