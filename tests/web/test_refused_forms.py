"""A form that does not fit is answered in the words of who filled it in, never with a program's JSON."""

import re
from datetime import timedelta

import pytest
from fastapi import UploadFile
from fastapi.routing import APIRoute, iter_route_contexts

from dashboards.app import create_app
from dashboards.pages import HERE as PAGES
from dashboards.refusing import titles_of
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import House

WORDS = {
    "nb": ("Ingenting ble endret", "Høyst 1440", "Et helt tall", "Samle lave varsler, minutter"),
    "nn": ("Ingenting vart endra", "Høgst 1440", "Eit heilt tal", "Samle låge varsel, minutt"),
    "en": ("Nothing was changed", "At most 1440", "A whole number", "Gather low alerts, minutes"),
}
TEMPLATES = {file: file.read_text() for file in (PAGES / "templates").rglob("*.html")}
CARRIED_ALONG = {
    ("/care/duty/import/apply", "name"),
    ("/technician/bulk/apply", "name"),
    ("/account/app", "name"),
    ("/switch", "person"),
    ("/keeping/residents/{resident}", "typed"),
}
"""Hidden in these forms, though not in others of the same name; the last has a label with a name in it."""


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_a_form_that_does_not_fit_is_a_page_in_ones_language_and_a_notice_to_htmx(
    house: House, sign_in: SignIn, language: str
) -> None:
    kari = sign_in("kari")
    kari.cookies.set("vaka_language", language)
    said, at_most, whole, label = WORDS[language]
    form = {"csrf": csrf_of(kari, "/contacts"), "gathered": "99999"}
    page = kari.post("/contacts/kari/preferences", data=form)
    assert (page.status_code, page.headers["content-type"]) == (422, "text/html; charset=utf-8")
    assert f'<html lang="{language}"' in page.text
    assert said in page.text
    assert at_most in page.text
    assert label in page.text
    assert "gathered" not in page.text, "what programs call a field says nothing to people"
    assert "99999" not in page.text, "what was sent is not said again"
    form["gathered"] = "<b>"
    notice = kari.post("/contacts/kari/preferences", data=form, headers={"HX-Request": "true"})
    assert (notice.status_code, notice.headers["hx-retarget"]) == (422, "#notice")
    assert "<html" not in notice.text
    assert whole in notice.text
    assert "<b>" not in notice.text
    assert kari.get("/alerts/none").status_code == 404


def test_each_field_that_can_be_filled_in_wrongly_has_the_name_that_its_page_gives_it(house: House) -> None:
    found = iter_route_contexts(create_app(house.settings, house.clock).routes)
    routes = [one.original_route for one in found if isinstance(one.original_route, APIRoute)]
    unnamed = {
        (route.path, field.name)
        for route in routes
        if not route.path.startswith("/api/")
        for field in route.dependant.body_params
        if (field.field_info.metadata or field.field_info.annotation in (int, UploadFile))
        and (route.path, field.name) not in CARRIED_ALONG
        and field.field_info.title is None
        and any(is_filled_in(field.name, text) for text in TEMPLATES.values())
    }
    assert unnamed == set()
    labels = {title for route in routes for title in titles_of(route).values() if title}
    assert len(labels) > 20
    assert {label for label in labels if not any(label in text for text in TEMPLATES.values())} == set()


def is_filled_in(name: str, template: str) -> bool:
    """Whether a page has a place to type it in, or to choose it as a file."""
    found = re.findall(rf'<(?:input|textarea)\b[^>]*?name="{name}"[^>]*>', template)
    return any(not re.search(r'type="(hidden|radio|checkbox)"', one) for one in found)


def test_a_flood_of_wrong_tokens_is_slowed_and_the_right_one_is_heard(house: House, sign_in: SignIn) -> None:
    from tests.web.test_integrations import token_of

    right = token_of(house, "technician", ("see devices",))
    browser = sign_in("kari")
    browser.cookies.clear()

    def asks(token: str) -> tuple[int, str]:
        answer = browser.get("/api/v1/session", headers={"Authorization": f"Bearer {token}"})
        return answer.status_code, answer.headers.get("retry-after", "")

    assert {asks(f"vaka_{number}")[0] for number in range(3)} == {401}
    assert [asks("vaka_more")[0] for _ in range(2)] == [429, 429]
    assert int(asks("vaka_more")[1]) <= timedelta(minutes=1).total_seconds()
    assert asks(right) == (200, "")
    assert browser.get("/devices", headers={"Authorization": "Bearer vaka_x"}).status_code in (401, 404)
