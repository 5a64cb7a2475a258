"""What the OpenAPI document says holds: every call, asked with what fits it and with what does not, by who
may, answers as it is written there, and never with a mistake of our own.

Schemathesis makes the calls up from the document. `make contract` makes many more of them than `make test`.
"""

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import CHECKS, load_all_checks
from starlette.testclient import TestClient

from dashboards import auth, sessions
from dashboards.access import ACTS, ONLY_PEOPLE
from dashboards.app import create_app
from dashboards.visit import SESSION_COOKIE
from hub.settings import Settings
from hub.store import quarantine
from hub.store.db import transaction
from tests.web.conftest import csrf_of
from tests.web.house import PASSWORD, Heart, House
from tests.web.relatives import relative_of
from tests.web.test_every_route import NOT_WALKED, PEOPLE, TABLE, WITH_ALL_ROLES, Asked, prepared
from tests.web.test_integrations import token_of

EXAMPLES = int(os.environ.get("VAKA_CONTRACT_EXAMPLES", "3"))
"""How many calls of each sort (what fits, what does not) are made up for each call of the document."""
KNOWN = {
    "resident": "r1",
    "room": "1A",
    "place": "1A",
    "rule": "night-exit",
    "unit": "sol",
    "gateway": "zigbee2mqtt",
    "device": "1A stue",
    "person": "kari",
    "who": "kari",
    "number": "1",
    "category": "well",
    "trend": "active",
    "week": "2026-01-05",
}
"""What the house has: of made-up names every answer would be 404."""

load_all_checks()
WHAT_HOLDS = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)
DOCUMENT = create_app(Settings()).openapi()
CALLS = sorted(
    f"{method.upper()} {path}"
    for path, calls in DOCUMENT["paths"].items()
    for method in calls
    if path.startswith("/api/v1/")
)
FAMILIES = sorted({call.split("/")[3].split("?")[0] for call in CALLS})


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """With one of everything, as the table of routes has it."""
    house = House(tmp_path_factory.mktemp("contract"), WITH_ALL_ROLES)
    house.hub_says()
    house.night_exit()
    with transaction(house.connection):
        quarantine.add(house.connection, "solbakken", "zigbee2mqtt/x", "no JSON", b"hei", house.now())
    heart = Heart(house)
    heart.start()
    yield house
    heart.stop()
    house.connection.close()


@pytest.fixture(scope="module")
def client(house: House) -> Iterator[TestClient]:
    with TestClient(create_app(house.settings, house.clock), raise_server_exceptions=False) as client:
        form = {"person": "tor", "password": PASSWORD, "csrf": csrf_of(client, "/sign-in")}
        client.post("/sign-in", data=form)
        prepared(house, client)
        relative_of(house)
        client.cookies.clear()
        yield client


@pytest.fixture(scope="module")
def tokens(house: House) -> dict[str, str]:
    return {role: token_of(house, role, id=role) for role in sorted(set(PEOPLE.values()))}


class Caller:
    """Somebody who may make this call: a program where one can be allowed to, else a person or a relative."""

    def __init__(self, house: House, tokens: dict[str, str], route: str) -> None:
        row = TABLE.get(route, Asked("whoever is signed in"))
        self.headers: dict[str, str] = {}
        self.cookies: dict[str, str] = {}
        if row.by == "everybody":
            return
        roles = ("leader", "technician", "administrator", "privacy_officer")
        role = next((r for r in roles if row.by not in ACTS or r in ACTS[row.by]), "")
        if role and row.by in ACTS and row.by not in ONLY_PEOPLE and not row.own:
            self.headers = {"Authorization": f"Bearer {tokens[role]}"}
            return
        person = next((one for one, theirs in PEOPLE.items() if theirs == role), "relative:1")
        session = sessions.start(house.connection, "solbakken", person, house.now(), "passkey")
        self.cookies = {SESSION_COOKIE: session}
        self.headers = {"X-CSRF-Token": auth.form_token(session)}


def make(client: TestClient, case: Case, caller: Caller) -> Any:
    """The made-up call, by this caller."""
    given = case.as_transport_kwargs(base_url="http://testserver")
    headers = {k: v for k, v in dict(given.get("headers") or {}).items() if k.lower() not in ("cookie",)}
    for name in ("x-csrf-token", "authorization"):
        headers = {k: v for k, v in headers.items() if k.lower() != name}
    client.cookies.clear()
    for name, value in caller.cookies.items():
        client.cookies.set(name, value)
    body: dict[str, Any] = {
        k: given[k] for k in ("json", "data", "files", "content") if given.get(k) is not None
    }
    if isinstance(body.get("data"), str | bytes):
        body["content"] = body.pop("data")
    return client.request(
        given["method"],
        given["url"],
        params=given.get("params"),
        headers={**headers, **caller.headers},
        follow_redirects=False,
        **body,
    )


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_every_call_answers_as_the_document_says(
    house: House, client: TestClient, tokens: dict[str, str], family: str
) -> None:
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    wrong: list[str] = []
    for route in CALLS:
        if route.split("/")[3] != family:
            continue
        method, path = route.split()
        operation = schema[path][method]
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
            try:
                strategy = operation.as_strategy(generation_mode=mode)
            except schemathesis.errors.InvalidSchema as error:
                wrong.append(f"{route}: {error}")
                continue
            wrong += _found(strategy, lambda case: check(house, client, tokens, case))
    assert not wrong, "\n\n".join(wrong)


def check(house: House, client: TestClient, tokens: dict[str, str], case: Case) -> None:
    route = f"{case.method.upper()} {case.path}"
    table = next(r for r in (*TABLE, *NOT_WALKED) if re.sub(r":path\}", "}", r) == route)
    for name in case.path_parameters or {}:
        if name in KNOWN:
            case.path_parameters[name] = KNOWN[name]
    case.validate_response(make(client, case, Caller(house, tokens, table)), checks=WHAT_HOLDS)


def _found(strategy: Any, look: Callable[[Case], None]) -> list[str]:
    @settings(
        max_examples=EXAMPLES,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def ask(case: Case) -> None:
        look(case)

    try:
        ask()
    except Exception as error:
        return [str(error)]
    return []
