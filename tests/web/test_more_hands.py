"""Somebody who has an alert asks for more hands: the board and the alert's page say who was called to her."""

import re

import pytest

from hub import summons
from hub.alerting import take
from hub.store import alerts, contacts, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from rules.alert import Alert, Concern
from rules.finding import Finding
from rules.severity import Severity
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import House
from tests.web.test_board import tap


def reached_by_mail(house: House, *people: str) -> None:
    with transaction(house.connection):
        for person in people:
            contact = Contact(person, "email", f"{person}@example.org")
            contacts.put(house.connection, house.site.site, contact, house.now())


def the_hub_calls(house: House) -> None:
    while summons.follow(house.connection, house.site, None, house.now()):
        pass


def asked(house: House, sign_in: SignIn) -> Alert:
    """Kari is in 1A and has asked for more hands."""
    summons.begin(house.connection, house.site.site)
    alert, kari = house.night_exit("1A"), sign_in("kari")
    tap(kari, alert.id, "arrive")
    the_hub_calls(house)
    tap(kari, alert.id, "assist")
    the_hub_calls(house)
    return alert


PLACES = ["/", "/alerts/{}"]


@pytest.mark.parametrize("place", PLACES)
def test_who_was_called_to_help_is_named(house: House, sign_in: SignIn, place: str) -> None:
    reached_by_mail(house, "kari", "sol")
    text = sign_in("kari").get(place.format(asked(house, sign_in).id)).text
    assert re.search(r"Kari Nordmann trenger flere hender siden[^<]+<br>Tilkaller: Siri Solberg</span>", text)


def test_who_is_called_when_nobody_of_the_stages_can_be_reached_is_named(
    house: House, sign_in: SignIn
) -> None:
    reached_by_mail(house, "kari", "nord")
    asked(house, sign_in)
    assert "Tilkaller: Nils Nordli" in sign_in("kari").get("/").text


@pytest.mark.parametrize("place", PLACES)
def test_that_nobody_else_could_be_reached_is_said_to_who_asked(
    house: House, sign_in: SignIn, place: str
) -> None:
    reached_by_mail(house, "kari")
    text = sign_in("kari").get(place.format(asked(house, sign_in).id)).text
    assert "Ingen andre kunne nås. Ring eller rop på hjelp" in text


@pytest.mark.parametrize("place", PLACES)
def test_who_reached_nobody_can_ask_again_and_who_is_being_helped_need_not(
    house: House, sign_in: SignIn, place: str
) -> None:
    reached_by_mail(house, "kari")
    alert, kari = asked(house, sign_in), sign_in("kari")
    again = f'action="/alerts/{alert.id}/assist"'
    assert again in kari.get(place.format(alert.id)).text
    reached_by_mail(house, "sol")
    tap(kari, alert.id, "assist")
    the_hub_calls(house)
    text = kari.get(place.format(alert.id)).text
    assert "Tilkaller: Siri Solberg" in text
    assert again not in text


def test_that_no_message_came_out_is_said_to_who_asked(house: House, sign_in: SignIn) -> None:
    reached_by_mail(house, "kari", "sol")
    alert, kari = asked(house, sign_in), sign_in("kari")
    assert "Tilkaller: Siri Solberg" in kari.get("/").text
    house.connection.execute(
        "UPDATE summons SET next_at = NULL, failure = 'refused' WHERE next_at IS NOT NULL"
    )
    assert all(one.sent_at is None for one in summonses.of_alert(house.connection, alert.id))
    assert "Ingen andre kunne nås. Ring eller rop på hjelp" in kari.get("/").text


@pytest.mark.parametrize("place", PLACES)
def test_who_is_not_got_through_to_yet_is_not_said_to_be_called(
    house: House, sign_in: SignIn, place: str
) -> None:
    reached_by_mail(house, "kari", "sol")
    alert, kari = asked(house, sign_in), sign_in("kari")
    house.connection.execute("UPDATE summons SET attempts = 1, failure = 'away' WHERE next_at IS NOT NULL")
    text = kari.get(place.format(alert.id)).text
    assert "Når ikke fram til Siri Solberg ennå. Ring eller rop på hjelp" in text
    assert "Tilkal" not in text


def test_where_nobody_is_reached_but_by_the_board_it_says_which_stage_was_called(
    house: House, sign_in: SignIn
) -> None:
    asked(house, sign_in)
    assert "Tilkalt: hele avdelingen" in sign_in("sol").get("/").text


def test_what_is_over_asks_for_nobody_any_more(house: House, sign_in: SignIn) -> None:
    alert, kari = asked(house, sign_in), sign_in("kari")
    tap(kari, alert.id, "close", outcome="helped")
    card = kari.get(f"/alerts/{alert.id}").text.partition('id="trail-title"')[0]
    assert "Hjalp til" in card
    assert "flere hender" not in card


@pytest.mark.parametrize("place", [*PLACES, "/care/residents/r1"])
def test_who_asked_is_named_whoever_has_the_alert_and_whoever_took_it_over_later(
    house: House, sign_in: SignIn, place: str
) -> None:
    reached_by_mail(house, "kari", "sol")
    alert, kari, sol = house.night_exit("1A"), sign_in("kari"), sign_in("sol")
    tap(kari, alert.id, "accept")
    tap(kari, alert.id, "assist")
    assert "Kari Nordmann trenger flere hender" in tap(sol, alert.id, "arrive")
    text = sol.get(place.format(alert.id)).text
    assert "Siri Solberg trenger" not in text
    if not place.startswith("/care"):
        assert "Kari Nordmann trenger flere hender" in text
    assert "Kari Nordmann trenger flere hender" in sol.get("/wall").text


@pytest.mark.parametrize("place", PLACES)
def test_that_more_hands_were_asked_for_stands_there_though_whoever_asked_has_handed_it_back(
    house: House, sign_in: SignIn, place: str
) -> None:
    alert, kari, sol = asked(house, sign_in), sign_in("kari"), sign_in("sol")
    wanted = re.compile(r"Kari Nordmann ba om flere hender kl.\N{NO-BREAK SPACE}\d\d.\d\d</span>")
    for who, act in ((kari, "hand_back"), (sol, "accept")):
        assert wanted.search(tap(who, alert.id, act))
        shown = sol.get(place.format(alert.id)).text
        assert wanted.search(shown)
        assert "trenger flere hender" not in shown
    assert "Siri Solberg trenger flere hender" in tap(sol, alert.id, "assist")
    assert not wanted.search(sol.get(place.format(alert.id)).text), "it is wanted anew"


@pytest.mark.parametrize("severity", ["low", "medium"])
def test_more_hands_are_not_offered_to_what_waits_for_a_technician_and_asking_for_them_is_refused_with_why(
    house: House, sign_in: SignIn, severity: Severity
) -> None:
    finding = Finding("fault-battery", "sol", "raised", house.now(), "few days left")
    with transaction(house.connection):
        alert = take(house.connection, house.site.site, finding, Concern(severity, "sol", ()), house.now())
    assert alert is not None
    tor = sign_in("tor")
    offered = "Tilkall flere" in tap(tor, alert.id, "accept")
    answer = tor.post(f"/api/v1/alerts/{alert.id}/assist", headers={"X-CSRF-Token": csrf_of(tor)}).json()
    assert (offered, answer["changed"], answer["assistance_at"] is not None) == ((severity == "medium",) * 3)
    if severity == "low":
        assert answer["reason"] == "it waits for a technician: there is nobody to call to it"
        assert "called" not in {step.event for step in alerts.events(house.connection, alert.id)}
