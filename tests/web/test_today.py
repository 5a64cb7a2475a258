"""What an administrator sees first, and the page that shows the design system."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page
from starlette.testclient import TestClient

from dashboards.design import LOOKS, colours, measures
from hub.settings import Settings
from hub.store import integrations
from hub.store.db import transaction
from rules.integration import Integration
from tests.web.conftest import SignIn
from tests.web.house import DOCUMENT, PASSWORD, Heart, House, Web


def matters(client: TestClient) -> dict[str, tuple[str, int]]:
    return {one["what"]: (one["state"], one["number"]) for one in client.get("/api/v1/today").json()}


def test_what_needs_an_administrator_comes_first_by_how_grave_it_is(house: House, sign_in: SignIn) -> None:
    client = sign_in("adm")
    calm = matters(client)
    assert calm["legal bases"] == ("good", 0)
    assert calm["without sign-in"] == ("good", 0)
    due = (house.now() - timedelta(days=2)).date()
    basis = (
        "id: r1\n    name: Anna Haugen\n    room: 1A\n    legal_basis:\n"
        f"      - {{kind: decision, rules: [quiet], decided_by: Oss, valid_from: 2024-01-10, review: {due}}}"
    )
    newcomer = "  - {id: ny, name: Nina Ny, role: carer}\nrules:\n"
    house.import_site(
        DOCUMENT.replace("{id: r1, name: Anna Haugen, room: 1A}", basis, 1).replace("rules:\n", newcomer, 1)
    )
    house.connection.execute(
        "INSERT INTO unheard (site, part, since) VALUES ('solbakken', 'device:1A stue', 0)"
    )
    found = matters(client)
    assert found["silent"] == ("bad", 1)
    assert found["legal bases"] == ("bad", 1)
    assert found["without sign-in"] == ("warn", 1)
    states = [one["state"] for one in client.get("/api/v1/today").json()]
    assert states == sorted(states, key=["bad", "warn", "good"].index)
    page = client.get("/today").text
    assert page.index("1 del av huset har ikke kontakt") < page.index("1 person kan ikke logge inn ennå")
    assert "Nina Ny" in page


def test_beyond_three_who_cannot_sign_in_the_page_says_how_many_more_there_are(
    house: House, sign_in: SignIn
) -> None:
    client = sign_in("adm")
    newcomers = "".join(f"  - {{id: ny-{n}, name: Nina {n}, role: carer}}\n" for n in range(1, 6))
    house.import_site(DOCUMENT.replace("rules:\n", f"{newcomers}rules:\n", 1))
    page = client.get("/today").text
    assert "5 personer kan ikke logge inn ennå" in page
    assert re.search(r"Nina 1, Nina 2, Nina 3\s+og 2 til", page)


def test_a_second_step_that_is_demanded_of_nobody_is_not_said_to_be_in_order(
    house: House, sign_in: SignIn
) -> None:
    client = sign_in("adm")
    page = re.sub(r"<[^>]+>|\s+", " ", client.get("/today").text)
    assert "Ingen mangler totrinnsinnlogging" not in page
    assert page.index("Ingen rolle har krav om totrinnsinnlogging") < page.index("I orden")
    assert "Ingen bruker det. Krev det før det er beboere i huset" in page
    assert matters(client)["second factor not demanded"] == ("warn", 0)
    house.settings = Settings(data=house.data, second_factor_for="carer")
    found = matters(sign_in("adm"))
    assert found["without second factor"] == ("warn", 3)
    assert "second factor not demanded" not in found


def test_a_programs_key_that_runs_out_is_said(house: House, sign_in: SignIn) -> None:
    now = house.now()
    soon = Integration(
        id="nurse-call",
        site=house.site.site,
        name="Nurse call",
        purpose="lamps above the doors",
        role="technician",
        acts=("see alerts",),
        reads_only=True,
        units=(),
        created_by="adm",
        created_at=now - timedelta(days=80),
        ends_at=now + timedelta(days=2),
    )
    with transaction(house.connection):
        assert integrations.add(house.connection, soon, b"hash")
    assert matters(sign_in("adm"))["integrations"] == ("warn", 1)


def test_the_design_page_shows_every_token_in_every_look_to_all_who_work_here(sign_in: SignIn) -> None:
    text = sign_in("kari").get("/design").text
    for look in LOOKS:
        shown = text.split(f'data-theme="{look}"')[1].split("</ul>")[0]
        assert re.findall(r'fill="var\(--([\w-]+)\)"', shown) == [token.name for token in colours(look)]
    for tokens in measures().values():
        assert tokens
        assert all(f"var(--{token.name})" in text for token in tokens)
    assert sign_in("tor").get("/design?look=night").status_code == 200


def test_the_design_page_stands_in_the_menu_of_those_who_run_the_house_alone(sign_in: SignIn) -> None:
    assert 'href="/design"' not in sign_in("kari").get("/").text
    for who, page in (("tor", "/technician"), ("adm", "/today")):
        assert 'href="/design"' in sign_in(who).get(page).text


@pytest.mark.browser
def test_words_of_two_lines_do_not_touch_what_divides_them_on_a_phone(
    house: House, heart: Heart, web: Web, page: Page
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{web.address}/sign-in")
    page.locator("[name=person]").fill("adm")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/today")
    room = page.evaluate(
        """() => [...document.querySelectorAll(".in-order")].map((row) => {
          const words = document.createRange()
          words.selectNodeContents(row.querySelector("a"))
          return words.getBoundingClientRect().top - row.getBoundingClientRect().top
        })"""
    )
    assert room, "something is in order"
    assert min(room) >= 6
