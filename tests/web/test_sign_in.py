"""Who gets in, for how long, and what guessing comes to."""

import hashlib
import json
import re
import time
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from dashboards.app import create_app
from dashboards.auth import LONGEST_WAIT, Brake
from dashboards.sessions import IDLE_END, renew, token_hash
from hub.store.instants import to_us
from tests.patience import PATIENCE
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import DOCUMENT, PASSWORD, House, Web


def attempt(client: TestClient, person: str, password: str) -> tuple[int, str]:
    answer = client.post(
        "/sign-in", data={"person": person, "password": password, "csrf": csrf_of(client, "/sign-in")}
    )
    return answer.status_code, answer.text


def test_without_signing_in_there_is_no_board(visitor: TestClient) -> None:
    answer = visitor.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert visitor.get("/live").status_code == 401
    assert visitor.get("/api/v1/alerts").status_code == 401


def test_the_right_password_opens_the_board(sign_in: SignIn) -> None:
    assert "Kari Nordmann" in sign_in("kari").get("/").text


def test_the_user_name_may_be_typed_in_capitals_and_with_a_space(visitor: TestClient) -> None:
    assert attempt(visitor, " Kari ", PASSWORD)[0] == 303


def test_a_wrong_password_and_an_unknown_person_are_answered_alike(visitor: TestClient) -> None:
    wrong, unknown = attempt(visitor, "kari", "wrong"), attempt(visitor, "nobody", "wrong")
    assert wrong[0] == unknown[0] == 401
    assert wrong[1].replace('value="kari"', "") == unknown[1].replace('value="nobody"', "")
    assert "Brukernavn og passord stemmer ikke" in wrong[1]


def test_a_wrong_password_and_an_unknown_person_take_equally_long(house: House) -> None:
    from dashboards.auth import password_fits

    house.connection.execute("UPDATE credential SET hash = ?", (PasswordHasher().hash(PASSWORD),))

    def shortest(person: str) -> float:
        took = []
        for _ in range(5):
            began = time.process_time()
            assert not password_fits(house.connection, "solbakken", person, "wrong")
            took.append(time.process_time() - began)
        return min(took)

    known, unknown = shortest("kari"), shortest("nobody")
    assert 0.5 < known / unknown < 2


def test_a_person_without_a_password_does_not_get_in(house: House, visitor: TestClient) -> None:
    house.import_site(DOCUMENT.replace("{id: tor,", "{id: ny, name: Ny Ansatt, role: carer}\n  - {id: tor,"))
    assert attempt(visitor, "ny", "")[0] == 401


def test_only_the_hash_of_a_session_is_kept_and_its_cookie_is_out_of_reach(
    house: House, visitor: TestClient
) -> None:
    form = {"person": "kari", "password": PASSWORD, "csrf": csrf_of(visitor, "/sign-in")}
    cookie = visitor.post("/sign-in", data=form).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    token = visitor.cookies["vaka_session"]
    key, _, secret = token.partition(".")
    kept = [tuple(row) for row in house.rows("SELECT token_hash, secret_hash FROM session")]
    assert kept == [tuple(hashlib.sha256(part.encode()).digest() for part in (key, secret))]


def test_over_https_the_cookie_is_never_sent_in_the_clear(house: House) -> None:
    with TestClient(
        create_app(house.settings, house.clock), "https://vaka.test", follow_redirects=False
    ) as client:
        form = {"person": "kari", "password": PASSWORD, "csrf": csrf_of(client, "/sign-in")}
        answer = client.post("/sign-in", data=form)
    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]


def test_signing_out_ends_the_session_for_good(sign_in: SignIn) -> None:
    kari = sign_in("kari")
    token = kari.cookies["vaka_session"]
    assert kari.post("/sign-out", data={"csrf": csrf_of(kari)}).status_code == 303
    kari.cookies.set("vaka_session", token)
    assert kari.get("/").status_code == 303


@pytest.mark.parametrize(("idle", "still_in"), [(timedelta(hours=11), True), (timedelta(hours=13), False)])
def test_a_session_ends_when_nobody_used_it_for_twelve_hours(
    house: House, sign_in: SignIn, idle: timedelta, still_in: bool
) -> None:
    kari = sign_in("kari")
    house.connection.execute("UPDATE session SET used_at = ?", (to_us(house.now() - idle),))
    assert (kari.get("/").status_code == 200) is still_in


def test_a_board_that_hangs_open_stays_signed_in(house: House, sign_in: SignIn, web: Web) -> None:
    """Nobody touches the screen in the duty room; its stream alone is use. Other sessions end as ever."""
    kari, sol = sign_in("kari"), sign_in("sol")
    cookies = {"vaka_session": kari.cookies["vaka_session"]}
    nearly = to_us(house.now() - IDLE_END + timedelta(minutes=5))

    def used() -> list[int]:
        return [row["used_at"] for row in house.rows("SELECT used_at FROM session ORDER BY person")]

    with httpx2.stream("GET", f"{web.address}/live", cookies=cookies, timeout=PATIENCE) as stream:
        house.connection.execute("UPDATE session SET used_at = ?", (nearly,))
        beats = (line for line in stream.iter_lines() if line == "event: beat")
        deadline = time.monotonic() + PATIENCE
        while used()[0] == nearly and time.monotonic() < deadline:
            next(beats)
    renewed, idle = used()
    assert renewed > to_us(house.now() - timedelta(minutes=1))
    assert idle == nearly
    assert sol.get("/").status_code == 200


