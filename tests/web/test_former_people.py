"""Who worked here and does no more: the trail names them, and nobody inherits what was theirs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from hub.__main__ import main
from hub.site.change import OthersNameError
from hub.store import sites
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import DOCUMENT, House
from tests.web.test_people import import_file, version_of

LEADERS = "  - {id: lise, name: Lise Leder, role: leader}\nrules:\n"
OTHERS = "Brukernavnet har tilhørt Siri Solberg. Velg et annet"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, DOCUMENT.replace("rules:\n", LEADERS, 1))
    house.hub_says()
    yield house
    house.connection.close()


def ours(client: TestClient) -> dict[str, str]:
    return {"X-CSRF-Token": client.get("/api/v1/session").json()["csrf"]}


def remove(client: TestClient, person: str) -> None:
    headers = ours(client) | {"If-Match": "*"}
    assert client.delete(f"/api/v1/people/{person}", headers=headers).is_success


def put(client: TestClient, id: str, name: str, **more: object) -> Any:
    wish = {"name": name, "role": "carer", "new": True} | more
    return client.put(f"/api/v1/people/{id}", json=wish, headers=ours(client))


def took_emergency_access(sol: TestClient) -> None:
    form = {"csrf": csrf_of(sol), "unit": "nord", "reason": "Hun ropte om hjelp"}
    assert sol.post("/emergency", data=form).status_code == 303


def test_the_trail_goes_on_naming_who_left(house: House, sign_in: SignIn) -> None:
    took_emergency_access(sign_in("sol"))
    lise, adm = sign_in("lise"), sign_in("adm")
    remove(adm, "sol")
    for page in ("/audit?by=sol", "/audit/emergencies", "/audit/residents/r4"):
        assert "Siri Solberg" in lise.get(page).text, page
    assert (
        '<optgroup label="Har sluttet"><option value="sol" selected>Siri Solberg'
        in lise.get("/audit?by=sol").text
    )


def test_nobody_comes_under_the_user_name_of_somebody_who_left(house: House, sign_in: SignIn) -> None:
    took_emergency_access(sign_in("sol"))
    lise, adm = sign_in("lise"), sign_in("adm")
    remove(adm, "sol")
    refused = put(adm, "sol", "Solveig Ny")
    assert refused.status_code == 422
    said = refused.json()
    assert said["reason"] == "others_user_name"
    assert OTHERS in said["detail"]
    form = {"csrf": csrf_of(adm, "/people/new"), "version": version_of(house), "role": "carer"}
    again = adm.post("/people/new", data={**form, "id": "sol", "name": "Solveig Ny"})
    assert again.status_code == 422
    assert OTHERS in again.text
    assert "Solveig" not in lise.get("/audit/emergencies").text


def test_who_comes_back_under_their_own_name_has_their_user_name_again(house: House, sign_in: SignIn) -> None:
    adm = sign_in("adm")
    remove(adm, "sol")
    assert put(adm, "sol", "siri  solberg").status_code == 204
    assert "Har sluttet" not in adm.get("/audit").text


def test_who_takes_another_name_keeps_the_user_name_and_had_that_name_last(
    house: House, sign_in: SignIn
) -> None:
    adm = sign_in("adm")
    headers = ours(adm) | {"If-Match": "*"}
    wish = {"name": "Siri Berg", "role": "carer", "units": ["sol"]}
    assert adm.put("/api/v1/people/sol", json=wish, headers=headers).status_code == 204
    remove(adm, "sol")
    assert "Siri Berg" in put(adm, "sol", "Siri Solberg").json()["detail"]
    assert put(adm, "sol", "Siri Berg").status_code == 204


def test_nor_by_a_file_and_then_the_whole_file_is_refused(
    house: House, sign_in: SignIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sol = "  - {id: sol, name: Siri Solberg, role: carer, units: [sol]}\n"
    held = sites.in_force(house.connection, None).document
    assert sol in held
    import_file(house, held.replace(sol, ""))
    another = held.replace("Siri Solberg", "Solveig Ny")
    with pytest.raises(OthersNameError):
        import_file(house, another)
    file = tmp_path / "another.yaml"
    file.write_text(another, "utf-8")
    before = version_of(house)
    assert main(["import", str(file), "--data", str(house.settings.data)]) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "people sol: sol was the user name of Siri Solberg; expected another user name",
        "nothing was changed",
    ]
    assert version_of(house) == before
    import_file(house, held)
