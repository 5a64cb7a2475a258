"""Whether consents turn rules on or off is said alike on the list and on each resident's page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import csrf_of
from tests.web.house import DOCUMENT, House

SignIn = Callable[..., TestClient]
LEADER = DOCUMENT.replace("rules:\n", "  - {id: leder, name: Lise Leder, role: leader}\nrules:\n", 1)
PAGES = ("/care/legal-basis", "/care/legal-basis/r1")


@pytest.fixture
def leader(house: House, sign_in: SignIn) -> TestClient:
    house.import_site(LEADER)
    house.set_password("leder")
    return sign_in("leder")


def said_by(browser: TestClient, path: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", browser.get(path).text))


def test_where_no_basis_is_asked_for_both_pages_say_that_all_rules_are_on(leader: TestClient) -> None:
    for path in PAGES:
        page = said_by(leader, path)
        assert "Her spørres det ikke etter rettslig grunnlag" in page, path
        assert "Alle regler er på, med eller uten samtykke eller vedtak." in page, path
        assert "er av her" not in page, path
        assert "er på bare så lenge det finnes samtykke" not in page, path
        assert "legal_basis" not in page, path


def test_where_none_is_asked_for_registering_and_withdrawing_one_promises_nothing_of_rules(
    leader: TestClient,
) -> None:
    page = PAGES[1]
    assert "Det blir en oppgave" not in said_by(leader, page)
    form = {"kind": "consent", "rules": "quiet", "decided_by": "Anna Haugen", "valid_from": "2026-01-01"}
    form |= {"review": "2027-01-01", "csrf": csrf_of(leader, page)}
    found = re.search(r'name="version" value="(\d+)"', leader.get(page).text)
    assert found is not None
    done = leader.post(page, data={**form, "version": found[1]}, follow_redirects=False)
    shown = said_by(leader, done.headers["location"])
    assert "Registrert" in shown
    assert "reglene følger det fra nå" not in shown


def test_where_one_is_asked_for_both_pages_say_what_is_off_without(house: House, sign_in: SignIn) -> None:
    house.import_site(LEADER.replace("units:\n", "legal_basis: required\nunits:\n", 1))
    house.set_password("leder")
    leader = sign_in("leder")
    assert "er på bare så lenge det finnes samtykke" in said_by(leader, PAGES[0])
    assert "Det som følger med på en person, er av her." in said_by(leader, PAGES[1])
    for path in PAGES:
        assert "Alle regler er på" not in said_by(leader, path), path
