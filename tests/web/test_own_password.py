"""One's own password, changed by who knows the old one: staff and relatives, on their page and by call."""

import json

import pytest
from starlette.testclient import TestClient

from dashboards.account.password import fault_of
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import PASSWORD, House
from tests.web.relatives import EMAIL, relative_of

NEW = "et helt nytt passord"


def enter(client: TestClient, person: str, password: str) -> int:
    form = {"person": person, "password": password, "csrf": csrf_of(client, "/sign-in")}
    return client.post("/sign-in", data=form).status_code


def change(client: TestClient, page: str, **said: str) -> tuple[int, str]:
    form = {"password": PASSWORD, "new": NEW, "again": NEW, "csrf": csrf_of(client, page)} | said
    path = "/account/password" if page == "/account" else "/relative/password"
    answer = client.post(path, data=form)
    return answer.status_code, answer.text


@pytest.mark.parametrize(("person", "page"), [("kari", "/account"), (EMAIL, "/relative/settings")])
def test_with_a_new_password_only_this_session_goes_on_and_only_the_new_one_opens(
    house: House, sign_in: SignIn, visitor: TestClient, person: str, page: str
) -> None:
    relative_of(house)
    here, elsewhere = sign_in(person), sign_in(person)
    secret = here.cookies["vaka_session"]
    assert change(here, page)[0] == 303
    assert here.get(page).status_code == 200
    assert here.cookies["vaka_session"] != secret, "who had a copy of this session has nothing"
    assert elsewhere.get(page).status_code in (303, 401)
    assert (enter(visitor, person, PASSWORD), enter(visitor, person, NEW)) == (401, 303)
    last = house.rows("SELECT by, detail FROM audit WHERE what = 'password set' ORDER BY seq")[-1]
    assert last["by"] == json.loads(last["detail"])["person"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"password": "wrong"}, "Feil passord."),
        ({"new": "kort", "again": "kort"}, "Passordet må ha minst 10 tegn."),
        ({"again": "et annet passord"}, "De to passordene er ulike."),
    ],
)
@pytest.mark.parametrize(("person", "page"), [("kari", "/account"), (EMAIL, "/relative/settings")])
def test_what_makes_no_password_is_said_and_changes_nothing(
    house: House, sign_in: SignIn, person: str, page: str, said: dict[str, str], words: str
) -> None:
    relative_of(house)
    browser, elsewhere = sign_in(person), sign_in(person)
    status, text = change(browser, page, **said)
    assert (status, words in text) == (422, True), text
    assert NEW not in text
    assert elsewhere.get(page).status_code == 200
    assert not house.rows("SELECT 1 FROM audit WHERE what = 'password set' AND by IS NOT NULL")


def test_guessing_at_the_old_one_is_slowed_down(sign_in: SignIn) -> None:
    kari = sign_in("kari")
    for _ in range(3):
        assert "Feil passord." in change(kari, "/account", password="wrong")[1]
    assert "Vent et minutt" in change(kari, "/account")[1]


def test_the_same_by_call_and_a_link_that_waited_opens_nothing_any_more(
    house: House, sign_in: SignIn, visitor: TestClient
) -> None:
    relative_of(house)
    adm = sign_in("adm")
    ours = {"X-CSRF-Token": adm.get("/api/v1/session").json()["csrf"]}
    link = adm.post("/api/v1/people/kari/password-link", headers=ours).json()["link"]
    kari, marit = sign_in("kari"), sign_in(EMAIL)
    for browser, session, path in (
        (kari, "/api/v1/session", "/api/v1/account/password"),
        (marit, "/api/v1/relative", "/api/v1/relative/password"),
    ):
        ours = {"X-CSRF-Token": browser.get(session).json()["csrf"]}
        refused = browser.put(path, headers=ours, json={"new": "kort", "password": PASSWORD})
        assert (refused.status_code, refused.json()["reason"]) == (422, "short")
        assert browser.put(path, headers=ours, json={"new": NEW, "password": PASSWORD}).status_code == 204
        assert browser.get(session).status_code == 200
    assert visitor.get(link.removeprefix("http://testserver")).status_code == 404


