"""By which ways people are called, by calls: one's own, and others' for who may; secrets are never told
again.
"""

from starlette.testclient import TestClient

from hub.store import contacts
from tests.web.conftest import SignIn
from tests.web.house import House

URL = "/api/v1/contacts"
TOKEN = "a" * 30


def headers(browser: TestClient) -> dict[str, str]:
    return {"X-CSRF-Token": browser.get("/api/v1/session").json()["csrf"]}


def ways(browser: TestClient, person: str) -> list[tuple[str, str]]:
    people = {one["person"]: one for one in browser.get(URL).json()["people"]}
    return [(one["way"], one["address"]) for one in people[person]["contacts"]]


def test_somebody_adds_orders_and_removes_their_own_ways(house: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    ours = headers(kari)
    for way, address in (("email", "kari@example.org"), ("pager", "pager-7")):
        assert (
            kari.post(f"{URL}/kari", json={"way": way, "address": address}, headers=ours).status_code == 201
        )
    (kari_now,) = kari.get(URL).json()["people"]
    pager = next(one["id"] for one in kari_now["contacts"] if one["way"] == "pager")
    assert kari.post(f"{URL}/kari/{pager}/first", headers=ours).status_code == 204
    assert ways(kari, "kari") == [("pager", "pager-7"), ("email", "kari@example.org")]
    assert kari.delete(f"{URL}/kari/{pager}", headers=ours).status_code == 204
    assert ways(kari, "kari") == [("email", "kari@example.org")]
    told = [row["what"] for row in house.rows("SELECT what FROM audit WHERE what LIKE 'contact%'")]
    assert told == ["contact added", "contact added", "contact put first", "contact removed"]
    assert not house.rows("SELECT 1 FROM audit WHERE detail LIKE '%example.org%'")


def test_quiet_hours_are_kept_and_what_makes_no_sense_is_refused_with_a_sentence(
    house: House, sign_in: SignIn
) -> None:
    kari = sign_in("kari")
    at, ours = f"{URL}/kari/preferences", headers(kari)
    said = {"quiet": "22:00-07:00", "gathered_for": "10 min"}
    assert kari.put(at, json=said, headers=ours).status_code == 428, "and what is it to be changed from?"
    kept = kari.put(at, json={**said, "version": "*"}, headers=ours).json()
    assert kept == {**said, "version": kept["version"]}
    assert kari.get(URL).json()["people"][0]["preferences"] == kept
    for wrong in (
        {"quiet": "00:00-00:00"},
        {"quiet": "07:00-07:00"},
        {"gathered_for": "2 h"},
        {"quiet": "all night"},
    ):
        assert kari.put(at, json={"version": "*"} | wrong, headers=ours).status_code == 422, wrong
    assert kari.get(URL).json()["people"][0]["preferences"] == kept
    back = kari.put(at, json={"version": kept["version"]}, headers=ours).json()
    assert (back["quiet"], back["gathered_for"]) == (None, "5 min")


def test_quiet_hours_that_somebody_else_changed_meanwhile_are_not_overwritten(
    house: House, sign_in: SignIn
) -> None:
    kari = sign_in("kari")
    at, ours = f"{URL}/kari/preferences", headers(kari)
    seen = kari.get(URL).json()["people"][0]["preferences"]["version"]
    first = {"quiet": "22:00-07:00", "version": seen}
    newer = kari.put(at, json=first, headers=ours).json()
    refused = kari.put(at, json={"quiet": None, "gathered_for": "10 min", "version": seen}, headers=ours)
    assert (refused.status_code, refused.json()["reason"]) == (409, "quiet_changed")
    assert kari.get(URL).json()["people"][0]["preferences"] == newer
    again = {"quiet": None, "gathered_for": "10 min", "version": newer["version"]}
    assert kari.put(at, json=again, headers=ours).json()["gathered_for"] == "10 min"


def test_an_address_that_cannot_be_one_is_refused_and_a_service_that_nobody_allowed(
    house: House, sign_in: SignIn
) -> None:
    kari = sign_in("kari")
    ours = headers(kari)
    refused = [
        ("email", "kari"),
        ("webhook", "ftp://x"),
        ("webhook", "https://localhost/vaka"),
        ("webhook", "https://2130706433/vaka"),
        ("webhook", "https://hub/vaka"),
        ("webhook", "http://pager.example.org/vaka"),
        ("webhook", "https://pager.example.org/\r\nX: y"),
        ("pager", "vaka/solbakken/readings/x"),
        ("messenger", "exec://reboot"),
        ("messenger", f"pover://{TOKEN}@{TOKEN}"),
        ("pigeon", "home"),
    ]
    for way, address in refused:
        answer = kari.post(f"{URL}/kari", json={"way": way, "address": address}, headers=ours)
        assert answer.status_code == 422, (way, address)
        assert TOKEN not in answer.text
    assert ways(kari, "kari") == []


def test_a_secret_in_an_address_is_never_told_again(house: House, sign_in: SignIn) -> None:
    house.settings = house.settings.model_copy(update={"messengers": "pover"})
    kari = sign_in("kari")
    asked = {"way": "messenger", "address": f"pover://{TOKEN}@{TOKEN}"}
    answer = kari.post(f"{URL}/kari", json=asked, headers=headers(kari))
    assert (answer.status_code, answer.json()["address"]) == (201, "Pushover")
    assert TOKEN not in answer.text + kari.get(URL).text
    assert contacts.of(house.connection, "solbakken", "kari")[0].address == asked["address"]


def test_nobody_changes_anothers_but_who_may(house: House, sign_in: SignIn) -> None:
    asked = {"way": "email", "address": "elsewhere@example.org"}
    for person in ("sol", "tor"):
        browser = sign_in(person)
        assert browser.post(f"{URL}/kari", json=asked, headers=headers(browser)).status_code == 404
        assert [one["person"] for one in browser.get(URL).json()["people"]] == [person]
    alma = sign_in("adm")
    assert alma.post(f"{URL}/kari", json=asked, headers=headers(alma)).status_code == 201
    assert ways(alma, "kari") == [("email", "elsewhere@example.org")]
