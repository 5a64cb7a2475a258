"""Codes of an app and passkeys: switched on by their person alone, asked for where a role needs one."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import cbor2
import pyotp
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient
from webauthn.helpers import bytes_to_base64url

from dashboards.app import create_app
from hub.settings import Settings
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import PASSWORD, House, Web
from tests.web.test_browser import axe_finds_nothing


class Account:
    """One's own account by the calls."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.headers = {"X-CSRF-Token": client.get("/api/v1/session").json()["csrf"]}

    def switch_on(self, password: str = PASSWORD) -> tuple[pyotp.TOTP, list[str]]:
        begun = self.client.post("/api/v1/account/app", headers=self.headers).json()
        app = pyotp.TOTP(begun["secret"])
        body = {"code": app.now(), "password": password}
        done = self.client.put(f"/api/v1/account/app/{begun['name']}", headers=self.headers, json=body)
        assert done.status_code == 200, done.text
        return app, done.json()["recovery_codes"]


def password_of(client: TestClient, person: str) -> str:
    form = {"person": person, "password": PASSWORD, "csrf": csrf_of(client, "/sign-in")}
    return client.post("/sign-in", data=form).headers["location"]


def code_of(client: TestClient, code: str) -> int:
    form = {"code": code, "csrf": csrf_of(client, "/sign-in/code")}
    return client.post("/sign-in/code", data=form).status_code


def next_code(house: House, app: pyotp.TOTP) -> str:
    """As if the code that confirmed it were long past."""
    house.connection.execute("UPDATE totp SET last_step = 0")
    return app.now()


def test_with_an_app_the_password_alone_opens_nothing(
    house: House, sign_in: SignIn, visitor: TestClient
) -> None:
    app, _ = Account(sign_in("kari")).switch_on()
    assert password_of(visitor, "kari") == "/sign-in/code"
    assert visitor.get("/").status_code == 303
    assert code_of(visitor, "000000") == 401
    assert code_of(visitor, next_code(house, app)) == 303
    assert visitor.get("/").status_code == 200
    assert house.rows("SELECT how FROM session ORDER BY started_at DESC")[0]["how"] == "code"


def test_a_code_counts_once(house: House, sign_in: SignIn, visitor: TestClient) -> None:
    app, _ = Account(sign_in("kari")).switch_on()
    password_of(visitor, "kari")
    code = next_code(house, app)
    assert code_of(visitor, code) == 303
    other = TestClient(create_app(house.settings, house.clock), follow_redirects=False)
    password_of(other, "kari")
    assert code_of(other, code) == 401


def test_a_recovery_code_opens_once_and_is_kept_as_a_hash(
    house: House, sign_in: SignIn, visitor: TestClient
) -> None:
    _, codes = Account(sign_in("kari")).switch_on()
    assert len(set(codes)) == 8
    password_of(visitor, "kari")
    assert code_of(visitor, codes[0].upper()) == 303
    password_of(visitor, "kari")
    assert code_of(visitor, codes[0]) == 401
    kept = b"".join(bytes(row["code_hash"]) for row in house.rows("SELECT code_hash FROM recovery_code"))
    assert codes[1].replace("-", "").encode() not in kept


def test_the_secret_lies_encrypted_and_a_database_without_its_key_makes_no_codes(
    house: House, sign_in: SignIn, visitor: TestClient
) -> None:
    app, codes = Account(sign_in("kari")).switch_on()
    kept = bytes(house.rows("SELECT secret FROM totp")[0]["secret"])
    assert app.secret.encode() not in kept
    key = house.data / "sign-in.key"
    assert key.stat().st_mode & 0o077 == 0
    key.unlink()
    password_of(visitor, "kari")
    assert code_of(visitor, next_code(house, app)) == 401
    assert code_of(visitor, codes[0]) == 303


def test_guessing_codes_is_slowed_down(sign_in: SignIn, visitor: TestClient) -> None:
    Account(sign_in("kari")).switch_on()
    password_of(visitor, "kari")
    assert [code_of(visitor, f"00000{n}") for n in range(4)] == [401, 401, 401, 429]


