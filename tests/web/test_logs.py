"""What is written to the log, at any level, names nobody and gives nothing away: the main journeys are gone
through with every logger at its most talkative, and then all that was said is searched.
"""

import logging
import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from starlette.testclient import TestClient

from dashboards.app import create_app
from hub.relatives import invitations
from hub.settings import Settings
from tests.openid_server import OpenidProvider, running_provider
from tests.servers import free_port
from tests.ways.receivers import mail_server
from tests.web.conftest import csrf_of
from tests.web.house import PASSWORD, House, hub_tries
from tests.web.relatives import EMAIL, relative_of
from tests.web.test_every_route import WITH_ALL_ROLES
from tests.web.test_openid import Someone, settings_for

NAMES = (
    "Anna",
    "Haugen",
    "Olav Bakke",
    "Solvang",
    "Sverre",
    "Kari Nordmann",
    "Siri Solberg",
    "Marit",
    EMAIL,
    "kari@example.org",
)
NOT_OURS = ("httpx2", "httpcore2", "mail.", "aiosmtpd")
"""The browser of these tests, which writes down where it goes, and their mail server."""
AT_THE_PROVIDER = re.compile(r'"GET /(auth|interaction)')
"""The browser of these tests there, by the library that Vaka asks the provider with too."""
NEW_PASSWORD, WRONG = "another correct battery", "wrong-password-of-somebody"


class Journey:
    """What somebody does in the browser; `secrets`: all that was typed or shown and is nobody else's."""

    def __init__(self, house: House, settings: Settings) -> None:
        self.house, self.secrets = house, {PASSWORD, NEW_PASSWORD, WRONG}
        self.browser = TestClient(create_app(settings), follow_redirects=False, raise_server_exceptions=False)

    def post(self, path: str, page: str, **form: str) -> str:
        answer = self.browser.post(path, data={"csrf": csrf_of(self.browser, page), **form})
        assert answer.status_code < 400 or form.get("password") == WRONG, (path, answer.status_code)
        return answer.text

    def enter(self, person: str, password: str = PASSWORD) -> None:
        self.browser.cookies.clear()
        self.post("/sign-in", "/sign-in", person=person, password=password)
        self.keep_cookies()

    def keep_cookies(self) -> None:
        for name in ("vaka_session", "vaka_half", "vaka_device", "vaka_openid"):
            with suppress(KeyError):
                self.secrets |= set(self.browser.cookies[name].split("."))

    @property
    def ours(self) -> dict[str, str]:
        return {"X-CSRF-Token": self.browser.get("/api/v1/session").json()["csrf"]}


def sign_in_in_every_way(journey: Journey, provider: OpenidProvider) -> None:
    journey.enter("kari", WRONG)
    journey.enter("kari")
    journey.post("/account/pin", "/account", pin="284719", again="284719", password=PASSWORD)
    begun = journey.browser.post("/api/v1/account/app", headers=journey.ours).json()
    app = pyotp.TOTP(begun["secret"])
    confirmed = {"code": app.now(), "password": PASSWORD}
    done = journey.browser.put(f"/api/v1/account/app/{begun['name']}", headers=journey.ours, json=confirmed)
    codes = done.json()["recovery_codes"]
    journey.secrets |= {"284719", begun["secret"], *codes}
    journey.enter("kari")
    journey.post("/sign-in/code", "/sign-in/code", code=codes[0])
    journey.keep_cookies()
    off = {"password": PASSWORD}
    assert (
        journey.browser.post("/api/v1/account/app/switch-off", headers=journey.ours, json=off).status_code
        == 204
    )
    journey.enter("adm")
    journey.post("/people/sol/identity", "/people/sol", subject="sub-siri")
    link = re.search(r"/choose-password/([\w-]+)", journey.post("/people/sol/link", "/people/sol"))
    assert link is not None
    journey.secrets.add(link[1])
    page = f"/choose-password/{link[1]}"
    journey.browser.cookies.clear()
    journey.post(page, page, password=NEW_PASSWORD, again=NEW_PASSWORD)
    journey.enter("sol", NEW_PASSWORD)
    journey.browser.cookies.clear()
    siri = Someone(journey.browser, "sub-siri")
    provider.lies("garbage")
    assert siri.come_back(siri.sign_in_there(siri.leave())).status_code == 401
    back = siri.sign_in_there(siri.leave())
    journey.keep_cookies()
    journey.secrets |= {parse_qs(urlsplit(back).query)[name][0] for name in ("code", "state")}
    assert siri.come_back(back).status_code == 303
    assert siri.come_back(back).status_code == 401


