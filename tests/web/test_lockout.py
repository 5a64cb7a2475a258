"""Nobody is locked out of a night by somebody else: who guesses, floods or wastes slows down themselves."""

import contextlib
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from starlette.testclient import TestClient

from dashboards import auth
from dashboards.app import create_app
from dashboards.pace import EXPORTS, TEST_MESSAGES, Measure, Pace
from dashboards.sign_in.known import COOKIE, network_of
from dashboards.sign_in.waiting import Waiting
from hub import password_links
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import PASSWORD, House

OUTSIDE, INSIDE = ("203.0.113.7", 4000), ("192.168.1.20", 4000)


def browser_at(house: House, address: tuple[str, int], app: object = None) -> TestClient:
    return TestClient(app or create_app(house.settings, house.clock), follow_redirects=False, client=address)  # type: ignore[arg-type]


def try_password(browser: TestClient, person: str, password: str = PASSWORD) -> int:
    form = {"person": person, "password": password, "csrf": csrf_of(browser, "/sign-in")}
    return int(browser.post("/sign-in", data=form).status_code)


def challenge_at(browser: TestClient) -> str:
    token = csrf_of(browser, "/sign-in")
    answer = browser.post("/api/v1/session/passkey/challenge", headers={"x-csrf-token": token})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["name"])


def test_a_nurse_gets_in_while_others_guess_from_outside_and_from_her_own_address(house: House) -> None:
    app = create_app(house.settings, house.clock)
    hers = browser_at(house, INSIDE, app)
    assert try_password(hers, "kari") == 303  # the evening before
    hers.cookies.delete("vaka_session")
    for address in (OUTSIDE, INSIDE):
        guesser = browser_at(house, address, app)
        guesses = [try_password(guesser, "kari", f"guess {n}") for n in range(8)]
        assert guesses[:3] == [401] * 3
        assert guesses[-1] == 429
        assert try_password(guesser, "kari") == 429, "whoever guesses waits, even with the right one"
    assert try_password(hers, "kari") == 303
    new_phone = browser_at(house, ("10.0.0.9", 4000), app)
    assert try_password(new_phone, "kari") == 303, "elsewhere nothing is noticed"


def test_her_own_mistakes_in_her_browser_slow_down_her_there_and_no_other(house: House) -> None:
    app = create_app(house.settings, house.clock)
    shared = browser_at(house, INSIDE, app)
    assert try_password(shared, "kari") == try_password(shared, "sol") == 303
    shared.cookies.delete("vaka_session")
    assert [try_password(shared, "kari", "wrong") for _ in range(4)] == [401, 401, 401, 429]
    assert try_password(shared, "sol") == 303


def test_the_mark_of_a_browser_is_good_for_its_own_person_and_cannot_be_made_up(house: House) -> None:
    app = create_app(house.settings, house.clock)
    sols = browser_at(house, INSIDE, app)
    assert try_password(sols, "sol") == 303
    mark = sols.cookies[COOKIE]
    assert "sol" not in mark
    for cookie in (mark, mark.partition(".")[0] + "." + "0" * 32, "x.y~" * 500, "å", "."):
        thief = browser_at(house, INSIDE, create_app(house.settings, house.clock))
        with contextlib.suppress(UnicodeEncodeError):
            thief.cookies.set(COOKIE, cookie)
            assert [try_password(thief, "kari", "wrong") for _ in range(4)] == [401, 401, 401, 429]
            assert try_password(browser_at(house, INSIDE, thief.app), "kari") == 429, "it counts by address"


def test_a_whole_network_of_ipv6_is_one_guesser() -> None:
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9")
    assert network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1")
    assert network_of("::ffff:10.0.0.1") == network_of("10.0.0.1") == "10.0.0.1"


def test_a_flood_of_strangers_leaves_threads_for_who_was_here_before(house: House) -> None:
    app = create_app(house.settings, house.clock)
    hers, stranger = browser_at(house, INSIDE, app), browser_at(house, OUTSIDE, app)
    assert try_password(hers, "kari") == 303
    hers.cookies.delete("vaka_session")
    with contextlib.ExitStack() as flood:
        for _ in range(auth.STRANGERS):
            flood.enter_context(auth.turn(False))
        assert try_password(stranger, "tor") == 429
        assert try_password(hers, "kari") == 303
    assert try_password(stranger, "tor") == 303


