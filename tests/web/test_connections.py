"""Whoever opens connections and asks nothing, or a letter at a time, keeps nobody from the pages."""

import asyncio
import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import uvicorn

from dashboards.access import access_of
from dashboards.app import create_app
from dashboards.connection import Connection
from dashboards.live import SEATS_AT_MOST, Live
from dashboards.views import Scope
from hub.emergency import NOTHING
from tests.servers import free_port
from tests.web.conftest import SignIn
from tests.web.house import House

HALF_A_HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"
HALF_A_BODY = (
    b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 1000\r\n\r\nperson="
)
LONG_ANSWER = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
LONG_S = 60


class Impatient(Connection):
    """As in an installation, in less time."""

    head_within_s, body_within_s, taken_within_s, asking_at_most = 2, 2, 2, 1000


class Crowded(Connection):
    """Whoever is half way stays there, but only five at once."""

    head_within_s, body_within_s, asking_at_most = LONG_S * 10, LONG_S * 10, 5


Serve = Callable[[type[Connection]], int]


@pytest.fixture
def serve(house: House) -> Iterator[Serve]:
    """`serve(Impatient)` is the port."""
    with contextlib.ExitStack() as running:

        def begin(connection: type[Connection]) -> int:
            port = free_port()
            app = create_app(house.settings, house.clock)
            server = uvicorn.Server(
                uvicorn.Config(app, port=port, http=connection, ws="none", log_level="critical")
            )
            thread = threading.Thread(target=server.run)
            thread.start()

            def stop() -> None:
                server.should_exit = True
                thread.join(LONG_S)

            running.callback(stop)
            until(lambda: server.started)
            return port

        yield begin


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + LONG_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def opened(port: int, sent: bytes) -> socket.socket:
    found = socket.create_connection(("127.0.0.1", port), timeout=LONG_S)
    found.sendall(sent)
    return found


def is_closed(one: socket.socket) -> bool:
    """By the other side, within the timeout."""
    try:
        return one.recv(1) == b""
    except ConnectionResetError:
        return True


def answer(port: int) -> int:
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=LONG_S)
    asking.request("GET", "/sign-in")
    status = asking.getresponse().status
    asking.close()
    return status


@pytest.mark.parametrize("sent", [b"", HALF_A_HEAD, HALF_A_BODY])
def test_half_a_request_is_not_waited_for_for_ever(serve: Serve, sent: bytes) -> None:
    port = serve(Impatient)
    with opened(port, sent) as one:
        assert is_closed(one)


def test_the_next_request_on_a_connection_has_an_end_too(serve: Serve) -> None:
    port = serve(Impatient)
    with opened(port, b"GET /wall HTTP/1.1\r\nHost: x\r\n\r\n") as one:
        assert one.recv(65536).startswith(b"HTTP/1.1 303")
        one.sendall(HALF_A_HEAD)
        until(lambda: is_closed(one))


def test_of_many_at_once_those_go_that_have_been_asking_longest(serve: Serve) -> None:
    port = serve(Crowded)
    with contextlib.ExitStack() as sockets:
        many = [sockets.enter_context(opened(port, HALF_A_HEAD)) for _ in range(20)]
        assert answer(port) == 200
        assert all(is_closed(one) for one in many[:14])
        many[-1].sendall(b"Connection: close\r\n\r\n")
        assert many[-1].recv(100).startswith(b"HTTP/1.1 303"), "who has just come is still heard"


def test_who_never_takes_an_answer_is_let_go(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    port = serve(Impatient)
    lost = threading.Event()
    known = Impatient.connection_lost

    def note(self: Impatient, exc: Exception | None) -> None:
        known(self, exc)
        lost.set()

    monkeypatch.setattr(Impatient, "connection_lost", note)
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.connect(("127.0.0.1", port))
        one.sendall(LONG_ANSWER * 40)
        assert lost.wait(LONG_S)


def test_one_browser_has_so_many_boards_open_and_no_more(house: House, sign_in: SignIn) -> None:
    kari, sol = sign_in("kari"), sign_in("sol")
    live: Live = kari.app.state.live  # type: ignore[attr-defined]
    scope = Scope("nb", access_of(house.site.people[0]))
    token = kari.cookies["vaka_session"]

    async def open_all() -> None:
        streams = [live.stream(scope, token, 1, "kari", NOTHING) for _ in range(SEATS_AT_MOST)]
        for stream in streams:
            await anext(stream)
        assert kari.get("/live").status_code == 429
        assert not live.is_full(sol.cookies["vaka_session"])
        await streams[0].aclose()  # type: ignore[attr-defined]
        assert not live.is_full(token)

    with ThreadPoolExecutor(1) as apart:  # other tests of this process may have a loop running in its thread
        apart.submit(asyncio.run, open_all()).result()