def test_who_has_the_password_guesses_codes_from_many_addresses_no_faster(
    house: House, sign_in: SignIn
) -> None:
    browser = sign_in("kari")
    app, _ = Account(browser).switch_on()
    said = []
    for number in range(6):
        address = (f"203.0.113.{number}", 4000)
        guesser = TestClient(browser.app, follow_redirects=False, client=address)
        assert password_of(guesser, "kari") == "/sign-in/code"
        said.append(code_of(guesser, "000000"))
    assert said == [401, 401, 401, 429, 429, 429]
    browser.cookies.delete("vaka_session")
    password_of(browser, "kari")
    assert code_of(browser, next_code(house, app)) == 303, "her own browser notices nothing"


def test_an_app_is_switched_on_and_off_with_the_password_and_others_are_signed_out(
    house: House, sign_in: SignIn
) -> None:
    kari, elsewhere = sign_in("kari"), sign_in("kari")
    account = Account(kari)
    begun = kari.post("/api/v1/account/app", headers=account.headers).json()
    code = pyotp.TOTP(begun["secret"]).now()
    path = f"/api/v1/account/app/{begun['name']}"
    wrong = {"code": code, "password": "wrong"}
    assert kari.put(path, headers=account.headers, json=wrong).status_code == 422
    assert (
        kari.put(path, headers=account.headers, json={"code": "000000", "password": PASSWORD}).status_code
        == 422
    )
    before = kari.cookies["vaka_session"]
    account.switch_on()
    assert kari.cookies["vaka_session"] != before, "the session's secret changes with what it may do"
    assert elsewhere.get("/").status_code == 303
    off = "/api/v1/account/app/switch-off"
    assert kari.post(off, headers=account.headers, json={"password": "wrong"}).status_code == 422
    assert kari.post(off, headers=account.headers, json={"password": PASSWORD}).status_code == 204
    assert house.rows("SELECT * FROM totp") == house.rows("SELECT * FROM recovery_code") == []


@pytest.fixture
def strict(house: House) -> Iterator[TestClient]:
    settings = Settings(data=house.data, second_factor_for="carer administrator")
    with TestClient(create_app(settings), follow_redirects=False) as client:
        yield client


def test_a_role_that_needs_a_second_factor_gets_nowhere_before_it_is_added(
    house: House, strict: TestClient
) -> None:
    house.night_exit()
    password_of(strict, "kari")
    assert strict.get("/").headers["location"] == "/account"
    assert strict.get("/api/v1/alerts").status_code == 403
    assert "Rollen din krever" in strict.get("/account").text
    Account(strict).switch_on()
    assert "Anna Haugen" in strict.get("/").text


def test_who_needs_a_second_factor_takes_over_no_screen_by_pin(house: House, strict: TestClient) -> None:
    form = {"person": "sol", "password": PASSWORD, "csrf": csrf_of(strict, "/sign-in"), "shared": "yes"}
    strict.post("/sign-in", data=form)
    pin = {"csrf": csrf_of(strict, "/account"), "pin": "2847", "again": "2847", "password": PASSWORD}
    assert strict.post("/account/pin", data=pin).status_code == 303
    assert "Siri Solberg" not in strict.get("/switch").text
    form = {"person": "sol", "pin": "2847", "csrf": csrf_of(strict, "/account")}
    assert strict.post("/switch", data=form).status_code == 401


def test_a_passkeys_answer_to_nobodys_challenge_opens_nothing(visitor: TestClient) -> None:
    ours = {"X-CSRF-Token": csrf_of(visitor, "/sign-in")}
    asked = visitor.post("/api/v1/session/passkey/challenge", headers=ours).json()
    assert asked["options"]["userVerification"] == "required"
    made_up = {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}}
    for name in (asked["name"], "made-up"):
        body = {"name": name, "answer": made_up}
        assert visitor.post("/api/v1/session/passkey", headers=ours, json=body).status_code == 401


def made_key(options: dict[str, Any], origin: str) -> dict[str, Any]:
    """What a device answers that makes a key for this challenge, without any proof of what it is."""
    key = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    cose = {1: 2, 3: -7, -1: 1, -2: key.x.to_bytes(32, "big"), -3: key.y.to_bytes(32, "big")}
    host = urlsplit(origin).hostname or ""
    said = hashlib.sha256(host.encode()).digest() + b"\x45" + bytes(4 + 16) + b"\0\x10" + b"vaka" * 4
    attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": said + cbor2.dumps(cose)})
    client = {"type": "webauthn.create", "challenge": options["challenge"], "origin": origin}
    id = bytes_to_base64url(b"vaka" * 4)
    answer = {
        "clientDataJSON": bytes_to_base64url(json.dumps(client).encode()),
        "attestationObject": bytes_to_base64url(attested),
    }
    return {"id": id, "rawId": id, "type": "public-key", "response": answer}


