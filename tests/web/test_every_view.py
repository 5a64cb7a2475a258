"""Every look is on record: whatever names a resident in an answer has left an entry of the audit trail that
names that resident too. Each page and call that only reads, by each role that sees names.
"""

import html
from collections.abc import Iterator
from pathlib import Path

import httpx2
import msgspec
import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from dashboards.care.seen import ONE_LOOK
from hub.desk import Desk
from tests.patience import PATIENCE
from tests.web.conftest import SignIn
from tests.web.house import House, Web
from tests.web.relatives import EMAIL
from tests.web.test_every_route import TABLE, prepared
from tests.web.test_other_units import WITH_LIMITS, addresses, one_of_everything

LONG_AGO_US = 2 * int(ONE_LOOK.total_seconds() * 1_000_000)
OF_THEMSELVES = ("/relative/log", "/relative/settings")
"""What a relative looked at and chose; it says whose page it is."""
FILES = ("application/pdf", "image/", "application/zip")
"""What a file says, we do not read: it is of the resident or the room in its address."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, WITH_LIMITS)
    house.hub_says()
    yield house
    house.connection.close()


def shown_in(house: House, answer: Response) -> set[str]:
    kind = answer.headers.get("content-type", "")
    path = answer.url.path
    if kind.startswith(FILES):
        return {"r1"} if "/r1" in path or "/rooms/1A" in path else set()
    text = html.unescape(answer.text)
    return {one.id for one in house.site.residents if one.name in text}


def on_record(house: House, since: int) -> set[str]:
    found = set[str]()
    for (text,) in house.rows("SELECT detail FROM audit WHERE seq > ?", since):
        detail = msgspec.json.decode(text)
        found |= {*detail.get("residents", ()), detail.get("resident", "")}
        for alert in detail.get("alerts", ()):
            found |= set(
                msgspec.json.decode(house.rows("SELECT residents FROM alert WHERE id = ?", alert)[0][0])
            )
    return found


@pytest.mark.timeout(300)
@pytest.mark.parametrize("person", ["leder", "pia", EMAIL])
def test_whatever_names_a_resident_is_on_record(house: House, sign_in: SignIn, person: str) -> None:
    """Leaders see all that carers see."""
    known = one_of_everything(house, sign_in)
    address_of, browser, wrong, named = prepared(house, None), sign_in(person), [], 0
    for route in TABLE:
        if not route.startswith("GET ") or TABLE[route].by == "everybody":
            continue
        for address in sorted({address_of(route), *addresses(route, known)}):
            house.connection.execute("UPDATE audit SET at = at - ?", (LONG_AGO_US,))
            since = house.rows("SELECT max(seq) FROM audit")[0][0]
            answer = browser.get(address)
            if answer.status_code == 200 and address not in OF_THEMSELVES:
                shown = shown_in(house, answer)
                named += bool(shown)
                if missing := shown - on_record(house, since):
                    wrong.append(f"{address} shows {missing}")
    assert not wrong, "\n".join(wrong)
    assert named > (1 if person == EMAIL else 5)


def test_what_a_page_fetches_into_itself_is_a_look_of_its_own_without_the_page(
    house: House, sign_in: SignIn, web: Web
) -> None:
    alert = house.night_exit("1A")
    kari, sol = sign_in("kari"), sign_in("sol")

    def looks(by: str) -> list[tuple[str, set[str]]]:
        found = house.rows(
            "SELECT seq, json_extract(detail, '$.page') FROM audit WHERE by = ? ORDER BY seq", by
        )
        return [(page, on_record(house, seq - 1) - {""}) for seq, page in found if page is not None]

    def follow(browser: TestClient, view: str) -> None:
        cookies = {"vaka_session": browser.cookies["vaka_session"]}
        at = f"{web.address}/live?view={view}"
        with httpx2.stream("GET", at, cookies=cookies, timeout=60) as stream:
            assert next(stream.iter_lines()) == "retry: 1000"

    follow(kari, "wall")
    assert looks("kari") == [("/wall", {"r1", "r2", "r3", "r4", "r5"})]
    follow(kari, "wall")
    assert kari.get(f"/alerts/{alert.id}/now").status_code == 200
    assert kari.get(f"/alerts/{alert.id}/now").status_code == 200
    assert [page for page, _ in looks("kari")] == ["/wall", f"/alerts/{alert.id}"]
    assert sol.get("/").status_code == 200
    follow(sol, "board")
    assert [page for page, _ in looks("sol")] == ["/"], "it follows the page"


def test_an_alert_that_comes_in_on_an_open_board_is_a_look_at_whom_it_names_once(
    house: House, sign_in: SignIn, web: Web
) -> None:
    stood = house.night_exit("2A")
    kari = sign_in("kari")
    assert kari.get("/").status_code == 200
    cookies = {"vaka_session": kari.cookies["vaka_session"]}

    def looks() -> list[list[int]]:
        seen = house.rows("SELECT detail FROM audit WHERE by = 'kari' AND what = 'alerts seen' ORDER BY seq")
        return [msgspec.json.decode(text)["alerts"] for (text,) in seen]

    with httpx2.stream("GET", f"{web.address}/live", cookies=cookies, timeout=PATIENCE) as stream:
        lines = stream.iter_lines()

        def beats(number: int) -> None:
            for _ in range(number):
                assert any(line == "event: beat" for line in lines)

        assert any("Olav Bakke" in line for line in lines)
        came = house.night_exit("1A")
        assert any("Anna Haugen" in line for line in lines)
        beats(2)
        assert looks() == [[stood.id], [came.id]]
        Desk(house.connection, house.site.site, house.clock).act(came.id, "accept", "sol")
        assert any("Siri Solberg" in line for line in lines)
        beats(2)
    assert looks() == [[stood.id], [came.id]]
    log = sign_in("leder").get("/audit/residents/r1").text.partition("<main")[2]
    assert "Kari Nordmann" in log
