"""Real receivers on this machine: a mail server and a web address, whose behaviour a test chooses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from aiosmtpd.controller import Controller

from hub.inside import Inside
from tests.patience import HANGS_FOR, PATIENCE
from tests.servers import free_port

HERE = Inside(frozenset(("127.0.0.1", port) for port in range(1, 65536)))
"""As an operator would name each of a test's receivers."""


class Mailbox:
    """What a mail server took, and what it answers to a message: '250 OK' unless told otherwise. `unknown`:
    recipients whom it does not have. `goodbye`: what it says to QUIT.
    """

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.answers: list[str] = []
        self.unknown: set[str] = set()
        self.goodbye = "221 Bye"
        self.arrived = Event()
        self.on_mail: Callable[[Message], None] = lambda _: None

    async def handle_RCPT(self, _: Any, __: Any, envelope: Any, address: str, ___: Any) -> str:  # noqa: N802 - the library's name
        if address in self.unknown:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_QUIT(self, *_: Any) -> str:  # noqa: N802 - the library's name
        return self.goodbye

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            mail = message_from_bytes(envelope.content)
            self.on_mail(mail)
            self.taken.append(mail)
            self.arrived.set()
        return answer


@contextmanager
def mail_server() -> Iterator[tuple[Mailbox, int]]:
    """The mailbox and its port."""
    mailbox = Mailbox()
    port = free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, ready_timeout=PATIENCE)
    controller.start()
    try:
        yield mailbox, port
    finally:
        controller.stop()


class Address:
    """What a web address was sent, and the statuses it answers with: 204 unless told otherwise,
    and not before it is let go.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.default = 204
        self.let_go = Event()
        self.let_go.set()
        self.asked = Event()
        self.on_call: Callable[[bytes], None] = lambda _: None


@contextmanager
def web_address() -> Iterator[tuple[Address, str]]:
    """The address and its URL."""
    address = Address()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            address.on_call(body)
            address.requests.append(({k.lower(): v for k, v in self.headers.items()}, body))
            address.asked.set()
            address.let_go.wait(HANGS_FOR)
            self.send_response(address.statuses.pop(0) if address.statuses else address.default)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield address, f"http://127.0.0.1:{server.server_port}/calls"
    finally:
        address.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()
