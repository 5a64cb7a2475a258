"""Every form of every page, by every role: refused without our token, and nothing that is typed does harm.
What a scanner from outside would try, in process.
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from dashboards import sessions
from dashboards.app import create_app
from hub import password_links
from hub.relatives import invitations
from hub.store import quarantine
from hub.store.db import transaction
from tests.web.crawl import Form, Page, crawl, says_in_the_address
from tests.web.house import House
from tests.web.relatives import relative_of
from tests.web.test_every_route import PEOPLE, WITH_ALL_ROLES

NAMES = (
    "Haugen",
    "Olav",
    "Bakke",
    "Solvang",
    "Sverre",
    "Nordmann",
    "Solberg",
    "Marit",
    "Dahl",
    "@example.org",
)
SCRIPT = "<svg/onload=vaka()>"
ATTRIBUTE = "\" vakaattr='x' vakaattr=\"x"
TEMPLATE = "{{'vaka'*3}}${'vaka'*3}#{'vaka'*3}<%='vaka'*3%>"
HOSTILE = (
    SCRIPT + ATTRIBUTE + TEMPLATE,
    "javascript:vaka()//%0a\r\nX-Vaka-Injected: yes\r\n\r\nhei",
    "//evil.example/../../../../../../etc/passwd' OR '1'='1'; DROP TABLE person; --",
    "a\x00b\u202e\ufeffﷺ👩‍👩‍👧 e\u0301" + "\u0337" * 50,
    "A" * 60_000,
)
"""Each in all fields of a form at once."""
ODD = ("9" * 40, "-1", "1e309", "NaN", "9999-12-31T23:59", "0000-00-00")
"""Numbers and times, one a field, and then each in the next."""
ALL_AT_ONCE = f"{SCRIPT}{ATTRIBUTE}{TEMPLATE}'--\x00\r\n../"
"""In one field after the other, the rest as a browser would send it."""
FOREIGN = {"Referer": "https://evil.example//evil.example/x"}
LONGEST_ADDRESS = 5_000


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """With something on every page."""
    house = House(tmp_path, WITH_ALL_ROLES)
    house.hub_says()
    house.act(house.night_exit("2A"), "sol", arrive=True)
    house.night_exit()
    house.lose("device:1A stue")
    with transaction(house.connection):
        quarantine.add(house.connection, "solbakken", "zigbee2mqtt/x", "no JSON", b"hei", house.now())
    yield house
    house.connection.close()


@pytest.fixture
def browser(house: House) -> Iterator[TestClient]:
    """One for everybody, one after the other; what the server breaks at is an answer like any other."""
    app = create_app(house.settings, house.clock)
    with TestClient(app, follow_redirects=False, raise_server_exceptions=False) as browser:
        yield browser


def enter(house: House, browser: TestClient, account: str) -> TestClient:
    """Without the time that a password takes."""
    browser.cookies.clear()
    token = sessions.start(house.connection, "solbakken", account, house.now())
    browser.cookies.set("vaka_session", token)
    return browser


def everybody(house: House) -> list[tuple[str, str, str]]:
    """Account, where they begin, and what they are called."""
    marit = relative_of(house)
    staff = [(person, "/", person) for person in PEOPLE]
    return [*staff, (marit.account, "/relative", "marit")]


def problems_of(answer: Response, page: Page | None, where: str) -> list[str]:
    """What no answer may be, whoever asked for what."""
    said, headers = [], answer.headers
    if answer.status_code >= 500 and answer.status_code != 503:
        said.append(f"answers {answer.status_code}")
    policy = headers.get("content-security-policy", "")
    if "unsafe-inline" in policy or "unsafe-eval" in policy.replace("wasm-unsafe-eval", ""):
        said.append("lets scripts in the page run")
    if (
        "default-src 'self'" not in policy
        or "frame-ancestors 'none'" not in policy
        or "base-uri 'none'" not in policy
    ):
        said.append(f"has the policy {policy!r}")
    for name, value in (
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("x-frame-options", "DENY"),
    ):
        if headers.get(name) != value:
            said.append(f"has {name} {headers.get(name)!r}")
    if not where.startswith(("/static", "/icons")) and headers.get("cache-control") != "no-store":
        said.append(f"may be kept: {headers.get('cache-control')!r}")
    if "x-vaka-injected" in headers:
        said.append("lets a header in")
    for cookie in headers.get_list("set-cookie"):
        if "httponly" not in cookie.lower() or "samesite=lax" not in cookie.lower():
            said.append(f"sets the cookie {cookie.partition('=')[0]} without its flags")
    location = headers.get("location", "/")
    if not location.startswith("/") or location.startswith("//") or "\\" in location:
        said.append(f"leads to {location}")
    said += [f"has {one} in the page" for one in (page.inline if page is not None else [])]
    if page is not None:
        addresses = [location, *page.links, *(form.action for form in page.forms)]
        said += [f"names {one} in an address" for a in addresses for one in says_in_the_address(a, NAMES)]
    return [f"{where}: {one}" for one in said]


def harm_of(answer: Response, where: str) -> list[str]:
    """What of the hostile text came back as if it were ours."""
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return []
    text = answer.text
    marks = (SCRIPT, 'vakaattr="x', "vakaattr='x'", "vakavakavaka", 'href="javascript:', "root:x:0:")
    return [f"{where}: gives back {mark}" for mark in marks if mark in text]


def filled(form: Form, **instead: str) -> dict[str, str]:
    """As a browser would send it untouched."""
    values = {name: value or "x" for name, sort, value in form.fields if sort != "file"}
    return {**values, **instead}


def post(browser: TestClient, form: Form, values: dict[str, str], **headers: str) -> Response:
    """Where a form takes a file it gets one, of the hostile kind too."""
    path = urlsplit(form.action)
    at = f"{path.path}?{path.query}" if path.query else path.path
    if form.method == "get":
        short = {name: value[:LONGEST_ADDRESS] for name, value in values.items()}
        return browser.get(at, params=short, headers={**FOREIGN, **headers})  # type: ignore[return-value]
    files = None
    if form.multipart:
        content = next((v for n, v in values.items() if n != "csrf"), "x").encode()
        names = [name for name, sort, _ in form.fields if sort == "file"]
        files = dict.fromkeys(names, (f"../{SCRIPT}.svg", content))
    return browser.post(at, data=values, files=files, headers={**FOREIGN, **headers})  # type: ignore[return-value]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_no_form_is_taken_without_our_token_and_nothing_that_is_typed_does_harm(
    house: House, browser: TestClient
) -> None:
    began, wrong, seen = time.monotonic(), list[str](), dict[tuple[str, ...], str]()
    people = everybody(house)
    foreign = enter(house, browser, "kari").get("/api/v1/session").json()["csrf"]
    for account, start, name in people:
        enter(house, browser, account)
        for at, (answer, page) in crawl(browser, start).items():
            wrong += problems_of(answer, page, f"{name} {at}")
            for form in page.forms if page is not None else []:
                if (kind := (*form.kind[:2], *form.kind[2])) not in seen:
                    seen[kind] = f"{name} {at}"
                    wrong += attacked(house, browser, account, form, foreign)
    wrong += at_the_door(house, browser, foreign, seen)
    for account, start, name in people:  # what was kept of all that, on any page, for anybody
        enter(house, browser, account)
        for at, (answer, _) in crawl(browser, start).items():
            wrong += harm_of(answer, f"{name} {at}, afterwards")
            wrong += [f"{name} {at}, afterwards: {answer.status_code}"] if answer.status_code >= 500 else []
    assert not wrong, "\n".join(sorted(set(wrong))[:60])
    assert len(seen) > 90, f"only {len(seen)} forms were found"
    print(f"{len(seen)} forms, {time.monotonic() - began:.0f} s")


def attacked(house: House, browser: TestClient, account: str, form: Form, foreign: str) -> list[str]:
    where, wrong = f"{form.method} {form.action} of {form.page}", list[str]()
    names = [name for name, sort, _ in form.fields if name != "csrf" and sort not in ("file", "password")]
    if form.method != "get":
        for what, values, headers in (
            ("no token", filled(form, csrf=""), {}),
            ("another's token", filled(form, csrf=foreign), {}),
            ("another site", filled(form), {"Sec-Fetch-Site": "cross-site"}),
        ):
            answer = post(browser, form, values, **headers)
            wrong += problems_of(answer, None, where)
            wrong += (
                [f"{where}: {what} is answered {answer.status_code}"] if answer.status_code != 403 else []
            )
    tries = [dict.fromkeys(names, hostile) for hostile in HOSTILE]
    tries += [{name: ODD[(n + turn) % len(ODD)] for n, name in enumerate(names)} for turn in (0, 1)]
    tries += [{name: ALL_AT_ONCE} for name in names] if len(names) > 1 else []
    for instead in tries:
        if not instead:
            continue
        answer = post(browser, form, filled(form, **instead))
        if answer.headers.get("location") == "/sign-in":
            enter(house, browser, account)
            csrf = csrf_again(browser, form)
            form.fields = [(n, s, csrf if n == "csrf" else v) for n, s, v in form.fields]
            answer = post(browser, form, filled(form, **instead))
        page = (
            Page(form.action, answer.text)
            if answer.headers.get("content-type", "").startswith("text/html")
            else None
        )
        short = {name: value[:24] for name, value in list(instead.items())[:1]}
        wrong += problems_of(answer, page, f"{where} with {short}") + harm_of(answer, f"{where} with {short}")
    return wrong


def csrf_again(browser: TestClient, form: Form) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', browser.get(form.page).text)
    return found[1] if found is not None else ""


def at_the_door(
    house: House, browser: TestClient, foreign: str, seen: dict[tuple[str, ...], str]
) -> list[str]:
    """Pages that nobody is signed in to see."""
    wrong = list[str]()
    marit = relative_of(house, "r2", email="siv@example.org", name="Siv Bakke", came_in=False)
    invited = invitations.invite(house.connection, marit, "", False, "leder", house.now()).link
    link = password_links.make(house.connection, "solbakken", "sol", "", "adm", house.now())
    for at in (
        "/sign-in",
        f"/choose-password/{link.rpartition('/')[2]}",
        f"/invited/{invited.rpartition('/')[2]}",
    ):
        browser = TestClient(
            create_app(house.settings, house.clock), follow_redirects=False, raise_server_exceptions=False
        )
        answer = browser.get(at)
        page = Page(at, answer.text)
        wrong += problems_of(answer, None, f"nobody {at}")
        for form in page.forms:
            seen.setdefault((*form.kind[:2], *form.kind[2]), f"nobody {at}")
            wrong += attacked(house, browser, "kari", form, foreign)
    return wrong


def test_over_https_cookies_stay_on_https(house: House) -> None:
    app = create_app(house.settings, house.clock)
    with TestClient(app, base_url="https://testserver", follow_redirects=False) as browser:
        answer = browser.get("/sign-in")
        assert answer.headers["strict-transport-security"]
        cookies = answer.headers.get_list("set-cookie")
        assert cookies
        assert all("secure" in one.lower() for one in cookies)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_addresses_that_are_made_up_are_not_found_and_break_nothing(
    house: House, browser: TestClient
) -> None:
    """Every route with something in its address, asked about what there is not, and in every hostile way."""
    from tests.web.test_every_route import routes

    made_up = ("9" * 40, "-1", "%00%ff", "..%2f..%2fetc%2fpasswd%0d%0aX: %3Csvg%2Fonload%3Dvaka%28%29%3E")
    wrong = list[str]()
    for account in ("adm", "leder"):
        enter(house, browser, account)
        ours = {"X-CSRF-Token": csrf_token(browser, account)}
        for route in routes(house):
            method, path = route.split()
            if "{" not in path or path == "/live":
                continue
            for value in made_up:
                at = re.sub(r"\{[^}]+\}", value, path)
                answer = browser.request(method, at, headers=ours)
                wrong += problems_of(answer, None, f"{account} {method} {at[:80]}")
                wrong += harm_of(answer, f"{account} {method} {at[:80]}")
    assert not wrong, "\n".join(sorted(set(wrong))[:60])


def csrf_token(browser: TestClient, account: str) -> str:
    from dashboards.auth import form_token

    return form_token(browser.cookies["vaka_session"])
