"""The hand-over: what the next shift must know, with notes to it and a receipt; on paper and by calls too."""

import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from hub.absences import Absences
from hub.alarm_quality import quality_of
from hub.desk import Desk
from hub.duty import Duty
from hub.hand_over import HandOver
from hub.pauses import Pauses
from hub.store import hand_over
from hub.store.db import transaction
from hub.store.hand_over import Note
from rules.absence import Absence
from rules.duty import Function, Shift
from rules.pause import Pause
from rules.protection import Protection, Why
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import DOCUMENT, House

WITH_LEADER = DOCUMENT.replace("rules:\n", "  - {id: leder, name: Lise Leder, role: leader}\nrules:\n", 1)
HOUR = timedelta(hours=1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, WITH_LEADER)
    house.hub_says()
    yield house
    house.connection.close()


def planned(
    house: House, person: str, unit: str, begins: float, ends: float, function: Function = "carer"
) -> None:
    now = house.now()
    shift = Shift(0, person, (unit,), function, now + begins * HOUR, now + ends * HOUR)
    assert isinstance(Duty(house.connection, house.site, house.clock).put(shift, "leder"), Shift)


def written(house: House, unit: str, resident: str | None, words: str, count: int = 1) -> Note:
    note = HandOver(house.connection, house.site, house.clock).write(unit, resident, words, count, "kari")
    assert isinstance(note, Note)
    return note


def send(browser: TestClient, path: str, **form: object) -> int:
    return browser.post(path, data={"csrf": csrf_of(browser, "/care/handover"), **form}).status_code


def test_it_says_what_happened_who_came_and_what_took_longest(house: House, sign_in: SignIn) -> None:
    slow, quick = house.night_exit("1A", 50 * timedelta(minutes=1)), house.night_exit("2A", HOUR / 60)
    for alert in (slow, quick):
        house.act(alert, "kari", arrive=True, outcome="helped")
    house.night_exit("3B")
    planned(house, "sol", "sol", -1, 7)
    planned(house, "kari", "sol", 7, 15)
    html = sign_in("leder").get("/care/handover").text
    assert "50 min: 1A Anna Haugen, Kari Nordmann" in html
    assert "Hjalp til" in html
    assert "3B Ingrid Solvang" in html
    assert "Kari Nordmann, " in html.split('id="takes-over"')[1]
    assert "Ingen på vakt" in html


def test_who_closed_an_alert_from_afar_did_not_come(house: House, sign_in: SignIn) -> None:
    house.act(house.night_exit("1A"), "kari", outcome="false_alarm")
    browser = sign_in("sol")
    html = browser.get("/care/handover").text
    assert re.search(r'data-label="Hvem kom">([^<]*)<', html)[1] == "–"  # type: ignore[index]
    happened = html.split("Hvem kom</th>")[1].split("</table>")[0]
    assert "Kari Nordmann" not in happened
    paper = PdfReader(io.BytesIO(browser.get("/care/handover/handover.pdf").content))
    told = " ".join(" ".join(page.extract_text() for page in paper.pages).split())
    assert "Hvem kom" in told
    assert "Kari Nordmann" not in told.split("Hvem kom")[1].split("På vakt")[0]


