"""A rule tried on a room's own history, as a page and as a call."""

import json
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from hub.store import devices, readings
from hub.store.db import transaction
from hub.store.instants import to_us
from rules.alert import Outcome
from tests.web.conftest import SignIn
from tests.web.house import House

NOW = datetime.now(UTC)
CALL, PART = "/api/v1/rules/door-open/rooms/{}/dry-run", "/care/rules/door-open/rooms/{}/dry-run"


class Text(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.words = ""
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.words += data

    @property
    def said(self) -> str:
        return " ".join(self.words.split())


def opened(house: House, room: str, lengths: list[float], outcomes: list[Outcome]) -> None:
    """The door of a room stood open on the last days at 05:10 local time, for so many minutes each; the
    alerts that this raised were closed with these outcomes.
    """
    zone = house.site.zone
    with transaction(house.connection):
        measures = readings.measure_numbers(house.connection)
        no = devices.add(house.connection, house.site.site, "zigbee2mqtt", f"{room} ytterdør", NOW)
    for day, minutes in enumerate(lengths):
        local = (NOW - timedelta(days=len(lengths) - day)).astimezone(zone)
        began = local.replace(hour=5, minute=10, second=0, microsecond=0).astimezone(UTC)
        shut = began + timedelta(minutes=minutes)
        rows = [
            (no, measures["open"], value, to_us(at), to_us(at), 4)
            for at, value in ((began, True), (shut, False))
        ]
        with transaction(house.connection):
            readings.append(house.connection, rows)
        if minutes > 5:
            alert = house.find("door-open", room, house.now() - began - timedelta(minutes=5))
            house.find("door-open", room, house.now() - shut, "cleared")
            house.act(alert, "kari", outcome=outcomes.pop(0))


@pytest.fixture
def nights(house: House) -> House:
    opened(house, "1A", [2, 7, 8, 20, 6], ["false_alarm", "false_alarm", "helped", "false_alarm"])
    return house


def test_the_call_tells_how_often_when_and_what_staff_said(nights: House, sign_in: SignIn) -> None:
    found = sign_in("sol").get(CALL.format("1A"), params={"lasts": "10 min"}).json()
    assert (found["rule"], found["place"], found["in_force"]) == ("door-open", "1A", True)
    assert (len(found["tried"]), found["now"], len(found["gone"]), found["besides"]) == (1, 4, 3, 0)
    assert (found["by_hour"][5], found["now_by_hour"][5]) == (1, 4)
    assert (found["said"], found["said_gone"]) == ({"helped": 1}, {"false_alarm": 3})
    assert found["tried"][0]["evidence"][0]["device"] == "1A ytterdør"
    assert "Anna" not in json.dumps(found)


def test_the_page_says_it_in_a_sentence_in_the_readers_language(nights: House, sign_in: SignIn) -> None:
    page = Text(sign_in("sol").get(PART.format("1A"), params={"lasts": "10 min"}).text)
    assert "Varselet ville ha kommet én gang de siste" in page.said
    assert (
        "Med dagens verdi: 4 ganger. 3 ville ikke ha kommet; personalet kalte 3 av dem falsk alarm."
        in page.said
    )
    assert "Ytterdøra åpnet" in page.said or "Ytterdøra ble åpnet" in page.said
    english = sign_in("sol")
    english.cookies.set("vaka_language", "en")
    now = Text(english.get(PART.format("1A")).text)
    assert "It would have come 4 times" in now.said
    assert "4 between 05 and 06" in now.said


def test_a_value_that_would_miss_an_alert_that_helped_says_so(nights: House, sign_in: SignIn) -> None:
    page = Text(sign_in("kari").get(PART.format("1A"), params={"lasts": "30 min"}).text)
    assert "ett av dem var et varsel som hjalp" in page.said


@pytest.mark.parametrize("person", ["nord", "tor", "adm"])
def test_who_does_not_look_after_a_room_learns_nothing_of_it(
    nights: House, sign_in: SignIn, person: str
) -> None:
    for path in (CALL, PART, CALL.replace("dry-run", "tuning"), PART.replace("dry-run", "tuning")):
        assert sign_in(person).get(path.format("1A")).status_code == 404, path


def test_nobody_is_told_anything_without_signing_in(nights: House, visitor: TestClient) -> None:
    assert visitor.get(CALL.format("1A")).status_code == 401


def test_a_value_that_cannot_be_is_refused_with_what_was_expected(nights: House, sign_in: SignIn) -> None:
    kari, wrong = sign_in("kari"), {"lasts": "long"}
    answer = kari.get(CALL.format("1A"), params=wrong)
    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert (problem["key"], problem["wrong"]) == ("lasts", "lasts: 'long' is not a length of time")
    said = {
        "nb": ("«long» er ingen varighet", "Ingenting er hørt der ennå", "Den verdien går ikke"),
        "nn": ("«long» er inga lengd", "Ingenting er høyrt der enno", "Den verdien går ikkje"),
        "en": ("is not a length of time", "nothing was heard in 2A", "That value can't be"),
    }
    for language, (length, nothing_heard, heading) in said.items():
        kari.cookies.set("vaka_language", language)
        assert length in kari.get(CALL.format("1A"), params=wrong).json()["detail"], language
        page = Text(kari.get(PART.format("1A"), params=wrong).text)
        assert length in page.said, page.said
        assert heading in page.said
        assert "1 h 30 min" in page.said
        assert " or " not in page.said or language == "en"
        nothing = kari.get(CALL.format("2A"))
        assert (nothing.status_code, nothing.json()["reason"]) == (409, "no_history")
        assert nothing.json()["detail"].startswith(nothing_heard), nothing.json()["detail"]
    assert kari.get(CALL.format("9Z")).status_code == 404


def test_whoever_looks_is_on_the_audit_trail(nights: House, sign_in: SignIn) -> None:
    sign_in("kari").get(CALL.format("1A"))
    by, detail = nights.connection.execute(
        "SELECT by, detail FROM audit ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    assert by == "kari"
    assert "dry-run" in detail
    assert '"r1"' in detail


def test_outcomes_suggest_a_value_that_misses_none(house: House, sign_in: SignIn) -> None:
    opened(house, "1A", [7] * 9 + [20, 9], ["false_alarm"] * 9 + ["helped", "false_alarm"])
    found = sign_in("kari").get(CALL.format("1A").replace("dry-run", "tuning")).json()
    assert found["why"] == ""
    assert found["suggested"] == {
        "key": "lasts", "value": "10 min", "spared": 10, "unsure": 0, "missed": 0, "later_s": 300.0
    }  # fmt: skip
    page = Text(sign_in("kari").get(PART.format("1A").replace("dry-run", "tuning")).text)
    assert "10 min i stedet for 5 min?" in page.said
    assert "10 av 10 falske alarmer de siste fire ukene ville ikke ha kommet." in page.said
    assert "De ville ha kommet inntil 5 min senere." in page.said


def test_the_form_of_the_rules_page_is_tried_as_it_stands(nights: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    assert PART.format("1A") in kari.get("/care/rules/door-open/1A").text
    form = {"lasts": "600", "lasts.unit": "s", "window.start": "", "window.end": ""}
    page = Text(kari.get(PART.format("1A"), params=form).text)
    assert "Varselet ville ha kommet én gang" in page.said
