"""Sessions: their changing secret, where they end; screens that several share, and their PINs."""

import re
from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from starlette.testclient import TestClient

from dashboards.app import create_app
from dashboards.sessions import GRACE, ROTATE_AFTER
from dashboards.sign_in.page import REFUSED
from dashboards.sign_in.pins import GUESSES_FORGOTTEN, OPEN_FOR, WRONG_AT_MOST, WRONG_OF_OPENER, fault_of
from hub.site.change import put_in_force
from hub.site.file import SiteFile, read_held
from hub.store import shifts, sites
from hub.store.db import transaction
from hub.store.instants import from_us, to_us
from rules.duty import Shift
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import PASSWORD, House

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
Open = Callable[[], TestClient]


def age_secret(house: House, by: timedelta, seen: timedelta | None = None) -> None:
    house.connection.execute(
        "UPDATE session SET rotated_at = ?, confirmed_at = ?",
        (to_us(house.now() - by), None if seen is None else to_us(house.now() - seen)),
    )


def test_the_secret_changes_with_use_and_open_forms_and_boards_go_on(house: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    form, before = csrf_of(kari), kari.cookies["vaka_session"]
    kept = [bytes(row[0]) for row in house.rows("SELECT token_hash FROM session")]
    age_secret(house, ROTATE_AFTER + GRACE, seen=ROTATE_AFTER)
    assert kari.get("/").status_code == 200
    after = kari.cookies["vaka_session"]
    assert after != before
    assert after.partition(".")[0] == before.partition(".")[0]
    assert [bytes(row[0]) for row in house.rows("SELECT token_hash FROM session")] == kept
    assert kari.post("/appearance", data={"csrf": form}).status_code == 303
    assert kari.get("/").status_code == 200
    assert kari.cookies["vaka_session"] == after


def test_requests_that_were_under_way_while_it_changed_are_answered(house: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    old = kari.cookies["vaka_session"]
    age_secret(house, ROTATE_AFTER + GRACE, seen=ROTATE_AFTER)
    kari.get("/")
    new = kari.cookies["vaka_session"]
    kari.get("/")  # the browser has the new one
    kari.cookies.clear()
    kari.cookies.set("vaka_session", old)
    assert kari.get("/").status_code == 200
    kari.cookies.clear()
    kari.cookies.set("vaka_session", new)
    assert kari.get("/").status_code == 200


def test_an_answer_that_was_lost_on_the_way_signs_nobody_out(house: House, sign_in: SignIn) -> None:
    """A phone in the lift never saw the new secret, however long ago it was sent."""
    kari = sign_in("kari")
    old = kari.cookies["vaka_session"]
    age_secret(house, ROTATE_AFTER + GRACE, seen=ROTATE_AFTER)
    kari.get("/")
    age_secret(house, timedelta(hours=1))
    kari.cookies.clear()
    kari.cookies.set("vaka_session", old)
    assert kari.get("/").status_code == 200


def test_a_copy_that_comes_late_ends_the_session_for_both_and_is_on_the_trail(
    house: House, sign_in: SignIn
) -> None:
    kari = sign_in("kari")
    old = kari.cookies["vaka_session"]
    age_secret(house, ROTATE_AFTER + GRACE, seen=ROTATE_AFTER)
    kari.get("/")
    new = kari.cookies["vaka_session"]
    age_secret(house, timedelta(minutes=5), seen=GRACE + timedelta(seconds=5))
    kari.cookies.clear()
    kari.cookies.set("vaka_session", old)
    assert kari.get("/").status_code == 303
    kari.cookies.clear()
    kari.cookies.set("vaka_session", new)
    assert kari.get("/").status_code == 303
    assert house.rows("SELECT what FROM audit ORDER BY seq DESC LIMIT 1")[0]["what"] == "session ended"


def test_a_session_from_before_the_upgrade_goes_on_and_gets_a_secret(
    house: House, sign_in: SignIn, visitor: TestClient
) -> None:
    kari = sign_in("kari")
    form, key = csrf_of(kari), kari.cookies["vaka_session"].partition(".")[0]
    house.connection.execute("UPDATE session SET secret_hash = NULL, rotated_at = NULL")
    visitor.cookies.set("vaka_session", key, domain="testserver.local")
    answer = visitor.get("/")
    assert answer.status_code == 200
    assert answer.headers["set-cookie"].startswith(f"vaka_session={key}.")
    assert csrf_of(visitor) == form


def test_a_phone_is_signed_out_before_the_screen_in_the_duty_room(house: House, visitor: TestClient) -> None:
    visitor.headers["user-agent"] = IPHONE
    form = {"person": "kari", "password": PASSWORD, "csrf": csrf_of(visitor, "/sign-in")}
    visitor.post("/sign-in", data=form)
    house.connection.execute("UPDATE session SET used_at = ?", (to_us(house.now() - timedelta(hours=9)),))
    assert visitor.get("/").status_code == 303


def test_each_sees_their_own_sessions_and_ends_the_others(house: House, sign_in: SignIn) -> None:
    here, there, sol = sign_in("kari"), sign_in("kari"), sign_in("sol")
    text = here.get("/account").text
    assert text.count("/end") == 2
    ids = [one["id"] for one in here.get("/api/v1/account").json()["sessions"] if not one["here"]]
    foreign = sol.get("/api/v1/account").json()["sessions"][0]["id"]
    form = {"csrf": csrf_of(here)}
    assert here.post(f"/account/sessions/{foreign}/end", data=form).status_code == 404
    assert here.post(f"/account/sessions/{ids[0]}/end", data=form).status_code == 303
    assert there.get("/").status_code == 303
    again = sign_in("kari")
    assert here.post("/account/sessions/end", data=form).status_code == 303
    assert (again.get("/").status_code, here.get("/").status_code, sol.get("/").status_code) == (
        303,
        200,
        200,
    )


@pytest.mark.parametrize(
    ("pin", "again", "fault"),
    [
        ("2847", "2847", ""),
        ("284719", "284719", ""),
        ("284", "284", "digits"),
        ("28a7", "28a7", "digits"),
        ("٢٨٤٧", "٢٨٤٧", "digits"),
        ("1111", "1111", "easy"),
        ("1234", "1234", "easy"),
        ("2847", "2848", "differ"),
    ],
)
def test_what_can_be_a_pin(pin: str, again: str, fault: str) -> None:
    assert fault_of(pin, again) == fault


def test_a_pin_of_nine_digits_is_refused_in_the_words_of_its_section(house: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    form = {"csrf": csrf_of(kari), "pin": "284719365", "again": "284719365", "password": PASSWORD}
    answer = kari.post("/account/pin", data=form)
    assert answer.status_code == 422
    assert "En PIN er fire til seks siffer." in answer.text


def with_pin(client: TestClient, pin: str = "2847", password: str = PASSWORD) -> int:
    form = {"csrf": csrf_of(client), "pin": pin, "again": pin, "password": password}
    return client.post("/account/pin", data=form).status_code


def at_shared_screen(house: House, person: str = "sol") -> TestClient:
    client = TestClient(create_app(house.settings, house.clock), follow_redirects=False)
    form = {"person": person, "password": PASSWORD, "csrf": csrf_of(client, "/sign-in"), "shared": "yes"}
    assert client.post("/sign-in", data=form).status_code == 303
    return client


def take_over(client: TestClient, person: str, pin: str) -> int:
    page = client.get(f"/switch?person={person}").text
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
    assert found is not None
    return client.post("/switch", data={"person": person, "pin": pin, "csrf": found[1]}).status_code


def test_a_pin_is_set_with_the_password_alone(house: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    assert with_pin(kari, password="wrong") == 422
    assert house.rows("SELECT * FROM pin") == []
    assert with_pin(kari) == 303
    assert house.rows("SELECT hash FROM pin")[0]["hash"].startswith("$argon2id$")


def test_at_a_shared_screen_the_next_one_takes_over_by_pin_and_acts_as_themselves(
    house: House, sign_in: SignIn
) -> None:
    assert with_pin(sign_in("kari")) == 303
    alert = house.night_exit()
    screen = at_shared_screen(house)
    sols = screen.cookies["vaka_session"]
    assert "/switch" in screen.get("/").text
    assert "Kari Nordmann" in screen.get("/switch").text
    assert take_over(screen, "kari", "2847") == 303
    screen.post(f"/alerts/{alert.id}/accept", data={"csrf": csrf_of(screen)})
    assert house.rows("SELECT accepted_by FROM alert")[0]["accepted_by"] == "kari"
    screen.cookies.clear()
    screen.cookies.set("vaka_session", sols)
    assert screen.get("/").status_code == 303, "who was there before is signed out"


def test_who_takes_over_a_screen_reads_their_own_language_and_not_that_of_who_sat_there_before(
    house: House, sign_in: SignIn
) -> None:
    for person in ("kari", "nord"):
        assert with_pin(sign_in(person)) == 303
    screen = at_shared_screen(house)
    assert screen.post("/appearance", data={"csrf": csrf_of(screen), "language": "nn"}).status_code == 303
    assert take_over(screen, "kari", "2847") == 303
    assert '<html lang="nn"' in screen.get("/").text, "she has none of her own: as the screen was set"
    assert take_over(screen, "nord", "2847") == 303
    assert '<html lang="en"' in screen.get("/").text, "Nils has English in the site file"


def test_a_pin_counts_only_at_a_screen_with_a_full_sign_in_of_this_shift(
    house: House, sign_in: SignIn, visitor: TestClient
) -> None:
    with_pin(sign_in("kari"))
    assert visitor.get("/switch").headers["location"] == "/sign-in"
    visitor.cookies.set("vaka_device", "made-up")
    form = {"person": "kari", "pin": "2847", "csrf": csrf_of(visitor, "/sign-in")}
    assert visitor.post("/switch", data=form).headers["location"] == "/sign-in"
    screen = at_shared_screen(house)
    until = from_us(house.rows("SELECT open_until FROM shared_device")[0][0])
    assert timedelta(0) <= house.now() + OPEN_FOR - until < timedelta(minutes=1)
    assert take_over(screen, "kari", "2847") == 303
    ends = house.rows("SELECT ends_at FROM session WHERE how = 'pin'")[0]["ends_at"]
    assert from_us(ends) == until, "no longer than the screen is open"
    past = to_us(house.now() - timedelta(seconds=1))
    house.connection.execute("UPDATE shared_device SET open_until = ?", (past,))
    house.connection.execute("UPDATE session SET ends_at = ? WHERE ends_at IS NOT NULL", (past,))
    assert screen.get("/").status_code == 303
    assert screen.get("/switch").headers["location"] == "/sign-in"


@pytest.mark.parametrize("by_a_file", [False, True], ids=["by an administrator", "by a file without them"])
def test_a_screen_that_was_opened_by_somebody_who_is_removed_is_shut(
    house: House, sign_in: SignIn, by_a_file: bool
) -> None:
    with_pin(sign_in("kari"))
    screen, other, adm = at_shared_screen(house), at_shared_screen(house, "nord"), sign_in("adm")
    assert "Kari Nordmann" in screen.get("/switch").text
    if by_a_file:
        known = read_held(sites.newest(house.connection, "solbakken").document)  # type: ignore[union-attr]
        assert isinstance(known, SiteFile)
        text = re.sub(r"  - \{id: sol, name: Siri[^\n]*\n", "", known.document)
        without = read_held(text)
        assert isinstance(without, SiteFile)
        with transaction(house.connection):
            put_in_force(house.connection, without, house.now(), "vaka import", "site imported")
    else:
        ours = {"X-CSRF-Token": adm.get("/api/v1/session").json()["csrf"], "If-Match": "*"}
        assert adm.delete("/api/v1/people/sol", headers=ours).is_success
    assert screen.get("/switch").headers["location"] == "/sign-in"
    form = {"person": "kari", "pin": "2847", "csrf": csrf_of(screen, "/sign-in")}
    assert screen.post("/switch", data=form).headers["location"] == "/sign-in"
    assert take_over(other, "kari", "2847") == 303, "one that a colleague opened stays"


def test_the_screen_closes_an_hour_after_the_shift_of_who_opened_it(house: House) -> None:
    ends = house.now() + timedelta(hours=3)
    with transaction(house.connection):
        shift = Shift(0, "sol", ("sol",), "carer", house.now() - timedelta(hours=5), ends, (), "roster", "")
        shifts.add(house.connection, "solbakken", shift)
    at_shared_screen(house)
    until = from_us(house.rows("SELECT open_until FROM shared_device")[0][0])
    assert abs(until - ends - timedelta(hours=1)) < timedelta(seconds=1)


def test_guessing_a_pin_stops_soon_and_locks_nobody_out(house: House, sign_in: SignIn) -> None:
    with_pin(sign_in("kari"))
    screen, other = at_shared_screen(house), at_shared_screen(house)
    assert [take_over(screen, "kari", "0001") for _ in range(WRONG_AT_MOST)] == [401] * WRONG_AT_MOST
    form = {"person": "kari", "pin": "2847", "csrf": csrf_of(screen)}
    assert screen.post("/switch", data=form).status_code == 401, "the right one too"
    assert take_over(other, "kari", "2847") == 303, "another screen notices nothing"
    form = {"person": "kari", "password": PASSWORD, "csrf": csrf_of(screen, "/sign-in"), "shared": "yes"}
    assert screen.post("/sign-in", data=form).status_code == 303, "nor does the password"
    assert take_over(screen, "kari", "2847") == 303


def test_however_often_others_guess_at_it_a_pin_counts_again_after_a_full_sign_in(
    house: House, sign_in: SignIn
) -> None:
    with_pin(sign_in("kari"))
    for _ in range(WRONG_OF_OPENER // WRONG_AT_MOST + 1):
        screen = at_shared_screen(house, "kari")
        assert [take_over(screen, "kari", "0001") for _ in range(WRONG_AT_MOST)] == [401] * WRONG_AT_MOST
    assert take_over(at_shared_screen(house, "kari"), "kari", "2847") == 303


def test_a_screen_that_is_shared_no_more_takes_no_pins(house: House, sign_in: SignIn) -> None:
    with_pin(sign_in("kari"))
    screen = at_shared_screen(house)
    form = {"person": "sol", "password": PASSWORD, "csrf": csrf_of(screen, "/sign-in")}
    assert screen.post("/sign-in", data=form).status_code == 303
    assert screen.get("/switch").headers["location"] == "/sign-in"


def test_who_signs_in_again_and_again_guesses_no_more_at_a_colleagues_pin(
    house: House, sign_in: SignIn
) -> None:
    with_pin(sign_in("kari"))
    others = at_shared_screen(house, "tor")
    for _ in range(WRONG_OF_OPENER // WRONG_AT_MOST):
        screen = at_shared_screen(house)
        assert [take_over(screen, "kari", "0001") for _ in range(WRONG_AT_MOST)] == [401] * WRONG_AT_MOST
    assert take_over(at_shared_screen(house), "kari", "2847") == 401, "the right one too"
    assert take_over(others, "kari", "2847") == 303, "screens that others open notice nothing"
    refused = house.rows("SELECT detail FROM audit WHERE what = ?", REFUSED)
    said = [msgspec.json.decode(row[0]) for row in refused]
    assert {one["opened_by"] for one in said} == {"sol"}
    long_ago = to_us(house.now() - GUESSES_FORGOTTEN - timedelta(minutes=1))
    house.connection.execute("UPDATE pin_guess SET last_at = ?", (long_ago,))
    assert take_over(at_shared_screen(house), "kari", "2847") == 303
