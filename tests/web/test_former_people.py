"""Who worked here and does no more: the trail names them, and nobody inherits what was theirs."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from hub.__main__ import main
from hub.site.change import OthersNameError
from hub.store import emergencies, sites
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import DOCUMENT, House
from tests.web.test_people import import_file, version_of

HOUR = timedelta(hours=1)
LEADERS = "  - {id: lise, name: Lise Leder, role: leader}\nrules:\n"
OTHERS = "Brukernavnet har tilhørt Siri Solberg. Velg et annet"


BODIL = "  - {id: bodil, name: Bodil Bestyrer, role: administrator}\n"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, DOCUMENT.replace("rules:\n", BODIL + LEADERS, 1))
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


def plan(lise: TestClient, person: str, starts: datetime) -> None:
    shift = {
        "person": person,
        "units": ["sol"],
        "function": "carer",
        "starts_at": starts.isoformat(),
        "ends_at": (starts + 8 * HOUR).isoformat(),
    }
    done = lise.post("/api/v1/duty/shifts", json=shift, headers=ours(lise))
    assert done.is_success, done.text


def test_the_shifts_of_who_is_removed_are_gaps_at_once_and_whoever_removes_is_told_how_many(
    house: House, sign_in: SignIn
) -> None:
    lise, adm = sign_in("lise"), sign_in("adm")
    first = (house.now() + 24 * HOUR).replace(minute=0, second=0, microsecond=0)
    for day in range(3):
        plan(lise, "sol", first + day * 24 * HOUR)
        plan(lise, "kari", first + day * 24 * HOUR + 10 * HOUR)
    away = {"person": "sol", "ends_at": (first + 2 * HOUR).isoformat()}
    absent = lise.post("/api/v1/duty/absences", json=away, headers=ours(lise))
    assert absent.is_success, absent.text
    assert "3 vakter framover blir ledige" in adm.get("/people/sol").text
    answer = adm.delete("/api/v1/people/sol", headers=ours(adm) | {"If-Match": "*"})
    assert answer.json() == {"shifts": 3}
    roster = lise.get("/api/v1/duty").json()
    assert {one["person"] for one in roster["shifts"]} == {"kari"}
    assert roster["absences"] == []
    middle = first + HOUR
    assert any(
        gap["unit"] == "sol"
        and datetime.fromisoformat(gap["starts_at"]) <= middle < datetime.fromisoformat(gap["ends_at"])
        for gap in roster["gaps"]
    )
    assert "Tok ut vaktene til en som har sluttet" in lise.get("/audit?by=adm").text
    form = {"csrf": csrf_of(adm, "/people"), "version": version_of(house)}
    done = adm.post("/people/kari/remove", data=form)
    assert "3 vakter framover er nå ledige. Si fra til lederen." in adm.get(done.headers["location"]).text


def test_emergency_access_ends_with_who_took_it_however_they_are_removed(
    house: House, sign_in: SignIn
) -> None:
    sol = "  - {id: sol, name: Siri Solberg, role: carer, units: [sol]}\n"
    held = sites.in_force(house.connection, None).document
    lise, adm = sign_in("lise"), sign_in("adm")
    took_emergency_access(sign_in("sol"))
    import_file(house, held.replace(sol, ""))
    assert emergencies.active(house.connection, "solbakken", house.now()) == []
    import_file(house, held)
    back = sign_in("sol")
    assert back.get("/api/v1/emergency").json() == []
    assert "Sverre Lie" not in back.get("/").text
    took_emergency_access(back)
    remove(adm, "sol")
    assert put(adm, "sol", "Siri Solberg", units=["sol"]).status_code == 204
    assert emergencies.active(house.connection, "solbakken", house.now()) == []
    assert "Avsluttet nødtilgang" in lise.get("/audit?by=adm").text


def test_an_older_file_by_mistake_empties_no_roster(house: House, sign_in: SignIn) -> None:
    lise = sign_in("lise")
    plan(lise, "sol", (house.now() + 24 * HOUR).replace(microsecond=0))
    held = sites.in_force(house.connection, None).document
    import_file(house, held.replace("  - {id: sol, name: Siri Solberg, role: carer, units: [sol]}\n", ""))
    assert lise.get("/api/v1/duty").json()["shifts"] == []
    import_file(house, held)
    assert [one["person"] for one in lise.get("/api/v1/duty").json()["shifts"]] == ["sol"]


@pytest.mark.parametrize("way", ["by somebody", "by a file"])
def test_links_end_with_the_administrator_who_made_them_and_programs_go_on_and_say_that_they_left(
    house: House, sign_in: SignIn, visitor: TestClient, way: str
) -> None:
    bodil, adm = sign_in("bodil"), sign_in("adm")
    assert put(adm, "mona", "Mona Ny").is_success
    page = bodil.post("/people/mona/link", data={"csrf": csrf_of(bodil, "/people")}).text
    path = "/choose-password/" + page.partition("/choose-password/")[2].partition("<")[0].strip()
    wanted = {
        "id": "journal", "name": "Journalen", "purpose": "henter varsler",
        "role": "carer", "acts": ["see alerts"],
    }  # fmt: skip
    made = bodil.post("/api/v1/integrations", json=wanted, headers=ours(bodil)).json()
    assert made["creator_left"] is False
    assert "som har sluttet" not in adm.get("/integrations").text
    assert visitor.get(path).status_code == 200
    if way == "by a file":
        held = sites.in_force(house.connection, None).document
        assert BODIL in held
        import_file(house, held.replace(BODIL, ""))
    else:
        remove(adm, "bodil")
    assert visitor.get(path).status_code == 404
    program = TestClient(visitor.app, headers={"Authorization": f"Bearer {made['token']}"})
    assert program.get("/api/v1/alerts").status_code == 200
    assert "Laget av Bodil Bestyrer, som har sluttet" in adm.get("/integrations").text
    assert "Bodil Bestyrer, som har sluttet. Den virker som før." in adm.get("/integrations/journal").text
    assert adm.get("/api/v1/integrations/journal").json()["creator_left"] is True
    assert "Avsluttet lenkene til en som har sluttet" in sign_in("lise").get("/audit").text
