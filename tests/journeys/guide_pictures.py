"""The guides' pictures, taken from the demo's own pages: `python -m tests.journeys.guide_pictures`.

Each picture is a part of a page that a guide talks about, in each language, small (WebP). They are looked at
by people before they are committed: that is why they are not taken anew in every run of the tests.
"""

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from hub.clock import WallClock
from hub.demo.preparation import RELATIVE, house
from hub.mqtt.embedded_broker import EmbeddedBroker
from hub.mqtt.publisher import Publisher
from hub.mqtt.sending import Zigbee2Mqtt
from rules.wording import Language
from tests.servers import CHROMIUM, CHROMIUM_FLAGS, ROOT, free_port

PICTURES = ROOT / "docs" / "guides" / "pictures"
LOCALES: dict[Language, str] = {"nb": "nb-NO", "nn": "nn-NO", "en": "en-GB"}
PHONE, DESK = (390, 844), (820, 900)
SHARPNESS = {PHONE: 1.3, DESK: 1.5}
"""Pixels of the picture for each of the page."""
TESTED = "1A ytterdør"
BASES = (
    ("b101", "consent", "Solveig Myrvang"),
    ("b102", "consent", "Torbjørn Fagerli"),
    ("b105", "decision", "Kommunen, sak 26/118"),
    ("b202", "consent", "Åslaug Brekkan"),
)
"""On what basis some residents are watched over: who, what it is, and who said so."""
_READY_WITHIN, _SEEN_WITHIN = 180, 180_000  # seconds, milliseconds
_ROOM = 12
"""Pixels around what is cut out, where it is not the whole page."""
_PLAIN_TIMES = "for (const field of document.querySelectorAll('input[type=time]')) field.type = 'text'"
"""21:00, as browsers in Norway and Britain write it; the one here knows AM and PM alone."""
_ENCODE = """async ([picture, quality]) => {
  const image = new Image(); image.src = 'data:image/png;base64,' + picture; await image.decode();
  const canvas = document.createElement('canvas'); canvas.width = image.width; canvas.height = image.height;
  canvas.getContext('2d').drawImage(image, 0, 0);
  return canvas.toDataURL('image/webp', quality).split(',')[1];
}"""


class Demo(NamedTuple):
    address: str
    passwords: dict[str, str]
    data: Path


class Shot(NamedTuple):
    """`part`: what of the page is cut out, from its top at most `height` pixels high."""

    name: str
    person: str
    path: str
    part: str = "main"
    height: int = 640
    screen: tuple[int, int] = DESK
    first: Callable[[Page, Demo], None] = lambda page, demo: None


def main() -> int:
    PICTURES.mkdir(exist_ok=True)
    wanted = sys.argv[1:]
    with running_demo() as demo, sync_playwright() as playwright, ExitStack() as at_the_end:
        browsers = {}
        for language, locale in LOCALES.items():
            flags = [*CHROMIUM_FLAGS, f"--lang={locale}"]
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
            browsers[language] = at_the_end.enter_context(closing(browser))
        prepare(browsers["nb"], demo)
        for shot in SHOTS:
            for language in LOCALES if not wanted or shot.name in wanted else ():
                take(browsers[language], demo, shot, language)
    return 0


@contextmanager
def running_demo() -> Iterator[Demo]:
    """`vaka demo`, until the end of the `with`."""
    with tempfile.TemporaryDirectory(prefix="vaka-pictures-") as folder:
        arguments = ["demo", "--data", folder, "--port", str(free_port()), "--seed", "7"]
        command = [sys.executable, "-m", "hub", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            welcome = process.stdout.readline()
            address = re.search(r"http://\S+", welcome)
            assert address, f"the demo did not come up: {welcome!r}"
            yield Demo(address[0], dict(re.findall(r"(\S+) / (\S+) \(", welcome)), Path(folder))
        finally:
            process.terminate()
            process.wait(timeout=_READY_WITHIN)


def prepare(browser: Browser, demo: Demo) -> None:
    """Everybody on the roster carries a pager, one program has a key, some residents said yes, and the
    alerting is tested.
    """
    for person in ("kari", "amina", "nora", "jonas", "lise"):
        vaka(demo, "contact", person, "pager", person)
    with signed_in(browser, demo, "alma", "nb", DESK) as page:
        page.goto(f"{demo.address}/integrations/new?role=carer")
        page.fill("[name=name]", "Journalen")
        page.fill("[name=id]", "journal")
        page.fill("[name=purpose]", "Henter varsler til journalen")
        page.check("[name=acts][value='see alerts']")
        page.locator("main form button.do").last.click()
        page.wait_for_load_state()
    with signed_in(browser, demo, "lise", "nb", DESK) as page:
        for resident, kind, decided_by in BASES:
            page.goto(f"{demo.address}/care/legal-basis/{resident}")
            page.check(f"[name=kind][value={kind}]")
            for box in page.locator("[name=rules]").all():
                box.check()
            page.fill("[name=decided_by]", decided_by)
            page.locator("form:has([name=decided_by]) button.do").click()
            page.wait_for_load_state()
        for unit in ("solsikka", "bjorka"):
            page.goto(f"{demo.address}/care/proof")
            page.locator(f"form:has([name=unit][value={unit}]) button").click()
            page.wait_for_load_state()


def vaka(demo: Demo, *arguments: str) -> None:
    command = [sys.executable, "-m", "hub", *arguments]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "VAKA_DATA": str(demo.data)}, check=True)