def work_as_everybody(journey: Journey) -> None:
    house = journey.house
    alert = house.night_exit("2A").id
    journey.enter("kari")
    for path in (
        "/",
        "/care/residents",
        "/care/residents/r1",
        f"/alerts/{alert}",
        "/care/handover",
        "/care/duty",
    ):
        assert journey.browser.get(path).status_code == 200, path
    journey.post(f"/alerts/{alert}/accept", "/")
    for kind, address in (
        ("email", "kari@example.org"),
        ("webhook", "https://hooks.example.org/T0/secret-hook"),
    ):
        with suppress(AssertionError):
            journey.post("/contacts/kari", "/contacts", way=kind, address=address)
    journey.secrets.add("secret-hook")
    tried = re.findall(r'id="tried-([0-9a-f]+)"', journey.browser.get("/contacts").text)
    assert tried
    for one in tried[:1]:
        journey.post(f"/contacts/kari/{one}/test", "/contacts")
    journey.enter("leder")
    for path in ("/audit", "/audit/residents/r1", "/keeping", "/care/relatives"):
        journey.browser.get(path)
    assert journey.browser.get("/keeping/residents/r1/export.zip").status_code == 200
    marit = relative_of(house, came_in=False)
    invited = invitations.invite(house.connection, marit, "", False, "leder", house.now()).link
    page = f"/invited/{invited.rpartition('/')[2]}"
    journey.secrets.add(invited.rpartition("/")[2])
    journey.browser.cookies.clear()
    journey.post(page, page, password=NEW_PASSWORD, again=NEW_PASSWORD)
    journey.keep_cookies()
    assert journey.browser.get("/relative").status_code == 200


def be_a_program(journey: Journey) -> None:
    from tests.web.test_integrations import token_of

    token = token_of(journey.house, "carer", reads_only=True)
    journey.secrets.add(token)
    journey.browser.cookies.clear()
    for bearer in (token, f"{token}x", "Bearer"):
        journey.browser.get("/api/v1/alerts", headers={"Authorization": f"Bearer {bearer}"})


def break_it(journey: Journey) -> None:
    """Our own mistakes are logged with what is wrong, and without what was typed."""
    journey.house.connection.execute("ALTER TABLE credential RENAME TO credential_gone")
    journey.browser.cookies.clear()
    form = {"person": "kari", "password": PASSWORD, "csrf": csrf_of(journey.browser, "/sign-in")}
    assert journey.browser.post("/sign-in", data=form).status_code == 500


def test_no_secret_and_no_name_is_in_any_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    house = House(tmp_path, WITH_ALL_ROLES)
    house.hub_says()
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(logging.DEBUG)
    with running_provider(f"http://127.0.0.1:{free_port()}") as provider, mail_server() as (mailbox, port):
        mail = {"smtp": f"smtp://127.0.0.1:{port}", "smtp_from": "vaka@example.org"}
        house.settings = settings_for(provider, house).model_copy(update=mail)
        journey = Journey(house, house.settings)
        journey.secrets.add(provider.secret)
        with journey.browser, hub_tries(house):
            sign_in_in_every_way(journey, provider)
            work_as_everybody(journey)
            be_a_program(journey)
            break_it(journey)
        assert mailbox.taken, "a message was sent"
    house.connection.close()
    said = [
        r
        for r in caplog.records
        if not r.name.startswith(NOT_OURS) and not AT_THE_PROVIDER.search(r.getMessage())
    ]
    text = "\n".join(caplog.handler.format(record) for record in said)
    captured = capfd.readouterr()
    everything = f"{text}\n{captured.out}\n{captured.err}"
    assert any(record.name == "dashboards.sign_in.openid" for record in said), "the loggers did talk"
    told = [secret for secret in journey.secrets if len(secret) > 5 and secret in everything]
    assert told == []
    assert [name for name in NAMES if name in everything] == []