def test_who_was_there_first_is_told_also_where_they_handed_it_back_and_another_closed_it(
    house: House, sign_in: SignIn
) -> None:
    alert, desk = house.night_exit("1A", 9 * HOUR / 60), Desk(house.connection, "solbakken", house.clock)
    desk.arrive(alert.id, "kari")
    desk.act(alert.id, "hand_back", "kari")
    desk.accept(alert.id, "sol")
    desk.close(alert.id, "sol", "helped")
    browser = sign_in("sol")
    html = browser.get("/care/handover").text
    assert "9 min: 1A Anna Haugen, Kari Nordmann" in html
    assert re.search(r'data-label="Hvem kom">([^<]*)<', html)[1] == "Kari Nordmann, etter 9 min"  # type: ignore[index]
    assert "Kari Nordmann var fremme" in browser.get(f"/alerts/{alert.id}").text
    paper = PdfReader(io.BytesIO(browser.get("/care/handover/handover.pdf").content))
    assert "etter 9 min" in " ".join(" ".join(page.extract_text() for page in paper.pages).split())
    (closed,) = browser.get("/api/v1/handover").json()["closed"]
    assert 9 * 60 <= closed["to_arrival"] < 10 * 60
    now = house.now()
    arrive = quality_of(house.connection, house.site, None, now - HOUR, now, now).arrive
    assert (arrive.count, arrive.missing) == (1, 0)
    assert arrive.median == timedelta(seconds=closed["to_arrival"])


def test_who_takes_over_stands_with_their_own_time_care_first_and_when_nobody_is_there_until_then(
    house: House, sign_in: SignIn
) -> None:
    planned(house, "sol", "sol", -1, 2)
    planned(house, "leder", "sol", 6, 12, "leader")
    planned(house, "kari", "sol", 5, 12)
    browser, now = sign_in("leder"), house.now()
    word = lambda hours: rf"[^;–]*{(now + hours * HOUR).astimezone(house.site.zone):%H.%M}"  # noqa: E731
    who = rf"Kari Nordmann, {word(5)}; Lise Leder \(leder\), {word(6)}"
    empty = rf"Ingen på vakt {word(2)}–{word(5)}"
    pages = [browser.get(path).text for path in ("/care/duty", "/care/handover")]
    paper = PdfReader(io.BytesIO(browser.get("/care/handover/handover.pdf").content)).pages
    for told in (*pages, " ".join(" ".join(page.extract_text() for page in paper).split())):
        words = " ".join(re.sub("<[^>]+>", " ", told).split())
        assert re.search(who, words)
        assert re.search(empty, words)


def test_what_was_off_for_a_part_of_the_shift_stands_under_switched_off_with_who_and_why(
    house: House, sign_in: SignIn
) -> None:
    pauses = Pauses(house.connection, house.site, house.clock)
    now = house.now()
    assert isinstance(pauses.pause("night-exit", "1A", "kari", "Døra byttes", now + HOUR), Pause)
    assert isinstance(pauses.resume("night-exit", "1A", "sol"), Pause)
    away = Absences(house.connection, house.site, house.clock)
    assert isinstance(away.away("r1", "trip", now + HOUR, "kari"), Absence)
    assert isinstance(away.back("r1", "kari"), Absence)
    browser = sign_in("sol")
    html = browser.get("/care/handover").text
    nothing = html.partition("Ingenting å melde om:")[2].partition("</p>")[0]
    assert "Slått av" not in nothing
    assert "Borte" not in nothing
    of = {id: html.partition(f'<h2 id="{id}">')[2].partition("</section>")[0] for id in ("off", "away")}
    clock = "kl.\N{NO-BREAK SPACE}" + r"\d\d\.\d\d"
    off = re.sub("<[^>]+>", " ", of["off"])
    assert re.search(rf"1A Anna Haugen\s+Kari Nordmann: Døra byttes\s+Av fra {clock}, på igjen {clock}", off)
    assert "Døra byttes" not in of["away"]
    assert re.search(rf"Hjemme igjen {clock}", of["away"])
    paper = PdfReader(io.BytesIO(browser.get("/care/handover/handover.pdf").content)).pages
    told = " ".join(" ".join(page.extract_text() for page in paper).split())
    assert "Døra byttes" in told.partition("Slått av")[2].partition("Borte")[0]
    assert "på igjen" in told
    assert "Hjemme igjen" in told