@contextmanager
def signed_in(
    browser: Browser, demo: Demo, person: str, language: Language, screen: tuple[int, int]
) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": screen[0], "height": screen[1]},
        device_scale_factor=SHARPNESS[screen],
        locale=LOCALES[language],
        reduced_motion="reduce",
    )
    context.add_cookies([{"name": "vaka_language", "value": language, "url": demo.address}])
    with closing(context):
        page = context.new_page()
        page.goto(f"{demo.address}/sign-in")
        page.fill("[name=person]", person)
        page.fill("[name=password]", demo.passwords[person])
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "sign-in" not in url)
        yield page


def take(browser: Browser, demo: Demo, shot: Shot, language: Language) -> None:
    with signed_in(browser, demo, shot.person, language, shot.screen) as page:
        page.goto(demo.address + shot.path)
        shot.first(page, demo)
        part = page.locator(shot.part).first
        part.wait_for(timeout=_SEEN_WITHIN)
        page.evaluate("document.fonts.ready")
        page.evaluate(_PLAIN_TIMES)
        page.evaluate("scrollTo(0, 0)")  # what stays at the top of the screen is at the top of the picture
        picture = page.screenshot(full_page=True, clip=cut(part, shot), animations="disabled")
    small = encode(browser, picture)
    (PICTURES / f"{shot.name}-{language}.webp").write_bytes(small)
    print(f"{shot.name}-{language}.webp  {len(small) // 1000} kB", flush=True)


def cut(part: Locator, shot: Shot) -> dict[str, float]:  # type: ignore[type-arg]
    box = part.bounding_box()
    assert box is not None
    room = 0 if shot.part == "main" else _ROOM
    left, top = max(0, box["x"] - room), max(0, box["y"] - room)
    width = min(shot.screen[0] - left, box["width"] + 2 * room)
    return {"x": left, "y": top, "width": width, "height": min(box["height"] + 2 * room, shot.height)}


def encode(browser: Browser, picture: bytes) -> bytes:
    """PNG to WebP, by the browser itself."""
    with closing(browser.new_page()) as page:
        said = page.evaluate(_ENCODE, [base64.b64encode(picture).decode(), 0.7])
    return base64.b64decode(said)


def open_alert(page: Page, demo: Demo) -> None:
    page.locator("#open > .high.is-open").first.wait_for(timeout=_SEEN_WITHIN)
    page.wait_for_timeout(9000)  # nobody is there within no time


def test_a_door(page: Page, demo: Demo) -> None:
    """The door is opened and shut, after the test was started."""
    note = page.locator("textarea[name=note]")
    if note.count() > 0:
        return  # still running, from the picture in another language
    page.locator("main form button.do").first.click()
    note.wait_for()
    broker = EmbeddedBroker(demo.data / "broker", broker_port(demo))
    door, at = Zigbee2Mqtt(house().site.gateways[0].topic), WallClock()
    with Publisher(broker.access, "guide-pictures") as publisher:
        for open in (True, False):
            publisher.publish(*door.say(TESTED.replace(" ", "-"), {"open": open}, at.now()))
            page.wait_for_timeout(2500)  # the page shows it within a second


def broker_port(demo: Demo) -> int:
    settings = json.loads((demo.data / "broker" / "nats-server.json").read_text())
    return int(settings["mqtt"]["port"])


def try_a_value(page: Page, demo: Demo) -> None:
    page.locator("#values input[type=number]").first.fill("90")
    page.wait_for_timeout(4000)
    page.evaluate("document.activeElement.blur()")


def reach_nobody_in_the_evening(page: Page, demo: Demo) -> None:
    """Whoever is on duty then gives the pager back, and so does who would stand in."""
    if page.locator("main .chip.bad").count() == 0:
        for person in ("jonas", "lise"):
            vaka(demo, "contact", person, "pager", person, "--remove")
    gap = page.locator("main .chip.bad").first
    while gap.count() == 0:
        page.wait_for_timeout(2000)
        page.reload()


SHOTS = (
    Shot("pleier-varsel", "kari", "/", "#open > .high.is-open", screen=PHONE, first=open_alert),
    Shot("tekniker-oversikt", "trond", "/technician", screen=PHONE, height=470),
    Shot("tekniker-feil", "trond", "/technician/faults"),
    Shot("tekniker-prove", "trond", f"/technician/devices/{TESTED}/test", height=760, first=test_a_door),
    Shot("leder-vaktskifte", "lise", "/care/handover"),
    Shot("leder-prove", "lise", "/care/proof", height=620),
    Shot("leder-kvalitet", "lise", "/care/quality", height=740),
    Shot("leder-regel", "lise", "/care/rules/door-open/gang-1", height=820, first=try_a_value),
    Shot("leder-hull", "lise", "/care/reach", height=760, first=reach_nobody_in_the_evening),
    Shot("administrator-i-dag", "alma", "/today", height=560),
    Shot("administrator-personer", "alma", "/people", height=560),
    Shot("administrator-innlogging", "alma", "/account", screen=PHONE, height=700),
    Shot("administrator-integrasjon", "alma", "/integrations", height=460),
    Shot("administrator-lagring", "alma", "/keeping", height=640),
    Shot("personvernombud-innsyn", "pia", "/audit", height=620),
    Shot("personvernombud-grunnlag", "pia", "/care/legal-basis", height=560),
    Shot("parorende-hjem", RELATIVE[1], "/relative", screen=PHONE, height=820),
    Shot("parorende-innstillinger", RELATIVE[1], "/relative/settings", screen=PHONE, height=700),
)

if __name__ == "__main__":
    sys.exit(main())
