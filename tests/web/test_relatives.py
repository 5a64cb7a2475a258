"""What relatives see: what was agreed and nothing else, in plain words, and every look of theirs is known."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from babel.dates import format_date
from starlette.testclient import TestClient

from hub.absences import Absences
from hub.reach import say_usable_ways
from hub.relatives import invitations
from hub.relatives.enclosure import by_the_pages
from hub.relatives.post import deliver
from hub.store import absences, relative_messages
from hub.store.db import transaction
from hub.store.relative_messages import Message
from rules.protection import Protection
from rules.wording import Language
from tests.web.conftest import csrf_of
from tests.web.house import DOCUMENT, PASSWORD, House
from tests.web.relatives import EMAIL, allow, book_of, relative_of

SignIn = Callable[..., TestClient]
OTHERS = ("Olav", "Bakke", "Ingrid", "Solvang", "Sverre", "Åse", "Kari", "Nordmann", "Siri", "Tor Teknisk")
LEADER = DOCUMENT.replace("rules:\n", "  - {id: leder, name: Lise Leder, role: leader}\nrules:\n", 1)


def protected(house: House, *residents: str) -> None:
    house.protect(*(Protection(resident, "protected", ()) for resident in residents))


def test_a_daughter_reads_in_plain_words_how_it_is_and_nothing_of_anybody_else(
    house: House, sign_in: SignIn
) -> None:
    relative_of(house)
    protected(house, "r1", "r2")
    house.night_exit()
    browser = sign_in(EMAIL)
    page = browser.get("/relative").text
    assert "Anna Haugen" in page
    assert "Noe har skjedd, og personalet er varslet." in page
    assert "Ytterdøren ble åpnet på en tid da personalet vil vite om det." in page
    assert not [name for name in OTHERS if name in page]
    told = page.partition("<article")[2]
    assert not re.search(r"\d\d[.:]\d\d", re.sub(r"<[^>]*>", "", told)), "no clock"
    assert "1A" not in re.sub(r"<[^>]*>", "", page), "no room"


@pytest.mark.parametrize("path", ["/relative", "/relative/week"])
def test_a_page_that_stays_open_says_as_of_when_and_is_looked_at_anew_on_demand(
    house: House, sign_in: SignIn, path: str
) -> None:
    relative_of(house)
    browser = sign_in(EMAIL)
    page = browser.get(path).text
    assert re.search(r"Slik det var kl\.\s\d\d\.\d\d</span>", page)
    anew = re.search(r'<a class="button" href="([^"]+)">Vis på nytt</a>', page)
    assert anew is not None
    assert anew[1] == path
    looks = "SELECT count(*) FROM relative_view"
    before = house.rows(looks)[0][0]
    browser.get(anew[1])
    assert house.rows(looks)[0][0] == before + 1, "each time is a look, and written down"


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_guide_calls_a_pause_what_the_page_calls_it(
    house: House, sign_in: SignIn, language: Language
) -> None:
    relative = relative_of(house, language=language)
    book_of(house).rest(relative, "r1", None, "kari")
    browser = sign_in(EMAIL)
    headline = re.search(r'<p class="headline">([^<]+)</p>', browser.get("/relative").text)
    assert headline is not None
    guide = browser.get(f"/help/relative?language={language}").text
    assert f"<strong>{headline[1]}</strong>" in guide


def test_a_page_that_is_not_there_and_a_guide_lead_a_relative_home(house: House, sign_in: SignIn) -> None:
    relative_of(house)
    browser = sign_in(EMAIL)
    for path in ("/no-such-page", "/care/residents/r1"):
        page = browser.get(path)
        assert page.status_code == 404
        assert 'href="/relative">Til forsiden' in page.text, path
    assert 'class="back" href="/relative"' in browser.get("/help/carer").text


def test_when_staff_are_on_it_and_when_it_is_over_is_told_without_their_names(
    house: House, sign_in: SignIn
) -> None:
    relative_of(house)
    protected(house, "r1")
    alert = house.night_exit()
    browser = sign_in(EMAIL)
    house.act(alert, "kari")
    assert "Noe har skjedd. Personalet tar seg av det." in browser.get("/relative").text
    house.act(alert, "kari", arrive=True)
    assert "Noe har skjedd. Personalet er på stedet." in browser.get("/relative").text
    house.act(alert, "kari", outcome="helped")
    page = browser.get("/relative").text
    assert "Personalet så etter og hjalp til." in page
    assert "Noe har skjedd" not in page
    assert "Kari" not in page


def test_without_a_yes_to_alerts_nothing_is_said_of_one_and_not_that_all_is_well(
    house: House, sign_in: SignIn
) -> None:
    relative_of(house, categories=["well"])
    protected(house, "r1")
    house.night_exit()
    page = sign_in(EMAIL).get("/relative").text
    assert "Ikke noe nytt akkurat nå." in page
    assert "Noe har skjedd" not in page
    assert "Alt ser ut til" not in page
    assert "Hva som har skjedd" not in page


def test_nothing_is_said_to_be_well_while_the_hub_is_silent_or_sensors_do_not_answer(
    house: House, sign_in: SignIn
) -> None:
    relative_of(house, categories=["well"])
    browser = sign_in(EMAIL)
    assert "Ikke alle sensorene svarer." in browser.get("/relative").text
    protected(house, "r1")
    assert "Sensorene har ikke hørt noe i dag ennå." in browser.get("/relative").text
    house.hub_says(ago=timedelta(minutes=3))
    assert "Denne siden får ikke nytt fra huset akkurat nå." in browser.get("/relative").text


def test_away_is_told_with_the_day_of_the_return_and_never_the_reason(house: House, sign_in: SignIn) -> None:
    relative_of(house, categories=["well", "away"])
    protected(house, "r1")
    done = Absences(house.connection, house.site, house.clock).away(
        "r1", "hospital", house.now() + timedelta(days=3), "kari"
    )
    assert done in absences.active(house.connection, house.site.site)
    page = sign_in(EMAIL).get("/relative").text
    assert "Er ikke hjemme nå." in page
    assert "ventes hjem" in page
    assert "ykehus" not in page


def test_a_consent_that_is_withdrawn_or_rests_counts_from_the_next_look(
    house: House, sign_in: SignIn
) -> None:
    relative = relative_of(house)
    protected(house, "r1")
    house.night_exit()
    browser = sign_in(EMAIL)
    assert "Ytterdøren" in browser.get("/relative").text
    book_of(house).withdraw(relative, "r1", ["alerts"], "kari")
    assert "Ytterdøren" not in browser.get("/relative").text
    allow(house, relative, "r1", ["alerts"])
    assert "Ytterdøren" in browser.get("/relative").text
    book_of(house).rest(relative, "r1", None, "kari")
    page = browser.get("/relative").text
    assert "Ytterdøren" not in page
    assert "Ingenting vises før pausen er avsluttet." in page
    book_of(house).part(relative, "r1", "kari")
    page = browser.get("/relative").text
    assert "Anna" not in page


def test_that_a_resident_has_moved_out_is_said_on_the_first_page_and_no_date_in_the_settings(
    house: House, sign_in: SignIn
) -> None:
    relative_of(house)
    yesterday = house.now().astimezone(house.site.zone).date() - timedelta(days=1)
    browser = sign_in(EMAIL)
    assert re.search(r"Vises nå · til \d", browser.get("/relative/settings").text)
    house.import_site(
        DOCUMENT.replace("Anna Haugen, room: 1A}", f"Anna Haugen, room: 1A, moved_out: {yesterday}}}", 1)
    )
    settings = browser.get("/relative/settings").text
    assert "Vises ikke: har flyttet" in settings
    assert "har flyttet · til" not in settings, "nothing is shown until then"
    page = browser.get("/relative").text
    assert "Har flyttet" in page
    assert "Derfor vises det ikke noe lenger." in page
    assert "bestemmer hva du får se" not in page


def test_another_residents_id_leads_nowhere(house: House, sign_in: SignIn) -> None:
    relative_of(house)
    browser = sign_in(EMAIL)
    token = {"csrf": csrf_of(browser, "/relative/settings")}
    for path, more in (("rest", {"days": "7"}), ("resume", {}), ("withdraw", {"category": "well"})):
        answer = browser.post(f"/relative/{path}", data={**token, "resident": "r2", **more})
        assert answer.status_code == 404, path
    ours = {"X-CSRF-Token": browser.get("/api/v1/relative").json()["csrf"]}
    assert browser.put("/api/v1/relative/pauses/r2", headers=ours, json={}).status_code == 404
    assert browser.delete("/api/v1/relative/consents/r2/well", headers=ours).status_code == 404
    assert [one["id"] for one in browser.get("/api/v1/relative").json()["residents"]] == ["r1"]


def test_each_look_is_written_down_for_staff_the_resident_and_the_relative(
    house: House, sign_in: SignIn
) -> None:
    relative = relative_of(house, categories=["well", "digest"])
    browser = sign_in(EMAIL)
    for _ in range(2):
        browser.get("/relative")
    browser.get("/api/v1/relative")
    assert browser.get("/relative/log").text.count("Anna Haugen") == 3
    seen = sign_in("kari").get("/care/relatives/seen/r1").text
    assert seen.count("Marit Dahl") == 3
    assert "Om alt er bra i dag" in seen
    rows = house.rows("SELECT * FROM audit WHERE what = 'relative saw'")
    assert [row["by"] for row in rows] == [relative.account] * 3
    assert sign_in("nord").get("/care/relatives/seen/r1").status_code == 404


def test_the_preview_is_the_page_itself(house: House, sign_in: SignIn) -> None:
    relative = relative_of(house)
    protected(house, "r1")
    house.night_exit()
    cards = re.compile(r"<article.*</article>", re.DOTALL)
    theirs = cards.search(sign_in(EMAIL).get("/relative").text)
    kari = sign_in("kari")
    ours = cards.search(kari.get(f"/care/relatives/{relative.id}/preview").text)
    assert theirs is not None
    assert ours is not None
    assert ours[0] == theirs[0]
    assert "relative saw" not in [row["what"] for row in house.rows("SELECT what FROM audit")][-1:]
    assert sign_in("nord").get(f"/care/relatives/{relative.id}/preview").status_code == 404


@pytest.mark.parametrize("language", ["nb", "en"])
def test_names_that_are_html_are_only_ever_text(house: House, sign_in: SignIn, language: str) -> None:
    evil = "<img src=x onerror=alert(1)>"
    relative = relative_of(house, "r5", name=evil, language=language)
    browser = sign_in(EMAIL)
    for path in ("/relative", "/relative/settings", "/relative/log", "/relative/leave"):
        page = browser.get(path).text
        assert "<img src=x" not in page
        assert "<script>alert" not in page
        assert ("Sign out" if language == "en" else "Logg ut") in page
    kari = sign_in("kari")
    for path in ("", f"/{relative.id}", f"/{relative.id}/preview", "/seen/r5"):
        page = kari.get(f"/care/relatives{path}").text
        assert "<img src=x" not in page
        assert "<script>alert" not in page


# Coming in


def invited(house: House) -> str:
    relative = relative_of(house, came_in=False)
    return invitations.invite(house.connection, relative, "", False, "kari", house.now()).link


def come_in(browser: TestClient, link: str, password: str, again: str | None = None) -> int:
    token = csrf_of(browser, link)
    form = {"csrf": token, "password": password, "again": again if again is not None else password}
    return int(browser.post(link, data=form).status_code)


def test_a_link_lets_one_in_once_and_looking_at_it_does_not_use_it_up(
    house: House, visitor: TestClient
) -> None:
    link = invited(house)
    for _ in range(3):
        assert "Velkommen, Marit Dahl" in visitor.get(link).text
    assert come_in(visitor, link, "kort") == 422
    assert come_in(visitor, link, "et langt passord", "et annet passord") == 422
    assert come_in(visitor, link, "et langt passord") == 303
    assert "Anna Haugen" in visitor.get("/relative").text
    visitor.cookies.clear()
    again = visitor.get(link)
    assert again.status_code == 404
    assert "Marit" not in again.text
    assert house.rows("SELECT count(*) AS n FROM session")[0]["n"] == 1


def test_two_with_one_link_at_the_same_instant_and_one_comes_in(house: House) -> None:
    token = invited(house).rpartition("/")[2]
    first = invitations.accept(house.connection, "solbakken", token, "hash", house.now())
    second = invitations.accept(house.connection, "solbakken", token, "other hash", house.now())
    assert (first is not None, second) == (True, None)
    assert [
        row["hash"] for row in house.rows("SELECT hash FROM credential WHERE person LIKE 'relative:%'")
    ] == ["hash"]


def test_a_link_that_expired_was_replaced_or_taken_back_is_good_for_nothing(
    house: House, visitor: TestClient
) -> None:
    old = invited(house)
    new = invited(house)
    assert visitor.get(old).status_code == 404
    assert visitor.get(new).status_code == 200
    later = house.now() + invitations.LIFETIME
    assert invitations.who_is_invited(house.connection, "solbakken", new.rpartition("/")[2], later) is None
    relative = relative_of(house, came_in=False)
    book_of(house).part(relative, "r1", "kari")
    assert visitor.get(new).status_code == 404


def test_a_link_opens_no_resident_who_came_after_it(
    house: House, sign_in: SignIn, visitor: TestClient
) -> None:
    """A leader of Nordsida who kept the link that she was shown would have seen Anna of Solsida by it."""
    of_units = "".join(
        f"  - {{id: {unit}leder, name: Leder {unit}, role: leader, units: [{unit}]}}\n"
        for unit in ("nord", "sol")
    )
    house.import_site(DOCUMENT.replace("rules:\n", f"{of_units}rules:\n", 1))
    for leader in ("nordleder", "solleder"):
        house.set_password(leader)
    relative = relative_of(house, "r4", came_in=False)
    nord, sol = sign_in("nordleder"), sign_in("solleder")
    ours = {"X-CSRF-Token": nord.get("/api/v1/session").json()["csrf"]}
    link = nord.post(f"/api/v1/relatives/{relative.id}/invitation", headers=ours).json()["link"]
    at = f"/api/v1/relatives/{relative.id}"
    assert nord.get(at).json()["link_until"] is not None
    assert visitor.get(link).status_code == 200
    form = {"resident": "r1", "name": "Marit Dahl", "email": EMAIL, "language": "nb"}
    added = sol.post("/care/relatives", data=form | {"csrf": csrf_of(sol, "/care/relatives")})
    assert "Lenken som var sendt, virker ikke lenger" in sol.get(added.headers["location"]).text
    allow(house, relative, "r1", ("well",))
    assert visitor.get(link).status_code == 404
    assert nord.get(at).json()["link_until"] is None
    assert house.rows("SELECT 1 FROM credential WHERE person = ?", relative.account) == []


def test_guessing_at_links_is_slowed_down_and_holds_up_nobody_whose_link_is_good(
    house: House, visitor: TestClient
) -> None:
    link = invited(house)
    answers = [visitor.get(f"/invited/guess{n}") for n in range(5)]
    assert [one.status_code for one in answers] == [404, 404, 404, 429, 429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert not any("Marit" in one.text for one in answers)
    assert visitor.get(link).status_code == 200


def test_of_a_link_only_a_hash_is_kept(house: House) -> None:
    token = invited(house).rpartition("/")[2]
    house.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert token.encode() not in house.settings.database.read_bytes()


def test_relatives_sign_in_by_their_address_and_land_on_their_own_page(
    house: House, visitor: TestClient
) -> None:
    relative_of(house)
    form = {"csrf": csrf_of(visitor, "/sign-in"), "password": PASSWORD}
    for wrong in ("relative:1", "marit", "someone@example.org"):
        assert visitor.post("/sign-in", data={**form, "person": wrong}).status_code == 401
    right = visitor.post("/sign-in", data={**form, "person": " Marit@Example.org "})
    assert (right.status_code, right.headers["location"]) == (303, "/relative")
    assert visitor.get("/").headers["location"] == "/relative"


def test_the_weeks_letter_leads_to_its_pictures_alone_also_by_way_of_the_sign_in(
    house: House, visitor: TestClient
) -> None:
    relative_of(house)
    house.night_exit()
    assert visitor.get("/relative/week").headers["location"] == "/sign-in"
    form = {"csrf": csrf_of(visitor, "/sign-in"), "person": EMAIL, "password": PASSWORD}
    assert visitor.post("/sign-in", data=form).headers["location"] == "/relative/week"
    page = visitor.get("/relative/week").text
    assert "Anna Haugen" in page
    assert page.count('<svg class="picture" width="100%"') >= 2, "nights and days"
    assert "Ytterdøren" not in page
    assert "Noe har skjedd" not in page
    (look,) = visitor.get("/api/v1/relative/log").json()
    assert look["shown"] == ["digest"]


def test_nobody_is_led_to_a_page_that_is_not_for_them(house: House, visitor: TestClient) -> None:
    relative_of(house)
    for wanted, person, home in (("/relative/week", "kari", "/"), ("/alerts/1", EMAIL, "/relative")):
        visitor.cookies.clear()
        visitor.get(wanted)
        form = {"csrf": csrf_of(visitor, "/sign-in"), "person": person, "password": PASSWORD}
        assert visitor.post("/sign-in", data=form).headers["location"] == home


def test_the_sign_in_page_says_what_relatives_sign_in_by(visitor: TestClient) -> None:
    page = visitor.get("/sign-in").text
    assert "Pårørende: e-postadressen din." in page
    assert 'maxlength="254"' in page


def test_who_leaves_is_signed_out_everywhere_and_cannot_come_back_by_themselves(
    house: House, sign_in: SignIn
) -> None:
    relative_of(house)
    phone, tablet = sign_in(EMAIL), sign_in(EMAIL)
    left = phone.post("/relative/leave", data={"csrf": csrf_of(phone, "/relative/leave")})
    assert left.headers["location"] == "/sign-in"
    for browser in (phone, tablet):
        assert browser.get("/relative").headers["location"] == "/sign-in"
    form = {"csrf": csrf_of(phone, "/sign-in"), "person": EMAIL, "password": PASSWORD}
    assert phone.post("/sign-in", data=form).status_code == 401
    assert "Har sluttet" in sign_in("kari").get("/care/relatives").text


def test_a_pause_that_the_house_asked_for_is_not_the_relatives_to_end(house: House, sign_in: SignIn) -> None:
    relative = relative_of(house)
    browser = sign_in(EMAIL)
    token = csrf_of(browser, "/relative/settings")
    assert (
        browser.post("/relative/rest", data={"csrf": token, "resident": "r1", "days": "7"}).status_code == 303
    )
    assert "På pause" in browser.get("/relative").text
    assert browser.post("/relative/resume", data={"csrf": token, "resident": "r1"}).status_code == 303
    assert "På pause" not in browser.get("/relative").text
    book_of(house).rest(relative, "r1", None, "kari")
    assert browser.post("/relative/resume", data={"csrf": token, "resident": "r1"}).status_code == 409
    assert "På pause" in browser.get("/relative").text


def test_a_relatives_own_pause_stands_beside_the_houses_and_ends_alone(house: House, sign_in: SignIn) -> None:
    relative = relative_of(house)
    book_of(house).rest(relative, "r1", None, "kari")
    browser = sign_in(EMAIL)
    ours = {"X-CSRF-Token": browser.get("/api/v1/relative").json()["csrf"]}
    assert browser.put("/api/v1/relative/pauses/r1", headers=ours, json={"days": 1}).status_code == 204
    untold = re.sub(r"<[^>]*>", "", sign_in("kari").get("/care/relatives/1").text)
    assert "Kari Nordmann" in untold, "the one that lasts longest"
    assert browser.delete("/api/v1/relative/pauses/r1", headers=ours).status_code == 204
    assert "På pause" in browser.get("/relative").text
    refused = browser.delete("/api/v1/relative/pauses/r1", headers=ours)
    assert (refused.status_code, refused.json()["reason"]) == (409, "paused_at_the_house")
    assert refused.json()["detail"] == "Pausen er satt av huset, og den avsluttes der."

    form = {"csrf": csrf_of(browser, "/relative/settings"), "resident": "r1"}
    assert browser.post("/relative/rest", data={**form, "days": "7"}).status_code == 303
    page = browser.get("/relative/settings").text
    assert "Avslutt pausen" in page
    assert "Det er bestemt en pause i huset også, og den avsluttes der." in page
    assert browser.post("/relative/resume", data=form).headers["location"] == "/relative/settings"
    assert "På pause" in browser.get("/relative").text
    assert browser.post("/relative/resume", data=form).status_code == 409

    assert browser.post("/relative/rest", data={**form, "days": "7"}).status_code == 303
    book_of(house).rest(relative, "r1", None, "kari")
    assert house.rows("SELECT count(*) FROM relative_rest WHERE ended_at IS NULL")[0][0] == 2
    book_of(house).resume(relative, "r1", "kari")
    assert "På pause" not in browser.get("/relative").text, "staff end both"


# Staff


def test_what_is_off_names_a_relative_who_is_told_nothing_to_those_who_may_see_the_resident(
    house: House, sign_in: SignIn
) -> None:
    relative = relative_of(house)
    kari, nord, tor = (sign_in(who) for who in ("kari", "nord", "tor"))
    assert "Marit Dahl" not in kari.get("/care/off").text
    book_of(house).rest(relative, "r1", None, relative.account)
    told = kari.get("/care/off").text
    assert "Pårørende som ikke får beskjed nå" in told
    line = " ".join(told.split('id="untold"')[1].split("</ul>")[0].split())
    assert "Datter · 1A Anna Haugen" in line
    assert "Til noen avslutter den, bestemt av Marit Dahl." in line
    assert f'href="/care/relatives/{relative.id}"' in line
    assert "Ingenting er av" not in told
    for other in (nord, tor):
        assert "Marit Dahl" not in other.get("/care/off").text
    (seen,) = house.rows(
        "SELECT detail FROM audit WHERE what = 'residents seen' AND by = 'kari' ORDER BY rowid DESC LIMIT 1"
    )
    assert "r1" in seen["detail"]
    book_of(house).withdraw(relative, "r1", (), "kari")
    assert "Marit Dahl" not in kari.get("/care/off").text, "she would be told nothing anyway"


def test_a_leader_writes_down_consents_looks_and_invites_and_a_carer_can_stop_it(
    house: House, sign_in: SignIn
) -> None:
    house.import_site(LEADER)
    house.set_password("leder")
    leader = sign_in("leder")
    token = csrf_of(leader, "/care/relatives")
    form = {"csrf": token, "resident": "r1", "name": "Marit", "relation": "Datter", "email": EMAIL}
    added = leader.post("/care/relatives", data=form)
    assert added.status_code == 303
    page = added.headers["location"].partition("?")[0]
    too_early = leader.post(f"{page}/invite", data={"csrf": token})
    assert too_early.status_code == 422
    assert "Registrer samtykket først" in too_early.text
    today = house.now().astimezone(house.site.zone).date()
    given = {"csrf": token, "resident": "r1", "given_by": "resident", "how": "in_writing"}
    days = {"valid_from": today.isoformat(), "valid_until": (today + timedelta(days=30)).isoformat()}
    no_category = leader.post(f"{page}/consents", data={**given, **days})
    assert (no_category.status_code, "Velg hva den pårørende får vite" in no_category.text) == (422, True)
    days_too_many = {**days, "valid_until": (today + timedelta(days=400)).isoformat()}
    refused = leader.post(f"{page}/consents", data={**given, **days_too_many, "categories": ["well"]})
    assert refused.status_code == 422
    long_ago = {"valid_from": (today - timedelta(days=70)).isoformat()}
    a_year_from_now = {"valid_until": (today + timedelta(days=365)).isoformat(), "categories": ["well"]}
    refused = leader.post(f"{page}/consents", data={**given, **long_ago, **a_year_from_now})
    assert (refused.status_code, "Et samtykke varer høyst 366 dager" in refused.text) == (422, True)
    yes = leader.post(f"{page}/consents", data={**given, **days, "categories": ["well", "digest"]})
    assert yes.status_code == 303
    shown = leader.get(page).text
    assert "Vises nå" in shown
    assert "Spør på nytt snart" in shown, "it ends within 30 days"
    invitation = leader.post(f"{page}/invite", data={"csrf": token}).text
    link = re.search(r"http://testserver(/invited/[\w-]+)", invitation)
    assert link is not None
    assert link[1] not in leader.get(page).text, "the link is shown once"
    kari = sign_in("kari")
    ours = csrf_of(kari, page)
    assert kari.post(f"{page}/invite", data={"csrf": ours}).status_code == 404
    assert kari.post(f"{page}/consents", data={"csrf": ours, **days}).status_code == 404
    assert kari.post(f"{page}/withdraw", data={"csrf": ours, "resident": "r1"}).status_code == 303
    assert "Ser ingenting nå" in kari.get("/care/relatives").text


def test_who_said_yes_how_and_until_when_is_chosen_by_whoever_was_there_and_never_beforehand(
    house: House, sign_in: SignIn
) -> None:
    house.import_site(LEADER)
    house.set_password("leder")
    relative, leader = relative_of(house), sign_in("leder")
    page, call = f"/care/relatives/{relative.id}", f"/api/v1/relatives/{relative.id}/consents"
    form = leader.get(page).text.partition(f'action="{page}/consents"')[2].partition("</form>")[0]
    assert "checked" not in form
    assert 'name="valid_until" value=""' in form
    for name in ("given_by", "how"):
        chosen = re.findall(rf'<input type="radio" name="{name}"[^>]*>', form)
        assert chosen
        assert all(" required" in one for one in chosen), name
    today = str(house.now().astimezone(house.site.zone).date())
    said = {"resident": "r1", "categories": ["digest"], "valid_from": today, "valid_until": today}
    ours = {"X-CSRF-Token": leader.get("/api/v1/session").json()["csrf"]}
    for half in ({}, {"given_by": "resident"}, {"how": "in_writing"}):
        refused = leader.post(f"{page}/consents", data={**said, **half, "csrf": csrf_of(leader, page)})
        assert (refused.status_code, "Velg hvem som sa ja, og hvordan." in refused.text) == (422, True), half
        called = leader.post(call, json={**said, **half}, headers=ours)
        missing = {"given_by", "how"} - half.keys()
        assert called.status_code == 422
        assert all(one in called.text for one in missing), called.text


def test_staff_of_another_unit_learn_of_none_of_it(house: House, sign_in: SignIn) -> None:
    relative = relative_of(house)
    relative_of(house, "r4")  # Marit has an uncle in the other unit
    nord = sign_in("nord")
    page = nord.get(f"/care/relatives/{relative.id}").text
    assert "Sverre Lie" in page
    assert "Anna" not in page
    token = {"csrf": csrf_of(nord, f"/care/relatives/{relative.id}")}
    for path in ("withdraw", "rest", "resume"):
        answer = nord.post(f"/care/relatives/{relative.id}/{path}", data={**token, "resident": "r1"})
        assert answer.status_code == 404
    (only,) = nord.get("/api/v1/relatives").json()
    assert {one["resident"] for one in (*only["residents"], *only["consents"])} == {"r4"}


def test_a_yes_from_before_does_not_overrule_a_no_that_came_meanwhile(house: House, sign_in: SignIn) -> None:
    house.import_site(LEADER)
    house.set_password("leder")
    relative = relative_of(house)
    leader, kari = sign_in("leder"), sign_in("kari")
    page, call = f"/care/relatives/{relative.id}", f"/api/v1/relatives/{relative.id}/consents"
    version = re.search(r'name="version" value="(\w+)"', leader.get(page).text)
    assert version is not None
    today = house.now().astimezone(house.site.zone).date()
    said = {"resident": "r1", "categories": ["well"], "valid_from": str(today), "valid_until": str(today)}
    said |= {"given_by": "resident", "how": "in_person", "version": version[1]}
    form = {**said, "csrf": csrf_of(leader, page)}
    ours = {"X-CSRF-Token": leader.get("/api/v1/session").json()["csrf"]}
    assert (
        kari.post(f"{page}/withdraw", data={"csrf": csrf_of(kari, page), "resident": "r1"}).status_code == 303
    )
    answer = leader.post(f"{page}/consents", data=form)
    assert answer.status_code == 422
    assert "Noen registrerte noe annet mens du skrev" in answer.text
    assert "checked" in answer.text, "what was written is kept"
    refused = leader.post(call, json=said, headers=ours)
    assert (refused.status_code, refused.json()["reason"]) == (409, "consents_changed")
    assert house.rows("SELECT * FROM relative_consent WHERE withdrawn_at IS NULL") == []
    now = re.search(r'name="version" value="(\w+)"', answer.text)
    assert now is not None
    assert leader.post(f"{page}/consents", data={**form, "version": now[1]}).status_code == 303


def test_a_leader_does_not_learn_by_an_address_whose_it_is_in_another_unit(
    house: House, sign_in: SignIn
) -> None:
    house.import_site(LEADER.replace("role: leader}", "role: leader, units: [sol]}"))
    house.set_password("leder")
    relative = relative_of(house, "r4", language="en", came_in=False)
    leader = sign_in("leder")
    ours = {"X-CSRF-Token": leader.get("/api/v1/session").json()["csrf"]}
    said = {"name": "Noen", "email": EMAIL.upper(), "language": "nb", "resident": "r1", "relation": "Datter"}
    refused = leader.post("/api/v1/relatives", headers=ours, json=said)
    assert (refused.status_code, refused.json()["reason"]) == (409, "known_elsewhere")
    assert "Marit" not in refused.text
    form = {**said, "csrf": csrf_of(leader, "/care/relatives")}
    answer = leader.post("/care/relatives", data=form)
    assert (answer.status_code, "Marit" in answer.text) == (422, False)
    assert "E-postadressen er kjent her fra før, med et annet navn." in answer.text
    assert leader.get("/api/v1/relatives").json() == []
    added = leader.post("/api/v1/relatives", headers=ours, json={**said, "name": "marit  dahl"})
    assert (added.status_code, added.json()["id"]) == (201, relative.id)
    assert [bond["resident"] for bond in added.json()["residents"]] == ["r1"]
    again = leader.post("/api/v1/relatives", headers=ours, json=said)
    assert again.json()["name"] == "Marit Dahl", "whom they see already they know by name"


def test_a_leader_gets_no_link_to_what_relatives_see_of_other_units(house: House, sign_in: SignIn) -> None:
    house.settings = house.settings.model_copy(update={"web_address": "https://vaka.example.org"})
    of_sol = LEADER.replace("role: leader}", "role: leader, units: [sol]}")
    house.import_site(of_sol)
    house.set_password("leder")
    relative = relative_of(house)
    leader = sign_in("leder")
    ours = {"X-CSRF-Token": leader.get("/api/v1/session").json()["csrf"]}
    call = f"/api/v1/relatives/{relative.id}/invitation"
    assert "/invited/" in leader.post(call, headers=ours).json()["link"]
    relative_of(house, "r4", came_in=False)  # Marit has an uncle in the other unit
    refused = leader.post(call, headers=ours)
    assert (refused.status_code, refused.json()["reason"]) == (409, "others_too")
    page = f"/care/relatives/{relative.id}"
    answer = leader.post(f"{page}/invite", data={"csrf": csrf_of(leader, page)})
    assert answer.status_code == 422
    assert "en beboer på en annen avdeling" in answer.text
    with transaction(house.connection):
        say_usable_ways(house.connection, "solbakken", ["email"], house.now())
    by_mail = leader.post(call, headers=ours).json()
    assert (by_mail["link"], by_mail["by_email"]) == ("", True)
    assert "/invited/" not in leader.post(f"{page}/invite", data={"csrf": csrf_of(leader, page)}).text


def test_all_of_it_can_be_done_by_calls(house: House, sign_in: SignIn) -> None:
    house.import_site(LEADER)
    house.set_password("leder")
    leader = sign_in("leder")
    ours = {"X-CSRF-Token": leader.get("/api/v1/session").json()["csrf"]}
    said = {"name": "Marit", "email": EMAIL, "language": "en", "resident": "r1", "relation": "Daughter"}
    for unseen in ("\x00", "\u202e\u200b", "Marit\x1b[2J"):
        nobody = leader.post("/api/v1/relatives", headers=ours, json=said | {"name": unseen})
        assert (nobody.status_code, nobody.json()["reason"]) == (409, "no_name"), unseen
    made = leader.post("/api/v1/relatives", headers=ours, json=said)
    assert made.status_code == 201
    at = f"/api/v1/relatives/{made.json()['id']}"
    assert leader.post(f"{at}/invitation", headers=ours).status_code == 409
    today = house.now().astimezone(house.site.zone).date()
    yes = {
        "resident": "r1",
        "categories": ["well", "alerts"],
        "valid_from": today.isoformat(),
        "valid_until": (today + timedelta(days=90)).isoformat(),
        "given_by": "representative",
        "how": "by_phone",
    }
    assert leader.post(f"{at}/consents", headers=ours, json=yes).status_code == 201
    assert leader.get(f"{at}/preview").json()[0]["categories"] == ["well", "alerts"]
    link = leader.post(f"{at}/invitation", headers=ours).json()["link"]
    assert link.startswith("http://testserver/invited/")
    assert leader.put(f"{at}/pauses/r1", headers=ours, json={}).json()["pauses"][0]["until"] is None
    assert leader.get(f"{at}/preview").json()[0]["is_resting"] is True
    assert leader.delete(f"{at}/pauses/r1", headers=ours).json()["pauses"] == []
    withdrawn = leader.delete(f"{at}/consents/r1?category=well", headers=ours).json()["consents"]
    assert [c["withdrawn_at"] is None for c in withdrawn] == [False, True]
    assert leader.get(f"{at}/messages").json() == []
    assert leader.get("/api/v1/relatives/seen/r1").json() == []
    assert leader.delete(f"{at}/residents/r1", headers=ours).json()["residents"] == []


def test_a_relative_chooses_for_themselves_by_calls_too(house: House, sign_in: SignIn) -> None:
    relative_of(house)
    browser = sign_in(EMAIL)
    own = browser.get("/api/v1/relative").json()
    ours = {"X-CSRF-Token": own["csrf"]}
    wanted = {**own["choices"], "language": "en", "quiet_from": "20:00", "digest_weekday": 2}
    assert browser.put("/api/v1/relative/choices", headers=ours, json=wanted).json() == wanted
    assert "Settings" in browser.get("/relative").text
    bad = browser.put("/api/v1/relative/choices", headers=ours, json={**wanted, "quiet_from": "29:99"})
    assert bad.status_code == 422
    assert browser.put("/api/v1/relative/pauses/r1", headers=ours, json={"days": 3}).status_code == 204
    assert browser.delete("/api/v1/relative/pauses/r1", headers=ours).status_code == 204
    assert browser.delete("/api/v1/relative/consents/r1/well", headers=ours).status_code == 204
    assert "well" not in browser.get("/api/v1/relative").json()["residents"][0]["categories"]
    assert browser.delete("/api/v1/relative", headers=ours).status_code == 204
    assert browser.get("/api/v1/relative").status_code == 401


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nb", "E-post er ikke satt opp her. Spør den som drifter Vaka."),
        ("en", "E-mail is not set up here. Ask who runs Vaka."),
    ],
)
def test_why_a_letter_did_not_go_out_is_said_in_the_language_of_who_looks(
    house: House, sign_in: SignIn, language: str, said: str
) -> None:
    relative = relative_of(house)
    waits = Message(0, "solbakken", relative.id, "r1", "digest", "2026-11-24", None, house.now())
    relative_messages.put_in(house.connection, msgspec.structs.replace(waits, next_at=house.now()))
    write = by_the_pages(house.settings)
    deliver(house.connection, lambda: house.site, None, None, house.clock, write)
    kari = sign_in("kari")
    kari.cookies.set("vaka_language", language)
    page = kari.get(f"/care/relatives/{relative.id}").text
    assert said in page
    assert "no mail server" not in page


def test_what_is_chosen_in_the_settings_is_said_to_be_saved_there(house: House, sign_in: SignIn) -> None:
    relative_of(house)
    browser = sign_in(EMAIL)
    token = {"csrf": csrf_of(browser, "/relative/settings")}
    chosen = {"language": "nb", "quiet_from": "20:00", "quiet_until": "08:00", "digest_weekday": "2"}
    own = {"resident": "r1"}
    for path, form, said in (
        ("settings", chosen, "Lagret. Valgene dine gjelder fra nå."),
        ("rest", {**own, "days": "7"}, "Du får ikke flere beskjeder nå."),
        ("resume", own, "Du får beskjeder igjen."),
        ("withdraw", {**own, "category": "well"}, "Det vises ikke for deg lenger."),
    ):
        done = browser.post(f"/relative/{path}", data={**token, **form}, follow_redirects=True)
        assert (done.status_code, done.url.path) == (200, "/relative/settings"), path
        assert said in done.text
        assert said not in browser.get("/relative/settings").text, "it is said once"
    assert 'name="quiet_from" value="20:00"' in browser.get("/relative/settings").text
    assert "Lagret" not in browser.get("/relative/settings?notice=anything").text


def test_the_settings_say_what_an_e_mail_holds_as_it_was_agreed(house: House, sign_in: SignIn) -> None:
    relative = relative_of(house, categories=["well", "digest"])
    browser = sign_in(EMAIL)
    page = browser.get("/relative/settings").text
    assert "De går til marit@example.org, og det kommer høyst tre om dagen." in page
    assert "Bare ukebrevet har bildene" not in page
    allow(house, relative, "r1", ["mailed"])
    assert "Bare ukebrevet har bildene" in browser.get("/relative/settings").text


def test_under_her_mothers_name_stands_what_the_daughter_is_down_as(house: House, sign_in: SignIn) -> None:
    relative_of(house)
    assert "Du er ført opp som: Datter" in sign_in(EMAIL).get("/relative").text


def test_of_one_who_shares_a_room_all_pages_say_the_same_of_the_week(house: House, sign_in: SignIn) -> None:
    second = "  - {id: r6, name: Leif Haugen, room: 1A}\ndevices:\n"
    house.import_site(LEADER.replace("devices:\n", second, 1))
    with transaction(house.connection):
        house.set_password("leder")
    relative = relative_of(house)
    kin = sign_in(EMAIL)
    own = kin.get("/relative").text
    assert "Flere bor i rommet" in own
    assert "<li>Uken som var</li>" in own
    assert "Ingenting de siste 30 dagene som kan vises" in own
    settings = kin.get("/relative/settings").text
    assert "Vises nå" not in settings.partition("Uken i selve e-posten")[2].partition("</li>")[0]
    letter = sign_in("leder").get(f"/care/relatives/{relative.id}/letter").text
    assert "Det sendes ikke noe brev nå" in letter
    assert "Vises ikke: flere bor i rommet" in letter
    assert "er klar" not in letter.partition("<main")[2]
    answer = sign_in("leder").get(f"/api/v1/relatives/{relative.id}/letter").json()
    assert (answer["leaves"], answer["html"]) == (False, None)


def test_a_yes_that_was_taken_back_still_tells_until_when_it_was_agreed(
    house: House, sign_in: SignIn
) -> None:
    relative = relative_of(house, days=300)
    until = format_date(
        house.now().astimezone(house.site.zone).date() + timedelta(days=300), "d. MMMM y", locale="nb"
    )
    book_of(house).withdraw(relative, "r1", ["digest"], "kari")
    page = sign_in("kari").get(f"/care/relatives/{relative.id}").text
    (row,) = re.findall(r"trukket tilbake ([^<(]+) \(gjaldt til ([^)<]+)\)", page)
    assert row[1] == until
    assert row[0] != until


def test_of_alerts_in_a_shared_room_the_leader_and_the_relative_read_whether_any_can_be_shown(
    house: House, sign_in: SignIn
) -> None:
    second = "  - {id: r6, name: Leif Haugen, room: 1A}\ndevices:\n"
    house.import_site(LEADER.replace("devices:\n", second, 1))
    with transaction(house.connection):
        house.set_password("leder")
    relative = relative_of(house, categories=["well", "alerts", "handled"])
    path = f"/care/relatives/{relative.id}"

    def said(of: str) -> list[str]:
        rows = re.findall(r"<tr>.*?</tr>", sign_in("leder").get(path).text, re.DOTALL)
        return [re.sub(r"<[^>]+>", " ", row) for row in rows if of in row]

    for of in ("Alvorlige varsler", "Varsler som er tatt hånd om", "Om alt er bra"):
        assert ["Vises ikke: flere bor i rommet" in row for row in said(of)] == [True], of
    own = sign_in(EMAIL).get("/relative").text
    assert "<li>Alvorlige varsler, mens de skjer</li>" in own
    assert not re.search(r"Alvorlige varsler[^/]*Vises nå", own)
    bed = "devices:\n  - {id: 1A bed, room: 1A, role: bed, resident: r1}\n"
    house.import_site(LEADER.replace("devices:\n", second.replace("devices:\n", bed), 1))
    assert ["Vises nå, bare fra egen seng eller knapp" in row for row in said("Alvorlige varsler")] == [True]
    house.import_site(LEADER)
    assert ["Vises nå" in row for row in said("Alvorlige varsler")] == [True], "she lives alone again"