def test_guesses_at_once_are_answered_each(house: House) -> None:
    app = create_app(house.settings, house.clock)
    said: list[int] = []
    threads = [
        Thread(
            target=lambda n=n: said.append(try_password(browser_at(house, OUTSIDE, app), f"nobody{n}", "x"))
        )
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(said) == 20
    assert set(said) <= {401, 429}


def test_who_asks_without_end_from_outside_pushes_out_nobody_elses_second_step(house: House) -> None:
    waiting, now = Waiting[str](keep=50), house.now()
    hers = waiting.put("hers", now, "the house")
    theirs = [waiting.put("theirs", now, "outside") for _ in range(500)]
    assert waiting.look(hers, now) == "hers"
    assert waiting.take(theirs[0], now) is None
    assert waiting.take(theirs[-1], now) == "theirs"
    assert [waiting.take(hers, now), waiting.take(hers, now)] == ["hers", None]
    many = [waiting.put("many", now, f"network {n}") for n in range(500)]
    assert sum(waiting.look(name, now) is not None for name in many) <= 50, "and it never grows without end"


def test_neither_a_guest_behind_her_address_nor_ten_networks_of_one_push_out_what_she_began(
    house: House,
) -> None:
    app = create_app(house.settings, house.clock)
    app.state.challenges = Waiting(keep=6)
    hers, colleague = browser_at(house, INSIDE, app), browser_at(house, ("192.168.1.21", 4000), app)
    assert try_password(hers, "kari") == 303
    hers.cookies.delete("vaka_session")
    names = [challenge_at(hers), challenge_at(colleague)]
    guest = browser_at(house, INSIDE, app)
    theirs = [challenge_at(guest) for _ in range(10)]
    theirs += [challenge_at(browser_at(house, (f"2001:db8:7:{n:x}::1", 4000), app)) for n in range(10)]
    look = app.state.challenges.look
    assert all(look(name, house.now()) is not None for name in names)
    assert sum(look(name, house.now()) is not None for name in theirs) == 4


def test_what_is_too_old_takes_nobodys_room() -> None:
    waiting, begun = Waiting[str](timedelta(minutes=5), keep=3), datetime(2026, 1, 1, tzinfo=UTC)
    for _ in range(3):
        waiting.put("left", begun, "the house")
    late = begun + timedelta(minutes=5)
    names = [waiting.put(of, late, of) for of in ("the house", "outside", "elsewhere")]
    assert [waiting.look(name, late) for name in names] == ["the house", "outside", "elsewhere"]
    waiting.put("again", late, "outside")
    assert waiting.look(names[0], late) == "the house", "what was left of it makes it no crowd"


def test_an_address_with_a_stroke_at_its_end_leads_nobody_to_another_host(visitor: TestClient) -> None:
    answer = visitor.get("/care/residents/", headers={"Host": "evil.example"}, follow_redirects=False)
    assert "evil.example" not in answer.headers.get("location", "")


def test_wrong_links_hold_up_nobody_whose_link_is_good(house: House, visitor: TestClient) -> None:
    wrong = [visitor.get(f"/choose-password/wrong{n}").status_code for n in range(6)]
    assert wrong[0] == 404
    assert wrong[-1] == 429
    link = password_links.make(house.connection, "solbakken", "kari", "", "adm", house.now())
    assert visitor.get(f"/choose-password/{link.rpartition('/')[2]}").status_code == 200


def test_what_costs_others_is_paced_by_person(house: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    ours = {"X-CSRF-Token": kari.get("/api/v1/session").json()["csrf"]}
    tried = [kari.post("/api/v1/phones/x/test", headers=ours) for _ in range(TEST_MESSAGES.most + 1)]
    assert {one.status_code for one in tried[:-1]} == {404}
    assert tried[-1].status_code == 429
    assert 0 < int(tried[-1].headers["retry-after"]) <= 600
    assert kari.get("/").status_code == 200


@pytest.mark.parametrize("measure", [TEST_MESSAGES, EXPORTS])
def test_a_pace_is_kept_and_ends(house: House, measure: Measure) -> None:
    pace, now = Pace(), house.now()
    assert all(pace.wait(measure, "kari", now) == timedelta(0) for _ in range(measure.most))
    assert pace.wait(measure, "kari", now + timedelta(minutes=1)) == measure.within - timedelta(minutes=1)
    assert pace.wait(measure, "sol", now) == timedelta(0)
    assert pace.wait(measure, "kari", now + measure.within) == timedelta(0)


def test_nobody_fills_the_audit_trail_from_outside(house: House) -> None:
    app = create_app(house.settings, house.clock)
    stranger = browser_at(house, OUTSIDE, app)
    ours = {"X-CSRF-Token": csrf_of(stranger, "/sign-in")}
    for number in range(20):
        assert stranger.get("/sign-in/openid/back?state=x&code=x").status_code == 401
        passkey = {"name": f"x{number}", "answer": {}}
        assert stranger.post("/api/v1/session/passkey", headers=ours, json=passkey).status_code == 401
        assert try_password(stranger, f"nobody{number}", "x") == 401
    refused = "SELECT count(*) FROM audit WHERE what = 'sign-in refused'"
    written = house.rows(refused)[0][0]
    assert written < 20, "of 60"
    assert try_password(browser_at(house, INSIDE, app), "kari", "wrong") == 401
    assert house.rows(refused)[0][0] == written + 1, "what is tried of somebody is always there"


def test_old_sins_are_forgotten(house: House) -> None:
    brake, now = auth.Brake(), house.now()
    for _ in range(12):
        brake.failed("token:", "203.0.113.7", now)
    assert brake.wait("token:", "203.0.113.7", now) == auth.LONGEST_WAIT
    later = now + auth.FORGOTTEN_AFTER + timedelta(seconds=1)
    assert brake.wait("token:", "203.0.113.7", later) <= timedelta(0)
    brake.failed("token:", "203.0.113.7", later)
    assert brake.wait("token:", "203.0.113.7", later) <= timedelta(0), "it begins anew"
