"""By which methods something can be asked for: what a watching program, a proxy or a crawler tries first."""

import re

import httpx2
from starlette.testclient import TestClient

from tests.patience import PATIENCE
from tests.web.conftest import SignIn
from tests.web.house import House, Web
from tests.web.test_every_route import routes


def test_head_is_answered_as_get_is_and_is_as_much_of_a_look(house: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    house.night_exit()

    def looks() -> int:
        return len(house.rows("SELECT seq FROM audit"))

    for path in ("/", "/care/residents/r1", "/api/v1/residents", "/static/board.js", "/nothing"):
        before = looks()
        got, after_get = kari.get(path), looks()
        head, after_head = kari.head(path), looks()
        assert head.status_code == got.status_code, path
        kept = ("content-type", "etag", "cache-control", "content-security-policy")
        assert [head.headers.get(name) for name in kept] == [got.headers.get(name) for name in kept], path
        assert after_head - after_get == after_get - before, path
    tag = {"If-None-Match": kari.get("/api/v1/residents").headers["ETag"]}
    assert kari.head("/api/v1/residents", headers=tag).status_code == 304


def test_a_head_has_no_body_that_the_next_answer_would_begin_with(web: Web) -> None:
    with httpx2.Client(base_url=web.address, timeout=PATIENCE) as one:
        head, got = one.head("/sign-in"), one.get("/sign-in")
    assert (head.status_code, head.content) == (200, b"")
    assert got.text.startswith("<!doctype html>")


def test_a_stream_that_never_ends_is_not_begun_for_its_head(house: House, sign_in: SignIn) -> None:
    refused = sign_in("kari").head("/live")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET")


def test_who_asks_by_a_method_that_there_is_not_is_told_all_that_there_are(
    house: House, visitor: TestClient
) -> None:
    known: dict[str, set[str]] = {}
    for route in routes(house):
        method, path = route.split(" ", 1)
        known.setdefault(re.sub(r"\{[^}]*\}", "1", path), set()).add(method)
    assert known["/floor"] == {"GET", "POST"}
    for path, methods in known.items():
        refused = visitor.options(path)
        assert refused.status_code == 405, path
        told = set(refused.headers["allow"].split(", "))
        assert told >= methods, path
        assert ("HEAD" in told) == ("GET" in told and path != "/live"), path
    assert visitor.options("/floor").headers["allow"] == "GET, HEAD, POST"
    assert visitor.post("/static/board.js").headers["allow"] == "GET, HEAD"
    assert "allow" not in visitor.options("/nothing").headers