def test_an_open_screen_adds_no_passkey_without_the_password(house: House, sign_in: SignIn) -> None:
    """Not by the challenge that anybody is given to sign in with, nor by one of another session."""
    kari, elsewhere, sol = Account(sign_in("kari")), Account(sign_in("kari")), Account(sign_in("sol"))
    proof = {"password": PASSWORD}
    at = "/api/v1/account/passkeys"

    def asked(by: Account, path: str, **body: str) -> dict[str, Any]:
        answer = by.client.post(path, headers=by.headers, json=body)
        assert answer.status_code == 200
        found = answer.json()
        assert isinstance(found, dict)
        return found

    def added(by: Account, waiting: dict[str, Any]) -> int:
        body = {"name": waiting["name"], "made": made_key(waiting["options"], "http://testserver")}
        return by.client.post(at, headers=by.headers, json=body).status_code

    for_anybody = asked(kari, "/api/v1/session/passkey/challenge")
    assert added(kari, for_anybody) == 422
    assert added(kari, asked(elsewhere, f"{at}/challenge", **proof)) == 422
    assert added(kari, asked(sol, f"{at}/challenge", **proof)) == 422
    assert house.rows("SELECT 1 FROM passkey") == []
    assert added(kari, asked(kari, f"{at}/challenge", **proof)) == 204
    assert [row[0] for row in house.rows("SELECT person FROM passkey")] == ["kari"]


@pytest.mark.browser
def test_a_passkey_is_made_used_and_removed_in_a_real_browser(
    house: House, web: Web, chromium: Browser, tmp_path: Path
) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="nb-NO")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    cdp = context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
    device = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    address = web.address.replace("127.0.0.1", "localhost")
    page.goto(f"{address}/sign-in")
    axe_finds_nothing(page)
    page.get_by_label("Brukernavn").fill("kari")
    page.get_by_label("Passord").fill(PASSWORD)
    page.get_by_label("Passord").press("Enter")
    page.goto(f"{address}/account")
    axe_finds_nothing(page)
    form = page.locator("#new-passkey")
    form.get_by_label("Hva den skal hete").fill("mobilen")
    form.get_by_label("Passordet ditt").fill("wrong")
    form.get_by_role("button").click()
    expect(form.locator(".fault")).to_have_text("Feil passord.")
    form.get_by_label("Passordet ditt").fill(PASSWORD)
    form.get_by_role("button").click()
    expect(page.get_by_text("mobilen").first).to_be_visible()
    assert house.rows("SELECT how FROM session WHERE ended_at IS NULL")[0]["how"] == "passkey"

    page.goto(f"{address}/")
    page.locator(".menu > summary").click()
    page.get_by_role("button", name="Logg ut").click()
    page.get_by_role("button", name="Bruk passnøkkel").click()
    expect(page.locator("#open, .calm").first).to_be_attached()
    expect(page).to_have_url(f"{address}/")
    uses = house.rows("SELECT uses FROM passkey")[0]["uses"]
    assert uses > 0

    house.connection.execute("UPDATE passkey SET uses = uses + 100")  # a copy has been used elsewhere
    page.locator(".menu > summary").click()
    page.get_by_role("button", name="Logg ut").click()
    page.get_by_role("button", name="Bruk passnøkkel").click()
    expect(page.locator("#passkey-says")).to_be_visible()
    house.connection.execute("UPDATE passkey SET uses = uses - 100")
    cdp.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.get_by_role("button", name="Bruk passnøkkel").click()
    expect(page.locator("#passkey-says")).to_be_visible()
    cdp.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
    page.get_by_role("button", name="Bruk passnøkkel").click()
    expect(page).to_have_url(f"{address}/")

    page.goto(f"{address}/account")
    page.locator(".item .fold summary").click()
    item = page.locator(".item .fold")
    item.get_by_label("Passordet ditt").fill(PASSWORD)
    item.get_by_role("button").click()
    expect(page.get_by_text("Passnøkkelen er fjernet.")).to_be_visible()
    assert house.rows("SELECT * FROM passkey") == []
    said = [
        json.loads(row["detail"]) for row in house.rows("SELECT detail FROM audit WHERE what = 'signed in'")
    ]
    assert [one["how"] for one in said] == ["password", "passkey", "passkey"]
    assert problems == []
    context.close()