def test_a_session_that_was_ended_is_not_renewed_by_a_board_that_is_still_open(
    house: House, sign_in: SignIn
) -> None:
    kari, now = sign_in("kari"), house.now()
    tokens = frozenset({token_hash(kari.cookies["vaka_session"])})
    kari.post("/sign-out", data={"csrf": csrf_of(kari)})
    house.connection.execute("UPDATE session SET used_at = ?", (to_us(now - timedelta(hours=11)),))
    before = [tuple(row) for row in house.rows("SELECT used_at, ended_at FROM session")]
    renew(house.connection, "solbakken", tokens, now)
    assert [tuple(row) for row in house.rows("SELECT used_at, ended_at FROM session")] == before


def test_who_asks_cannot_choose_the_address_that_guessing_is_counted_by(house: House, web: Web) -> None:
    with httpx2.Client(base_url=web.address) as client:
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/sign-in").text)
        assert found is not None
        form = {"person": "kari", "password": "wrong", "csrf": found[1]}
        answers = [
            client.post("/sign-in", data=form, headers={"X-Forwarded-For": f"10.0.0.{n}"}).status_code
            for n in range(4)
        ]
    assert answers == [401, 401, 401, 429]


def test_who_is_taken_out_of_the_site_file_is_out_at_once(house: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    house.import_site(DOCUMENT.replace("  - {id: kari, name: Kari Nordmann, role: carer}\n", ""))
    assert kari.get("/").status_code == 303


def test_guessing_is_slowed_down_and_says_for_how_long(visitor: TestClient) -> None:
    answers = [attempt(visitor, "kari", "wrong")[0] for _ in range(4)]
    assert answers == [401, 401, 401, 429]
    status, text = attempt(visitor, "kari", PASSWORD)
    assert status == 429
    assert "Mange forsøk på rad" in text


def test_others_at_the_same_screen_are_not_slowed_down(visitor: TestClient) -> None:
    for _ in range(4):
        attempt(visitor, "kari", "wrong")
    assert attempt(visitor, "sol", PASSWORD)[0] == 303


def test_the_wait_grows_to_a_minute_and_no_further_and_only_where_the_guessing_was() -> None:
    brake, now = Brake(), datetime(2026, 3, 1, tzinfo=UTC)
    waits = []
    for _ in range(20):
        brake.failed("kari", "10.0.0.1", now)
        waits.append(brake.wait("kari", "10.0.0.1", now))
    assert waits[:5] == [timedelta(seconds=s) for s in (0, 0, 1, 2, 4)]
    assert waits[-1] == LONGEST_WAIT
    assert brake.wait("kari", "10.0.0.2", now) == timedelta(0)
    assert brake.wait("kari", "10.0.0.1", now + LONGEST_WAIT) <= timedelta(0)
    brake.succeeded("kari", "10.0.0.1")
    assert brake.wait("kari", "10.0.0.1", now) == timedelta(0)


def test_guesses_by_the_thousand_do_not_fill_the_memory() -> None:
    brake, now = Brake(keep=100), datetime(2026, 3, 1, tzinfo=UTC)
    for number in range(1000):
        brake.failed(f"person-{number}", "10.0.0.1", now)
    assert len(brake._failures) == 100


def test_signing_in_and_failing_to_are_in_the_audit_trail(house: House, visitor: TestClient) -> None:
    attempt(visitor, "kari", "wrong")
    attempt(visitor, "kari", PASSWORD)
    trail = [(row["by"], row["what"]) for row in house.rows("SELECT by, what FROM audit ORDER BY seq")]
    assert trail == [(None, "sign-in refused"), ("kari", "signed in")]


def test_a_password_typed_as_the_user_name_is_not_written_down(house: House, visitor: TestClient) -> None:
    attempt(visitor, "My Secret Passw0rd", "kari")
    attempt(visitor, "sol", "wrong")
    trail = [
        json.loads(row["detail"])["person"] for row in house.rows("SELECT detail FROM audit ORDER BY seq")
    ]
    assert trail == ["(unknown)", "sol"]


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/appearance", "/alerts/1/accept"])
def test_a_form_from_elsewhere_is_refused(sign_in: SignIn, house: House, path: str) -> None:
    house.night_exit()
    kari = sign_in("kari")
    assert kari.post(path, data={"csrf": "0" * 64}).status_code == 403
    assert kari.post(path).status_code == 403
    right = {"csrf": csrf_of(kari), "person": "kari", "password": PASSWORD}
    assert kari.post(path, data=right, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert house.rows("SELECT state FROM alert")[0]["state"] == "open"
