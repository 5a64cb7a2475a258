"""Two units: what is Solsida's is not there for who has Nordsida alone, whatever their role, whatever they
send. Solsida has one of everything; every page and call is asked for it, and no row of it is changed by that.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from dashboards.access import OPEN_IN_AN_EMERGENCY
from devices.message import Message
from hub.emergency import begin
from hub.store import announcements, contacts, gaps, quarantine
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.gaps import GapTask
from rules.protection import Protection
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import House
from tests.web.relatives import relative_of
from tests.web.test_every_route import LATER, OF_PICTURES, TABLE, WITH_ALL_ROLES
from tests.web.test_floor import put
from tests.web.test_integrations import token_of

MARK = "Xyzzy"
"""Stands in everything of Solsida that somebody wrote."""
SOLSIDAS = (MARK, "Anna", "Haugen", "Olav", "Bakke", "Ingrid", "Solvang", "Marit")
"""Names and words that nobody of Nordsida is to read."""
DEVICES = ("1A stue", "1A ytterdør")
"""A refusal may say again what was asked for."""
OF_NORDSIDA = ("nordleder", "nordadm", "nordpia")
"""Leaders may do all that carers may, administrators all that technicians may."""
WITH_LIMITS = WITH_ALL_ROLES.replace(
    "rules:\n",
    """  - {id: nordleder, name: Nina Nordleder, role: leader, units: [nord]}
  - {id: nordadm, name: Nelly Nordadmin, role: administrator, units: [nord]}
  - {id: nordpia, name: Nanna Nordvern, role: privacy_officer, units: [nord]}
rules:
""",
    1,
)
OWN = re.compile(
    r"/(account|phone|sign-in|switch|help|icons|session|choose-password|invited|relative|appearance|receipts"
    r"|sign-out|live|healthz|metrics|design)(/|$)|/emergency$"
)
"""Whoever asks is all that these are about, or nobody is."""
HOUSE_WIDE = {
    "/technician/pairing/start": "a gateway's network is one, whatever hangs in it",
    "/technician/pairing/stop": "as above",
    "/care/handover/read": "what they read of their own units",
    "/api/v1/handover/receipts": "as above",
    "/technician/quarantine/clear": "clears what is nobody's",
    "/api/v1/quarantine": "as above",
}
"""What changes a row that is not Solsida's, and why it may."""
VALUES: dict[str, Any] = {
    "resident": "r1", "resident_again": "r1", "typed": "r1", "unit": "sol", "units": ["sol"], "room": "1A",
    "device": "1A stue", "name": "1A stue", "to": "1A ytterdør", "person": "sol", "who": "sol",
    "reason": "maling av veggen", "why": "died", "until": LATER, "back_by": LATER, "words": "hei",
    "note": "hei", "shifts": "1", "function": "carer", "role": "carer", "language": "nb", "version": "1",
    "number": "1", "outcome": "helped", "gateway": "zigbee2mqtt", "address": "1A stue", "id": "1A stue",
    "way": "email", "about": "resident:r1", "categories": "well", "category": "well",
    "valid_from": "2026-11-01",
    "valid_until": "2027-05-01", "given_by": "resident", "how": "in_person", "owner": "nord", "test": "1",
    "due": "2099-01-01T00:00:00Z", "away_from": LATER, "starts_at": LATER, "ends_at": "2099-01-01T07:00:00Z",
    "opinion": "useful", "trend": "active", "week": "2026-01-05", "kind": "decision", "rules": ["quiet"],
    "decided_by": "x", "review": "2099-01-01", "email": "ny@example.org", "act": "remove", "topic": "#",
    "values": {"after": "10 min"}, "seconds": 60, "residents": ["r1"], "days": 7,
}  # fmt: skip
STEPS = {
    "/alerts/": ("accept", "close"),
    "/pauses/": ("confirm", "end"),
    "/off/": ("confirm", "end"),
    "/erasures/": ("confirm", "take-back"),
}
NUMBERS = {"/floor": "plan", "/erasures": "erasure", "/gaps": "gap", "/proofs": "proof", "/notes": "note",
           "/shift": "shift", "/absen": "absence", "/relatives": "relative"}  # fmt: skip
NOT_SOLSIDAS = ("audit", "session", "health", "shared_device", "sqlite_sequence", "integration")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, WITH_LIMITS)
    house.hub_says()
    yield house
    house.connection.close()


