"""The administrator's people: adding and changing them, and a password that they choose themselves."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from starlette.testclient import TestClient

from hub.site.change import put_in_force
from hub.site.file import SiteFile, read_held
from hub.store import sites
from hub.store.db import transaction
from hub.store.instants import to_us
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import DOCUMENT, PASSWORD, House

NORDADM = "  - {id: nordadm, name: Nina Nordadmin, role: administrator, units: [nord]}\nrules:\n"
NEW = "et helt nytt passord"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, DOCUMENT.replace("rules:\n", NORDADM, 1))
    house.hub_says()
    yield house
    house.connection.close()


def version_of(house: House) -> str:
    return str(house.rows("SELECT max(id) AS id FROM site_version")[0]["id"])


def add(house: House, client: TestClient, **wish: object) -> TestClient:
    form = {"csrf": csrf_of(client, "/people/new"), "id": "mona", "name": "Mona Ny", "role": "carer"}
    return client.post("/people/new", data={**form, "version": version_of(house), **wish})  # type: ignore[return-value,dict-item]


def password(client: TestClient, person: str, password: str) -> int:
    form = {"person": person, "password": password, "csrf": csrf_of(client, "/sign-in")}
    return client.post("/sign-in", data=form).status_code


def test_each_with_role_units_and_how_they_get_in(sign_in: SignIn) -> None:
    adm = sign_in("adm")
    sign_in("sol")
    text = adm.get("/people").text
    assert "Siri Solberg" in text
    found = {one["id"]: one for one in adm.get("/api/v1/people").json()}
    assert found["sol"]["sessions"] == 1
    assert found["sol"]["last_sign_in"] is not None
    assert (found["nord"]["sessions"], found["nord"]["units"], found["nord"]["factor"]) == (0, ["nord"], "")


def test_somebody_new_chooses_a_password_by_a_link_that_works_once(
    house: House, sign_in: SignIn, visitor: TestClient
) -> None:
    adm = sign_in("adm")
    assert add(house, adm, units="nord").status_code == 303  # type: ignore[attr-defined]
    page = adm.post("/people/mona/link", data={"csrf": csrf_of(adm, "/people")}).text
    path = "/choose-password/" + page.partition("/choose-password/")[2].partition("<")[0].strip()
    assert "Mona Ny" in visitor.get(path).text
    form = {"csrf": csrf_of(visitor, path), "password": NEW, "again": "et annet passord"}
    assert visitor.post(path, data=form).status_code == 422
    assert visitor.post(path, data={**form, "again": NEW}).headers["location"] == "/sign-in?notice=chosen"
    assert visitor.get(path).status_code == 404
    assert password(visitor, "mona", NEW) == 303
    assert visitor.get("/").status_code == 200
    kept = house.rows("SELECT by, what FROM audit WHERE what IN ('site changed', 'password link made')")
    assert [tuple(row) for row in kept] == [("adm", "site changed"), ("adm", "password link made")]


@pytest.mark.parametrize("id", ["kari nordmann", "kari@example.org", "-kari", ""])
def test_a_user_name_that_cannot_be_one_is_refused_in_the_administrators_words(
    house: House, sign_in: SignIn, id: str
) -> None:
    answer = add(house, sign_in("adm"), id=id)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "Skriv et brukernavn med små bokstaver og tall, uten mellomrom" in answer.text  # type: ignore[attr-defined]
    assert "expected" not in answer.text  # type: ignore[attr-defined]


def test_nobody_is_given_a_user_name_that_the_trail_would_take_for_vaka_itself(
    house: House, sign_in: SignIn
) -> None:
    adm = sign_in("adm")
    for id in ("vaka", "Hub", "system"):
        answer = add(house, adm, id=id)
        assert answer.status_code == 422  # type: ignore[attr-defined]
        assert "Det navnet ville se ut som Vaka selv i loggen." in answer.text  # type: ignore[attr-defined]


def test_a_link_ends_with_the_next_one_and_after_a_day(
    house: House, sign_in: SignIn, visitor: TestClient
) -> None:
    adm = sign_in("adm")
    ours = {"X-CSRF-Token": adm.get("/api/v1/session").json()["csrf"]}
    first, second = (
        adm.post("/api/v1/people/kari/password-link", headers=ours).json()["link"] for _ in range(2)
    )
    assert visitor.get(first).status_code == 404
    assert visitor.get(second).status_code == 200
    house.connection.execute("UPDATE password_link SET expires_at = ?", (to_us(house.now()),))
    assert visitor.get(second).status_code == 404


def test_a_link_that_was_made_for_a_smaller_part_ends_with_another_role_or_other_units(
    house: House, sign_in: SignIn, visitor: TestClient
) -> None:
    """Who makes one for a carer of her unit is not to come in by it as the leader of the whole house."""
    nina, adm = sign_in("nordadm"), sign_in("adm")
    ours = {"X-CSRF-Token": nina.get("/api/v1/session").json()["csrf"]}

    def link() -> str:
        made = nina.post("/api/v1/people/nord/password-link", headers=ours)
        return str(made.json()["link"])

    def change(**to: object) -> None:
        form = {"csrf": csrf_of(adm, "/people"), "version": version_of(house), "name": "Nils Nordli"}
        assert adm.post("/people/nord", data={**form, "role": "carer", "units": ["nord"], **to}).is_redirect

    first = link()
    change(name="Nils Nordlie")
    assert visitor.get(first).status_code == 200, "another name opens nothing more"
    change(role="leader")
    assert visitor.get(first).status_code == 404
    second = link()
    change(role="leader", units=["nord", "sol"])
    assert visitor.get(second).status_code == 404
    change()
    third = link()
    known = read_held(sites.newest(house.connection, "solbakken").document)  # type: ignore[union-attr]
    assert isinstance(known, SiteFile)
    wider = read_held(
        re.sub(r"(\{id: nord,.*role: )carer(.*units: \[nord)\]", r"\1leader\2, sol]", known.document)
    )
    assert isinstance(wider, SiteFile)
    with transaction(house.connection):
        put_in_force(house.connection, wider, house.now(), "vaka import", "site imported")
    assert visitor.get(third).status_code == 404


def test_a_new_password_signs_out_and_asks_for_the_second_factor_as_ever(
    house: House, sign_in: SignIn, visitor: TestClient
) -> None:
    kari, adm = sign_in("kari"), sign_in("adm")
    hers = {"X-CSRF-Token": kari.get("/api/v1/session").json()["csrf"]}
    begun = kari.post("/api/v1/account/app", headers=hers).json()
    body = {"code": pyotp.TOTP(begun["secret"]).now(), "password": PASSWORD}
    assert kari.put(f"/api/v1/account/app/{begun['name']}", headers=hers, json=body).status_code == 200
    ours = {"X-CSRF-Token": adm.get("/api/v1/session").json()["csrf"]}
    link = adm.post("/api/v1/people/kari/password-link", headers=ours).json()["link"]
    visitor.post(link, data={"csrf": csrf_of(visitor, link), "password": NEW, "again": NEW})
    assert kari.get("/").status_code == 303
    form = {"person": "kari", "password": NEW, "csrf": csrf_of(visitor, "/sign-in")}
    assert visitor.post("/sign-in", data=form).headers["location"] == "/sign-in/code"
    assert adm.delete("/api/v1/people/kari/factors", headers=ours).status_code == 204
    assert password(visitor, "kari", NEW) == 303
    assert visitor.get("/").status_code == 200


def test_a_change_takes_effect_at_once_and_two_at_the_same_person_are_told(
    house: House, sign_in: SignIn
) -> None:
    adm, sol = sign_in("adm"), sign_in("sol")
    house.night_exit("4B")
    read = version_of(house)
    form = {"csrf": csrf_of(adm, "/people"), "name": "Siri Solberg", "role": "carer", "version": read}
    assert "Sverre Lie" not in sol.get("/").text
    assert adm.post("/people/sol", data={**form, "units": ["sol", "nord"]}).status_code == 303
    assert "Sverre Lie" in sol.get("/").text
    late = adm.post("/people/sol", data={**form, "name": "Siri S.", "units": "sol"})
    assert late.status_code == 409
    assert "Alma Admin" in late.text
    assert adm.get("/api/v1/people/sol").json()["name"] == "Siri Solberg"


def test_who_is_removed_is_out_and_begins_anew_on_coming_back(
    house: House, sign_in: SignIn, visitor: TestClient
) -> None:
    adm, kari = sign_in("adm"), sign_in("kari")
    form = {"csrf": csrf_of(adm, "/people"), "version": version_of(house)}
    assert adm.post("/people/kari/remove", data=form).status_code == 303
    assert kari.get("/").status_code == 303
    assert password(visitor, "kari", PASSWORD) == 401
    assert add(house, adm, id="kari", name="Kari Nordmann").status_code == 303  # type: ignore[attr-defined]
    assert password(visitor, "kari", PASSWORD) == 401


def test_nobody_removes_or_promotes_themselves(house: House, sign_in: SignIn) -> None:
    adm = sign_in("adm")
    form = {"csrf": csrf_of(adm, "/people"), "version": version_of(house)}
    assert adm.post("/people/adm/remove", data=form).status_code == 422
    wish = {**form, "name": "Alma Admin", "role": "leader"}
    assert adm.post("/people/adm", data=wish).status_code == 422
    assert add(house, adm, id="Sol").status_code == 422, "there is one already"  # type: ignore[attr-defined]
    bad = add(house, adm, id="to ord")
    assert bad.status_code == 422  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["\u200b", "Kari\u200b Nordmann", "\u202ennamdroN iraK"])
def test_nobody_gets_a_name_that_cannot_be_seen_or_is_read_backwards(
    house: House, sign_in: SignIn, name: str
) -> None:
    adm = sign_in("adm")
    page = add(house, adm, name=name)
    assert page.status_code == 422  # type: ignore[attr-defined]
    assert "Det er tegn i navnet som ikke vises" in page.text  # type: ignore[attr-defined]
    ours = {"X-CSRF-Token": adm.get("/api/v1/session").json()["csrf"], "If-Match": "*"}
    put = adm.put("/api/v1/people/kari", headers=ours, json={"name": name, "role": "carer"})
    assert (put.status_code, put.json()["reason"]) == (422, "unseen_name")
    assert adm.get("/api/v1/people/kari").json()["name"] == "Kari Nordmann"
    spaced = {"name": " Kari\u00a0 Nordmann ", "role": "carer"}
    assert adm.put("/api/v1/people/kari", headers=ours, json=spaced).is_success
    assert adm.get("/api/v1/people/kari").json()["name"] == "Kari Nordmann"


def test_an_administrator_of_one_unit_reaches_no_further(house: House, sign_in: SignIn) -> None:
    nina = sign_in("nordadm")
    assert {one["id"] for one in nina.get("/api/v1/people").json()} == {"nord", "nordadm"}
    assert nina.get("/people/kari").status_code == 404
    form = {"csrf": csrf_of(nina, "/people"), "version": version_of(house)}
    assert nina.post("/people/kari/link", data=form).status_code == 404
    whole = {**form, "name": "Nina Nordadmin", "role": "administrator"}
    assert nina.post("/people/nordadm", data=whole).status_code == 422
    assert add(house, nina).status_code == 422  # type: ignore[attr-defined]
    assert add(house, nina, units="nord").status_code == 303  # type: ignore[attr-defined]


def test_a_guess_at_a_link_is_slowed_down(visitor: TestClient) -> None:
    answers: list[int] = []
    while 429 not in answers and len(answers) < 12:  # each wait doubles, however slow the machine is
        answers.append(visitor.get("/choose-password/guess").status_code)
    assert answers[:3] == [404, 404, 404]
    assert answers[-1] == 429


def test_the_link_lasts_a_day() -> None:
    from hub.password_links import LIFETIME

    assert timedelta(hours=24) == LIFETIME


def test_an_administrators_open_screen_is_not_all_it_takes_to_become_them(
    house: House, sign_in: SignIn
) -> None:
    adm = sign_in("adm")
    ours = {"X-CSRF-Token": adm.get("/api/v1/session").json()["csrf"]}
    form = {"csrf": csrf_of(adm, "/people/adm")}
    page = adm.post("/people/adm/link", data=form)
    assert page.status_code == 422
    assert "/choose-password/" not in page.text
    assert "Feil passord." in page.text
    at = "/api/v1/people/adm"
    assert adm.post(f"{at}/password-link", headers=ours, json={"password": "wrong"}).status_code == 422
    assert adm.delete(f"{at}/factors", headers=ours).json()["reason"] == "own_factors"
    assert adm.post("/people/adm/factors", data=form).status_code == 422
    assert house.rows("SELECT 1 FROM password_link") == []
    assert "/choose-password/" in adm.post("/people/adm/link", data={**form, "password": PASSWORD}).text
    assert adm.post("/people/kari/link", data=form).status_code == 200


def test_an_older_file_by_mistake_signs_nobody_out_for_good(house: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    held = sites.in_force(house.connection, None).document
    line = "  - {id: kari, name: Kari Nordmann, role: carer}\n"
    assert line in held
    import_file(house, held.replace(line, ""))
    assert kari.get("/").status_code == 303
    import_file(house, held)
    assert kari.get("/").status_code == 200


def import_file(house: House, document: str) -> None:
    file = read_held(document)
    assert isinstance(file, SiteFile)
    with transaction(house.connection):
        put_in_force(house.connection, file, house.now(), "operator", "site imported")
