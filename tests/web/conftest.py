"""A house with nobody's alerts yet, its web in process and as a process of its own."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dashboards.app import create_app
from tests.servers import free_port
from tests.web.house import PASSWORD, Heart, House, Web, running

SignIn = Callable[..., TestClient]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.hub_says()
    yield house
    house.connection.close()


@pytest.fixture
def visitor(house: House) -> Iterator[TestClient]:
    """A browser that nobody has signed in with."""
    with TestClient(create_app(house.settings, house.clock), follow_redirects=False) as client:
        yield client


@pytest.fixture
def sign_in(house: House) -> Iterator[SignIn]:
    """`sign_in("kari")` is Kari's browser."""
    open_clients: list[TestClient] = []

    def enter(person: str) -> TestClient:
        client = TestClient(create_app(house.settings, house.clock), follow_redirects=False)
        open_clients.append(client)
        client.__enter__()
        answer = client.post(
            "/sign-in", data={"person": person, "password": PASSWORD, "csrf": csrf_of(client, "/sign-in")}
        )
        assert answer.status_code == 303
        return client

    yield enter
    for client in open_clients:
        client.__exit__(None, None, None)


@pytest.fixture
def heart(house: House) -> Iterator[Heart]:
    heart = Heart(house)
    heart.start()
    yield heart
    heart.stop()


@pytest.fixture
def web(house: House) -> Iterator[Web]:
    with running(house, free_port()) as web:
        yield web


def csrf_of(client: TestClient, path: str = "/") -> str:
    """The token that the forms of a page carry."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get(path).text)
    assert found is not None
    return found[1]