def test_who_chose_a_password_by_a_link_is_told_so_where_they_sign_in(
    house: House, sign_in: SignIn, visitor: TestClient
) -> None:
    adm = sign_in("adm")
    ours = {"X-CSRF-Token": adm.get("/api/v1/session").json()["csrf"]}
    link = adm.post("/api/v1/people/nord/password-link", headers=ours).json()["link"]
    path = link.removeprefix("http://testserver")
    assert '<html lang="en"' in visitor.get(path).text, "Nils has English in the site file"
    form = {"csrf": csrf_of(visitor, path), "password": NEW, "again": NEW}
    answer = visitor.post(path, data=form)
    assert answer.headers["location"] == "/sign-in?notice=chosen"
    assert "Your password is chosen. Sign in with it." in visitor.get(answer.headers["location"]).text
    assert "This link is good no more" in visitor.get(path).text, "the used link goes on in his language"
    assert "Your password is chosen" not in visitor.get("/sign-in").text


EASY = (
    "passordpassord",
    "Sommer2026!",
    "p4ssw0rd2026",
    "aaaaaaaaaaaa",
    "1234567890",
    "qwertyuiop",
    "abcabcabcabc",
    "qwertyuiopas",
    "Vinter2026Vinter",
)


@pytest.mark.parametrize("easy", EASY)
def test_a_password_that_others_try_first_is_refused_wherever_one_is_chosen(
    house: House, sign_in: SignIn, visitor: TestClient, easy: str
) -> None:
    relative_of(house)
    adm = sign_in("adm")
    ours = {"X-CSRF-Token": adm.get("/api/v1/session").json()["csrf"]}
    link = adm.post("/api/v1/people/sol/password-link", headers=ours).json()["link"]
    path = link.removeprefix("http://testserver")
    form = {"csrf": csrf_of(visitor, path), "password": easy, "again": easy}
    refused = visitor.post(path, data=form)
    assert (refused.status_code, "Passordet er lett å gjette. Velg et annet." in refused.text) == (422, True)
    for person, page in (("kari", "/account"), (EMAIL, "/relative/settings")):
        status, text = change(sign_in(person), page, new=easy, again=easy)
        assert (status, "Passordet er lett å gjette. Velg et annet." in text) == (422, True), page
    assert visitor.post(path, data={**form, "password": NEW, "again": NEW}).status_code == 303


@pytest.mark.parametrize(
    "password", [NEW, PASSWORD, "sommerfugl i juni", "9f2k7x1q0z", "kattenimitthus", "🦉 ugle i mosen"]
)
def test_a_password_of_ones_own_is_no_common_one(password: str) -> None:
    assert fault_of(password, password, "kari") == ""


def test_a_password_that_holds_ones_own_user_name_is_refused_wherever_one_is_chosen(
    house: House, sign_in: SignIn, visitor: TestClient
) -> None:
    relative_of(house)
    adm = sign_in("adm")
    ours = {"X-CSRF-Token": adm.get("/api/v1/session").json()["csrf"]}
    made = adm.post("/api/v1/people/sol/password-link", headers=ours).json()["link"]
    path, words = made.removeprefix("http://testserver"), "Passordet er lett å gjette. Velg et annet."
    form = {"csrf": csrf_of(visitor, path), "password": "en blid S0L i uka", "again": "en blid S0L i uka"}
    assert words in visitor.post(path, data=form).text
    for person, page, call in (
        ("kari", "/account", "/api/v1/account/password"),
        (EMAIL, "/relative/settings", "/api/v1/relative/password"),
    ):
        own = f"hos {person.partition('@')[0].upper()} i huset"
        browser = sign_in(person)
        assert words in change(browser, page, new=own, again=own)[1], page
        csrf = {"X-CSRF-Token": csrf_of(browser, page)}
        refused = browser.put(call, headers=csrf, json={"new": own, "password": PASSWORD})
        assert (refused.status_code, refused.json()["reason"]) == (422, "easy"), call
    assert fault_of("to bokstaver er ingenting", "to bokstaver er ingenting", "bo") == ""
