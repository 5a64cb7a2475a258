"""Floor plans: pictures that come in and go out, where things are put, and who may."""

import json
from base64 import b64encode

import pytest
import typst
from playwright.sync_api import Page, expect
from starlette.testclient import TestClient

from dashboards.wall import drawing
from dashboards.wall.drawing import PNG, Drawing, Undrawable, draw
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import Heart, House, Web
from tests.web.test_browser import until
from tests.web.test_wall_browser import accessible, sign_in_here

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 400"><script>alert(1)</script>'
    b'<rect x="10" y="10" width="780" height="380" fill="none" stroke="black" stroke-width="6"/>'
    b'<path d="M400 10v380M10 200h780" stroke="black" stroke-width="4"/></svg>'
)
API = "/api/v1/floor-plans"


def png(width: str = "20pt", height: str = "10pt") -> bytes:
    page = f"#set page(width: {width}, height: {height}, margin: 0pt)\n"
    drawn = typst.compile(page.encode(), format="png", ppi=72.0)
    assert isinstance(drawn, bytes)
    return drawn


def call(client: TestClient, method: str, path: str, **body: object) -> tuple[int, dict[str, object]]:
    token = client.get("/api/v1/session").json()["csrf"]
    answer = client.request(method, path, json=body, headers={"X-CSRF-Token": token})
    return answer.status_code, answer.json() if answer.content else {}


def put(client: TestClient, unit: str = "sol", picture: bytes = SVG) -> int:
    status, plan = call(client, "POST", API, unit=unit, name="1. etasje", picture=b64encode(picture).decode())
    assert status == 200, plan
    assert isinstance(plan["id"], int)
    return plan["id"]


@pytest.mark.parametrize("content", [SVG, png()])
def test_what_goes_out_is_a_png_of_one_width_whatever_came_in(content: bytes) -> None:
    drawn = draw(content)
    assert isinstance(drawn, Drawing)
    assert drawn.png.startswith(PNG)
    assert (drawn.width, drawn.height) == (drawing.WIDTH, drawing.WIDTH // 2)
    assert b"script" not in drawn.png


LINKED = SVG.replace(b"<rect", b'<image href="file:///etc/hostname" width="9" height="9"/><rect', 1)
HUGE = PNG + b"\0\0\0\rIHDR" + (100_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0" + bytes(40)
LONG = (
    PNG
    + b"\0\0\0\rIHDR"
    + (4000).to_bytes(4, "big")
    + (10).to_bytes(4, "big")
    + b"\x08\x02\0\0\0"
    + bytes(40)
)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"hello", "not a picture"),
        (b"GIF89a" + bytes(100), "not a picture"),
        (b"<html><body>svg</body></html>", "not a picture"),
        (bytes(drawing.LARGEST + 1), "too large"),
        (HUGE, "too many pixels"),
        (LONG, "too long a shape"),
        (LINKED, "cannot be drawn"),
        (SVG[:200], "cannot be drawn"),
        (SVG.replace(b"0 0 800 400", b"0 0 1 1000000"), "cannot be drawn"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_reason(content: bytes, why: str) -> None:
    assert draw(content) == Undrawable(why)  # type: ignore[arg-type]


def test_marks_are_put_with_the_version_they_were_made_on(house: House, sign_in: SignIn) -> None:
    first, second = sign_in("tor"), sign_in("adm")
    id = put(first)
    mark = {"kind": "room", "of": "1A", "x": 2500, "y": 5000}
    assert call(first, "PUT", f"{API}/{id}/marks", version=1, marks=[mark]) == (200, {"version": 2})
    assert call(second, "PUT", f"{API}/{id}/marks", version=1, marks=[])[0] == 409
    (plan,) = second.get(API).json()
    assert plan["marks"] == [mark]
    foreign = {"kind": "room", "of": "4B", "x": 0, "y": 0}
    assert call(first, "PUT", f"{API}/{id}/marks", version=2, marks=[foreign])[0] == 400
    put(first)  # a new picture of the same floor
    assert [(p["id"], p["marks"], p["version"]) for p in first.get(API).json()] == [(id, [mark], 3)]
    assert call(first, "DELETE", f"{API}/{id}")[0] == 204
    assert first.get(f"/floor/{id}").status_code == 404


def test_an_alert_stands_on_the_plan_where_it_is_for_those_who_see_it(house: House, sign_in: SignIn) -> None:
    id = put(sign_in("tor"))
    house.night_exit("1A")
    states = sign_in("sol").get(API).json()[0]["states"]
    assert states["room:1A"] == {"alert": "high", "taken": False, "lost": False}
    assert states["device:1A ytterdør"]["alert"] == "high"
    assert sign_in("tor").get(API).json()[0]["states"] == {}, "no alert about a resident is a technician's"
    assert sign_in("nord").get(API).json() == []
    assert sign_in("nord").get(f"/floor/{id}/picture.png").status_code == 404
    picture = sign_in("sol").get(f"/floor/{id}/picture.png")
    assert picture.headers["content-type"] == "image/png"


def test_a_form_with_what_is_no_picture_says_so(house: House, sign_in: SignIn) -> None:
    client = sign_in("tor")
    form = {"unit": "sol", "name": "1. etasje", "csrf": csrf_of(client, "/floor")}
    answer = client.post("/floor", data=form, files={"picture": ("plan.png", b"<?php", "image/png")})
    assert answer.status_code == 400
    assert "ikke et bilde" in answer.text
    answer = client.post("/floor", data=form, files={"picture": ("plan.svg", SVG, "text/plain")})
    assert answer.status_code == 303


@pytest.mark.browser
def test_a_plan_is_put_together_by_mouse_and_keys_and_then_lights_up(
    house: House, heart: Heart, web: Web, page: Page, sign_in: SignIn
) -> None:
    id = put(sign_in("tor"))
    sign_in_here(page, web, "tor")
    page.goto(f"{web.address}/floor/{id}?edit=1")
    page.get_by_role("button", name="1A", exact=True).click()
    page.keyboard.press("Shift+ArrowLeft")
    page.get_by_role("button", name="2A", exact=True).click()
    mark = page.locator('.mark[data-key="room:2A"]')
    box, plan = mark.locator(".plate").bounding_box(), page.locator("svg.plan").bounding_box()
    assert box is not None
    assert plan is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(plan["x"] + plan["width"] * 0.75, plan["y"] + plan["height"] * 0.25, steps=4)
    page.mouse.up()
    accessible(page)
    page.get_by_role("button", name="Lagre").click()
    expect(page.locator("#floor-said")).to_have_text("Lagret")
    marks = {m["of"]: (m["x"], m["y"]) for m in sign_in("tor").get(API).json()[0]["marks"]}
    assert marks["1A"] == (4500, 5000)
    assert marks["2A"] == pytest.approx((7500, 2500), abs=60)
    page.context.clear_cookies()
    sign_in_here(page, web, "kari")
    page.goto(f"{web.address}/floor/{id}")
    until(page, "typeof follow === 'function' && performance.now() - floorHeardAt < 2000")
    house.night_exit("1A")
    expect(page.locator('.mark[data-key="room:1A"].high')).to_be_visible()
    assert "Høy" in (page.locator('.mark[data-key="room:1A"]').get_attribute("aria-label") or "")
    expect(page.locator("#floor-list")).to_contain_text("1A")
    accessible(page)
    assert json.loads(page.locator("#floor").get_attribute("data-states") or "") == {}
