"""Each role's main ways through the pages, from the first tap to the last, as the people see them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from hub.relatives import invitations
from tests.journeys.conftest import Look, Walk, looks
from tests.journeys.house import FurnishedHouse
from tests.web.relatives import relative_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
NIGHT = Look("phone", "night", "nb")
OFFICE = Look("desktop", "light", "nb")
ABROAD = Look("desktop", "dark", "en")
POCKET = Look("phone", "light", "nb")


@looks(NIGHT)
def test_carer_takes_an_alert_at_night_goes_there_and_closes_it(walk: Walk, house: FurnishedHouse) -> None:
    house.calm()
    walk.sign_in("nora")
    walk.reads(walk.word("No open alerts"))
    walk.picture("calm")
    house.evening()
    alert = house.find("fall", "2B")
    card = walk.page.locator(f"#alert-{alert.id}")
    expect(card).to_contain_text("Åslaug Brekkan")
    walk.picture("board")
    walk.taps("All about it", card)
    walk.reads(walk.word("How it is there now"))
    walk.picture("alert")
    walk.picture("alert-whole", whole=True)
    first = walk.page.locator(".acts .do")
    if walk.look.size == "phone":  # under the thumb, and large enough for a glove
        box = first.bounding_box()
        assert box is not None
        assert box["y"] > 600
        assert box["height"] >= 52
    walk.taps("I'll take it")
    expect(walk.page.locator(".one .taken")).to_contain_text("Nora Aasen")
    walk.picture("taken")
    walk.taps("On my way")
    expect(walk.page.get_by_role("button", name=walk.word("On my way"))).to_have_count(0)
    walk.picture("on-the-way")
    walk.taps("I'm there")
    expect(walk.page.locator(".outcomes.acts")).to_be_visible()
    walk.picture("arrived")
    walk.taps("Helped", walk.page.locator(".outcomes.acts"))
    expect(walk.page.locator(".card.is-closed")).to_contain_text("Nora Aasen")
    walk.picture("closed")
    walk.page.locator(".more summary").click()
    expect(walk.page.locator(".more .sheet")).to_be_visible()
    walk.picture("more")
    walk.page.keyboard.press("Escape")
    expect(walk.page.locator(".more .sheet")).to_be_hidden()
    walk.goes_to("/care/residents/b101")
    walk.reads("Solveig Myrvang")
    walk.picture("resident", whole=True)
    walk.goes_to("/care/handover")
    walk.reads("2B")
    walk.picture("hand-over", whole=True)
    walk.goes_to("/")
    walk.is_accessible()


@looks(OFFICE)
def test_leader_looks_at_quality_rules_the_plan_and_the_roster(walk: Walk, house: FurnishedHouse) -> None:
    walk.sign_in("lise")
    walk.picture("board")
    for path, step in (
        ("/care/duty", "roster"),
        ("/care/escalation", "plan"),
        ("/care/reach", "who-is-told"),
        ("/care/quality", "quality"),
        ("/care/rules", "rules"),
        ("/care/residents/b101/nights", "nights"),
        ("/care/residents/b101/trends", "weeks"),
        ("/care/relatives", "relatives"),
    ):
        walk.goes_to(path)
        expect(walk.page.get_by_role("heading", level=1)).to_be_visible()
        walk.picture(step, whole=True)
    walk.reads("Marit Myrvang")
    walk.goes_to("/care/rules")
    walk.page.locator("main a[href^='/care/rules/']").first.click()
    expect(walk.page.locator("main form").first).to_be_visible()
    walk.picture("rule", whole=True)


@looks(POCKET)
def test_technician_finds_a_new_device_places_it_and_tries_one(walk: Walk, house: FurnishedHouse) -> None:
    sensor = house.a_new_sensor_speaks()
    walk.sign_in("trond")
    walk.reads(walk.word("Overview"))
    walk.picture("overview", whole=True)
    walk.goes_to("/technician/inbox")
    expect(walk.page.locator(f"li[data-address='{sensor}']")).to_contain_text("91")
    walk.picture("inbox")
    walk.goes_to(f"/technician/place?gateway=zigbee&address={sensor}")
    walk.page.locator("select[name=room]").select_option("2C")
    expect(walk.page.locator("input[name=id]")).to_have_value(re.compile("2C"))
    walk.picture("place", whole=True)
    walk.taps("Place it here")
    expect(walk.page.get_by_role("heading", level=1)).to_contain_text("2C")
    walk.picture("placed", whole=True)
    walk.goes_to("/technician/devices")
    walk.reads("2C")
    walk.picture("devices")
    walk.goes_to("/technician/devices/2C%20ytterd%C3%B8r")
    walk.picture("device", whole=True)
    walk.goes_to("/technician/devices/2C%20ytterd%C3%B8r/test")
    walk.page.locator("main form button").first.click()
    expect(walk.page.locator(".tries")).to_be_visible()
    walk.picture("walk-test", whole=True)
    walk.taps("End the test without signing")
    walk.reads(walk.word("Start the test"))
    walk.picture("walk-test-over")
    walk.goes_to("/technician/faults")
    walk.picture("faults", whole=True)


@looks(ABROAD)
def test_administrator_sees_what_needs_them_and_adds_somebody(walk: Walk, house: FurnishedHouse) -> None:
    walk.sign_in("alma")
    expect(walk.page).to_have_url(re.compile("/today$"))
    walk.picture("today", whole=True)
    walk.is_accessible()
    walk.goes_to("/people/new")
    somebody = f"nora-{walk.look.size[0]}{walk.look.theme[0]}"
    walk.page.locator("input[name=id]").fill(somebody)
    walk.page.locator("input[name=name]").fill("Nora Vik")
    walk.page.locator("input[name=role][value=carer]").check()
    walk.picture("new-person", whole=True)
    walk.taps("Add")
    walk.reads("Nora Vik")
    walk.taps("Make a link for a new password")
    expect(walk.page.locator(".callout.good .code")).to_contain_text("http")
    walk.picture("link", whole=True)
    for path, step in (
        ("/people", "people"),
        ("/care/legal-basis", "legal-basis"),
        ("/keeping", "keeping"),
        ("/audit", "audit"),
        ("/integrations", "integrations"),
    ):
        walk.goes_to(path)
        expect(walk.page.get_by_role("heading", level=1)).to_be_visible()
        walk.picture(step, whole=True)


@looks(POCKET)
def test_relative_comes_in_reads_the_week_and_pauses(walk: Walk, house: FurnishedHouse) -> None:
    email = f"tor-{walk.look}@example.org"
    tor = relative_of(
        house, "b101", email=email, name="Tor Myrvang", language=walk.look.language, came_in=False
    )
    link = invitations.invite(house.connection, tor, walk.address, False, "lise", house.now()).link
    walk.page.goto(link)
    walk.picture("invited")
    for field in ("password", "again"):
        walk.page.locator(f"input[name={field}]").fill("et ganske langt passord")
    walk.page.keyboard.press("Enter")
    expect(walk.page.get_by_role("heading", name="Solveig Myrvang")).to_be_visible()
    walk.picture("home", whole=True)
    walk.goes_to("/relative/settings")
    walk.picture("settings", whole=True)
    walk.page.locator(".pause-form button").first.click()
    expect(walk.page.locator("main")).to_contain_text(re.compile("pause|Pause"))
    walk.picture("paused", whole=True)


@looks(OFFICE)
def test_privacy_officer_follows_who_saw_what(walk: Walk, house: FurnishedHouse) -> None:
    walk.sign_in("pia")
    expect(walk.page).to_have_url(re.compile("/audit$"))
    walk.picture("who-saw-what", whole=True)
    for path, step in (("/care/legal-basis", "legal-basis"), ("/keeping", "keeping")):
        walk.goes_to(path)
        walk.picture(step, whole=True)


@looks(Look("desktop", "night", "nb"))
def test_everybody_meets_the_same_design_where_there_is_nothing_to_see(
    walk: Walk, house: FurnishedHouse
) -> None:
    walk.goes_to("/sign-in")
    walk.picture("sign-in")
    walk.goes_to("/offline")
    walk.picture("offline")
    walk.sign_in("nora")
    walk.goes_to("/nowhere")
    walk.reads(walk.word("This is not here"))
    walk.picture("not-here")
    for look in ("light", "dark", "night"):
        walk.goes_to(f"/design?look={look}")
        expect(walk.page.locator(".parts")).to_have_attribute("data-theme", look)
        if look == walk.look.theme:
            walk.is_accessible()
    walk.picture("design", whole=True)
    house.calm()
    walk.page.set_viewport_size({"width": 1920, "height": 1080})
    walk.goes_to("/wall")
    walk.reads(walk.word("No open alerts"))
    walk.picture("wall-calm")
    house.evening()
    expect(walk.page.locator("#open .card")).to_have_count(3)
    walk.picture("wall")
