"""Other programs with a token: every call by every scope, what a token never does, and what is on record."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dashboards.access import ACTS, ONLY_PEOPLE, Act, may_be_given
from dashboards.app import create_app
from hub import doctor_of_keeping, integrations
from hub.integrations import Made
from hub.store import contacts, quarantine
from hub.store import integrations as store
from hub.store.contacts import Contact
from hub.store.db import transaction
from rules.building import PersonRole
from rules.integration import USUALLY, Integration
from tests.web.conftest import csrf_of
from tests.web.house import House
from tests.web.relatives import relative_of
from tests.web.test_changed_by_two import PLAN, SHIFT
from tests.web.test_every_route import LATER, TABLE, WITH_ALL_ROLES, prepared
from tests.web.test_proof_pages import hole_in_six_hours

SignIn = Callable[..., TestClient]
pytestmark = pytest.mark.usefixtures("heart")
ROLES: tuple[PersonRole, ...] = ("carer", "leader", "technician", "administrator", "privacy_officer")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, WITH_ALL_ROLES)
    house.hub_says()
    house.night_exit()
    with transaction(house.connection):
        quarantine.add(house.connection, "solbakken", "zigbee2mqtt/x", "no JSON", b"hei", house.now())
    yield house
    house.connection.close()


def token_of(
    house: House,
    role: PersonRole,
    acts: tuple[Act, ...] | None = None,
    units: tuple[str, ...] = (),
    reads_only: bool = False,
    id: str = "journal",
) -> str:
    now = house.now()
    wanted = Integration(
        id=id,
        site="solbakken",
        name="Journalen",
        purpose="for the test",
        role=role,
        acts=tuple(may_be_given(role)) if acts is None else acts,
        units=units,
        reads_only=reads_only,
        created_by="adm",
        created_at=now,
        ends_at=now + USUALLY,
    )
    made = integrations.make(house.connection, house.site, wanted, False, None, now)
    assert isinstance(made, Made)
    return made.token


def with_token(client: TestClient, token: str) -> TestClient:
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def expected_of(route: str, role: PersonRole, acts: set[Act], reads_only: bool, elsewhere: bool) -> set[int]:
    """What a token is answered on a route of the table."""
    row, (method, path) = TABLE[route], route.split()
    if row.by == "everybody":
        return {row.status} if method == "GET" or "/api/" in path else {403}
    if not path.startswith("/api/v1/"):
        return {401} if method == "GET" else {401, 403}
    if method != "GET" and reads_only:
        return {403}
    if row.by in ACTS and (row.by not in acts or role not in ACTS[row.by] or row.own):  # type: ignore[comparison-overlap]
        return {404}
    if elsewhere and method != "GET":
        return {404, row.status}
    if row.of_solsida and elsewhere:
        return {404}
    if "/alerts/{id}" in path and role in ("technician", "administrator"):
        return {404}
    return {row.status}


def wrong_of(
    house: House, visitor: TestClient, tor: TestClient, role: PersonRole, acts: set[Act], only: str = ""
) -> list[str]:
    reads_only, elsewhere = only == "reading", only == "nord"
    units = ("nord",) if elsewhere else ()
    token = token_of(house, role, tuple(sorted(acts)), units, reads_only)
    address_of, program, wrong = prepared(house, tor), with_token(visitor, token), []
    for route, row in TABLE.items():
        expected = expected_of(route, role, acts, reads_only, elsewhere)
        sent = row.sent if elsewhere else None
        answer = program.request(route.split()[0], address_of(route), json=sent)
        if answer.status_code not in expected:
            wrong.append(f"{route}: {answer.status_code}, not {expected}")
        if "vaka_session" in answer.headers.get("set-cookie", ""):
            wrong.append(f"{route} gave the program a session")
    return wrong


@pytest.mark.parametrize(
    ("role", "only"), [*((role, "") for role in ROLES), ("leader", "reading"), ("leader", "nord")]
)
def test_every_route_by_a_token_of_each_role(
    house: House, visitor: TestClient, sign_in: SignIn, role: PersonRole, only: str
) -> None:
    wrong = wrong_of(house, visitor, sign_in("tor"), role, set(may_be_given(role)), only)
    assert not wrong, "\n".join(wrong)


def test_a_token_that_was_given_one_thing_gets_that_and_nothing_else(
    house: House, visitor: TestClient, sign_in: SignIn
) -> None:
    address_of, wrong = prepared(house, sign_in("tor")), []
    for number, act in enumerate(may_be_given("leader")):
        program = with_token(visitor, token_of(house, "leader", (act,), id=f"nr{number}"))
        for route in TABLE:
            if not route.startswith("GET /api/v1/"):
                continue
            if TABLE[route].by == act:
                continue  # the table above has it
            expected = expected_of(route, "leader", {act}, False, False)
            answer = program.get(address_of(route))
            if answer.status_code not in expected:
                wrong.append(f"{act}: {route}: {answer.status_code}, not {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ROLES)
def test_no_role_can_be_given_what_is_for_people_or_for_others(role: PersonRole) -> None:
    given = may_be_given(role)
    assert not ONLY_PEOPLE & set(given)
    assert all(role in ACTS[act] for act in given)


def test_a_token_is_made_by_call_shown_once_renewed_and_revoked_at_once(
    house: House, sign_in: SignIn, visitor: TestClient
) -> None:
    adm = sign_in("adm")
    ours = {"X-CSRF-Token": adm.get("/api/v1/session").json()["csrf"]}
    wanted = {
        "id": "journal",
        "name": "Journalen",
        "purpose": "henter varsler",
        "role": "carer",
        "acts": ["see alerts", "see residents"],
    }
    made = adm.post("/api/v1/integrations", json=wanted, headers=ours)
    assert made.status_code == 201
    token = made.json()["token"]
    assert token not in adm.get("/api/v1/integrations").text
    assert token not in adm.get("/integrations/journal").text
    assert token not in str([list(row) for row in house.rows("SELECT * FROM integration")])
    asked = TestClient(visitor.app, headers={"Authorization": f"Bearer {token}"})
    session = asked.get("/api/v1/session").json()
    assert (session["person"], session["csrf"]) == ("integration:journal", "")
    assert session["may"] == ["see alerts", "see residents"]
    assert asked.get("/api/v1/alerts").json()["alerts"][0]["residents"] == ["r1"]
    shown = adm.get("/api/v1/integrations/journal").json()
    assert shown["used_from"] == "testclient"
    assert shown["used_at"] is not None

    again = adm.post("/api/v1/integrations", json=wanted, headers=ours)
    assert (again.status_code, again.json()["reason"]) == (422, "known_integration")
    newer = adm.post("/api/v1/integrations/journal/token", json={}, headers=ours).json()["token"]
    assert asked.get("/api/v1/session").json()["reason"] == "token_refused"
    asked.headers["Authorization"] = f"Bearer {newer}"
    assert asked.get("/api/v1/session").status_code == 200
    assert adm.delete("/api/v1/integrations/journal", headers=ours).status_code == 204
    refused = asked.get("/api/v1/session")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    done = [row["what"] for row in house.rows("SELECT what FROM audit WHERE what LIKE 'integration %'")]
    assert done == ["integration made", "integration renewed", "integration revoked"]


def test_what_a_token_can_not_be(house: House, sign_in: SignIn) -> None:
    adm = sign_in("adm")
    ours = {"X-CSRF-Token": adm.get("/api/v1/session").json()["csrf"]}
    good = {"id": "a", "name": "A", "purpose": "for the test", "role": "carer", "acts": ["see alerts"]}
    too_late = (house.now() + timedelta(days=400)).isoformat()
    for change, reason in (
        ({"acts": ["change rules"]}, "beyond_role"),
        ({"acts": ["answer alerts"]}, "beyond_role"),
        ({"acts": []}, "no_acts"),
        ({"purpose": "x"}, "no_purpose"),
        ({"id": "A B"}, "no_id"),
        ({"units": ["nowhere"]}, "no_unit"),
        ({"ends_at": too_late}, "token_too_long"),
        ({"ends_at": house.now().isoformat()}, "end_past"),
        ({"role": "relative"}, "invalid"),
    ):
        answer = adm.post("/api/v1/integrations", json=good | change, headers=ours)
        assert (answer.status_code, answer.json()["reason"]) == (422, reason), change
    assert house.rows("SELECT * FROM integration") == []


def test_all_that_a_program_sees_of_residents_is_on_record_under_its_name(
    house: House, visitor: TestClient, sign_in: SignIn
) -> None:
    leder = sign_in("leder")
    ours = {"X-CSRF-Token": leder.get("/api/v1/session").json()["csrf"]}
    away = {"reason": "hospital", "back_by": (house.now() + timedelta(days=1)).isoformat()}
    assert leder.put("/api/v1/absences/r2", headers=ours, json=away).status_code == 200
    note = {"resident": "r1", "words": "Sov dårlig."}
    assert leder.post("/api/v1/handover/notes", headers=ours, json=note).status_code == 201
    relative_of(house)
    program = with_token(visitor, token_of(house, "leader"))
    alert = house.rows("SELECT id FROM alert")[0]["id"]
    for path in (
        "residents",
        "residents/r1",
        "residents/r1/nights",
        "alerts",
        f"alerts/{alert}",
        "rules",
        "handover",
        "absences",
        "relatives",
    ):
        before = len(house.rows("SELECT seq FROM audit WHERE by = 'integration:journal'"))
        assert program.get(f"/api/v1/{path}").status_code == 200
        entries = house.rows("SELECT what FROM audit WHERE by = 'integration:journal'")
        assert len(entries) > before, path
    log = leder.get("/api/v1/audit/residents/r1").json()["entries"]
    assert "integration:journal" in {entry["by"] for entry in log}
    assert "Journalen" in sign_in("adm").get("/audit?by=integration:journal").text


def test_to_a_good_token_a_relatives_calls_are_not_there_and_a_bad_one_is_told_that_it_is_bad(
    house: House, visitor: TestClient
) -> None:
    program = with_token(visitor, token_of(house, "leader"))
    for path in ("relative", "relative/week", "relative/nothing-of-the-kind"):
        assert program.get(f"/api/v1/{path}").status_code == 404
    refused = with_token(visitor, "vaka_of_nobody").get("/api/v1/relative")
    assert (refused.status_code, refused.json()["reason"]) == (401, "token_refused")


def test_a_cookie_beside_a_token_counts_for_nothing(house: House, sign_in: SignIn) -> None:
    browser = with_token(sign_in("leder"), token_of(house, "technician", ("see devices",)))
    assert browser.get("/api/v1/session").json()["person"] == "integration:journal"
    assert browser.get("/api/v1/residents").status_code == 404
    assert browser.get("/care/residents").status_code == 401
    browser.headers["Authorization"] = "Bearer vaka_nothing"
    assert browser.get("/api/v1/session").status_code == 401


def test_administrators_and_the_doctor_are_warned_before_the_end_once_for_each_time(house: House) -> None:
    with transaction(house.connection):
        contacts.put(house.connection, "solbakken", Contact("adm", "email", "adm@example.org"), house.now())
    token_of(house, "technician")
    made = store.get(house.connection, "solbakken", "journal")
    assert made is not None

    def told() -> list[str]:
        return [row["subject"] for row in house.rows("SELECT subject FROM staff_notice")]

    for days, count in ((30, 0), (13, 1), (12, 1), (2, 2), (1, 2), (-1, 2)):
        integrations.warn(house.settings, made.ends_at - timedelta(days=days))
        assert len(told()) == count, days
    assert set(told()) == {"Nøkkelen til Journalen går snart ut"}
    at = made.ends_at - timedelta(days=13)
    assert [r.state for r in doctor_of_keeping.on_integrations(house.connection, house.site, at)] == ["look"]
    gone = made.ends_at + timedelta(days=1)
    assert integrations.recognise(house.connection, "solbakken", "x", "", gone) is None
    assert [r.state for r in doctor_of_keeping.on_integrations(house.connection, house.site, gone)] == [
        "look"
    ]


def test_leaders_are_told_when_a_program_may_read_residents_data(house: House, sign_in: SignIn) -> None:
    with transaction(house.connection):
        contacts.put(house.connection, "solbakken", Contact("leder", "email", "l@example.org"), house.now())
    adm = sign_in("adm")
    form = {"csrf": csrf_of(adm, "/integrations/new"), "until": (house.now() + USUALLY).date().isoformat()}
    form |= {"id": "vakt", "name": "Vaktsentralen", "purpose": "ser varsler", "acts": "see alerts"}
    assert adm.post("/integrations/new", data={**form, "role": "technician"}).status_code == 201
    assert house.rows("SELECT * FROM staff_notice") == []
    answer = adm.post("/integrations/new", data={**form, "id": "vakt2", "role": "carer"})
    assert answer.status_code == 201
    assert "vaka_" in answer.text
    told = house.rows("SELECT person, subject FROM staff_notice")
    assert [tuple(row) for row in told] == [("leder", "Vaktsentralen kan lese beboeres opplysninger")]
    assert "Vaktsentralen" in adm.get("/integrations").text
    gone = adm.post("/integrations/vakt2/revoke", data={"csrf": form["csrf"]})
    assert gone.headers["location"] == "/integrations?notice=revoked"
    assert "Trukket tilbake" in adm.get("/integrations").text


def test_the_document_of_calls_is_for_everybody(house: House) -> None:
    with TestClient(create_app(house.settings, house.clock)) as nobody:
        assert json.loads(nobody.get("/api/v1/openapi.json").text)["info"]["title"] == "Vaka"


SVG = "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHdpZHRoPSI5IiBoZWlnaHQ9IjkiLz4="
CODEC = "function decodeUplink(input) { return {data: {}}; }"
A_BASIS: Mapping[str, object] = {
    "kind": "decision",
    "rules": ["quiet"],
    "decided_by": "Kommunen",
    "valid_from": "2026-01-01",
    "review": "2099-01-01",
}
A_WRITE: dict[Act, tuple[PersonRole, str, str, Mapping[str, object]]] = {
    "change floor plans": ("leader", "POST", "floor-plans", {"unit": "sol", "name": "1", "picture": SVG}),
    "see proof": ("leader", "POST", "proofs", {"unit": "nord"}),
    "assign gaps": ("leader", "PUT", "reach/gaps/{gap}", {"owner": "leder", "due": LATER}),
    "place devices": ("technician", "PUT", "devices/1A stue", {"room": "2A", "role": "motion"}),
    "say who is away": ("carer", "PUT", "absences/r1", {"reason": "family", "back_by": "{tomorrow}"}),
    "change rules": ("leader", "PATCH", "rules/quiet/1A", {"level": "site", "values": {"after": "9 h"}}),
    "change legal basis": ("leader", "POST", "legal-basis/r1", A_BASIS),
    "change escalation": ("leader", "PUT", "escalation", PLAN),
    "hand over": ("carer", "POST", "handover/notes", {"resident": "r1", "words": "Sov dårlig."}),
    "plan roster": ("leader", "POST", "duty/shifts", SHIFT),
    "say which staff are absent": (
        "leader",
        "POST",
        "duty/absences",
        {"person": "sol", "ends_at": "{tomorrow}"},
    ),
    "control gateways": ("technician", "POST", "gateways/zigbee2mqtt/requests", {"act": "stop_pairing"}),
    "change contacts": ("leader", "POST", "contacts/sol", {"way": "email", "address": "sol@example.org"}),
    "upload codecs": ("technician", "POST", "codecs", {"name": "X1", "source": CODEC}),
    "see quarantine": ("technician", "DELETE", "quarantine", {}),
}
"""By act: who is given it, and a call by which that is done."""
OF_TIME = "see residents"
"""What is thought of a trend needs weeks of history, which this house does not have."""


def test_of_each_act_that_a_program_may_be_given_a_call_that_changes_something_is_tried() -> None:
    writing = {
        row.by
        for route, row in TABLE.items()
        if "/api/v1/" in route and not route.startswith("GET") and row.by in ACTS and not row.own
    }
    assert {*A_WRITE, OF_TIME} == writing - ONLY_PEOPLE - {"try rules"}


def test_a_program_that_sees_or_plans_the_roster_takes_nobody_off_duty_by_that(
    house: House, visitor: TestClient, sign_in: SignIn
) -> None:
    said = {"person": "sol", "ends_at": (house.now() + timedelta(days=1)).isoformat()}
    program = with_token(visitor, token_of(house, "leader", ("see roster", "plan roster")))
    assert program.get("/api/v1/duty").status_code == 200
    assert program.post("/api/v1/duty/absences", json=said).status_code == 404
    assert house.rows("SELECT * FROM staff_absence") == []
    words = "Registrere at ansatte er borte: vaktene deres teller ikke, og de blir ikke varslet"
    assert words in sign_in("adm").get("/integrations/new?role=leader").text
    sol = sign_in("sol")
    ours = {"X-CSRF-Token": sol.get("/api/v1/session").json()["csrf"]}
    assert sol.post("/api/v1/duty/absences", json=said, headers=ours).status_code == 201


@pytest.mark.parametrize("act", A_WRITE)
def test_what_a_program_was_given_it_can_do_though_it_is_no_person_of_the_house(
    house: House, visitor: TestClient, act: Act
) -> None:
    role, method, path, sent = A_WRITE[act]
    hole_in_six_hours(house)
    gap = house.rows("SELECT id FROM gap WHERE gone_at IS NULL")[0]["id"]
    tomorrow = (house.now() + timedelta(days=1)).isoformat()
    body = {name: tomorrow if said == "{tomorrow}" else said for name, said in sent.items()}
    program = with_token(visitor, token_of(house, role))
    answer = program.request(method, f"/api/v1/{path.format(gap=gap)}", json=body, headers={"If-Match": "*"})
    assert answer.is_success, answer.text


def test_who_said_that_somebody_is_away_is_named_where_it_was_a_program(
    house: House, visitor: TestClient, sign_in: SignIn
) -> None:
    program = with_token(visitor, token_of(house, "carer", ("say who is away",)))
    tomorrow = (house.now() + timedelta(days=1)).isoformat()
    wish = {"reason": "hospital", "back_by": tomorrow}
    assert program.put("/api/v1/absences/r2", json=wish).json()["registered_by"] == "integration:journal"
    page = sign_in("kari").get("/care/away").text
    assert "Journalen" in page
    assert "integration:" not in page
    assert "Journalen" in sign_in("adm").get("/audit?what=away").text
    assert program.delete("/api/v1/absences/r2").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "status", "reason"),
    [
        ({"reason": "holiday"}, 422, "invalid"),
        ({"back_by": "tomorrow"}, 422, "invalid"),
        ({"back_by": "2001-01-01T00:00:00Z"}, 409, "return_past"),
        ({"back_by": "2099-01-01T00:00:00Z"}, 409, "return_far"),
        ({"away_from": "2001-01-01T00:00:00Z"}, 409, "left_long_ago"),
    ],
)
def test_a_program_that_says_it_wrongly_is_told_what_is_wrong(
    house: House, visitor: TestClient, wrong: dict[str, str], status: int, reason: str
) -> None:
    program = with_token(visitor, token_of(house, "carer", ("say who is away",)))
    tomorrow = (house.now() + timedelta(days=1)).isoformat()
    wish = {"reason": "hospital", "back_by": tomorrow} | wrong
    answer = program.put("/api/v1/absences/r2", json=wish)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
