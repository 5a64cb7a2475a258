"""A yes to a relative that ends is a task: on the leader's board, somebody's, and gone by a new yes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import csrf_of
from tests.web.house import DOCUMENT, House
from tests.web.relatives import allow, book_of, relative_of

SignIn = Callable[..., TestClient]
PAGE = "/care/relatives/reviews"
LEADER = DOCUMENT.replace("rules:\n", "  - {id: leder, name: Lise Leder, role: leader}\nrules:\n", 1)


@pytest.fixture
def leader(house: House, sign_in: SignIn) -> TestClient:
    house.import_site(LEADER)
    house.set_password("leder")
    return sign_in("leder")


def text_of(browser: TestClient, path: str) -> str:
    return re.sub(r"\s+", " ", browser.get(path).text)


def test_what_ends_within_a_month_is_on_the_leaders_board_and_is_given_to_somebody(
    house: House, leader: TestClient, sign_in: SignIn
) -> None:
    marit = relative_of(house, categories=["well", "digest"], days=20)
    assert "1 beboer må spørres på nytt om pårørende" in text_of(leader, "/")
    assert "1 uten ansvarlig" in text_of(leader, "/")
    kari = sign_in("kari")
    assert "Dette venter på deg" not in text_of(kari, "/")
    assert "Ingen har ansvaret ennå." in text_of(leader, PAGE)
    due = (house.now() + timedelta(days=5)).date().isoformat()
    form = {
        "relative": marit.id,
        "resident": "r1",
        "owner": "kari",
        "due": due,
        "csrf": csrf_of(leader, PAGE),
    }
    assert leader.post(PAGE, data={**form, "due": "2001-01-01"}).status_code == 422
    assert leader.post(PAGE, data={**form, "resident": "r2"}).status_code == 422
    assert leader.post(PAGE, data=form).status_code == 303
    assert "Kari Nordmann spør innen" in text_of(leader, PAGE)
    assert "uten ansvarlig" not in text_of(leader, "/")
    assert kari.post(PAGE, data={**form, "csrf": csrf_of(kari, PAGE)}).status_code in (403, 404)
    assert "Anna" not in text_of(sign_in("nord"), PAGE)


def test_it_is_done_by_a_new_yes_or_a_no_and_by_nothing_else(house: House, leader: TestClient) -> None:
    marit = relative_of(house, categories=["well"], days=20)
    ours = {"X-CSRF-Token": csrf_of(leader, PAGE)}
    call = f"/api/v1/relative-reviews/{marit.id}/r1"
    said = {"owner": "kari", "due": (house.now() + timedelta(days=2)).date().isoformat()}
    assert leader.put(call, json=said, headers=ours).json()["owner"] == "kari"
    (task,) = leader.get("/api/v1/relative-reviews").json()
    assert (task["owner"], task["categories"]) == ("kari", ["well"])
    allow(house, marit, "r1", ["well"], days=300)
    assert leader.get("/api/v1/relative-reviews").json() == []
    assert leader.put(call, json=said, headers=ours).status_code == 404
    allow(house, marit, "r1", ["digest"], days=10)
    assert leader.get("/api/v1/relative-reviews").json()[0]["owner"] is None, "another yes, another task"
    book_of(house).withdraw(marit, "r1", ["digest"], "kari")
    assert leader.get("/api/v1/relative-reviews").json() == []


def test_what_is_late_is_said_and_the_last_week_stands_in_the_hand_over(
    house: House, leader: TestClient, sign_in: SignIn
) -> None:
    relative_of(house, categories=["well"], days=20)
    kari = sign_in("kari")
    assert "Beboere som må spørres på nytt om pårørende" not in text_of(kari, "/care/handover")
    house.connection.execute("DELETE FROM relative")
    marit = relative_of(house, categories=["well"], days=6)
    assert "Beboere som må spørres på nytt om pårørende" in text_of(kari, "/care/handover")
    assert kari.get("/api/v1/handover").json()["to_ask_anew"] == 1
    pdf = kari.get("/care/handover/handover.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    due = house.now().astimezone(house.site.zone).date().isoformat()
    form = {
        "relative": marit.id,
        "resident": "r1",
        "owner": "kari",
        "due": due,
        "csrf": csrf_of(leader, PAGE),
    }
    assert leader.post(PAGE, data=form).status_code == 303
    house.connection.execute("UPDATE relative_review SET due = '2026-01-01'")
    assert "Over fristen" in text_of(leader, "/")