def test_what_there_is_nothing_to_tell_of_stands_in_one_line(house: House, sign_in: SignIn) -> None:
    house.night_exit("1A")
    kari = sign_in("kari")
    html = kari.get("/care/handover").text
    assert "Ingenting å melde om:</strong> Dekkes ikke nå · Slått av · Borte · " in html
    assert re.search(r'class="count-big">1</span><span class="what">åpent varsel<', html)
    assert ('id="open-alerts"' in html, 'id="away"' in html, 'href="#nothing"' in html) == (True, False, True)
    paper = PdfReader(io.BytesIO(kari.get("/care/handover/handover.pdf").content)).pages[0].extract_text()
    assert "Ingenting å melde om: Beskjeder til dem som kommer · " in " ".join(paper.split())


def test_who_is_partly_watched_over_stands_under_no_heading_that_says_not_at_all(
    house: House, sign_in: SignIn
) -> None:
    kari = sign_in("kari")

    def heading() -> tuple[str, str]:
        page = kari.get("/care/handover").text.partition('<h2 id="uncovered">')[2].partition("</h2>")[0]
        paper = PdfReader(io.BytesIO(kari.get("/care/handover/handover.pdf").content)).pages
        told = " ".join(" ".join(sheet.extract_text() for sheet in paper).split())
        above = told.partition("1A Anna Haugen")[0]
        return page, max(("Dekkes ikke nå", "Dekkes bare delvis nå"), key=above.rfind)

    house.protect(Protection("r1", "degraded", (Why("paused", "night-exit"),)))
    assert heading() == ("Dekkes bare delvis nå", "Dekkes bare delvis nå")
    house.protect(Protection("r2", "unprotected", (Why("paused", "night-exit"),)))
    assert heading() == ("Dekkes ikke nå", "Dekkes ikke nå")


def test_a_note_stands_for_its_shifts_and_ends_by_itself_or_when_it_is_seen_to(
    house: House, sign_in: SignIn
) -> None:
    planned(house, "sol", "sol", -1, 2)
    planned(house, "kari", "sol", 2, 9)
    browser = sign_in("sol")
    assert (
        send(browser, "/care/handover/notes", about="resident:r1", words=" Ny <medisin> \n kl. 02 ", shifts=1)
        == 303
    )
    assert "Ny &lt;medisin&gt; kl. 02" in browser.get("/care/handover").text
    (note,) = hand_over.notes(house.connection, "solbakken", house.now())
    assert (note.unit, note.resident, note.words) == ("sol", "r1", "Ny <medisin> kl. 02")
    assert abs(note.ends_at - (house.now() + 9 * HOUR)) < timedelta(minutes=1)
    assert hand_over.notes(house.connection, "solbakken", note.ends_at) == []
    for row in house.rows("SELECT detail FROM audit WHERE what LIKE 'note%'"):
        assert "medisin" not in row[0]
    assert send(browser, f"/care/handover/notes/{note.id}/end") == 303
    assert "medisin" not in browser.get("/care/handover").text
    assert send(browser, f"/care/handover/notes/{note.id}/end") == 404


@pytest.mark.parametrize(
    ("about", "words", "said"),
    [
        ("resident:r1", "  ", "Skriv hva de som kommer, må vite."),
        ("resident:r4", "hei", "Velg en beboer."),
        ("unit:nord", "hei", "Velg en avdeling som finnes."),
        ("unit:", "hei", "Velg en avdeling som finnes."),
        ("resident:r1", "x" * 501, "Høyst 500 tegn."),
        ("", "hei", "Velg hva beskjeden gjelder."),
    ],
)
def test_a_note_is_refused_with_its_reason_and_what_was_written_is_kept(
    house: House, sign_in: SignIn, about: str, words: str, said: str
) -> None:
    browser = sign_in("sol")
    form = {"csrf": csrf_of(browser, "/care/handover"), "about": about, "words": words, "shifts": "1"}
    answer = browser.post("/care/handover/notes", data=form)
    assert answer.status_code == 422
    assert said in answer.text
    assert f">{words}</textarea>" in answer.text
    assert hand_over.notes(house.connection, "solbakken", house.now()) == []


