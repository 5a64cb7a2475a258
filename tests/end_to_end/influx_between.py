"""What may stand between the hub and InfluxDB: it passes all on to the real server, and has its moods."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Literal

from tests.influx_server import InfluxDB

Mood = int | Literal["lose the answer", "garbage"]
"""A status to answer with, or what becomes of the server's own answer."""


class Between:
    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.moods: list[Mood] = []
        """One for each request to come; then everything is passed on."""
        self.met: list[Mood] = []
        self.retry_after = "1"


@contextmanager
def standing_between(server: InfluxDB) -> Iterator[Between]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            mood = between.moods.pop(0) if between.moods else None
            if mood is not None:
                between.met.append(mood)
            if isinstance(mood, int):
                self._answer(mood, b"later", {"Retry-After": between.retry_after})
                return
            status, answer = self._passed_on(body)
            if mood == "lose the answer":
                self.close_connection = True
                self.connection.close()
            elif mood == "garbage":
                self._answer(200, b"<html>Welcome to the corridor's access point</html>", {})
            else:
                self._answer(status, answer, {})

        def _passed_on(self, body: bytes) -> tuple[int, bytes]:
            there = HTTPConnection("127.0.0.1", server.port, timeout=20)
            kept = ("Authorization", "Content-Type", "Accept", "Content-Encoding")
            headers = {name: self.headers[name] for name in kept if name in self.headers}
            there.request("POST", self.path, body, headers)
            answer = there.getresponse()
            found = answer.status, answer.read()
            there.close()
            return found

        def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, text in headers.items():
                self.send_header(name, text)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if status != 204:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    between = Between(listening.server_address[1])
    thread = Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    try:
        yield between
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
