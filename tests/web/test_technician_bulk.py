"""All devices at once by a file: tried first, every mistake by its line, in force whole or not at all."""

import re

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import SignIn
from tests.web.house import DOCUMENT, House
from tests.web.test_technician import devices_of, fields, form_of

BULK = "/technician/bulk"


def tried(tor: TestClient, text: str, whole: bool = False, name: str = "liste.csv") -> tuple[int, str]:
    data = {"csrf": form_of(tor, BULK)["csrf"], **({"whole": "true"} if whole else {})}
    answer = tor.post(f"{BULK}/try", data=data, files={"file": (name, text.encode(), "text/csv")})
    return answer.status_code, answer.text


def test_the_list_goes_out_and_in_again_and_changes_nothing(house: House, sign_in: SignIn) -> None:
    tor = sign_in("tor")
    for form in ("csv", "yaml"):
        out = tor.get(f"{BULK}/devices.{form}")
        assert f"solbakken-devices.{form}" in out.headers["content-disposition"]
        status, page = tried(tor, out.text, whole=True, name=f"x.{form}")
        assert status == 200
        assert "Den endrer ingenting" in page


def test_what_a_list_would_change_is_shown_before_it_is_in_force(house: House, sign_in: SignIn) -> None:
    tor = sign_in("tor")
    out = tor.get(f"{BULK}/devices.csv").text
    kept = [line for line in out.splitlines() if not line.startswith("2A snor;")]
    text = "\n".join(kept).replace("3B stue;3B;motion", "3B stue;4B;motion")
    columns = kept[0].lstrip("\ufeff").split(";")
    new = {"id": "5C bad", "room": "5C", "role": "bathroom_motion", "address": "0x05"}
    text += "\n" + ";".join(new.get(column, "") for column in columns)
    before = devices_of(house)
    status, page = tried(tor, text, whole=True)
    assert status == 200
    for words in ("Kommer til: 1", "Fjernes: 1", "Flyttes: 1", "Passes ikke på lenger"):
        assert words in page
    assert devices_of(house) == before
    answer = tor.post(f"{BULK}/apply", data=fields(page))
    assert "Enhetene er som i fila" in tor.get(answer.headers["location"]).text
    after = devices_of(house)
    assert after["3B stue"]["room"] == "4B"
    assert after["5C bad"]["address"] == "0x05"
    assert "2A snor" not in after


def test_every_mistake_of_a_list_is_told_by_its_line_and_nothing_is_changed(
    house: House, sign_in: SignIn
) -> None:
    tor = sign_in("tor")
    before = devices_of(house)
    status, page = tried(tor, "id;room;role\nny 1;9Z;motion\nny 2;3B;moton\nny 3;3B;motion\n")
    assert status == 422
    assert "Det er 2 feil i liste.csv" in page
    assert re.findall(r'<th scope="row">Linje (\d+)', page) == ["2", "3"]
    assert "9Z" in page
    assert devices_of(house) == before


def test_a_device_that_was_renamed_in_a_part_of_the_list_is_refused_with_the_way_out(
    house: House, sign_in: SignIn
) -> None:
    tor = sign_in("tor")
    head = "id;room;role;address\n"
    status, page = tried(tor, f"{head}2A nødsnor;2A;help_button;2A snor\n")
    assert status == 422
    assert "Får enheten et nytt navn, legg inn hele lista og kryss av for at det er hele" in page
    status, page = tried(tor, f"{head}2A snor;2A;help_button;\n2A nødsnor;2A;help_button;2A snor\n")
    assert "En adresse ingen annen enhet har" in page, "it is there twice, and not renamed"
    rows = (f"{id};{one['room']};{one['role']};" for id, one in devices_of(house).items() if id != "2A snor")
    whole = head + "\n".join(rows) + "\n2A nødsnor;2A;help_button;2A snor\n"
    status, page = tried(tor, whole, whole=True)
    assert status == 200
    assert re.findall(r'<span class="chip[^"]*">([^<]*)</span>', page)[0] == "Får nytt navn: 1"
    assert "2A snor → <strong>2A nødsnor</strong>" in page
    assert "Fjernes" not in page
    csrf = tor.get("/api/v1/session").json()["csrf"]
    call = "/api/v1/device-list?dry_run=true&remove_others=true"
    headers = {"X-CSRF-Token": csrf, "Content-Type": "text/csv"}
    (change,) = tor.post(call, content=whole.encode(), headers=headers).json()["changes"]
    assert (change["id"], change["what"]) == ("2A nødsnor", ["renamed"])
    assert (change["before"]["id"], change["after"]["id"]) == ("2A snor", "2A nødsnor")


BAD_LISTS = (
    "id;room;role\nny 1;9Z;motion\nny 2;3B;moton\nny 3;3B;x\nny 3;3B;motion\n;3B;motion\nny 4;3B;motion;x\n",
    "id;room;role;color\n",
    "id;role;role\n",
    "id;room;role;address\nny 1;3B;motion;1,2E+15\n",
    "id;room;role\n" + "x" * 201 + ";3B;motion\n",
    "id;room;role;gateway;address\nny 1;3B;motion;zigbee2mqtt;3B stue\nny 2;3B;motion;z;\n",
    "id;room;role;resident\nny 1;3B;motion;r1\nny 2;3B;motion;r999\n",
    "devices:\n  - {id: 1, room: 3B, role: motion}\n  - {id: ny, farge: x}\n  - bare tekst\n",
    "devices: ingen\n",
    "devices:\n",
    "",
)


@pytest.mark.parametrize("text", BAD_LISTS)
def test_every_mistake_of_a_list_is_told_in_the_language_of_who_put_it_in(
    house: House, sign_in: SignIn, text: str
) -> None:
    tor = sign_in("tor")
    for language in ("nb", "nn"):
        tor.cookies.set("vaka_language", language)
        status, page = tried(tor, text)
        assert status == 422
        told = re.findall(r'data-label="(?:Hva|Kva|What)[^>]*>(<span.*?</span>)</td>', page)
        assert [one for one in told if "<span>" not in one] == []
        assert told
    tor.cookies.set("vaka_language", "en")
    assert "<span lang" not in tried(tor, text)[1], "it is said in English as it is"


def test_what_somebody_else_did_since_is_told_and_not_overwritten(house: House, sign_in: SignIn) -> None:
    tor, adm = sign_in("tor"), sign_in("adm")
    _, page = tried(tor, "id;room;role\n3B stue;4B;motion\n")
    path = "/technician/change?device=3B+stue"
    adm.post("/technician/change", data=form_of(adm, path, room="5C", role="motion", id="3B stue"))
    answer = tor.post(f"{BULK}/apply", data=fields(page))
    assert answer.status_code == 409
    assert "Alma Admin endret den" in answer.text
    assert devices_of(house)["3B stue"]["room"] == "5C"


def test_a_file_that_is_no_list_or_too_large_is_refused(house: House, sign_in: SignIn) -> None:
    tor = sign_in("tor")
    assert tried(tor, "\x00\x01")[0] == 422
    assert tried(tor, "")[0] == 422
    assert tried(tor, "x" * (4 * 1024 * 1024 + 1))[0] == 413


def test_the_list_is_for_whoever_has_the_whole_house(house: House, sign_in: SignIn) -> None:
    assert sign_in("kari").get(BULK).status_code == 404
    house.import_site(DOCUMENT.replace("role: technician}", "role: technician, units: [nord]}"))
    tor = sign_in("tor")
    assert tor.get(BULK).status_code == 404
    assert tor.get(f"{BULK}/devices.csv").status_code == 404
