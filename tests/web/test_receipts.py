"""Who was called and how far that came: on the alert's page and by a call; opening it is a receipt."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboards.house import read_house
from dashboards.snapshot import fingerprint
from hub import summons
from hub.desk import Desk
from hub.escalation import reached_nobody
from hub.store import alerts, contacts, receipts, shifts, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.instants import to_us
from hub.store.summonses import Summons
from rules.duty import Shift
from tests.web.conftest import SignIn
from tests.web.house import House


def called(house: House, *people: str) -> int:
    """An alert in 3B for which everybody of the unit was written to; returns its number."""
    now = datetime.now(UTC)
    with transaction(house.connection):
        for person in people or ("kari", "sol"):
            contacts.put(
                house.connection, "solbakken", Contact(person, "email", f"{person}@example.org"), now
            )
    summons.begin(house.connection, "solbakken")
    alert = house.find("fall", "3B", timedelta(seconds=5)).id
    while summons.follow(house.connection, house.site, None, now):
        pass
    return alert


def messages(house: House, alert: int) -> dict[str, Summons]:
    return {one.person: one for one in summonses.of_alert(house.connection, alert)}


def test_the_alerts_page_says_who_was_called_and_how_far_that_came(house: House, sign_in: SignIn) -> None:
    alert = called(house)
    with transaction(house.connection):
        receipts.note_sent(house.connection, [messages(house, alert)["kari"].id], datetime.now(UTC))
    page = sign_in("sol").get(f"/alerts/{alert}").text
    shown = page[page.index("Hvem som ble varslet") :]
    kari = shown[shown.index("<strong>Kari Nordmann</strong>") :]
    assert "sendt" in kari.split("</li>")[0]
    siri = shown[shown.index("<strong>Siri Solberg</strong>") :]
    assert "på vei ut" in siri.split("</li>")[0]
    assert "example.org" not in page


def test_that_nobody_can_be_reached_stands_on_the_board_the_wall_and_the_alerts_page_and_in_the_api(
    house: House, sign_in: SignIn
) -> None:
    summons.begin(house.connection, "solbakken")
    alert = house.find("fall", "3B", timedelta(seconds=5)).id
    while summons.follow(house.connection, house.site, None, house.now()):
        pass
    sol = sign_in("sol")
    for page in ("/", "/wall", f"/alerts/{alert}"):
        assert "Prøvde ansvarlig pleier: ingen kunne nås. Neste: hele avdelingen kl." in sol.get(page).text, (
            page
        )
    page = sol.get(f"/alerts/{alert}").text
    assert "Varslet: ansvarlig pleier" not in page
    trail = sol.get(f"/api/v1/alerts/{alert}").json()["trail"]
    assert [step["said"] for step in trail[-2:]] == ["Prøvde ansvarlig pleier: ingen kunne nås", None]
    told = sol.get(f"/api/v1/alerts/{alert}").json()["alert"]
    assert (told["unreached"], told["next_call_to"]) == (["assigned"], ["unit"])
    assert told["next_call_at"] is not None
    Desk(house.connection, "solbakken", house.clock).accept(alert, "sol")
    told = sol.get(f"/api/v1/alerts/{alert}").json()["alert"]
    assert (told["unreached"], told["next_call_to"], told["next_call_at"]) == ([], [], None)
    assert "ingen kunne nås" not in sol.get("/").text


def test_a_call_that_has_not_got_through_yet_is_said_to_be_so_everywhere(
    house: House, sign_in: SignIn
) -> None:
    alert, sol = called(house, "kari"), sign_in("sol")
    known = read_house(house.connection, "solbakken", house.now())
    before = fingerprint(house.connection, known, house.now())
    house.connection.execute("UPDATE summons SET attempts = 1, failure = 'away'")
    assert fingerprint(house.connection, known, house.now()) != before, "the board follows"
    said = "Prøver ansvarlig pleier: når ikke fram ennå"
    for page in ("/", "/wall", f"/alerts/{alert}"):
        assert f"{said}. Neste: hele avdelingen kl." in sol.get(page).text, page
    told = sol.get(f"/api/v1/alerts/{alert}").json()
    assert told["alert"]["held_up"] == ["assigned"]
    assert told["trail"][-1]["said"] == said


def test_who_is_called_later_and_why_is_said_everywhere_and_nobody_is_said_to_be_called(
    house: House, sign_in: SignIn
) -> None:
    alert, sol = called(house, "kari"), sign_in("sol")
    known = read_house(house.connection, "solbakken", house.now())
    before = fingerprint(house.connection, known, house.now())
    at = house.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=9)
    clock = f"{at.astimezone(house.site.zone):%H.%M}"
    house.connection.execute("UPDATE summons SET held = 'quiet_hours', next_at = ?", (to_us(at),))
    assert fingerprint(house.connection, known, house.now()) != before, "the board follows"
    said = f"Varsler ansvarlig pleier kl.\N{NO-BREAK SPACE}{clock} (stilletid)"
    for page in ("/", "/wall", f"/alerts/{alert}"):
        text = sol.get(page).text
        assert said in text, page
        assert "Varslet" not in text, page
    assert text.count(said) == 2, "on the card and in the trail"
    told = sol.get(f"/api/v1/alerts/{alert}").json()
    assert told["alert"]["called_later"] == [
        {"group": "assigned", "at": f"{at:%Y-%m-%dT%H:%M:%SZ}", "why": "quiet_hours"}
    ]
    assert told["trail"][-1]["said"] == said
    Desk(house.connection, "solbakken", house.clock).accept(alert, "sol")
    while summons.follow(house.connection, house.site, None, house.now()):
        pass
    told = sol.get(f"/api/v1/alerts/{alert}").json()
    assert told["alert"]["called_later"] == []
    assert [step["said"] for step in told["trail"][-2:]] == [
        "Trengte ikke å varsle ansvarlig pleier",
        "Siri Solberg tok varselet",
    ]


def test_a_call_is_said_to_be_under_way_until_its_way_took_the_message(house: House, sign_in: SignIn) -> None:
    alert, sol = called(house, "kari"), sign_in("sol")
    [one] = messages(house, alert).values()
    assert (one.sent_at, one.attempts) == (None, 0), "as long as its way hangs"

    def said() -> tuple[str, list[str]]:
        told = sol.get(f"/api/v1/alerts/{alert}").json()
        return told["trail"][-1]["said"], told["alert"]["calling"]

    assert said() == ("Varsler ansvarlig pleier nå", ["assigned"])
    assert "Varslet: ansvarlig pleier" not in sol.get(f"/alerts/{alert}").text
    with transaction(house.connection):
        summonses.count_attempt(house.connection, (one.id,))
        receipts.note_sent(house.connection, (one.id,), house.now())
    assert said() == ("Varslet: ansvarlig pleier", [])
    assert "Varslet: ansvarlig pleier" in sol.get(f"/alerts/{alert}").text


def does_not_get_through(house: House, alert: int, given_up: bool) -> None:
    house.connection.execute("UPDATE summons SET attempts = 1, failure = 'away'")
    if given_up:
        house.connection.execute("UPDATE summons SET next_at = NULL")
        with transaction(house.connection):
            [call] = [step for step in alerts.events(house.connection, alert) if step.event == "called"]
            reached_nobody(house.connection, call, house.now())


@pytest.mark.parametrize("given_up", [False, True])
def test_who_has_seen_the_alert_since_is_not_said_to_be_out_of_reach(
    house: House, sign_in: SignIn, given_up: bool
) -> None:
    alert, sol = called(house, "kari"), sign_in("sol")
    does_not_get_through(house, alert, given_up)
    sign_in("kari").get("/")
    said = "Sett av Kari Nordmann"
    text = sol.get(f"/alerts/{alert}").text
    assert text.count(said) == 2, "on the card and in the trail"
    assert said in sol.get("/").text
    assert "nås" not in text
    assert "ikke fram ennå" not in text.partition("Hvem som ble varslet")[0]
    told = sol.get(f"/api/v1/alerts/{alert}").json()
    assert (told["alert"]["unreached"], told["alert"]["held_up"]) == ([], [])
    assert said in [step["said"] for step in told["trail"]]


@pytest.mark.parametrize("given_up", [False, True])
def test_the_look_by_which_somebody_sees_an_alert_is_in_the_next_answer_whole_and_in_this_one_nowhere(
    house: House, sign_in: SignIn, given_up: bool
) -> None:
    alert, kari = called(house, "kari"), sign_in("kari")
    does_not_get_through(house, alert, given_up)

    def told() -> tuple[list[str], bool, list[bool]]:
        answer = kari.get(f"/api/v1/alerts/{alert}").json()
        missed = answer["alert"]["unreached"] + answer["alert"]["held_up"]
        seen = any(step["said"] == "Sett av Kari Nordmann" for step in answer["trail"])
        return missed, seen, [one["seen_at"] is not None for one in answer["called"]]

    assert told() == (["assigned"], False, [False])
    assert told() == ([], True, [True])


def test_who_was_called_instead_is_named_beside_whom_the_call_did_not_reach(
    house: House, sign_in: SignIn
) -> None:
    with transaction(house.connection):
        contacts.put(house.connection, "solbakken", Contact("sol", "email", "sol@example.org"), house.now())
        hours = timedelta(hours=4)
        for person, own in (("kari", ("r3",)), ("sol", ())):
            shift = Shift(0, person, ("sol",), "carer", house.now() - hours, house.now() + hours, own)
            shifts.add(house.connection, "solbakken", shift)
    summons.begin(house.connection, "solbakken")
    alert = house.find("fall", "3B", timedelta(seconds=5)).id
    while summons.follow(house.connection, house.site, None, house.now()):
        pass
    kari, in_vain = sign_in("kari"), "Prøvde ansvarlig pleier: ingen kunne nås"
    under_way = f"{in_vain}. Varsler Siri Solberg nå. Neste: hele avdelingen kl."
    assert under_way in kari.get("/").text, "her way has not taken it yet"
    with transaction(house.connection):
        for one in messages(house, alert).values():
            receipts.note_sent(house.connection, (one.id,), house.now())
    said = f"{in_vain}. Varslet i stedet: Siri Solberg"
    for page in ("/", "/wall"):
        assert f"{said}. Neste: hele avdelingen kl." in kari.get(page).text, page
    card, _, trail = kari.get(f"/alerts/{alert}").text.partition('id="trail-title"')
    assert f"{said}. Neste: hele avdelingen kl." in card
    assert f"{said}<" in trail
    told = kari.get(f"/api/v1/alerts/{alert}").json()
    assert told["alert"]["called_instead"] == ["sol"]
    assert [step["said"] for step in told["trail"][-3:]] == [said, None, None]
    assert [(step["event"], step["reason"]) for step in told["trail"][-2:]] == [
        ("reached_nobody", "assigned"),
        ("called_instead", "sol"),
    ]


def test_whoever_opens_the_alert_or_a_board_with_it_has_seen_it_and_nobody_else(
    house: House, sign_in: SignIn
) -> None:
    alert = called(house)
    sign_in("nord").get("/")  # another unit's
    assert {one.seen_at for one in messages(house, alert).values()} == {None}
    sign_in("sol").get("/")
    assert messages(house, alert)["kari"].seen_at is None
    first = messages(house, alert)["sol"].seen_at
    assert first is not None
    kari = sign_in("kari")
    told = kari.get(f"/api/v1/alerts/{alert}").json()["called"]
    assert {one["person"]: one["rung"] for one in told} == {"kari": "queued", "sol": "seen"}
    kari.get(f"/alerts/{alert}")
    sign_in("sol").get("/")
    after = messages(house, alert)
    assert after["kari"].seen_at is not None
    assert after["sol"].seen_at == first, "the first time counts"