def call(browser: TestClient, method: str, path: str, **body: object) -> dict[str, Any]:
    ours = {"X-CSRF-Token": browser.get("/api/v1/session").json()["csrf"]}
    answer = browser.request(method, path, json=body, headers=ours)
    assert answer.is_success, answer.text
    found = answer.json() if answer.content else {}
    assert isinstance(found, dict)
    return found


def one_of_everything(house: House, sign_in: SignIn) -> dict[str, str]:
    """In Solsida. Returns by what each is named in an address."""
    leder, tor, kari = sign_in("leder"), sign_in("tor"), sign_in("kari")
    soon = (house.now() + timedelta(hours=20)).isoformat()
    alert = house.night_exit("1A")
    house.act(house.night_exit("2A"), "kari", arrive=True, outcome="helped")
    call(tor, "POST", "/api/v1/devices/1A stue/test")
    call(tor, "POST", "/api/v1/devices/1A stue/test/sign", note=MARK)
    call(tor, "PUT", "/api/v1/devices/1A ytterdør/pause", reason=MARK, until=soon)
    call(kari, "PUT", "/api/v1/pauses/2A/quiet", reason=MARK, until=soon)
    call(kari, "PUT", "/api/v1/absences/r2", reason="hospital", back_by=soon)
    note = call(kari, "POST", "/api/v1/handover/notes", unit="sol", resident="r1", words=MARK, shifts=2)
    shift = {"person": "sol", "units": ["sol"], "function": "carer", "ends_at": soon}
    planned = call(leder, "POST", "/api/v1/duty/shifts", starts_at=house.now().isoformat(), **shift)
    later = {"starts_at": soon, "ends_at": (house.now() + timedelta(hours=30)).isoformat()}
    absence = call(leder, "POST", "/api/v1/duty/absences", person="sol", **later)
    erasure = call(leder, "POST", "/api/v1/erasures", resident="r3", resident_again="r3", why="died")
    proof = call(leder, "POST", "/api/v1/proofs", unit="sol")
    nord = next(one for one in house.site.people if one.id == "nordleder")
    begin(house.connection, house.site, nord, "sol", "", "this ends at once", None, house.now())
    with transaction(house.connection):
        house.connection.execute("UPDATE emergency_access SET ends_at = began_at, person = 'kari'")
        hours = (house.now(), house.now() + timedelta(hours=3), 4, 3, False)
        gap = gaps.add(house.connection, GapTask(0, "solbakken", "sol", "nobody_on_duty", "", *hours))
        topic = "zigbee2mqtt/1A stue"
        quarantine.add(house.connection, "solbakken", topic, "no JSON", MARK.encode(), house.now())
        quarantine.add(house.connection, "solbakken", "zigbee2mqtt/nobody's", "no JSON", b"hei", house.now())
        contacts.put(house.connection, "solbakken", Contact("sol", "email", "x@example.org"), house.now())
    token_of(house, "carer", units=("sol",), id="xyzzy-journal")
    people = leder.get("/api/v1/contacts").json()["people"]
    aside = tor.get("/api/v1/quarantine").json()
    return {
        "alert": str(alert.id),
        "note": str(note["id"]),
        "plan": str(put(leder, "sol")),
        "gap": str(gap.id),
        "shift": str(planned["id"]),
        "absence": str(absence["id"]),
        "proof": str(proof["id"]),
        "erasure": str(erasure["number"]),
        "relative": str(relative_of(house).id),
        "contact": next(one["contacts"][0]["id"] for one in people if one["person"] == "sol"),
        "key": next(one["key"] for one in aside if one["topic"] == topic),
    }


def addresses(route: str, known: dict[str, str]) -> Iterator[str]:
    """Of what is Solsida's."""
    path = route.split()[1]
    here = {**{name: str(value) for name, value in VALUES.items()}, **OF_PICTURES, **known}
    here |= {"place": "1A", "rule": "night-exit", "form": "csv", "month": "2026-10", "guide": "carer"}
    here["number"] = next((known[name] for part, name in NUMBERS.items() if part in path), "1")
    here["number"] = "0" if "legal-basis" in path else here["number"]
    here["id"] = "1A stue"
    for part, name in (
        ("alerts", known["alert"]),
        ("audit/residents", "r1"),
        ("integrations", "xyzzy-journal"),
    ):
        here["id"] = name if part in path else here["id"]
    for step in next((steps for part, steps in STEPS.items() if part in path), ("",)):
        here["step"] = step
        yield re.sub(r"\{(\w+)(?::path)?\}", lambda found: quote(here[found[1]], safe=""), path)