def test_each_sees_the_notes_of_their_units_and_of_the_house(house: House, sign_in: SignIn) -> None:
    written(house, "", "r1", "om Anna")
    written(house, "nord", None, "om Nordsida")
    written(house, "", None, "om hele huset")
    seen = {who: sign_in(who).get("/api/v1/handover").json()["notes"] for who in ("sol", "nord", "kari")}
    assert {who: {note["words"] for note in notes} for who, notes in seen.items()} == {
        "sol": {"om Anna", "om hele huset"},
        "nord": {"om Nordsida", "om hele huset"},
        "kari": {"om Anna", "om Nordsida", "om hele huset"},
    }


def test_the_next_shift_confirms_that_they_have_read_it(house: House, sign_in: SignIn) -> None:
    planned(house, "kari", "sol", -1, 7)
    planned(house, "sol", "sol", -0.5, 7)
    browser = sign_in("sol")
    before = browser.get("/care/handover").text.split('id="read"')[1]
    assert before.count("Ikke ennå") == 2
    assert send(browser, "/care/handover/read") == 303
    after = browser.get("/care/handover").text.split('id="read"')[1]
    assert "Lest kl." in after
    assert after.count("Ikke ennå") == 1
    assert "Jeg har lest det" not in after
    # what was read before the shift began was another hand-over
    with transaction(house.connection):
        house.connection.execute("UPDATE hand_over_receipt SET read_at = read_at - ?", (3 * 3600 * 10**6,))
    assert browser.get("/care/handover").text.split('id="read"')[1].count("Ikke ennå") == 2


def test_the_printed_hand_over_says_what_the_page_says(house: House, sign_in: SignIn) -> None:
    written(house, "", "r5", "Sover <dårlig> & lite")
    house.act(house.night_exit("1A", HOUR / 2), "kari", arrive=True, outcome="no_help_needed")
    house.night_exit("3B")
    answer = sign_in("leder").get("/care/handover/handover.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    (stamp,) = re.findall(r"-(\d{4}-\d\d-\d\d-\d{4})\.pdf", answer.headers["content-disposition"])
    called = datetime.strptime(stamp, "%Y-%m-%d-%H%M").replace(tzinfo=house.site.zone)
    assert abs(called - house.now()) < timedelta(minutes=5), "by the clock on the wall"
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    words = " ".join(text.split())
    for said in (
        "Vaktskifte",
        "Sover <dårlig> & lite",
        "1A Anna Haugen",
        "3B Ingrid Solvang",
        "Kari Nordmann, etter 30 min",
        "<script>alert(1)</script> Åse",
    ):
        assert said in words
    english = sign_in("nord").get("/api/v1/handover/pdf")
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(english.content)).pages)
    assert "Hand-over" in text
    assert "Anna" not in text


def test_the_calls_write_end_and_confirm_as_the_page_does(house: House, sign_in: SignIn) -> None:
    browser = sign_in("sol")
    ours = {"X-CSRF-Token": browser.get("/api/v1/session").json()["csrf"]}
    note = browser.post(
        "/api/v1/handover/notes", json={"resident": "r2", "words": "hei", "shifts": 3}, headers=ours
    )
    assert note.status_code == 201
    assert (
        browser.post(
            "/api/v1/handover/notes", json={"unit": "nord", "words": "hei"}, headers=ours
        ).status_code
        == 409
    )
    assert browser.post("/api/v1/handover/receipts", headers=ours).status_code == 204
    told = browser.get("/api/v1/handover?hours=24").json()
    assert [one["id"] for one in told["notes"]] == [note.json()["id"]]
    assert [one["person"] for one in told["receipts"]] == ["sol"]
    assert browser.delete(f"/api/v1/handover/notes/{note.json()['id']}", headers=ours).status_code == 204
    assert browser.get("/api/v1/handover").json()["notes"] == []
