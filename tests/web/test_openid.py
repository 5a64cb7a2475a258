"""Signing in by another one's word (OpenID Connect), with a real provider, in a real Chromium."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import cast
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from starlette.testclient import TestClient

from dashboards.app import create_app
from dashboards.auth import Brake
from dashboards.sign_in import openid
from dashboards.sign_in.openid import AT_ONCE, Provider, Refused, Said
from hub.settings import Settings, SettingsError, read_settings
from hub.store import identities
from tests.openid_server import OpenidProvider, running_provider
from tests.patience import PATIENCE, PATIENCE_MS
from tests.servers import free_port
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import PASSWORD, House, running
from tests.web.test_browser import axe_finds_nothing

NAME = "HelseID"


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[OpenidProvider]:
    with running_provider(f"http://127.0.0.1:{free_port()}") as provider:
        yield provider


def settings_for(provider: OpenidProvider, house: House) -> Settings:
    secret = house.data / "openid_secret"
    secret.write_text(provider.secret + "\n")
    return Settings(
        data=house.data,
        web_address=provider.pages,
        oidc_issuer=provider.issuer,
        oidc_client_id="vaka",
        oidc_client_secret_file=secret,
        oidc_name=NAME,
    )


def link(house: House, provider: OpenidProvider, person: str, subject: str) -> None:
    assert identities.link(
        house.connection, "solbakken", person, provider.issuer, subject, "adm", house.now()
    )


class Someone:
    """Their browser, without a screen: the pages in process, the provider over the wire."""

    def __init__(self, pages: TestClient, subject: str = "sub-kari") -> None:
        self.pages, self.subject, self.there = pages, subject, requests.Session()

    def leave(self, **form: str) -> str:
        """To the provider; returns its address."""
        answer = self.pages.post("/sign-in/openid", data={"csrf": csrf_of(self.pages, "/sign-in"), **form})
        assert answer.status_code == 200
        return link_of(answer.text)

    def sign_in_there(self, address: str) -> str:
        """Returns the address that the provider leads back to."""
        answer = self.there.get(address, allow_redirects=False)
        for _ in range(10):
            to = answer.headers.get("location", "")
            if "/sign-in/openid/back?" in to:
                return to
            if answer.is_redirect:
                answer = self.there.get(requests.compat.urljoin(answer.url, to), allow_redirects=False)
            else:
                form = re.search(r'action="([^"]+)"', answer.text)
                assert form is not None, answer.text
                typed = {"prompt": "login", "login": self.subject, "password": "x"}
                answer = self.there.post(form[1], data=typed, allow_redirects=False)
        raise AssertionError("the provider leads in circles")

    def come_back(self, address: str, **instead: str) -> requests.Response:
        """`instead`: what the address says otherwise. As if each came from another address: of one, only the
        first refusals are written down.
        """
        cast(FastAPI, self.pages.app).state.brake = Brake()
        said = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        return self.pages.get(f"/sign-in/openid/back?{urlencode(said | instead)}")  # type: ignore[return-value]


def link_of(page: str) -> str:
    found = re.search(r'<a class="button do wide" href="([^"]+)"', page)
    assert found is not None
    return found[1].replace("&amp;", "&")


@pytest.fixture
def kari(house: House, provider: OpenidProvider) -> Iterator[Someone]:
    link(house, provider, "kari", "sub-kari")
    with TestClient(create_app(settings_for(provider, house)), follow_redirects=False) as pages:
        yield Someone(pages)


def refusals(house: House) -> list[str]:
    rows = house.rows("SELECT detail FROM audit WHERE what = 'sign-in refused' ORDER BY rowid")
    return [json.loads(row["detail"])["why"].removeprefix("directory: ") for row in rows]


LIES = {
    "nonce": "nonce",
    "no-nonce": "nonce",
    "expired": "expired",
    "audience": "audience",
    "for-another": "audience",
    "issuer": "issuer",
    "access-token": "token",
    "no-subject": "token",
    "none": "token",
    "another-key": "token",
    "shared-secret": "token",
    "garbage": "token",
}


def test_no_lie_of_a_token_opens_anything_and_the_truth_does(
    house: House, provider: OpenidProvider, kari: Someone
) -> None:
    for lie in LIES:
        provider.lies(lie)
        answer = kari.come_back(kari.sign_in_there(kari.leave()))
        assert answer.status_code == 401, lie
        assert "vaka_session" not in kari.pages.cookies, lie
    assert refusals(house) == list(LIES.values())
    back = kari.sign_in_there(kari.leave())
    assert kari.come_back(back).headers["location"] == "/"
    assert house.rows("SELECT person, how FROM session")[0]["how"] == "directory"
    assert "Kari Nordmann" in kari.pages.get("/").text


def test_only_the_answer_to_this_browsers_own_question_counts_and_once(
    house: House, provider: OpenidProvider, kari: Someone
) -> None:
    used = kari.sign_in_there(kari.leave())
    code = parse_qs(urlsplit(used).query)["code"][0]
    assert kari.come_back(used).status_code == 303
    kari.pages.cookies.clear()
    for instead, why in (
        ({"state": "made-up"}, "state"),
        ({"iss": "https://login.example.org"}, "issuer"),
        ({"code": code}, "code"),
        ({"code": "made-up"}, "code"),
        ({"code": ""}, "denied"),
        ({"error": "access_denied"}, "denied"),
    ):
        back = kari.sign_in_there(kari.leave())
        assert kari.come_back(back, **instead).status_code == 401
        assert kari.come_back(back).status_code == 401, "each question is answered once"
        assert refusals(house)[-2:] == [why, "state"]
    back = kari.sign_in_there(kari.leave())
    nobodys = re.sub(r"&iss=[^&]+", "", back)
    assert nobodys != back
    assert kari.come_back(nobodys).status_code == 401
    assert refusals(house)[-1] == "issuer", "this provider says with each answer whose it is"
    back = kari.sign_in_there(kari.leave())
    kari.pages.cookies.delete("vaka_openid")
    assert kari.come_back(back).status_code == 401
    assert refusals(house)[-1] == "state"


def test_a_stranger_at_the_provider_is_nobody_here_and_nobody_is_made_of_them(
    house: House, kari: Someone
) -> None:
    people = len(house.site.people)
    stranger = Someone(kari.pages, "kari@example.org")
    answer = stranger.come_back(stranger.sign_in_there(stranger.leave()))
    assert answer.status_code == 401
    assert "ikke koblet til noen her" in answer.text
    assert refusals(house) == ["nobody"]
    assert len(house.site.people) == people
    assert house.rows("SELECT * FROM session") == []


def test_who_is_removed_at_the_house_is_out_at_once_and_comes_in_no_more(
    house: House, kari: Someone, sign_in: SignIn
) -> None:
    kari.come_back(kari.sign_in_there(kari.leave()))
    adm = sign_in("adm")
    ours = {"X-CSRF-Token": adm.get("/api/v1/session").json()["csrf"]}
    assert kari.pages.get("/").status_code == 200
    assert adm.delete("/api/v1/people/kari", headers=ours | {"If-Match": "*"}).status_code == 200
    assert kari.pages.get("/").status_code == 303
    assert house.rows("SELECT * FROM identity") == []
    kari.pages.cookies.clear()
    assert kari.come_back(kari.sign_in_there(kari.leave())).status_code == 401


def test_an_administrator_links_people_by_what_they_are_called_there(
    house: House, kari: Someone, provider: OpenidProvider, sign_in: SignIn
) -> None:
    adm = kari.pages
    form = {"person": "adm", "password": PASSWORD, "csrf": csrf_of(adm, "/sign-in")}
    adm.post("/sign-in", data=form)
    csrf = csrf_of(adm, "/people/sol")
    taken = adm.post("/people/sol/identity", data={"csrf": csrf, "subject": "sub-kari"})
    assert taken.status_code == 422
    assert "Den kontoen er en annens." in taken.text
    assert adm.post("/people/sol/identity", data={"csrf": csrf, "subject": " sub-siri "}).status_code == 303
    ours = {"X-CSRF-Token": adm.get("/api/v1/session").json()["csrf"]}
    assert adm.get("/api/v1/people/sol").json()["subject"] == "sub-siri"
    own = adm.put("/api/v1/people/adm/identity", headers=ours, json={"subject": "sub-alma"})
    assert own.status_code == 422, "nobody makes themselves somebody by typing"
    adm.cookies.clear()
    siri = Someone(adm, "sub-siri")
    assert siri.come_back(siri.sign_in_there(siri.leave())).status_code == 303
    assert identities.whose(house.connection, "solbakken", provider.issuer, "sub-siri") == "sol"
    with TestClient(create_app(settings_for(provider, house)), follow_redirects=False) as elsewhere:
        elsewhere.post(
            "/sign-in", data={"person": "adm", "password": PASSWORD, "csrf": csrf_of(elsewhere, "/sign-in")}
        )
        ours = {"X-CSRF-Token": elsewhere.get("/api/v1/session").json()["csrf"]}
        assert elsewhere.delete("/api/v1/people/sol/identity", headers=ours).status_code == 204
    assert siri.pages.get("/").status_code == 303, "whoever came in by it is out"


def test_while_the_provider_is_away_the_page_says_so_and_the_password_works(
    house: House, kari: Someone, provider: OpenidProvider
) -> None:
    back = kari.sign_in_there(kari.leave())
    provider.stop()
    answer = kari.come_back(back)
    assert answer.status_code == 503
    assert f"{NAME} svarer ikke nå. Logg inn med passord." in answer.text
    with TestClient(create_app(settings_for(provider, house)), follow_redirects=False) as fresh:
        csrf = csrf_of(fresh, "/sign-in")
        for _ in range(2):
            assert fresh.post("/sign-in/openid", data={"csrf": csrf}).status_code == 503
        form = {"person": "kari", "password": PASSWORD, "csrf": csrf}
        assert fresh.post("/sign-in", data=form).headers["location"] == "/"
        assert fresh.post("/sign-out", data={"csrf": csrf_of(fresh)}).headers["location"] == "/sign-in"


def test_new_keys_of_the_provider_are_fetched_when_they_are_needed(
    house: House, provider: OpenidProvider
) -> None:
    asked = Provider(settings_for(provider, house))
    at = house.now()

    def came(left: datetime, at: datetime) -> Said | Refused:
        begun = asked.ask(left)
        assert not isinstance(begun, Refused)
        address, flow = begun
        back = parse_qs(urlsplit(Someone(None, "sub-1").sign_in_there(address)).query)  # type: ignore[arg-type]
        return asked.answered(flow, back["state"][0], back["code"][0], back["iss"][0], "", at)

    assert came(at, at) == Said(provider.issuer, "sub-1")
    provider.stop()
    provider.start()  # with another key
    soon, later = at + timedelta(seconds=4), at + timedelta(seconds=11)
    assert came(soon, soon) == Refused("token"), "keys are asked for every ten seconds at most"
    assert came(soon, later) == Said(provider.issuer, "sub-1")


def test_nobody_is_sent_off_to_a_provider_that_has_just_gone(house: House, provider: OpenidProvider) -> None:
    asked, at = Provider(settings_for(provider, house)), house.now()
    assert not isinstance(asked.ask(at), Refused)
    provider.stop()
    assert asked.ask(at + timedelta(seconds=6)) == Refused("away")
    provider.start()
    assert asked.ask(at + timedelta(seconds=7)) == Refused("away"), "not asked again so soon"
    assert not isinstance(asked.ask(at + timedelta(seconds=17)), Refused)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"VAKA_OIDC_ISSUER": "http://login.example.org"}, "is no https address"),
        ({"VAKA_OIDC_ISSUER": "https://login.example.org/?x"}, "is no https address"),
        ({"VAKA_OIDC_ISSUER": "https://login.example.org"}, "VAKA_OIDC_CLIENT_ID is not"),
        (
            {"VAKA_OIDC_ISSUER": "https://login.example.org", "VAKA_OIDC_CLIENT_ID": "vaka"},
            "VAKA_WEB_ADDRESS is not",
        ),
    ],
)
def test_settings_that_would_not_be_safe_are_refused(said: dict[str, str], why: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(why)):
        read_settings(said)


@pytest.mark.browser
def test_in_a_browser_one_links_signs_in_hands_over_by_pin_and_signs_out_there_too(
    house: House, chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    with running_provider(f"http://127.0.0.1:{port}") as provider:
        settings = settings_for(provider, house)
        for name in ("web_address", "oidc_issuer", "oidc_client_id", "oidc_client_secret_file", "oidc_name"):
            monkeypatch.setenv(f"VAKA_{name.upper()}", str(getattr(settings, name)))
        with running(house, port):
            context = chromium.new_context(
                locale="nb-NO", viewport={"width": 390, "height": 844}, service_workers="block"
            )
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            complaints: list[str] = []
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on(
                "console",
                lambda said: (
                    complaints.append(f"{said.location['url']}: {said.text}")
                    if said.type == "error"
                    else None
                ),
            )
            links_and_signs_in(page, provider)
            lies_open_nothing(context, page, provider)
            hands_over_and_signs_out(house, page, provider)
            context.close()
            ours = [one for one in complaints if one.startswith(provider.pages)]
            assert [one for one in ours if "401 (Unauthorized)" not in one] == []  # the refusals themselves


def links_and_signs_in(page: Page, provider: OpenidProvider) -> None:
    pages = provider.pages
    page.goto(f"{pages}/sign-in")
    axe_finds_nothing(page)
    page.get_by_label("Brukernavn").fill("kari")
    page.get_by_label("Passord").fill(PASSWORD)
    page.get_by_label("Passord").press("Enter")
    page.wait_for_url(f"{pages}/")
    page.goto(f"{pages}/account")
    axe_finds_nothing(page)
    panel = page.locator("section", has=page.get_by_role("heading", name=NAME))
    panel.get_by_label("Passordet ditt").fill(PASSWORD)
    panel.get_by_role("button", name="Koble kontoen min").click()
    page.locator("input[name=login]").fill("sub-kari")
    page.locator("input[name=password]").fill("x")
    page.get_by_role("button").first.click()
    expect(page.get_by_text("Kontoen din er koblet.")).to_be_visible()
    expect(page).to_have_url(re.compile(re.escape(f"{pages}/account")))
    sign_out(page, pages)
    page.get_by_role("button", name=f"Bruk {NAME}").click()
    page.wait_for_url(f"{pages}/")
    page.goto(f"{pages}/account")
    expect(page.get_by_text("Passordet ditt")).to_have_count(0)  # only now signed in: nothing is asked
    pin = page.locator("form[action='/account/pin']")
    pin.locator("[name=pin]").fill("2847")
    pin.locator("[name=again]").fill("2847")
    pin.get_by_role("button").click()
    expect(page.get_by_text("PIN er lagret").or_(page.get_by_text("Du har en PIN"))).to_be_visible()


def sign_out(page: Page, pages: str) -> None:
    page.goto(f"{pages}/")
    page.locator(".menu > summary").click()
    page.get_by_role("button", name="Logg ut").click()


def lies_open_nothing(context: BrowserContext, page: Page, provider: OpenidProvider) -> None:
    pages = provider.pages
    context.clear_cookies(domain="127.0.0.1")  # nobody is signed in here, and Kari still is there
    lies = ("nonce", "expired", "none", "audience", "state-in-answer", "issuer-in-answer", "used-code")
    for lie in lies:
        provider.lies(lie)
        page.goto(f"{pages}/sign-in")
        page.get_by_role("button", name=f"Bruk {NAME}").click()
        expect(page.get_by_role("alert")).to_contain_text("Innloggingen ble ikke godtatt")
    axe_finds_nothing(page)


def hands_over_and_signs_out(house: House, page: Page, provider: OpenidProvider) -> None:
    pages = provider.pages
    page.goto(f"{pages}/sign-in")
    page.locator("input[name=shared]").check()
    page.get_by_role("button", name=f"Bruk {NAME}").click()
    page.locator("input[name=login]").fill("sub-kari")  # asked anew: the screen is shared
    page.locator("input[name=password]").fill("x")
    page.get_by_role("button").first.click()
    page.wait_for_url(f"{pages}/")
    assert newest(house) == ("directory", "shared")
    page.goto(f"{pages}/switch")
    page.get_by_text("Kari Nordmann").first.click()
    for digit in "2847":
        page.get_by_role("button", name=digit, exact=True).click()
    page.locator("form button.do").click()
    page.wait_for_url(f"{pages}/")
    assert newest(house) == ("pin", "shared")
    page.goto(f"{pages}/sign-in")
    page.get_by_role("button", name=f"Bruk {NAME}").click()
    page.locator("input[name=login]").fill("sub-kari")
    page.locator("input[name=password]").fill("x")
    page.get_by_role("button").first.click()
    page.wait_for_url(f"{pages}/")
    held_back: list[int] = []

    def answered_after_the_boards_stream_has_ended(route: Route) -> None:
        """The board hears first that its session is over: it must not call back who is leaving."""
        with page.expect_event("requestfinished", lambda done: done.url.endswith("/live")):
            answer = route.fetch()
        held_back.append(answer.status)
        route.fulfill(response=answer)

    page.route("**/sign-out", answered_after_the_boards_stream_has_ended)
    sign_out(page, pages)
    page.wait_for_url(f"{provider.issuer}/session/end*")
    assert held_back == [200]
    page.locator("button[value=yes]").click()
    page.wait_for_url(f"{pages}/sign-in*")
    page.get_by_role("button", name=f"Bruk {NAME}").click()
    expect(page.locator("input[name=login]")).to_be_visible()  # nobody is signed in there any more


def newest(house: House) -> tuple[str, str]:
    """Of the sessions: how and at what kind of screen."""
    (row, *_) = house.rows("SELECT how, kind FROM session ORDER BY started_at DESC")
    return row["how"], row["kind"]


@pytest.mark.parametrize(
    "keys",
    [b"5", b"[" * 200_000, b'{"keys": 5}', b'{"keys": [5]}', b'{"keys": [{}]}', b'{"keys": [{"kty": 5}]}'],
)
def test_a_provider_whose_keys_are_none_is_away(house: House, keys: bytes) -> None:
    class Strange(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(keys if self.path == "/keys" else json.dumps(document).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Strange) as server:
        issuer = f"http://127.0.0.1:{server.server_port}"
        document = {"issuer": issuer, "jwks_uri": f"{issuer}/keys"}
        document |= {f"{which}_endpoint": f"{issuer}/{which}" for which in ("authorization", "token")}
        Thread(target=server.serve_forever, daemon=True).start()
        settings = Settings(data=house.data, web_address=issuer, oidc_issuer=issuer, oidc_client_id="vaka")
        assert Provider(settings).ask(house.now()) == Refused("away")
        server.shutdown()


def test_a_provider_that_says_a_letter_now_and_then_is_away_and_holds_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid, "TIMEOUT_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as dripping:
        issuer = f"http://127.0.0.1:{dripping.getsockname()[1]}"
        provider = Provider(
            Settings(data=house.data, web_address=issuer, oidc_issuer=issuer, oidc_client_id="vaka")
        )
        said: list[object] = []
        asking = Thread(target=lambda: said.append(provider.ask(house.now())), daemon=True)
        asking.start()
        taken, _ = dripping.accept()
        until = monotonic() + PATIENCE
        with taken, suppress(OSError):
            taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
            while asking.is_alive() and monotonic() < until:
                taken.sendall(b" ")
                asking.join(0.05)
        asking.join(PATIENCE)
        assert said == [Refused("away")]


def test_a_provider_that_never_comes_to_an_end_holds_a_few_threads_and_not_the_boards(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid, "TIMEOUT_S", 3600)  # whoever waits at all waits for the whole test
    said: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        issuer = f"http://127.0.0.1:{silent.getsockname()[1]}"
        provider = Provider(
            Settings(data=house.data, web_address=issuer, oidc_issuer=issuer, oidc_client_id="vaka")
        )
        asking = [
            Thread(target=lambda: said.append(provider.ask(house.now())), daemon=True) for _ in range(20)
        ]
        for one in asking:
            one.start()
        taken, _ = silent.accept()
        with taken:
            until = monotonic() + PATIENCE
            while len(said) < 20 - AT_ONCE and monotonic() < until:
                asking[0].join(0.05)
            assert said == [Refused("away")] * (20 - AT_ONCE)
    for one in asking:  # it hung up: nobody is held any longer
        one.join(PATIENCE)
    assert said == [Refused("away")] * 20