def sample(schema: dict[str, Any], schemas: dict[str, Any], name: str = "") -> Any:
    """A body that the OpenAPI document allows, with what is Solsida's where it says what it is about."""
    if "$ref" in schema:
        return sample(schemas[schema["$ref"].rpartition("/")[2]], schemas, name)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return sample(schema[several][0], schemas, name)
    if "const" in schema:
        return schema["const"]
    if schema.get("type") == "object" and "properties" in schema:
        return {key: sample(value, schemas, key) for key, value in schema["properties"].items()}
    if schema.get("type") == "array":
        value = VALUES.get(name, [])
        return value if isinstance(value, list) else [value]
    if "enum" in schema and VALUES.get(name) not in schema["enum"]:
        return schema["enum"][0]
    of_type = {"integer": 1, "number": 1.0, "boolean": False}
    return of_type.get(schema.get("type", ""), VALUES.get(name, "x"))


def rows_of(house: House) -> dict[str, list[tuple[Any, ...]]]:
    tables = [row[0] for row in house.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        name: [tuple(row) for row in house.rows(f"SELECT * FROM {name}")]
        for name in tables
        if name not in NOT_SOLSIDAS
    }


@pytest.mark.timeout(300)
@pytest.mark.parametrize("person", OF_NORDSIDA)
def test_nothing_of_another_unit_is_seen_or_changed(house: House, sign_in: SignIn, person: str) -> None:
    known = one_of_everything(house, sign_in)
    openapi = sign_in("adm").get("/api/v1/openapi.json").json()
    browser = sign_in(person)
    wrong = walk(house, browser, openapi, known, list(TABLE))
    assert not wrong, "\n".join(wrong)
    assert [row[0] for row in house.rows("SELECT payload FROM quarantine")] in (
        [MARK.encode()],
        [MARK.encode(), b"hei"],
    )


@pytest.mark.timeout(300)
@pytest.mark.parametrize("person", ["nord", "nordleder"])
@pytest.mark.parametrize("room", ["1A", ""], ids=["one room", "the unit"])
def test_what_an_emergency_opens_is_nothing_that_outlasts_it_or_leaves_the_house(
    house: House, sign_in: SignIn, person: str, room: str
) -> None:
    """All that is not in OPEN_IN_AN_EMERGENCY is as shut as ever, by every page and call there is."""
    known = one_of_everything(house, sign_in)
    openapi = sign_in("adm").get("/api/v1/openapi.json").json()
    browser = sign_in(person)
    opened: dict[str, object] = {"room": room} if room else {"unit": "sol"}
    call(browser, "POST", "/api/v1/emergency", reason="fall, ingen andre i nærheten", **opened)
    assert browser.get("/care/residents/r1").status_code == 200
    shut = [route for route, asked in TABLE.items() if not _is_open(route, asked.by)]
    wrong = walk(house, browser, openapi, known, shut)
    assert not wrong, "\n".join(wrong)


def _is_open(route: str, by: str) -> bool:
    """The board too, which shows alerts to whoever may see them."""
    changes = not route.startswith("GET ") and by != "answer alerts"
    return route == "GET /" or (by in OPEN_IN_AN_EMERGENCY and not changes)


def walk(
    house: House, browser: TestClient, openapi: dict[str, Any], known: dict[str, str], routes: list[str]
) -> list[str]:
    """Every one of these routes, at what is Solsida's. Returns what it said or changed of it."""
    wrong = []
    headers = {"X-CSRF-Token": browser.get("/api/v1/session").json()["csrf"], "If-Match": "*"}
    before = rows_of(house)
    for route in routes:
        method, path = route.split()
        if OWN.search(path.removeprefix("/api/v1")):
            continue
        for address in addresses(route, known):
            at, sent = address, dict[str, Any]()
            if method == "GET" and "{" not in path:
                at += "?unit=sol&resident=r1&room=1A&device=1A%20stue&days=30"
            elif method != "GET" and "/api/" in path:
                of_call = openapi["paths"][path.replace(":path", "")][method.lower()]
                content = of_call.get("requestBody", {}).get("content", {}).get("application/json", {})
                sent = {"json": sample(content.get("schema", {}), openapi["components"]["schemas"])}
            elif method != "GET":
                sent = {"data": VALUES}
            answer = browser.request(method, at, headers=headers, **sent)
            words = SOLSIDAS if answer.is_client_error else (*SOLSIDAS, *DEVICES)
            said = answer.text.replace("xyzzy-journal", "")
            wrong += [f"{method} {at} says {word}" for word in words if word in said]
            if method == "GET":
                continue
            after = rows_of(house)
            changed = [name for name in after if after[name] != before[name]]
            if changed and path not in HOUSE_WIDE:
                wrong.append(f"{method} {at}: {answer.status_code}, changed {changed}")
            before = after
    return wrong


