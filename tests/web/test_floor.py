"""Floor plans: pictures that come in and go out, where things are put, and who may."""

import json
import re
from base64 import b64encode
from contextlib import ExitStack

import pytest
import typst
from playwright.sync_api import Browser, Page, expect
from starlette.testclient import TestClient

from dashboards.wall import drawing
from dashboards.wall.drawing import PNG, Drawing, Undrawable, draw
from hub.store import placements
from hub.store.db import transaction
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import Heart, House, Web
from tests.web.lived_in import MINUTE, keep_in_history
from tests.web.test_browser import until
from tests.web.test_every_route import WITH_ALL_ROLES
from tests.web.test_technician import form_of
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
    drawn = draw(content, "tor")
    assert isinstance(drawn, Drawing)
    assert drawn.png.startswith(PNG)
    assert (drawn.width, drawn.height) == (drawing.WIDTH, drawing.WIDTH // 2)
    assert b"script" not in drawn.png


@pytest.mark.parametrize("name", ["3B stue", "4B bad"], ids=["its name stays", "another name"])
def test_a_device_that_is_moved_to_another_room_leaves_the_plan_and_that_is_said(
    house: House, sign_in: SignIn, name: str
) -> None:
    tor = sign_in("tor")
    id = put(tor)
    marks = [{"kind": "device", "of": of, "x": 5, "y": 6} for of in ("3B stue", "3B ytterdør")]
    assert call(tor, "PUT", f"{API}/{id}/marks", version=1, marks=marks)[0] == 200
    path = "/technician/change?device=3B+stue"
    said = "kommer bort fra plantegningen"
    wanted = {"room": "4B", "role": "motion", "id": name}
    assert said not in tor.get(f"{path}&room=3B&role=bathroom_motion").text
    assert f"{name} {said}" in tor.get("/technician/change", params={"device": "3B stue", **wanted}).text
    answer = tor.post("/technician/change", data=form_of(tor, path, **wanted))
    assert f"{name} er flyttet" in tor.get(answer.headers["location"]).text
    assert [mark["of"] for mark in tor.get(API).json()[0]["marks"]] == ["3B ytterdør"]


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
    assert draw(content, "tor") == Undrawable(why)  # type: ignore[arg-type]


BLURS = [
    (
        b'<filter id="f"><feGaussianBlur stdDeviation="200"/></filter>'
        b'<g filter="url(#f)"><rect width="700" height="300" style="filter : url(#f)"/></g>'
    ),
    b'<style>rect{filter:blur(200px)}</style><rect width="700" height="300"/>',
    b'<rect width="700" height="300" style="fill:black;filter:blur(200px)"/>',
]


@pytest.mark.parametrize("blur", BLURS)
def test_a_plan_with_shadows_and_blur_is_drawn_without_them(blur: bytes) -> None:
    plain = b'<rect width="700" height="300"/>'
    without = draw(SVG.replace(b"</svg>", plain + b"</svg>"), "tor")
    assert isinstance(without, Drawing)
    assert draw(SVG.replace(b"</svg>", blur + b"</svg>"), "tor") == without


def test_whoever_puts_in_a_plan_that_takes_too_long_is_told_so(house: House, sign_in: SignIn) -> None:
    hidden = b'<rect width="700" height="300" style="&#102;ilter:blur(200px)"/>' * 3000
    client = sign_in("tor")
    form = {"unit": "sol", "name": "1. etasje", "csrf": csrf_of(client, "/floor")}
    slow = SVG.replace(b"</svg>", hidden + b"</svg>")
    answer = client.post("/floor", data=form, files={"picture": ("plan.svg", slow, "image/svg+xml")})
    assert answer.status_code == 400
    assert "Det tar for lang tid å tegne bildet" in answer.text


def test_nobody_has_two_plans_drawn_at_once_and_so_keeps_others_from_theirs(
    house: House, sign_in: SignIn
) -> None:
    tor, picture = sign_in("tor"), b64encode(SVG).decode()
    with drawing.place("tor"):
        status, said = call(tor, "POST", API, unit="sol", name="1. etasje", picture=picture)
        assert (status, said["detail"]) == (429, "one at a time")
        form = {"unit": "sol", "name": "1. etasje", "csrf": csrf_of(tor, "/floor")}
        answer = tor.post("/floor", data=form, files={"picture": ("plan.svg", SVG, "image/svg+xml")})
        assert "Et bilde fra deg tegnes allerede" in answer.text
        put(sign_in("adm"))
    put(tor)


def test_drawings_that_take_long_leave_the_pages_to_those_who_watch(house: House, sign_in: SignIn) -> None:
    client, picture = sign_in("tor"), b64encode(SVG).decode()
    with ExitStack() as drawn:
        for number in range(drawing.AT_ONCE):
            drawn.enter_context(drawing.place(f"adm{number}"))
        assert draw(SVG, "tor") == Undrawable("busy")
        assert call(client, "POST", API, unit="sol", name="1. etasje", picture=picture)[0] == 503
        form = {"unit": "sol", "name": "1. etasje", "csrf": csrf_of(client, "/floor")}
        answer = client.post("/floor", data=form, files={"picture": ("plan.svg", SVG, "image/svg+xml")})
        assert "Andre bilder tegnes akkurat nå" in answer.text
    assert isinstance(draw(SVG, "tor"), Drawing)


def test_marks_are_put_with_the_version_they_were_made_on(house: House, sign_in: SignIn) -> None:
    first, second = sign_in("tor"), sign_in("adm")
    id = put(first)
    mark = {"kind": "room", "of": "1A", "x": 2500, "y": 5000}
    assert call(first, "PUT", f"{API}/{id}/marks", version=1, marks=[mark]) == (200, {"version": 2})
    status, refused = call(second, "PUT", f"{API}/{id}/marks", version=1, marks=[])
    assert (status, refused["reason"]) == (409, "plan_changed")
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
    alert = house.night_exit("1A")
    states = sign_in("sol").get(API).json()[0]["states"]
    assert states["room:1A"] == {"alert": "high", "id": alert.id, "taken": False, "lost": False}
    assert states["device:1A ytterdør"]["alert"] == "high"
    assert sign_in("tor").get(API).json()[0]["states"] == {}, "no alert about a resident is a technician's"
    assert sign_in("nord").get(API).json() == []
    assert sign_in("nord").get(f"/floor/{id}/picture.png").status_code == 404
    picture = sign_in("sol").get(f"/floor/{id}/picture.png")
    assert picture.headers["content-type"] == "image/png"


def test_a_mark_leads_to_the_pictures_of_its_place_for_those_who_may_see_them(
    house: House, sign_in: SignIn
) -> None:
    house.import_site(WITH_ALL_ROLES)
    house.set_password("leder")
    keep_in_history(house, [(house.now() - 40 * MINUTE, "gang føler", "motion", True)])
    with transaction(house.connection):
        placements.follow(house.connection, house.site, house.now(), from_the_first=True)
    id = put(sign_in("tor"))
    places = (("room", "1A"), ("room", "gang"), ("device", "gang føler"), ("device", "1A stue"))
    marks = [{"kind": kind, "of": of, "x": 2500, "y": 2500} for kind, of in places]
    assert call(sign_in("tor"), "PUT", f"{API}/{id}/marks", version=1, marks=marks)[0] == 200

    def leads(person: str) -> list[str]:
        return re.findall(r'<a class="to" href="([^"]+)"', sign_in(person).get(f"/floor/{id}").text)

    rooms = ["/care/residents/r1", "/care/rooms/gang"]
    of_devices = ["/technician/devices/1A%20stue", "/technician/devices/gang%20f%C3%B8ler"]
    assert sorted(leads("sol")) == sorted(rooms * 2)
    assert sorted(leads("tor")) == of_devices
    assert sorted(leads("leder")) == rooms + of_devices
    for person in ("sol", "tor", "leder"):
        client = sign_in(person)
        assert {client.get(path).status_code for path in leads(person)} == {200}
    assert "Anna Haugen" not in sign_in("sol").get(f"/floor/{id}").text
    assert '<a class="to"' not in sign_in("tor").get(f"/floor/{id}?edit=1").text


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
    box, plan = mark.locator(".plate").bounding_box(), page.locator("svg.plan image").bounding_box()
    assert box is not None
    assert plan is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(plan["x"] + plan["width"] * 0.75, plan["y"] + plan["height"] * 0.25, steps=4)
    page.mouse.up()
    accessible(page)
    undo, off = page.get_by_role("button", name="Angre"), page.get_by_role("button", name="Ta av tegningen")
    dragged = mark.get_attribute("transform")
    off.click()  # what was there, too, can be put back: by its button, or by taking that back
    expect(page.locator("#floor-said")).to_contain_text("av tegningen")
    expect(page.get_by_role("button", name="2A", exact=True)).to_be_focused()
    expect(off).to_be_disabled()
    undo.click()
    expect(page.locator("#floor-said")).to_contain_text("angret")
    undo.click()
    expect(mark).not_to_have_attribute("transform", dragged or "")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(plan["x"] + plan["width"] * 0.75, plan["y"] + plan["height"] * 0.25, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="Lagre").click()
    expect(page.locator("#floor-said")).to_have_text("Lagret")
    marks = {m["of"]: (m["x"], m["y"]) for m in sign_in("tor").get(API).json()[0]["marks"]}
    assert marks["1A"] == (4500, 5000)
    assert marks["2A"] == pytest.approx((7500, 2500), abs=60)
    page.context.clear_cookies()
    sign_in_here(page, web, "kari")
    page.goto(f"{web.address}/floor/{id}")
    until(page, "typeof follow === 'function' && performance.now() - floorHeardAt < 2000")
    alert = house.night_exit("1A")
    expect(page.locator('.mark[data-key="room:1A"].high')).to_be_visible()
    lit = page.locator("a.to", has=page.locator('[data-key="room:1A"]'))
    expect(lit).to_have_attribute("href", f"/alerts/{alert.id}")
    assert "Høy" in (page.locator('.mark[data-key="room:1A"]').get_attribute("aria-label") or "")
    expect(page.locator("#floor-list")).to_contain_text("1A")
    accessible(page)
    assert json.loads(page.locator("#floor").get_attribute("data-states") or "") == {}


@pytest.mark.browser
def test_on_a_phone_every_device_is_hit_and_dragged_though_they_hang_close_and_an_alert_is_open(
    house: House, heart: Heart, web: Web, chromium: Browser, sign_in: SignIn
) -> None:
    house.import_site(WITH_ALL_ROLES)
    house.set_password("leder")
    id = put(sign_in("tor"))
    own = [device.id for device in house.site.devices if device.room in ("1A", "2A")]
    places = {of: (700 + 1100 * (n % 4), 600 + 1500 * (n // 4)) for n, of in enumerate(own)}
    marks = [{"kind": "device", "of": of, "x": x, "y": y} for of, (x, y) in places.items()]
    marks.append({"kind": "room", "of": "1A", "x": 2500, "y": 1300})
    call(sign_in("tor"), "PUT", f"{API}/{id}/marks", version=1, marks=marks)
    house.night_exit("1A")
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    sign_in_here(page, web, "leder")
    page.goto(f"{web.address}/floor/{id}?edit=1")
    until(page, "typeof view === 'object' && view.w > 0")
    expect(page.locator(".mark:is(.high, .medium, .low, .is-lost)")).to_have_count(0)
    touch = context.new_cdp_session(page)
    for of in own:
        mark = page.locator(f'.mark[data-key="device:{of}"]')
        expect(mark.locator("text")).to_be_hidden()
        dot = mark.locator(".dot").bounding_box()
        assert dot is not None
        x, y = dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2
        for kind, dx in (("touchStart", 0), ("touchMove", 4), ("touchMove", 9), ("touchEnd", None)):
            points = [] if dx is None else [{"x": x + dx, "y": y, "id": 0}]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        expect(page.locator(".mark.is-chosen")).to_have_attribute("data-word", of)
        name, plan = mark.locator(".plate").bounding_box(), page.locator("svg.plan").bounding_box()
        assert name is not None
        assert plan is not None
        assert plan["x"] <= name["x"]
        assert name["x"] + name["width"] <= plan["x"] + plan["width"]
        assert plan["y"] <= name["y"]
    page.get_by_role("button", name="Lagre").click()
    expect(page.locator("#floor-said")).to_have_text("Lagret")
    kept = {m["of"]: m["x"] for m in sign_in("tor").get(API).json()[0]["marks"]}
    assert all(kept[of] > x + 100 for of, (x, _) in places.items())
    accessible(page)


@pytest.mark.browser
def test_on_a_phone_a_plan_is_seen_closer_by_fingers_buttons_and_keys(
    house: House, heart: Heart, web: Web, chromium: Browser, sign_in: SignIn
) -> None:
    id = put(sign_in("tor"))
    mark = {"kind": "room", "of": "1A", "x": 2500, "y": 5000}
    call(sign_in("tor"), "PUT", f"{API}/{id}/marks", version=1, marks=[mark])
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    sign_in_here(page, web, "kari")
    page.goto(f"{web.address}/floor/{id}")
    plan = page.locator("svg.plan")
    until(page, "typeof view === 'object' && view.w > 0")

    def width() -> float:
        return float(page.evaluate("view.w"))

    whole = width()
    letters = page.locator('.mark[data-key="room:1A"] .plate').bounding_box()
    assert letters is not None
    assert letters["height"] > 15  # its 52 units would be 12 px
    page.get_by_role("button", name="Nærmere").click()
    assert width() == pytest.approx(whole / 1.6)
    page.get_by_role("button", name="Hele plantegningen").click()
    assert width() == pytest.approx(whole)
    plan.focus()
    page.keyboard.press("+")
    left = page.evaluate("view.x")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("view.x") > left
    page.keyboard.press("0")
    box = plan.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = context.new_cdp_session(page)
    for kind, apart in (("touchStart", 30), ("touchMove", 60), ("touchMove", 90), ("touchEnd", 0)):
        points = [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}] if apart else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert width() == pytest.approx(whole / 3, rel=0.1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    accessible(page)
    page.get_by_role("button", name="Hele plantegningen").click()
    page.get_by_role("button", name="Nærmere").click()
    page.locator(".to .reach").tap()
    page.wait_for_url("**/care/residents/r1")
    context.close()


@pytest.mark.browser
def test_on_a_phone_what_is_open_covers_no_rooms_name_and_can_be_read_at_arms_length(
    house: House, heart: Heart, web: Web, chromium: Browser, sign_in: SignIn
) -> None:
    id = put(sign_in("tor"))
    room = {"kind": "room", "of": "1A", "x": 2500, "y": 5000}
    device = {"kind": "device", "of": "1A ytterdør", "x": 2500, "y": 5800}
    call(sign_in("tor"), "PUT", f"{API}/{id}/marks", version=1, marks=[room, device])
    house.night_exit("1A")
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    sign_in_here(page, web, "kari")
    page.goto(f"{web.address}/floor/{id}")
    lit = page.locator('.mark[data-key="room:1A"].high')
    expect(lit.locator(".sign")).to_be_visible()
    sign, name = lit.locator(".sign").bounding_box(), lit.locator("text").bounding_box()
    assert sign is not None
    assert name is not None
    assert sign["x"] + sign["width"] <= name["x"] + 1
    assert page.evaluate(
        "getComputedStyle(document.querySelector('.mark.high .sign')).color"
    ) != page.evaluate("getComputedStyle(document.querySelector('.mark.high .plate-of-sign')).fill")
    letters = "32 * parseFloat(seen.style.getPropertyValue('--mark')) * seen.clientWidth / view.w"
    assert page.evaluate(letters) == pytest.approx(17, abs=0.1)
    expect(page.locator('.mark[data-key="device:1A ytterdør"]')).to_be_hidden()  # its room says it
    frame, drawn = page.locator("svg.plan").bounding_box(), page.locator("svg.plan image").bounding_box()
    assert frame is not None
    assert drawn is not None
    assert drawn["height"] > 0.85 * frame["height"]
    accessible(page)
    context.close()
