"""Where each role can go: few places in the bar, every other one below *More*, none twice, none missing."""

from typing import get_args

import pytest
from playwright.sync_api import Browser, expect

from dashboards.frame import navigation_of, places_of
from rules.building import Person, PersonRole
from tests.web.conftest import SignIn
from tests.web.house import PASSWORD, House, Web
from tests.web.test_browser import axe_finds_nothing

ROLES: tuple[PersonRole, ...] = get_args(PersonRole)


@pytest.mark.parametrize("role", ROLES)
def test_everywhere_that_a_role_may_go_is_listed_once(role: PersonRole) -> None:
    person = Person(id="x", name="X", role=role)
    first, then, more = navigation_of(person)
    assert sorted((*first, *then, *more)) == sorted(places_of(person))
    assert len(first) <= 4
    assert len(first) + len(then) <= 6


def test_the_bar_says_which_place_a_step_belongs_to(sign_in: SignIn) -> None:
    tor = sign_in("tor")
    for page, place in {
        "change?device=1A%20stue": "/technician/devices",
        "scan": "/technician/inbox",
        "": "/technician",
    }.items():
        html = tor.get(f"/technician/{page}".rstrip("/")).text
        assert f'href="{place}" aria-current="page"' in html


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(("person", "below"), [("tor", "Paring"), ("kari", "Mål")])
def test_the_rest_is_reached_by_keyboard_and_nothing_runs_out_of_the_screen(
    house: House, web: Web, chromium: Browser, width: int, person: str, below: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(web.address)
    page.get_by_label("Brukernavn").fill(person)
    page.get_by_label("Passord").fill(PASSWORD)
    page.get_by_label("Passord").press("Enter")
    bar = page.get_by_role("navigation", name="Sider")
    expect(bar).to_be_visible()
    for link in bar.get_by_role("link").all():
        box = link.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    link = bar.get_by_role("link", name=below)
    expect(link).to_be_hidden()
    bar.locator("summary", has_text="Mer").focus()
    page.keyboard.press("Enter")
    expect(link).to_be_visible()
    axe_finds_nothing(page)
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(below)
    expect(bar.locator(".more.is-here")).to_have_count(1)
    context.close()