def test_nobody_asks_a_gateway_about_a_device_of_another_unit_by_name_or_by_its_own_address(
    house: House, sign_in: SignIn
) -> None:
    listed = b'[{"ieee_address": "0x00aa", "friendly_name": "1A stue", "type": "EndDevice"},'
    listed += b'{"ieee_address": "0x00bb", "friendly_name": "4B stue", "type": "EndDevice"}]'
    with transaction(house.connection):
        message = Message("zigbee2mqtt/bridge/devices", listed, house.now())
        announcements.put(house.connection, "solbakken", message)
    nord, tor = sign_in("nordtek"), sign_in("tor")
    shown = nord.get("/technician/pairing").text
    assert "4B stue" in shown
    assert "1A stue" not in shown
    [gateway] = nord.get("/api/v1/gateways").json()
    assert [one["name"] for one in gateway["devices"]] == ["4B stue"]
    ours = {"X-CSRF-Token": nord.get("/api/v1/session").json()["csrf"]}
    at = "/api/v1/gateways/zigbee2mqtt/requests"

    def asked(**wish: object) -> int:
        return nord.post(at, headers=ours, json=wish).status_code

    for device in ("1A stue", "1a STUE", "0x00aa", "0x00AA", "0x00cc"):
        assert asked(act="remove", device=device) == 404, device
    assert asked(act="rename", device="4B stue", to="1A stue") == 404
    assert asked(act="start_pairing", seconds=60, router="0x00aa") == 404
    form = {"csrf": csrf_of(nord, "/technician/pairing"), "gateway": "zigbee2mqtt", "name": "0x00aa"}
    for act in ("remove", "interview", "rename"):
        assert nord.post(f"/technician/pairing/{act}", data=form | {"to": "x"}).status_code == 404
    assert house.rows("SELECT 1 FROM gateway_request") == []
    assert asked(act="interview", device="0x00bb") == 202
    whole = {"X-CSRF-Token": tor.get("/api/v1/session").json()["csrf"]}
    assert tor.post(at, headers=whole, json={"act": "interview", "device": "1A stue"}).status_code == 202
    assert [one["ask"] for one in nord.get("/api/v1/gateways/requests").json()] == [{"device": "0x00bb"}]
    assert nord.get("/api/v1/gateways/requests/2").status_code == 404


def test_a_technician_of_one_unit_is_told_of_its_rooms_alone(house: House, sign_in: SignIn) -> None:
    house.protect(*(Protection(one, "unprotected", ()) for one in ("r1", "r4")))
    shown = sign_in("nordtek").get("/technician").text
    assert "4B" in shown
    assert "1A" not in shown
    assert "1A" in sign_in("tor").get("/technician").text


def test_a_codec_of_the_whole_house_is_changed_by_who_has_it(house: House, sign_in: SignIn) -> None:
    nord, tor = sign_in("nordtek"), sign_in("tor")
    codec = {"name": "X1", "source": "function decodeUplink(input) { return {data: {}}; }"}
    for browser, done in ((nord, (404, 404)), (tor, (201, 204)), (nord, (404, 404))):
        ours = {"X-CSRF-Token": browser.get("/api/v1/session").json()["csrf"]}
        put = browser.post("/api/v1/codecs", headers=ours, json=codec).status_code
        form = {"csrf": ours["X-CSRF-Token"], "step": "upload", **codec}
        if browser is nord:
            assert browser.post("/technician/codecs/new", data=form).status_code == 404
            assert browser.post("/technician/codecs/take-back", data=form).status_code == 404
        taken = browser.delete("/api/v1/codecs?name=X1", headers=ours).status_code
        assert (put, taken) == done
